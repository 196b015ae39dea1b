// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// mappings edits the object mappings of the job's schema behind the provider's back; with defaults also those of the connector.
func (w *world) mappings(defaults bool, edit func(list []any) []any) {
	w.t.Helper()
	change := func(raw json.RawMessage) json.RawMessage {
		var schema map[string]any
		if err := json.Unmarshal(raw, &schema); err != nil {
			w.t.Fatal(err)
		}
		rules, _ := schema["synchronizationRules"].([]any)
		rule, _ := rules[0].(map[string]any)
		list, _ := rule["objectMappings"].([]any)
		rule["objectMappings"] = edit(list)
		changed, err := json.Marshal(schema)
		if err != nil {
			w.t.Fatal(err)
		}
		return changed
	}
	if defaults {
		if err := w.Sim.Store().UpdateConnector(store.ConnectorGoToMeeting, func(c *store.Connector) { c.Schema = change(c.Schema) }); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := w.Sim.Store().PutSchema(w.sp.ID, w.job.ID, change(w.now().Schema), store.SchemaOptions{}); err != nil {
		w.t.Fatal(err)
	}
}

// withGroups has the connector map groups too.
func (w *world) withGroups() {
	w.t.Helper()
	w.mappings(true, func(list []any) []any {
		return append(list, map[string]any{"name": "Synchronize Groups", "enabled": true, "flowTypes": "Add,Update,Delete", "sourceObjectName": "Group", "targetObjectName": "Group",
			"attributeMappings": []any{map[string]any{"targetAttributeName": "email", "flowType": "Always", "matchingPriority": 1,
				"source": map[string]any{"type": "Attribute", "name": "displayName", "expression": "[displayName]", "parameters": []any{}}}}})
	})
}

// customize changes the mapping of the job for one kind of object, by a member that is not an attribute mapping.
func (w *world) customize(object string, change func(mapping map[string]any)) {
	w.t.Helper()
	w.mappings(false, func(list []any) []any {
		for _, one := range list {
			if mapping, _ := one.(map[string]any); mapping["sourceObjectName"] == object {
				change(mapping)
			}
		}
		return list
	})
}

// Kind 1: a job that never ran does not start by the connector's defaults.
func TestStart_onDefaultMappingsIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	const before, defaults = "Provisioning would start before the attribute mappings are in place", "Provisioning would start with the default mapping of "
	customized := func(w *world) {
		w.customize("User", func(m map[string]any) { m["flowTypes"] = "Add,Update" })
	}
	ids := func(names ...string) func(*world) any {
		return func(w *world) any {
			var list []any
			for _, name := range names {
				list = append(list, w.connectionID()+"/"+name)
			}
			return list
		}
	}
	for _, test := range []struct {
		name  string
		given func(*world)
		ids   func(*world) any
		allow any
		want  string // summary of the error
	}{
		{"nothing is said", func(*world) {}, nil, nil, before},
		{"nothing is said of a customized mapping", customized, nil, nil, before},
		{"the default is not allowed", func(*world) {}, nil, false, before},
		{"the default is allowed", func(*world) {}, nil, true, ""},
		{"listed, and equal to the default", func(*world) {}, ids("User"), nil, ""},
		{"listed by the mapping's name", func(*world) {}, ids("Synchronize Groups", "user"), nil, ""},
		{"a default group mapping beside a listed one", (*world).withGroups, ids("User"), nil, defaults + "`Synchronize Groups`"},
		{"a default group mapping that is allowed", (*world).withGroups, ids("User"), true, ""},
		{"a default group mapping that is switched off", func(w *world) {
			w.withGroups()
			w.customize("Group", func(m map[string]any) { m["enabled"] = false })
		}, ids("User"), nil, ""},
		{"a group mapping that was customized elsewhere", func(w *world) {
			w.withGroups()
			w.customize("Group", func(m map[string]any) { m["flowTypes"] = "Add" })
		}, ids("User"), nil, ""},
		{"a default user mapping beside a listed one", func(w *world) { w.withGroups() }, ids("Group"), nil, defaults},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			test.given(w)
			w.Sim.Log().Reset()
			object := map[string]any{"connection_id": w.connectionID(), "enabled": true, "allow_default_mappings": test.allow}
			if test.ids != nil {
				object["mapping_ids"] = test.ids(w)
			}
			managed := w.Managed(typeName)
			for _, found := range []acctest.Diagnostics{second(managed.Plan(object)), managed.Apply(object)} {
				if test.want == "" {
					succeeds(t, found)
				} else if len(found) != 1 || !found[0].Error || found[0].Path != "mapping_ids" || !strings.HasPrefix(found[0].Summary, test.want) {
					t.Errorf("messages:\n%s", found)
				}
			}
			if test.want == "" {
				w.wantAsked("start")
			} else {
				w.wantAsked()
			}
		})
	}
}

