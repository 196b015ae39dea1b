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

// Two connections that one plan creates have no ids yet. Planning refuses them where the configuration tells that they have one
// target, whichever is planned first, and leaves the rest to the apply.
func TestTwoWriters_thatOnePlanCreatesAreRefused(t *testing.T) {
	t.Parallel()
	connection := func(settings any) map[string]any {
		return map[string]any{"service_principal_id": acctest.Unknown, "connector_settings": settings}
	}
	at := func(address any) any { return map[string]any{"BaseAddress": address} }
	state := func(enabled any) map[string]any {
		return map[string]any{"connection_id": acctest.Unknown, "enabled": enabled, "allow_default_mappings": true}
	}
	allowed := state(true)
	allowed["allow_two_writers"] = true
	for name, test := range map[string]struct {
		connections, states []map[string]any
		refused             bool
	}{
		"address built in":          {[]map[string]any{connection(nil), connection(nil)}, []map[string]any{state(true), state(true)}, true},
		"one address":               {[]map[string]any{connection(at("https://goto.example/")), connection(at("https://GOTO.example"))}, []map[string]any{state(true), state(true)}, true},
		"one in the credentials":    {[]map[string]any{connection(at("https://goto.example")), {"service_principal_id": acctest.Unknown, "credentials_wo": at("https://goto.example"), "credentials_wo_version": "1"}}, []map[string]any{state(true), state(true)}, true},
		"two addresses":             {[]map[string]any{connection(at("https://a.example")), connection(at("https://b.example"))}, []map[string]any{state(true), state(true)}, false},
		"an address not known":      {[]map[string]any{connection(at("https://a.example")), connection(at(acctest.Unknown))}, []map[string]any{state(true), state(true)}, false},
		"settings not known":        {[]map[string]any{connection(at("https://a.example")), connection(acctest.Unknown)}, []map[string]any{state(true), state(true)}, false},
		"one is off":                {[]map[string]any{connection(nil), connection(nil)}, []map[string]any{state(true), state(false)}, false},
		"one is off, planned first": {[]map[string]any{connection(nil), connection(nil)}, []map[string]any{state(false), state(true)}, false},
		"allowed":                   {[]map[string]any{connection(nil), connection(nil)}, []map[string]any{allowed, state(true)}, false},
		"the other one exists":      {[]map[string]any{connection(nil)}, []map[string]any{state(true), state(true)}, false},
		"one only":                  {[]map[string]any{connection(nil), connection(nil)}, []map[string]any{state(true)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := acctest.New(t).Protocol()
			for _, config := range test.connections {
				if _, found := p.Plan("gotomeeting_provisioning_connection", nil, config); found.HasError() {
					t.Fatal(found)
				}
			}
			var all acctest.Diagnostics
			for _, config := range test.states {
				_, found := p.Plan(typeName, nil, config)
				all = append(all, found...)
			}
			got := all.Errors().String()
			if test.refused != strings.Contains(got, "two connections that this plan creates are both on") || test.refused != all.HasError() {
				t.Errorf("refused: %t, want %t: %s", all.HasError(), test.refused, got)
			}
		})
	}
}

// A connection that is replaced is planned twice, and is one all the same.
func TestTwoWriters_areNotOneThatIsReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := w.Managed(typeName)
	succeeds(t, now.Apply(w.object("enabled", true)))
	p := w.Protocol()
	connection := map[string]any{"service_principal_id": acctest.Unknown}
	_, found := p.Plan("gotomeeting_provisioning_connection", nil, connection)
	succeeds(t, found)
	config := map[string]any{"connection_id": acctest.Unknown, "enabled": true, "allow_default_mappings": true}
	for _, prior := range []*acctest.Instance{now.Now, nil} {
		_, found := p.Plan(typeName, prior, config)
		succeeds(t, found)
	}
	// Beside another one that the plan creates it is the second.
	_, found = p.Plan("gotomeeting_provisioning_connection", nil, connection)
	succeeds(t, found)
	if _, found = p.Plan(typeName, nil, config); !found.HasError() {
		t.Errorf("got %v", found)
	}
}

// Beside one that exists, the target of the one that the plan creates counts.
func TestTwoWriters_oneCreatedElsewhereIsNone(t *testing.T) {
	t.Parallel()
	for address, refused := range map[string]bool{"https://this.example.com": true, "https://other.example.com": false} {
		w := newWorld(t)
		if err := w.Sim.Store().PutSecrets(w.sp.ID, []store.KeyValue{{Key: "BaseAddress", Value: "https://this.example.com"}}, store.SecretOptions{}); err != nil {
			t.Fatal(err)
		}
		p := w.Protocol()
		_, found := p.Plan("gotomeeting_provisioning_connection", nil, map[string]any{"service_principal_id": acctest.Unknown, "connector_settings": map[string]any{"BaseAddress": address}})
		succeeds(t, found)
		_, found = p.Plan(typeName, nil, map[string]any{"connection_id": acctest.Unknown, "enabled": true, "allow_default_mappings": true})
		succeeds(t, found)
		if _, found = p.Plan(typeName, nil, w.object("enabled", true, "allow_default_mappings", true)); refused != strings.Contains(found.Errors().String(), "write to the same") {
			t.Errorf("%s: %v", address, found)
		}
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
