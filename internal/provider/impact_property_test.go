// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// foretold is the report of a plan as JSON, as far as it is held against what happens.
type foretold struct {
	Connections []struct {
		Today      map[string]int `json:"today"`
		Proposed   map[string]int `json:"proposed"`
		Effects    map[string]int `json:"effects"`
		Unknown    []string       `json:"not_known"`
		Principals []struct {
			ID      string `json:"principal_id"`
			Effect  string `json:"effect"`
			Changes []foretoldChange
		} `json:"principals"`
	} `json:"connections"`
}

type foretoldChange struct {
	Target  string `json:"target_attribute"`
	Planned string `json:"planned"`
}

// anyway is how often the next cycle does something both without the plan and with it, or to accounts of people whom nobody can name.
func (f foretold) anyway(action string) int {
	n := 0
	for _, c := range f.Connections {
		n += min(c.Today[action], c.Proposed[action])
		for _, unknown := range c.Unknown {
			if found := moreAccounts.FindStringSubmatch(unknown); action == "disable" && found != nil {
				more, _ := strconv.Atoi(found[1])
				n += more
			}
		}
	}
	return n
}

// unreported is an update of nothing that GoTo reports.
var unreported = regexp.MustCompile(`^update department=\w+ $`)

// moreAccounts are those of people who left before, of which the plan says how many there are.
var moreAccounts = regexp.MustCompile(`at most (\d+) more account`)

// joint is a tenant whose connection, mapping, assignments and switch are managed.
type joint struct {
	*acctest.Env
	t        testing.TB
	sp       store.ServicePrincipal
	group    string
	single   bool                         // an assignment each, and not the exclusive set
	links    bool                         // the service tells its links
	gone     map[string]string            // what became of people who were deleted
	now      map[string]*acctest.Instance // what the state holds, by type, and by principal for single assignments
	amid     bool                         // a cycle has run while only a part was applied
	previous int                          // entries of the log
}

const (
	ofConnection  = "gotomeeting_provisioning_connection"
	ofMappings    = "gotomeeting_attribute_mappings"
	ofAssignments = "gotomeeting_user_role_assignments_exclusive"
	ofOne         = "gotomeeting_user_role_assignment"
	ofState       = "gotomeeting_provisioning_state"
)

// setting is a configuration: the proposal of a preview, of which the resources are made, and what only they have.
type setting struct {
	proposed map[string]any
	roles    map[string]any // of the proposal
	keeps    bool           // skip_out_of_scope_deletions
	on       bool
	dropped  []string // types that are destroyed
}

// ends reports whether the configuration leaves provisioning off or ends it: what a limit refuses then depends on when that is planned.
func (s setting) ends() bool { return !s.on || slices.Contains(s.dropped, ofState) }

