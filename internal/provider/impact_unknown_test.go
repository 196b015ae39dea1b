// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

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

// limited is a tenant whose connection, mapping, assignments, and switch are managed, and whose cycles have passed: three members of
// a group are in scope, and one person is assigned directly. Two more are not.
type limited struct {
	*acctest.Env
	t       *testing.T
	sp      store.ServicePrincipal
	people  []string
	group   string
	managed map[string]*acctest.Managed
	configs map[string]map[string]any
}

func newLimited(t *testing.T) *limited {
	t.Helper()
	w := &limited{Env: acctest.New(t), t: t, managed: map[string]*acctest.Managed{}}
	w.UseGoTo()
	world := w.Sim.Store()
	world.SetDomains()
	world.SetLicenses(1000)
	for _, a := range world.Accounts() {
		if err := world.DeleteAccount(a.Key); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	_, w.sp, err = world.Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		t.Fatal(err)
	}
	w.people = world.AddUsers(6)
	w.group = world.AddGroup(store.Group{DisplayName: "Few", SecurityEnabled: true, Members: w.people[:3]})
	w.configs = map[string]map[string]any{
		ofConnection: {"service_principal_id": w.sp.ID, "admin_username": store.AdminUserName, "admin_password_wo": store.AdminPassword, "admin_password_wo_version": "1"},
		ofMappings: {"mappings": map[string]any{
			"email":     map[string]any{"source_attribute": "userPrincipalName", "matching_priority": 1},
			"firstName": map[string]any{"source_attribute": "givenName"},
			"lastName":  map[string]any{"source_attribute": "surname"},
			"active":    map[string]any{"expression": "Not([IsSoftDeleted])"},
		}},
		ofAssignments: {"service_principal_id": w.sp.ID, "assignments": map[string]any{w.group: store.RoleUser, w.people[3]: store.RoleUser}, "max_removals": -1, "allow_empty": true},
		ofState:       {"enabled": true, "allow_default_mappings": true},
	}
	for _, name := range []string{ofConnection, ofMappings, ofAssignments, ofState} {
		w.managed[name] = w.Managed(name, func(block map[string]any) { block["impact"] = map[string]any{"enabled": false} })
		if name == ofMappings || name == ofState {
			w.configs[name]["connection_id"] = w.managed[ofConnection].Text("id")
		}
		if found := w.managed[name].Apply(w.configs[name]); found.HasError() {
			t.Fatalf("%s: %s", name, found)
		}
	}
	w.pass()
	return w
}

// pass lets cycles pass.
func (w *limited) pass() {
	for range 3 {
		w.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
	}
}

// becomes applies a resource with some attributes changed.
func (w *limited) becomes(name string, changes map[string]any) {
	w.t.Helper()
	if found := w.managed[name].Apply(w.with(name, changes)); found.HasError() {
		w.t.Fatalf("%s: %s", name, found)
	}
}

// oneLeft lets somebody leave, whose account stays active.
func (w *limited) oneLeft() {
	w.becomes(ofConnection, map[string]any{"skip_out_of_scope_deletions": true})
	w.becomes(ofAssignments, map[string]any{"assignments": map[string]any{w.group: store.RoleUser}})
	w.pass()
}

// with is a configuration with some attributes changed.
func (w *limited) with(name string, changes map[string]any) map[string]any {
	config := maps.Clone(w.configs[name])
	maps.Copy(config, changes)
	return config
}

// mapping is the configuration of the mappings with some of them changed.
func (w *limited) mapping(changes map[string]any, more map[string]any) map[string]any {
	mappings := maps.Clone(w.configs[ofMappings]["mappings"].(map[string]any)) //nolint:forcetypeassert // as written above
	maps.Copy(mappings, changes)
	config := w.with(ofMappings, more)
	config["mappings"] = mappings
	return config
}

// denies refuses a path of Graph.
func (w *limited) denies(path string) {
	w.Sim.Faults().Add(simulator.Fault{Path: path, Count: -1, Effect: simulator.LacksPermission()})
}

// step is a resource that is planned; fresh ones are created.
type step struct {
	typeName string
	config   map[string]any
	fresh    bool
}

