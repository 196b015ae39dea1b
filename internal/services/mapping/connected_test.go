// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// connected is a tenant in which the application and its job already exist, so a plan can look at the schema.
type connected struct {
	*acctest.Env
	t   testing.TB
	job store.Job
}

func newConnected(t testing.TB, adjust ...func(*simulator.Options)) *connected {
	t.Helper()
	env := acctest.New(t, adjust...)
	return &connected{env, t, newJob(t, env)}
}

func newJob(t testing.TB, env *acctest.Env) store.Job {
	t.Helper()
	_, principal, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		t.Fatal(err)
	}
	job, err := env.Sim.Store().CreateJob(principal.ID, store.ConnectorGoToMeeting)
	if err != nil {
		t.Fatal(err)
	}
	return job
}

// connectionID is the id that gotomeeting_provisioning_connection would have.
func (c *connected) connectionID() string { return c.job.ServicePrincipalID + "/" + c.job.ID }

// mappings is a configuration of the resource for this tenant's job; more goes behind the mappings.
func (c *connected) mappings(entries string, more ...string) string {
	text := fmt.Sprintf("resource \"gotomeeting_attribute_mappings\" \"users\" {\n  connection_id = %q\n  mappings = {\n%s\n  }\n", c.connectionID(), entries)
	for _, m := range more {
		text += m + "\n"
	}
	return c.Config(text + "}\n")
}

// tutorial are the mappings of the tutorial.
const tutorial = `
    email     = { source_attribute = "userPrincipalName", matching_priority = 1 }
    firstName = { source_attribute = "givenName" }
    lastName  = { expression = "Coalesce([surname], [displayName])" }
    locale    = { constant = "en_US", apply = "on_create" }
    active    = { expression = "Not([IsSoftDeleted])" }
`

// schema is the stored schema, decoded. Numbers keep their text.
func (c *connected) schema() map[string]any {
	c.t.Helper()
	job, err := c.Sim.Store().Job(c.job.ServicePrincipalID, c.job.ID)
	if err != nil {
		c.t.Fatal(err)
	}
	return decode(c.t, job.Schema)
}

func decode(t testing.TB, raw []byte) map[string]any {
	t.Helper()
	var document map[string]any
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	return document
}

// change edits the stored schema behind the provider's back, as somebody in the portal would.
func (c *connected) change(edit func(schema map[string]any)) {
	c.t.Helper()
	schema := c.schema()
	edit(schema)
	raw, err := json.Marshal(schema)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.Sim.Store().PutSchema(c.job.ServicePrincipalID, c.job.ID, raw, store.SchemaOptions{AcceptDoubled: true}); err != nil {
		c.t.Fatal(err)
	}
}

// object is the first object mapping of a schema.
func object(schema map[string]any) map[string]any {
	return item(item(schema, "synchronizationRules", 0), "objectMappings", 0)
}

func item(parent map[string]any, list string, index int) map[string]any {
	items, _ := parent[list].([]any)
	found, _ := items[index].(map[string]any)
	return found
}

// attribute is the attribute mapping of a target, nil if there is none.
func attribute(schema map[string]any, target string) map[string]any {
	items, _ := object(schema)["attributeMappings"].([]any)
	for _, i := range items {
		if m, _ := i.(map[string]any); m["targetAttributeName"] == target {
			return m
		}
	}
	return nil
}

// sources are the expressions of all attribute mappings by target; "" for none.
func sources(schema map[string]any) map[string]string {
	found := map[string]string{}
	items, _ := object(schema)["attributeMappings"].([]any)
	for _, i := range items {
		m, _ := i.(map[string]any)
		target, _ := m["targetAttributeName"].(string)
		source, _ := m["source"].(map[string]any)
		found[target], _ = source["expression"].(string)
	}
	return found
}

func targets(schema map[string]any) []string {
	return slices.Sorted(maps.Keys(sources(schema)))
}

// puts are the writes of schemas since the log was last emptied.
func (c *connected) puts() []simulator.Request {
	return c.Sim.Log().Match("PUT", "/servicePrincipals/*/synchronization/jobs/*/schema")
}

// setScope stores the connection's scope.
func (c *connected) setScope(all string) {
	c.t.Helper()
	if err := c.Sim.Store().PutSecrets(c.job.ServicePrincipalID, []store.KeyValue{{Key: "SyncAll", Value: all}}, store.SecretOptions{}); err != nil {
		c.t.Fatal(err)
	}
}

const typeName = "gotomeeting_attribute_mappings"

// lacks reports whether diagnostics are one error with the summary that names the missing permission.
func lacks(found acctest.Diagnostics, where, summary, permission string) bool {
	return len(found) == 1 && found[0].Error && found[0].Path == where && found[0].Summary == summary &&
		strings.HasPrefix(found[0].Detail, "The signed-in identity lacks a permission. Grant the Microsoft Graph application permission `"+permission+"` with admin consent")
}

// texts shows diagnostics on one line each, sorted; of the machine facts only the status, since the others differ between
// runs.
func texts(found acctest.Diagnostics) []string {
	var lines []string
	for _, d := range found {
		line := "warning "
		if d.Error {
			line = "error "
		}
		if d.Path != "" {
			line += strings.ReplaceAll(d.Path, `"`, "") + ": "
		}
		line += d.Summary + ": " + d.Detail
		if before, after, cut := strings.Cut(line, "HTTP status: "); cut {
			line = before + "HTTP status: " + after[:3]
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}
