// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

// A replacement leaves the mapping as it is until its successor writes it. If that fails, the mapping is still the configured one: without
// the resource in the state, the next apply would refuse it as one that somebody else has customized.
func TestReplacement_thatFailsLosesNothingFromTheState(t *testing.T) {
	t.Parallel()
	noAnswer := simulator.Fails(400, "BadRequest", "No.")
	faults := map[string]simulator.Fault{
		"no default mapping":           {Method: "GET", Path: "/servicePrincipals/*/synchronization/templates/*/schema", Count: -1, Effect: simulator.LacksPermission()},
		"no mapping since the plan":    {Method: "GET", Path: "/servicePrincipals/*/synchronization/jobs/*/schema", Skip: 2, Count: -1, Effect: noAnswer},
		"no connection since the plan": {Method: "GET", Path: "/servicePrincipals/*/synchronization/jobs/**", Skip: 4, Count: -1, Effect: noAnswer},
	}
	for name, fault := range faults {
		for _, asked := range []bool{true, false} {
			t.Run(name+map[bool]string{true: ", -replace", false: ", tainted"}[asked], func(t *testing.T) {
				t.Parallel()
				c := newConnected(t)
				m := c.created(c.config(nil))
				before, schema := m.Now.State, sources(c.schema())
				m.Asked, m.Tainted = asked, !asked
				c.Sim.Faults().Add(fault)
				found := m.Apply(c.config(nil))
				if text := found.String(); !found.HasError() || !strings.Contains(text, "stays in the state") || !strings.Contains(text, "terraform untaint") {
					t.Errorf("got %s", text)
				}
				c.Sim.Faults().Clear()
				if m.Now == nil || !m.Tainted {
					t.Fatalf("the state has %v, tainted %t", m.Now, m.Tainted)
				}
				if diff := cmp.Diff(before, m.Now.State); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff(schema, sources(c.schema())); diff != "" {
					t.Error(diff)
				}
				if found := m.Apply(c.config(nil)); found.HasError() || m.Tainted {
					t.Errorf("the next apply, tainted %t: %s", m.Tainted, found)
				}
			})
		}
	}
}

func TestReplacement_ofATaintedOneByOneOfAnotherConnectionRestoresTheOldOne(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	original := sources(c.schema())
	m := c.created(c.config(nil))
	other := &connected{c.Env, t, newJob(t, c.Env)}
	m.Tainted = true
	if found := m.Apply(other.config(nil)); found.HasError() {
		t.Fatal(found)
	}
	if diff := cmp.Diff(original, sources(c.schema())); diff != "" {
		t.Errorf("the mapping of the old connection: %s", diff)
	}
}

// What a destroy that failed noted must not make a later replacement restore the default mapping for a moment.
func TestReplacement_afterAFailedDestroyRestoresNoDefault(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	c.Sim.Faults().Add(simulator.Fault{Method: "PUT", Path: "/servicePrincipals/*/synchronization/jobs/*/schema", Count: -1, Effect: simulator.LacksPermission()})
	if found := m.Destroy(); !found.HasError() || m.Now == nil {
		t.Fatalf("the destroy does not fail: %s", found)
	}
	c.Sim.Faults().Clear()
	c.Sim.Log().Reset()
	m.Asked = true
	if found := m.Apply(c.config(nil)); found.HasError() {
		t.Fatal(found)
	}
	if n := len(c.puts()); n != 0 {
		t.Errorf("the mapping was written %d times", n)
	}
}

// A tainted mapping is planned as a new one, and the existing one looks like somebody else's.
func TestReplacement_withAChangeSaysHowToKeepTheMapping(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	m.Tainted = true
	_, _, found := m.Plan(c.config(edited(map[string]any{"firstName": map[string]any{"source_attribute": "displayName"}})))
	if text := found.String(); !found.HasError() || !strings.Contains(text, "terraform untaint") {
		t.Errorf("got %s", text)
	}
}

// Kind 3: a new address without a `moved` block. No cycle may run with the default mapping in between, whatever Terraform plans and
// does first.
func TestNewAddress_neverBringsTheDefaultMappingLive(t *testing.T) {
	t.Parallel()
	const refused = "The mapping is destroyed and created again"
	for _, createPlannedFirst := range []bool{true, false} {
		for _, destroyFirst := range []bool{true, false} {
			for _, on := range []bool{true, false} {
				name := fmt.Sprintf("the creation is planned first: %t, the destroy is first: %t, on: %t", createPlannedFirst, destroyFirst, on)
				c := newConnected(t)
				m := c.created(c.config(nil))
				if on {
					c.ran(3)
					if err := c.Sim.Engine().Start(c.job.ServicePrincipalID, c.job.ID); err != nil {
						t.Fatal(err)
					}
				}
				configured := sources(c.schema())
				p := c.Protocol()
				before, found := p.Read(m.Now)
				if found.HasError() {
					t.Fatal(found)
				}
				var creates, destroys *acctest.Planned
				var all acctest.Diagnostics
				for i := range 2 {
					var found acctest.Diagnostics
					if createPlannedFirst == (i == 0) {
						creates, found = p.Plan(typeName, nil, c.config(nil))
					} else {
						destroys, found = p.Plan(typeName, before, nil)
					}
					all = append(all, found...)
				}
				if got := strings.Contains(all.String(), refused); got != (on && !createPlannedFirst) || all.HasError() != got {
					t.Errorf("%s: %s", name, all)
				}
				if all.HasError() {
					continue
				}
				p = c.Protocol()
				for i := range 2 {
					if destroyFirst == (i == 0) {
						if _, found := p.Apply(destroys); found.HasError() {
							t.Errorf("%s: destroy: %s", name, found)
						}
					} else if made, found := p.Apply(creates); found.HasError() || made == nil {
						t.Errorf("%s: create: %s", name, found)
					}
					if diff := cmp.Diff(configured, sources(c.schema())); diff != "" && (on || i == 1) {
						t.Errorf("%s: after step %d: %s", name, i, diff)
					}
				}
			}
		}
	}
}
