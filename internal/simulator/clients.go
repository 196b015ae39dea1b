// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"crypto/x509"

	"github.com/google/uuid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

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
func (s *Server) AddPersonalAccessToken(token, userName string) {
	s.gotoAuthority.own(token, userName)
}

// RevokePersonalAccessToken ends a personal access token. Access tokens that it has brought stay good until they
// expire, which is invented.
func (s *Server) RevokePersonalAccessToken(token string) {
	s.gotoAuthority.own(token, "")
}

// RevokeGoToAccessTokens ends all access tokens of GoTo that are out, before their time.
func (s *Server) RevokeGoToAccessTokens() {
	s.gotoAuthority.revokeAccess()
}

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
