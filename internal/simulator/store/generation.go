// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Generation is how a connector signs in at its target. One connector has had, has or will have each of them.
type Generation string

// The generations, in the order in which they came.
const (
	ByPassword          Generation = "password"           // user name and password
	ByAuthorization     Generation = "authorization"      // the portal's Authorize button: OAuth with an authorization code
	ByToken             Generation = "token"              // Tenant URL and Secret Token
	ByClientCredentials Generation = "client_credentials" // OAuth with client credentials and a seeded access token
)

// Generations lists them all.
func Generations() []Generation {
	return []Generation{ByPassword, ByAuthorization, ByToken, ByClientCredentials}
}

// Known says whether there is such a generation; none stands for the first.
func (g Generation) Known() bool { return g == "" || slices.Contains(Generations(), g) }

// keys are the secrets that a connector of the generation cannot do without, in their exact spelling.
func (g Generation) keys() []string {
	switch g {
	case ByAuthorization:
		return []string{"Oauth2AccessToken"}
	case ByToken:
		return []string{"BaseAddress", "SecretToken"}
	case ByClientCredentials:
		return []string{"BaseAddress", "Oauth2ClientId", "Oauth2ClientSecret", "Oauth2TokenExchangeUri", "Oauth2AccessToken"}
	case ByPassword:
	}
	return []string{"UserName", "Password"}
}

// OAuth says whether the connector signs in with tokens that the service renews.
func (g Generation) OAuth() bool { return g == ByAuthorization || g == ByClientCredentials }

// fields is what a template of the generation says that it asks for. That of client credentials is invented.
func (g Generation) fields() string {
	switch g {
	case ByAuthorization:
		return `[{"name":"oauth2accesstoken","secret":true,"hidden":true}]`
	case ByToken:
		return `[{"name":"baseaddress"},{"name":"secrettoken","secret":true}]`
	case ByClientCredentials:
		return `[{"name":"oauth2accesstoken","secret":true,"hidden":true,"defaultValue":""}]`
	case ByPassword:
	}
	return `[{"name":"username"},{"name":"password","secret":true}]`
}

// Generate has the connector sign in as the generation does from now on, and its template say so.
func (c *Connector) Generate(g Generation) {
	c.Generation = g
	for i := range c.Metadata {
		switch c.Metadata[i].Key {
		case "isOAuthEnabled":
			c.Metadata[i].Value = fmt.Sprint(g.OAuth())
		case "configurationFields":
			c.Metadata[i].Value = g.fields()
		}
	}
}

// What the simulated target accepts unless somebody changes it.
const (
	TenantURL          = "https://scim.example.com"
	SecretToken        = "simulated-secret-token"
	TargetClientID     = "example-client"
	TargetClientSecret = "simulated-target-secret"
	TokenExchangeURI   = "https://login.example.com/oauth/token"
	// SeedToken is an access token such as somebody would mint at TokenExchangeURI. Any other that begins alike will do too.
	SeedToken  = issued + "seed"
	issued     = "access-for-"
	refreshing = "refresh-for-"
)

// target is what the simulated GoTo knows of the sign-ins that are not by user name and password.
type target struct {
	secretToken, clientSecret string
	spent                     map[string]bool // tokens that were replaced by newer ones
	issued                    int
}

// SetSecretToken changes the token that the simulated target accepts.
func (s *Store) SetSecretToken(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.target.secretToken = token
}

// SetTargetClientSecret changes the client secret that the simulated target accepts.
func (s *Store) SetTargetClientSecret(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.target.clientSecret = secret
}

