// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

const schemaPath = "/servicePrincipals/*/synchronization/jobs/*/schema"

// before runs act once, directly before the service serves a request: after skip others of the same method.
func (c *connected) before(method string, skip int, act func()) {
	var once sync.Once
	c.Sim.Faults().Add(simulator.Fault{Method: method, Path: schemaPath, Skip: skip, Effect: simulator.Delays(time.Second)})
	c.Sim.Clock().OnAdvance(func() { once.Do(act) })
}

// renamesRule is what another writer changes: something that this resource does not manage.
func renamesRule(schema map[string]any) {
	item(schema, "synchronizationRules", 0)["name"] = "RENAMED_ELSEWHERE"
}

func TestCreate_keepsWhatSomebodyElseWritesMeanwhile(t *testing.T) {
	t.Parallel()
	c := newConnected(t, func(o *simulator.Options) { o.Variants.RejectStaleSchema = true })
	m := c.Managed(typeName)
	c.before(http.MethodPut, 0, func() { c.change(renamesRule) })
	if found := m.Apply(c.config(nil)); len(found) > 0 {
		t.Fatalf("apply: %s", found)
	}
	puts := c.puts()
	if len(puts) != 2 || puts[0].Status != http.StatusConflict {
		t.Fatalf("%d writes", len(puts))
	}
	versions := []any{decode(t, puts[0].Body)["version"], decode(t, puts[1].Body)["version"]}
	if diff := cmp.Diff([]any{"v1.0", "v1.1"}, versions); diff != "" {
		t.Errorf("versions sent (-want +got):\n%s", diff)
	}
	schema := c.schema()
	if item(schema, "synchronizationRules", 0)["name"] != "RENAMED_ELSEWHERE" {
		t.Error("the other writer's change is lost")
	}
	if diff := cmp.Diff([]string{"active", "email", "firstName"}, targets(schema)); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
}

func TestUpdate_reportsAForeignWriteThatItOverwrote(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.Managed(typeName)
	if found := m.Apply(c.config(nil)); len(found) > 0 {
		t.Fatalf("create: %s", found)
	}
	c.before(http.MethodPut, 0, func() { c.change(renamesRule) })
	found := texts(m.Apply(c.config(map[string]any{"mappings": entries(map[string]any{"locale": map[string]any{"constant": "en_US"}})})))
	want := []string{"warning Somebody else wrote the schema at the same time: This mapping is now as configured, but the version of the schema changed from v1.1 to v1.3, which is more than this write explains. " +
		"Another program or a person in the portal also wrote the schema, or an interrupted connection caused this write to happen twice. The service replaces the whole schema, so this write may have overwritten changes that another writer made at the same time " +
		"in any mapping of this connection. Check the connection in the portal, or plan the other configuration again."}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
}

func TestUpdate_writesAgainWhatSomebodyOverwrote(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.Managed(typeName)
	if found := m.Apply(c.config(nil)); len(found) > 0 {
		t.Fatalf("create: %s", found)
	}
	stale := c.schema()
	c.Sim.Log().Reset()
	// refresh, plan with its forecast, both again at apply, read before the write, and then the read that verifies it
	c.before(http.MethodGet, 6, func() {
		c.change(func(schema map[string]any) {
			renamesRule(stale)
			clear(schema)
			for name, value := range stale {
				schema[name] = value
			}
		})
	})
	found := m.Apply(c.config(map[string]any{"mappings": entries(map[string]any{"locale": map[string]any{"constant": "en_US"}})}))
	if found.HasError() {
		t.Fatalf("update: %s", found)
	}
	if n := len(c.puts()); n != 2 {
		t.Errorf("%d writes, want 2", n)
	}
	if pending := c.Sim.Faults().Pending(); len(pending) > 0 {
		t.Errorf("the other writer never came: %v", pending)
	}
	schema := c.schema()
	if attribute(schema, "locale") == nil {
		t.Error("our change is lost")
	}
	if item(schema, "synchronizationRules", 0)["name"] != "RENAMED_ELSEWHERE" {
		t.Error("the other writer's change is lost")
	}
}

func TestUpdate_reportsWhatTheServiceDoesNotKeep(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.Managed(typeName)
	if found := m.Apply(c.config(nil)); len(found) > 0 {
		t.Fatalf("create: %s", found)
	}
	// A service that forgets an attribute after each write.
	forget := func() {
		schema := c.schema()
		if attribute(schema, "locale") == nil {
			return
		}
		c.change(func(schema map[string]any) {
			mapping := object(schema)
			items, _ := mapping["attributeMappings"].([]any)
			var kept []any
			for _, i := range items {
				if m, _ := i.(map[string]any); m["targetAttributeName"] != "locale" {
					kept = append(kept, i)
				}
			}
			mapping["attributeMappings"] = kept
		})
	}
	c.Sim.Faults().Add(simulator.Fault{Method: http.MethodGet, Path: schemaPath, Count: -1, Effect: simulator.Delays(time.Second)})
	c.Sim.Clock().OnAdvance(forget)
	found := texts(m.Apply(c.config(map[string]any{"mappings": entries(map[string]any{"locale": map[string]any{"constant": "en_US"}})})))
	want := []string{"warning The mapping is not as written: The service accepted the mapping, but the stored mapping differs: either somebody changed it at the same time, or the service does not keep all of " +
		"it. The next plan shows the difference. Currently missing:\n\n+ locale: \"en_US\""}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
	if n := len(c.puts()); n != 3 { // the create and two attempts
		t.Errorf("%d writes, want 3", n)
	}
}

