// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

type attrValue = attr.Value

func textMap(pairs ...string) types.Map {
	values := map[string]attr.Value{}
	for i := 0; i < len(pairs); i += 2 {
		values[pairs[i]] = types.StringValue(pairs[i+1])
	}
	return types.MapValueMust(types.StringType, values)
}

var noMap = types.MapNull(types.StringType)

func TestModel_takesOverTheJob(t *testing.T) {
	m := model{CredentialsWO: noMap, ConnectorSettings: noMap}
	m.fromJob("sp", graph.Job{ID: "template.tenant.1", TemplateID: "template"})
	want := model{ID: types.StringValue("sp/template.tenant.1"), ServicePrincipalID: types.StringValue("sp"), JobID: types.StringValue("template.tenant.1"), TemplateID: types.StringValue("template"),
		CredentialsWO: noMap, ConnectorSettings: noMap}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("model (-want +got):\n%s", diff)
	}
	if got := m.ref(); got != (graph.JobRef{ServicePrincipalID: "sp", JobID: "template.tenant.1"}) {
		t.Errorf("ref %v", got)
	}
}

func TestModel_fromStored(t *testing.T) {
	text, null := types.StringValue, types.StringNull()
	// what reading leaves of an empty set
	base := model{NotificationEnabled: types.BoolValue(false), PreventAccidentalDeletions: types.BoolValue(false), AccidentalDeletionThreshold: types.Int64Value(500),
		Scope: text("assigned"), SkipOutOfScopeDeletions: types.BoolValue(false), Authorized: types.BoolValue(false), ConnectorSettings: noMap}
	with := func(change func(*model)) model {
		m := base
		change(&m)
		return m
	}
	all := stored{kv(keyUserName, "Admin@example.com"), kv(keyPassword, "*"), kv("Domain", "example.com"), kv("Oauth2AccessTokenCreationTime", "2030"), kv("TokenExpiration", "soon"), kv("AppKey", "*"),
		kv(keySyncAll, "True"), kv(keySkip, "True"), kv(keyNotification, `{"Enabled":true,"Recipients":"Ops@example.com","DeleteThresholdEnabled":true,"DeleteThresholdValue":25}`)}
	read := with(func(m *model) {
		m.NotificationEmail, m.NotificationEnabled, m.PreventAccidentalDeletions, m.AccidentalDeletionThreshold = text("Ops@example.com"), types.BoolValue(true), types.BoolValue(true), types.Int64Value(25)
		m.Scope, m.SkipOutOfScopeDeletions, m.Authorized = text("all"), types.BoolValue(true), types.BoolValue(true)
	})
	for _, tt := range []struct {
		name     string
		before   model
		in       stored
		imported bool
		want     model
	}{
		{"nothing stored", model{ConnectorSettings: noMap}, nil, false, base},
		{"unmanaged credentials and settings stay null", model{ConnectorSettings: noMap}, all, false, read},
		{"import takes what is readable and a setting", model{ConnectorSettings: noMap}, all, true, func() model {
			m := read
			m.AdminUsername, m.ConnectorSettings = text("Admin@example.com"), textMap("Domain", "example.com")
			return m
		}()},
		{"managed values follow", model{AdminUsername: text("old@example.com"), ConnectorSettings: textMap("Domain", "old.example.com", "Url", "gone")}, all, false, func() model {
			m := read
			m.AdminUsername, m.ConnectorSettings = text("Admin@example.com"), textMap("Domain", "example.com")
			return m
		}()},
		{"another spelling makes no difference", model{AdminUsername: text("admin@example.com"), NotificationEmail: text("ops@example.com"), ConnectorSettings: textMap("Domain", "EXAMPLE.com")}, all, false, func() model {
			m := read
			m.AdminUsername, m.NotificationEmail, m.ConnectorSettings = text("admin@example.com"), text("ops@example.com"), textMap("Domain", "EXAMPLE.com")
			return m
		}()},
		{"a setting that the service masks keeps its value", model{ConnectorSettings: textMap("Domain", "example.com")}, stored{kv("Domain", "*")}, false,
			with(func(m *model) {
				m.ConnectorSettings, m.Authorized = textMap("Domain", "example.com"), types.BoolValue(true)
			})},
		{"a user name that the service masks too", model{AdminUsername: text("admin@example.com"), ConnectorSettings: noMap}, stored{kv(keyUserName, "*")}, false,
			with(func(m *model) { m.AdminUsername, m.Authorized = text("admin@example.com"), types.BoolValue(true) })},
		{"managed values that are gone", model{AdminUsername: text("admin@example.com"), NotificationEmail: text("x@example.com"), ConnectorSettings: textMap("Domain", "example.com")}, nil, false,
			with(func(m *model) { m.AdminUsername = null })},
		{"secrets and versions are not touched", model{AdminPassword: text("secret"), AdminPasswordWOVersion: text("1"), CredentialsWOVersion: text("2"), ConnectorSettings: noMap}, nil, false,
			with(func(m *model) {
				m.AdminPassword, m.AdminPasswordWOVersion, m.CredentialsWOVersion = text("secret"), text("1"), text("2")
			})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.before
			got.CredentialsWO, tt.want.CredentialsWO = noMap, noMap
			if diags := got.fromStored(tt.in, tt.imported); diags.HasError() {
				t.Fatal(diags)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("model (-want +got):\n%s", diff)
			}
		})
	}
}

