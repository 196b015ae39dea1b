// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

const (
	everyTest     = "/servicePrincipals/*/synchronization/jobs/**alidateCredentials"
	everySecrets  = "/servicePrincipals/*/synchronization/secrets"
	unavailableAs = "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable"
)

// What only a person can fix is said in every plan until it is fixed.
func TestAnAlarmRingsUntilItIsFixed(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		config func(*world) map[string]any
		want   string
		fixed  func(*world)
	}{
		"never authorized": {func(w *world) map[string]any { return w.bare() }, "warning: The connection has no credentials yet",
			func(w *world) { w.stores("Oauth2AccessToken", "token") }},
		"password lost": {func(w *world) map[string]any { return w.object("admin_password_wo", nil) }, "warning: The service has lost the password",
			func(w *world) { w.stores("Password", store.AdminPassword) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := w.managed()
			config := tt.config(w)
			created := maps.Clone(config)
			if config["admin_username"] != nil {
				created["admin_password_wo"] = store.AdminPassword
			}
			if found := m.Apply(created); found.HasError() {
				t.Fatal(found)
			}
			w.stores("Password", "", "AppKey", "somebody-else's")
			if config["admin_username"] == nil {
				w.stores("AppKey", "")
			}
			for range 3 {
				action, planned, found := m.Plan(config)
				if action != acctest.NoAction || planned["authorized"] != false {
					t.Errorf("the plan is %s, authorized %v", action, planned["authorized"])
				}
				wantSummaries(t, found, tt.want)
				clean(t, m.Refresh())
			}
			tt.fixed(w)
			_, planned, found := m.Plan(config)
			clean(t, found)
			if planned["authorized"] != true {
				t.Errorf("authorized is %v", planned["authorized"])
			}
		})
	}
}

func TestAVanishedSecretIsADifferenceAndSentAgain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		config func(*world) map[string]any
		key    string
		value  string
	}{
		"write-only password": {func(w *world) map[string]any { return w.object() }, "Password", store.AdminPassword},
		"sensitive password": {func(w *world) map[string]any {
			return w.bare("admin_username", store.AdminUserName, "admin_password", store.AdminPassword)
		}, "Password", store.AdminPassword},
		"one credential of two": {func(w *world) map[string]any {
			w.tokenConnector()
			return w.bare("credentials_wo", map[string]any{"SecretToken": "token-1", "ConnectionString": "text"}, "credentials_wo_version", "1",
				"connector_settings", map[string]any{"BaseAddress": "https://scim.example.com"})
		}, "SecretToken", "token-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if tt.key != "Password" {
				w.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: everyTest, Count: -1, Effect: simulator.AnswersNothing(204)})
			}
			m := w.managed()
			config := tt.config(w)
			if found := m.Apply(config); found.HasError() {
				t.Fatal(found)
			}
			w.stores(tt.key, "")
			w.Sim.Log().Reset()
			action, planned, found := m.Plan(config)
			if action != acctest.Update || planned["authorized"] != acctest.Unknown {
				t.Errorf("the plan is %s, authorized %v\n%s", action, planned["authorized"], found)
			}
			if found := m.Apply(config); found.HasError() {
				t.Fatal(found)
			}
			wantLines(t, w.did(), "POST validateCredentials", "PUT secrets")
			w.wantSecrets(tt.key, tt.value)
			if action, planned, found := m.Plan(config); action != acctest.NoAction || planned["authorized"] != true {
				t.Errorf("afterward the plan is %s, authorized %v\n%s", action, planned["authorized"], found)
			}
		})
	}
}

