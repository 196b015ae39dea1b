// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package preview_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// proposal is a change of a configuration, in the words of the resources and as it comes to the service.
type proposal struct {
	flows      []flowTo
	operations []any
	department string // filtered by, "" for no filter
	everybody  bool
	roles      map[string]any // of principals
}

// proposed is the argument of the data source.
func (p proposal) proposed() map[string]any {
	mappings := map[string]any{}
	apply := map[string]string{"ObjectAddOnly": "on_create", "AttributeAddOnly": "if_target_empty"}
	for _, f := range p.flows {
		entry := map[string]any{}
		switch {
		case strings.HasPrefix(f.expression, "["):
			entry["source_attribute"] = strings.Trim(f.expression, "[]")
		case strings.HasPrefix(f.expression, `"`):
			entry["constant"] = strings.Trim(f.expression, `"`)
		default:
			entry["expression"] = f.expression
		}
		if f.fallback != "" {
			entry["default_value"] = f.fallback
		}
		if f.priority > 0 {
			entry["matching_priority"] = f.priority
		}
		if word := apply[f.kind]; word != "" {
			entry["apply"] = word
		}
		mappings[f.target] = entry
	}
	all := map[string]any{"mappings": mappings, "operations": p.operations, "scope": "assigned", "assignments": p.roles}
	if p.everybody {
		all["scope"] = "all"
	}
	if p.department != "" {
		all["scoping_filters"] = []any{map[string]any{"name": "g", "clauses": []any{map[string]any{"attribute": "department", "operator": "EQUALS", "values": []any{p.department}}}}}
	}
	return all
}

// apply brings the proposal about, as the resources would.
func (w *stage) apply(p proposal) {
	w.t.Helper()
	w.mapTo(p.flows...)
	flags := map[string]string{"create": "Add", "update": "Update", "delete": "Delete"}
	var names []string
	for _, operation := range p.operations {
		names = append(names, flags[text(operation)])
	}
	w.edit(func(m map[string]any) { m["flowTypes"], m["scope"] = strings.Join(names, ", "), nil })
	if p.department != "" {
		w.where("department", "EQUALS", p.department)
	}
	narrows := strings.EqualFold(w.store().Secret(w.sp.ID, "SyncAll"), "true") && !p.everybody
	w.secret("SyncAll", fmt.Sprint(p.everybody))
	for _, a := range w.store().Assignments(w.sp.ID) {
		w.ok(w.store().Unassign(w.sp.ID, a.ID))
	}
	for id, role := range p.roles {
		w.assign(text(role), id)
	}
	if job, err := w.store().Job(w.sp.ID, w.job.ID); narrows && err == nil && job.Status.LastExecution != nil {
		w.ok(w.Sim.Engine().Restart(w.sp.ID, w.job.ID, nil))
	}
}

