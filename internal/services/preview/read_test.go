// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package preview_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestPreview_countsAndNotes(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.assign(store.RoleUser, store.UserAna, store.UserEva, store.UserDavid)
	w.assign("Default Access", store.UserSam)
	got := w.preview("")
	want := foretold{
		Scope: "assigned", Complete: true, Problems: []string{"AttributesNotCompared info"},
		Counts:  map[string]int64{"in_scope": 3, "create": 1, "matched": 1, "skip": 2, "unmatched_accounts": 2},
		Entries: []string{"ana create no_account", "david skip sign_in_blocked", "eva matched account_fits eva", "sam skip not_provisioning_role"},
	}
	got.Raw, got.People = nil, nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if sent := w.Sim.Log().Writes(); len(sent) > 0 {
		t.Errorf("writes: %v", acctest.Lines(sent))
	}
}

// What a later cycle does goes by links, which the preview cannot see: whoever is not linked is distinguished.
func TestPreview_afterTheFirstCycle(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.mapTo(usual()...)
	w.assign(store.RoleUser, store.UserAna, store.UserBen, store.UserEva, store.UserLeo)
	w.cycle()
	w.user(store.UserAna, func(u *store.User) { u.AccountEnabled = false })
	w.user(store.UserBen, func(u *store.User) { u.GivenName = "Benjamin" })
	for _, a := range w.store().Assignments(w.sp.ID) {
		if a.PrincipalID == store.UserLeo {
			w.ok(w.store().Unassign(w.sp.ID, a.ID))
		}
	}
	got := w.keep()
	want := []string{
		"ana disable_or_unmanaged sign_in_blocked ana", "ben update account_differs ben", "eva matched account_fits eva",
		"- disable_or_unmanaged no_person_in_scope provisioning@example.com", "- disable_or_unmanaged no_person_in_scope former",
		"- disable_or_unmanaged no_person_in_scope leo",
	}
	if diff := cmp.Diff(want, got.Entries); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"LinksNotVisible info"}, got.Problems); diff != "" || !got.Complete {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if a, err := w.store().AccountByEmail("leo@corp.example"); err != nil || a.Active {
		t.Error("the unassigned person, of whom the preview warns, was not disabled")
	}
}

func TestPreview_knowsTheRecycleBin(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.mapTo(usual()...)
	w.assign(store.RoleUser, store.UserAna, store.UserBen, store.UserEva)
	w.ok(w.store().DeleteUser(store.UserBen))
	if diff := cmp.Diff([]string{"ana create no_account", "ben skip soft_deleted", "eva matched account_fits eva"}, w.keep().Entries); diff != "" {
		t.Errorf("before the first cycle (-want +got):\n%s", diff)
	}
	w.ok(w.store().DeleteUser(store.UserAna))
	got := w.keep()
	want := []string{"ana disable_or_unmanaged soft_deleted ana", "ben skip soft_deleted", "eva matched account_fits eva",
		"- disable_or_unmanaged no_person_in_scope provisioning@example.com", "- disable_or_unmanaged no_person_in_scope former"}
	if diff := cmp.Diff(want, got.Entries); diff != "" || !got.Complete {
		t.Errorf("after it (-want +got):\n%s", diff)
	}
	w.Sim.Faults().Add(simulator.Fault{Path: "/directory/deletedItems/*", Count: -1, Effect: simulator.LacksPermission()})
	got = w.preview("")
	want = []string{"ana unknown not_found_in_directory", "ben unknown not_found_in_directory", "eva matched account_fits eva"}
	if diff := cmp.Diff(want, got.Entries[:3]); diff != "" || got.Complete || got.Problems[0] != "PeopleNotFound warning" {
		t.Errorf("without the recycle bin: %v (-want +got):\n%s", got.Problems, diff)
	}
}

func TestPreview_withoutAMappingThatDisables(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.mapTo(usual()[:3]...)
	w.assign(store.RoleUser, store.UserAna)
	w.cycle()
	w.user(store.UserAna, func(u *store.User) { u.AccountEnabled = false })
	got := w.preview("")
	if got.Entries[0] != "ana disable_or_unmanaged sign_in_blocked_account_deleted ana" || got.Problems[0] != "AccountsMayBeDeleted warning" {
		t.Errorf("got %v, %v", got.Entries, got.Problems)
	}
	w.cycle()
	if _, err := w.store().AccountByEmail("ana@corp.example"); err == nil {
		t.Error("the account is still there")
	}
}

