// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// provisioned is a connection that has given some people accounts, of whom Eva has left since, and a provider with or without
// credentials for GoTo.
func provisioned(t *testing.T, withGoTo bool) (*world, *acctest.Managed) {
	t.Helper()
	w := newWorld(t)
	if withGoTo {
		w.UseGoTo()
	}
	m := w.created()
	role := slices.IndexFunc(w.sp.Roles, func(role store.AppRole) bool { return role.Enabled && role.Allows("User") })
	var last store.Assignment
	for _, id := range []string{store.UserAna, store.UserBen, store.UserEva} {
		var err error
		if last, err = w.Sim.Store().Assign(w.sp.ID, id, w.sp.Roles[role].ID, store.AssignOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	w.cycle()
	if err := w.Sim.Engine().Pause(w.sp.ID, w.job().ID); err != nil {
		t.Fatal(err)
	}
	if err := w.Sim.Store().Unassign(w.sp.ID, last.ID); err != nil {
		t.Fatal(err)
	}
	m.Refresh()
	w.Sim.Log().Reset()
	w.ForgetDiagnostics()
	return w, m
}

func saysAll(t *testing.T, found acctest.Diagnostics, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if found.HasError() || !strings.Contains(found.String(), text) {
			t.Errorf("%q is missing in %v", text, found)
		}
	}
}

func TestAccountsLeft_everyRoadThatEndsTheConnectionCountsThem(t *testing.T) {
	t.Parallel()
	other := func(w *world) map[string]any {
		_, sp, err := w.Sim.Store().Instantiate(store.TemplateGoToMeeting, "Other", "")
		if err != nil {
			w.t.Fatal(err)
		}
		config := w.object()
		config["service_principal_id"] = sp.ID
		return config
	}
	roads := []struct {
		name   string
		config func(*world) map[string]any
		title  string
	}{
		{"destroyed", func(*world) map[string]any { return nil }, "Destroying the connection"},
		{"replaced", other, "Replacing the connection"},
		{"people who leave the scope are left alone", func(w *world) map[string]any { return w.object("skip_out_of_scope_deletions", true) }, "Accounts of people who leave the scope stay active"},
	}
	for _, road := range roads {
		for _, withGoTo := range []bool{true, false} {
			t.Run(road.name, func(t *testing.T) {
				t.Parallel()
				w, m := provisioned(t, withGoTo)
				_, found := w.Protocol().Plan(typeName, m.Now, road.config(w))
				// Eva had an account before, as had the administrator.
				want := []string{"2 of them of people in scope", "match nobody in scope"}
				if !withGoTo {
					want = []string{"According to the service, 3 are in sync", "no credentials for GoTo"}
				}
				saysAll(t, found, append(want, road.title, graphdiag.LeftActive)...)
				if asked := w.Sim.Log().Match("GET", "/directory/**"); !withGoTo && len(asked) > 0 {
					t.Errorf("people were read for nothing: %v", acctest.Lines(asked))
				}
			})
		}
	}
}

func TestAccountsLeft_nothingIsSaidOfAConnectionThatNeverRan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.UseGoTo()
	m := w.created()
	if _, found := w.Protocol().Plan(typeName, m.Now, nil); len(found) > 0 {
		t.Errorf("got %v", found)
	}
}

func TestAccountsLeft_retiredConnectorCountsThem(t *testing.T) {
	t.Parallel()
	w, m := provisioned(t, true)
	w.Sim.SetVariants(func(v *simulator.Variants) { v.NoTemplate = true })
	saysAll(t, m.Refresh(), "The service has retired the connector", "Nothing disables accounts at GoTo anymore", "GoTo has ", graphdiag.LeftActive)
}

func TestAccountsLeft_whatCannotBeReadIsSaid(t *testing.T) {
	t.Parallel()
	w, m := provisioned(t, true)
	w.Sim.Faults().Add(simulator.Fault{Path: "/admin/**", Count: -1, Effect: simulator.Fails(500, "InternalError", "Oops.")})
	w.Sim.Faults().Add(simulator.Fault{Path: "/identity/**", Count: -1, Effect: simulator.Fails(500, "InternalError", "Oops.")})
	_, found := w.Protocol().Plan(typeName, m.Now, nil)
	saysAll(t, found, "The accounts at GoTo could not be read", "3 are in sync")
}

// What a change does to people and which accounts stay active is worked out from one reading of the connection in a run.
func TestAccountsLeft_isReadOnceWithWhatChangesDo(t *testing.T) {
	t.Parallel()
	w, m := provisioned(t, true)
	p := w.Protocol()
	count := func() (n int) {
		for _, pattern := range []string{"/servicePrincipals/*/synchronization/jobs/*/schema", "/directoryObjects/getByIds", "/users**", "/groups/*/members**", "/servicePrincipals/*/appRoleAssignedTo**"} {
			n += len(w.Sim.Log().Match("", pattern))
		}
		return n
	}
	_, found := p.Plan(typeName, m.Now, w.object("skip_out_of_scope_deletions", true)) // tells both
	saysAll(t, found, "Accounts of people who leave the scope stay active", "2 of them of people in scope")
	read := count()
	_, found = p.Plan(typeName, m.Now, nil)
	saysAll(t, found, "Destroying the connection", "2 of them of people in scope")
	if again := count() - read; read == 0 || again > 0 {
		t.Errorf("the first plan read %d times, the second %d times more: %v", read, again, acctest.Lines(w.Sim.Log().All()))
	}
	for _, pattern := range []string{"/servicePrincipals/*/synchronization/jobs/*/schema", "/servicePrincipals/*/appRoleAssignedTo"} {
		if n := len(w.Sim.Log().Match("GET", pattern)); n != 1 {
			t.Errorf("%s was read %d times", pattern, n)
		}
	}
}