func newJoint(t testing.TB, rt *rapid.T) *joint {
	t.Helper()
	env := acctest.New(t)
	env.UseGoTo()
	j := &joint{Env: env, t: t, now: map[string]*acctest.Instance{}, gone: map[string]string{}, single: rapid.Bool().Draw(rt, "single")}
	if j.links = rapid.Bool().Draw(rt, "links"); j.links {
		env.Sim.SetPermissions(append(simulator.DefaultPermissions(), "SynchronizationMetadata.Read.All")...)
	}
	world := env.Sim.Store()
	world.SetDomains()
	world.SetLicenses(1000)
	for _, a := range world.Accounts() {
		j.ok(world.DeleteAccount(a.Key))
	}
	var others []string
	for u := range world.EachUser() {
		if !slices.Contains(jointPeople, u.ID) {
			others = append(others, u.ID)
		}
	}
	for _, id := range others { // whom a scope of everybody would take in
		_ = world.DeleteUser(id)
		_ = world.PurgeUser(id)
	}
	pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(rt, name) }
	var members []string
	for i, id := range jointPeople {
		mail := fmt.Sprintf("%s%d@corp.example", pick("mail", "a", "B"), i)
		if i > 0 && pick("address", "own", "own", "own", "own", "own", "own", "own", "shared") == "shared" {
			u, err := world.User(jointPeople[i-1])
			j.ok(err)
			mail = u.Mail
		}
		j.ok(world.UpdateUser(id, func(u *store.User) {
			u.GivenName, u.Surname, u.Mail, u.Department = pick("given", "Ada", "Bo"), pick("family", "Ada", "Bo", ""), mail, pick("department", "Sales", "Support")
			u.AccountEnabled = pick("sign-in", "yes", "yes", "yes", "yes", "yes", "blocked") == "yes"
		}))
		if account := pick("account", "no", "no", "yes", "inactive"); account != "no" {
			_, err := world.AddAccount(store.Account{Email: mail, Active: account == "yes", Attributes: map[string][]string{"firstName": {"Ada"}, "lastName": {"Bo"}}})
			if err != nil && account == "yes" && mail[1:2] == fmt.Sprint(i) {
				j.ok(err)
			}
		}
		if pick("member", "no", "no", "yes") == "yes" {
			members = append(members, id)
		}
	}
	nested := world.AddGroup(store.Group{DisplayName: "Nested", SecurityEnabled: true, Members: jointPeople[:2]})
	if pick("nested", "no", "yes") == "yes" {
		members = append(members, nested)
	}
	group := store.Group{DisplayName: "Few", SecurityEnabled: true, Members: members}
	if pick("members", "shown", "shown", "shown", "shown", "shown", "hidden") == "hidden" {
		group.Visibility = "HiddenMembership"
	}
	j.group = world.AddGroup(group)
	var err error
	_, j.sp, err = world.Instantiate(store.TemplateGoToMeeting, "GoTo", "")
	j.ok(err)
	return j
}

var jointPeople = []string{store.UserAna, store.UserBen, store.UserChloe, store.UserLeo, store.UserMaria}

func (j *joint) ok(err error) {
	j.t.Helper()
	if err != nil {
		j.t.Fatal(err)
	}
}

// draw draws a configuration; of a given one it keeps some parts.
func (j *joint) draw(rt *rapid.T, from *setting) setting {
	pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(rt, name) }
	edits := func(part string) bool { return from == nil || pick("edits "+part, "yes", "no") == "yes" }
	is := setting{proposed: map[string]any{}, roles: map[string]any{}}
	if from != nil {
		is.keeps, is.on = from.keeps, from.on
		for _, part := range []string{"mappings", "operations", "scope", "scoping_filters"} {
			is.proposed[part] = from.proposed[part]
		}
	}
	if edits("mappings") {
		mappings := map[string]any{
			"email":    map[string]any{"source_attribute": "mail", "matching_priority": 1},
			"lastName": map[string]any{"expression": pick("last", "[surname]", `Coalesce([surname], "None")`, "[displayName]")},
		}
		switch pick("active", "expression", "expression", "expression", "expression", "none") {
		case "expression":
			mappings["active"] = map[string]any{"expression": "Not([IsSoftDeleted])"}
		}
		switch pick("first", "attribute", "replaced", "constant") {
		case "attribute":
			mappings["firstName"] = map[string]any{"source_attribute": "givenName", "apply": pick("apply", "always", "always", "on_create", "if_target_empty")}
		case "replaced":
			mappings["firstName"] = map[string]any{"expression": `Replace([givenName], "Bo", , , "Bob", , )`}
		case "constant":
			mappings["firstName"] = map[string]any{"constant": "Somebody"}
		}
		if pick("department", "yes", "no") == "yes" {
			mappings["department"] = map[string]any{"source_attribute": "department"}
		}
		is.proposed["mappings"] = mappings
	}
	if edits("operations") {
		operations := []any{}
		for _, operation := range []string{"create", "update", "delete"} {
			if pick(operation, "yes", "yes", "yes", "yes", "no") == "yes" {
				operations = append(operations, operation)
			}
		}
		is.proposed["operations"] = operations
	}
	if edits("filter") {
		is.proposed["scoping_filters"] = nil
		if pick("filtered", "no", "no", "yes") == "yes" {
			is.proposed["scoping_filters"] = []any{map[string]any{"clauses": []any{map[string]any{"attribute": "department", "operator": "EQUALS", "values": []any{pick("value", "Sales", "Support")}}}}}
		}
	}
	if edits("scope") {
		is.proposed["scope"] = pick("scope", "assigned", "assigned", "all")
	}
	if edits("leniency") {
		is.keeps = pick("keeps", "no", "no", "yes") == "yes"
	}
	if edits("switch") {
		is.on = pick("on", "yes", "yes", "yes", "yes", "no") == "yes"
	}
	for _, id := range append([]string{j.group}, jointPeople...) {
		if from != nil && (j.gone[id] != "" || !edits("role")) {
			if role := from.roles[id]; role != nil && (j.gone[id] == "" || j.gone[id] == "deleted" && pick("stays", "yes", "no") == "yes") {
				is.roles[id] = role
			}
			continue
		}
		role := pick("role", store.RoleUser, store.RoleUser, store.RoleOrganizer, "")
		if id == j.group {
			role = pick("role of the group", store.RoleUser, "", "")
		}
		if role != "" {
			is.roles[id] = role
		}
	}
	is.proposed["assignments"] = is.roles
	if from != nil {
		switch pick("destroyed", "", "", "", "", "", "", "", "", "state", "mappings", "assignments", "everything") {
		case "state":
			is.dropped = []string{ofState}
		case "mappings":
			is.dropped = []string{ofMappings}
		case "assignments":
			is.dropped = []string{ofAssignments, ofOne}
		case "everything":
			is.dropped = []string{ofState, ofAssignments, ofOne, ofMappings, ofConnection}
		}
	}
	return is
}