// SignIn tries credentials by secret key at the simulated target, and returns nil if they are accepted. The codes follow
// the patterns that have been seen.
func (s *Store) SignIn(c Connector, g Generation, given map[string]string) *RequestError {
	s.mu.RLock()
	defer s.mu.RUnlock()
	refused := func(message string) *RequestError {
		prefix := c.TargetName
		if g == ByToken {
			prefix = "SystemForCrossDomainIdentityManagement"
		}
		return &RequestError{Code: prefix + "InvalidCredentials", Message: message}
	}
	for _, key := range g.keys() {
		if given[key] == "" {
			return &RequestError{Code: c.TargetName + "MissingCredentials", Message: "The credential " + key + " is missing."}
		}
	}
	for key, known := range map[string]string{"BaseAddress": TenantURL, "Oauth2TokenExchangeUri": TokenExchangeURI} {
		if slices.Contains(g.keys(), key) && !strings.EqualFold(strings.TrimRight(given[key], "/"), known) {
			return Unavailable()
		}
	}
	switch g {
	case ByToken:
		if given["SecretToken"] != s.target.secretToken {
			return refused("The secret token is not valid.")
		}
	case ByClientCredentials, ByAuthorization:
		if g == ByClientCredentials && (given["Oauth2ClientId"] != TargetClientID || given["Oauth2ClientSecret"] != s.target.clientSecret) {
			return refused("The client is unknown or its secret is wrong.")
		}
		if !strings.HasPrefix(given["Oauth2AccessToken"], issued) || s.target.spent[given["Oauth2AccessToken"]] || s.target.spent[given["Oauth2RefreshToken"]] {
			return refused("The access token is not valid. Authorize the application again.")
		}
	case ByPassword:
		for _, admin := range s.admins {
			if strings.EqualFold(admin.UserName, given["UserName"]) && admin.Password == given["Password"] {
				if !admin.TeamAdmin {
					return &RequestError{Code: c.TargetName + "InsufficientRights", Message: "The account signed in, but it is not a team administrator."}
				}
				return nil
			}
		}
		return refused("The user name or the password is wrong.")
	}
	return nil
}

// Unavailable is the error for a target that could not be asked.
func Unavailable() *RequestError {
	return &RequestError{Code: "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable", Message: "The host of the target does not resolve."}
}

// Authorize does what a person does with the portal's Authorize button: the service stores tokens. Only a connector that
// has the button can be authorized.
func (s *Store) Authorize(servicePrincipalID string) error {
	connectors, err := s.ConnectorsFor(servicePrincipalID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(connectors, func(c Connector) bool { return c.Generation == ByAuthorization }) {
		return requestError("AuthorizationNotSupported", "The application has no connector that is authorized.")
	}
	s.mu.Lock()
	tokens := s.issue("authorization", true)
	s.mu.Unlock()
	return s.PutSecrets(servicePrincipalID, tokens, SecretOptions{})
}

// issue needs the lock.
func (s *Store) issue(occasion string, refreshable bool) []KeyValue {
	s.target.issued++
	name := fmt.Sprintf("%s-%d", occasion, s.target.issued)
	tokens := []KeyValue{{"Oauth2AccessToken", issued + name}, {"Oauth2AccessTokenCreationTime", s.now().UTC().Format(time.RFC3339)}}
	if refreshable {
		tokens = append(tokens, KeyValue{"Oauth2RefreshToken", refreshing + name})
	}
	return tokens
}

// RenewTokens swaps the tokens of a job for newer ones, as the service does by itself. What they replace is not accepted
// anymore, which is stricter than most targets are. Without a way to renew, nothing changes.
func (s *Store) RenewTokens(servicePrincipalID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	access, refresh := s.secret(servicePrincipalID, "Oauth2AccessToken"), s.secret(servicePrincipalID, "Oauth2RefreshToken")
	if access == "" || refresh == "" && s.secret(servicePrincipalID, "Oauth2ClientSecret") == "" {
		return
	}
	s.target.spent[access] = true
	if refresh != "" {
		s.target.spent[refresh] = true
	}
	id := strings.ToLower(servicePrincipalID)
	for _, token := range s.issue("renewal", refresh != "") {
		s.secrets[id] = upsert(s.secrets[id], token)
	}
}

// Credentials returns all stored values by their keys, unmasked.
func (s *Store) Credentials(servicePrincipalID string) map[string]string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return maps.Collect(func(yield func(string, string) bool) {
		for _, e := range s.secrets[strings.ToLower(servicePrincipalID)] {
			if !yield(e.Key, e.Value) {
				return
			}
		}
	})
}
