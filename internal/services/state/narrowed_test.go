// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// How the state resource is configured, besides whether it is on.
const (
	gone     = "gone"
	imported = ", imported"
)

// Lifecycle: a scope that is narrowed while provisioning is off takes effect with the cycle that follows switching it on, also if that
// is another apply. A start would let the service go on with everybody.
func TestResource_startsWithTheNarrowerScope(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		steps [][2]string // scope, enabled
	}{
		{"in one apply", [][2]string{{"assigned", "true"}}},
		{"in two", [][2]string{{"assigned", "false"}, {"assigned", "true"}}},
		{"with a change in between", [][2]string{{"assigned", "false"}, {"all", "false"}, {"assigned", "false"}, {"assigned", "true"}}},
		{"by a new resource", [][2]string{{"assigned", gone}, {"assigned", "true"}}},
		{"by an imported resource", [][2]string{{"assigned", gone}, {"assigned", "true" + imported}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			env.WithoutImpact()
			config := func(scope, enabled string) string {
				text := strings.Replace(tutorial(env, mappingIDs, assignmentIDs), `admin_password_wo_version = "1"`, `admin_password_wo_version = "1"`+"\n  scope = \""+scope+`"`, 1)
				if enabled == gone {
					text, _, _ = strings.Cut(text, `resource "gotomeeting_provisioning_state"`)
					return text + "removed {\n  from = gotomeeting_provisioning_state.this\n  lifecycle {\n    destroy = false\n  }\n}\n"
				}
				if enabled, found := strings.CutSuffix(enabled, imported); found {
					text += "import {\n  to = gotomeeting_provisioning_state.this\n  id = gotomeeting_provisioning_connection.this.id\n}\n"
					return strings.Replace(text, "enabled       = true", "enabled = "+enabled, 1)
				}
				return strings.Replace(text, "enabled       = true", "enabled = "+enabled, 1)
			}
			cycle := func() { env.Sim.Clock().Advance(2 * store.DefaultInterval) }
			var before []string
			steps := []resource.TestStep{{Config: config("all", "true")}, {PreConfig: cycle, Config: config("all", "false")}}
			for i, step := range test.steps {
				next := resource.TestStep{Config: config(step[0], step[1]), ExpectNonEmptyPlan: i == len(test.steps)-1} // the connection restarts once more
				if i == 0 {
					next.PreConfig = func() {
						before = active(env)
						env.Sim.Store().AddUser(store.User{UserPrincipalName: "new@corp.example", Mail: "new@corp.example", DisplayName: "New", Surname: "New", GivenName: "New", AccountEnabled: true})
						env.Sim.Log().Reset()
					}
				}
				steps = append(steps, next)
			}
			steps = append(steps, resource.TestStep{PreConfig: func() {
				if writes := writes(env); slices.Contains(writes, "POST start") || !slices.Contains(writes, "POST restart") {
					t.Errorf("wrote %v", writes)
				}
				cycle()
				if now := active(env); slices.Contains(now, "new@corp.example") || len(now) >= len(before) {
					t.Errorf("of %v, the cycle left %v", before, now)
				}
			}, Config: config("assigned", "true")}, resource.TestStep{Config: config("assigned", "true"), PlanOnly: true})
			resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: env.ProviderFactories(), Steps: steps})
		})
	}
}

// Nobody but a cycle knows with which scope the last one ran: what is switched on again may have been narrowed by another configuration or in
// the portal.
func TestResource_startsWithTheScopeThatAnotherNarrowed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, now string
		resumes   bool
		want      string
	}{
		{"narrowed", "false", false, portalRestart},
		{"narrowed, paused outside", "false", true, portalRestart},
		{"still everybody", "true", false, "start"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.scope("true")
			w.ran(2)
			before := w.accounts()
			managed := w.Managed(typeName)
			succeeds(t, managed.Apply(w.object("enabled", true)))
			if test.resumes {
				w.pause()
			} else {
				succeeds(t, managed.Apply(w.object("enabled", false)))
			}
			w.Sim.Store().AddUser(store.User{UserPrincipalName: "new@corp.example", Mail: "new@corp.example", DisplayName: "New", AccountEnabled: true})
			w.scope(test.now)
			w.Sim.Log().Reset()
			if found := managed.Apply(w.object("enabled", true, "resume_token", "2")); found.HasError() {
				t.Fatal(found)
			}
			w.wantAsked(test.want)
			w.Sim.Clock().Advance(2 * store.DefaultInterval)
			if after := w.accounts(); test.now == "false" && after > before {
				t.Errorf("%d accounts became %d", before, after)
			}
		})
	}
}

func (w *world) scope(all string) {
	w.t.Helper()
	if err := w.Sim.Store().PutSecrets(w.sp.ID, []store.KeyValue{{Key: "SyncAll", Value: all}}, store.SecretOptions{}); err != nil {
		w.t.Fatal(err)
	}
}

