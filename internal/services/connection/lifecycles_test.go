// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// generation is a way to connect, as a configuration writes it.
type generation struct {
	of store.Generation
	// config is the configuration with working credentials of a version.
	config func(w *world, version string) map[string]any
	// renew makes the target want another credential and returns the configuration that has it.
	renew func(w *world) map[string]any
	// key is the secret that the configuration gives, "" if it gives none, and seeds what the service renews.
	key   string
	seeds []string
}

// managed says whether the configuration has credentials at all.
func (g generation) managed() bool { return g.key != "" }

func generations() []generation {
	byToken := func(w *world, version, token string) map[string]any {
		return w.bare("notification_email", "identity-ops@example.com", "connector_settings", map[string]any{"BaseAddress": store.TenantURL},
			"credentials_wo", map[string]any{"SecretToken": token}, "credentials_wo_version", version)
	}
	byClient := func(w *world, version, secret, token string) map[string]any {
		return w.bare("notification_email", "identity-ops@example.com",
			"connector_settings", map[string]any{"BaseAddress": store.TenantURL, "Oauth2ClientId": store.TargetClientID, "Oauth2TokenExchangeUri": store.TokenExchangeURI,
				"Oauth2AccessTokenCreationTime": "2030-01-01T00:00:00Z"},
			"credentials_wo", map[string]any{"Oauth2ClientSecret": secret, "Oauth2AccessToken": token}, "credentials_wo_version", version)
	}
	return []generation{
		{of: store.ByPassword, key: "Password",
			config: func(w *world, version string) map[string]any { return w.object("admin_password_wo_version", version) },
			renew: func(w *world) map[string]any {
				w.Sim.Store().SetAdmin(store.Admin{UserName: store.AdminUserName, Password: "next-password-1", TeamAdmin: true})
				return w.object("admin_password_wo", "next-password-1", "admin_password_wo_version", "2")
			}},
		{of: store.ByAuthorization, seeds: []string{"Oauth2AccessToken", "Oauth2RefreshToken", "Oauth2AccessTokenCreationTime"},
			config: func(w *world, _ string) map[string]any {
				return w.bare("notification_email", "identity-ops@example.com")
			},
			renew: func(w *world) map[string]any {
				w.authorize()
				return w.bare("notification_email", "identity-ops@example.com")
			}},
		{of: store.ByToken, key: "SecretToken",
			config: func(w *world, version string) map[string]any { return byToken(w, version, store.SecretToken) },
			renew: func(w *world) map[string]any {
				w.Sim.Store().SetSecretToken("next-token-1")
				return byToken(w, "2", "next-token-1")
			}},
		{of: store.ByClientCredentials, key: "Oauth2ClientSecret", seeds: []string{"Oauth2AccessToken", "Oauth2AccessTokenCreationTime"},
			config: func(w *world, version string) map[string]any {
				return byClient(w, version, store.TargetClientSecret, store.SeedToken)
			},
			renew: func(w *world) map[string]any {
				w.Sim.Store().SetTargetClientSecret("next-secret-1")
				return byClient(w, "2", "next-secret-1", store.SeedToken+"-2")
			}},
	}
}

func (w *world) authorize() {
	w.t.Helper()
	if err := w.Sim.Store().Authorize(w.sp.ID); err != nil {
		w.t.Fatal(err)
	}
}

// generated is a world whose template asks for what the generation is about.
func (g generation) generated(t *testing.T, adjust ...func(*simulator.Options)) *world {
	return newWorld(t, append([]func(*simulator.Options){func(o *simulator.Options) { o.Variants.Generation = g.of }}, adjust...)...)
}

// connected is one that is created and can sign in, with the log begun anew.
func (g generation) connected(t *testing.T, adjust ...func(*simulator.Options)) (*world, *acctest.Managed) {
	t.Helper()
	w := g.generated(t, adjust...)
	m := w.managed()
	if found := m.Apply(g.config(w, "1")); found.HasError() {
		t.Fatal(found)
	}
	if !g.managed() {
		w.authorize()
	}
	m.Refresh()
	w.Sim.Log().Reset()
	w.ForgetDiagnostics()
	return w, m
}

// wantQuiet checks that a plan has nothing to do and nothing to say.
func (w *world) wantQuiet(m *acctest.Managed, config map[string]any) {
	w.t.Helper()
	if action, planned, found := m.Plan(config); action != acctest.NoAction || len(found) > 0 || planned["authorized"] != true {
		w.t.Errorf("the plan is %s, authorized %v\n%s", action, planned["authorized"], found)
	}
}

// cycle lets a cycle of the job pass and wants it to succeed.
func (w *world) cycle() {
	w.t.Helper()
	if w.job().Schedule != store.ScheduleActive {
		if err := w.Sim.Engine().Start(w.sp.ID, w.job().ID); err != nil {
			w.t.Fatal(err)
		}
	}
	w.Sim.Clock().Advance(store.DefaultInterval + time.Minute)
	if q := w.job().Status.Quarantine; q != nil {
		w.t.Errorf("the job is in quarantine: %v", q.Error)
	}
}

