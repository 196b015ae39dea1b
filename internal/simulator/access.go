// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"

	"github.com/google/uuid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// baseURL is where Graph and GoTo are served, without a trailing slash.
func (s *Server) baseURL() string {
	if s.plain != nil {
		return "http://" + s.plain.Addr().String()
	}
	return "https://" + s.secure.Addr().String()
}

// GraphURL returns the base address of Microsoft Graph, without a version.
func (s *Server) GraphURL() string { return s.baseURL() }

// AuthorityURL returns the base address of the sign-in service, without a tenant. It is on TLS whatever Graph is on: Azure's
// libraries sign in nowhere else.
func (s *Server) AuthorityURL() string { return "https://" + s.secure.Addr().String() }

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

// AddClient makes another application known that can sign in, for instance a planner with read permissions only.
func (s *Server) AddClient(c Client) { s.authority.add(c) }

// SetPermissions replaces the application permissions of the default client. It takes effect at once, also for tokens
// that are out already.
func (s *Server) SetPermissions(permissions ...string) {
	s.authority.setPermissions(s.ClientID(), permissions)
}

// SetClientPermissions replaces the application permissions of one client.
func (s *Server) SetClientPermissions(clientID string, permissions ...string) {
	s.authority.setPermissions(clientID, permissions)
}

// RegisterCertificate lets clients sign in with assertions that the certificate's key has signed.
func (s *Server) RegisterCertificate(certificate *x509.Certificate) {
	s.authority.register(certificate)
}

// AccessToken returns a token for Graph of the default client, as a sign-in would.
func (s *Server) AccessToken() string {
	client, _ := s.authority.client(s.ClientID())
	return s.authority.accessToken(client, s.GraphURL(), s.clock.Now())
}

// FederatedToken returns an identity token as a federated issuer makes it out to this tenant, for settings that take a
// token or a file with one.
func (s *Server) FederatedToken() string {
	now := s.clock.Now()
	return s.authority.sign(claims{
		Audience: federationAudience, Issuer: "https://issuer.example.com", Subject: "repo:example/provisioning:ref:refs/heads/main",
		TokenID: uuid.NewString(), IssuedAt: now.Unix(), NotUntil: now.Unix(), NotAfter: now.Add(federatedLifetime).Unix(),
	})
}

// AddGoToClient makes another OAuth client of GoTo known, or changes one.
func (s *Server) AddGoToClient(c GoToClient) { s.gotoAuthority.add(c) }

// AddPersonalAccessToken makes a personal access token known that belongs to whoever signs in to GoTo with the name.
func (s *Server) AddPersonalAccessToken(token, userName string) { s.gotoAuthority.own(token, userName) }

// RevokePersonalAccessToken ends a personal access token. Access tokens that it has brought stay good until they
// expire, which is invented.
func (s *Server) RevokePersonalAccessToken(token string) { s.gotoAuthority.own(token, "") }

// RevokeGoToAccessTokens ends all access tokens of GoTo that are out, before their time.
func (s *Server) RevokeGoToAccessTokens() { s.gotoAuthority.revokeAccess() }

// NewGoToRefreshToken returns a refresh token of the default client that stands for the person, as a sign-in in a
// browser would have brought it.
func (s *Server) NewGoToRefreshToken(userName string) string {
	return s.gotoAuthority.newRefresh(DefaultGoToClientID, userName)
}

// GoToAccessToken returns an access token of the default client for the seeded administrator, as the token endpoint
// would.
func (s *Server) GoToAccessToken() string {
	client, _ := s.gotoAuthority.client(DefaultGoToClientID, DefaultGoToClientSecret)
	return s.gotoAuthority.issue(client, store.AdminUserName)
}