func TestPreview_tellsWhatItCanOfAllItIsRefused(t *testing.T) {
	t.Parallel()
	everything := simulator.ReadOnlyPermissions()
	but := func(names ...string) []string {
		var left []string
		for _, p := range everything {
			if !strings.Contains(strings.Join(names, " "), p) {
				left = append(left, p)
			}
		}
		return left
	}
	tests := []struct {
		name     string
		arrange  func(w *stage)
		entries  []string
		problems []string
	}{
		{"a reader", func(w *stage) { w.Sim.SetPermissions(everything...) },
			[]string{"ana create no_account", "ben skip not_in_scoping_filter", "david skip not_provisioning_role", "eva matched account_fits eva"},
			[]string{"ScopeNotRead warning", "AttributesNotCompared info"}},
		{"no people", func(w *stage) {
			w.Sim.SetPermissions(but("User.Read.All", "Application.Read.All", "Group.Read.All")...)
		},
			nil, []string{"AssignmentsNotRead error", "ScopeNotRead warning", "AttributesNotCompared info"}},
		{"no groups", func(w *stage) { w.Sim.SetPermissions(but("Group.Read.All")...) },
			[]string{"ana create no_account", "david skip not_provisioning_role"},
			[]string{"GroupMembersNotRead error", "ScopeNotRead warning", "AttributesNotCompared info"}},
		{"people refused", func(w *stage) {
			w.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: "/directoryObjects/getByIds", Count: -1, Effect: simulator.Fails(403, "Authorization_RequestDenied", "Insufficient privileges")})
		}, []string{"ana unknown people_not_read", "ben unknown people_not_read", "david skip not_provisioning_role", "eva unknown people_not_read"},
			[]string{"PeopleNotRead error", "AttributesNotCompared info"}},
		{"no right at GoTo", func(w *stage) {
			w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: "/admin/rest/v1/accounts/*/users", Count: -1, Effect: simulator.Fails(403, "AccessDenied", "No")})
		}, []string{"ana unknown accounts_not_read", "ben skip not_in_scoping_filter", "david skip not_provisioning_role", "eva unknown accounts_not_read"},
			[]string{"AccountsNotRead error"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newStage(t)
			w.where("department", "NOT EQUALS", "Nowhere")
			w.user(store.UserBen, func(u *store.User) { u.Department = "Nowhere" })
			w.assign(store.RoleUser, store.UserAna, group(w, store.UserBen, store.UserEva))
			w.assign("Default Access", store.UserDavid)
			test.arrange(w)
			got := w.preview("")
			if diff := cmp.Diff(test.entries, got.Entries); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.problems, got.Problems); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if got.Complete {
				t.Error("complete")
			}
		})
	}
}

// group makes a group of people.
func group(w *stage, members ...string) string {
	return w.store().AddGroup(store.Group{DisplayName: "Few", SecurityEnabled: true, Members: members})
}

// A directory extension that is gone does not keep the rest from being read.
func TestPreview_readsWithoutExtensionsThatAreGone(t *testing.T) {
	t.Parallel()
	const extension = "extension_c0000000000040008000000000000c0c_costCenter"
	w := newStage(t)
	w.mapTo(usual(flowTo{target: "department", expression: "[" + extension + "]"}, flowTo{target: "locale", expression: `Coalesce([` + extension + `], "en_US")`})...)
	w.account("leo@corp.example", true, "firstName", "Leo", "lastName", "North", "locale", "de_DE")
	w.assign(store.RoleUser, store.UserAna, store.UserEva, store.UserLeo)
	arrange := func() {
		w.Sim.Faults().Add(simulator.Fault{Path: "/directoryObjects/getByIds", Count: 1, Effect: simulator.Fails(400, "Request_BadRequest", "Could not find a property named '"+extension+"' on type 'microsoft.graph.user'.")})
	}
	arrange()
	got := w.preview("")
	want := []string{"ana create no_account", "eva unknown source_attribute_not_read eva", "leo unknown source_attribute_not_read leo"}
	if diff := cmp.Diff(want, got.Entries); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Complete || got.Problems[0] != "SourceAttributeNotRead warning" {
		t.Errorf("problems %v", got.Problems)
	}
	arrange()
	w.where(extension, "EQUALS", "4711")
	want = []string{"ana unknown filter_not_computable", "eva unknown filter_not_computable", "leo unknown filter_not_computable"}
	if diff := cmp.Diff(want, w.preview("").Entries); diff != "" {
		t.Errorf("with a filter (-want +got):\n%s", diff)
	}
}

