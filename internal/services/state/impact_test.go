// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// impact is a provider block that says what changes do, with the accounts at GoTo.
func (w *world) impact(settings map[string]any) func(block map[string]any) {
	w.UseGoTo()
	return func(block map[string]any) { block["impact"] = settings }
}

func TestSwitchOn_saysWhomItGivesAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.assign(store.UserBen)
	_, found := w.Protocol(w.impact(map[string]any{"enabled": true})).Plan(typeName, nil, w.object("enabled", true))
	if got := summaries(found); len(got) != 1 || got[0] != "2 accounts will be created: provisioning of GoToMeeting" {
		t.Errorf("got %q\n%s", got, found)
	}
	_, found = w.Protocol(w.impact(map[string]any{"max_created": 1})).Plan(typeName, nil, w.object("enabled", true))
	if !found.HasError() || !strings.Contains(strings.Join(summaries(found), "\n"), "This plan would create 2 accounts of GoToMeeting, and the limit is 1") {
		t.Errorf("beyond a limit: %s", found)
	}
	_, found = w.Protocol(w.impact(map[string]any{"max_created": 1})).Plan(typeName, nil, w.object("enabled", false))
	if len(found) > 0 {
		t.Errorf("off: %s", found)
	}
}

func TestOutsidePause_saysWhatResumingWouldDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	adjust := w.impact(map[string]any{"enabled": true})
	managed := w.Managed(typeName, adjust)
	if found := managed.Apply(w.object("enabled", true)); found.HasError() {
		t.Fatal(found)
	}
	w.Sim.Clock().Advance(3 * time.Hour)
	if err := w.Sim.Engine().Pause(w.sp.ID, w.job.ID); err != nil {
		t.Fatal(err)
	}
	w.assign(store.UserBen)
	_, _, found := managed.Plan(w.object("enabled", true))
	if len(found) != 1 || !strings.Contains(found.String(), "What the next cycle would do then: 1 account will be created, and more may be disabled.") { // who left meanwhile: GoTo's accounts are not read
		t.Errorf("got %s", found)
	}
}

// A connection that the same plan creates is told by the connector's default, with whoever is assigned along, as its first cycle
// then is; with mappings of its own it has to wait.
func TestSwitchOn_ofANewConnectionSaysWhomItGivesAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.Sim.Store().DeleteJob(w.sp.ID, w.job.ID); err != nil {
		t.Fatal(err)
	}
	connection := map[string]any{"service_principal_id": w.sp.ID, "admin_username": store.AdminUserName, "admin_password": store.AdminPassword}
	assignment := map[string]any{"service_principal_id": w.sp.ID, "principal_id": store.UserBen, "role": "User"}
	mappings := map[string]any{"connection_id": acctest.Unknown, "mappings": map[string]any{"email": map[string]any{"source_attribute": "mail", "matching_priority": 1}}}
	on := map[string]any{"connection_id": acctest.Unknown, "enabled": true, "allow_default_mappings": true}
	plan := func(settings map[string]any, with ...any) string {
		p := w.Protocol(w.impact(settings))
		var all []string
		for i := 0; i < len(with); i += 2 {
			name, _ := with[i].(string)
			config, _ := with[i+1].(map[string]any)
			_, found := p.Plan(name, nil, config)
			for _, d := range found {
				all = append(all, d.String())
			}
		}
		return strings.Join(all, "\n")
	}
	const ofConnection, ofAssignment, ofMappings = "gotomeeting_provisioning_connection", "gotomeeting_user_role_assignment", "gotomeeting_attribute_mappings"
	both := "1 account will be created: provisioning of GoToMeeting"
	if got := plan(map[string]any{"max_created": 1}, ofConnection, connection, typeName, on); !strings.Contains(got, both) || strings.Contains(got, "allowed") {
		t.Error(got)
	}
	if got := plan(map[string]any{"max_created": 1}, ofAssignment, assignment, ofConnection, connection, typeName, on); !strings.Contains(got, "This plan would create 2 accounts of GoToMeeting, and the limit is 1") {
		t.Error(got)
	}
	if got := plan(map[string]any{"max_created": 1}, ofConnection, connection, typeName, on, ofAssignment, assignment); !strings.Contains(got, "This plan would create 2 accounts of GoToMeeting, and the limit is 1") {
		t.Error(got)
	}
	got := plan(map[string]any{"max_created": 2, "max_disabled": 0}, ofAssignment, assignment, ofConnection, connection, ofMappings, mappings, typeName, on)
	if !strings.Contains(got, "Cannot determine yet what the first cycle does to accounts: provisioning of GoToMeeting") || !strings.Contains(got, "2 people are in scope") || strings.Contains(got, "will be created") || strings.Contains(got, "Error") {
		t.Error(got)
	}
	connection["service_principal_id"] = acctest.Unknown
	if got := plan(map[string]any{"max_created": 0}, ofConnection, connection, typeName, on); !strings.Contains(got, "what switching provisioning on does to people's accounts") || strings.Contains(got, "will be created") {
		t.Error(got)
	}
	before := len(w.Sim.Store().Accounts())
	w.assign(store.UserBen)
	job, err := w.Sim.Store().CreateJob(w.sp.ID, store.ConnectorGoToMeeting)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Sim.Engine().Start(w.sp.ID, job.ID); err != nil {
		t.Fatal(err)
	}
	w.Sim.Clock().Advance(3 * time.Hour)
	if created := len(w.Sim.Store().Accounts()) - before; created != 2 {
		t.Errorf("%d accounts were created", created)
	}
}

