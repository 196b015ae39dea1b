// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"software.sslmate.com/src/go-pkcs12"
)

// pemFiles writes the certificates of testdata, which "openssl pkcs12 -export" made (with -legacy for the one so named), as
// PEM: no private key lies about in the clear.
func pemFiles(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	read := func(file string) (certificate, key []byte) {
		data, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		private, leaf, err := pkcs12.Decode(data, "geheim")
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.MarshalPKCS8PrivateKey(private)
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	}
	rsaCertificate, rsaKey := read("rsa-modern.pfx")
	ecCertificate, ecKey := read("ecdsa.pfx")
	for file, parts := range map[string][][]byte{
		"rsa.pem":           {rsaKey, rsaCertificate},
		"chain.pem":         {ecCertificate, rsaCertificate, rsaKey},
		"ecdsa.pem":         {ecKey, ecCertificate},
		"mismatch.pem":      {rsaKey, ecCertificate},
		"two-keys.pem":      {rsaKey, ecKey, rsaCertificate},
		"no-key.pem":        {rsaCertificate},
		"rsa-encrypted.pem": {pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("?")}), rsaCertificate},
	} {
		if err := os.WriteFile(filepath.Join(dir, file), bytes.Join(parts, nil), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestNewCredential_certificate(t *testing.T) {
	pems := pemFiles(t)
	for _, test := range []struct {
		name     string
		file     string
		password string
	}{
		{"PKCS#12 with AES and SHA-256", "testdata/rsa-modern.pfx", "geheim"},
		{"PKCS#12 with 3DES and SHA-1", "testdata/rsa-legacy.pfx", "geheim"},
		{"PKCS#12 without a password", "testdata/rsa-nopassword.pfx", ""},
		{"PEM", filepath.Join(pems, "rsa.pem"), ""},
		{"PEM with another certificate first", filepath.Join(pems, "chain.pem"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			data, err := os.ReadFile(test.file)
			if err != nil {
				t.Fatal(err)
			}
			for _, inline := range []bool{false, true} {
				s := newLoginServer(t)
				o := s.options(MethodClientCertificate)
				o.ClientCertificatePassword = test.password
				if inline {
					o.ClientCertificate = base64.StdEncoding.EncodeToString(data)
				} else {
					o.ClientCertificatePath = test.file
				}
				tokenOf(t, newTestCredential(t, o))
				form := s.sentOnce(t)
				certificates, _, err := readCertificate(o)
				if err != nil {
					t.Fatal(err)
				}
				parsed, err := jwt.Parse(form.Get("client_assertion"), func(*jwt.Token) (any, error) { return certificates[0].PublicKey, nil },
					jwt.WithIssuer(testClient), jwt.WithSubject(testClient), jwt.WithAudience(s.URL+"/"+testTenant+"/oauth2/v2.0/token"))
				if err != nil {
					t.Fatalf("assertion: %v", err)
				}
				sum := sha256.Sum256(certificates[0].Raw)
				if got, want := parsed.Header["x5t#S256"], base64.StdEncoding.EncodeToString(sum[:]); got != want {
					t.Errorf("thumbprint %v, want %v", got, want)
				}
			}
		})
	}
}

func TestNewCredential_refusesCertificates(t *testing.T) {
	garbage := filepath.Join(t.TempDir(), "garbage.pfx")
	if err := os.WriteFile(garbage, []byte("this is no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	pems := pemFiles(t)
	data := func(file string) string {
		if strings.HasSuffix(file, ".pem") {
			return filepath.Join(pems, file)
		}
		return filepath.Join("testdata", file)
	}
	for _, test := range []struct {
		name    string
		options CredentialOptions
		want    string
	}{
		{"nothing", CredentialOptions{}, "no certificate is set"},
		{"both", CredentialOptions{ClientCertificate: "YQ==", ClientCertificatePath: garbage}, "both a certificate and the path of a certificate are set"},
		{"not base64", CredentialOptions{ClientCertificate: "%%%"}, "the certificate is not base64"},
		{"garbage", CredentialOptions{ClientCertificatePath: garbage}, "the certificate is not readable as PKCS#12"},
		{"missing file", CredentialOptions{ClientCertificatePath: data("missing.pfx")}, "the file \"testdata/missing.pfx\" cannot be read: no such file or directory"},
		{"wrong password", CredentialOptions{ClientCertificatePath: data("rsa-modern.pfx"), ClientCertificatePassword: "falsch"}, "the certificate's password is wrong"},
		{"no password", CredentialOptions{ClientCertificatePath: data("rsa-modern.pfx")}, "the certificate's password is wrong"},
		{"ECDSA", CredentialOptions{ClientCertificatePath: data("ecdsa.pfx"), ClientCertificatePassword: "geheim"}, "the certificate's key is ECDSA; Microsoft Entra ID accepts only RSA"},
		{"ECDSA as PEM", CredentialOptions{ClientCertificatePath: data("ecdsa.pem")}, "the certificate's key is ECDSA; Microsoft Entra ID accepts only RSA"},
		{"encrypted PEM", CredentialOptions{ClientCertificatePath: data("rsa-encrypted.pem")}, "the PEM private key is encrypted; use PKCS#12, which can have a password, or decrypt it"},
		{"two keys", CredentialOptions{ClientCertificatePath: data("two-keys.pem")}, "the PEM file contains more than one private key"},
		{"no key", CredentialOptions{ClientCertificatePath: data("no-key.pem")}, "the PEM file does not contain a private key"},
		{"key of another certificate", CredentialOptions{ClientCertificatePath: data("mismatch.pem")}, "no certificate matches the private key"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.options.Method = MethodClientCertificate
			test.options.TenantID, test.options.ClientID = testTenant, testClient
			_, err := NewCredential(test.options)
			if _, ok := errors.AsType[*CertificateError](err); !ok || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}
