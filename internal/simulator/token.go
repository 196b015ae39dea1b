// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Client is an application that can sign in.
type Client struct {
	ID          string
	Secret      string
	Permissions []string // application permissions by name, such as Synchronization.Read.All
	ObjectID    string   // the id of the client's own service principal in the tenant, made up if empty
}

// authority knows the clients, makes tokens and checks them.
type authority struct {
	key      []byte
	tenantID string
	lifetime time.Duration

	mu           sync.Mutex
	clients      map[string]*Client
	certificates []*x509.Certificate
}

func newAuthority(opts Options) *authority {
	a := &authority{key: randomBytes(32), tenantID: opts.TenantID, lifetime: opts.TokenLifetime, clients: map[string]*Client{}}
	a.add(Client{ID: opts.ClientID, Secret: opts.ClientSecret, Permissions: opts.Permissions})
	return a
}

func (a *authority) add(c Client) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c.ObjectID == "" {
		c.ObjectID = uuid.NewString()
	}
	c.Permissions = slices.Clone(c.Permissions)
	a.clients[strings.ToLower(c.ID)] = &c
}

func (a *authority) client(id string) (Client, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c, ok := a.clients[strings.ToLower(id)]
	if !ok {
		return Client{}, false
	}
	return *c, true
}

func (a *authority) setPermissions(id string, permissions []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c, ok := a.clients[strings.ToLower(id)]; ok {
		c.Permissions = slices.Clone(permissions)
	}
}

// claims are the members of a token that the simulator reads.
type claims struct {
	Audience string   `json:"aud"`
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	AppID    string   `json:"appid,omitempty"`
	ObjectID string   `json:"oid,omitempty"`
	TenantID string   `json:"tid,omitempty"`
	Roles    []string `json:"roles,omitempty"`
	IDType   string   `json:"idtyp,omitempty"`
	Version  string   `json:"ver,omitempty"`
	TokenID  string   `json:"jti,omitempty"`
	IssuedAt int64    `json:"iat,omitempty"`
	NotAfter int64    `json:"exp"`
	NotUntil int64    `json:"nbf,omitempty"`
}

// accessToken returns a token of a client for a resource.
func (a *authority) accessToken(c Client, resource string, now time.Time) string {
	return a.sign(claims{
		Audience: resource, Issuer: "https://sts.example.com/" + a.tenantID + "/", Subject: c.ObjectID, AppID: c.ID,
		ObjectID: c.ObjectID, TenantID: a.tenantID, Roles: c.Permissions, IDType: "app", Version: "1.0",
		TokenID: uuid.NewString(), IssuedAt: now.Unix(), NotUntil: now.Unix(), NotAfter: now.Add(a.lifetime).Unix(),
	})
}

func (a *authority) sign(c claims) string {
	payload, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	signed := encodeSegment([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encodeSegment(payload)
	return signed + "." + encodeSegment(a.mac(signed))
}

func (a *authority) mac(signed string) []byte {
	h := hmac.New(sha256.New, a.key)
	h.Write([]byte(signed))
	return h.Sum(nil)
}

var errForeignToken = errors.New("the token was not issued here")

// verify returns the claims of a token that this authority made.
func (a *authority) verify(token string) (claims, error) {
	at := strings.LastIndexByte(token, '.')
	if at < 0 {
		return claims{}, errForeignToken
	}
	signature, err := base64.RawURLEncoding.DecodeString(token[at+1:])
	if err != nil || !hmac.Equal(signature, a.mac(token[:at])) {
		return claims{}, errForeignToken
	}
	_, c, err := readToken(token)
	return c, err
}

// tokenHeader is what the header of a client assertion says about its certificate.
type tokenHeader struct {
	Algorithm  string `json:"alg"`
	Thumbprint string `json:"x5t"`
	SHA256     string `json:"x5t#S256"`
}

// readToken takes a token apart without checking its signature.
func readToken(token string) (tokenHeader, claims, error) {
	var header tokenHeader
	var c claims
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return header, c, errors.New("the token does not have three parts")
	}
	for i, into := range []any{&header, &c} {
		raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[i], "="))
		if err == nil {
			err = json.Unmarshal(raw, into)
		}
		if err != nil {
			return header, c, fmt.Errorf("part %d of the token: %w", i+1, err)
		}
	}
	return header, c, nil
}

// signedByCertificate says whether one of the registered certificates signed the assertion.
func (a *authority) signedByCertificate(assertion string, header tokenHeader) bool {
	at := strings.LastIndexByte(assertion, '.')
	signature, err := base64.RawURLEncoding.DecodeString(assertion[at+1:])
	if err != nil {
		return false
	}
	digest := sha256.Sum256([]byte(assertion[:at]))
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, certificate := range a.certificates {
		key, ok := certificate.PublicKey.(*rsa.PublicKey)
		if !ok {
			continue
		}
		// Clients disagree on which of the two base64 alphabets the thumbprint is written in.
		named := strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(header.SHA256)
		if thumbprint := sha256.Sum256(certificate.Raw); named != "" && named != encodeSegment(thumbprint[:]) {
			continue
		}
		switch header.Algorithm {
		case "PS256":
			err = rsa.VerifyPSS(key, crypto.SHA256, digest[:], signature, nil)
		case "RS256":
			err = rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature)
		default:
			return false
		}
		if err == nil {
			return true
		}
	}
	return false
}

func (a *authority) register(certificate *x509.Certificate) {
	a.mu.Lock()
	defer a.mu.Unlock()
	known := slices.ContainsFunc(a.certificates, func(c *x509.Certificate) bool { return bytes.Equal(c.Raw, certificate.Raw) })
	if !known {
		a.certificates = append(a.certificates, certificate)
	}
}

func encodeSegment(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }
