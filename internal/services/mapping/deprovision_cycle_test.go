// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// The states of a person, as the plan lists them, and how people get there.
var personStates = []struct {
	name  string
	leave func(c *connected, id, group string) error
}{
	{"in scope", func(*connected, string, string) error { return nil }},
	{"unassigned", func(c *connected, id, group string) error {
		return c.Sim.Store().RemoveMembers(group, id)
	}},
	{"sign-in blocked", func(c *connected, id, _ string) error {
		return c.Sim.Store().UpdateUser(id, func(u *store.User) { u.AccountEnabled = false })
	}},
	{"soft-deleted", func(c *connected, id, _ string) error { return c.Sim.Store().DeleteUser(id) }},
}

// said is what the plan says of the account of a person in each state. A plan that says nothing promises what everybody
// expects: only people in scope keep an active account, and those who left the scope where the connection is set up so.
func (l *leavers) said(t *testing.T, found acctest.Diagnostics) []string {
	t.Helper()
	const active, disabled = "the account is active", "the account is disabled"
	for _, d := range found {
		if !strings.Contains(d.Detail, "the state of a person's account is as follows:") {
			continue
		}
		told := make([]string, len(personStates))
		for i, state := range personStates {
			for line := range strings.Lines(d.Detail) {
				if rest, ok := strings.CutPrefix(line, "- "+state.name); ok {
					told[i] = strings.TrimSpace(rest[strings.LastIndex(rest, ";")+1:])
				}
			}
		}
		return told
	}
	if l.skips {
		return []string{active, active, disabled, disabled}
	}
	return []string{active, disabled, disabled, disabled}
}

// leavers is a connection that has provisioned two people for each state, one of them of the department Sales.
type leavers struct {
	*connected
	m      *acctest.Managed
	group  string
	people [][2]string // by state
	emails map[string]string
	skips  bool
}

