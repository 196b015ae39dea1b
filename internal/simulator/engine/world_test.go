// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// world is a tenant with one GoToMeeting job that has working credentials and nobody assigned.
type world struct {
	*Engine
	t     *testing.T
	clock *store.Clock
	app   string // service principal id
	id    string // job id
	roles map[string]string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	clock := store.NewClock(store.Epoch)
	s := store.New(store.Config{Clock: clock})
	e := New(s)
	clock.OnAdvance(e.CatchUp)
	_, principal, err := s.Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Engine: e, t: t, clock: clock, app: principal.ID, roles: map[string]string{}}
	for _, r := range principal.Roles {
		w.roles[r.DisplayName] = r.ID
	}
	w.secret("UserName", store.AdminUserName, "Password", store.AdminPassword)
	j, err := s.CreateJob(w.app, store.ConnectorGoToMeeting)
	if err != nil {
		t.Fatal(err)
	}
	w.id = j.ID
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) secret(pairs ...string) {
	w.t.Helper()
	var entries []store.KeyValue
	for i := 0; i < len(pairs); i += 2 {
		entries = append(entries, store.KeyValue{Key: pairs[i], Value: pairs[i+1]})
	}
	w.ok(w.store.PutSecrets(w.app, entries, store.SecretOptions{}))
}

// threshold switches the prevention of accidental deletions on.
func (w *world) threshold(n int) {
	w.t.Helper()
	w.secret("SyncNotificationSettings", fmt.Sprintf(`{"Enabled":false,"Recipients":"","DeleteThresholdEnabled":true,"DeleteThresholdValue":%d}`, n))
}

func (w *world) assign(ids ...string) {
	w.t.Helper()
	for _, id := range ids {
		w.assignRole(id, store.RoleUser)
	}
}

func (w *world) assignRole(id, role string) {
	w.t.Helper()
	_, err := w.store.Assign(w.app, id, w.roles[role], store.AssignOptions{})
	w.ok(err)
}

func (w *world) unassign(ids ...string) {
	w.t.Helper()
	for _, a := range w.store.Assignments(w.app) {
		if slices.Contains(ids, a.PrincipalID) {
			w.ok(w.store.Unassign(w.app, a.ID))
		}
	}
}

// start starts the job and lets the first cycle pass.
func (w *world) start() {
	w.t.Helper()
	w.ok(w.Start(w.app, w.id))
	w.finish()
}

// finish lets a running cycle pass.
func (w *world) finish() {
	w.t.Helper()
	s := w.Engine.states[w.id]
	if s == nil || s.running == nil {
		w.t.Fatal("no cycle is running")
	}
	w.clock.Advance(s.running.ends.Sub(w.clock.Now()))
}

// next lets the time to the next cycle and that cycle pass.
func (w *world) next() {
	w.t.Helper()
	w.clock.Advance(w.Engine.states[w.id].next.Sub(w.clock.Now()))
	w.finish()
}

func (w *world) job() store.Job {
	w.t.Helper()
	j, err := w.store.Job(w.app, w.id)
	w.ok(err)
	return j
}

// account returns what the target holds for an address: nothing, or the values of its attributes.
func (w *world) account(email string) map[string]string {
	w.t.Helper()
	a, err := w.store.AccountByEmail(email)
	if err != nil {
		return nil
	}
	values := map[string]string{}
	for name, value := range attributesOf(&a, &store.Connector{AddressAttribute: "email"}) {
		if name != "id" {
			values[name] = strings.Join(value, ";")
		}
	}
	return values
}

// active says which of the addresses have an active account.
func (w *world) active(emails ...string) []string {
	w.t.Helper()
	var list []string
	for _, email := range emails {
		if w.account(email)["active"] == "True" {
			list = append(list, strings.TrimSuffix(email, "@corp.example"))
		}
	}
	return list
}

// lines returns the log since a moment, one "action status person code" a line.
func (w *world) lines(since time.Time) []string {
	lines := []string{}
	for _, e := range w.store.Log() {
		if e.At.After(since) {
			lines = append(lines, line(e))
		}
	}
	return lines
}

