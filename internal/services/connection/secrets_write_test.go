// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// cannotRepeat is for the connection, or "" for the one that is to be created.
func (w *world) cannotRepeat(connection, keys string) acctest.Diagnostic {
	of := "the connection " + connection
	if connection == "" {
		of = "service principal " + w.sp.ID
	}
	return acctest.Diagnostic{Summary: "Secrets that this configuration cannot repeat",
		Detail: "The service has " + keys + " for " + of + ", which it does not show and this configuration does not set. The service may keep or drop values that a write does not repeat; " +
			"the documentation does not define which. After the apply, the provider checks this and reports dropped values. To be safe, set the password or other secrets for this run."}
}

func dropped(isError bool, keys string) acctest.Diagnostic {
	return acctest.Diagnostic{Error: isError, Summary: "The service dropped secrets",
		Detail: "The service no longer lists " + keys + " since this write: it replaces the whole set, and this configuration could not repeat values that it cannot read. " +
			"Set the values in `admin_password_wo` or `credentials_wo` with a new version, or authorize in the portal again."}
}

// Whether the service merges or replaces, what others stored in clear stays, and what they stored masked is named.
func TestResource_createCarriesForeignKeys(t *testing.T) {
	t.Parallel()
	for name, replaces := range map[string]bool{"merging service": false, "replacing service": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(o *simulator.Options) { o.Variants.SecretsReplace = replaces })
			w.stores("Domain", "example.com", "AppKey", "somebody-else's")
			m := w.managed()
			m.Apply(w.object())
			if replaces {
				wants(t, w.Diagnostics(), w.cannotRepeat("", "`AppKey`"), dropped(false, "`AppKey`"))
				w.wantSecrets("AppKey", "")
			} else {
				wants(t, w.Diagnostics(), w.cannotRepeat("", "`AppKey`"))
				w.wantSecrets("AppKey", "somebody-else's")
			}
			w.wantSecrets("Domain", "example.com", "Password", store.AdminPassword)
			if m.Tainted {
				t.Error("the connection is tainted")
			}
			if diff := cmp.Diff([]string{"Domain", "Password", "SyncAll", "SyncNotificationSettings", "UserName"}, slices.Sorted(maps.Keys(w.puts()[0]))); diff != "" {
				t.Errorf("keys sent (-want +got):\n%s", diff)
			}
		})
	}
}

func TestResource_updateWithoutThePassword(t *testing.T) {
	t.Parallel()
	for name, replaces := range map[string]bool{"merging service": false, "replacing service": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(o *simulator.Options) { o.Variants.SecretsReplace = replaces })
			m := w.created()
			w.stores("Domain", "example.com")
			config := w.object("notification_email", "other@example.com", "admin_password_wo", nil) // the version stays
			_, _, found := m.Plan(config)
			wants(t, found, w.cannotRepeat(m.Text("id"), "`Password`"))
			m.Apply(config)
			if replaces {
				wants(t, w.Diagnostics(), w.cannotRepeat(m.Text("id"), "`Password`"), dropped(true, "`Password`"))
				w.wantSecrets("Password", "")
			} else {
				wants(t, w.Diagnostics(), w.cannotRepeat(m.Text("id"), "`Password`"))
				w.wantSecrets("Password", store.AdminPassword)
			}
			w.wantSecrets("Domain", "example.com", "UserName", store.AdminUserName)
			if m.Get("notification_email") != "other@example.com" || m.Tainted {
				t.Errorf("the state is %v", m.Now.State)
			}
			wantLines(t, w.did(), "POST validateCredentials", "PUT secrets", "POST validateCredentials")
			// With the password the connection is whole again.
			clean(t, m.Apply(w.object("notification_email", "other@example.com", "admin_password_wo_version", "2")))
			w.wantSecrets("Password", store.AdminPassword, "Domain", "example.com")
		})
	}
}

// Replicas may show the old set for a while, also when nothing visible was changed.
func TestResource_noticesDroppedSecretsBehindTheLag(t *testing.T) {
	t.Parallel()
	w := newWorld(t, replacing)
	m := w.created()
	w.stores("AppKey", "somebody-else's")
	w.Sim.SetLag(simulator.KindSecrets, simulator.Lag{Reads: 2})
	m.Apply(w.object("admin_password_wo_version", "2"))
	wants(t, w.Diagnostics(), w.cannotRepeat(m.Text("id"), "`AppKey`"), dropped(true, "`AppKey`"))
}

// The password goes along, since a service that replaces the whole set would lose it; it is not tested by the way.
func TestResource_aChangeOfNoCredentialRepeatsThePasswordAndTestsNothing(t *testing.T) {
	t.Parallel()
	for _, change := range [][]any{{"accidental_deletion_threshold", 7}, {"notification_email", "other@example.com"}, {"scope", "all"}, {"skip_out_of_scope_deletions", true}} {
		w := newWorld(t, replacing)
		m := w.created()
		if found := m.Apply(w.object(change...)); found.HasError() {
			t.Fatal(found)
		}
		wantLines(t, w.did(), "PUT secrets")
		w.wantSecrets("Password", store.AdminPassword)
	}
}

func TestResource_rotatesThePasswordByItsVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created()
	w.Sim.Store().SetAdmin(store.Admin{UserName: store.AdminUserName, Password: "next-password-1", TeamAdmin: true})
	// A new value alone is not seen: it is neither in the state nor in the plan.
	if action, _, found := m.Plan(w.object("admin_password_wo", "next-password-1")); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("without a new version the plan is %s\n%s", action, found)
	}
	w.Sim.Log().Reset()
	clean(t, m.Apply(w.object("admin_password_wo", "next-password-1", "admin_password_wo_version", "2")))
	w.wantSecrets("Password", "next-password-1")
	wantLines(t, w.did(), "POST validateCredentials", "PUT secrets")
	sent := w.sent()
	wantLines(t, sent, "GET job", "GET secrets", // refresh
		"GET secrets",                                                                      // plan
		"GET secrets", "GET job", "POST validateCredentials", "PUT secrets", "GET secrets") // apply
	if got := len(sent) - 2; got > 8 {
		t.Errorf("rotating took %d requests after the refresh", got)
	}
	// A wrong one changes nothing.
	w.Sim.Log().Reset()
	wantSummaries(t, m.Apply(w.object("admin_password_wo", "wrong", "admin_password_wo_version", "3")), "error: The connection test failed")
	w.wantSecrets("Password", "next-password-1")
	if m.Get("admin_password_wo_version") != "2" {
		t.Errorf("the version in the state is %v", m.Get("admin_password_wo_version"))
	}
}

func TestResource_rotatesTheSensitivePassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := func(password string) map[string]any {
		return w.bare("admin_username", store.AdminUserName, "admin_password", password)
	}
	m := w.managed()
	clean(t, m.Apply(config(store.AdminPassword)))
	w.wantSecrets("Password", store.AdminPassword)
	if action, _, found := m.Plan(config(store.AdminPassword)); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("the plan is %s\n%s", action, found)
	}
	w.Sim.Store().SetAdmin(store.Admin{UserName: store.AdminUserName, Password: "next-password-1", TeamAdmin: true})
	clean(t, m.Apply(config("next-password-1")))
	w.wantSecrets("Password", "next-password-1")
	// On to the write-only one.
	clean(t, m.Apply(w.object("admin_password_wo", "next-password-1", "notification_email", nil)))
	if m.Get("admin_password") != nil {
		t.Error("the password is still in the state")
	}
	clean(t, m.Destroy())
}

func TestResource_needsTheSecretOnlyWhenItIsDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	missing := func(path, detail string) acctest.Diagnostic {
		summary := "Missing password"
		if path == "credentials_wo_version" {
			summary = "Missing credentials"
		}
		return acctest.Diagnostic{Error: true, Path: path, Summary: summary, Detail: detail}
	}
	const later = "Set the password for this run; later runs do not need a value."
	_, _, found := w.managed().Plan(w.object("admin_password_wo", nil))
	wants(t, found, missing("admin_password_wo_version", "`admin_password_wo_version` is \"1\", a version that has not been stored yet, but `admin_password_wo` is not set. "+later))
	_, _, found = w.managed().Plan(w.object("admin_password_wo", nil, "admin_password_wo_version", nil))
	wants(t, found, missing("admin_username", "`admin_username` is set without a password, which the new connection needs. "+
		"Set `admin_password_wo` with `admin_password_wo_version`, or omit `admin_username` and authorize in the portal."))
	_, _, found = w.managed().Plan(w.bare("credentials_wo_version", "1"))
	wants(t, found, missing("credentials_wo_version", "`credentials_wo_version` is \"1\", a version that has not been stored yet, but `credentials_wo` is not set. "+
		"Set the credentials for this run; later runs do not need a value."))

	m := w.created()
	if action, _, found := m.Plan(w.object("admin_password_wo", nil)); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("without the password the plan is %s\n%s", action, found)
	}
	_, _, found = m.Plan(w.object("admin_password_wo", nil, "admin_password_wo_version", "2"))
	wants(t, found, missing("admin_password_wo_version", "`admin_password_wo_version` is \"2\", a version that has not been stored yet, but `admin_password_wo` is not set. "+later))
	_, _, found = m.Plan(w.object("admin_password_wo", nil, "admin_username", "other@example.com"))
	wants(t, found, missing("admin_username", "`admin_username` changes from \""+store.AdminUserName+"\" to \"other@example.com\", and the stored password belongs to the old user name. "+
		"Set the password of the new user name for this run; later runs do not need it."))
}

