// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

// Method is a way to sign in.
type Method int

// The ways to sign in. MethodNone is the zero value and is refused.
const (
	MethodNone Method = iota
	MethodClientCertificate
	MethodClientSecret
	MethodOIDCToken
	MethodOIDCTokenFile
	MethodOIDCRequest // token request URL as GitHub Actions offers it
	MethodAzureDevOps
	MethodWorkloadIdentity // AKS; OIDCTokenFilePath holds the projected token's path
	MethodManagedIdentity
	MethodCLI
)

// String names the method as part of a sentence: "signing in with a client secret".
func (m Method) String() string {
	return [...]string{"nothing", "a client certificate", "a client secret", "an OpenID Connect token", "an OpenID Connect token file",
		"an OpenID Connect token request", "an Azure DevOps service connection", "an AKS workload identity", "a managed identity", "the Azure CLI"}[m]
}

// CredentialOptions is all that any method may need; NewCredential reads what its Method needs.
type CredentialOptions struct {
	Method                         Method
	TenantID                       string
	ClientID                       string
	ClientSecret                   string
	ClientCertificate              string // base64 PKCS#12
	ClientCertificatePath          string // PKCS#12 or PEM
	ClientCertificatePassword      string
	OIDCToken                      string
	OIDCTokenFilePath              string // read again for every token
	OIDCRequestURL                 string
	OIDCRequestToken               string
	ADOPipelineServiceConnectionID string
	MSIEndpoint                    string
	// AuthorityHost is the sign-in host, such as https://login.microsoftonline.com.
	AuthorityHost string
	// HTTPClient carries the custom CA; nil means a client of its own.
	HTTPClient *http.Client
	// Clock defaults to the wall clock.
	Clock Clock
	// Log is called once for each HTTP exchange with the sign-in service; nil means no log.
	Log func(context.Context, Exchange)
}

// How long one token request may take. The libraries' own limits, applied where the context has none, are too short: 30 s
// leave no room for a Retry-After, 10 s none for a slow start of the Azure CLI.
const (
	signInTimeout = 15 * time.Minute
	cliTimeout    = 90 * time.Second
)

// NewCredential prepares to sign in; nothing is contacted. A certificate that cannot be used is a *CertificateError.
func NewCredential(o CredentialOptions) (azcore.TokenCredential, error) {
	if o.Clock == nil {
		o.Clock = wire.WallClock{}
	}
	if o.HTTPClient == nil {
		client, err := NewHTTPClient("")
		if err != nil {
			return nil, err
		}
		o.HTTPClient = client
	}
	build, err := o.builder()
	if err != nil {
		return nil, err
	}
	current, err := build()
	if err != nil {
		return nil, fmt.Errorf("%s: %s", o.Method, oneLine(o.secrets().Blank(err.Error())))
	}
	c := &credential{build: build, current: current, method: o.Method, secrets: o.secrets(), timeout: signInTimeout}
	switch o.Method {
	case MethodCLI:
		c.timeout = cliTimeout
	case MethodManagedIdentity:
		// The library keeps the tokens of managed identities for the whole process, whoever asked for them; a claim,
		// of which the endpoint knows nothing, makes it ask.
		c.claims = `{"access_token":{}}`
	}
	return c, nil
}