// managedOne is a resource of a configuration; config is nil for one that is to go.
type managedOne struct {
	key, typeName string
	config        map[string]any
}

// resources are those of a configuration, with those that are to go, in the order in which Terraform applies them.
func (j *joint) resources(s setting) []managedOne {
	connection := "unknown until then"
	if made := j.now[ofConnection]; made != nil {
		connection, _ = made.State["id"].(string)
	}
	all := []managedOne{
		{ofConnection, ofConnection, map[string]any{"service_principal_id": j.sp.ID, "admin_username": store.AdminUserName, "admin_password_wo": store.AdminPassword, "admin_password_wo_version": "1",
			"scope": s.proposed["scope"], "skip_out_of_scope_deletions": s.keeps}},
		{ofMappings, ofMappings, map[string]any{"connection_id": connection, "mappings": s.proposed["mappings"], "operations": s.proposed["operations"], "scoping_filters": s.proposed["scoping_filters"], "allow_no_deprovisioning": true}},
	}
	if !j.single {
		all = append(all, managedOne{ofAssignments, ofAssignments, map[string]any{"service_principal_id": j.sp.ID, "assignments": s.roles, "allow_empty": true, "max_removals": -1, "max_foreign_removals": -1}})
	}
	for _, id := range append([]string{j.group}, jointPeople...) {
		one := managedOne{key: id, typeName: ofOne}
		if role := s.roles[id]; role != nil {
			one.config = map[string]any{"service_principal_id": j.sp.ID, "principal_id": id, "role": role}
		}
		if j.single {
			all = append(all, one)
		}
	}
	all = append(all, managedOne{ofState, ofState, map[string]any{"connection_id": connection, "enabled": s.on, "allow_default_mappings": true}})
	for i := range all {
		if slices.Contains(s.dropped, all[i].typeName) {
			all[i].config = nil
		}
	}
	return slices.DeleteFunc(all, func(one managedOne) bool { return one.config == nil && j.now[one.key] == nil })
}