func TestModel_desired(t *testing.T) {
	text := types.StringValue
	base := model{CredentialsWO: noMap, ConnectorSettings: noMap}
	notGiven := settings("scope", "", "accidental_deletion_threshold", int64(0))
	with := func(change func(*model)) model {
		m := base
		change(&m)
		return m
	}
	for _, tt := range []struct {
		name  string
		m     model
		prior *model
		want  desired // without settings: as in base
	}{
		{"nothing", base, nil, desired{plain: map[string]string{}, secret: map[string]string{}}},
		{"settings", with(func(m *model) {
			m.NotificationEmail, m.NotificationEnabled, m.PreventAccidentalDeletions = text("ops@example.com"), types.BoolValue(true), types.BoolValue(true)
			m.AccidentalDeletionThreshold, m.Scope, m.SkipOutOfScopeDeletions = types.Int64Value(25), text("all"), types.BoolValue(true)
		}), nil, desired{settings: settings("notification_email", "ops@example.com", "notification_enabled", true, "prevent_accidental_deletions", true, "accidental_deletion_threshold", int64(25), "scope", "all", "skip_out_of_scope_deletions", true), plain: map[string]string{}, secret: map[string]string{}}},
		{"write-only password", with(func(m *model) { m.AdminUsername, m.AdminPasswordWO = text("admin"), text("secret") }), nil,
			desired{plain: map[string]string{keyUserName: "admin"}, secret: map[string]string{keyPassword: "secret"}, secretFrom: "admin_password_wo"}},
		{"sensitive password", with(func(m *model) { m.AdminUsername, m.AdminPassword = text("admin"), text("secret") }), nil,
			desired{plain: map[string]string{keyUserName: "admin"}, secret: map[string]string{keyPassword: "secret"}, secretFrom: "admin_password"}},
		{"other credentials", with(func(m *model) {
			m.CredentialsWO, m.ConnectorSettings = textMap("SecretToken", "token"), textMap("BaseAddress", "https://a")
		}), nil,
			desired{plain: map[string]string{"BaseAddress": "https://a"}, secret: map[string]string{"SecretToken": "token"}, secretFrom: "credentials_wo"}},
		{"a setting that is no longer wanted is removed", with(func(m *model) { m.ConnectorSettings = textMap("Domain", "example.com") }), &model{ConnectorSettings: textMap("BaseAddress", "https://a", "Domain", "old")},
			desired{plain: map[string]string{"BaseAddress": "", "Domain": "example.com"}, secret: map[string]string{}}},
		{"a user name that is no longer managed stays", base, &model{AdminUsername: text("admin"), ConnectorSettings: noMap}, desired{plain: map[string]string{}, secret: map[string]string{}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.m.toDesired(tt.prior)
			if tt.want.settings == nil {
				tt.want.settings = notGiven
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(desired{})); diff != "" {
				t.Errorf("desired (-want +got):\n%s", diff)
			}
		})
	}
}

func TestModel_afterWrite(t *testing.T) {
	seen := stored{kv(keyPassword, "*"), kv(keySyncAll, "true")}
	for _, tt := range []struct {
		name    string
		planned types.Bool
		result  written
		want    types.Bool
		scope   string
	}{
		{"what is read decides", types.BoolUnknown(), written{after: seen}, types.BoolValue(true), "all"},
		{"what was planned stays", types.BoolValue(false), written{after: seen}, types.BoolValue(false), "all"},
		{"not visible yet", types.BoolUnknown(), written{after: seen, unseen: graphTimeout}, types.BoolNull(), "assigned"},
		{"nothing was read", types.BoolUnknown(), written{}, types.BoolNull(), "assigned"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := model{Authorized: tt.planned, Scope: types.StringValue("assigned"), ConnectorSettings: noMap}
			if diags := m.afterWrite(tt.result); diags.HasError() {
				t.Fatal(diags)
			}
			if !m.Authorized.Equal(tt.want) || m.Scope.ValueString() != tt.scope {
				t.Errorf("authorized %s, scope %s", m.Authorized, m.Scope)
			}
		})
	}
}

var graphTimeout = &graph.Error{StatusCode: 504}

func TestStored_clearing(t *testing.T) {
	text := types.StringValue
	set := stored{kv(keyUserName, "admin"), kv(keyPassword, "*"), kv("SecretToken", "*"), kv("Domain", "example.com"), kv("Url", "https://a"), kv(keySyncAll, "true"),
		kv(keyNotification, `{"Enabled":true,"Recipients":"ops@example.com","Theme":1}`)}
	rest := func(more ...graph.KeyValue) []graph.KeyValue { return more }
	quiet := kv(keyNotification, `{"DeleteThresholdEnabled":false,"DeleteThresholdValue":500,"Enabled":false,"HumanResourcesLookaheadQueryEnabled":false,"Recipients":"","Theme":1}`)
	for _, tt := range []struct {
		name  string
		state model
		want  []graph.KeyValue
	}{
		{"nothing is managed", model{ConnectorSettings: noMap}, nil},
		{"user name and password", model{AdminUsername: text("admin"), ConnectorSettings: noMap},
			rest(kv(keyUserName, ""), kv(keyPassword, ""), kv("Domain", "example.com"), kv("Url", "https://a"), kv(keySyncAll, "true"), quiet)},
		{"other credentials and a setting", model{CredentialsWOVersion: text("1"), ConnectorSettings: textMap("Url", "x")},
			rest(kv("SecretToken", ""), kv("Url", ""), kv(keyUserName, "admin"), kv("Domain", "example.com"), kv(keySyncAll, "true"), quiet)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, set.clearing(tt.state)); diff != "" {
				t.Errorf("put (-want +got):\n%s", diff)
			}
		})
	}
}