// A literal id tells Terraform no order: whatever is planned and applied first, no cycle begins with the wider scope.
func TestResource_startsWithTheNarrowerScopeInAnyOrder(t *testing.T) {
	t.Parallel()
	const connections = "gotomeeting_provisioning_connection"
	setUp := func(t *testing.T) (w *world, connection, state *acctest.Instance, plans func(*acctest.Protocol, string) (*acctest.Planned, acctest.Diagnostics)) {
		t.Helper()
		w = newWorld(t)
		w.scope("true")
		w.ran(2)
		p := w.Protocol()
		connection, found := p.Import(connections, w.connectionID())
		succeeds(t, found)
		connection, found = p.Change(connections, connection, map[string]any{"service_principal_id": w.sp.ID, "scope": "all"})
		if found.HasError() {
			t.Fatal(found)
		}
		state, found = p.Change(typeName, nil, w.object("enabled", false))
		succeeds(t, found)
		w.Sim.Log().Reset()
		return w, connection, state, func(p *acctest.Protocol, what string) (*acctest.Planned, acctest.Diagnostics) {
			if what == connections {
				return p.Plan(connections, connection, map[string]any{"service_principal_id": w.sp.ID, "scope": "assigned"})
			}
			return p.Plan(typeName, state, w.object("enabled", true))
		}
	}
	refused := func(t *testing.T, found acctest.Diagnostics) {
		t.Helper()
		if len(found.Errors()) != 1 || found.Errors()[0].Summary != "Provisioning would start with the wider scope" {
			t.Errorf("messages:\n%s", found)
		}
	}
	t.Run("planned after the state", func(t *testing.T) {
		t.Parallel()
		w, _, _, plan := setUp(t)
		p := w.Protocol()
		_, found := plan(p, typeName)
		succeeds(t, found)
		_, found = plan(p, connections)
		refused(t, found)
	})
	for _, order := range [][]string{
		{"plan " + connections, "plan " + typeName, "apply " + typeName + " is refused", "apply " + connections},
		{"plan " + connections, "apply " + connections, "plan " + typeName, "apply " + typeName},
		{"plan " + typeName, "apply " + typeName, "plan " + connections, "apply " + connections},
		{"plan " + typeName, "plan " + connections + " is refused", "apply " + typeName + " is refused"},
	} {
		t.Run(strings.Join(order, ", "), func(t *testing.T) {
			t.Parallel()
			w, _, _, plan := setUp(t)
			planned := map[string]*acctest.Planned{}
			p := w.Protocol()
			for _, step := range order {
				words := strings.Fields(step)
				var found acctest.Diagnostics
				if words[0] == "plan" {
					planned[words[1]], found = plan(p, words[1])
				} else {
					_, found = p.Apply(planned[words[1]])
				}
				if len(words) > 2 {
					refused(t, found)
				} else if found.HasError() {
					t.Errorf("%s: %s", step, found)
				}
			}
			if asked := w.asked(); len(asked) > 0 && asked[len(asked)-1] != portalRestart && !strings.HasPrefix(asked[len(asked)-1], "secrets") {
				t.Errorf("asked %v", asked)
			}
			before := w.accounts()
			w.Sim.Clock().Advance(2 * store.DefaultInterval)
			if after := w.accounts(); after > before {
				t.Errorf("%d accounts became %d", before, after)
			}
		})
	}
}

// A restart for a narrower scope counts everybody anew: a release beside it would let through more than was held.
func TestRelease_isRefusedBesideANarrowerScope(t *testing.T) {
	t.Parallel()
	for name, enabled := range map[string]bool{"on": true, "off": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const connections = "gotomeeting_provisioning_connection"
			w, _, began := held(t, 3)
			w.scope("true")
			state, found := w.Protocol().Change(typeName, nil, w.object("enabled", enabled))
			succeeds(t, found)
			p := w.Protocol()
			connection, found := p.Import(connections, w.connectionID())
			succeeds(t, found)
			config := map[string]any{"service_principal_id": w.sp.ID, "scope": "all", "prevent_accidental_deletions": true, "accidental_deletion_threshold": 2}
			connection, found = p.Change(connections, connection, config)
			if found.HasError() {
				t.Fatal(found)
			}
			p = w.Protocol()
			config["scope"] = "assigned"
			if _, found := p.Plan(connections, connection, config); found.HasError() {
				t.Fatal(found)
			}
			_, found = p.Plan(typeName, state, w.object("enabled", true, "release_deletions", releases(began, 3)))
			if len(found.Errors()) != 1 || found.Errors()[0].Summary != "Held deletions cannot be released along with a narrower scope" {
				t.Errorf("messages:\n%s", found)
			}
		})
	}
}