func TestResource_changesTheUserName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created()
	w.Sim.Store().SetAdmin(store.Admin{UserName: "second@example.com", Password: "second-password", TeamAdmin: true})
	clean(t, m.Apply(w.object("admin_username", "second@example.com", "admin_password_wo", "second-password", "admin_password_wo_version", "2")))
	w.wantSecrets("UserName", "second@example.com", "Password", "second-password")
	// Somebody enters another account in the portal.
	w.stores("UserName", store.PlainUserName, "Password", store.PlainPassword)
	config := w.object("admin_username", "second@example.com", "admin_password_wo", "second-password", "admin_password_wo_version", "2")
	action, _, found := m.Plan(config)
	if action != acctest.Update || len(found) > 0 {
		t.Fatalf("the plan is %s\n%s", action, found)
	}
	clean(t, m.Apply(config))
	w.wantSecrets("UserName", "second@example.com", "Password", "second-password")
}

func TestResource_noLongerManagedCredentialsStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created()
	clean(t, m.Apply(w.bare("notification_email", "identity-ops@example.com")))
	if m.Get("admin_username") != nil || m.Get("admin_password_wo_version") != nil {
		t.Errorf("state %v", m.Now.State)
	}
	w.wantSecrets("UserName", store.AdminUserName, "Password", store.AdminPassword)
	wantLines(t, w.did())
	if action, _, found := m.Plan(w.bare("notification_email", "identity-ops@example.com")); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("afterward the plan is %s\n%s", action, found)
	}
	clean(t, m.Destroy())
	w.wantSecrets("Password", store.AdminPassword) // not ours to clear
}

// tokenConnector makes the application's connector ask for an address and a token instead.
func (w *world) tokenConnector() {
	w.t.Helper()
	if err := w.Sim.Store().UpdateConnector(store.ConnectorGoToMeeting, func(c *store.Connector) {
		for i := range c.Metadata {
			if c.Metadata[i].Key == "configurationFields" {
				c.Metadata[i].Value = `[{"name":"baseaddress"},{"name":"secrettoken","secret":true}]`
			}
		}
	}); err != nil {
		w.t.Fatal(err)
	}
}

func TestResource_otherConnectorsHaveOtherKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tokenConnector()
	// The simulated target knows user names and passwords only.
	w.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: "/servicePrincipals/*/synchronization/jobs/**alidateCredentials", Count: -1, Effect: simulator.AnswersNothing(204)})
	config := func(token, version string, settings map[string]any) map[string]any {
		return w.bare("credentials_wo", map[string]any{"SecretToken": token}, "credentials_wo_version", version, "connector_settings", settings)
	}
	first := map[string]any{"BaseAddress": "https://scim.example.com", "Domain": "example.com"}
	m := w.managed()
	wantSummaries(t, m.Apply(w.bare("credentials_wo", map[string]any{"SecretToken": "x"}, "credentials_wo_version", "1")), "error: Missing credential")
	m.Apply(config("token-1", "1", first))
	wants(t, w.Diagnostics().Warnings(), acctest.Diagnostic{Path: "connector_settings", Summary: "Credential that the connector does not ask for",
		Detail: "The connector \"inventedGoToMeeting\" does not list \"Domain\" among its configuration fields, which are \"BaseAddress\", \"SecretToken\". It is sent anyway; if the connection test fails, correct the key or omit it."})
	w.wantSecrets("SecretToken", "token-1", "BaseAddress", "https://scim.example.com", "Domain", "example.com")
	if diff := cmp.Diff(first, m.Get("connector_settings")); diff != "" || m.Get("credentials_wo") != nil {
		t.Errorf("settings in the state (-want +got):\n%s", diff)
	}
	// A setting changes and one goes; one drifts.
	second := map[string]any{"BaseAddress": "https://scim2.example.com"}
	clean(t, m.Apply(config("token-1", "1", second)))
	w.wantSecrets("SecretToken", "token-1", "BaseAddress", "https://scim2.example.com", "Domain", "")
	w.stores("BaseAddress", "https://elsewhere.example.com")
	if action, _, _ := m.Plan(config("token-1", "1", second)); action != acctest.Update {
		t.Errorf("after a change in the portal the plan is %s", action)
	}
	clean(t, m.Apply(config("token-2", "2", second)))
	w.wantSecrets("SecretToken", "token-2", "BaseAddress", "https://scim2.example.com")
	clean(t, m.Destroy())
	w.wantSecrets("SecretToken", "", "BaseAddress", "")
}

// Two resources of the same service principal write one after the other; nothing is lost.
func TestResource_plansOfItsOwnAreHandedOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created()
	w.Sim.Log().Reset()
	clean(t, m.Apply(w.object("notification_email", "other@example.com")))
	wantLines(t, w.sent(), "GET job", "GET secrets", // refresh
		"GET secrets", // plan
		"GET secrets", "PUT secrets", "GET secrets")
}
