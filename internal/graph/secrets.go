// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"net/http"
	"slices"
	"strings"
)

// KeyValue is one secret or setting on the wire.
type KeyValue struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// MaskedValue is what a read returns in place of a secret.
const MaskedValue = "*"

// HoldCredential reports whether stored secrets hold a credential: a value that the service masks.
func HoldCredential(secrets []KeyValue) bool {
	return slices.ContainsFunc(secrets, func(pair KeyValue) bool { return pair.Value == MaskedValue })
}

// IsOn reports whether stored secrets have a setting switched on. The service describes such settings as True and False, and as
// 1 and 0.
func IsOn(secrets []KeyValue, key string) bool {
	return slices.ContainsFunc(secrets, func(pair KeyValue) bool {
		return strings.EqualFold(pair.Key, key) && (strings.EqualFold(pair.Value, "true") || pair.Value == "1")
	})
}

// ScopeIsAll reports whether stored secrets have everybody in the directory provisioned instead of those who are assigned.
func ScopeIsAll(secrets []KeyValue) bool { return IsOn(secrets, "SyncAll") }

// GetSecrets returns the stored secrets and settings; secret values read MaskedValue. Empty when never set up, which
// the service may also answer with 404.
func (c *Client) GetSecrets(ctx context.Context, servicePrincipalID string) ([]KeyValue, error) {
	secrets, err := list[KeyValue](ctx, c, call{method: http.MethodGet, path: syncPath(servicePrincipalID, "secrets"), needs: writesSynchronization, mayBeNone: true})
	if IsNotFound(err) {
		return nil, nil
	}
	return secrets, err
}

// PutSecrets writes secrets and settings. Whether omitted keys survive depends on the service.
func (c *Client) PutSecrets(ctx context.Context, servicePrincipalID string, secrets []KeyValue) error {
	return c.do(ctx, call{
		method: http.MethodPut, path: syncPath(servicePrincipalID, "secrets"), needs: writesSynchronization,
		body:    map[string]any{"value": nonNil(secrets)},
		secrets: values(secrets),
	}, nil)
}

// ValidateCredentials has the service sign in to the target with credentials, before a job exists.
func (c *Client) ValidateCredentials(ctx context.Context, servicePrincipalID, templateID string, credentials []KeyValue) error {
	return c.do(ctx, call{
		method: http.MethodPost, path: syncPath(servicePrincipalID, "jobs", "validateCredentials"), needs: writesSynchronization, reads: true, verdict500: true,
		body:    map[string]any{"templateId": templateID, "useSavedCredentials": false, "credentials": nonNil(credentials)},
		secrets: values(credentials),
	}, nil)
}

// ValidateJobCredentials has the service sign in to the target for a job: with credentials, or with the stored ones when
// credentials is nil.
func (c *Client) ValidateJobCredentials(ctx context.Context, ref JobRef, credentials []KeyValue) error {
	return c.do(ctx, call{
		method: http.MethodPost, path: ref.path("validateCredentials"), needs: writesSynchronization, reads: true, verdict500: true,
		body:    map[string]any{"useSavedCredentials": credentials == nil, "credentials": nonNil(credentials)},
		secrets: values(credentials),
	}, nil)
}

// nonNil makes sure that no entries are an empty list on the wire.
func nonNil(pairs []KeyValue) []KeyValue {
	if pairs == nil {
		return []KeyValue{}
	}
	return pairs
}

func values(pairs []KeyValue) []string {
	all := make([]string, len(pairs))
	for i, pair := range pairs {
		all[i] = pair.Value
	}
	return all
}

// SecretKeys are the members of the service's enumeration synchronizationSecret, in the exact spelling that it demands
// on write. https://learn.microsoft.com/graph/api/resources/synchronization-synchronizationsecretkeystringvaluepair
var SecretKeys = []string{
	"None", "UserName", "Password", "SecretToken", "AppKey", "BaseAddress", "ClientIdentifier", "ClientSecret", "SingleSignOnType",
	"Sandbox", "Url", "Domain", "ConsumerKey", "ConsumerSecret", "TokenKey", "TokenExpiration", "Oauth2AccessToken",
	"Oauth2AccessTokenCreationTime", "Oauth2RefreshToken", "SyncAll", "InstanceName", "Oauth2ClientId", "Oauth2ClientSecret",
	"CompanyId", "UpdateKeyOnSoftDelete", "SynchronizationSchedule", "SystemOfRecord", "SandboxName", "EnforceDomain",
	"SyncNotificationSettings", "SkipOutOfScopeDeletions", "Oauth2AuthorizationCode", "Oauth2RedirectUri",
	"ApplicationTemplateIdentifier", "Oauth2TokenExchangeUri", "Oauth2AuthorizationUri", "AuthenticationType", "Server",
	"PerformInboundEntitlementGrants", "HardDeletesEnabled", "SyncAgentCompatibilityKey", "SyncAgentADContainer",
	"ValidateDomain", "TestReferences", "ConnectionString",
}