// refresh reads what is there.
func (j *joint) refresh(p *acctest.Protocol) {
	j.t.Helper()
	for key, one := range j.now {
		after, found := p.Read(one)
		if found.HasError() {
			j.t.Fatal(found)
		}
		if j.now[key] = after; after == nil {
			delete(j.now, key)
		}
	}
}

// plan plans one resource, as Terraform does: what is replaced once more, as a creation.
func (j *joint) plan(p *acctest.Protocol, one managedOne) acctest.Diagnostics {
	j.t.Helper()
	planned, found := p.Plan(one.typeName, j.now[one.key], one.config)
	if planned == nil || len(planned.Replaces) == 0 || one.config == nil {
		return found
	}
	_, more := p.Plan(one.typeName, nil, one.config)
	return append(found, more...)
}

// apply brings a configuration about.
func (j *joint) apply(s setting) {
	j.t.Helper()
	p := j.Protocol(func(block map[string]any) { block["impact"] = map[string]any{"enabled": false} })
	j.refresh(p)
	var keys, last []string // what is removed goes after what depended on it
	for _, one := range j.resources(s) {
		switch {
		case one.config != nil:
			keys = append(keys, one.key)
		case one.key == ofState:
			keys = append([]string{one.key}, keys...)
		default:
			last = append([]string{one.key}, last...)
		}
	}
	acted := false
	for _, key := range append(keys, last...) {
		j.amid = acted && len(j.Sim.Store().Log()) > j.previous
		acted = j.act(p, j.resourceOf(s, key)) || acted
	}
	j.amid = j.amid || !s.on && len(j.Sim.Store().Log()) > j.previous
}

// resourceOf is one of the resources, which the id of the connection completes once it is there.
func (j *joint) resourceOf(s setting, key string) managedOne {
	for _, one := range j.resources(s) {
		if one.key == key {
			return one
		}
	}
	return managedOne{}
}

// act applies one resource, and reports whether there was anything to do.
func (j *joint) act(p *acctest.Protocol, one managedOne) bool {
	j.t.Helper()
	planned, found := p.Plan(one.typeName, j.now[one.key], one.config)
	if !found.HasError() && j.now[one.key] != nil && one.config != nil && len(planned.Replaces) > 0 {
		j.act(p, managedOne{one.key, one.typeName, nil})
		planned, found = p.Plan(one.typeName, nil, one.config)
	}
	if found.HasError() {
		j.t.Fatalf("%s: %s", one.key, found)
	}
	if planned.Replaces = nil; !planned.Changes() {
		return false
	}
	after, found := p.Apply(planned)
	if found.HasError() {
		j.t.Fatalf("%s: %s", one.key, found)
	}
	if j.now[one.key] = after; after == nil {
		delete(j.now, one.key)
	}
	return true
}

// happens draws what becomes of people between the cycles.
func (j *joint) happens(rt *rapid.T) {
	j.t.Helper()
	world := j.Sim.Store()
	for _, id := range jointPeople {
		switch rapid.SampledFrom([]string{"", "", "", "", "", "", "sign-in", "department", "deleted", "purged"}).Draw(rt, "happens") {
		case "sign-in":
			j.ok(world.UpdateUser(id, func(u *store.User) { u.AccountEnabled = !u.AccountEnabled }))
		case "department":
			j.ok(world.UpdateUser(id, func(u *store.User) { u.Department = "Sales" }))
		case "deleted":
			j.ok(world.DeleteUser(id))
			j.gone[id] = "deleted"
		case "purged":
			j.ok(world.DeleteUser(id))
			j.ok(world.PurgeUser(id))
			j.gone[id] = "purged"
		}
	}
}