// Killed at every write of an update with a follow-up, before and after its effect, the next apply comes to the same end.
func TestTwoWritesOfOneChangeLeaveATraceBetweenThem(t *testing.T) {
	t.Parallel()
	type update struct {
		before, after []any
		quarantined   bool
		follows       string
		writes        []string
	}
	for name, u := range map[string]update{
		"scope":       {before: []any{"scope", "all"}, after: []any{"scope", "assigned"}, follows: "POST restart", writes: []string{"secrets", "jobs/*/restart"}},
		"credentials": {after: []any{"admin_password_wo_version", "2"}, quarantined: true, follows: "POST start", writes: []string{"secrets", "jobs/*/start"}},
		"user name":   {before: []any{"admin_username", store.PlainUserName, "admin_password_wo", store.PlainPassword}, quarantined: true, follows: "POST start", writes: []string{"secrets", "jobs/*/start"}},
		"both": {before: []any{"scope", "all"}, after: []any{"admin_password_wo_version", "2"}, quarantined: true, follows: "POST restart",
			writes: []string{"secrets", "jobs/*/restart"}},
		"lost password": {after: nil, before: []any{"lost", true}, quarantined: true, follows: "POST start", writes: []string{"secrets", "jobs/*/start"}},
	} {
		start := func(t *testing.T) (*world, *acctest.Managed) {
			w := newWorld(t)
			config := w.object(u.before...)
			lost := config["lost"] != nil
			delete(config, "lost")
			m := w.managed()
			if config["admin_username"] == store.PlainUserName {
				w.Sim.Store().SetAdmin(store.Admin{UserName: store.PlainUserName, Password: store.PlainPassword, TeamAdmin: true})
			}
			clean(t, m.Apply(config))
			w.Sim.Store().SetAdmin(store.Admin{UserName: store.AdminUserName, Password: store.AdminPassword, TeamAdmin: true})
			w.changeJob(func(j *store.Job) { j.Schedule = store.ScheduleActive; hasRun(j) })
			if u.quarantined {
				if err := w.Sim.Engine().Quarantine(w.sp.ID, w.job().ID, "EncounteredQuarantineException", store.SyncError{Code: "GoToMeetingInvalidCredentials"}); err != nil {
					t.Fatal(err)
				}
			}
			if lost {
				w.stores("Password", "")
			}
			m.Refresh()
			return w, m
		}
		for _, write := range u.writes {
			for when, effect := range map[string]simulator.Effect{"before": simulator.Fails(400, "Killed", "x"), "after": simulator.FailsAfter(400, "Killed", "x")} {
				t.Run(name+", "+when+" "+write, func(t *testing.T) {
					t.Parallel()
					calm, undisturbed := start(t)
					if found := undisturbed.Apply(calm.object(u.after...)); found.HasError() {
						t.Fatal(found)
					}
					w, m := start(t)
					before := m.Now
					method := map[bool]string{true: "PUT", false: "POST"}[write == "secrets"]
					w.fault(simulator.Fault{Method: method, Path: "/servicePrincipals/*/synchronization/" + write, Effect: effect})
					if found := m.Apply(w.object(u.after...)); !found.HasError() {
						t.Fatal("the fault did not strike")
					}
					m.Now = before.AfterKill()
					w.Sim.Log().Reset()
					clean(t, m.Apply(w.object(u.after...)).Errors())
					did := w.did()
					started := w.job().Schedule == store.ScheduleActive && w.job().Status.Quarantine == nil
					if last := did[max(0, len(did)-1):]; len(last) == 0 || last[0] != u.follows {
						if u.follows != "POST start" || !started || when == "before" {
							t.Errorf("the second apply did %v, started %t", did, started)
						}
					}
					if diff := cmp.Diff(calm.job().Status.Quarantine, w.job().Status.Quarantine); diff != "" {
						t.Errorf("quarantine (-undisturbed +killed):\n%s", diff)
					}
					for _, name := range []string{"scope", "admin_username", "admin_password_wo_version", "authorized", "pending_action"} {
						if m.Get(name) != undisturbed.Get(name) {
							t.Errorf("%s is %v, undisturbed %v", name, m.Get(name), undisturbed.Get(name))
						}
					}
					w.wantSecrets("SyncAll", calm.secret("SyncAll"), "UserName", calm.secret("UserName"), "Password", calm.secret("Password"))
					if action, _, found := m.Plan(w.object(u.after...)); action != acctest.NoAction || len(found) > 0 {
						t.Errorf("afterward the plan is %s\n%s", action, found)
					}
				})
			}
		}
	}
}