// builder returns the constructor of the method's azidentity credential. Each has a cache of its own, so a new one
// is the way to a token that is surely not from the cache.
func (o CredentialOptions) builder() (func() (azcore.TokenCredential, error), error) {
	switch o.Method {
	case MethodClientSecret:
		return func() (azcore.TokenCredential, error) {
			return azidentity.NewClientSecretCredential(o.TenantID, o.ClientID, o.ClientSecret,
				&azidentity.ClientSecretCredentialOptions{ClientOptions: o.clientOptions(), DisableInstanceDiscovery: true})
		}, nil
	case MethodClientCertificate:
		certificates, key, err := readCertificate(o)
		if err != nil {
			return nil, &CertificateError{Err: err}
		}
		return func() (azcore.TokenCredential, error) {
			return azidentity.NewClientCertificateCredential(o.TenantID, o.ClientID, certificates, key,
				&azidentity.ClientCertificateCredentialOptions{ClientOptions: o.clientOptions(), DisableInstanceDiscovery: true})
		}, nil
	case MethodOIDCToken, MethodOIDCTokenFile, MethodOIDCRequest, MethodAzureDevOps, MethodWorkloadIdentity:
		assertion, err := o.assertion()
		if err != nil {
			return nil, err
		}
		return func() (azcore.TokenCredential, error) {
			return azidentity.NewClientAssertionCredential(o.TenantID, o.ClientID, assertion,
				&azidentity.ClientAssertionCredentialOptions{ClientOptions: o.clientOptions(), DisableInstanceDiscovery: true})
		}, nil
	case MethodManagedIdentity:
		options := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: o.clientOptions()}
		if o.ClientID != "" {
			options.ID = azidentity.ClientID(o.ClientID)
		}
		return func() (azcore.TokenCredential, error) { return azidentity.NewManagedIdentityCredential(options) }, nil
	case MethodCLI:
		return func() (azcore.TokenCredential, error) {
			return azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: o.TenantID})
		}, nil
	}
	return nil, errors.New("no sign-in method is selected")
}

// clientOptions are what all of azidentity's credentials take.
func (o CredentialOptions) clientOptions() policy.ClientOptions {
	transport := signInTransport{wire: newWire(o.HTTPClient, o.Clock, o.Log)}
	transport.wire.Documents = true
	authority := o.AuthorityHost
	if u, err := url.Parse(authority); err == nil && u.Scheme == "http" && isLoopback(u.Hostname()) {
		// The libraries insist on https, also where nothing leaves the machine.
		transport.plain = u.Host
		authority = "https" + strings.TrimPrefix(authority, "http")
	}
	first := policy.Policy(discoveryPolicy{})
	if o.Method == MethodManagedIdentity {
		// Off Azure nothing listens at the address, and each attempt to connect takes its full time.
		transport.connectOnce = true
		// The endpoint answers 404 while the identity is still being set up.
		transport.missing = 10 * time.Second
		first = endpointPolicy{endpoint: o.MSIEndpoint}
	}
	return policy.ClientOptions{
		Cloud:           cloud.Configuration{ActiveDirectoryAuthorityHost: authority},
		Retry:           policy.RetryOptions{MaxRetries: -1},
		Transport:       transport,
		PerCallPolicies: []policy.Policy{observePolicy{}, first},
	}
}

// isLoopback reports whether what is sent to a host stays on the machine.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (o CredentialOptions) secrets() wire.Secrets {
	return wire.NewSecrets(o.ClientSecret, o.ClientCertificate, o.ClientCertificatePassword, o.OIDCToken, o.OIDCRequestToken)
}

// credential is an azidentity credential whose failures are *AuthError and whose cache can be passed over.
type credential struct {
	build   func() (azcore.TokenCredential, error)
	method  Method
	secrets wire.Secrets
	timeout time.Duration
	claims  string // sent when the caller has none

	mu      sync.Mutex
	current azcore.TokenCredential
}

// GetToken returns a token, from the cache if there is a good one.
func (c *credential) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.mu.Lock()
	current := c.current
	c.mu.Unlock()
	return c.ask(ctx, current, o)
}

// renew returns a token that does not come from the cache.
func (c *credential) renew(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	next, err := c.build()
	if err != nil {
		return azcore.AccessToken{}, authError(err, c.secrets)
	}
	token, err := c.ask(ctx, next, o)
	if err == nil {
		c.mu.Lock()
		c.current = next
		c.mu.Unlock()
	}
	return token, err
}

func (c *credential) ask(ctx context.Context, credential azcore.TokenCredential, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	if o.Claims == "" {
		o.Claims = c.claims
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	seen := &signInAnswer{}
	token, err := credential.GetToken(context.WithValue(ctx, signInKey{}, seen), o)
	if err != nil {
		e := seen.authError(err, c.secrets.And(seen.federated))
		e.Method = c.method
		return azcore.AccessToken{}, e
	}
	return token, nil
}