// cycle lets cycles pass, and returns what the service did with accounts, by person. What an account has already changes nothing.
func (j *joint) cycle(n int) map[string]string {
	had := map[string]string{}
	for _, a := range j.Sim.Store().Accounts() {
		had[a.Key+" email"], had[a.Key+" active"] = a.Email, map[bool]string{true: "True", false: "False"}[a.Active]
		for name, values := range a.Attributes {
			had[a.Key+" "+name] = strings.Join(values, ";")
		}
	}
	for range n {
		j.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
	}
	log := j.Sim.Store().Log()
	did := map[string]string{}
	for _, e := range log[j.previous:] {
		text, changes := e.Action, e.Action != "update"
		for _, m := range e.Modified {
			text += " " + m.Name + "=" + *m.New
			changes = changes || had[e.TargetID+" "+m.Name] != *m.New
		}
		if e.Status == "success" && changes {
			did[e.SourceID] += text + " "
		}
	}
	j.previous = len(log)
	return did
}

// plannedJointly is what a plan of a configuration says, by resource, and its report.
type plannedJointly struct {
	said         map[string]string
	refuses      map[string]bool // by resource: the limits are judged on what is known so far, and the first that exceeds them says no more
	refused      acctest.Diagnostics
	text, report string
}

func (j *joint) planAll(all []managedOne) plannedJointly {
	j.t.Helper()
	report := filepath.Join(j.t.TempDir(), "impact.md")
	p := j.Protocol(func(block map[string]any) {
		block["impact"] = map[string]any{"report_file": report, "report_detail": "people", "max_disabled": 1000, "read_links": j.links}
	})
	result := plannedJointly{said: map[string]string{}, refuses: map[string]bool{}}
	for _, one := range all {
		found := j.plan(p, one)
		result.said[one.key] = slices.DeleteFunc(found.Warnings(), func(d acctest.Diagnostic) bool {
			// Somebody whose two assignments go loses access by the second, and limits are judged on what is known so far.
			return strings.Contains(d.Summary, "access") || strings.Contains(d.Summary, "this plan would") || strings.Contains(d.Summary, "This plan would")
		}).String()
		result.refused = append(result.refused, found.Errors()...)
		result.refuses[one.key] = found.HasError()
	}
	read := func(path string) string {
		text, err := os.ReadFile(path)
		j.ok(err)
		return string(text)
	}
	result.text, result.report = read(report), read(strings.TrimSuffix(report, ".md")+".json")
	return result
}