// Whatever is said of a proposal in a random tenant is what the next cycle does after it was applied.
func TestPreview_isWhatTheCycleDoesAfterAProposalInAnyTenant(t *testing.T) {
	t.Parallel()
	kept := 0
	rapid.Check(t, func(rt *rapid.T) {
		w := newStage(t)
		defer w.Sim.Close()
		made := randomTenant(rt, w)
		ran := rapid.Bool().Draw(rt, "ran")
		if ran {
			for range 3 { // after two, one would be under way
				w.cycle()
			}
		}
		pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(rt, name) }
		p := proposal{roles: map[string]any{}, operations: []any{}, department: pick("filter", "", "", "Sales"), everybody: pick("everybody", "no", "no", "no", "yes") == "yes",
			flows: []flowTo{
				{target: "email", expression: pick("by", "[mail]", "[userPrincipalName]"), priority: 1},
				{target: "firstName", expression: pick("first", "[givenName]", `Replace([givenName], "Bo", , , "Bob", , )`, `"Somebody"`), kind: pick("kind", "Always", "Always", "ObjectAddOnly", "AttributeAddOnly")},
				{target: "lastName", expression: pick("last", "[surname]", `Coalesce([surname], "None")`)},
				{target: "active", expression: "Not([IsSoftDeleted])"},
			}}
		for _, operation := range []string{"create", "update", "delete"} {
			if pick(operation, "yes", "yes", "yes", "no") == "yes" {
				p.operations = append(p.operations, operation)
			}
		}
		for _, id := range []string{store.UserAna, store.UserBen, store.UserChloe, store.UserLeo, store.UserMaria} {
			u, err := w.store().FindUser(id)
			if err != nil {
				continue // deleted
			}
			if role := pick("role", store.RoleUser, store.RoleUser, "Organizer", ""); role != "" {
				p.roles[u.ID] = role
			}
		}
		if w.preview("").Counts["conflict"] > 0 {
			return // who was linked depends on whose turn it was
		}
		f, broken := w.compareWith(p.proposed(), func() { w.apply(p) })
		if f.Counts["conflict"] > 0 {
			return
		}
		kept++
		broken = slices.DeleteFunc(broken, func(complaint string) bool {
			// An inactive account of somebody who could not sign in from the start stays as it is whether or not it is linked, and of people
			// who left without ever being linked the service says nothing.
			return ran && strings.Contains(complaint, " skip ") && strings.Contains(complaint, "nothing says that") ||
				ran && strings.Contains(complaint, " matched account_already_inactive ") && strings.Contains(complaint, `passed over: `) && strings.Contains(complaint, `failed with "NotInScope"`)
		})
		if len(broken) > 0 {
			rt.Fatalf("%s\n\nin %s\nran %t, proposed %+v\nentries:\n%s\n%s", strings.Join(broken, "\n"), made, ran, p, strings.Join(f.Entries, "\n"), w.log())
		}
		if got, want := text(f.Raw["report"]), text(w.propose("people", nil).Raw["report"]); got == "" || want == "" {
			rt.Fatal("no report")
		}
	})
	t.Logf("%d without a conflict", kept)
}

