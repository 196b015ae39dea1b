// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/textfile"
)

// CertificateError says why a client certificate cannot be used: unreadable file, wrong password, ECDSA key.
type CertificateError struct{ Err error }

func (e *CertificateError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *CertificateError) Unwrap() error { return e.Err }

// readCertificate reads the client certificate, its chain and its key. azidentity's own reader and the package it uses know
// only PKCS#12 with SHA-1, which current tools no longer write.
func readCertificate(o CredentialOptions) ([]*x509.Certificate, crypto.PrivateKey, error) {
	var data []byte
	switch {
	case o.ClientCertificate != "" && o.ClientCertificatePath != "":
		return nil, nil, errors.New("both a certificate and the path of a certificate are set")
	case o.ClientCertificate != "":
		var err error
		data, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(o.ClientCertificate), ""))
		if err != nil {
			return nil, nil, errors.New("the certificate is not base64: encode the whole PFX file")
		}
	case o.ClientCertificatePath != "":
		var err error
		data, err = textfile.Read(o.ClientCertificatePath)
		if err != nil {
			return nil, nil, err
		}
	default:
		return nil, nil, errors.New("no certificate is set")
	}
	var certificates []*x509.Certificate
	var key crypto.PrivateKey
	var err error
	if bytes.Contains(data, []byte("-----BEGIN ")) {
		certificates, key, err = parsePEM(data)
	} else {
		certificates, key, err = parsePKCS12(data, o.ClientCertificatePassword)
	}
	if err != nil {
		if _, broken := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(data)), "")); o.ClientCertificatePath != "" && broken == nil {
			return nil, nil, errors.New("the file contains base64: decode it, or set its content as `client_certificate`")
		}
		return nil, nil, err
	}
	return leafFirst(certificates, key)
}

func parsePKCS12(data []byte, password string) ([]*x509.Certificate, crypto.PrivateKey, error) {
	key, leaf, chain, err := pkcs12.DecodeChain(data, password)
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return nil, nil, errors.New("the certificate's password is wrong")
	case err != nil: // whose text is about ASN.1, and says nothing to whoever named another file
		return nil, nil, errors.New("the certificate is not readable as PKCS#12 or PEM: export it with its private key")
	}
	return append([]*x509.Certificate{leaf}, chain...), key, nil
}

func parsePEM(data []byte) ([]*x509.Certificate, crypto.PrivateKey, error) {
	var certificates []*x509.Certificate
	var key crypto.PrivateKey
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			certificate, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, nil, fmt.Errorf("the PEM certificate is not readable: %w", err)
			}
			certificates = append(certificates, certificate)
			continue
		}
		if !strings.HasSuffix(block.Type, "PRIVATE KEY") {
			continue
		}
		if block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "" {
			return nil, nil, errors.New("the PEM private key is encrypted; use PKCS#12, which can have a password, or decrypt it")
		}
		if key != nil {
			return nil, nil, errors.New("the PEM file contains more than one private key")
		}
		var err error
		if key, err = parseKey(block.Bytes); err != nil {
			return nil, nil, err
		}
	}
	if key == nil {
		return nil, nil, errors.New("the PEM file does not contain a private key")
	}
	return certificates, key, nil
}

func parseKey(der []byte) (crypto.PrivateKey, error) {
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key, nil
	}
	return nil, errors.New("the PEM private key is not readable")
}

// leafFirst puts the certificate that belongs to the key in front, where the library takes it from.
func leafFirst(certificates []*x509.Certificate, key crypto.PrivateKey) ([]*x509.Certificate, crypto.PrivateKey, error) {
	switch key := key.(type) {
	case *rsa.PrivateKey:
		for i, certificate := range certificates {
			if key.PublicKey.Equal(certificate.PublicKey) {
				certificates[0], certificates[i] = certificates[i], certificates[0]
				return certificates, key, nil
			}
		}
		return nil, nil, errors.New("no certificate matches the private key")
	case *ecdsa.PrivateKey:
		return nil, nil, errors.New("the certificate's key is ECDSA; Microsoft Entra ID accepts only RSA")
	}
	return nil, nil, fmt.Errorf("the certificate's key is a %T; Microsoft Entra ID accepts only RSA", key)
}
