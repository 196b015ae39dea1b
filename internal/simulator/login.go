// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Sign-in errors by their AADSTS number, with the OAuth error and the HTTP status they come with.
var signInErrors = map[int]struct {
	oauth   string
	status  int
	message string
}{
	50076:   {"invalid_grant", http.StatusBadRequest, "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication."},
	53003:   {"invalid_grant", http.StatusBadRequest, "Access has been blocked by Conditional Access policies."},
	70021:   {"invalid_request", http.StatusBadRequest, "No matching federated identity record found for presented assertion."},
	90002:   {"invalid_request", http.StatusBadRequest, "Tenant not found."},
	700016:  {"unauthorized_client", http.StatusBadRequest, "Application was not found in the directory."},
	700024:  {"invalid_client", http.StatusUnauthorized, "Client assertion is not within its valid time range."},
	700027:  {"invalid_client", http.StatusUnauthorized, "The certificate with which the client assertion is signed is not registered on the application."},
	700213:  {"invalid_request", http.StatusBadRequest, "No matching federated identity record found for presented assertion audience."},
	900144:  {"invalid_request", http.StatusBadRequest, "The request body is missing a required parameter."},
	70003:   {"unsupported_grant_type", http.StatusBadRequest, "The app requested an unsupported grant type."},
	70011:   {"invalid_scope", http.StatusBadRequest, "The provided value for scope is not valid."},
	7000215: {"invalid_client", http.StatusUnauthorized, "Invalid client secret provided."},
	7000222: {"invalid_client", http.StatusUnauthorized, "The provided client secret keys are expired."},
}

// federationAudience is what a federated token must be made out to.
const federationAudience = "api://AzureADTokenExchange"

func signInRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("POST /{tenant}/oauth2/v2.0/token", operation((*call).postToken))
	mux.Handle("GET /{tenant}/v2.0/.well-known/openid-configuration", operation((*call).getOpenIDConfiguration))
	mux.Handle("GET /common/discovery/instance", operation((*call).getInstanceDiscovery))
	mux.Handle("GET /metadata/endpoints", operation((*call).getMetadata))
	mux.Handle("GET /metadata/identity/oauth2/token", operation((*call).getManagedIdentityToken))
	mux.Handle("GET /oidc/github", operation((*call).getGitHubToken))
	mux.Handle("POST /oidc/azuredevops", operation((*call).postAzureDevOpsToken))
	return mux
}

// refuseSignIn is an error in the shape of OAuth, which is not that of Graph.
func (c *call) refuseSignIn(number int, detail string) error {
	e := signInErrors[number]
	text := fmt.Sprintf("AADSTS%d: %s", number, e.message)
	if detail != "" {
		text += " " + detail
	}
	trace, correlation := uuid.NewString(), uuid.NewString()
	now := c.s.clock.Now().Format("2006-01-02 15:04:05Z")
	return &failure{status: e.status, body: object{
		{"error", e.oauth},
		{"error_description", fmt.Sprintf("%s Trace ID: %s Correlation ID: %s Timestamp: %s", text, trace, correlation, now)},
		{"error_codes", []int{number}},
		{"timestamp", now},
		{"trace_id", trace},
		{"correlation_id", correlation},
		{"error_uri", fmt.Sprintf("%s/error?code=%d", c.s.AuthorityURL(), number)},
	}}
}

func (c *call) knowsTenant() bool {
	tenant := c.r.PathValue("tenant")
	return strings.EqualFold(tenant, c.s.TenantID()) || strings.EqualFold(tenant, "corp.example")
}

func (c *call) postToken() (*reply, error) {
	if !c.knowsTenant() {
		return nil, c.refuseSignIn(90002, "")
	}
	if err := c.r.ParseForm(); err != nil {
		return nil, c.refuseSignIn(900144, "")
	}
	form := c.r.PostForm
	client, known := c.s.authority.client(form.Get("client_id"))
	resource, ok := resourceOf(form.Get("scope"))
	switch {
	case form.Get("grant_type") != "client_credentials":
		return nil, c.refuseSignIn(70003, "")
	case !known:
		return nil, c.refuseSignIn(700016, "")
	case !ok:
		return nil, c.refuseSignIn(70011, "")
	}
	if number, detail := c.refusal(client); number != 0 {
		return nil, c.refuseSignIn(number, detail)
	}
	seconds := int64(c.s.opts.TokenLifetime/time.Second) - 1
	return respond(object{
		{"token_type", "Bearer"}, {"expires_in", seconds}, {"ext_expires_in", seconds},
		{"access_token", c.s.authority.accessToken(client, resource, c.s.clock.Now())},
	})
}

