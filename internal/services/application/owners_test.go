// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// newOwnersWorld is a tenant that leaves what is instantiated without an owner, and lets the provider change owners.
func newOwnersWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.Sim.SetVariants(func(v *simulator.Variants) { v.NoOwners = true })
	w.Sim.SetPermissions(append(simulator.DefaultPermissions(), "Directory.Read.All")...)
	return w
}

// owners are those of the one application and of its service principal.
func (w *world) owners() (application, principal []string) {
	w.t.Helper()
	application = slices.Sorted(slices.Values(w.Sim.Store().Applications(false)[0].Owners))
	return application, slices.Sorted(slices.Values(w.Sim.Store().ServicePrincipals(false)[0].Owners))
}

func (w *world) wantOwners(want ...string) {
	w.t.Helper()
	application, principal := w.owners()
	if diff := cmp.Diff(want, application); diff != "" {
		w.t.Errorf("owners of the application: %s", diff)
	}
	if diff := cmp.Diff(want, principal); diff != "" {
		w.t.Errorf("owners of the service principal: %s", diff)
	}
}

func (w *world) setOwners(application, principal []string) {
	w.t.Helper()
	if err := w.Sim.Store().UpdateApplication(w.Sim.Store().Applications(false)[0].ID, func(a *store.Application) error { a.Owners = application; return nil }); err != nil {
		w.t.Fatal(err)
	}
	if err := w.Sim.Store().UpdateServicePrincipal(w.Sim.Store().ServicePrincipals(false)[0].ID, func(p *store.ServicePrincipal) error { p.Owners = principal; return nil }); err != nil {
		w.t.Fatal(err)
	}
}

// ownerWrites are the changes of owners, in their order.
func (w *world) ownerWrites() []string {
	var lines []string
	for _, r := range w.Sim.Log().Writes() {
		if kind, after, found := strings.Cut(strings.TrimPrefix(r.Path, "/v1.0/"), "/"); found && strings.Contains(after, "/owners") {
			lines = append(lines, r.Method+" "+kind)
		}
	}
	w.Sim.Log().Reset()
	return lines
}

func TestOwners_areSetOnBothObjectsAndNoneImplicitly(t *testing.T) {
	t.Parallel()
	w := newOwnersWorld(t)
	m := w.managed()
	clean(t, m.Apply(object()))
	w.wantOwners()
	if got := w.ownerWrites(); len(got) > 0 || m.Get("owner_ids") != nil {
		t.Errorf("owners were touched: %q, %v", got, m.Get("owner_ids"))
	}
	clean(t, m.Apply(object("owner_ids", []any{store.UserAna, store.UserBen})))
	w.wantOwners(store.UserAna, store.UserBen)
	w.ownerWrites()
	clean(t, m.Apply(object("owner_ids", []any{store.UserBen, store.UserEva})))
	w.wantOwners(store.UserBen, store.UserEva)
	// Whoever comes in does so before anybody goes.
	if diff := cmp.Diff([]string{"POST servicePrincipals", "DELETE servicePrincipals", "POST applications", "DELETE applications"}, w.ownerWrites()); diff != "" {
		t.Error(diff)
	}
	clean(t, m.Apply(object())) // not managed anymore
	w.wantOwners(store.UserBen, store.UserEva)
	if got := w.ownerWrites(); len(got) > 0 {
		t.Errorf("writes: %q", got)
	}
	says := func(found acctest.Diagnostics, texts ...string) {
		t.Helper()
		for _, text := range texts {
			if found.HasError() || !strings.Contains(found.String(), text) {
				t.Errorf("%q is missing in %v", text, found)
			}
		}
	}
	_, _, found := m.Plan(object("owner_ids", []any{store.UserBen}))
	says(found, `"Meetings" loses 1 owner`, store.UserEva)
	clean(t, m.Destroy())
}

func TestOwners_atCreation(t *testing.T) {
	t.Parallel()
	w := newOwnersWorld(t)
	m := w.managed()
	clean(t, m.Apply(object("owner_ids", []any{store.UserAna})))
	w.wantOwners(store.UserAna)
	if action, _, found := m.Plan(object("owner_ids", []any{store.UserAna})); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("%s, %v", action, found)
	}
}

func TestOwners_driftOnEitherObjectIsShownAndRepaired(t *testing.T) {
	t.Parallel()
	config := object("owner_ids", []any{store.UserAna, store.UserBen})
	both := []string{store.UserAna, store.UserBen}
	for name, drift := range map[string]struct{ application, principal []string }{
		"one removed from the application":       {both[:1], both},
		"one removed from the service principal": {both, both[1:]},
		"one added to the application":           {append(slices.Clone(both), store.UserEva), both},
		"one added to the service principal":     {both, append(slices.Clone(both), store.UserEva)},
		"another one":                            {[]string{store.UserEva}, []string{store.UserEva}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newOwnersWorld(t)
			m := w.managed()
			clean(t, m.Apply(config))
			w.setOwners(drift.application, drift.principal)
			clean(t, m.Refresh())
			if action, _, _ := m.Plan(config); action != acctest.Update {
				t.Errorf("the plan would %s", action)
			}
			clean(t, m.Apply(config))
			w.wantOwners(both...)
			if action, _, _ := m.Plan(config); action != acctest.NoAction {
				t.Errorf("the next plan would %s", action)
			}
		})
	}
}

