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

// SecretSet holds the secrets of one service principal in the order in which they were first written.
type SecretSet struct{ entries []KeyValue }

// Get returns the stored value of a key, also of one that is masked on the wire.
func (s *SecretSet) Get(key string) string {
	if s != nil {
		for _, e := range s.entries {
			if e.Key == key {
				return e.Value
			}
		}
	}
	return ""
}

// Secrets returns what is stored, unmasked.
func (s *Store) Secrets(servicePrincipalID string) ([]KeyValue, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, ok := s.principal(servicePrincipalID)
	if !ok {
		return nil, notFound(MissingPrincipal, servicePrincipalID)
	}
	if set := s.secrets[p.ID]; set != nil {
		return slices.Clone(set.entries), nil
	}
	return nil, nil
}

// Secret returns one stored value, unmasked, and empty if there is none.
func (s *Store) Secret(servicePrincipalID, key string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.secrets[strings.ToLower(servicePrincipalID)].Get(key)
}

// UnknownKeyError is returned for a secret key that the service does not know by this spelling.
type UnknownKeyError struct{ Key string }

func (e *UnknownKeyError) Error() string { return fmt.Sprintf("unknown secret key %q", e.Key) }

// NotificationError is returned for notification settings that are not a JSON object.
type NotificationError struct{}

func (e *NotificationError) Error() string { return "notification settings are not a JSON object" }

// SizeError is returned where credentials and addresses exceed what the cloud stores.
type SizeError struct{ Bytes, Limit int }

func (e *SizeError) Error() string {
	return fmt.Sprintf("%d bytes of credentials and addresses exceed the limit of %d", e.Bytes, e.Limit)
}

// SecretOptions says where services differ in how they write secrets.
type SecretOptions struct {
	// Replace drops the keys that a write leaves out; otherwise they stay.
	Replace bool
	// Limit is the most bytes that all credentials and addresses may take, 0 for no limit.
	Limit int
}

// PutSecrets writes secrets. An empty value removes its key. A "*" is stored as just that, which breaks the credential.
func (s *Store) PutSecrets(servicePrincipalID string, entries []KeyValue, opts SecretOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.principal(servicePrincipalID)
	if !ok {
		return notFound(MissingPrincipal, servicePrincipalID)
	}
	var kept []KeyValue
	if set := s.secrets[p.ID]; set != nil && !opts.Replace {
		kept = slices.Clone(set.entries)
	}
	for _, e := range entries {
		if !IsSecretKey(e.Key) {
			return &UnknownKeyError{Key: e.Key}
		}
		if e.Key == "SyncNotificationSettings" {
			var settings map[string]json.RawMessage
			if json.Unmarshal([]byte(e.Value), &settings) != nil || settings == nil {
				return &NotificationError{}
			}
		}
		kept = upsert(kept, e)
	}
	if size := secretSize(kept); opts.Limit > 0 && size > opts.Limit {
		return &SizeError{Bytes: size, Limit: opts.Limit}
	}
	s.secrets[p.ID] = &SecretSet{entries: kept}
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
	if c == nil {
		return false
	}
	for _, key := range c.SecretKeys {
		if s.secrets[principalID].Get(key) == "" {
			return false
		}
	}
	return true
}

// Credentials returns the stored values of the keys that the connector needs.
func (s *Store) Credentials(servicePrincipalID, connectorID string) map[string]string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	found := map[string]string{}
	if c, ok := s.connectors[connectorID]; ok {
		for _, key := range c.SecretKeys {
			if value := s.secrets[strings.ToLower(servicePrincipalID)].Get(key); value != "" {
				found[key] = value
			}
		}
	}
	return found
}
