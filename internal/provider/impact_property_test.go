// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// foretold is the report of a plan as JSON, as far as it is held against what happens.
type foretold struct {
	Connections []struct {
		Today      map[string]int `json:"today"`
		Proposed   map[string]int `json:"proposed"`
		Effects    map[string]int `json:"effects"`
		Principals []struct {
			ID      string `json:"principal_id"`
			Effect  string `json:"effect"`
			Changes []struct {
				Target  string `json:"target_attribute"`
				Planned string `json:"planned"`
			} `json:"changes"`
		} `json:"principals"`
	} `json:"connections"`
}

// joint is a tenant with a connection whose mapping and assignments are managed.
type joint struct {
	*acctest.Env
	t        testing.TB
	sp       store.ServicePrincipal
	job      store.Job
	managed  map[string]*acctest.Managed
	previous int // entries of the log
}

const (
	ofMappings    = "gotomeeting_attribute_mappings"
	ofAssignments = "gotomeeting_user_role_assignments_exclusive"
)

func newJoint(t testing.TB, rt *rapid.T) *joint {
	t.Helper()
	env := acctest.New(t)
	env.UseGoTo()
	j := &joint{Env: env, t: t, managed: map[string]*acctest.Managed{}}
	world := env.Sim.Store()
	world.SetDomains()
	for _, a := range world.Accounts() {
		j.ok(world.DeleteAccount(a.Key))
	}
	for i, id := range jointPeople {
		pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(rt, name) }
		mail := fmt.Sprintf("%s%d@corp.example", pick("mail", "a", "B"), i)
		j.ok(world.UpdateUser(id, func(u *store.User) {
			u.GivenName, u.Surname, u.Mail, u.Department = pick("given", "Ada", "Bo"), pick("family", "Ada", "Bo", ""), mail, pick("department", "Sales", "Support")
		}))
		if pick("account", "no", "no", "yes") == "yes" {
			_, err := world.AddAccount(store.Account{Email: mail, Active: true, Attributes: map[string][]string{"firstName": {"Ada"}, "lastName": {"Bo"}}})
			j.ok(err)
		}
	}
	var err error
	_, j.sp, err = world.Instantiate(store.TemplateGoToMeeting, "GoTo", "")
	j.ok(err)
	j.ok(world.PutSecrets(j.sp.ID, []store.KeyValue{{Key: "UserName", Value: store.AdminUserName}, {Key: "Password", Value: store.AdminPassword}}, store.SecretOptions{}))
	j.job, err = world.CreateJob(j.sp.ID, store.ConnectorGoToMeeting)
	j.ok(err)
	for _, name := range []string{ofMappings, ofAssignments} {
		j.managed[name] = env.Managed(name, func(block map[string]any) { block["impact"] = map[string]any{"enabled": false} })
	}
	return j
}

var jointPeople = []string{store.UserAna, store.UserBen, store.UserChloe, store.UserLeo, store.UserMaria}

func (j *joint) ok(err error) {
	j.t.Helper()
	if err != nil {
		j.t.Fatal(err)
	}
}

// draw draws a configuration: the proposal of a preview, of which the resources are made.
func (j *joint) draw(rt *rapid.T) map[string]any {
	pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(rt, name) }
	mappings := map[string]any{
		"email":    map[string]any{"source_attribute": "mail", "matching_priority": 1},
		"lastName": map[string]any{"expression": pick("last", "[surname]", `Coalesce([surname], "None")`, "[displayName]")},
		"active":   map[string]any{"expression": "Not([IsSoftDeleted])"},
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
	operations := []any{}
	for _, operation := range []string{"create", "update", "delete"} {
		if pick(operation, "yes", "yes", "yes", "yes", "no") == "yes" {
			operations = append(operations, operation)
		}
	}
	assignments := map[string]any{}
	for _, id := range jointPeople {
		if role := pick("role", store.RoleUser, store.RoleUser, store.RoleOrganizer, ""); role != "" {
			assignments[id] = role
		}
	}
	all := map[string]any{"mappings": mappings, "operations": operations, "assignments": assignments}
	if pick("filtered", "no", "no", "yes") == "yes" {
		all["scoping_filters"] = []any{map[string]any{"clauses": []any{map[string]any{"attribute": "department", "operator": "EQUALS", "values": []any{pick("value", "Sales", "Support")}}}}}
	}
	return all
}