func line(e store.LogEntry) string {
	name := strings.TrimSuffix(e.SourceName, "@corp.example")
	if name == "" {
		name = "-"
	}
	text := e.Action + " " + e.Status + " " + name
	if e.Error != nil {
		text += " " + e.Error.Code
	}
	return text
}

// edit rewrites the user mapping of the job's schema.
func (w *world) edit(change func(mapping map[string]any)) {
	w.t.Helper()
	var schema map[string]any
	w.ok(json.Unmarshal(w.job().Schema, &schema))
	mapping := at(w.t, schema, "synchronizationRules", 0, "objectMappings", 0)
	change(mapping)
	raw, err := json.Marshal(schema)
	w.ok(err)
	w.ok(w.store.PutSchema(w.app, w.id, raw, store.SchemaOptions{}))
}

func at(t *testing.T, value any, path ...any) map[string]any {
	t.Helper()
	for _, step := range path {
		switch s := step.(type) {
		case string:
			o, ok := value.(map[string]any)
			if !ok {
				t.Fatalf("no object at %v", path)
			}
			value = o[s]
		case int:
			l, ok := value.([]any)
			if !ok {
				t.Fatalf("no list at %v", path)
			}
			value = l[s]
		}
	}
	o, ok := value.(map[string]any)
	if !ok {
		t.Fatalf("no object at %v", path)
	}
	return o
}

// flowOf describes one attribute mapping of a test.
type flowOf struct {
	target     string
	expression string // [attribute], "constant", or a call
	fallback   string
	kind       string
	behavior   string
	priority   int
}

// mapTo replaces the attribute mappings of the job.
func (w *world) mapTo(flows ...flowOf) {
	w.t.Helper()
	w.edit(func(m map[string]any) {
		list := []any{}
		for _, f := range flows {
			entry := map[string]any{"targetAttributeName": f.target, "matchingPriority": f.priority, "flowType": f.kind, "flowBehavior": f.behavior, "source": nil}
			if f.fallback != "" {
				entry["defaultValue"] = f.fallback
			}
			switch {
			case f.expression == "":
			case strings.HasPrefix(f.expression, "["):
				entry["source"] = map[string]any{"type": "Attribute", "name": strings.Trim(f.expression, "[]"), "expression": f.expression}
			case strings.HasPrefix(f.expression, `"`):
				entry["source"] = map[string]any{"type": "Constant", "name": strings.Trim(f.expression, `"`), "expression": f.expression}
			default:
				entry["source"] = map[string]any{"type": "Function", "name": "f", "expression": f.expression}
			}
			list = append(list, entry)
		}
		m["attributeMappings"] = list
	})
}

// basic are the mappings that most tests need: the matching address and the switch that disables.
func basic(more ...flowOf) []flowOf {
	return append([]flowOf{
		{target: "email", expression: "[userPrincipalName]", priority: 1}, {target: "active", expression: "Not([IsSoftDeleted])"},
	}, more...)
}

func (w *world) operations(text string) {
	w.t.Helper()
	w.edit(func(m map[string]any) { m["flowTypes"] = text })
}

// clause is a scoping clause "attribute operator value".
type clause struct{ attribute, operator, value string }

func groupOf(clauses ...clause) map[string]any {
	list := []any{}
	for _, c := range clauses {
		entry := map[string]any{"sourceOperandName": c.attribute, "operatorName": c.operator, "targetOperand": nil}
		if c.value != "" {
			entry["targetOperand"] = map[string]any{"values": []string{c.value}}
		}
		list = append(list, entry)
	}
	return map[string]any{"name": "g", "clauses": list}
}

func (w *world) filter(kind string, groups ...map[string]any) {
	w.t.Helper()
	w.edit(func(m map[string]any) { m["scope"] = map[string]any{kind: groups} })
}

func (w *world) user(id string, change func(*store.User)) {
	w.t.Helper()
	w.ok(w.store.UpdateUser(id, change))
}
