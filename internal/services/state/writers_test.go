// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// successor adds a connection of the gallery application that follows, which can sign in and was never started.
func (w *world) successor(secrets ...store.KeyValue) (connectionID string) {
	w.t.Helper()
	world := w.Sim.Store()
	_, sp, err := world.Instantiate(store.TemplateGoTo, fmt.Sprintf("GoTo %d", len(world.AllJobs())), "")
	if err != nil {
		w.t.Fatal(err)
	}
	if err := world.PutSecrets(sp.ID, append(secrets, store.KeyValue{Key: "Oauth2AccessToken", Value: "token"}), store.SecretOptions{}); err != nil {
		w.t.Fatal(err)
	}
	job, err := world.CreateJob(sp.ID, store.ConnectorGoTo)
	if err != nil {
		w.t.Fatal(err)
	}
	return sp.ID + "/" + job.ID
}

// Whichever of two connections is planned first, a plan that leaves both on where one was off is refused.
func TestTwoWriters_areRefusedUnlessAllowed(t *testing.T) {
	t.Parallel()
	const title = "Two connections would write to the same accounts"
	for name, test := range map[string]struct {
		old, next any // `enabled`
		allow     any // `allow_two_writers` of the new one
		address   string
		want      string
	}{
		"both on":                    {true, true, nil, "", title},
		"both on and allowed":        {true, true, true, "", ""},
		"both on and not allowed":    {true, true, false, "", title},
		"the old one is off":         {false, true, nil, "", ""},
		"the new one is off":         {true, false, nil, "", ""},
		"the operator decides":       {nil, true, nil, "", title},
		"targets that are elsewhere": {true, true, nil, "https://other.example.com", ""},
	} {
		for _, newFirst := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, the new one first %t", name, newFirst), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				var secrets []store.KeyValue
				if test.address != "" {
					secrets = []store.KeyValue{{Key: "BaseAddress", Value: test.address}}
					if err := w.Sim.Store().PutSecrets(w.sp.ID, []store.KeyValue{{Key: "BaseAddress", Value: "https://this.example.com"}}, store.SecretOptions{}); err != nil {
						t.Fatal(err)
					}
				}
				old := w.Managed(typeName)
				succeeds(t, old.Apply(w.object("enabled", true)))
				config := map[string]any{"connection_id": w.successor(secrets...), "enabled": test.next, "allow_default_mappings": true, "allow_two_writers": test.allow}

				p := w.Protocol() // of one run
				read, found := p.Read(old.Now)
				succeeds(t, found)
				plan := func() (all acctest.Diagnostics) {
					_, found := p.Plan(typeName, read, w.object("enabled", test.old))
					return found
				}
				var all acctest.Diagnostics
				if !newFirst {
					all = plan()
				}
				_, found = p.Plan(typeName, nil, config)
				all = append(all, found...)
				if newFirst {
					all = append(all, plan()...)
				}
				if got := all.Errors().String(); test.want == "" && got != "" || !strings.Contains(got, test.want) {
					t.Errorf("want %q, got: %s", test.want, got)
				}
			})
		}
	}
}

// Two that were on before are a warning that names both, at every plan, and nothing is in the way of other changes.
func TestTwoWriters_thatAreOnAlreadyAreAWarning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.Managed(typeName)
	succeeds(t, old.Apply(w.object("enabled", true)))
	config := map[string]any{"connection_id": w.successor(), "enabled": true, "allow_default_mappings": true}
	next := w.Managed(typeName)
	if found := next.Apply(config); found.HasError() { // as another configuration would
		t.Fatal(found)
	}
	p := w.Protocol()
	for _, one := range []*acctest.Managed{old, next} {
		if _, found := p.Read(one.Now); found.HasError() {
			t.Fatal(found)
		}
	}
	_, found := p.Plan(typeName, old.Now, w.object("enabled", true))
	_, more := p.Plan(typeName, next.Now, config)
	found = append(found, more...)
	if found.HasError() || !strings.Contains(found.String(), "Connections "+config["connection_id"].(string)+" and "+w.connectionID()+" write the same accounts") { //nolint:forcetypeassert // two lines above
		t.Errorf("got %v", found)
	}
}

// A plan that does not know the ids yet cannot compare them; the apply does, before it starts the second one.
func TestTwoWriters_areStoppedWhileApplying(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Protocol()
	first, found := p.Change(typeName, nil, w.object("enabled", true))
	succeeds(t, found)
	id := w.successor()
	config := map[string]any{"connection_id": acctest.Unknown, "enabled": true, "allow_default_mappings": true}
	fresh := w.Protocol()
	_, found = fresh.Plan(typeName, nil, config)
	succeeds(t, found)
	if _, found = fresh.Plan(typeName, first, w.object("enabled", true)); !found.HasError() {
		t.Errorf("a connection that is to be created was not seen: %v", found)
	}
	if _, found = p.Change(typeName, nil, map[string]any{"connection_id": id, "enabled": true, "allow_default_mappings": true}); !found.HasError() {
		t.Error("the second one was started")
	}
	for _, job := range w.Sim.Store().AllJobs() {
		if job.Schedule == store.ScheduleActive && job.ID != w.job.ID {
			t.Error("the second one is on")
		}
	}
}