func second(_ string, _ map[string]any, found acctest.Diagnostics) acctest.Diagnostics { return found }

// What only the apply can know is refused there, before anything is started.
func TestStart_onDefaultMappingsIsRefusedAtApplyWhereThePlanCouldNotTell(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.withGroups()
	object := map[string]any{"connection_id": w.connectionID(), "enabled": true, "mapping_ids": []any{acctest.Unknown}}
	_, found := w.Protocol().Plan(typeName, nil, object)
	succeeds(t, found)
	// The id turns out to be that of the users' mapping; that of the groups is the default.
	object["mapping_ids"] = []any{w.connectionID() + "/User"}
	_, found = w.Protocol().Plan(typeName, nil, object) // as an apply does first
	if len(found) != 1 || !found[0].Error || !strings.Contains(found[0].Summary, "`Synchronize Groups`") {
		t.Errorf("messages:\n%s", found)
	}
	object = map[string]any{"connection_id": w.connectionID(), "enabled": true, "mapping_ids": []any{w.connectionID() + "/User", w.connectionID() + "/Group"}}
	planned, found := w.Protocol().Plan(typeName, nil, object)
	succeeds(t, found)
	w.mappings(true, func(list []any) []any {
		return append(list, map[string]any{"name": "Synchronize Devices", "sourceObjectName": "Device", "targetObjectName": "Group", "attributeMappings": []any{}})
	})
	w.Sim.Log().Reset()
	left, found := w.Protocol().Apply(planned)
	if left != nil || len(found) != 1 || !found[0].Error || !strings.Contains(found[0].Summary, "`Synchronize Devices`") {
		t.Errorf("messages:\n%s", found)
	}
	w.wantAsked()
}

func TestStart_ofAJobThatRanNeedsNoMappings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.Sim.Clock().Advance(time.Hour)
	w.pause()
	managed := w.Managed(typeName)
	succeeds(t, managed.Apply(map[string]any{"connection_id": w.connectionID(), "enabled": true}))
	w.wantAsked(portalRestart)
}

func TestStart_refusesTheIDsOfAnotherConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const other = "b0000000-0000-4000-8000-000000000009"
	for name, id := range map[string]string{"mapping_ids": w.sp.ID + "/other/User", "assignment_ids": other + "/abc"} {
		for _, enabled := range []any{true, false, nil} {
			_, _, found := w.Managed(typeName).Plan(w.object("enabled", enabled, name, []any{id}))
			if !slices.ContainsFunc(found, func(one acctest.Diagnostic) bool {
				return one.Error && one.Path == name && strings.Contains(one.Detail, id)
			}) {
				t.Errorf("%s with enabled %v:\n%s", name, enabled, found)
			}
		}
	}
	w.wantAsked()
}

