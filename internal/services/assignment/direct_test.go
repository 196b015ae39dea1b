// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// twins are the whole provider and the framework alone, at one tenant, that are asked the same.
type twins struct {
	*world
	random           *rand.Rand
	ours, frameworks *acctest.Protocol
	schema           *tfprotov6.Schema
	identity         tftypes.Type
	assigned         []store.Assignment
	rolesByID        map[string]string
	names            map[string]string // of users, by id
	planned          []*tfprotov6.ApplyResourceChangeRequest
}

func newTwins(t *testing.T, seed uint64) *twins {
	t.Helper()
	w := &twins{world: newWorld(t), random: rand.New(rand.NewPCG(seed, 1)), rolesByID: map[string]string{}, names: map[string]string{}}
	w.assigned = []store.Assignment{
		w.assign(store.UserAna, "User"), w.assign(store.UserAna, "Organizer"), w.assign(store.UserBen, "User"), w.assign(store.GroupMeetings, "User"),
		w.assign(store.UserLeo, "User"), w.assign(store.UserMaria, "User"),
	}
	directory := w.Sim.Store()
	for _, user := range []string{store.UserAna, store.UserBen, store.UserDavid, store.UserNils, store.UserLeo, store.UserMaria} {
		found, err := directory.User(user)
		if err != nil {
			t.Fatal(err)
		}
		w.names[user] = found.UserPrincipalName
	}
	for _, err := range []error{directory.DeleteUser(store.UserLeo), directory.DeleteUser(store.UserMaria), directory.PurgeUser(store.UserMaria)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	w.ours, w.frameworks = w.Protocol(), w.Framework()
	for _, role := range w.sp.Roles {
		w.rolesByID[role.ID] = role.DisplayName
	}
	schemas, err := w.frameworks.Server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	identities, err := w.frameworks.Server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	w.schema, w.identity = schemas.ResourceSchemas[single], identities.IdentitySchemas[single].ValueType()
	return w
}

func pick[T any](w *twins, among ...T) T { return among[w.random.IntN(len(among))] }

// unchanged is a state that the service agrees with.
func (w *twins) unchanged() map[string]any {
	a := pick(w, w.assigned...)
	state := map[string]any{"id": w.sp.ID + "/" + a.ID, "service_principal_id": w.sp.ID, "principal_id": a.PrincipalID, "app_role_id": a.RoleID,
		"role": w.rolesByID[a.RoleID], "principal_type": a.PrincipalKind}
	if name := w.names[a.PrincipalID]; name != "" && pick(w, true, false) {
		state["user_principal_name"] = name
	}
	return state
}

// config is one that may be wrong.
func (w *twins) config() map[string]any {
	config := map[string]any{"service_principal_id": w.sp.ID, "principal_id": pick(w, store.UserNils, store.UserDavid, store.UserAna, store.GroupMeetings, store.UserLeo, store.UserMaria),
		"role": pick(w, "User", "Organizer", "Default Access", w.sp.Roles[0].ID)}
	if pick(w, 0, 1, 2) == 0 {
		config["principal_id"], config["user_principal_name"] = nil, pick(w, w.names[store.UserNils], w.names[store.UserAna], "nobody@example.com", "no name")
	}
	return w.spoil(config)
}

// spoil changes an object in one of many ways, or not.
func (w *twins) spoil(object map[string]any) map[string]any {
	if pick(w, 0, 1, 2) > 0 {
		return object
	}
	name := pick(w, "id", "service_principal_id", "principal_id", "user_principal_name", "role", "app_role_id", "principal_type", "timeouts")
	if name == "timeouts" {
		object[name] = map[string]any{"create": pick[any](w, "1m", nil), "read": "2m"}
		return object
	}
	long := make([]rune, pick(w, 31, 32, 127, 128, 300))
	for i := range long {
		long[i] = 'é'
	}
	object[name] = pick[any](w, nil, acctest.Unknown, "", " User", "b0000000-0000-4000-8000-00000000000f", "B0000000-0000-4000-8000-00000000000F", store.UserBen, "Nobody", w.names[store.UserBen], string(long))
	return object
}

func (w *twins) encode(object map[string]any) *tfprotov6.DynamicValue {
	w.t.Helper()
	members := map[string]tftypes.Value{}
	as, _ := w.schema.ValueType().(tftypes.Object)
	if object == nil {
		return w.dynamic(as, tftypes.NewValue(as, nil))
	}
	for name, one := range as.AttributeTypes {
		switch value := object[name].(type) {
		case map[string]any:
			inside := map[string]tftypes.Value{}
			for key, text := range value {
				inside[key] = tftypes.NewValue(tftypes.String, text)
			}
			nested, _ := one.(tftypes.Object)
			for key := range nested.AttributeTypes {
				if _, ok := inside[key]; !ok {
					inside[key] = tftypes.NewValue(tftypes.String, nil)
				}
			}
			members[name] = tftypes.NewValue(one, inside)
		default:
			if value == acctest.Unknown {
				value = tftypes.UnknownValue
			}
			members[name] = tftypes.NewValue(one, value)
		}
	}
	return w.dynamic(as, tftypes.NewValue(as, members))
}

func (w *twins) dynamic(as tftypes.Type, value tftypes.Value) *tfprotov6.DynamicValue {
	w.t.Helper()
	encoded, err := tfprotov6.NewDynamicValue(as, value)
	if err != nil {
		w.t.Fatal(err)
	}
	return &encoded
}

// identityOf is one of a state: right, wrong, null or none.
func (w *twins) identityOf(state map[string]any) *tfprotov6.ResourceIdentityData {
	w.t.Helper()
	var value any
	switch w.random.IntN(6) {
	case 0:
		return nil
	case 1:
	default:
		members := map[string]tftypes.Value{}
		for _, name := range []string{"service_principal_id", "principal_id", "app_role_id"} {
			text, _ := state[name].(string)
			members[name] = tftypes.NewValue(tftypes.String, text)
		}
		if w.random.IntN(6) == 0 {
			members["principal_id"] = tftypes.NewValue(tftypes.String, store.UserPaul)
		}
		value = members
	}
	return &tfprotov6.ResourceIdentityData{IdentityData: w.dynamic(w.identity, tftypes.NewValue(w.identity, value))}
}

func (w *twins) private() []byte {
	return pick(w, nil, nil, nil, []byte(`{"written":"IjIwMjYtMDEtMDFUMDA6MDA6MDBaIg=="}`), []byte(`{"adopted":"dHJ1ZQ=="}`), []byte(`{".import_before_read":"dHJ1ZQ=="}`), []byte(`{"a":1}`), []byte(`nonsense`),
		[]byte(`{"resolved":"eyJuYW1lIjoiYSIsImlkIjoiYiIsImZvcmNlZCI6ZmFsc2V9"}`))
}

// same asks both, and compares the answers whole.
func same[Request, Response any](w *twins, request *Request, call func(tfprotov6.ProviderServer, context.Context, *Request) (*Response, error), after ...func(*Response)) *Response {
	w.t.Helper()
	var answers [2]*Response
	for i, p := range []*acctest.Protocol{w.frameworks, w.ours} {
		copied := *request
		var err error
		if answers[i], err = call(p.Server, w.t.Context(), &copied); err != nil {
			w.t.Fatal(err)
		}
		for _, one := range after {
			one(answers[i])
		}
	}
	paths := cmp.Transformer("path", func(at *tftypes.AttributePath) string { return at.String() })
	details := cmp.FilterPath(func(at cmp.Path) bool { return at.Last().String() == ".Detail" }, cmp.Transformer("detail", func(text string) string { // each request has its own id
		return regexp.MustCompile(`Request ID: \S+`).ReplaceAllString(text, "")
	}))
	anyOrder := cmpopts.SortSlices(func(a, b *tfprotov6.Diagnostic) bool { return a.Summary+a.Detail < b.Summary+b.Detail })
	if diff := cmp.Diff(answers[0], answers[1], paths, details, anyOrder); diff != "" {
		text, _ := json.Marshal(request)
		w.t.Fatalf("%T %s\n%s", request, text, diff)
	}
	return answers[0]
}

// What is answered without the framework is what the framework would have answered, byte for byte.
func TestDirect_answersAsTheFrameworkDoes(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		w, clean := newTwins(t, seed), map[string]int{}
		for range 100 {
			w.upgrade(clean)
			w.validate(clean)
			w.read(clean)
			w.plan(clean)
		}
		w.apply(clean)
		for _, call := range []string{"upgrade", "validate", "read", "plan", "create", "apply"} {
			if clean[call] < 5 {
				t.Errorf("only %d calls of %s succeeded", clean[call], call)
			}
		}
	}
}