func TestCreate_waitsForALaggingReplica(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	c.Sim.SetLag(simulator.KindSchema, simulator.Lag{Reads: 3})
	m := c.Managed(typeName)
	if found := m.Apply(c.config(nil)); len(found) > 0 {
		t.Fatalf("apply: %s", found)
	}
	if n := len(c.puts()); n != 1 {
		t.Errorf("%d writes, want 1", n)
	}
}

func TestCreate_survivesBrokenConnections(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		effect simulator.Effect
		reject bool
	}{
		{"dropped before", simulator.DropsBefore(), false},
		{"dropped after", simulator.DropsAfter(), false},
		{"dropped after, versions compared", simulator.DropsAfter(), true},
		{"throttled", simulator.Throttled(90 * time.Second), false},
		{"failed", simulator.Fails(500, "InternalError", "Something broke."), false},
		{"failed afterward, versions compared", simulator.FailsAfter(504, "UnknownError", ""), true},
		{"truncated", simulator.Truncates(), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newConnected(t, func(o *simulator.Options) { o.Variants.RejectStaleSchema = test.reject })
			m := c.Managed(typeName)
			c.Sim.Faults().Add(simulator.Fault{Method: http.MethodPut, Path: schemaPath, Effect: test.effect})
			if found := m.Apply(c.config(nil)); found.HasError() {
				t.Fatalf("apply: %s", found)
			}
			if diff := cmp.Diff([]string{"active", "email", "firstName"}, targets(c.schema())); diff != "" {
				t.Errorf("targets (-want +got):\n%s", diff)
			}
			if action, _, found := m.Plan(c.config(nil)); action != "no-op" || len(found) > 0 {
				t.Errorf("plan afterward: %s %s", action, found)
			}
		})
	}
}

func TestCreate_namesTheMissingPermission(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.Managed(typeName)
	c.Sim.Faults().Add(simulator.Fault{Method: http.MethodPut, Path: schemaPath, Count: -1, Effect: simulator.LacksPermission()})
	if found := m.Apply(c.config(nil)); !lacks(found, "", "Cannot write the mapping", "Synchronization.ReadWrite.All") {
		t.Errorf("got %s", found)
	}
	if m.Now != nil {
		t.Error("a state was left behind")
	}
	if len(c.puts()) == 0 {
		t.Error("nothing was tried")
	}
}

func TestUpdate_rebasesWhenAStaleVersionIsABadRequest(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	c.Sim.Faults().Add(simulator.Fault{Method: http.MethodPut, Path: schemaPath, Effect: simulator.Fails(400, "InvalidSchemaVersion", "The version is stale.")})
	c.before(http.MethodGet, 6, func() { c.change(renamesRule) }) // directly after the write was refused
	if found := m.Apply(c.config(edited(map[string]any{"locale": map[string]any{"constant": "en_US"}}))); len(found) > 0 {
		t.Fatalf("apply: %s", found)
	}
	if pending := c.Sim.Faults().Pending(); len(pending) > 0 {
		t.Errorf("the other writer never came: %v", pending)
	}
	schema := c.schema()
	if attribute(schema, "locale") == nil || item(schema, "synchronizationRules", 0)["name"] != "RENAMED_ELSEWHERE" {
		t.Error("a change is lost")
	}
}

func TestUpdate_doesNotBuildOnALaggingReplica(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	c.addMapping("Synchronize Groups", "Group", "Group")
	group := func(from string) map[string]any {
		return c.config(map[string]any{"object_mapping": "Group", "mappings": map[string]any{"displayName": map[string]any{"source_attribute": from, "matching_priority": 1}}})
	}
	users, groups := c.created(c.config(nil)), c.created(group("displayName"))
	// Answers come from two replicas in turn, one of which is behind. Both resources are written by one run.
	c.Sim.SetLag(simulator.KindSchema, simulator.Lag{Reads: 8, Flicker: true})
	p := c.Protocol()
	for _, change := range []struct {
		now    *acctest.Managed
		config map[string]any
	}{
		{users, c.config(edited(map[string]any{"locale": map[string]any{"constant": "en_US"}}))},
		{groups, group("mailNickname")},
	} {
		planned, found := p.Plan(typeName, change.now.Now, change.config)
		if found.HasError() {
			t.Fatalf("plan: %s", found)
		}
		if _, found := p.Apply(planned); len(found) > 0 {
			t.Fatalf("apply: %s", found)
		}
		// One more read, so the next write's turn falls on the replica that is behind.
		if _, found := p.Read(users.Now); len(found) > 0 {
			t.Fatalf("read: %s", found)
		}
	}
	schema := c.schema()
	groupMapping := item(item(item(schema, "synchronizationRules", 0), "objectMappings", 1), "attributeMappings", 0)
	if attribute(schema, "locale") == nil {
		t.Error("the users' change is lost")
	}
	if diff := cmp.Diff(attributeNode("mailNickname"), groupMapping["source"]); diff != "" {
		t.Errorf("the groups' change is lost (-want +got):\n%s", diff)
	}
}