func newLeavers(t *testing.T, skips bool) *leavers {
	t.Helper()
	c := newConnected(t)
	c.WithoutImpact()
	l := &leavers{connected: c, emails: map[string]string{}, skips: skips}
	var all []string
	for i := range personStates {
		var pair [2]string
		for k, department := range []string{"", "Sales"} {
			title := map[string]string{"Sales": "example"}[department]
			name := fmt.Sprintf("person%d%d@corp.example", i, k)
			pair[k] = c.Sim.Store().AddUser(store.User{UserPrincipalName: name, DisplayName: name, GivenName: "P", Surname: "Person", Department: department, JobTitle: title, AccountEnabled: true})
			l.emails[pair[k]] = name
		}
		l.people = append(l.people, pair)
		all = append(all, pair[:]...)
	}
	l.group = c.Sim.Store().AddGroup(store.Group{DisplayName: "Leavers", SecurityEnabled: true, Members: all})
	if _, err := c.Sim.Store().Assign(c.job.ServicePrincipalID, l.group, c.roleID(store.RoleUser), store.AssignOptions{}); err != nil {
		t.Fatal(err)
	}
	l.m = c.created(c.config(nil))
	secrets := []store.KeyValue{{Key: "UserName", Value: store.AdminUserName}, {Key: "Password", Value: store.AdminPassword}}
	if skips {
		secrets = append(secrets, store.KeyValue{Key: "SkipOutOfScopeDeletions", Value: "True"})
	}
	if err := c.Sim.Store().PutSecrets(c.job.ServicePrincipalID, secrets, store.SecretOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := c.Sim.Engine().Start(c.job.ServicePrincipalID, c.job.ID); err != nil {
		t.Fatal(err)
	}
	l.cycles()
	for id, email := range l.emails {
		if a, err := c.Sim.Store().AccountByEmail(email); err != nil || !a.Active {
			t.Fatalf("the account of %s before: %v, %v", id, a.Active, err)
		}
	}
	return l
}

func (c *connected) roleID(name string) string {
	c.t.Helper()
	principal, err := c.Sim.Store().ServicePrincipal(c.job.ServicePrincipalID)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, r := range principal.Roles {
		if r.DisplayName == name {
			return r.ID
		}
	}
	c.t.Fatalf("no role %s", name)
	return ""
}

func (l *leavers) cycles() {
	for range 3 {
		l.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
	}
}

// came is how many of the accounts of people in a state are still active.
func (l *leavers) active(state int) (n int) {
	for _, id := range l.people[state] {
		if a, err := l.Sim.Store().AccountByEmail(l.emails[id]); err == nil && a.Active {
			n++
		}
	}
	return n
}

// hold has people leave under a changed mapping, and compares what the plan said with what the cycles did.
func (l *leavers) hold(t *testing.T, config map[string]any) {
	t.Helper()
	config["allow_no_deprovisioning"] = true
	found := l.m.Apply(l.config(config))
	if found.HasError() {
		t.Fatalf("apply: %s", found)
	}
	l.cycles()
	for i, state := range personStates {
		for _, id := range l.people[i] {
			if err := state.leave(l.connected, id, l.group); err != nil {
				t.Fatal(err)
			}
		}
	}
	l.cycles()
	for i, told := range l.said(t, found) {
		active := l.active(i)
		right, known := map[string]bool{
			"the account is active":                  active > 0,
			"the account is disabled":                active == 0,
			"new accounts are disabled":              active > 0, // all are older
			"the account stays active or is deleted": true,
			"the account may stay active":            true,
			"only the service can tell":              true,
		}[told]
		if !right || !known {
			t.Errorf("%s: the plan says %q, and %d of %d accounts are active. The plan:\n%s", personStates[i].name, told, active, len(l.people[i]), found)
		}
	}
}

// What a plan says of people who leave is what the cycles then do, for each state of a person and each way to write the mapping.
func TestPlan_saysOfLeaversWhatTheCyclesDo(t *testing.T) {
	t.Parallel()
	active := func(entry map[string]any, more ...string) map[string]any {
		if len(more) > 0 {
			entry["apply"] = more[0]
		}
		return edited(map[string]any{"active": entry})
	}
	cases := map[string]map[string]any{
		"the default":            edited(nil),
		"removed":                edited(map[string]any{"active": nil}),
		"blocked by attribute":   active(map[string]any{"source_attribute": "accountEnabled"}),
		"on create":              active(expression("Not([IsSoftDeleted])"), "on_create"),
		"if empty":               active(expression("Not([IsSoftDeleted])"), "if_target_empty"),
		"a constant":             active(map[string]any{"constant": "True"}),
		"a constant that is off": active(map[string]any{"constant": "False"}),
		"a default that is off":  active(map[string]any{"default_value": "False"}),
		"a default that is on":   active(map[string]any{"default_value": "True"}),
		"null with a default":    active(map[string]any{"expression": `Switch([IsSoftDeleted], , "false", "true", "true", "false")`, "default_value": "True"}),
		"a word that is not":     active(map[string]any{"expression": `IIF([IsSoftDeleted] = "True", "inactive", "True")`}),
		"without delete":         {"operations": []any{"create", "update"}},
		"without update":         {"operations": []any{"create", "delete"}},
		"only create":            {"operations": []any{"create"}},
		"filter on sign-in":      filter(clause("accountEnabled", "IS TRUE")),
		"filter on blocked":      filter(clause("accountEnabled", "IS FALSE")),
		"filter on department":   filter(clause("department", "NOT EQUALS", "Marketing")),
		"blocked and no delete":  {"operations": []any{"create", "update"}, "mappings": entries(map[string]any{"active": map[string]any{"source_attribute": "accountEnabled"}})},
		"removed and no delete":  {"operations": []any{"create", "update"}, "mappings": entries(map[string]any{"active": nil})},
		"another attribute marks leavers": edited(map[string]any{"active": map[string]any{"constant": "True"},
			"lastName": expression(`IIF([IsSoftDeleted] = "True", "Leaver", [surname])`)}),
	}
	both := []bool{false, true}
	ways := map[string][]bool{}
	for i, text := range expressions() {
		cases[text], ways[text] = active(expression(text)), both[i%2:i%2+1]
	}
	for name, config := range cases {
		skip, one := ways[name]
		if !one {
			skip = both
		}
		for _, skips := range skip {
			t.Run(fmt.Sprintf("%s, skips %t", name, skips), func(t *testing.T) {
				t.Parallel()
				config := map[string]any{"mappings": config["mappings"], "operations": config["operations"], "scoping_filters": config["scoping_filters"]}
				for key, value := range config {
					if value == nil || value == any(nil) {
						delete(config, key)
					}
				}
				newLeavers(t, skips).hold(t, config)
			})
		}
	}
}

// expressions are ways to write whether an account is active, right and wrong, and some that chance wrote.
func expressions() []string {
	all := []string{
		`Switch([IsSoftDeleted], , "False", "True", "True", "False")`,
		`Switch([IsSoftDeleted], , "false", "true", "true", "false")`,
		`Switch([IsSoftDeleted], "True", "True", "False")`,
		`Switch([IsSoftDeleted], "False", "False", "True")`,
		`Not([accountEnabled])`, `Not([IsSoftDeleted])`, `Not(Not([IsSoftDeleted]))`, `[IsSoftDeleted]`,
		`IIF([IsSoftDeleted] = "True", "False", "True")`, `IIF([IsSoftDeleted] = "true", "False", "True")`,
		`IIF([IsSoftDeleted] <> "True", "True", "False")`, `IIF([accountEnabled] = "True", Not([IsSoftDeleted]), "False")`,
		`IIF([accountEnabled] = "True", "True", Not([IsSoftDeleted]))`,
		`IIF([department] = "Sales", "True", Not([IsSoftDeleted]))`, `IIF([department] = "Sales", Not([IsSoftDeleted]), "True")`,
		`IIF([department] = "Sales", "False", Not([IsSoftDeleted]))`, `Switch([department], Not([IsSoftDeleted]), "Sales", "True")`,
		`Coalesce([jobTitle], Not([IsSoftDeleted]))`, `ToLower(Not([IsSoftDeleted]))`, `CBool(Not([IsSoftDeleted]))`, `CBool("maybe")`,
	}
	chance := rand.New(rand.NewPCG(7, 8))
	pick := func(from ...string) string { return from[chance.IntN(len(from))] }
	var write func(depth int) string
	write = func(depth int) string {
		if depth == 0 {
			return pick(`"True"`, `"False"`, `Not([IsSoftDeleted])`, `[accountEnabled]`, `[IsSoftDeleted]`, `"false"`)
		}
		a, b := write(depth-1), write(depth-1)
		return pick(
			fmt.Sprintf(`IIF([IsSoftDeleted] = %s, %s, %s)`, pick(`"True"`, `"False"`, `"true"`), a, b),
			fmt.Sprintf(`IIF([accountEnabled] %s "True", %s, %s)`, pick("=", "<>"), a, b),
			fmt.Sprintf(`Switch([IsSoftDeleted], %s, %s, %s)`, pick("", a), pick(`"True"`, `"False"`, `"true"`), b),
			fmt.Sprintf(`IIF([department] = "Sales", %s, %s)`, a, b),
			fmt.Sprintf(`Not(%s)`, a),
		)
	}
	for i := range 24 {
		all = append(all, write(1+i%2))
	}
	return all
}