func (w *twins) upgrade(clean map[string]int) {
	w.t.Helper()
	state := w.spoil(w.unchanged())
	for _, name := range []string{"user_principal_name", "timeouts"} {
		if _, ok := state[name]; !ok {
			state[name] = nil
		}
	}
	for name, value := range state {
		if value == acctest.Unknown {
			state[name] = pick[any](w, true, 7, []string{"a"})
		}
	}
	switch w.random.IntN(6) {
	case 0:
		state["more"] = "of it"
	case 1:
		delete(state, pick(w, "id", "role", "timeouts"))
	}
	raw, err := json.Marshal(state)
	if err != nil {
		w.t.Fatal(err)
	}
	answer := same(w, &tfprotov6.UpgradeResourceStateRequest{TypeName: single, Version: pick(w, int64(0), 0, 0, 1), RawState: &tfprotov6.RawState{JSON: raw}}, tfprotov6.ProviderServer.UpgradeResourceState)
	count(clean, "upgrade", answer.Diagnostics)
}

func (w *twins) validate(clean map[string]int) {
	w.t.Helper()
	answer := same(w, &tfprotov6.ValidateResourceConfigRequest{TypeName: single, Config: w.encode(w.config())}, tfprotov6.ProviderServer.ValidateResourceConfig)
	count(clean, "validate", answer.Diagnostics)
}

