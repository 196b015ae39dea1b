// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Bearer tokens with which a build job may ask for its identity token.
const (
	GitHubRequestToken = "simulated-github-request-token"
	AzureDevOpsToken   = "simulated-system-access-token"
)

// federatedLifetime is how long the identity token of a build job lasts.
const federatedLifetime = 10 * time.Minute

// FederatedToken returns an identity token as a federated issuer makes it out to this tenant, for settings that take a
// token or a file with one.
func (s *Server) FederatedToken() string {
	now := s.clock.Now()
	return s.authority.sign(claims{
		Audience: federationAudience, Issuer: "https://issuer.example.com", Subject: "repo:example/provisioning:ref:refs/heads/main",
		TokenID: uuid.NewString(), IssuedAt: now.Unix(), NotUntil: now.Unix(), NotAfter: now.Add(federatedLifetime).Unix(),
	})
}

// ManagedIdentityURL returns the address that answers like the instance metadata service of a virtual machine.
func (s *Server) ManagedIdentityURL() string { return s.baseURL() + "/metadata/identity/oauth2/token" }

// GitHubRequestURL returns the address at which a GitHub job asks for its identity token, with GitHubRequestToken.
func (s *Server) GitHubRequestURL() string { return s.baseURL() + "/oidc/github?api-version=2.0" }

// AzureDevOpsRequestURL returns the address at which an Azure DevOps job asks for its identity token, with
// AzureDevOpsToken.
func (s *Server) AzureDevOpsRequestURL() string { return s.baseURL() + "/oidc/azuredevops" }

// getManagedIdentityToken answers like the instance metadata service. The moment of expiry goes by real time, because
// clients compare it with theirs.
func (s *Server) getManagedIdentityToken(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	id := query.Get("client_id")
	if id == "" {
		id = s.ClientID()
	}
	client, known := s.authority.client(id)
	switch {
	case !strings.EqualFold(r.Header.Get("Metadata"), "true") && r.Header.Get("X-Identity-Header") == "":
		writeJSON(w, http.StatusBadRequest, object{{"error", "invalid_request"}, {"error_description", "Required metadata header not specified"}})
	case query.Get("resource") == "":
		writeJSON(w, http.StatusBadRequest, object{{"error", "invalid_request"}, {"error_description", "Required query variable resource is missing"}})
	case !known:
		writeJSON(w, http.StatusBadRequest, object{{"error", "invalid_request"}, {"error_description", "Identity not found"}})
	default:
		seconds := int64(s.opts.TokenLifetime/time.Second) - 1
		resource := strings.TrimRight(query.Get("resource"), "/")
		writeJSON(w, http.StatusOK, object{
			{"access_token", s.authority.accessToken(client, resource, s.clock.Now())},
			{"client_id", client.ID},
			{"expires_in", strconv.FormatInt(seconds, 10)},
			{"expires_on", strconv.FormatInt(time.Now().Unix()+seconds, 10)},
			{"ext_expires_in", strconv.FormatInt(seconds, 10)},
			{"not_before", strconv.FormatInt(time.Now().Unix(), 10)},
			{"resource", query.Get("resource")},
			{"token_type", "Bearer"},
		})
	}
}

func (s *Server) getGitHubToken(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+GitHubRequestToken {
		writeJSON(w, http.StatusUnauthorized, object{{"message", "Bad credentials"}})
		return
	}
	token := s.FederatedToken()
	if audience := r.URL.Query().Get("audience"); audience != federationAudience {
		now := s.clock.Now()
		token = s.authority.sign(claims{Audience: audience, Issuer: "https://issuer.example.com", NotAfter: now.Add(federatedLifetime).Unix()})
	}
	writeJSON(w, http.StatusOK, object{{"count", len(token)}, {"value", token}})
}

func (s *Server) postAzureDevOpsToken(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	switch {
	case r.Header.Get("Authorization") != "Bearer "+AzureDevOpsToken:
		writeJSON(w, http.StatusUnauthorized, object{{"message", "The request is not authorized."}})
	case query.Get("serviceConnectionId") == "" || query.Get("api-version") == "":
		writeJSON(w, http.StatusBadRequest, object{{"message", "serviceConnectionId and api-version are needed."}})
	default:
		writeJSON(w, http.StatusOK, object{{"oidcToken", s.FederatedToken()}})
	}
}