func TestPreview_withoutCredentialsForGoTo(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.mapTo(usual()...)
	w.where("department", "EQUALS", "Engineering")
	w.assign(store.RoleUser, store.UserAna, store.UserEva)
	state, found := acctest.New(t).Protocol(func(block map[string]any) {
		// Another provider, of which only the address of the tenant is this one's.
		for name, value := range map[string]any{"tenant_id": w.Sim.TenantID(), "client_id": w.Sim.ClientID(), "client_secret": w.Sim.ClientSecret(),
			"graph_endpoint": w.Sim.GraphURL(), "authority_host": w.Sim.AuthorityURL(), "ca_certificate_file": w.CAFile()} {
			block[name] = value
		}
	}).ReadData(previewType, map[string]any{"connection_id": w.connectionID()})
	if len(found) > 0 {
		t.Fatal(found)
	}
	var lines []string
	for _, e := range objects(state["entries"]) {
		lines = append(lines, w.called(text(e["principal_id"]))+" "+text(e["action"])+" "+text(e["reason"]))
	}
	if diff := cmp.Diff([]string{"ana unknown accounts_not_read", "eva skip not_in_scoping_filter"}, lines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	problems := objects(state["problems"])
	if len(problems) != 1 || text(problems[0]["code"]) != "GoToNotConfigured" || !strings.Contains(text(problems[0]["message"]), "`GOTO_PERSONAL_ACCESS_TOKEN`") {
		t.Errorf("problems %v", problems)
	}
	if counts, _ := state["counts"].(map[string]any); counts["unmatched_accounts"] != nil {
		t.Errorf("counts %v", counts)
	}
}

func TestPreview_saysWhyThereIsNone(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		arrange func(w *stage)
		id      string
		want    string
	}{
		{"no such job", func(*stage) {}, "/nothing", "The connection does not exist"},
		{"no mapping of users", func(w *stage) {
			w.edit(func(m map[string]any) { m["sourceObjectName"] = "Device" })
		}, "", "No mapping of users"},
		{"a failing service", func(w *stage) {
			w.Sim.Faults().Add(simulator.Fault{Path: "/servicePrincipals/*/synchronization/jobs/*/schema", Count: -1, Effect: simulator.Fails(500, "InternalError", "")})
		}, "", "Cannot read the attribute mappings"},
		{"a failing directory", func(w *stage) {
			w.Sim.Faults().Add(simulator.Fault{Path: "/directoryObjects/getByIds", Count: -1, Effect: simulator.Fails(500, "InternalError", "")})
		}, "", "Cannot read the users in scope"},
		{"a failing GoTo", func(w *stage) {
			w.Sim.Faults().Add(simulator.Fault{Path: "/admin/rest/v1/accounts/*/users", Count: -1, Effect: simulator.Fails(500, "InternalError", "")})
		}, "", "Cannot read the accounts at GoTo"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newStage(t)
			w.assign(store.RoleUser, store.UserAna)
			test.arrange(w)
			id := w.connectionID()
			if test.id != "" {
				id = w.sp.ID + test.id
			}
			_, found := w.Protocol().ReadData(previewType, map[string]any{"connection_id": id})
			if len(found) != 1 || !found.HasError() || !strings.Contains(found.String(), test.want) {
				t.Errorf("got %v, want %s", found, test.want)
			}
		})
	}
}

// An error would stop every plan of the configuration, and its destroy.
func TestPreview_ofARetiredConnectorIsEmpty(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.assign(store.RoleUser, store.UserAna)
	w.Sim.SetVariants(func(v *simulator.Variants) { v.NoTemplate = true })
	state, found := w.Protocol().ReadData(previewType, map[string]any{"connection_id": w.connectionID()})
	if len(found) != 1 || found.HasError() || !strings.Contains(found[0].Summary, "The service has retired the connector of") {
		t.Errorf("messages %v", found)
	}
	if entries := objects(state["entries"]); len(entries) > 0 {
		t.Errorf("entries %v", entries)
	}
}

