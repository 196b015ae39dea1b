// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"crypto/tls"
	"net/http"
)

// baseURL is where sign-in, Graph and GoTo are served, without a trailing slash.
func (s *Server) baseURL() string {
	if s.plain != nil {
		return "http://" + s.plain.Addr().String()
	}
	return "https://" + s.secure.Addr().String()
}

// GraphURL returns the base address of Microsoft Graph, without a version.
func (s *Server) GraphURL() string { return s.baseURL() }

// AuthorityURL returns the base address of the sign-in service, without a tenant.
func (s *Server) AuthorityURL() string { return s.baseURL() }

// MetadataHost returns host and port that answer /metadata/endpoints, always over TLS.
func (s *Server) MetadataHost() string { return s.secure.Addr().String() }

// CACertificatePEM returns the certificate of the authority that signed the server's certificate.
func (s *Server) CACertificatePEM() []byte { return s.identity.authorityPEM }

// GoToURL returns the base address of GoTo's Admin API, without path and version.
func (s *Server) GoToURL() string { return s.baseURL() }

// GoToTokenURL returns the address of GoTo's token endpoint.
func (s *Server) GoToTokenURL() string { return s.baseURL() + gotoTokenPath }

// ManagedIdentityURL returns the address that answers like the instance metadata service of a virtual machine.
func (s *Server) ManagedIdentityURL() string { return s.baseURL() + "/metadata/identity/oauth2/token" }

// GitHubRequestURL returns the address at which a GitHub job asks for its identity token, with GitHubRequestToken.
func (s *Server) GitHubRequestURL() string { return s.baseURL() + "/oidc/github?api-version=2.0" }

// AzureDevOpsRequestURL returns the address at which an Azure DevOps job asks for its identity token, with
// AzureDevOpsToken.
func (s *Server) AzureDevOpsRequestURL() string { return s.baseURL() + "/oidc/azuredevops" }

// Environment returns the environment variables that point the provider at this server, given the file that holds the
// authority's certificate.
func (s *Server) Environment(caFile string) map[string]string {
	return map[string]string{
		"ARM_TENANT_ID":                   s.TenantID(),
		"ARM_CLIENT_ID":                   s.ClientID(),
		"ARM_CLIENT_SECRET":               s.ClientSecret(),
		"ARM_USE_CLI":                     "false",
		"GOTOMEETING_GRAPH_ENDPOINT":      s.GraphURL(),
		"GOTOMEETING_AUTHORITY_HOST":      s.AuthorityURL(),
		"GOTOMEETING_CA_CERTIFICATE_FILE": caFile,
		"GOTO_CLIENT_ID":                  DefaultGoToClientID,
		"GOTO_CLIENT_SECRET":              DefaultGoToClientSecret,
		"GOTO_PERSONAL_ACCESS_TOKEN":      DefaultPersonalAccessToken,
		"GOTO_ENDPOINT":                   s.GoToURL(),
		"GOTO_TOKEN_ENDPOINT":             s.GoToTokenURL(),
	}
}

// Client returns an HTTP client that trusts this server. Each call returns one with connections of its own.
func (s *Server) Client() *http.Client {
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.identity.pool(), MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	return &http.Client{Transport: transport}
}