// What is left out stays as it is, or has the resource's default beside `mappings`; the report is in counts, and the same twice.
func TestPreview_tellsWhatAProposalChanges(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.store().SetDomains()
	w.mapTo(usual()...)
	w.assign(store.RoleUser, store.UserAna, store.UserBen, store.UserEva)
	for range 3 {
		w.cycle()
	}
	mappings := proposal{flows: usual()}.proposed()["mappings"]
	renamed := proposal{flows: append(usual()[:1:1], flowTo{target: "firstName", expression: `"Somebody"`}, usual()[2], usual()[3])}.proposed()["mappings"]
	sales := []any{map[string]any{"clauses": []any{map[string]any{"attribute": "department", "operator": "equals", "values": []any{"SALES"}}}}}
	for _, test := range []struct {
		name     string
		proposed map[string]any
		headline string
		atMost   map[string]any
	}{
		{"nothing", map[string]any{}, "No account changes", map[string]any{"created": int64(0), "updated": int64(0), "disabled": int64(0)}},
		{"the same", map[string]any{"mappings": mappings}, "No account changes", map[string]any{"created": int64(0), "updated": int64(0), "disabled": int64(0)}},
		{"other values", map[string]any{"mappings": renamed}, "3 accounts will be updated", map[string]any{"created": int64(0), "updated": int64(3), "disabled": int64(0)}},
		{"nothing is updated", map[string]any{"mappings": renamed, "operations": []any{"create", "delete"}}, "No account changes", map[string]any{"created": int64(0), "updated": int64(0), "disabled": int64(0)}},
		{"a filter", map[string]any{"scoping_filters": sales}, "3 accounts will be disabled", map[string]any{"created": int64(0), "updated": int64(0), "disabled": int64(3)}},
		{"fewer", map[string]any{"assignments": map[string]any{store.UserAna: store.RoleUser, store.UserLeo: store.RoleUser}}, "2 accounts will be disabled, 1 created", map[string]any{"created": int64(1), "updated": int64(0), "disabled": int64(2)}},
	} {
		f := w.propose("", test.proposed)
		report := text(f.Raw["report"])
		if !strings.Contains(report, "### GoTo: "+test.headline+"\n") || strings.Contains(report, store.UserAna) || report != text(w.propose("", test.proposed).Raw["report"]) {
			t.Errorf("%s: %s", test.name, report)
		}
		if diff := cmp.Diff(test.atMost, f.Raw["at_most"]); diff != "" || !f.Complete || f.Raw["people_report"] != nil {
			t.Errorf("%s: %v (-want +got):\n%s", test.name, f.Raw["people_report"], diff)
		}
	}
	f := w.propose("people", map[string]any{"scoping_filters": sales})
	report, named := text(f.Raw["report"]), text(f.Raw["people_report"])
	if !strings.Contains(report, "| `"+store.UserAna+"` | disabled | left_scope |") || strings.Contains(report, "@") || !strings.Contains(named, "| ana@corp.example (`"+store.UserAna+"`) | disabled") {
		t.Errorf("%s\n%s", report, named)
	}
	if want := []string{"ana disable left_scope ana", "ben disable left_scope ben", "eva disable left_scope eva"}; cmp.Diff(want, f.Entries) != "" || f.Counts["in_scope"] != 3 {
		t.Errorf("got %q", f.Entries)
	}
	// Filters that are there are gone with `mappings` alone, as with the resource.
	w.edit(func(m map[string]any) { m["flowTypes"] = "Add, Update" })
	w.where("department", "EQUALS", "SALES")
	if got := text(w.propose("", map[string]any{"operations": []any{"update"}}).Raw["report"]); !strings.Contains(got, "No account changes") {
		t.Error(got)
	}
	if got := text(w.propose("", map[string]any{"mappings": mappings}).Raw["report"]); !strings.Contains(got, "| unchanged | 0 | 3 | +3 |") {
		t.Error(got)
	}
}

// A connection that is off is previewed as if it were on, and the report says that it is not.
func TestPreview_ofAConnectionThatIsOff(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.store().SetDomains()
	f := w.propose("", map[string]any{"assignments": map[string]any{store.UserAna: store.RoleUser}})
	report := text(f.Raw["report"])
	if !strings.Contains(report, "### GoTo: 1 account will be created\n\nProvisioning is off: nothing changes until it is switched on.\n\n| People in the next cycle | Today | Proposed | Difference |") {
		t.Error(report)
	}
	if got := text(w.preview("").Raw["report"]); !strings.Contains(got, "### GoTo: No account changes\n\nProvisioning is off") {
		t.Error(got)
	}
}

