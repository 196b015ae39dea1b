// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// ending is a context that a test ends, as a time limit or as an interrupt does.
type ending struct {
	context.Context
	done chan struct{}
	mu   sync.Mutex
	err  error
}

func newEnding() *ending { return &ending{Context: context.Background(), done: make(chan struct{})} }

func (e *ending) Done() <-chan struct{} { return e.done }

func (e *ending) Err() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}

func (e *ending) end(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err == nil {
		e.err = err
		close(e.done)
	}
}

// lossy is a tenant in which one request of an operation goes wrong.
type lossy struct {
	*acctest.Env
	t   *testing.T
	sp  store.ServicePrincipal
	job store.Job
}

func (w *lossy) assignmentConfig() map[string]any {
	return map[string]any{"service_principal_id": w.sp.ID, "principal_id": store.UserAna, "role": "User"}
}

func (w *lossy) exclusiveConfig(ids ...string) map[string]any {
	entries := map[string]any{}
	for _, id := range ids {
		entries[id] = "User"
	}
	return map[string]any{"service_principal_id": w.sp.ID, "assignments": entries}
}

func (w *lossy) connectionConfig(email string) map[string]any {
	return map[string]any{"service_principal_id": w.sp.ID, "admin_username": store.AdminUserName, "admin_password_wo": store.AdminPassword,
		"admin_password_wo_version": "1", "notification_email": email}
}

func (w *lossy) connected() {
	w.t.Helper()
	if err := w.Sim.Store().PutSecrets(w.sp.ID, []store.KeyValue{{Key: "UserName", Value: store.AdminUserName}, {Key: "Password", Value: store.AdminPassword}}, store.SecretOptions{}); err != nil {
		w.t.Fatal(err)
	}
	job, err := w.Sim.Store().CreateJob(w.sp.ID, store.ConnectorGoToMeeting)
	if err != nil {
		w.t.Fatal(err)
	}
	w.job = job
}

func (w *lossy) mappingConfig(first string) map[string]any {
	return map[string]any{"connection_id": w.sp.ID + "/" + w.job.ID, "mappings": map[string]any{
		"email":     map[string]any{"source_attribute": "userPrincipalName", "matching_priority": 1},
		"firstName": map[string]any{"source_attribute": first},
		"active":    map[string]any{"expression": "Not([IsSoftDeleted])"},
	}}
}

func (w *lossy) stateConfig(enabled bool, trigger string) map[string]any {
	config := map[string]any{"connection_id": w.sp.ID + "/" + w.job.ID, "enabled": enabled, "allow_default_mappings": true}
	if trigger != "" {
		config["restart_triggers"] = map[string]any{"on": trigger}
	}
	return config
}