// Whatever can name a person or repeat a value is in people, and nowhere else.
func TestPreview_keepsPeopleApart(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.mapTo(usual(flowTo{target: "locale", expression: `FormatDateTime([city], , "yyyy", "MM")`}, flowTo{target: "jobTitle", expression: `Guid()`},
		flowTo{target: "department", expression: "[userType]"})...)
	w.where("department", "SOMETHING", "Engineering")
	w.assign(store.RoleUser, store.GroupMeetings, store.GroupEngineer, store.UserDavid)
	w.cycle()
	w.edit(func(m map[string]any) { m["scope"] = nil })
	for _, detail := range []string{"", "summary", "people"} {
		state := w.preview(detail).Raw
		shown, _ := json.Marshal(state["people"])
		if hidden := detail != "people"; hidden != (string(shown) == "null") {
			t.Errorf("%q shows people %.200s", detail, shown)
		}
		if detail == "people" && !strings.Contains(string(shown), "ana@corp.example") {
			t.Errorf("people %.200s", shown)
		}
		delete(state, "people")
		if names := text(state["people_report"]); (names != "") != (detail == "people") {
			t.Errorf("%q has a report of people: %q", detail, names)
		}
		delete(state, "people_report")
		rest, err := json.Marshal(state)
		w.ok(err)
		for _, secret := range []string{"@", "Example", "Ana", "Engineering", "Berlin", "Former"} {
			if strings.Contains(string(rest), secret) {
				t.Errorf("%q outside of people: %s", secret, rest)
			}
		}
	}
}

func TestPreview_readsTenThousandInFewRequests(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ids := w.store().AddUsers(10_000)
	w.assign(store.RoleUser, ids...)
	for i, id := range ids {
		if i%2 == 0 {
			u, err := w.store().User(id)
			w.ok(err)
			w.account(u.UserPrincipalName, true, "firstName", u.GivenName, "lastName", u.Surname)
		}
	}
	p := w.Protocol()
	w.Sim.Log().Reset()
	state, found := p.ReadData(previewType, map[string]any{"connection_id": w.connectionID(), "detail": "people"})
	if len(found) > 0 {
		t.Fatal(found)
	}
	if n := len(w.Sim.Log().Sent()); n > 40 {
		t.Errorf("%d requests", n)
	} else {
		t.Logf("%d requests", n)
	}
	counts, _ := state["counts"].(map[string]any)
	if fmt.Sprint(counts["matched"], counts["create"], counts["in_scope"], counts["unmatched_accounts"]) != "5000 5000 10000 3" {
		t.Errorf("counts %v", counts)
	}
}

func TestPreview_lifecycle(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.mapTo(usual()...)
	w.assign(store.RoleUser, store.UserAna, store.UserEva)
	config := func(detail string) string {
		return w.Config(fmt.Sprintf("data %q \"this\" {\n  connection_id = %q\n%s}\n", previewType, w.connectionID(), detail))
	}
	const at = "data." + previewType + ".this"
	count := func(action string, n int64) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(at, tfjsonpath.New("counts").AtMapKey(action), knownvalue.Int64Exact(n))
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: w.ProviderFactories(), Steps: []resource.TestStep{
		{Config: config(""), ConfigStateChecks: []statecheck.StateCheck{count("create", 1), count("matched", 1),
			statecheck.ExpectKnownValue(at, tfjsonpath.New("people"), knownvalue.Null()),
			statecheck.ExpectKnownValue(at, tfjsonpath.New("complete"), knownvalue.Bool(true))}},
		{Config: config(""), ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
		{PreConfig: func() { w.cycle() }, Config: config("  detail = \"people\"\n"), ConfigStateChecks: []statecheck.StateCheck{count("create", 0), count("matched", 2),
			statecheck.ExpectSensitiveValue(at, tfjsonpath.New("people")),
			statecheck.ExpectKnownValue(at, tfjsonpath.New("people").AtSliceIndex(0).AtMapKey("user_principal_name"), knownvalue.StringExact("ana@corp.example"))}},
	}})
}
