// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// populated is a connection that has provisioned people by the mapping of config.
func populated(t *testing.T, people int) (*connected, *acctest.Managed) {
	t.Helper()
	c := newConnected(t)
	c.UseGoTo()
	c.Sim.Store().SetDomains()
	c.Sim.Store().SetLicenses(100_000)
	members := c.Sim.Store().AddUsers(people)
	group := c.Sim.Store().AddGroup(store.Group{DisplayName: "Many", SecurityEnabled: true, Members: members})
	role, id := "", c.job.ServicePrincipalID
	principal, err := c.Sim.Store().ServicePrincipal(id)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range principal.Roles {
		if r.DisplayName == store.RoleUser {
			role = r.ID
		}
	}
	if _, err := c.Sim.Store().Assign(id, group, role, store.AssignOptions{}); err != nil {
		t.Fatal(err)
	}
	m := c.created(c.config(nil))
	if err := c.Sim.Store().PutSecrets(id, []store.KeyValue{{Key: "UserName", Value: store.AdminUserName}, {Key: "Password", Value: store.AdminPassword}, {Key: "Oauth2AccessToken", Value: "access-for-somebody"}}, store.SecretOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := c.Sim.Engine().Start(id, c.job.ID); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		c.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
	}
	return c, m
}

// The numbers of a plan are people, in one warning, for few requests.
func TestPlan_foreseesWhatAChangedExpressionDoes(t *testing.T) {
	t.Parallel()
	c, m := populated(t, 1000)
	changed := c.config(map[string]any{"mappings": entries(map[string]any{"lastName": map[string]any{"expression": `Join(" ", [givenName], [surname])`}})})
	c.Sim.Log().Reset()
	_, _, found := m.Plan(changed)
	got := texts(found)
	if len(got) != 1 || !strings.HasPrefix(got[0], "warning 1000 accounts will be updated: attribute mappings of GoTo") || !strings.Contains(got[0], "- Updated: 1000 (`lastName` of 1000)") {
		t.Errorf("got %q", got)
	}
	with := len(c.Sim.Log().All())
	c.Sim.Log().Reset()
	silent := func(block map[string]any) { block["impact"] = map[string]any{"enabled": false} }
	if _, found := c.Protocol(silent).Plan(typeName, m.Now, changed); found.HasError() {
		t.Fatal(found)
	}
	t.Logf("%d requests with, %d without", with, len(c.Sim.Log().All()))
	if with-len(c.Sim.Log().All()) > 60 {
		t.Errorf("%d requests with, %d without", with, len(c.Sim.Log().All()))
	}
}

// A filter that lets go of too many people is refused, by default and by a limit; what is meant goes through.
func TestPlan_refusesToDisableTooMany(t *testing.T) {
	t.Parallel()
	c, m := populated(t, 40)
	report := filepath.Join(t.TempDir(), "impact.md")
	narrowed := c.config(map[string]any{"scoping_filters": []any{map[string]any{"clauses": []any{clause("department", "EQUALS", "Sales")}}}})
	tests := []struct {
		name   string
		impact map[string]any
		want   []string
	}{
		{"by default", nil, []string{"warning 30 accounts will be disabled: attribute mappings of GoTo", "error This plan would disable 30 accounts of GoTo"}},
		{"allowed", map[string]any{"max_disabled": 30, "report_file": report}, []string{"warning 30 accounts will be disabled: attribute mappings of GoTo"}},
		{"updates limited", map[string]any{"max_disabled": 30, "max_updated": 0}, []string{"warning 30 accounts will be disabled: attribute mappings of GoTo"}},
		{"off", map[string]any{"enabled": false}, []string{"warning Everybody is evaluated again", "warning scoping_filters: The scoping filters change"}},
	}
	for _, test := range tests {
		p := c.Protocol(func(block map[string]any) {
			if test.impact != nil {
				block["impact"] = test.impact
			}
		})
		_, found := p.Plan(typeName, m.Now, narrowed)
		got := texts(found)
		if len(got) != len(test.want) {
			t.Errorf("%s: %q", test.name, got)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(strings.Join(got, "\n"), want) {
				t.Errorf("%s: %q lacks %q", test.name, got, want)
			}
		}
	}
	text, err := os.ReadFile(report)
	if err != nil || !strings.Contains(string(text), "30 accounts will be disabled") || !strings.Contains(string(text), "| disabled or deleted | 0 | 30 | +30 |") {
		t.Errorf("report: %v\n%s", err, text)
	}
	raw, err := os.ReadFile(strings.TrimSuffix(report, ".md") + ".json")
	if err != nil || strings.Contains(string(raw), store.PersonID(0)[:8]) || !strings.Contains(string(raw), `"disabled": 30`) {
		t.Errorf("report: %v\n%s", err, raw)
	}
}