// tenant is all that writes change.
func (w *lossy) tenant() string {
	w.t.Helper()
	var all []any
	for _, app := range w.Sim.Store().Applications(false) {
		all = append(all, "application", app.ID, app.DisplayName, app.Owners)
	}
	for _, sp := range w.Sim.Store().ServicePrincipals(false) {
		secrets, err := w.Sim.Store().Secrets(sp.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		slices.SortFunc(secrets, func(a, b store.KeyValue) int { return strings.Compare(a.Key, b.Key) })
		secrets = slices.DeleteFunc(secrets, func(pair store.KeyValue) bool { return pair.Value == "" })
		all = append(all, "service principal", sp.ID, sp.Owners, secrets)
		for _, a := range w.Sim.Store().Assignments(sp.ID) {
			all = append(all, "assignment", a.PrincipalID, a.RoleID)
		}
	}
	for _, job := range w.Sim.Store().AllJobs() {
		all = append(all, "job", job.ID, job.Schedule, string(job.Schema))
	}
	text, err := json.Marshal(all)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// operation is one that writes.
type operation struct {
	typeName     string
	method, path string
	goesOn       bool                        // there is more to do after the request, which an end prevents
	setUp        func(*lossy)                // of the tenant
	before       func(*lossy) map[string]any // the configuration that was applied before, nil for none
	config       func(*lossy) map[string]any // nil for a destroy
}

const (
	jobsBelow      = "/servicePrincipals/*/synchronization/jobs"
	assignmentPath = "/servicePrincipals/*/appRoleAssignedTo"
)

func operations() map[string]operation {
	named := func(name string) func(*lossy) map[string]any {
		return func(*lossy) map[string]any { return map[string]any{"display_name": name} }
	}
	owned := func(ids ...any) func(*lossy) map[string]any {
		return func(*lossy) map[string]any { return map[string]any{"display_name": "Meetings", "owner_ids": ids} }
	}
	readsOwners := func(w *lossy) {
		w.Sim.SetPermissions(append(simulator.DefaultPermissions(), "Directory.Read.All")...)
	}
	connection := func(email string) func(*lossy) map[string]any {
		return func(w *lossy) map[string]any { return w.connectionConfig(email) }
	}
	mapping := func(first string) func(*lossy) map[string]any {
		return func(w *lossy) map[string]any { return w.mappingConfig(first) }
	}
	state := func(enabled bool, trigger string) func(*lossy) map[string]any {
		return func(w *lossy) map[string]any { return w.stateConfig(enabled, trigger) }
	}
	exclusive := func(ids ...string) func(*lossy) map[string]any {
		return func(w *lossy) map[string]any { return w.exclusiveConfig(ids...) }
	}
	const (
		application, connections, mappings = "gotomeeting_application", "gotomeeting_provisioning_connection", "gotomeeting_attribute_mappings"
		states, single, set                = "gotomeeting_provisioning_state", "gotomeeting_user_role_assignment", "gotomeeting_user_role_assignments_exclusive"
		secrets, schema                    = "/servicePrincipals/*/synchronization/secrets", jobsBelow + "/*/schema"
	)
	connected := (*lossy).connected
	return map[string]operation{
		"application: instantiate": {typeName: application, method: "POST", path: "/applicationTemplates/*/instantiate", config: named("Meetings")},
		"application: rename":      {typeName: application, method: "PATCH", path: "/applications/*", before: named("Meetings"), config: named("Renamed")},
		"application: delete":      {typeName: application, method: "DELETE", path: "/applications/*", before: named("Meetings")},
		"owners: add":              {typeName: application, method: "POST", path: "/servicePrincipals/*/owners/$ref", goesOn: true, setUp: readsOwners, before: owned(store.UserAna), config: owned(store.UserAna, store.UserBen)},
		"owners: remove":           {typeName: application, method: "DELETE", path: "/servicePrincipals/*/owners/*/$ref", goesOn: true, setUp: readsOwners, before: owned(store.UserAna, store.UserBen), config: owned(store.UserAna)},
		"connection: job":          {typeName: connections, method: "POST", path: jobsBelow, goesOn: true, config: connection("a@example.com")},
		"connection: secrets":      {typeName: connections, method: "PUT", path: secrets, config: connection("a@example.com")},
		"connection: new secrets":  {typeName: connections, method: "PUT", path: secrets, before: connection("a@example.com"), config: connection("b@example.com")},
		"connection: clear":        {typeName: connections, method: "PUT", path: secrets, goesOn: true, before: connection("a@example.com")},
		"connection: delete":       {typeName: connections, method: "DELETE", path: jobsBelow + "/*", before: connection("a@example.com")},
		"mapping: create":          {typeName: mappings, method: "PUT", path: schema, setUp: connected, config: mapping("givenName")},
		"mapping: update":          {typeName: mappings, method: "PUT", path: schema, setUp: connected, before: mapping("givenName"), config: mapping("displayName")},
		"mapping: default":         {typeName: mappings, method: "PUT", path: schema, setUp: connected, before: mapping("displayName")},
		"state: start":             {typeName: states, method: "POST", path: jobsBelow + "/*/start", setUp: connected, config: state(true, "")},
		"state: pause":             {typeName: states, method: "POST", path: jobsBelow + "/*/pause", setUp: connected, before: state(true, ""), config: state(false, "")},
		"state: restart":           {typeName: states, method: "POST", path: jobsBelow + "/*/restart", setUp: connected, before: state(true, "1"), config: state(true, "2")},
		"state: destroy":           {typeName: states, method: "POST", path: jobsBelow + "/*/pause", setUp: connected, before: state(true, "")},
		"assignment: create":       {typeName: single, method: "POST", path: assignmentPath, config: (*lossy).assignmentConfig},
		"assignment: delete":       {typeName: single, method: "DELETE", path: assignmentPath + "/*", before: (*lossy).assignmentConfig},
		"set: create":              {typeName: set, method: "POST", path: "/$batch", config: exclusive(store.UserAna, store.UserBen)},
		"set: change":              {typeName: set, method: "POST", path: "/$batch", before: exclusive(store.UserAna), config: exclusive(store.UserAna, store.UserBen)},
		"set: item":                {typeName: set, method: "POST", path: assignmentPath, config: exclusive(store.UserAna, store.UserBen)},
		"set: destroy":             {typeName: set, method: "POST", path: "/$batch", before: exclusive(store.UserAna, store.UserBen)},
	}
}

var importID = regexp.MustCompile(`(?s)import \{.*?id = "([^"]+)"`)

// Whatever becomes of a write whose answer is lost: what is said is true, nothing is left that nobody knows of, and applying
// again ends as if nothing had happened.
func TestWrites_lostAnswersAreSettled(t *testing.T) {
	t.Parallel()
	ways := map[string]error{"answer lost": nil, "time limit": context.DeadlineExceeded, "interrupt": context.Canceled}
	for name, op := range operations() {
		for _, way := range slices.Sorted(maps.Keys(ways)) {
			for _, after := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %s, after %t", name, way, after), func(t *testing.T) {
					t.Parallel()
					loseAnswer(t, op, ways[way], after)
				})
			}
		}
	}
}