// config is what a resource is given of it.
func (j *joint) config(name string, from map[string]any) map[string]any {
	if name == ofAssignments {
		return map[string]any{"service_principal_id": j.sp.ID, "assignments": from["assignments"], "allow_empty": true, "max_removals": -1, "max_foreign_removals": -1}
	}
	return map[string]any{"connection_id": j.sp.ID + "/" + j.job.ID, "mappings": from["mappings"], "operations": from["operations"], "scoping_filters": from["scoping_filters"], "allow_no_deprovisioning": true}
}

func (j *joint) apply(from map[string]any) {
	j.t.Helper()
	for _, name := range []string{ofMappings, ofAssignments} {
		if found := j.managed[name].Apply(j.config(name, from)); found.HasError() {
			j.t.Fatalf("%s: %s", name, found)
		}
	}
}

// cycle lets cycles pass, and returns what the service did with accounts, by person.
func (j *joint) cycle(n int) map[string]string {
	for range n {
		j.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
	}
	log := j.Sim.Store().Log()
	did := map[string]string{}
	for _, e := range log[j.previous:] {
		if e.Status != "success" {
			continue
		}
		text := e.Action
		for _, m := range e.Modified {
			text += " " + m.Name + "=" + *m.New
		}
		did[e.SourceID] += text + " "
	}
	j.previous = len(log)
	return did
}

// Whatever the plan of random changes of random tenants reports is what the preview says of the same proposal, and what the next
// cycle does after the apply: person by person, attribute by attribute.
func TestImpact_planAndPreviewAreWhatTheCycleDoes(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		j := newJoint(t, rt)
		defer j.Sim.Close()
		is := j.draw(rt)
		j.apply(is)
		j.ok(j.Sim.Engine().Start(j.sp.ID, j.job.ID))
		j.cycle(3)
		next := j.draw(rt)

		report := filepath.Join(t.TempDir(), "impact.md")
		p := j.Protocol(func(block map[string]any) {
			block["impact"] = map[string]any{"report_file": report, "report_detail": "people", "max_disabled": 1000}
		})
		names := []string{ofMappings, ofAssignments}
		if rapid.Bool().Draw(rt, "assignments first") {
			slices.Reverse(names)
		}
		for _, name := range names {
			if _, found := p.Plan(name, j.managed[name].Now, j.config(name, next)); found.HasError() {
				rt.Fatalf("%s: %s", name, found)
			}
		}
		state, found := p.ReadData("gotomeeting_provisioning_preview", map[string]any{"connection_id": j.sp.ID + "/" + j.job.ID, "detail": "people", "proposed": next})
		if found.HasError() {
			rt.Fatal(found)
		}
		text, err := os.ReadFile(report)
		j.ok(err)
		previewed, _ := state["people_report"].(string)
		if planned := rows(string(text)); len(planned) > 0 && strings.Join(planned, "\n") != strings.Join(rows(previewed), "\n") {
			rt.Fatalf("the plan and the preview differ:\n%s\n%s", text, previewed)
		}
		raw, err := os.ReadFile(strings.TrimSuffix(report, ".md") + ".json")
		j.ok(err)
		var said foretold
		j.ok(json.Unmarshal(raw, &said))
		j.apply(next)
		did := j.cycle(1)
		changes := map[string]string{}
		for _, c := range said.Connections {
			if c.Today["conflict"]+c.Proposed["conflict"] > 0 {
				return
			}
			for _, one := range c.Principals {
				changes[one.ID] = one.Effect
				seen[one.Effect]++
				values := did[one.ID]
				want := map[string]string{"created": "create", "created_otherwise": "create", "updated": "update", "disabled": "disable", "deleted": "delete"}[one.Effect]
				if want == "" && values != "" && one.Effect != "unknown" || want != "" && !strings.HasPrefix(values, want+" ") {
					rt.Fatalf("%s was to be %s, and what happened is %q\nfrom %v\nto %v\n%s", one.ID, one.Effect, values, is, next, text)
				}
				for _, change := range one.Changes {
					if want != "" && !strings.Contains(values+" ", change.Target+"="+change.Planned+" ") {
						rt.Fatalf("%s of %s was to be %q, and what happened is %q", change.Target, one.ID, change.Planned, values)
					}
				}
			}
		}
		for id, values := range did {
			if changes[id] == "" {
				rt.Fatalf("nothing was said of %s, and what happened is %q\nfrom %v\nto %v\n%s", id, values, is, next, text)
			}
		}
	})
	t.Logf("differences: %v", seen)
}

// rows are the tables of a report and its headline.
func rows(report string) []string {
	return slices.DeleteFunc(strings.Split(report, "\n"), func(line string) bool { return !strings.HasPrefix(line, "|") && !strings.HasPrefix(line, "###") })
}