// Terraform shows no warning of a connection that is replaced on request, only those of what depends on it.
func TestReplace_ofTheConnectionCountsTheAccountsThatStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.UseGoTo()
	w.assign(store.UserBen)
	m := w.Managed(typeName)
	if found := m.Apply(w.object("enabled", true)); found.HasError() {
		t.Fatal(found)
	}
	of := func() acctest.Diagnostics {
		_, found := w.Protocol().Plan(typeName, m.Now, w.object("enabled", true, "connection_id", acctest.Unknown))
		return found
	}
	title := "If the connection " + w.connectionID() + " is replaced, 2 active accounts at GoTo stay as they are"
	if found := of(); strings.Contains(found.String(), "is replaced") {
		t.Errorf("before it ran: %s", found)
	}
	w.Sim.Clock().Advance(3 * time.Hour)
	found := of()
	if got := summaries(found); !slices.Contains(got, title) || !strings.Contains(found.String(), "GoTo has 5 active accounts, 2 of them of people in scope") {
		t.Errorf("got %q\n%s", got, found)
	}
	if _, found := w.Protocol().Plan(typeName, m.Now, w.object("enabled", true)); strings.Contains(found.String(), "is replaced") {
		t.Errorf("an unchanged plan says\n%s", found)
	}
}

// A resource with a new address, without a `moved` block, leaves provisioning on, in whatever order Terraform plans.
func TestDestroy_underAnotherAddressSparesNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.Store().SetDomains()
	w.ran(8)
	adjust := w.impact(map[string]any{"max_disabled": 1})
	state := w.Managed(typeName, adjust)
	if found := state.Apply(w.object("enabled", true)); found.HasError() {
		t.Fatal(found)
	}
	const sets = "gotomeeting_user_role_assignments_exclusive"
	set, found := w.Protocol().Import(sets, w.sp.ID)
	if found.HasError() {
		t.Fatal(found)
	}
	steps := map[string]func(*acctest.Protocol) acctest.Diagnostics{
		"destroy": func(p *acctest.Protocol) acctest.Diagnostics {
			_, found := p.Plan(typeName, state.Now, nil)
			return found
		},
		"create": func(p *acctest.Protocol) acctest.Diagnostics {
			_, found := p.Plan(typeName, nil, w.object("enabled", true))
			return found
		},
		"set": func(p *acctest.Protocol) acctest.Diagnostics {
			_, found := p.Plan(sets, set, map[string]any{"service_principal_id": w.sp.ID, "assignments": map[string]any{store.UserAna: "User"}, "max_removals": -1})
			return found
		},
	}
	for _, order := range [][]string{{"create", "destroy", "set"}, {"destroy", "create", "set"}, {"set", "create", "destroy"}, {"destroy", "set", "create"}} {
		p, found := w.Protocol(adjust), acctest.Diagnostics{}
		for _, step := range order {
			found = append(found, steps[step](p)...)
		}
		if !found.HasError() || !strings.Contains(found.String(), "and the limit is 1") {
			t.Errorf("%v: %s", order, found)
		}
	}
}

// A restart that removes the links may make new accounts, or leave those of people who left: no limit can tell.
func TestPlan_refusesARestartThatRemovesLinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.Store().SetDomains()
	w.Sim.Store().SetLicenses(1000)
	w.ran(6)
	for scope, want := range map[string]string{"Full": "Cannot determine how many accounts", "QuarantineState,Watermark,Escrows": ""} {
		m := w.Managed(typeName, w.impact(map[string]any{"max_created": 0}))
		succeeds(t, m.Apply(w.object("enabled", true, "restart_triggers", triggers("old"), "restart_scope", scope)))
		_, _, found := m.Plan(w.object("enabled", true, "restart_triggers", triggers("new"), "restart_scope", scope))
		if got := found.Errors().String(); got != "" != (want != "") || !strings.Contains(got, want) {
			t.Errorf("%s: %s", scope, found)
		}
	}
}