// Each cause because of which the number of accounts is unknown is refused by each limit, unless the cause cannot matter to it. Some
// causes leave an upper bound: the limit is one below it then, and it passes at the bound.
func TestImpact_eachUnknownCauseIsRefusedByEachLimit(t *testing.T) {
	t.Parallel()
	changesName := func(w *limited) []step {
		return []step{{ofMappings, w.mapping(map[string]any{"lastName": map[string]any{"source_attribute": "displayName"}}, nil), false}}
	}
	replacesPeople := func(w *limited) []step { // the group leaves, which nothing disables, and two people come
		mapping := w.mapping(map[string]any{}, map[string]any{"allow_no_deprovisioning": true, "operations": []any{"create", "update"}})
		delete(mapping["mappings"].(map[string]any), "active") //nolint:forcetypeassert // as written above
		return []step{
			{ofMappings, mapping, false},
			{ofAssignments, w.with(ofAssignments, map[string]any{"assignments": map[string]any{w.people[3]: store.RoleUser, w.people[4]: store.RoleUser, w.people[5]: store.RoleUser}}), false},
		}
	}
	const (
		disables   = "max_disabled"
		creates    = "max_created"
		updates    = "max_updated"
		leaves     = "max_left_active"
		onlyAdds   = "what is unknown only adds accounts"
		newOne     = "the run creates it, and the apply holds the limits against it before anything is switched on"
		staysWhole = "nobody leaves the scope"
		oneLeft    = "whoever left has an account, which is disabled"
	)
	all := []string{disables, creates, updates, leaves}
	for _, test := range []struct {
		name    string
		prepare func(*limited)
		steps   func(*limited) []step
		noGoTo  bool
		impact  map[string]any    // more of the provider block
		bounds  map[string]int64  // at most as many, where there is a bound
		free    map[string]string // why a limit is not concerned
		want    string            // in the refusal
	}{
		{name: "no credentials for GoTo", steps: func(w *limited) []step {
			return []step{{ofAssignments, w.with(ofAssignments, map[string]any{"assignments": map[string]any{w.people[3]: store.RoleUser, w.people[4]: store.RoleUser, w.people[5]: store.RoleUser}}), false}}
		}, noGoTo: true, bounds: map[string]int64{disables: 3, creates: 2, updates: 2}, free: map[string]string{leaves: "the mapping disables the accounts of people who leave, whichever exist"}},
		{name: "accounts at GoTo cannot be read", steps: replacesPeople, prepare: func(w *limited) {
			w.Sim.Faults().Add(simulator.Fault{Path: "**/accounts/*/users", Count: -1, Effect: simulator.Answers(403, "application/json", `{"errorCode": "AccessDenied"}`)})
		}, bounds: map[string]int64{creates: 2, updates: 2, leaves: 3}, free: map[string]string{disables: "nothing disables or deletes accounts"}},
		{name: "members of a group cannot be read", prepare: func(w *limited) { w.denies("/groups/*/members") }, steps: changesName, want: "Group.Read.All"},
		{name: "members of a group are hidden", prepare: func(w *limited) {
			if err := w.Sim.Store().UpdateGroup(w.group, func(g *store.Group) { g.Visibility = "HiddenMembership" }); err != nil {
				w.t.Fatal(err)
			}
		}, steps: changesName, want: "Member.Read.Hidden"},
		{name: "people cannot be read", prepare: func(w *limited) { w.denies("/directoryObjects/getByIds") }, steps: changesName, want: "User.Read.All"},
		{name: "the scope cannot be read", prepare: func(w *limited) { w.denies("/servicePrincipals/*/synchronization/secrets") }, steps: changesName, want: "Synchronization.ReadWrite.All"},
		{name: "the scope is known only at apply", steps: func(w *limited) []step {
			return []step{{ofConnection, w.with(ofConnection, map[string]any{"scope": acctest.Unknown}), false}}
		}, want: "known only at apply"},
		{name: "the connection is known only at apply, mappings", steps: func(w *limited) []step {
			return []step{{ofMappings, w.with(ofMappings, map[string]any{"connection_id": acctest.Unknown}), true}}
		}, want: "known only at apply"},
		{name: "the connection is known only at apply, state", steps: func(w *limited) []step {
			return []step{{ofState, w.with(ofState, map[string]any{"connection_id": acctest.Unknown}), true}}
		}, want: "known only at apply"},
		{name: "the connection and whether it is on are known only at apply", steps: func(w *limited) []step {
			return []step{{ofState, w.with(ofState, map[string]any{"connection_id": acctest.Unknown, "enabled": acctest.Unknown}), true}}
		}, want: "known only at apply"},
		{name: "whether it is on is known only at apply", steps: func(w *limited) []step {
			return []step{{ofState, w.with(ofState, map[string]any{"enabled": acctest.Unknown}), false}}
		}, want: "known only at apply"},
		{name: "a new connection of an application that is known only at apply", steps: func(w *limited) []step {
			return []step{
				{ofConnection, w.with(ofConnection, map[string]any{"service_principal_id": acctest.Unknown}), true},
				{ofMappings, w.with(ofMappings, map[string]any{"connection_id": acctest.Unknown}), true},
				{ofState, w.with(ofState, map[string]any{"connection_id": acctest.Unknown}), true},
			}
		}, free: map[string]string{disables: newOne, creates: newOne, updates: newOne, leaves: newOne}},
		{name: "assignments of an application that is known only at apply", steps: func(w *limited) []step {
			return []step{{ofAssignments, w.with(ofAssignments, map[string]any{"service_principal_id": acctest.Unknown}), true}}
		}, free: map[string]string{disables: onlyAdds, leaves: onlyAdds}, want: "known only at apply"},
		{name: "an assignment of an application that is known only at apply", steps: func(w *limited) []step {
			return []step{{ofOne, map[string]any{"service_principal_id": acctest.Unknown, "principal_id": w.people[5], "role": store.RoleUser}, true}}
		}, free: map[string]string{disables: onlyAdds, leaves: onlyAdds}, want: "known only at apply"},
		{name: "the mappings are known only at apply", steps: func(w *limited) []step {
			return []step{{ofMappings, w.mapping(map[string]any{"lastName": map[string]any{"expression": acctest.Unknown}}, nil), false}}
		}, want: "known only at apply"},
		{name: "an expression that only the service computes, of the address", steps: func(w *limited) []step {
			return []step{
				{ofAssignments, w.with(ofAssignments, map[string]any{"assignments": map[string]any{w.group: store.RoleUser, w.people[3]: store.RoleUser, w.people[4]: store.RoleUser, w.people[5]: store.RoleUser}}), false},
				{ofMappings, w.mapping(map[string]any{"email": map[string]any{"expression": `SelectUniqueValue([userPrincipalName], [mail])`, "matching_priority": 1}}, nil), false},
			}
		}, bounds: map[string]int64{disables: 4, creates: 2, updates: 6}, free: map[string]string{leaves: staysWhole}},
		{name: "a filter that only the service evaluates", steps: func(w *limited) []step {
			return []step{{ofMappings, w.mapping(nil, map[string]any{"scoping_filters": []any{map[string]any{"clauses": []any{map[string]any{"attribute": "department", "operator": "SOUNDS LIKE", "values": []any{"Sales"}}}}}}), false}}
		}, prepare: func(w *limited) { w.denies("/servicePrincipals/*/synchronization/jobs/*/schema/filterOperators") },
			bounds: map[string]int64{disables: 4, updates: 4, leaves: 4}, free: map[string]string{creates: "everybody has an account"}},
		{name: "the connector is retired", prepare: func(w *limited) { w.Sim.SetVariants(func(v *simulator.Variants) { v.NoTemplate = true }) }, steps: changesName},
		{name: "the job cannot be read", prepare: func(w *limited) { w.denies("/servicePrincipals/*/synchronization/jobs/*") }, steps: changesName},
		{name: "the mapping cannot be read", prepare: func(w *limited) { w.denies("/servicePrincipals/*/synchronization/jobs/*/schema") }, steps: changesName},
		{name: "it takes longer than allowed", impact: map[string]any{"timeout": "1ns"}, steps: changesName, want: "impact.timeout"},
		{name: "it takes more requests than allowed", impact: map[string]any{"max_requests": 3}, steps: changesName, want: "impact.max_requests"},
		{name: "who is assigned is known only at apply", steps: func(w *limited) []step {
			return []step{{ofAssignments, w.with(ofAssignments, map[string]any{"assignments": acctest.Unknown}), false}}
		}, want: "known only at apply"},
		{name: "who gets another assignment is known only at apply", steps: func(w *limited) []step {
			return []step{{ofOne, map[string]any{"service_principal_id": w.sp.ID, "principal_id": acctest.Unknown, "role": store.RoleUser}, true}}
		}, free: map[string]string{disables: onlyAdds, leaves: onlyAdds}, want: "known only at apply"},
		{name: "who is assigned cannot be read, mappings", prepare: func(w *limited) { w.denies("/servicePrincipals/*/appRoleAssignedTo") }, steps: changesName, want: "Application.Read.All"},
		{name: "who is assigned cannot be read, assignments", prepare: func(w *limited) { w.denies("/servicePrincipals/*/appRoleAssignedTo") }, steps: replacesPeople, want: "cannot be read"},
		{name: "somebody left a scope that kept the account", prepare: func(w *limited) { w.oneLeft() }, steps: func(w *limited) []step {
			return []step{{ofConnection, w.configs[ofConnection], false}}
		}, bounds: map[string]int64{disables: 1}, free: map[string]string{creates: oneLeft, updates: oneLeft, leaves: oneLeft}, want: "at most 1 more account"},
		{name: "people left a scope that kept the accounts, which cannot be read", prepare: func(w *limited) { w.oneLeft() }, noGoTo: true, steps: func(w *limited) []step {
			return []step{{ofConnection, w.configs[ofConnection], false}}
		}, free: map[string]string{creates: oneLeft, updates: oneLeft, leaves: oneLeft}, want: "how many these are is unknown"},
		{name: "somebody left while provisioning was off", prepare: func(w *limited) {
			w.becomes(ofState, map[string]any{"enabled": false})
			w.becomes(ofAssignments, map[string]any{"assignments": map[string]any{w.group: store.RoleUser}})
			w.pass()
		}, steps: func(w *limited) []step {
			return []step{{ofState, w.configs[ofState], false}}
		}, bounds: map[string]int64{disables: 1}, free: map[string]string{creates: oneLeft, updates: oneLeft, leaves: oneLeft}, want: "at most 1 more account"},
		{name: "the connections cannot be listed", prepare: func(w *limited) { w.denies("/servicePrincipals/*/synchronization/jobs") }, steps: func(w *limited) []step {
			return []step{{ofAssignments, w.with(ofAssignments, map[string]any{"assignments": map[string]any{w.people[3]: store.RoleUser, w.people[4]: store.RoleUser}}), false}}
		}},
	} {
		for _, limit := range all {
			t.Run(test.name+", "+limit, func(t *testing.T) {
				t.Parallel()
				w := newLimited(t)
				if test.prepare != nil {
					test.prepare(w)
				}
				most, bounded := test.bounds[limit]
				if !bounded {
					most = 1001 // more than there are: only what is unknown can exceed it
				}
				plan := func(most int64, more map[string]any) acctest.Diagnostics {
					impact := map[string]any{"max_disabled": 1001, limit: most}
					maps.Copy(impact, test.impact)
					maps.Copy(impact, more)
					p := w.Protocol(func(block map[string]any) {
						block["impact"] = impact
						if test.noGoTo {
							delete(block, "goto")
						}
					})
					var all acctest.Diagnostics
					for _, one := range test.steps(w) {
						before := w.managed[one.typeName]
						if one.fresh {
							before = &acctest.Managed{}
						}
						_, found := p.Plan(one.typeName, before.Now, one.config)
						all = append(all, found...)
					}
					return all
				}
				if free := test.free[limit]; free != "" {
					if found := plan(0, nil); slices.ContainsFunc(found.Errors(), func(d acctest.Diagnostic) bool { return strings.Contains(d.Detail, "`impact."+limit+"`") }) {
						t.Errorf("refused, although %s: %s", free, found)
					}
					return
				}
				found := plan(most-1, nil)
				if refusals := found.Errors(); len(refusals) == 0 || !strings.Contains(refusals.String(), "`impact."+limit+"` allows") || !strings.Contains(refusals.String(), test.want) {
					t.Errorf("not refused: %s", found)
				}
				if found := plan(most-1, map[string]any{"on_unknown": "warn"}); !bounded && slices.ContainsFunc(found.Errors(), func(d acctest.Diagnostic) bool { return strings.Contains(d.Detail, "impact.") }) {
					t.Errorf("refused with `on_unknown = \"warn\"`: %s", found)
				}
				if found := plan(most, nil); bounded && found.HasError() {
					t.Errorf("refused within its bound: %s", found)
				}
			})
		}
	}
}