func (w *twins) read(clean map[string]int) {
	w.t.Helper()
	state := w.spoil(w.unchanged())
	for name, value := range state {
		if value == acctest.Unknown {
			delete(state, name)
		}
	}
	answer := same(w, &tfprotov6.ReadResourceRequest{TypeName: single, CurrentState: w.encode(state), CurrentIdentity: w.identityOf(state), Private: w.private()}, tfprotov6.ProviderServer.ReadResource)
	count(clean, "read", answer.Diagnostics)
}

// plan is of no change, of a change, or of a new assignment.
func (w *twins) plan(clean map[string]int) {
	w.t.Helper()
	var state map[string]any
	config := w.config()
	call := "create"
	if pick(w, true, false) {
		call, state, config = "plan", w.unchanged(), map[string]any{}
		for _, name := range []string{"service_principal_id", "principal_id", "role", "user_principal_name", "timeouts"} {
			config[name] = state[name]
		}
		if config["user_principal_name"] != nil {
			config["principal_id"] = nil
		}
		config = w.spoil(config)
	}
	proposed := map[string]any{}
	for _, name := range []string{"id", "service_principal_id", "principal_id", "user_principal_name", "role", "app_role_id", "principal_type", "timeouts"} {
		proposed[name] = config[name]
		if computed := slices.Contains([]string{"id", "principal_id", "app_role_id", "principal_type"}, name); computed && config[name] == nil {
			proposed[name] = state[name]
			if state == nil {
				proposed[name] = pick[any](w, acctest.Unknown, nil) // as some versions of Terraform do, and others
			}
		}
	}
	identity := w.identityOf(state)
	if state == nil {
		identity = nil
	}
	planned := same(w, &tfprotov6.PlanResourceChangeRequest{TypeName: single, PriorState: w.encode(state), ProposedNewState: w.encode(proposed), Config: w.encode(config), PriorPrivate: w.private(), PriorIdentity: identity}, tfprotov6.ProviderServer.PlanResourceChange)
	count(clean, call, planned.Diagnostics)
	if state == nil && !slices.ContainsFunc(planned.Diagnostics, isError) {
		w.planned = append(w.planned, &tfprotov6.ApplyResourceChangeRequest{TypeName: single, PriorState: w.encode(nil), PlannedState: planned.PlannedState, Config: w.encode(config),
			PlannedPrivate: planned.PlannedPrivate, PlannedIdentity: planned.PlannedIdentity})
	}
}

