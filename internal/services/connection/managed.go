// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Keys of the service that the code has to know by name.
// https://learn.microsoft.com/graph/api/resources/synchronization-synchronizationsecretkeystringvaluepair
const (
	keyUserName     = "UserName"
	keyPassword     = "Password"
	keySyncAll      = "SyncAll"
	keySkip         = "SkipOutOfScopeDeletions"
	keyNotification = "SyncNotificationSettings"
)

// defaultThreshold is what the service assumes when accidental-deletion prevention is on without a number.
const defaultThreshold = 500

// kind says how the service treats the value of an attribute.
type kind int

const (
	setting    kind = iota // readable
	credential             // readable, and part of what the service signs in with
	secret                 // part of that too, and masked when read
)

// managed ties an attribute to the place where the service keeps its value. Reading, writing, clearing, the checks and
// the paths of their messages all follow managedAttributes: a new attribute needs its schema, its field in model, and a
// row there. A row without a default is text, or a map of texts, that the service has only if somebody sets it.
type managed struct {
	attribute string
	kind      kind
	// key is the service's; "" for a map that names the keys itself.
	key string
	// member of the JSON object under the key, where several attributes share one.
	member string
	// unset is the string, bool or int64 that a setting reads as when the service does not list it. A setting that has
	// this is always written.
	unset any
	// words are the service's Booleans in text for the attribute's values.
	words map[any]string
	// sparse settings are not written as long as the service does not list them and they are wanted unset.
	sparse bool
	// version is the attribute whose change announces a new write-only value, and noun what messages call that value.
	version, noun string
}

// managedAttributes has a row for each attribute whose value the service keeps. Where two attributes have one key, the
// first is the one to recommend.
var managedAttributes = []managed{
	{attribute: "admin_username", kind: credential, key: keyUserName},
	{attribute: "admin_password_wo", kind: secret, key: keyPassword, version: "admin_password_wo_version", noun: "password"},
	{attribute: "admin_password", kind: secret, key: keyPassword},
	{attribute: "connector_settings", kind: setting},
	{attribute: "credentials_wo", kind: secret, version: "credentials_wo_version", noun: "credentials"},
	{attribute: "scope", key: keySyncAll, unset: scopeAssigned, words: map[any]string{scopeAll: "true", scopeAssigned: "false"}},
	{attribute: "skip_out_of_scope_deletions", key: keySkip, unset: false, words: map[any]string{true: "True", false: "False"}, sparse: true},
	{attribute: "notification_email", key: keyNotification, member: "Recipients", unset: ""},
	{attribute: "notification_enabled", key: keyNotification, member: "Enabled", unset: false},
	{attribute: "prevent_accidental_deletions", key: keyNotification, member: "DeleteThresholdEnabled", unset: false},
	{attribute: "accidental_deletion_threshold", key: keyNotification, member: "DeleteThresholdValue", unset: int64(defaultThreshold)},
}

// owner returns the attribute that a key of the service belongs to, and which the maps therefore must not have.
func owner(key string) (a managed, owned bool) {
	for _, a := range managedAttributes {
		if strings.EqualFold(a.key, key) {
			return a, a.key != ""
		}
	}
	return managed{}, false
}

// renewed reports keys that the service renews by itself. A configured value is a seed, sent once with a version of
// the credentials: sent again, it would overwrite the newer value of the service.
func renewed(key string) bool {
	return slices.Contains([]string{"Oauth2AccessToken", "Oauth2RefreshToken", "Oauth2AccessTokenCreationTime", "Oauth2AuthorizationCode", "TokenExpiration"}, key)
}

// always reports whether the setting is written whether the configuration has it or not.
func (a managed) always() bool { return a.unset != nil }

// entries are the keys that the attribute has a value for in m, known or not.
func (a managed) entries(m model) map[string]types.String {
	entries := map[string]types.String{}
	switch value := m.value(a.attribute).(type) {
	case types.String:
		if !value.IsNull() {
			entries[a.key] = value
		}
	case types.Map:
		for key, element := range value.Elements() {
			entries[key], _ = element.(types.String)
		}
	}
	return entries
}

// fromMember reads the member of a JSON object that holds the setting; one of another type is practically none.
func (a managed) fromMember(raw json.RawMessage) any {
	read := reflect.New(reflect.TypeOf(a.unset))
	if json.Unmarshal(raw, read.Interface()) != nil || read.Elem().CanInt() && read.Elem().Int() <= 0 {
		return a.unset
	}
	return read.Elem().Interface()
}

// fromWord reads a setting that the service keeps as a Boolean in text. Its case varies, and "1" is documented as well.
func (a managed) fromWord(word string) any {
	isTrue := strings.EqualFold(word, "true") || word == "1"
	for value, known := range a.words {
		if strings.EqualFold(known, "true") == isTrue {
			return value
		}
	}
	return a.unset
}

// alike reports whether two values mean the same; services and people write addresses and names in varying case.
func alike(one, other any) bool {
	a, isText := one.(string)
	b, _ := other.(string)
	return isText && strings.EqualFold(a, b) || one == other
}