// Whatever the plan of random changes of random tenants reports is what the preview says of the same proposal, and what the next
// cycle does after the apply: person by person, attribute by attribute. In whatever order resources are planned, and whatever else
// is planned, each says the same.
func TestImpact_planAndPreviewAreWhatTheCycleDoes(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		j := newJoint(t, rt)
		defer j.Sim.Close()
		is := j.draw(rt, nil)
		j.apply(is)
		j.cycle(3)
		j.happens(rt)
		j.cycle(2)
		changedBefore := rapid.Bool().Draw(rt, "changed before")
		if changedBefore {
			is = j.draw(rt, &is)
			is.dropped = nil
			j.apply(is)
			j.cycle(2)
			j.Sim.Clock().Advance(store.DefaultInterval / 4) // no cycle is running, whenever the first began
		}
		next := j.draw(rt, &is)
		j.refresh(j.Protocol())

		all := j.resources(next)
		shuffled := func(name string) []managedOne { // the others refer to the connection
			return append(slices.Clone(all[:1]), rapid.Permutation(all[1:]).Draw(rt, name)...)
		}
		plan := j.planAll(shuffled("order"))
		if rapid.Bool().Draw(rt, "again") {
			again := j.planAll(shuffled("another order"))
			for key, said := range plan.said {
				if again.said[key] != said && !plan.refuses[key] && !again.refuses[key] && len(next.dropped) == 0 && next.on { // what ends provisioning spares people, whenever that is known
					rt.Fatalf("%s says in two orders\n%s\nand\n%s", key, said, again.said[key])
				}
			}
			if len(again.refused) == 0 != (len(plan.refused) == 0) && !next.ends() {
				rt.Fatalf("one order is refused:\n%s\n%s", plan.refused, again.refused)
			}
			if again.text != plan.text || again.report != plan.report {
				rt.Fatalf("two orders are reported as\n%s%s\nand\n%s%s", plan.text, plan.report, again.text, again.report)
			}
		}
		var said foretold
		j.ok(json.Unmarshal([]byte(plan.report), &said))
		if len(plan.refused) > 0 { // even if what is planned later ends provisioning, so nothing is left to report
			seen["refused"]++
			for _, one := range plan.refused {
				if !strings.Contains(one.Detail, "members of some assigned groups are hidden") {
					rt.Fatalf("refused: %s\n%s", one, plan.text)
				}
			}
			return
		}
		if is.on && next.on && len(next.dropped) == 0 && is.keeps == next.keeps {
			state, found := j.Protocol().ReadData("gotomeeting_provisioning_preview", map[string]any{"connection_id": j.now[ofConnection].State["id"], "detail": "people", "proposed": next.proposed, "read_links": j.links})
			if found.HasError() {
				rt.Fatal(found)
			}
			previewed, _ := state["people_report"].(string)
			if planned := rows(plan.text); len(planned) > 0 && strings.Join(planned, "\n") != strings.Join(rows(previewed), "\n") {
				rt.Fatalf("the plan and the preview differ:\n%s\n%s", plan.text, previewed)
			}
		}
		// A narrower scope restarts the job: that cycle goes by what was there when it began.
		restarts := is.on && is.proposed["scope"] == "all" && next.proposed["scope"] == "assigned" && !slices.Contains(next.dropped, ofConnection)
		if j.apply(next); j.amid || !is.on && next.on && (len(next.dropped) > 0 || j.removesOne(is, next)) || restarts && (len(next.dropped) > 0 || !keepsPart(is, next, "mappings") || !keepsPart(is, next, "operations") || !keepsPart(is, next, "scoping_filters")) {
			seen["with a cycle amid the apply"]++
			return
		}
		waits := map[string]bool{} // for an account that somebody had who left before, or for what an earlier change was said to do
		for _, id := range jointPeople {
			last := j.lastly(id)
			waits[id] = changedBefore && (last == "DuplicateSourceEntries" || last == "SkipOutOfScopeDeletions" && !is.keeps)
		}
		did := j.cycle(1)
		if is.on && !next.on && len(did) > 0 && j.paused() { // a cycle that has begun runs to its end
			seen["with a cycle amid the apply"]++
			return
		}
		changes, rivals := map[string]string{}, map[string]bool{} // rivals by their address
		for _, c := range said.Connections {
			for _, one := range c.Principals {
				changes[one.ID] = one.Effect
				seen[one.Effect]++
				if changedBefore && one.Effect == "unknown" { // somebody who left may have the account
					rivals[j.addressOf(one.ID)] = true
				}
				values := did[one.ID]
				want := map[string]string{"created": "create", "created_otherwise": "create", "updated": "update", "disabled": "disable", "deleted": "delete"}[one.Effect]
				// What only the service knows: an account that somebody has who left before, or one that it left alone and does not look at again.
				if !j.links && waits[one.ID] || changedBefore && values == "" && slices.Contains([]string{"DuplicateSourceEntries", "SkipOutOfScopeDeletions"}, j.lastly(one.ID)) {
					seen["left before"]++
					rivals[j.addressOf(one.ID)] = true
					continue
				}
				if changedBefore && !is.on && !j.links && values == "" && j.neverLinked(one.ID) { // who came into scope while it was off
					seen["came before"]++
					continue
				}
				// An earlier mapping, or what was written for an account's former owner, may be what GoTo does not report.
				if one.Effect == "updated" && (changedBefore || values == "" && len(j.gone) > 0) {
					one.Changes = slices.DeleteFunc(one.Changes, func(c foretoldChange) bool { return c.Target == "department" })
					if len(one.Changes) == 0 && values == "" {
						seen["written before"]++
						continue
					}
				}
				if want == "" && values != "" && one.Effect != "unknown" && one.Effect != "conflict" || want != "" && !strings.HasPrefix(values, want+" ") {
					rt.Fatalf("%s was to be %s, and what happened is %q\nfrom %v\nto %v\n%s\n%s%s", one.ID, one.Effect, values, is, next, plan.text, j.log(), j.who())
				}
				for _, change := range one.Changes {
					if want != "" && !strings.Contains(values+" ", change.Target+"="+change.Planned+" ") {
						rt.Fatalf("%s of %s was to be %q, and what happened is %q\nfrom %v\nto %v\n%s", change.Target, one.ID, change.Planned, values, is, next, plan.text)
					}
				}
			}
		}
		// What the cycle does besides is what it does without the change as well, such as another try for somebody who was put aside.
		besides := map[string]int{}
		for id, values := range did {
			if changes[id] != "" || waits[id] || changedBefore && !is.on && unreported.MatchString(values) || rivals[j.addressOf(id)] || strings.Contains(plan.text, "are hidden, so they are left out") {
				continue
			}
			action, _, _ := strings.Cut(values, " ")
			if action == "delete" {
				action = "disable"
			}
			besides[action]++
			if n := besides[action]; n > said.anyway(action) {
				rt.Fatalf("nothing was said of %s, and what happened is %q\nfrom %v\nto %v\n%s\n%s", id, values, is, next, plan.text+j.who(), j.log())
			}
		}
	})
	t.Logf("differences: %v", seen)
}