// apply makes what was planned, one after the other; each is undone at once.
func (w *twins) apply(clean map[string]int) {
	w.t.Helper()
	before := w.Sim.Store().Assignments(w.sp.ID)
	for _, request := range w.planned {
		answer := same(w, request, tfprotov6.ProviderServer.ApplyResourceChange, func(answer *tfprotov6.ApplyResourceChangeResponse) {
			for _, made := range w.Sim.Store().Assignments(w.sp.ID) {
				if slices.Contains(before, made) {
					continue
				}
				id := strings.Repeat("x", len(made.ID))
				answer.NewState.MsgPack = bytes.ReplaceAll(answer.NewState.MsgPack, []byte(made.ID), []byte(id))
				if err := w.Sim.Store().Unassign(w.sp.ID, made.ID); err != nil {
					w.t.Fatal(err)
				}
			}
		})
		count(clean, "apply", answer.Diagnostics)
	}
}

func isError(d *tfprotov6.Diagnostic) bool { return d.Severity == tfprotov6.DiagnosticSeverityError }

func count(clean map[string]int, call string, found []*tfprotov6.Diagnostic) {
	if !slices.ContainsFunc(found, isError) {
		clean[call]++
	}
}

// Stopping the provider ends a call that waits, as where the framework knows of it.
func TestDirect_endsWhenTheProviderIsStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: "/servicePrincipals/*/appRoleAssignedTo", Count: -1, Effect: simulator.Throttled(5 * time.Second)})
	p := w.Protocol()
	planned, found := p.Plan(single, nil, w.one(store.UserAna, "User"))
	noErrors(t, found)
	w.Sim.Clock().OnAdvance(sync.OnceFunc(func() {
		if _, err := p.Server.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{}); err != nil {
			t.Error(err)
		}
	}))
	if _, found := p.Apply(planned); !found.HasError() {
		t.Error("the apply ended without an error")
	}
	if sent := len(w.Sim.Log().Match("POST", "/**/appRoleAssignedTo")); sent > 3 {
		t.Errorf("%d attempts", sent)
	}
	if _, found := p.Plan(single, nil, w.one(store.UserBen, "User")); found.HasError() {
		t.Errorf("a later call: %s", found)
	}
}

// The calls of a plan without change take a fraction of the framework's work, for assignments by id and by name.
func TestDirect_takesAFractionOfTheFrameworksWork(t *testing.T) {
	w := newTwins(t, 1)
	state := w.unchanged()
	state["principal_id"], state["user_principal_name"] = store.UserAna, nil
	state["id"], state["app_role_id"], state["role"] = w.sp.ID+"/"+w.assigned[0].ID, w.assigned[0].RoleID, w.rolesByID[w.assigned[0].RoleID]
	raw, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	state["timeouts"] = nil
	config := w.encode(map[string]any{"service_principal_id": w.sp.ID, "principal_id": state["principal_id"], "role": state["role"]})
	encoded := w.encode(state)
	raw = append(raw[:len(raw)-1], []byte(`,"timeouts":null}`)...)
	work := func(p *acctest.Protocol) float64 {
		return testing.AllocsPerRun(20, func() {
			s, ctx := p.Server, t.Context()
			upgraded, err := s.UpgradeResourceState(ctx, &tfprotov6.UpgradeResourceStateRequest{TypeName: single, RawState: &tfprotov6.RawState{JSON: raw}})
			if err != nil || len(upgraded.Diagnostics) > 0 {
				t.Fatal(err, upgraded)
			}
			valid, err := s.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: single, Config: config})
			if err != nil || len(valid.Diagnostics) > 0 {
				t.Fatal(err, valid)
			}
			read, err := s.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: single, CurrentState: encoded})
			if err != nil || len(read.Diagnostics) > 0 {
				t.Fatal(err, read)
			}
			planned, err := s.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{TypeName: single, PriorState: encoded, ProposedNewState: encoded, Config: config, PriorIdentity: read.NewIdentity})
			if err != nil || len(planned.Diagnostics) > 0 {
				t.Fatal(err, planned)
			}
		})
	}
	if ours, frameworks := work(w.ours), work(w.frameworks); ours > frameworks/5 {
		t.Errorf("%.0f allocations, the framework alone makes %.0f", ours, frameworks)
	}
}