func TestAPendingRestartIsAVisibleUpdateAndWaitsWhileOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created("scope", "all")
	w.changeJob(func(j *store.Job) { j.Schedule = store.SchedulePaused; hasRun(j) })
	found := m.Apply(w.object("scope", "assigned"))
	wantSummaries(t, found, "warning: Accounts of people without an assignment will be disabled", "warning: Accounts of people without an assignment will be disabled", // plan and apply
		"warning: The restart for the narrower scope is pending")
	wantLines(t, w.did(), "PUT secrets")
	action, planned, found := m.Plan(w.object())
	wantSummaries(t, found, "warning: The restart for the narrower scope is pending")
	if action != acctest.NoAction || planned["pending_action"] != "restart" {
		t.Errorf("while off the plan is %s, pending %v", action, planned["pending_action"])
	}
	// Another change leaves it pending.
	if found := m.Apply(w.object("accidental_deletion_threshold", 7)); found.HasError() || m.Get("pending_action") != "restart" {
		t.Errorf("pending is %v\n%s", m.Get("pending_action"), found)
	}
	w.changeJob(func(j *store.Job) { j.Schedule = store.ScheduleActive })
	action, planned, found = m.Plan(w.object("accidental_deletion_threshold", 7))
	clean(t, found)
	if action != acctest.Update || planned["pending_action"] != nil || m.Get("pending_action") != "restart" {
		t.Errorf("once on the plan is %s, pending %v -> %v", action, m.Get("pending_action"), planned["pending_action"])
	}
	w.Sim.Log().Reset()
	clean(t, m.Apply(w.object("accidental_deletion_threshold", 7)))
	wantLines(t, w.did(), "POST restart")
	if action, _, found := m.Plan(w.object("accidental_deletion_threshold", 7)); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("afterward the plan is %s\n%s", action, found)
	}
}

func TestAScopeThatIsWideAgainNeedsNoRestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created("scope", "all")
	w.changeJob(func(j *store.Job) { j.Schedule = store.ScheduleActive; hasRun(j) })
	w.stores("SyncAll", "false") // in the portal
	if found := m.Apply(w.object("scope", "all")); found.HasError() {
		t.Fatal(found)
	}
	wantLines(t, w.did(), "PUT secrets")
	if m.Get("pending_action") != nil {
		t.Errorf("pending is %v", m.Get("pending_action"))
	}
}

func TestSeedsAreNotDesiredState(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *simulator.Options) { o.Variants.Generation = store.ByAuthorization })
	w.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: everyTest, Count: -1, Effect: simulator.AnswersNothing(204)})
	config := func(version string, pairs ...any) map[string]any {
		one := w.bare("credentials_wo", map[string]any{"Oauth2ClientSecret": "client-secret", "Oauth2AccessToken": "seed-" + version, "Oauth2RefreshToken": "seed"},
			"credentials_wo_version", version, "notification_email", "identity-ops@example.com",
			"connector_settings", map[string]any{"BaseAddress": "https://scim.example.com", "Oauth2ClientId": "client", "Oauth2AccessTokenCreationTime": "2026-01-01T00:00:00Z"})
		maps.Copy(one, pairsOf(pairs))
		return one
	}
	m := w.managed()
	clean(t, m.Apply(config("1"))) // the connector's description names none of these
	w.wantSecrets("Oauth2AccessToken", "seed-1", "Oauth2ClientSecret", "client-secret", "Oauth2AccessTokenCreationTime", "2026-01-01T00:00:00Z")
	w.stores("Oauth2AccessToken", "renewed", "Oauth2RefreshToken", "renewed", "Oauth2AccessTokenCreationTime", "2026-02-02T00:00:00Z")
	if action, _, found := m.Plan(config("1")); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("after the renewal the plan is %s\n%s", action, found)
	}
	w.Sim.Log().Reset()
	if found := m.Apply(config("1", "notification_email", "other@example.com")); found.HasError() {
		t.Fatal(found)
	}
	wantLines(t, w.did(), "PUT secrets")
	for _, put := range w.puts() {
		for _, key := range []string{"Oauth2AccessToken", "Oauth2RefreshToken", "Oauth2AccessTokenCreationTime"} {
			if _, sent := put[key]; sent {
				t.Errorf("%s was sent", key)
			}
		}
		if put["Oauth2ClientSecret"] != "client-secret" {
			t.Error("the client secret did not go along")
		}
	}
	w.wantSecrets("Oauth2AccessToken", "renewed", "Oauth2AccessTokenCreationTime", "2026-02-02T00:00:00Z", "Oauth2ClientSecret", "client-secret")
	w.Sim.Log().Reset()
	if found := m.Apply(config("2", "notification_email", "other@example.com")); found.HasError() {
		t.Fatal(found)
	}
	wantLines(t, w.did(), "POST validateCredentials", "PUT secrets")
	w.wantSecrets("Oauth2AccessToken", "seed-2", "Oauth2RefreshToken", "seed", "Oauth2AccessTokenCreationTime", "2026-01-01T00:00:00Z")
}

