// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// Keys of the settings that this resource always owns, and of the two credentials with attributes of their own.
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

// settings are the readable properties of a connection, as stored in its secrets.
type settings struct {
	NotificationEmail   string
	NotificationEnabled bool
	PreventDeletions    bool
	DeletionThreshold   int64
	ScopeAll            bool
	SkipOutOfScope      bool
}

// desired is what one write should leave behind.
type desired struct {
	settings settings
	// plain are readable values by key; "" removes the key.
	plain map[string]string
	// secret are values that the service masks on read.
	secret map[string]string
	// secretFrom is the attribute to blame when the target refuses them.
	secretFrom string
}

// stored is what the service returned, in its order.
type stored []graph.KeyValue

func (s stored) get(key string) (string, bool) {
	for _, pair := range s {
		if strings.EqualFold(pair.Key, key) {
			return pair.Value, true
		}
	}
	return "", false
}

// masked lists the keys whose values the service hides.
func (s stored) masked() []string {
	var keys []string
	for _, pair := range s {
		if pair.Value == graph.MaskedValue {
			keys = append(keys, pair.Key)
		}
	}
	return keys
}

// settings reads the settings; what was never written reads as the service's default.
func (s stored) settings() settings {
	result := settings{DeletionThreshold: defaultThreshold}
	if value, ok := s.get(keySyncAll); ok {
		result.ScopeAll = truth(value)
	}
	if value, ok := s.get(keySkip); ok {
		result.SkipOutOfScope = truth(value)
	}
	members := s.notification()
	_ = json.Unmarshal(members["Enabled"], &result.NotificationEnabled)
	_ = json.Unmarshal(members["Recipients"], &result.NotificationEmail)
	_ = json.Unmarshal(members["DeleteThresholdEnabled"], &result.PreventDeletions)
	var threshold int64
	if json.Unmarshal(members["DeleteThresholdValue"], &threshold) == nil && threshold > 0 {
		result.DeletionThreshold = threshold
	}
	// Without an address nothing is sent, whatever the check box says.
	result.NotificationEnabled = result.NotificationEnabled && result.NotificationEmail != ""
	return result
}

// same reports whether settings mean the same; services and people write addresses in varying case.
func (s settings) same(other settings) bool {
	if strings.EqualFold(s.NotificationEmail, other.NotificationEmail) {
		other.NotificationEmail = s.NotificationEmail
	}
	return s == other
}

// notificationMembers are the members of SyncNotificationSettings that we know.
var notificationMembers = []string{"Enabled", "Recipients", "DeleteThresholdEnabled", "DeleteThresholdValue", "HumanResourcesLookaheadQueryEnabled"}

// notification returns the members of SyncNotificationSettings, a JSON object inside a string; empty when unset or
// unreadable. Members that we know come in our spelling.
func (s stored) notification() map[string]json.RawMessage {
	members := map[string]json.RawMessage{}
	value, _ := s.get(keyNotification)
	if json.Unmarshal([]byte(value), &members) != nil || members == nil {
		return map[string]json.RawMessage{}
	}
	for _, name := range notificationMembers {
		for sent, raw := range members {
			if sent != name && strings.EqualFold(sent, name) {
				delete(members, sent)
				members[name] = raw
			}
		}
	}
	return members
}

// truth reads the service's Booleans in strings, whose casing varies and for which "1" is documented as well.
func truth(s string) bool { return strings.EqualFold(s, "true") || s == "1" }

// plan works out the PUT that leaves want behind: every key that we own, readable foreign keys carried along, no masked
// value ever sent back. A nil result means that nothing differs and nothing is to be written; secrets alone count as a
// difference only when they are new. lost are masked keys that the PUT cannot repeat and that a service which replaces
// the whole set would drop.
func (s stored) plan(want desired, newSecrets bool) (put []graph.KeyValue, lost []string) {
	owned := map[string]string{
		keySyncAll:      map[bool]string{true: "true", false: "false"}[want.settings.ScopeAll],
		keyNotification: s.notificationText(want.settings),
	}
	if _, listed := s.get(keySkip); listed || want.settings.SkipOutOfScope {
		owned[keySkip] = map[bool]string{true: "True", false: "False"}[want.settings.SkipOutOfScope]
	}
	changed := !s.settings().same(want.settings) || newSecrets
	for _, key := range []string{keySyncAll, keyNotification} {
		if _, ok := s.get(key); !ok {
			changed = true
		}
	}
	for key, value := range want.plain {
		owned[key] = value
		if now, ok := s.get(key); now != value || !ok && value != "" {
			changed = true
		}
	}
	maps.Copy(owned, want.secret)
	if !changed {
		return nil, nil
	}
	for _, key := range slices.Sorted(maps.Keys(owned)) {
		put = append(put, graph.KeyValue{Key: key, Value: owned[key]})
	}
	for _, pair := range s {
		switch {
		case has(owned, pair.Key):
		case pair.Value == graph.MaskedValue:
			lost = append(lost, pair.Key)
		case pair.Value != "":
			put = append(put, pair)
		}
	}
	return put, lost
}

func has(owned map[string]string, key string) bool {
	for known := range owned {
		if strings.EqualFold(known, key) {
			return true
		}
	}
	return false
}

// notificationText writes all members that we know, as what becomes of omitted ones is not documented, and keeps others.
func (s stored) notificationText(want settings) string {
	members := s.notification()
	set := func(name string, value any) {
		text, err := json.Marshal(value)
		if err == nil {
			members[name] = text
		}
	}
	set("Enabled", want.NotificationEnabled)
	set("Recipients", want.NotificationEmail)
	set("DeleteThresholdEnabled", want.PreventDeletions)
	set("DeleteThresholdValue", want.DeletionThreshold)
	if _, ok := members["HumanResourcesLookaheadQueryEnabled"]; !ok {
		set("HumanResourcesLookaheadQueryEnabled", false)
	}
	text, err := json.Marshal(members)
	if err != nil {
		return "{}" // cannot happen: every member was marshalled or came from valid JSON
	}
	return string(text)
}

// missing says what of a PUT is not visible yet, or "" when all of it is.
func (s stored) missing(put []graph.KeyValue) string {
	for _, pair := range put {
		now, ok := s.get(pair.Key)
		switch {
		case pair.Value == "":
			if ok && now != "" {
				return fmt.Sprintf("`%s` is still set", pair.Key)
			}
		case !ok:
			return fmt.Sprintf("`%s` is not listed", pair.Key)
		case now == graph.MaskedValue, strings.EqualFold(now, pair.Value):
		case pair.Key == keyNotification && (stored{{Key: keyNotification, Value: now}}).settings().same((stored{pair}).settings()):
		default:
			return fmt.Sprintf("`%s` still has its old value", pair.Key)
		}
	}
	return ""
}

// vanished lists the keys that were masked before a write and are gone after it.
func (s stored) vanished(before []string) []string {
	var gone []string
	for _, key := range before {
		if now, ok := s.get(key); !ok || now == "" {
			gone = append(gone, key)
		}
	}
	return gone
}

// size is what the US Government clouds limit to 1,024 bytes: all credentials together with the addresses.
// https://learn.microsoft.com/entra/identity/app-provisioning/known-issues
func size(want desired) int {
	total := len(want.settings.NotificationEmail)
	for _, values := range []map[string]string{want.plain, want.secret} {
		for _, value := range values {
			total += len(value)
		}
	}
	return total
}