// What the resources refuse is refused here, at the same attribute; what cannot be told bounds nothing.
func TestPreview_refusesWhatTheResourcesRefuse(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	entry := func(e map[string]any) map[string]any { return map[string]any{"mappings": map[string]any{"email": e}} }
	for _, test := range []struct {
		name     string
		proposed map[string]any
		want     string
	}{
		{"two sources", entry(map[string]any{"source_attribute": "mail", "constant": "x", "matching_priority": 1}), `proposed.mappings["email"]: Several sources`},
		{"no match", entry(map[string]any{"source_attribute": "mail"}), "proposed.mappings: No matching attribute"},
		{"unknown target", map[string]any{"mappings": map[string]any{"emial": map[string]any{"source_attribute": "mail", "matching_priority": 1}}}, `proposed.mappings["emial"]: Unknown target attribute`},
		{"broken expression", entry(map[string]any{"expression": "Join(", "matching_priority": 1}), `proposed.mappings["email"].expression: `},
		{"unknown role", map[string]any{"assignments": map[string]any{store.UserAna: "Boss"}}, `proposed.assignments["` + store.UserAna + `"]: Unknown role`},
		{"no object id", map[string]any{"assignments": map[string]any{"ana": "User"}}, `proposed.assignments["ana"]: Invalid object id`},
		{"unknown scope", map[string]any{"scope": "everybody"}, "proposed.scope: "},
		{"unknown operation", map[string]any{"operations": []any{"write"}}, "proposed.operations"},
	} {
		_, found := w.Protocol().ReadData(previewType, map[string]any{"connection_id": w.connectionID(), "proposed": test.proposed})
		if !found.HasError() || !strings.Contains(fmt.Sprint(found), test.want) {
			t.Errorf("%s: %s", test.name, found)
		}
	}
	w.Sim.SetPermissions(slices.DeleteFunc(simulator.ReadOnlyPermissions(), func(name string) bool {
		return strings.HasPrefix(name, "User.") || strings.HasPrefix(name, "Directory.")
	})...)
	f := w.propose("", map[string]any{"assignments": map[string]any{store.UserAna: store.RoleUser}})
	if f.Raw["at_most"] != nil || f.Complete {
		t.Errorf("bounded by %v", f.Raw["at_most"])
	}
}