func TestTheConnectionTestInforms(t *testing.T) {
	t.Parallel()
	t.Run("a target that could not be asked", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.fault(simulator.Fault{Method: "POST", Path: everyTest, Count: 2, Effect: simulator.Fails(400, unavailableAs, "The host does not resolve.")})
		m := w.managed()
		for _, version := range []string{"1", "2"} {
			found := m.Apply(w.object("admin_password_wo_version", version))
			wantSummaries(t, found, "warning: The connection was not tested")
			text := found.String()
			if !strings.Contains(text, "could not contact the target. The service said: The host does not resolve.") || strings.Contains(text, "refused") || strings.Contains(text, "Check the") {
				t.Error(text)
			}
		}
		wantLines(t, w.did(), "POST validateCredentials", "POST jobs", "PUT secrets", "POST validateCredentials", "PUT secrets")
	})
	t.Run("past a test that is wrong", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: everyTest, Count: -1, Effect: simulator.Fails(400, "GoToMeetingInvalidCredentials", "No.")})
		m := w.managed()
		found := m.Apply(w.object())
		wantSummaries(t, found, "error: The connection test failed")
		if !strings.Contains(found.String(), "`test_connection = false`") {
			t.Error(found)
		}
		w.wantJobs(0)
		w.Sim.Log().Reset()
		found = m.Apply(w.object("test_connection", false))
		wantSummaries(t, found, "warning: The connection was not tested")
		if !strings.Contains(found.String(), "`test_connection` is `false`") {
			t.Error(found)
		}
		wantSummaries(t, m.Apply(w.object("test_connection", false, "admin_password_wo_version", "2")), "warning: The connection was not tested")
		clean(t, m.Apply(w.object("admin_password_wo_version", "2"))) // the switch alone writes nothing
		wantLines(t, w.did(), "POST jobs", "PUT secrets", "PUT secrets")
		wantSummaries(t, m.Apply(w.object("admin_password_wo_version", "3")), "error: The connection test failed")
	})
}

func TestTestAction_triesNewCredentialsBeforeTheyAreRotatedIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created()
	try := func(pairs ...any) acctest.Diagnostics {
		config := pairsOf(pairs)
		config["connection_id"] = m.Text("id")
		_, found := w.Protocol().Invoke("gotomeeting_test_connection", config)
		return found
	}
	found := try("admin_username", store.AdminUserName, "admin_password", "next")
	wantSummaries(t, found, "error: The connection test failed")
	if !strings.Contains(found.String(), "The stored credentials were not changed.") {
		t.Error(found)
	}
	w.Sim.Store().SetAdmin(store.Admin{UserName: store.AdminUserName, Password: "next", TeamAdmin: true})
	clean(t, try("admin_username", store.AdminUserName, "admin_password", "next"))
	wantSummaries(t, try(), "error: The connection test failed")
	w.fault(simulator.Fault{Method: "POST", Path: everyTest, Effect: simulator.Fails(400, unavailableAs, "Odd answer.")})
	wantSummaries(t, try(), "error: The target could not be contacted")
	w.wantSecrets("Password", store.AdminPassword)
	if puts := w.Sim.Log().Match("PUT", everySecrets); len(puts) > 0 {
		t.Error("the action wrote something")
	}
}
