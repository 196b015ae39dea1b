// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

func kv(key, value string) graph.KeyValue { return graph.KeyValue{Key: key, Value: value} }

const allOff = `{"DeleteThresholdEnabled":false,"DeleteThresholdValue":500,"Enabled":false,"HumanResourcesLookaheadQueryEnabled":false,"Recipients":""}`

// complete is what a write of the default settings leaves behind.
var complete = stored{kv(keySyncAll, "false"), kv(keyNotification, allOff)}

// settings are those that nobody has set, but for the pairs of attribute and value.
func settings(pairs ...any) map[string]any {
	result := map[string]any{"scope": "assigned", "skip_out_of_scope_deletions": false, "notification_email": "", "notification_enabled": false,
		"prevent_accidental_deletions": false, "accidental_deletion_threshold": int64(500)}
	for i := 0; i < len(pairs); i += 2 {
		result[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return result
}

func TestStored_settings(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   stored
		want map[string]any
	}{
		{"nothing stored", nil, settings()},
		{"everything", stored{kv("SyncAll", "true"), kv("SkipOutOfScopeDeletions", "True"),
			kv("SyncNotificationSettings", `{"Enabled":true,"Recipients":"ops@example.com","DeleteThresholdEnabled":true,"DeleteThresholdValue":25}`)},
			settings("notification_email", "ops@example.com", "notification_enabled", true, "prevent_accidental_deletions", true, "accidental_deletion_threshold", int64(25), "scope", "all", "skip_out_of_scope_deletions", true)},
		{"Booleans in other shapes", stored{kv("SyncAll", "FALSE"), kv("SkipOutOfScopeDeletions", "1")}, settings("skip_out_of_scope_deletions", true)},
		{"keys and members in another case", stored{kv("syncall", "True"), kv("syncNotificationSettings", `{"enabled":true,"recipients":"ops@example.com"}`)},
			settings("notification_email", "ops@example.com", "notification_enabled", true, "scope", "all")},
		{"notification that is not JSON", stored{kv("SyncNotificationSettings", "off")}, settings()},
		{"notification that is null", stored{kv("SyncNotificationSettings", "null")}, settings()},
		{"an empty object", stored{kv("SyncNotificationSettings", "{}")}, settings()},
		{"members of other types", stored{kv("SyncNotificationSettings", `{"Enabled":"yes","DeleteThresholdValue":"many","DeleteThresholdEnabled":true}`)}, settings("prevent_accidental_deletions", true)},
		{"a threshold of nothing", stored{kv("SyncNotificationSettings", `{"DeleteThresholdEnabled":true,"DeleteThresholdValue":0}`)}, settings("prevent_accidental_deletions", true)},
		{"notification without an address", stored{kv("SyncNotificationSettings", `{"Enabled":true,"Recipients":""}`)}, settings()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.in.settings()); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStored_plan(t *testing.T) {
	credentials := desired{settings: settings(), plain: map[string]string{keyUserName: "admin@example.com"}, secret: map[string]string{keyPassword: "pass-word"}}
	stale := append(slices.Clone(complete), kv(keyUserName, "admin@example.com"), kv(keyPassword, "*"))
	for _, tt := range []struct {
		name     string
		in       stored
		want     desired
		fresh    bool
		wantPut  []graph.KeyValue
		wantLost []string
	}{
		{
			name: "first write", want: credentials, fresh: true,
			wantPut: []graph.KeyValue{kv(keyPassword, "pass-word"), kv(keySyncAll, "false"), kv(keyNotification, allOff), kv(keyUserName, "admin@example.com")},
		},
		{name: "nothing differs", in: complete, want: desired{settings: settings()}},
		{name: "secrets that are not new are no reason to write", in: stale, want: credentials},
		{
			name: "new secrets are", in: stale, want: credentials, fresh: true,
			wantPut: []graph.KeyValue{kv(keyPassword, "pass-word"), kv(keySyncAll, "false"), kv(keyNotification, allOff), kv(keyUserName, "admin@example.com")},
		},
		{
			name: "settings that were never written are", in: stored{kv(keySyncAll, "false")}, want: desired{settings: settings()},
			wantPut: []graph.KeyValue{kv(keySyncAll, "false"), kv(keyNotification, allOff)},
		},
		{
			name: "the same in another spelling is none", in: stored{kv(keySyncAll, "False"), kv(keySkip, "0"), kv(keyNotification, `{"Recipients":"OPS@example.com","Enabled":true}`)},
			want: desired{settings: settings("notification_email", "ops@example.com", "notification_enabled", true)},
		},
		{
			name: "a foreign readable key is carried along, a masked one is not and is at risk",
			in:   append(slices.Clone(complete), kv("Domain", "example.com"), kv("SecretToken", "*"), kv("Sandbox", "")), want: desired{settings: settings("scope", "all")},
			wantPut:  []graph.KeyValue{kv(keySyncAll, "true"), kv(keyNotification, allOff), kv("Domain", "example.com")},
			wantLost: []string{"SecretToken"},
		},
		{
			name: "a password that is not given is at risk", in: stale, want: desired{settings: settings("scope", "all"), plain: map[string]string{keyUserName: "admin@example.com"}},
			wantPut:  []graph.KeyValue{kv(keySyncAll, "true"), kv(keyNotification, allOff), kv(keyUserName, "admin@example.com")},
			wantLost: []string{keyPassword},
		},
		{
			name: "a password that is given is repeated", in: stale, want: desired{settings: settings("scope", "all"), plain: credentials.plain, secret: credentials.secret},
			wantPut: []graph.KeyValue{kv(keyPassword, "pass-word"), kv(keySyncAll, "true"), kv(keyNotification, allOff), kv(keyUserName, "admin@example.com")},
		},
		{
			name: "what the service lists in another case is ours all the same", in: stored{kv("syncall", "false"), kv(keyNotification, allOff), kv("username", "old@example.com"), kv("password", "*")},
			want: credentials, fresh: true,
			wantPut: []graph.KeyValue{kv(keyPassword, "pass-word"), kv(keySyncAll, "false"), kv(keyNotification, allOff), kv(keyUserName, "admin@example.com")},
		},
		{
			name: "a setting is changed", in: append(slices.Clone(complete), kv("BaseAddress", "https://a.example.com")), want: desired{settings: settings(), plain: map[string]string{"BaseAddress": "https://b.example.com"}},
			wantPut: []graph.KeyValue{kv("BaseAddress", "https://b.example.com"), kv(keySyncAll, "false"), kv(keyNotification, allOff)},
		},
		{
			name: "a setting is removed", in: append(slices.Clone(complete), kv("BaseAddress", "https://a.example.com")), want: desired{settings: settings(), plain: map[string]string{"BaseAddress": ""}},
			wantPut: []graph.KeyValue{kv("BaseAddress", ""), kv(keySyncAll, "false"), kv(keyNotification, allOff)},
		},
		{name: "a setting that is gone need not be removed", in: complete, want: desired{settings: settings(), plain: map[string]string{"BaseAddress": ""}}},
		{
			name: "skipping is written when it is wanted", in: complete, want: desired{settings: settings("skip_out_of_scope_deletions", true)},
			wantPut: []graph.KeyValue{kv(keySkip, "True"), kv(keySyncAll, "false"), kv(keyNotification, allOff)},
		},
		{
			name: "and when it was", in: append(slices.Clone(complete), kv(keySkip, "True")), want: desired{settings: settings()},
			wantPut: []graph.KeyValue{kv(keySkip, "False"), kv(keySyncAll, "false"), kv(keyNotification, allOff)},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			put, lost := tt.in.plan(tt.want, tt.fresh)
			if diff := cmp.Diff(tt.wantPut, put); diff != "" {
				t.Errorf("put (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.wantLost, lost); diff != "" {
				t.Errorf("at risk (-want +got):\n%s", diff)
			}
			for _, pair := range put {
				if pair.Value == graph.MaskedValue {
					t.Errorf("%s is sent back masked", pair.Key)
				}
			}
		})
	}
}

func TestStored_notificationTextKeepsWhatItDoesNotKnow(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"unknown members stay", `{"Theme":{"dark":true},"Enabled":false,"HumanResourcesLookaheadQueryEnabled":true}`,
			`{"Theme":{"dark":true},"Enabled":true,"Recipients":"ops@example.com","DeleteThresholdEnabled":true,"DeleteThresholdValue":7,"HumanResourcesLookaheadQueryEnabled":true}`},
		{"members in another case are not doubled", `{"enabled":false,"RECIPIENTS":"old@example.com"}`,
			`{"Enabled":true,"Recipients":"ops@example.com","DeleteThresholdEnabled":true,"DeleteThresholdValue":7,"HumanResourcesLookaheadQueryEnabled":false}`},
		{"what cannot be read is replaced", `nonsense`,
			`{"Enabled":true,"Recipients":"ops@example.com","DeleteThresholdEnabled":true,"DeleteThresholdValue":7,"HumanResourcesLookaheadQueryEnabled":false}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := stored{kv(keyNotification, tt.in)}.notificationText(settings("notification_email", "ops@example.com", "notification_enabled", true, "prevent_accidental_deletions", true, "accidental_deletion_threshold", int64(7)))
			var got, want map[string]any
			if err := json.Unmarshal([]byte(text), &got); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(tt.want), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("members (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStored_missing(t *testing.T) {
	put := []graph.KeyValue{kv(keyUserName, "Admin@example.com"), kv(keyPassword, "pass-word"), kv("Domain", ""), kv(keyNotification, allOff)}
	for _, tt := range []struct {
		name string
		in   stored
		want string
	}{
		{"all there", stored{kv(keyUserName, "admin@example.com"), kv(keyPassword, "*"), kv(keyNotification, allOff)}, ""},
		{"notification in other words", stored{kv(keyUserName, "Admin@example.com"), kv(keyPassword, "*"), kv(keyNotification, `{"Recipients":"","Enabled":false}`)}, ""},
		{"a removed key that is listed empty", stored{kv(keyUserName, "Admin@example.com"), kv(keyPassword, "*"), kv("Domain", ""), kv(keyNotification, allOff)}, ""},
		{"a key lacks", stored{kv(keyUserName, "Admin@example.com"), kv(keyNotification, allOff)}, "`Password` is not listed"},
		{"an old value", stored{kv(keyUserName, "other@example.com"), kv(keyPassword, "*"), kv(keyNotification, allOff)}, "`UserName` still has its old value"},
		{"a key that should be gone", stored{kv(keyUserName, "Admin@example.com"), kv(keyPassword, "*"), kv("Domain", "example.com"), kv(keyNotification, allOff)}, "`Domain` is still set"},
		{"an old notification", stored{kv(keyUserName, "Admin@example.com"), kv(keyPassword, "*"), kv(keyNotification, `{"Enabled":true,"Recipients":"x@example.com"}`)},
			"`SyncNotificationSettings` still has its old value"},
		{"nothing at all", nil, "`UserName` is not listed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.in.missing(put); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestStored_vanished(t *testing.T) {
	after := stored{kv("SecretToken", "*"), kv("AppKey", ""), kv("clientsecret", "*")}
	if diff := cmp.Diff([]string{"AppKey", keyPassword}, after.vanished([]string{"SecretToken", "AppKey", keyPassword, "ClientSecret"})); diff != "" {
		t.Errorf("vanished (-want +got):\n%s", diff)
	}
	if got := after.vanished(nil); got != nil {
		t.Errorf("vanished %v out of nothing", got)
	}
}

func TestDesired_countsCredentialsAndAddressesInBytes(t *testing.T) {
	want := desired{settings: settings("notification_email", "ops@example.com"), plain: map[string]string{keyUserName: "admin"}, secret: map[string]string{keyPassword: "pässword"}}
	want.secret["AppKey"] = strings.Repeat("x", governmentLimit-15-5-9)
	if diags := want.refuseOversize(); diags.HasError() {
		t.Errorf("1,024 bytes are refused: %v", diags)
	}
	want.plain["Domain"] = "x"
	const text = "In the US Government clouds, the total size of all credentials and the notification address is limited to 1024 bytes; these have 1025. Use a shorter password, user name, or address."
	if diags := want.refuseOversize(); !diags.HasError() || diags[0].Detail() != text {
		t.Errorf("1,025 bytes: %v", diags)
	}
}

func TestDesired_credentialsCarryEveryGivenKey(t *testing.T) {
	want := desired{
		plain:  map[string]string{keyUserName: "admin@example.com", "BaseAddress": "", "Domain": "example.com", "Invented": "later"},
		secret: map[string]string{keyPassword: "pass-word", "SecretToken": "token"},
	}
	got := want.credentials()
	slices.SortFunc(got, func(a, b graph.KeyValue) int { return strings.Compare(a.Key, b.Key) })
	if diff := cmp.Diff([]graph.KeyValue{kv("Domain", "example.com"), kv("Invented", "later"), kv(keyPassword, "pass-word"), kv("SecretToken", "token"), kv(keyUserName, "admin@example.com")}, got); diff != "" {
		t.Errorf("credentials (-want +got):\n%s", diff)
	}
	if got := (desired{plain: map[string]string{"Domain": ""}}).credentials(); got != nil {
		t.Errorf("credentials %v out of nothing", got)
	}
}
