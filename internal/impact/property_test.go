// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// people are who is in the directory of a stack.
var people = []string{store.UserAna, store.UserBen, store.UserChloe, store.UserKim, store.UserLeo, store.UserMaria}

// person is a user of a random stack: what does not change with an edit.
type person struct {
	given, family, mail, department string
	blocked, deleted, found         bool // found: has an account at GoTo before the first cycle
	inactive                        bool
}

// stack is a random configuration: what an edit changes.
type stack struct {
	roles                           []string // of each person: User, Organizer, Default Access, or none
	members                         []bool   // of each person: of the assigned group
	group                           string   // its role
	email, first, last, dept, state string   // expressions
	firstKind, deptKind, fallback   string
	filter, value                   string // operator
	operations                      string
	off, everybody, keeps           bool
}

// drawer draws values and notes them.
type drawer struct{ *rapid.T }

func (d drawer) pick(name string, from ...string) string {
	return rapid.SampledFrom(from).Draw(d.T, name)
}
func (d drawer) chance(name string) bool {
	return rapid.SampledFrom([]bool{false, false, false, true}).Draw(d.T, name)
}

func (d drawer) person(i int) person {
	if i > 0 && d.chance("shares the address") && d.chance("really shares it") {
		i-- // of the one before, whose address may be another's as well
	}
	return person{
		given: d.pick("given", "Ada", "Bo", "ada"), family: d.pick("family", "Ada", "Bo", ""), department: d.pick("department", "Sales", "Support"),
		mail:    fmt.Sprintf("%s%d@corp.example", d.pick("mail", "a", "B"), i),
		blocked: d.chance("blocked"), deleted: d.chance("deleted") && d.chance("really"), found: d.chance("found"), inactive: d.chance("inactive"),
	}
}

// stack draws a configuration; of a given one it changes some parts.
func (d drawer) stack(from *stack) stack {
	s := stack{roles: make([]string, len(people)), members: make([]bool, len(people))}
	keeps := func(part string) bool { return from != nil && !d.chance("edits "+part) }
	if from != nil {
		s = *from
		s.roles, s.members = slices.Clone(from.roles), slices.Clone(from.members)
	}
	for i := range people {
		if !keeps("role") {
			s.roles[i] = d.pick("role", store.RoleUser, store.RoleUser, "Organizer", "Default Access", "")
		}
		if !keeps("membership") {
			s.members[i] = d.chance("member")
		}
	}
	if !keeps("group") {
		s.group = d.pick("group", store.RoleUser, "")
	}
	if !keeps("matching") {
		s.email = d.pick("email", "[mail]", "[mail]", "[userPrincipalName]", "ToLower([mail], )")
	}
	if !keeps("first") {
		s.first, s.firstKind = d.pick("first", "[givenName]", `Replace([givenName], "Bo", , , "Bob", , )`, `"Somebody"`), d.pick("kind", "Always", "Always", "ObjectAddOnly", "AttributeAddOnly")
	}
	if !keeps("last") {
		s.last, s.fallback = d.pick("last", "[surname]", `Coalesce([surname], "None")`, "[displayName]", `IIF([IsSoftDeleted]="True", "Left", [surname])`), d.pick("default", "", "None")
	}
	if !keeps("department") {
		s.dept, s.deptKind = d.pick("dept", "", "[department]", `Join("-", [department], [givenName])`), d.pick("kind", "Always", "Always", "ObjectAddOnly")
	}
	if !keeps("state") {
		s.state = d.pick("state", "Not([IsSoftDeleted])", "Not([IsSoftDeleted])", `Switch([IsSoftDeleted], , "False", "True", "True", "False")`, "")
	}
	if !keeps("filter") {
		s.filter, s.value = d.pick("operator", "", "EQUALS", "NOT EQUALS", "REGEX MATCH"), d.pick("value", "Sales", "Support")
	}
	if !keeps("operations") {
		s.operations = d.pick("operations", "Add, Update, Delete", "Add, Update, Delete", "Update", "Add", "Add, Update", "None")
	}
	if !keeps("switch") {
		s.off = d.chance("off") && d.chance("really off")
	}
	if !keeps("scope") {
		s.everybody = d.chance("everybody")
	}
	if !keeps("leniency") {
		s.keeps = d.chance("keeps")
	}
	return s
}

// world is a simulated tenant in which a stack was applied.
type world struct {
	t      *rapid.T
	sim    *simulator.Server
	client *graph.Client
	sp     store.ServicePrincipal
	job    store.Job
	group  string
}