func (j *joint) addressOf(id string) string {
	if u, err := j.Sim.Store().User(id); err == nil {
		return strings.ToLower(u.Mail)
	}
	return id // which is purged
}

func (j *joint) paused() bool {
	j.t.Helper()
	jobs, err := j.Sim.Store().Jobs(j.sp.ID)
	j.ok(err)
	return !slices.ContainsFunc(jobs, func(job store.Job) bool { return job.Schedule == store.ScheduleActive })
}

// lastly is why the service did nothing about a person the last time, "" if it did something.
func (j *joint) lastly(id string) string {
	for _, e := range slices.Backward(j.Sim.Store().Log()) {
		if e.SourceID == id && e.Error != nil {
			return e.Error.Code
		} else if e.SourceID == id {
			break
		}
	}
	return ""
}

// neverLinked reports whether the service has never linked an account to a person.
func (j *joint) neverLinked(id string) bool {
	return !slices.ContainsFunc(j.Sim.Store().Log(), func(e store.LogEntry) bool { return e.SourceID == id && e.TargetID != "" })
}

// removesOne reports whether a resource of a single assignment is removed, which comes after the others.
func (j *joint) removesOne(a, b setting) bool {
	for id := range a.roles {
		if j.single && b.roles[id] == nil {
			return true
		}
	}
	return false
}

func keepsPart(a, b setting, part string) bool {
	return reflect.DeepEqual(a.proposed[part], b.proposed[part])
}

// who are the people, for the same.
func (j *joint) who() string {
	var lines strings.Builder
	for _, id := range jointPeople {
		u, err := j.Sim.Store().User(id)
		fmt.Fprintf(&lines, "%s: %s, can sign in: %t, deleted: %t %v\n", id, u.Mail, u.AccountEnabled, !u.DeletedAt.IsZero(), err)
	}
	return lines.String()
}

// log is that of the service, for somebody who looks for the cause.
func (j *joint) log() string {
	var lines strings.Builder
	for _, e := range j.Sim.Store().Log() {
		fmt.Fprintf(&lines, "%s %s %s", e.SourceID, e.Action, e.Status)
		if e.Error != nil {
			fmt.Fprintf(&lines, " %s %s", e.Error.Code, e.Error.Reason)
		}
		for _, m := range e.Modified {
			fmt.Fprintf(&lines, " %s=%s", m.Name, *m.New)
		}
		lines.WriteString("\n")
	}
	return lines.String()
}

// rows are the tables of a report and its headline.
func rows(report string) []string {
	return slices.DeleteFunc(strings.Split(report, "\n"), func(line string) bool { return !strings.HasPrefix(line, "|") && !strings.HasPrefix(line, "###") })
}
