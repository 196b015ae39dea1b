// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
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
	OIDCTokenFilePath              string // read anew for every token
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
}

// CertificateError says why a client certificate cannot be used: unreadable file, wrong password, ECDSA key.
type CertificateError struct{ Err error }

func (e *CertificateError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *CertificateError) Unwrap() error { return e.Err }

// NewCredential prepares to sign in; nothing is contacted. A certificate that cannot be used is a *CertificateError.
func NewCredential(CredentialOptions) (azcore.TokenCredential, error) { return nil, errNotBuilt }

// Environment is a Microsoft cloud.
type Environment struct {
	Name          string // global, usgovernmentl4, usgovernmentl5 or china
	AuthorityHost string
	GraphEndpoint string
	PortalURL     string // Entra admin centre
	USGovernment  bool   // stored credentials and addresses share 1,024 bytes
}

// LookupEnvironment finds a cloud by its name or one of azuread's and azurerm's aliases, in any case.
func LookupEnvironment(name string) (Environment, bool) { return Environment{}, false }

// NewHTTPClient returns the client that all calls share: the system's certificate authorities and those of the PEM file
// (none when ""), at most 16 connections a host, proxies from the environment.
func NewHTTPClient(caCertificateFile string) (*http.Client, error) { return nil, errNotBuilt }
