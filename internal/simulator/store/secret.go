// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// secretKeys are the names that the synchronization service knows, in their exact spelling.
var secretKeys = strings.Fields(`None UserName Password SecretToken AppKey BaseAddress ClientIdentifier ClientSecret
	SingleSignOnType Sandbox Url Domain ConsumerKey ConsumerSecret TokenKey TokenExpiration Oauth2AccessToken
	Oauth2AccessTokenCreationTime Oauth2RefreshToken SyncAll InstanceName Oauth2ClientId Oauth2ClientSecret CompanyId
	UpdateKeyOnSoftDelete SynchronizationSchedule SystemOfRecord SandboxName EnforceDomain SyncNotificationSettings
	SkipOutOfScopeDeletions Oauth2AuthorizationCode Oauth2RedirectUri ApplicationTemplateIdentifier
	Oauth2TokenExchangeUri Oauth2AuthorizationUri AuthenticationType Server PerformInboundEntitlementGrants
	HardDeletesEnabled SyncAgentCompatibilityKey SyncAgentADContainer ValidateDomain TestReferences ConnectionString`)

// maskedKeys are never shown again once written.
var maskedKeys = strings.Fields(`Password SecretToken AppKey ClientSecret ConsumerSecret TokenKey Oauth2AccessToken
	Oauth2RefreshToken Oauth2ClientSecret Oauth2AuthorizationCode ConnectionString`)

// IsSecretKey says whether the service knows a key by this exact spelling.
func IsSecretKey(key string) bool { return slices.Contains(secretKeys, key) }

// IsMasked says whether the value of a key is shown as "*".
func IsMasked(key string) bool { return slices.Contains(maskedKeys, key) }

// Secrets returns what is stored, unmasked.
func (s *Store) Secrets(servicePrincipalID string) ([]KeyValue, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, err := s.principal(servicePrincipalID)
	if err != nil {
		return nil, err
	}
	return slices.Clone(s.secrets[p.ID]), nil
}

// Secret returns one stored value, unmasked, and empty if there is none.
func (s *Store) Secret(servicePrincipalID, key string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.secret(servicePrincipalID, key)
}

// secret needs the lock.
func (s *Store) secret(servicePrincipalID, key string) string {
	for _, e := range s.secrets[strings.ToLower(servicePrincipalID)] {
		if e.Key == key {
			return e.Value
		}
	}
	return ""
}

// UnknownKeyError is the error for a secret key that the service does not know by this spelling.
type UnknownKeyError struct{ Key string }

func (e *UnknownKeyError) Error() string { return fmt.Sprintf("unknown secret key %q", e.Key) }

// SecretOptions says where services differ in how they write secrets.
type SecretOptions struct {
	Replace bool // drops the keys that a write leaves out; otherwise they stay
	// MaskedUnchanged takes a "*" for what is stored already.
	MaskedUnchanged bool
	Limit           int // the most bytes that all credentials and addresses may take, 0 for no limit
}

// PutSecrets writes secrets. An empty value removes its key. A "*" is stored as just that, which breaks
// the credential, unless the options say otherwise.
func (s *Store) PutSecrets(servicePrincipalID string, entries []KeyValue, opts SecretOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.principal(servicePrincipalID)
	if err != nil {
		return err
	}
	var kept []KeyValue
	if !opts.Replace {
		kept = slices.Clone(s.secrets[p.ID])
	}
	for _, e := range entries {
		if !IsSecretKey(e.Key) {
			return &UnknownKeyError{Key: e.Key}
		}
		if e.Key == "SyncNotificationSettings" {
			var settings map[string]json.RawMessage
			if json.Unmarshal([]byte(e.Value), &settings) != nil || settings == nil {
				return &RequestError{Code: "InvalidNotificationSettings"}
			}
		}
		if at := slices.IndexFunc(s.secrets[p.ID], func(have KeyValue) bool { return have.Key == e.Key }); opts.MaskedUnchanged && e.Value == "*" && at >= 0 {
			e = s.secrets[p.ID][at]
		}
		kept = upsert(kept, e)
	}
	if size := secretSize(kept); opts.Limit > 0 && size > opts.Limit {
		return requestError("CredentialSizeLimitExceeded", "%d bytes of credentials and addresses exceed the limit of %d", size, opts.Limit)
	}
	s.secrets[p.ID] = kept
	for _, j := range s.jobs[p.ID] {
		if c := s.connectors[j.ConnectorID]; j.Status.Code == CodeNotConfigured && s.hasCredentials(p.ID, c) {
			j.Status.Code = CodePaused
		}
	}
	return nil
}

func upsert(entries []KeyValue, e KeyValue) []KeyValue {
	at := slices.IndexFunc(entries, func(have KeyValue) bool { return have.Key == e.Key })
	switch {
	case e.Value == "" && at >= 0:
		return slices.Delete(entries, at, at+1)
	case e.Value == "":
		return entries
	case at >= 0:
		entries[at].Value = e.Value
		return entries
	default:
		return append(entries, e)
	}
}

// secretSize counts the credentials and the notification address, which share one limit.
func secretSize(entries []KeyValue) int {
	size := 0
	for _, e := range entries {
		switch e.Key {
		case "SyncAll", "SkipOutOfScopeDeletions":
		case "SyncNotificationSettings":
			var settings struct{ Recipients string }
			_ = json.Unmarshal([]byte(e.Value), &settings) // checked before it was stored
			size += len(settings.Recipients)
		default:
			size += len(e.Value)
		}
	}
	return size
}

// hasCredentials needs the lock.
func (s *Store) hasCredentials(principalID string, c *Connector) bool {
	return c != nil && !slices.ContainsFunc(c.Generation.keys(), func(key string) bool { return s.secret(principalID, key) == "" })
}