// The service's own links settle what becomes of accounts that match nobody in scope, as the next cycle then shows. Where it does not tell
// them, nothing is settled, and the preview says so.
func TestPreview_settlesAccountsOfNobodyByLinks(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.links = true
	w.store().SetDomains()
	w.mapTo(usual()...)
	w.assign(store.RoleUser, store.UserAna, store.UserBen, store.UserEva, store.UserLeo)
	for range 3 {
		w.cycle()
	}
	for _, a := range w.store().Assignments(w.sp.ID) {
		if a.PrincipalID == store.UserLeo || a.PrincipalID == store.UserBen {
			w.ok(w.store().Unassign(w.sp.ID, a.ID))
		}
	}
	open := "- disable_or_unmanaged no_person_in_scope "
	unsettled := func(name, problem string) {
		t.Helper()
		f := w.preview("")
		if got := strings.Join(f.Entries, "\n"); !strings.Contains(got, open+"leo") || !strings.Contains(got, open+"former") || !slices.Contains(f.Problems, problem) || f.Complete {
			t.Errorf("%s: %v\n%s", name, f.Problems, got)
		}
	}
	unsettled("no permission", "LinksNotRead warning")
	w.Sim.SetPermissions(append(simulator.DefaultPermissions(), "SynchronizationMetadata.Read.All")...)
	w.Sim.SetVariants(func(v *simulator.Variants) { v.NoLinks = true })
	unsettled("another cloud", "LinksNotRead warning")
	w.Sim.SetVariants(func(v *simulator.Variants) { v.NoLinks = false })

	f := w.keep()
	want := []string{"ana matched account_fits ana", "eva matched account_fits eva", "- skip account_not_linked provisioning@example.com", "- skip account_not_linked former",
		"ben disable left_scope ben", "leo disable left_scope leo"}
	if diff := cmp.Diff(want, f.Entries); diff != "" || f.Counts["disable_or_unmanaged"] != 0 || f.Counts["disable"] != 2 || !f.Complete {
		t.Errorf("%v (-want +got):\n%s", f.Counts, diff)
	}
	for _, name := range []string{"ben", "leo"} {
		if a, err := w.store().AccountByEmail(name + "@corp.example"); err != nil || a.Active {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.links = false
	w.Sim.Log().Reset()
	w.preview("")
	for _, sent := range w.Sim.Log().Sent() {
		if strings.Contains(fmt.Sprint(sent), "objectConnections") {
			t.Errorf("asked although nobody wanted it: %v", sent)
		}
	}
}

// Only the service knows whether it has linked the account of somebody who cannot sign in. Its links settle it, and as long as it has
// synchronized nobody, it has linked nobody.
func TestPreview_settlesAccountsOfThoseWhoCannotSignIn(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.store().SetDomains()
	w.mapTo(usual()...)
	w.Sim.SetPermissions(append(simulator.DefaultPermissions(), "SynchronizationMetadata.Read.All")...)
	w.account("ana@corp.example", true)
	w.user(store.UserAna, func(u *store.User) { u.AccountEnabled = false })
	w.assign(store.RoleUser, store.UserAna)
	w.cycle()
	about := func(when string, want ...string) {
		t.Helper()
		for _, entry := range want {
			if got := w.preview("").Entries; !slices.Contains(got, entry) {
				t.Errorf("%s: %s is not in %v", when, entry, got)
			}
		}
	}
	about("nobody was ever linked", "ana skip sign_in_blocked_not_linked ana")

	w.assign(store.RoleUser, store.UserBen, store.UserEva)
	for range 3 {
		w.cycle()
	}
	w.user(store.UserBen, func(u *store.User) { u.AccountEnabled = false })
	about("without links", "ana disable_or_unmanaged sign_in_blocked ana", "ben disable_or_unmanaged sign_in_blocked ben")
	w.links = true
	about("with links", "ana skip sign_in_blocked_not_linked ana", "ben disable sign_in_blocked ben")
	w.keep()
	about("after the cycle", "ana skip sign_in_blocked_not_linked ana", "ben matched account_already_inactive ben")
}

// Somebody who could not sign in from the start was never linked to the account that matches, which a proposal does not disable then: it
// is in doubt, and the service's own links settle it. They also tell whose account it is that a newcomer matches, and what becomes of
// the accounts of those who left a scope that kept them.
func TestPreview_settlesAProposalByLinks(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.store().SetDomains()
	w.store().SetLicenses(1000)
	w.Sim.SetPermissions(append(simulator.DefaultPermissions(), "SynchronizationMetadata.Read.All")...)
	flows := append(usual(), flowTo{target: "department", expression: "[department]"})
	flows[0].expression = "[mail]"
	w.mapTo(flows...)
	for _, id := range []string{store.UserAna, store.UserBen, store.UserLeo, store.UserMaria} {
		w.user(id, func(u *store.User) { u.Mail = u.UserPrincipalName })
	}
	w.user(store.UserAna, func(u *store.User) { u.AccountEnabled = false })
	w.account("ana@corp.example", true)
	w.secret("SkipOutOfScopeDeletions", "true")
	w.assign(store.RoleUser, store.UserAna, store.UserBen, store.UserLeo)
	for range 3 {
		w.cycle()
	}
	for _, a := range w.store().Assignments(w.sp.ID) {
		if a.PrincipalID == store.UserLeo { // whose account is kept
			w.ok(w.store().Unassign(w.sp.ID, a.ID))
		}
	}
	w.cycle()
	w.user(store.UserMaria, func(u *store.User) { u.Mail = "leo@corp.example" })

	roles := map[string]any{store.UserAna: store.RoleUser, store.UserBen: store.RoleUser, store.UserMaria: store.RoleUser}
	p := proposal{flows: flows, operations: []any{"create", "update", "delete"}, roles: roles}
	about := func(who string) string {
		t.Helper()
		f := w.propose("", p.proposed())
		for _, entry := range f.Entries {
			if strings.HasPrefix(entry, who+" ") {
				return entry
			}
		}
		return strings.Join(f.Entries, "\n")
	}
	if got := about("ana"); got != "ana unknown owner_not_known ana" {
		t.Errorf("without links: %s", got)
	}
	if got := about("maria"); got != "maria unknown owner_not_known leo" {
		t.Errorf("a newcomer, without links: %s", got)
	}
	w.links = true
	if got := about("ana"); got != "ana skip sign_in_blocked_not_linked ana" {
		t.Errorf("with links: %s", got)
	}
	if got := about("maria"); got != "maria conflict several_people_match" {
		t.Errorf("a newcomer, with links: %s", got)
	}
	w.apply(p)
	before := len(w.store().Log())
	w.cycle()
	for _, e := range w.store().Log()[before:] {
		switch {
		case e.SourceID == store.UserMaria && (e.Error == nil || e.Error.Code != "DuplicateSourceEntries"), e.SourceID == store.UserAna && e.Status == "success":
			t.Errorf("what happened is another thing: %s of %s: %s", e.Action, e.SourceName, e.Status)
		}
	}
	if a, err := w.store().AccountByEmail("ana@corp.example"); err != nil || !a.Active {
		t.Errorf("the account of somebody who was never linked: %v, %v", a, err)
	}
}

// Whoever comes into scope while provisioning is off is not linked to the account that matches, so nothing happens to it when they leave
// again before provisioning is on. Only the service's links tell.
func TestPreview_settlesWhoCameWhileProvisioningWasOff(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.store().SetDomains()
	w.Sim.SetPermissions(append(simulator.DefaultPermissions(), "SynchronizationMetadata.Read.All")...)
	w.account("ana@corp.example", true)
	w.mapTo(usual()...)
	w.assign(store.RoleUser, store.UserBen, store.UserEva)
	for range 3 {
		w.cycle()
	}
	w.ok(w.Sim.Engine().Pause(w.sp.ID, w.job.ID))
	w.assign(store.RoleUser, store.UserAna)
	for links, want := range map[bool]string{false: "ana disable left_scope ana", true: ""} {
		w.links = links
		f := w.propose("", map[string]any{"assignments": map[string]any{store.UserEva: store.RoleUser}})
		got := ""
		for _, entry := range f.Entries {
			if strings.HasPrefix(entry, "ana ") {
				got = entry
			}
		}
		if got != want || !slices.Contains(f.Entries, "ben disable left_scope ben") {
			t.Errorf("links %t: %v", links, f.Entries)
		}
	}
}

// A link that lacks its user or its account tells nothing: what becomes of the account stays open.
func TestPreview_learnsNothingFromAnIncompleteLink(t *testing.T) {
	t.Parallel()
	for _, link := range []string{`{}`, `{"sourceAnchor": "x"}`, `{"targetAnchor": "x"}`} {
		w := newStage(t)
		w.store().SetDomains()
		w.mapTo(usual()...)
		w.Sim.SetPermissions(append(simulator.DefaultPermissions(), "SynchronizationMetadata.Read.All")...)
		w.account("nobody@corp.example", true)
		w.assign(store.RoleUser, store.UserBen)
		w.cycle()
		w.links = true
		w.Sim.Faults().Add(simulator.Fault{Path: "/beta/servicePrincipals/*/synchronization/jobs/*/objectConnections/*", Count: -1, Effect: simulator.Answers(200, "application/json", link)})
		if got := w.preview(""); !slices.Contains(got.Entries, "- disable_or_unmanaged no_person_in_scope nobody") || !slices.Contains(got.Problems, "LinksNotRead warning") {
			t.Errorf("%s: %v, %v", link, got.Entries, got.Problems)
		}
	}
}

// While the first cycle is running, nobody has left whose account the service could still manage.
func TestPreview_guessesNoLinksDuringTheFirstCycle(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.mapTo(usual()...)
	w.assign(store.RoleUser, store.UserAna)
	w.account("ana@corp.example", true)
	w.user(store.UserAna, func(u *store.User) { u.AccountEnabled = false })
	w.ok(w.Sim.Engine().Start(w.sp.ID, w.job.ID))
	w.Sim.Clock().Advance(10 * time.Second)
	if f := w.preview(""); !slices.Equal(f.Entries, []string{"ana skip sign_in_blocked_not_linked ana"}) || f.Counts["disable_or_unmanaged"] != 0 {
		t.Errorf("%v: %v", f.Entries, f.Counts)
	}
}