func TestOwners_lackOfPermissionLosesNoApplication(t *testing.T) {
	t.Parallel()
	w := newOwnersWorld(t)
	w.Sim.SetPermissions(simulator.DefaultPermissions()...)
	m := w.managed()
	config := object("owner_ids", []any{store.UserAna})
	found := m.Apply(config)
	if found.HasError() || !strings.Contains(found.String(), "The owners are not all set yet") || !strings.Contains(found.String(), "Directory.Read.All") || m.Tainted {
		t.Errorf("got %v", found)
	}
	if found := m.Apply(config); !found.HasError() || !strings.Contains(found.String(), "Cannot add an owner") {
		t.Errorf("got %v", found)
	}
	w.wantCount(1)
	w.Sim.SetPermissions(append(simulator.DefaultPermissions(), "Directory.Read.All")...)
	clean(t, m.Apply(config))
	w.wantOwners(store.UserAna)
}

// An update that is killed, or whose answer is lost, at any of its writes comes to the same end when it is applied again.
func TestOwners_interruptedAtEveryWrite(t *testing.T) {
	t.Parallel()
	for skip := range 4 {
		for name, effect := range map[string]simulator.Effect{"before": simulator.DropsBefore(), "after": simulator.DropsAfter()} {
			w := newOwnersWorld(t)
			m := w.managed()
			clean(t, m.Apply(object("owner_ids", []any{store.UserAna})))
			w.Sim.Faults().Add(simulator.Fault{Path: "/*/*/owners/**", Skip: skip, Effect: effect})
			config := object("owner_ids", []any{store.UserBen})
			_ = m.Apply(config)
			w.Sim.Faults().Clear()
			clean(t, m.Apply(config))
			if w.wantOwners(store.UserBen); t.Failed() {
				t.Fatalf("dropped %s write %d", name, skip)
			}
		}
	}
}

func TestServiceManagementReference_isSentAndRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.SetVariants(func(v *simulator.Variants) { v.NeedsReference = true })
	m := w.managed()
	if found := m.Apply(object()); !found.HasError() || !strings.Contains(found.String(), "set `service_management_reference`") {
		t.Errorf("got %v", found)
	}
	clean(t, m.Apply(object("service_management_reference", "SVC-1")))
	reference := func() any { return w.Sim.Store().Applications(false)[0].Properties["serviceManagementReference"] }
	if reference() != "SVC-1" {
		t.Errorf("the application has %v", reference())
	}
	clean(t, m.Apply(object("service_management_reference", "SVC-2")))
	if err := w.Sim.Store().UpdateApplication(w.Sim.Store().Applications(false)[0].ID, func(a *store.Application) error {
		a.Properties["serviceManagementReference"] = "SVC-3"
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if action, _, _ := m.Plan(object("service_management_reference", "SVC-2")); action != acctest.Update {
		t.Errorf("the plan after a change elsewhere would %s", action)
	}
	clean(t, m.Apply(object("service_management_reference", "SVC-2")))
	if reference() != "SVC-2" {
		t.Errorf("the application has %v", reference())
	}
	clean(t, m.Apply(object()))
	if reference() != "SVC-2" {
		t.Errorf("the application has %v", reference())
	}
}

// One owner who leaves stops no apply: what depends on the application would wait for it.
func TestOwners_oneLeaverStaysAndIsToldAtEveryPlan(t *testing.T) {
	t.Parallel()
	w := newOwnersWorld(t)
	world, m := w.Sim.Store(), w.managed()
	clean(t, m.Apply(object("owner_ids", []any{store.UserAna, store.UserBen})))
	for _, leaves := range []struct {
		by   func(string) error
		said string
	}{{world.DeleteUser, "was deleted on "}, {world.PurgeUser, "is no longer in the directory or its deleted items"}} {
		if err := leaves.by(store.UserBen); err != nil {
			t.Fatal(err)
		}
		found := m.Refresh()
		action, _, more := m.Plan(object("owner_ids", []any{store.UserAna, store.UserBen}))
		if found = append(found, more...); action != acctest.NoAction || found.HasError() || !strings.Contains(found.String(), "1 owner of the application") || !strings.Contains(found.String(), leaves.said) {
			t.Errorf("%s: %s", action, found)
		}
	}
	if found := m.Apply(object("owner_ids", []any{store.UserAna, store.UserBen, store.UserEva})); found.HasError() {
		t.Error(found)
	}
	w.wantOwners(store.UserAna, store.UserEva)
	// Somebody who never was an owner is refused.
	if found := m.Apply(object("owner_ids", []any{store.UserAna, store.UserEva, "a0000000-0000-4000-8000-0000000000ff"})); !found.HasError() {
		t.Error("an unknown owner is taken")
	}
	w.wantOwners(store.UserAna, store.UserEva)
}