func newWorld(t *rapid.T, who []person) *world {
	w := &world{t: t}
	var err error
	w.sim, err = simulator.New(simulator.Options{})
	w.ok(err)
	w.client, err = graph.New(graph.Options{Endpoint: w.sim.GraphURL(), Credential: tokenOf{w.sim}, HTTPClient: w.sim.Client(), Clock: w.sim.Clock()})
	w.ok(err)
	world := w.sim.Store()
	world.SetDomains()
	for _, a := range world.Accounts() {
		w.ok(world.DeleteAccount(a.Key))
	}
	known := map[string]bool{}
	for i, id := range people {
		known[id] = true
		p := who[i]
		w.ok(world.UpdateUser(id, func(u *store.User) {
			u.GivenName, u.Surname, u.Mail, u.Department, u.AccountEnabled = p.given, p.family, p.mail, p.department, !p.blocked
		}))
		if p.found {
			if _, err := world.AccountByEmail(p.mail); err == nil {
				continue
			}
			_, err := world.AddAccount(store.Account{Email: p.mail, Active: !p.inactive, Attributes: map[string][]string{"firstName": {"Ada"}, "lastName": {"Bo"}}})
			w.ok(err)
		}
	}
	var others []string
	for u := range world.EachUser() {
		if !known[u.ID] {
			others = append(others, u.ID)
		}
	}
	for _, id := range others {
		_ = world.DeleteUser(id)
		_ = world.PurgeUser(id)
	}
	for i, id := range people {
		if who[i].deleted {
			w.ok(world.DeleteUser(id))
		}
	}
	_, w.sp, err = world.Instantiate(store.TemplateGoToMeeting, "GoTo", "")
	w.ok(err)
	w.ok(world.PutSecrets(w.sp.ID, []store.KeyValue{{Key: "UserName", Value: store.AdminUserName}, {Key: "Password", Value: store.AdminPassword}, {Key: "Oauth2AccessToken", Value: "access-for-somebody"}}, store.SecretOptions{}))
	w.job, err = world.CreateJob(w.sp.ID, store.ConnectorGoToMeeting)
	w.ok(err)
	w.group = world.AddGroup(store.Group{DisplayName: "Few", SecurityEnabled: true})
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// apply brings about a stack, as resources would.
func (w *world) apply(s stack, deleted func(i int) bool) {
	world := w.sim.Store()
	for _, a := range world.Assignments(w.sp.ID) {
		w.ok(world.Unassign(w.sp.ID, a.ID))
	}
	assign := func(id, role string) {
		roleID := store.DefaultAccess
		for _, r := range w.sp.Roles {
			if r.DisplayName == role {
				roleID = r.ID
			}
		}
		_, err := world.Assign(w.sp.ID, id, roleID, store.AssignOptions{DefaultAccessTolerant: true})
		w.ok(err)
	}
	w.ok(world.UpdateGroup(w.group, func(g *store.Group) { g.Members = nil }))
	for i, id := range people {
		if deleted(i) {
			continue
		}
		if s.roles[i] != "" {
			assign(id, s.roles[i])
		}
		if s.members[i] {
			w.ok(world.AddMembers(w.group, id))
		}
	}
	if s.group != "" {
		assign(w.group, s.group)
	}
	narrows := strings.EqualFold(world.Secret(w.sp.ID, "SyncAll"), "true") && !s.everybody
	w.ok(world.PutSecrets(w.sp.ID, []store.KeyValue{{Key: "SyncAll", Value: fmt.Sprint(s.everybody)}, {Key: "SkipOutOfScopeDeletions", Value: fmt.Sprint(s.keeps)}}, store.SecretOptions{}))
	job, err := world.Job(w.sp.ID, w.job.ID)
	w.ok(err)
	var schema map[string]any
	w.ok(json.Unmarshal(job.Schema, &schema))
	rules, _ := schema["synchronizationRules"].([]any)
	rule, _ := rules[0].(map[string]any)
	mappings, _ := rule["objectMappings"].([]any)
	users, _ := mappings[0].(map[string]any)
	before, _ := json.Marshal(users)
	s.write(users)
	if after, _ := json.Marshal(users); string(after) != string(before) { // a resource without a difference writes nothing
		raw, err := json.Marshal(schema)
		w.ok(err)
		w.ok(world.PutSchema(w.sp.ID, w.job.ID, raw, store.SchemaOptions{}))
	}
	if job.Status.LastExecution != nil && narrows {
		w.ok(w.sim.Engine().Restart(w.sp.ID, w.job.ID, nil))
	}
}

// write puts the mapping of users into a schema.
func (s stack) write(m map[string]any) {
	flows := []any{}
	add := func(target, text, kind, fallback string, priority int) {
		entry := map[string]any{"targetAttributeName": target, "matchingPriority": float64(priority), "flowType": kind, "source": nil}
		if fallback != "" {
			entry["defaultValue"] = fallback
		}
		switch name := strings.Trim(text, `[]"`); {
		case text == "":
			return
		case strings.HasPrefix(text, "["):
			entry["source"] = map[string]any{"type": "Attribute", "name": name, "expression": text}
		case strings.HasPrefix(text, `"`):
			entry["source"] = map[string]any{"type": "Constant", "name": name, "expression": text}
		default:
			entry["source"] = map[string]any{"type": "Function", "name": "f", "expression": text}
		}
		flows = append(flows, entry)
	}
	add("email", s.email, "Always", "", 1)
	add("firstName", s.first, s.firstKind, "", 0)
	add("lastName", s.last, "Always", s.fallback, 0)
	add("department", s.dept, s.deptKind, "", 0)
	add("active", s.state, "Always", "", 0)
	m["attributeMappings"], m["flowTypes"], m["enabled"], m["scope"] = flows, s.operations, !s.off, nil
	if s.filter != "" {
		m["scope"] = map[string]any{"groups": []any{map[string]any{"name": "g", "clauses": []any{
			map[string]any{"sourceOperandName": "department", "operatorName": s.filter, "targetOperand": map[string]any{"values": []any{s.value}}},
		}}}}
	}
}

func (w *world) setup() *impact.Setup {
	s, err := impact.ReadSetup(w.t.Context(), w.client, graph.JobRef{ServicePrincipalID: w.sp.ID, JobID: w.job.ID}, store.ConnectorGoToMeeting)
	w.ok(err)
	return s
}

// cycle lets cycles pass, and returns what the service wrote in them, by user: the action with the attributes.
func (w *world) cycle(n int) map[string]string {
	had := map[string]map[string]string{}
	for _, a := range w.sim.Store().Accounts() {
		had[a.Key] = map[string]string{"email": a.Email, "active": map[bool]string{true: "True", false: "False"}[a.Active]}
		for name, values := range a.Attributes {
			had[a.Key][name] = first(values)
		}
	}
	for range n {
		w.sim.Clock().Advance(store.DefaultInterval + time.Hour)
	}
	done := map[string]string{}
	for _, e := range w.sim.Store().Log() {
		if e.Status != "success" {
			if e.Status == "failure" {
				done[e.SourceID] = "failure " + e.Error.Code
			}
			continue
		}
		var names []string
		for _, m := range e.Modified {
			if e.Action == "create" || had[e.TargetID][m.Name] != *m.New { // what was there already changes nothing
				names = append(names, m.Name+"="+*m.New)
			}
		}
		if slices.Sort(names); e.Action == "update" && len(names) == 0 {
			continue
		}
		done[e.SourceID] = e.Action + " " + strings.Join(names, " ")
	}
	return done
}

// Whatever a change of a random stack is said to make of the next cycle is what it makes of it: the same tenant goes through
// the next cycle twice, without the change and with it.
func TestCompare_isWhatTheChangeMakesOfTheNextCycle(t *testing.T) {
	t.Parallel()
	seen := map[impact.Effect]int{}
	rapid.Check(t, func(rt *rapid.T) {
		d := drawer{rt}
		who := make([]person, len(people))
		for i := range who {
			who[i] = d.person(i)
		}
		is := d.stack(nil)
		next := d.stack(&is)
		ran := d.pick("ran", "yes", "yes", "yes", "no") == "yes"
		read := d.pick("accounts read", "yes", "yes", "no") == "yes"
		deleted := func(i int) bool { return who[i].deleted }

		var worlds [2]*world
		var before [2]map[string]string
		for i := range worlds {
			w := newWorld(rt, who)
			defer w.sim.Close()
			w.apply(is, deleted)
			if ran {
				w.ok(w.sim.Engine().Start(w.sp.ID, w.job.ID))
				before[i] = w.cycle(3)
			}
			worlds[i] = w
		}
		without, with := worlds[0], worlds[1]
		today := without.setup()
		with.apply(next, deleted)
		proposed := with.setup()
		// Both are told by the same roles.
		survey, err := impact.ReadSurvey(rt.Context(), without.client, false, today, proposed)
		without.ok(err)
		for id, members := range without.members(with) {
			survey.Members[id] = members
		}
		survey.RanBefore, survey.AccountsRead, survey.NeverLinked = ran, read, ran && !without.linked()
		if read {
			for _, a := range without.sim.Store().Accounts() {
				survey.Accounts = append(survey.Accounts, impact.Account{Key: a.Key, Email: a.Email, FirstName: first(a.Attributes["firstName"]), LastName: first(a.Attributes["lastName"]), Status: map[bool]string{true: "ACTIVE", false: "SUSPENDED"}[a.Active]})
			}
		}
		c, after := impact.Propose(survey, today, proposed)
		var did [2]map[string]string
		for i, w := range worlds {
			if !ran {
				w.ok(w.sim.Engine().Start(w.sp.ID, w.job.ID))
			}
			did[i] = w.cycle(1)
			maps.DeleteFunc(did[i], func(id, text string) bool { return before[i][id] == text && !strings.HasPrefix(text, "failure") })
		}
		if is.off && without.linked() {
			return // no stack here is switched off after it linked anybody
		}
		contends := map[string]bool{} // what comes of a conflict depends on whose turn it is
		for _, e := range after.Entries {
			contends[e.UserID] = e.Action == impact.Conflict
		}
		said := map[string]impact.Difference{}
		for _, difference := range c.Differences {
			seen[difference.Effect]++
			said[difference.UserID] = difference
		}
		for i, id := range people {
			difference, told := said[id]
			if contends[id] || difference.Before.Action == impact.Conflict {
				continue
			}
			if did[1][id] == "failure DuplicateSourceEntries" && slices.ContainsFunc(c.Problems, func(p impact.Problem) bool { return p.Code == "PeopleNotFound" }) {
				continue // the account is that of somebody whom the directory did not show
			}
			if !read && before[0][id] == "" && (!told || did[1][id] == "") {
				continue // whether there is an account is not known: without the change and with it, or for whom the change would concern
			}
			if !read && difference.Effect == impact.Disabled && who[i].inactive && did[1][id] == "" {
				continue // without GoTo's accounts it is not known that there is nothing left to disable: the number is an upper bound
			}
			if !read && did[0][id] == "failure DuplicateSourceEntries" && did[1][id] == did[0][id] {
				continue // nor which of several people has the account: each counts
			}
			if broken := contradicts(difference, did[0][id], did[1][id], read, strings.Contains(is.operations, "Update") && is.firstKind == "Always" && is.deptKind == "Always"); broken != "" {
				rt.Fatalf("%s of %+v: %s\nsaid %+v\nwithout the change: %q\nwith it: %q\nhappened before: %q\ntoday %+v\nnext  %+v\nran %t, accounts read %t\n%+v", id, who[i], broken, difference, did[0][id], did[1][id], before[0][id], is, next, ran, read, c.Problems)
			}
		}
	})
	if !t.Failed() {
		t.Logf("differences: %v", seen)
	}
}

// linked reports whether the service counts anybody as synchronized.
func (w *world) linked() bool {
	job, err := w.sim.Store().Job(w.sp.ID, w.job.ID)
	w.ok(err)
	return slices.ContainsFunc(job.Status.EntryCounts, func(c store.EntryCount) bool { return c.Count > 0 })
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// members are those of the other world's group.
func (w *world) members(other *world) map[string][]string {
	g, err := other.sim.Store().Group(other.group)
	w.ok(err)
	return map[string][]string{other.group: g.Members}
}

// contradicts says in what a difference is not what happened.
func contradicts(d impact.Difference, without, with string, read, updated bool) string {
	action, values, _ := strings.Cut(with, " ")
	known := func(c impact.Change) bool { return c.Current != nil }
	if !read && d.Effect == impact.Updated && (with == "failure EntryConflict" || with == "" && !slices.ContainsFunc(d.After.Changes, known)) {
		return "" // without GoTo's accounts, what they have is not known
	}
	switch d.Effect {
	case impact.Created:
		if action != "create" || strings.HasPrefix(without, "create") {
			return "it is not created by the change"
		}
	case impact.CreatedAs:
		if action != "create" || without == with {
			return "it is not created otherwise"
		}
	case impact.Updated:
		if marked := action == "disable" && !strings.Contains(values, "active="); action != "update" && !marked {
			return "it is not updated"
		}
		for _, change := range d.After.Changes {
			if (read || known(change)) && !strings.Contains(values+" ", change.Target+"="+change.Planned+" ") {
				return change.Target + " is not written"
			}
		}
		if n := strings.Count(values, "="); read && updated && n != len(d.After.Changes) {
			return fmt.Sprintf("%d attributes are written", n)
		}
	case impact.Disabled:
		if action != "disable" {
			return "it is not disabled"
		}
	case impact.Deleted:
		if action != "delete" {
			return "it is not deleted"
		}
	case impact.LeftActive, impact.Spared:
		if with != "" && action != "failure" && (len(d.After.Changes) == 0 || strings.Contains(values, "active=")) {
			return "something happens"
		}
		for _, change := range d.After.Changes {
			if read && !strings.Contains(values+" ", change.Target+"="+change.Planned+" ") {
				return change.Target + " is not written"
			}
		}
	case impact.Failing:
		if action != "failure" {
			return "it does not fail"
		}
	case impact.Unclear, impact.Conflicts:
	default:
		const lost = "failure DuplicateSourceEntries" // which changes no account
		if strings.TrimPrefix(without, lost) != strings.TrimPrefix(with, lost) {
			return "nothing was said"
		}
	}
	return ""
}