// Kind 1: a start that can only end in quarantine.
func TestStart_ofAConnectionThatCannotSignIn(t *testing.T) {
	t.Parallel()
	unauthorized := func(w *world) {
		if err := w.Sim.Store().PutSecrets(w.sp.ID, []store.KeyValue{{Key: "Password", Value: ""}}, store.SecretOptions{}); err != nil {
			w.t.Fatal(err)
		}
	}
	t.Run("is refused on create", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		unauthorized(w)
		found := w.Managed(typeName).Apply(w.object("enabled", true))
		if len(found) != 1 || !found[0].Error || found[0].Summary != "The connection cannot sign in yet" || !strings.Contains(found[0].Detail, "`enabled = false`") {
			t.Errorf("messages:\n%s", found)
		}
		w.wantAsked()
	})
	t.Run("is refused on a change, and goes in two applies", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		unauthorized(w)
		managed := w.Managed(typeName)
		succeeds(t, managed.Apply(w.object("enabled", false)))
		if found := managed.Apply(w.object("enabled", true)); len(found) != 1 || !found[0].Error {
			t.Errorf("messages:\n%s", found)
		}
		w.wantAsked()
		if err := w.Sim.Store().PutSecrets(w.sp.ID, []store.KeyValue{{Key: "Password", Value: store.AdminPassword}}, store.SecretOptions{}); err != nil {
			t.Fatal(err)
		}
		succeeds(t, managed.Apply(w.object("enabled", true)))
		w.wantAsked("start")
	})
	t.Run("is a warning at every plan where it is on", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		managed := w.Managed(typeName)
		succeeds(t, managed.Apply(w.object("enabled", true)))
		unauthorized(w)
		for range 2 {
			action, _, found := managed.Plan(w.object("enabled", true))
			if action != acctest.NoAction || len(found) != 1 || found[0].Error || found[0].Summary != "Provisioning of service principal "+w.sp.ID+" is on and cannot sign in" {
				t.Errorf("%s:\n%s", action, found)
			}
		}
	})
	t.Run("is a warning where it cannot be read", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		unauthorized(w)
		w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: "/servicePrincipals/*/synchronization/secrets", Count: -1, Effect: simulator.Fails(500, "InternalError", "")})
		found := w.Managed(typeName).Apply(w.object("enabled", true))
		if found.HasError() || !slices.Contains(summaries(found), "Cannot determine whether the connection can sign in") {
			t.Errorf("messages:\n%s", found)
		}
		w.wantAsked("start")
	})
}

func TestStart_warnsWhenNobodyIsProvisioned(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		given func(*world)
		want  bool
	}{
		{"somebody with a role", func(*world) {}, false},
		{"nobody", func(w *world) { w.unassign(store.UserAna) }, true},
		{"nobody, and everybody in scope", func(w *world) {
			w.unassign(store.UserAna)
			if err := w.Sim.Store().PutSecrets(w.sp.ID, []store.KeyValue{{Key: "SyncAll", Value: "true"}}, store.SecretOptions{}); err != nil {
				w.t.Fatal(err)
			}
		}, false},
		{"somebody with a role that is disabled", func(w *world) {
			if err := w.Sim.Store().UpdateServicePrincipal(w.sp.ID, func(sp *store.ServicePrincipal) error {
				for i := range sp.Roles {
					sp.Roles[i].Enabled = sp.Roles[i].DisplayName != "User"
				}
				return nil
			}); err != nil {
				w.t.Fatal(err)
			}
		}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			test.given(w)
			_, _, found := w.Managed(typeName).Plan(w.object("enabled", true))
			if found.HasError() || test.want != slices.Contains(summaries(found), "Nobody will be provisioned by service principal "+w.sp.ID) {
				t.Errorf("messages:\n%s", found)
			}
		})
	}
}

// Kind 1: two resources of one connection, created by different plans of one run.
func TestTwoStates_theSecondCreateIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	planned, found := w.Protocol().Plan(typeName, nil, w.object("enabled", true))
	succeeds(t, found)
	other, found := w.Protocol().Plan(typeName, nil, w.object("enabled", false))
	succeeds(t, found)
	p := w.Protocol()
	one, found := p.Apply(planned)
	succeeds(t, found)
	left, found := p.Apply(other)
	if left != nil || len(found) != 1 || found[0].Summary != "The connection already has another gotomeeting_provisioning_state" {
		t.Errorf("got %v, %s", left, found)
	}
	w.wantAsked("start")
	w.wantSchedule(store.ScheduleActive)
	_, found = p.Plan(typeName, one, w.object("enabled", true)) // what is in the state is left alone
	succeeds(t, found)
}
