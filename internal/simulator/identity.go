// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Bearer tokens with which a build job may ask for its identity token.
const (
	GitHubRequestToken = "simulated-github-request-token"
	AzureDevOpsToken   = "simulated-system-access-token"
)

// federatedLifetime is how long the identity token of a build job lasts.
const federatedLifetime = 10 * time.Minute

// getManagedIdentityToken answers like the instance metadata service. The moment of expiry goes by real time, because
// clients compare it with theirs.
func (c *call) getManagedIdentityToken() (*reply, error) {
	query := c.r.URL.Query()
	id := query.Get("client_id")
	if id == "" {
		id = c.s.ClientID()
	}
	client, known := c.s.authority.client(id)
	switch {
	case !strings.EqualFold(c.r.Header.Get("Metadata"), "true") && c.r.Header.Get("X-Identity-Header") == "":
		return jsonReply(http.StatusBadRequest, object{{"error", "invalid_request"}, {"error_description", "Required metadata header not specified"}}), nil
	case query.Get("resource") == "":
		return jsonReply(http.StatusBadRequest, object{{"error", "invalid_request"}, {"error_description", "Required query variable resource is missing"}}), nil
	case !known:
		return jsonReply(http.StatusBadRequest, object{{"error", "invalid_request"}, {"error_description", "Identity not found"}}), nil
	default:
		seconds := int64(c.s.opts.TokenLifetime/time.Second) - 1
		resource := strings.TrimRight(query.Get("resource"), "/")
		return respond(object{
			{"access_token", c.s.authority.accessToken(client, resource, c.s.clock.Now())},
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

func (c *call) getGitHubToken() (*reply, error) {
	if c.r.Header.Get("Authorization") != "Bearer "+GitHubRequestToken {
		return jsonReply(http.StatusUnauthorized, object{{"message", "Bad credentials"}}), nil
	}
	token := c.s.FederatedToken()
	if audience := c.r.URL.Query().Get("audience"); audience != federationAudience {
		now := c.s.clock.Now()
		token = c.s.authority.sign(claims{Audience: audience, Issuer: "https://issuer.example.com", NotAfter: now.Add(federatedLifetime).Unix()})
	}
	return respond(object{{"count", len(token)}, {"value", token}})
}

func (c *call) postAzureDevOpsToken() (*reply, error) {
	query := c.r.URL.Query()
	switch {
	case c.r.Header.Get("Authorization") != "Bearer "+AzureDevOpsToken:
		return jsonReply(http.StatusUnauthorized, object{{"message", "The request is not authorized."}}), nil
	case query.Get("serviceConnectionId") == "" || query.Get("api-version") == "":
		return jsonReply(http.StatusBadRequest, object{{"message", "serviceConnectionId and api-version are needed."}}), nil
	default:
		return respond(object{{"oidcToken", c.s.FederatedToken()}})
	}
}
