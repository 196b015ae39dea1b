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

// settings reads what is always written, by attribute; what was never written reads as the service's default.
func (s stored) settings() map[string]any {
	members, result := s.notification(), map[string]any{}
	for _, a := range managedAttributes {
		if !a.always() {
			continue
		}
		result[a.attribute] = a.unset
		if a.member != "" {
			result[a.attribute] = a.fromMember(members[a.member])
		} else if word, listed := s.get(a.key); listed {
			result[a.attribute] = a.fromWord(word)
		}
	}
	if result["notification_email"] == "" { // nothing is sent then, whatever the check box says
		result["notification_enabled"] = false
	}
	return result
}

// keyLookahead is a member of SyncNotificationSettings without an attribute; the effect of omitting it is not
// documented.
const keyLookahead = "HumanResourcesLookaheadQueryEnabled"

// notification returns the members of SyncNotificationSettings, a JSON object inside a string; empty when unset or
// unreadable. Members that we know come in our spelling.
func (s stored) notification() map[string]json.RawMessage {
	members := map[string]json.RawMessage{}
	value, _ := s.get(keyNotification)
	if json.Unmarshal([]byte(value), &members) != nil || members == nil {
		return map[string]json.RawMessage{}
	}
	respell := func(name string) {
		for sent, raw := range members {
			if sent != name && strings.EqualFold(sent, name) {
				delete(members, sent)
				members[name] = raw
			}
		}
	}
	respell(keyLookahead)
	for _, a := range managedAttributes {
		respell(a.member)
	}
	return members
}

// plan determines the PUT that results in want: every key that we own, readable foreign keys carried along, no masked
// value ever sent back. A nil result means that nothing differs and nothing is to be written; secrets alone count as a
// difference only when they are new or not listed. lost are masked keys that the PUT cannot repeat and that a service which replaces
// the whole set would drop.
func (s stored) plan(want desired, newSecrets bool) (put []graph.KeyValue, lost []string) {
	owned, now, changed := map[string]string{}, s.settings(), newSecrets
	for _, a := range managedAttributes {
		value := want.settings[a.attribute]
		_, listed := s.get(a.key)
		switch {
		case !a.always(), a.sparse && !listed && value == a.unset:
			continue
		case a.member == "":
			owned[a.key] = a.words[value]
		}
		changed = changed || !listed || !alike(value, now[a.attribute])
	}
	owned[keyNotification] = s.notificationText(want.settings)
	for key, value := range want.plain {
		owned[key] = value
		if now, ok := s.get(key); now != value || !ok && value != "" {
			changed = true
		}
	}
	maps.Copy(owned, want.secret)
	changed = changed || len(s.vanished(slices.Collect(maps.Keys(want.secret)))) > 0
	if !changed {
		return nil, nil
	}
	for _, key := range slices.Sorted(maps.Keys(owned)) {
		put = append(put, graph.KeyValue{Key: key, Value: owned[key]})
	}
	ours := stored(put)
	for _, pair := range s {
		_, repeated := ours.get(pair.Key)
		switch {
		case repeated:
		case pair.Value == graph.MaskedValue:
			lost = append(lost, pair.Key)
		case pair.Value != "" && !renewed(pair.Key):
			put = append(put, pair)
		}
	}
	return put, lost
}

// notificationText writes all members that we know, and keeps others.
func (s stored) notificationText(want map[string]any) string {
	members := s.notification()
	set := func(name string, value any) {
		if text, err := json.Marshal(value); err == nil {
			members[name] = text
		}
	}
	for _, a := range managedAttributes {
		if a.member != "" {
			set(a.member, want[a.attribute])
		}
	}
	if _, ok := members[keyLookahead]; !ok {
		set(keyLookahead, false)
	}
	text, err := json.Marshal(members)
	if err != nil {
		return "{}" // cannot happen: every member was marshaled or came from valid JSON
	}
	return string(text)
}

// missing describes the part of a PUT that is not visible yet, or "" if all of it is.
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
		case now == graph.MaskedValue, renewed(pair.Key), strings.EqualFold(now, pair.Value):
		case pair.Key == keyNotification && maps.EqualFunc(stored{{Key: keyNotification, Value: now}}.settings(), stored{pair}.settings(), alike):
		default:
			return fmt.Sprintf("`%s` still has its old value", pair.Key)
		}
	}
	return ""
}

// vanished lists those of the keys that are not, or no longer, listed.
func (s stored) vanished(before []string) []string {
	var gone []string
	for _, key := range before {
		if now, ok := s.get(key); !ok || now == "" {
			gone = append(gone, key)
		}
	}
	return gone
}

// clearing determines the PUT that blanks what state manages; nil when there is nothing.
func (s stored) clearing(state model) []graph.KeyValue {
	var put, others []graph.KeyValue
	for _, pair := range s {
		switch {
		case pair.Value == "":
		case state.manages(pair):
			put = append(put, graph.KeyValue{Key: pair.Key, Value: ""})
		case pair.Key == keyNotification:
			others = append(others, graph.KeyValue{Key: pair.Key, Value: s.notificationText(stored{}.settings())})
		case pair.Value != graph.MaskedValue:
			others = append(others, pair)
		}
	}
	if put == nil {
		return nil
	}
	return append(put, others...)
}