func loseAnswer(t *testing.T, op operation, end error, after bool) {
	t.Helper()
	env := acctest.New(t)
	_, sp, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		t.Fatal(err)
	}
	w := &lossy{Env: env, t: t, sp: sp}
	if op.setUp != nil {
		op.setUp(w)
	}
	m := env.Managed(op.typeName)
	if op.before != nil {
		if found := m.Apply(op.before(w)).Errors(); len(found) > 0 {
			t.Fatal(found)
		}
	}
	was := w.tenant()

	var ctx *ending
	env.Within(func() context.Context {
		if ctx == nil || ctx.Err() == nil {
			ctx = newEnding()
		}
		return ctx
	})
	env.Sim.Faults().Add(simulator.Fault{Method: op.method, Path: op.path, Effect: simulator.Interrupts(after, func() {
		if end != nil {
			ctx.end(end)
		}
	})})
	run := func() acctest.Diagnostics {
		if op.config == nil {
			return m.Destroy().Errors()
		}
		return m.Apply(op.config(w)).Errors()
	}
	found := run()
	if len(env.Sim.Faults().Pending()) > 0 {
		t.Fatalf("the request was never sent: %s", found)
	}
	env.Within(nil)
	if text := found.String(); w.tenant() != was && regexp.MustCompile(`(?i)\bnothing (was|is)\b`).MatchString(text) {
		t.Errorf("something was changed, and the error says:\n%s", text)
	}
	if end == nil && len(found) > 0 && op.path != jobsBelow+"/*/restart" {
		t.Errorf("there was time to settle it, and there is an error:\n%s", found)
	}
	if after && !op.goesOn && len(found) > 0 && op.path != jobsBelow+"/*/restart" {
		t.Errorf("the effect was to be seen, and there is an error:\n%s", found)
	}
	if op.method == "PUT" && op.typeName == "gotomeeting_provisioning_connection" && op.before == nil && len(found) > 0 && !strings.Contains(found.String(), "may still take effect later") {
		t.Errorf("what may land later is not told:\n%s", found)
	}
	if len(found) > 0 {
		if again := run(); len(again) > 0 {
			block := importID.FindStringSubmatch(again.String())
			if block == nil {
				t.Fatalf("applying again fails:\n%s", again)
			}
			if again := m.Import(block[1]); len(again) > 0 {
				t.Fatal(again)
			}
			if again := run(); len(again) > 0 {
				t.Fatalf("applying after the import fails:\n%s", again)
			}
		}
	}
	w.settled(op, m)
}

// settled checks that the tenant is as if nothing had been lost.
func (w *lossy) settled(op operation, m *acctest.Managed) {
	w.t.Helper()
	jobs := len(w.Sim.Store().AllJobs())
	if op.config == nil {
		if m.Now != nil {
			w.t.Errorf("something is in the state: %v", m.Now.State)
		}
	} else if action, _, found := m.Plan(op.config(w)); action != acctest.NoAction || len(found.Errors()) > 0 {
		w.t.Errorf("the next plan is %s\n%s", action, found)
	}
	wantJobs, wantApplications, wantAssignments := 0, 1, 0
	switch op.typeName {
	case "gotomeeting_provisioning_connection":
		if op.config != nil {
			wantJobs = 1
		} else if w.Sim.Store().Secret(w.sp.ID, "Password") != "" {
			w.t.Error("the password is still stored")
		}
	case "gotomeeting_attribute_mappings", "gotomeeting_provisioning_state":
		wantJobs = 1
	case "gotomeeting_application":
		if op.config != nil {
			wantApplications = 2
		}
	case "gotomeeting_user_role_assignment", "gotomeeting_user_role_assignments_exclusive":
		if op.config != nil {
			wantAssignments = max(1, len(w.entries(op)))
		}
	}
	if jobs != wantJobs {
		w.t.Errorf("there are %d jobs, want %d", jobs, wantJobs)
	}
	if n := len(w.Sim.Store().Applications(false)); n != wantApplications {
		w.t.Errorf("there are %d applications, want %d", n, wantApplications)
	}
	if n := len(w.Sim.Store().Assignments(w.sp.ID)); n != wantAssignments {
		w.t.Errorf("there are %d assignments, want %d", n, wantAssignments)
	}
}

func (w *lossy) entries(op operation) map[string]any {
	entries, _ := op.config(w)["assignments"].(map[string]any)
	return entries
}