// wantUnseeded checks that no write carried what the service renews.
func (w *world) wantUnseeded(g generation) {
	w.t.Helper()
	for _, put := range w.puts() {
		for _, key := range g.seeds {
			if _, sent := put[key]; sent {
				w.t.Errorf("%s was sent", key)
			}
		}
	}
}

// Each way to connect, through all that happens to a connection.
func TestGenerations(t *testing.T) {
	t.Parallel()
	const test, create, put = "POST validateCredentials", "POST jobs", "PUT secrets"
	scenarios := map[string]func(t *testing.T, g generation){
		"create": func(t *testing.T, g generation) {
			w := g.generated(t)
			m := w.managed()
			found := m.Apply(g.config(w, "1"))
			if !g.managed() {
				wantSummaries(t, found, "warning: The connection has no credentials yet")
				wantLines(t, w.did(), create, put)
				return
			}
			clean(t, found)
			wantLines(t, w.did(), test, create, put)
			for _, put := range w.puts() {
				for _, key := range append([]string{g.key}, g.seeds...) {
					if put[key] == "" {
						t.Errorf("%s was not sent", key)
					}
				}
			}
			w.cycle()
		},
		"plan empty": func(t *testing.T, g generation) {
			w, m := g.connected(t)
			for range 2 {
				w.wantQuiet(m, g.config(w, "1"))
			}
			wantLines(t, w.did())
		},
		"rotate": func(t *testing.T, g generation) {
			w, m := g.connected(t)
			w.cycle()
			config := g.renew(w)
			if found := m.Apply(config); found.HasError() {
				t.Fatal(found)
			}
			if g.managed() {
				wantLines(t, w.did(), test, put)
			} else {
				wantLines(t, w.did())
			}
			w.wantQuiet(m, config)
			w.cycle()
		},
		"renewed by the service": func(t *testing.T, g generation) {
			w, m := g.connected(t)
			first := w.secret("Oauth2AccessToken")
			w.cycle()
			if renewed := w.secret("Oauth2AccessToken") != first; renewed != (g.seeds != nil) {
				t.Fatalf("renewed: %t", renewed)
			}
			w.wantQuiet(m, g.config(w, "1"))
			config := g.config(w, "1")
			config["notification_email"] = "other@example.com"
			if found := m.Apply(config); found.HasError() {
				t.Fatal(found)
			}
			if g.managed() {
				wantLines(t, w.did(), put)
			} else {
				wantLines(t, w.did(), test, put, test)
			}
			w.wantUnseeded(g)
			w.wantQuiet(m, config)
			w.cycle()
		},
		"renewed by a service that replaces the whole set": func(t *testing.T, g generation) {
			w, m := g.connected(t, replacing)
			w.cycle()
			config := g.config(w, "1")
			config["notification_email"] = "other@example.com"
			found := m.Apply(config)
			w.wantUnseeded(g)
			if g.seeds == nil {
				clean(t, found)
				w.cycle()
				return
			}
			if last := found[len(found)-1]; last.Summary != "The service dropped secrets" ||
				!strings.Contains(last.Detail, "authorize in the portal again, or set new tokens in `credentials_wo` with a new `credentials_wo_version`") {
				t.Error(found)
			}
			_, _, found = m.Plan(config)
			if len(found) != 1 || found[0].Error {
				t.Errorf("the next plan says\n%s", found)
			}
		},
		"credential lost": func(t *testing.T, g generation) {
			w, m := g.connected(t)
			if !g.managed() {
				w.stores("Oauth2AccessToken", "", "Oauth2RefreshToken", "")
				for range 2 {
					action, planned, found := m.Plan(g.config(w, "1"))
					wantSummaries(t, found, "warning: The connection has no credentials yet")
					if action != acctest.NoAction || planned["authorized"] != false {
						t.Errorf("the plan is %s, authorized %v", action, planned["authorized"])
					}
				}
				w.authorize()
				w.wantQuiet(m, g.config(w, "1"))
				wantLines(t, w.did())
				return
			}
			w.stores(g.key, "")
			if action, _, found := m.Plan(g.config(w, "1")); action != acctest.Update {
				t.Errorf("the plan is %s\n%s", action, found)
			}
			if found := m.Apply(g.config(w, "1")); found.HasError() {
				t.Fatal(found)
			}
			if g.seeds == nil {
				wantLines(t, w.did(), test, put)
			} else { // without the seed there is not enough to test
				wantLines(t, w.did(), put)
			}
			w.wantUnseeded(g)
			w.wantQuiet(m, g.config(w, "1"))
			w.cycle()
		},
		"token lost": func(t *testing.T, g generation) {
			w, m := g.connected(t)
			if !g.managed() || g.seeds == nil {
				return
			}
			w.stores("Oauth2AccessToken", "")
			for range 2 {
				action, _, found := m.Plan(g.config(w, "1"))
				wantSummaries(t, found, "warning: The service has lost a token")
				if action != acctest.NoAction {
					t.Errorf("the plan is %s", action)
				}
			}
			wantLines(t, w.did())
			config := g.renew(w)
			clean(t, m.Apply(config))
			w.wantQuiet(m, config)
			w.cycle()
		},
		"refused": func(t *testing.T, g generation) {
			w := g.generated(t)
			if !g.managed() {
				w, m := g.connected(t)
				w.stores("Oauth2AccessToken", "revoked")
				_, found := w.Protocol().Invoke("gotomeeting_test_connection", map[string]any{"connection_id": m.Text("id")})
				wantSummaries(t, found, "error: The connection test failed")
				return
			}
			config := g.config(w, "1")
			g.renew(w) // so that the former is wrong
			m := w.managed()
			found := m.Apply(config)
			if last := summaries(found)[len(found)-1]; last != "error: The connection test failed" {
				t.Error(found)
			}
			w.wantJobs(0)
			wantLines(t, w.did(), test)
			w, m = g.connected(t)
			g.renew(w)
			if found := m.Apply(g.config(w, "3")); !found.HasError() {
				t.Error("stored all the same")
			}
			wantLines(t, w.did(), test)
			w.wantQuiet(m, g.config(w, "1"))
		},
		"unreachable": func(t *testing.T, g generation) {
			w := g.generated(t, func(o *simulator.Options) { o.Variants.ConnectionTest = simulator.TestUnavailable })
			m := w.managed()
			found := m.Apply(g.config(w, "1"))
			if !g.managed() {
				w.authorize()
				m.Refresh()
				w.Sim.Log().Reset()
				config := g.config(w, "1")
				config["notification_email"] = "other@example.com"
				if found := m.Apply(config); found.HasError() {
					t.Error(found)
				}
				wantLines(t, w.did(), test, put)
				return
			}
			wantSummaries(t, found, "warning: The connection was not tested")
			wantLines(t, w.did(), test, create, put)
			w.wantQuiet(m, g.config(w, "1"))
		},
		"import": func(t *testing.T, g generation) {
			w, first := g.connected(t)
			w.cycle()
			m := w.managed()
			if found := m.Import(first.Text("id")); found.HasError() {
				t.Fatal(found)
			}
			// Without the credentials, what is stored stays, and nothing is sent.
			config := g.config(w, "1")
			for _, name := range []string{"admin_username", "admin_password_wo", "admin_password_wo_version", "credentials_wo", "credentials_wo_version"} {
				delete(config, name)
			}
			clean(t, m.Apply(config))
			wantLines(t, w.did())
			w.wantQuiet(m, config)
			if !g.managed() {
				return
			}
			// With them, they are new to the state: tested, and stored. A seed that the service has renewed is refused.
			found := m.Apply(g.config(w, "1"))
			if g.seeds != nil {
				if last := summaries(found)[len(found)-1]; last != "error: The connection test failed" {
					t.Error(found)
				}
				wantLines(t, w.did(), test)
				found = m.Apply(g.renew(w))
				w.Sim.Log().Reset()
			} else {
				wantLines(t, w.did(), test, put)
			}
			clean(t, found)
			w.cycle()
		},
		"destroy": func(t *testing.T, g generation) {
			w, m := g.connected(t)
			if found := m.Destroy(); found.HasError() {
				t.Fatal(found)
			}
			w.wantJobs(0)
			if g.managed() && w.secret(g.key) != "" {
				t.Errorf("%s is still stored", g.key)
			}
		},
	}
	for _, g := range generations() {
		for _, name := range slices.Sorted(maps.Keys(scenarios)) {
			t.Run(string(g.of)+", "+name, func(t *testing.T) {
				t.Parallel()
				scenarios[name](t, g)
			})
		}
	}
}

// Microsoft's announcement: the template asks for something else, and the job that is there continues until somebody moves it.
func TestGenerations_aTemplateThatChangesUnderARunningJob(t *testing.T) {
	t.Parallel()
	all := generations()
	for i, from := range all {
		to := all[(i+2)%len(all)]
		t.Run(string(from.of)+" to "+string(to.of), func(t *testing.T) {
			t.Parallel()
			w, m := from.connected(t)
			w.cycle()
			w.Sim.SetVariants(func(v *simulator.Variants) { v.Generation = to.of })
			w.wantQuiet(m, from.config(w, "1"))
			w.cycle()
			w.wantQuiet(m, from.config(w, "1"))
			wantLines(t, w.did())
			if found := m.Apply(to.config(w, "7")); found.HasError() {
				t.Fatal(found)
			}
			if !to.managed() {
				w.authorize()
			}
			w.wantQuiet(m, to.config(w, "7"))
			w.cycle()
		})
	}
}