// resourceOf returns the resource of a scope such as https://graph.example/.default. Clients send scopes of OpenID
// Connect along with it.
func resourceOf(scopes string) (string, bool) {
	for scope := range strings.FieldsSeq(scopes) {
		if resource, ok := strings.CutSuffix(scope, "/.default"); ok && resource != "" {
			return strings.TrimRight(resource, "/"), true
		}
	}
	return "", false
}

// refusal returns the number of the error with which the client's credential is refused, 0 if it is right.
func (c *call) refusal(client Client) (int, string) {
	if assertion := c.r.PostForm.Get("client_assertion"); assertion != "" {
		return c.s.authority.assertionRefusal(client, assertion, c.s.clock.Now())
	}
	secret := c.r.PostForm.Get("client_secret")
	switch {
	case secret == "":
		return 900144, "client_assertion or client_secret is needed."
	case subtle.ConstantTimeCompare([]byte(secret), []byte(client.Secret)) != 1:
		return 7000215, "Make sure that the secret being sent is the value and not the id of the secret."
	}
	return 0, ""
}

// assertionRefusal checks a client assertion: one that a registered certificate signed, or a token of a federated
// issuer. The former goes by real time, because the client makes it out.
func (a *authority) assertionRefusal(client Client, assertion string, moment time.Time) (int, string) {
	header, c, err := readToken(assertion)
	if err != nil {
		return 700027, ""
	}
	if header.Thumbprint != "" || header.SHA256 != "" {
		now := time.Now().Unix()
		switch {
		case !strings.EqualFold(c.Issuer, client.ID) || !strings.EqualFold(c.Subject, client.ID):
			return 700027, "Issuer and subject must be the client."
		case !strings.Contains(strings.ToLower(c.Audience), "/oauth2/v2.0/token"):
			return 700027, "The audience must be the token endpoint."
		case c.NotAfter < now || c.NotUntil > now+300:
			return 700024, ""
		case !a.signedByCertificate(assertion, header):
			return 700027, ""
		}
		return 0, ""
	}
	c, err = a.verify(assertion)
	switch {
	case err != nil:
		return 70021, ""
	case c.Audience != federationAudience:
		return 700213, ""
	case c.NotAfter <= moment.Unix():
		return 700024, ""
	}
	return 0, ""
}

func (c *call) getOpenIDConfiguration() (*reply, error) {
	if !c.knowsTenant() {
		return nil, c.refuseSignIn(90002, "")
	}
	base := c.s.AuthorityURL() + "/" + c.r.PathValue("tenant")
	return respond(object{
		{"token_endpoint", base + "/oauth2/v2.0/token"},
		{"token_endpoint_auth_methods_supported", []string{"client_secret_post", "private_key_jwt", "client_secret_basic"}},
		{"jwks_uri", base + "/discovery/v2.0/keys"},
		{"issuer", base + "/v2.0"},
		{"authorization_endpoint", base + "/oauth2/v2.0/authorize"},
		{"response_types_supported", []string{"code", "id_token"}},
		{"scopes_supported", []string{"openid", "profile", "email", "offline_access"}},
		{"subject_types_supported", []string{"pairwise"}},
		{"id_token_signing_alg_values_supported", []string{"RS256"}},
	})
}

func (c *call) getInstanceDiscovery() (*reply, error) {
	host := strings.TrimPrefix(strings.TrimPrefix(c.s.AuthorityURL(), "https://"), "http://")
	return respond(object{
		{"tenant_discovery_endpoint", c.s.AuthorityURL() + "/" + c.s.TenantID() + "/v2.0/.well-known/openid-configuration"},
		{"api-version", "1.1"},
		{"metadata", []any{object{
			{"preferred_network", host}, {"preferred_cache", host}, {"aliases", []string{host}},
		}}},
	})
}

// getMetadata describes the cloud to clients that discover its endpoints.
func (c *call) getMetadata() (*reply, error) {
	base := c.s.baseURL()
	return respond(object{
		{"name", "GoToMeetingSimulator"},
		{"portal", "https://portal.example.com"},
		{"resourceManager", base + "/"},
		{"microsoftGraphResourceId", c.s.GraphURL() + "/"},
		{"authentication", object{
			{"loginEndpoint", c.s.AuthorityURL()}, {"audiences", []string{base}}, {"tenant", "common"}, {"identityProvider", "AAD"},
		}},
	})
}

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
