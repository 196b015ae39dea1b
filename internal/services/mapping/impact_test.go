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

// Deleting the resource puts the connector's default back, which is told in people: as many as the cycle then changes. No limit
// refuses it. Where the plan is known to end provisioning already, nothing is said, and nothing asked; where that is planned
// later, nothing said before is wrong, and the report is corrected.
func TestPlan_foreseesWhatADeleteDoes(t *testing.T) {
	t.Parallel()
	c, m := populated(t, 40)
	if found := m.Apply(c.config(map[string]any{"mappings": entries(map[string]any{"lastName": expression(`Join(" ", [givenName], [surname])`)})})); found.HasError() {
		t.Fatal(found)
	}
	cycles := func() {
		for range 3 {
			c.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
		}
	}
	names := func() map[string]string {
		found := map[string]string{}
		for _, a := range c.Sim.Store().Accounts() {
			found[a.Key] = strings.Join(a.Attributes["lastName"], "")
		}
		return found
	}
	cycles()
	before := names()
	report := filepath.Join(t.TempDir(), "impact.md")
	limited := func(block map[string]any) {
		block["impact"] = map[string]any{"max_updated": 0, "report_file": report}
	}
	const told = "warning Unless this plan also ends provisioning, 40 accounts will be updated: attribute mappings restored to the connector's default of GoTo"
	wantReport := func(want string) {
		t.Helper()
		if text, err := os.ReadFile(report); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("the report lacks %q: %v\n%s", want, err, text)
		}
	}
	ends := map[string]map[string]any{
		"gotomeeting_provisioning_state":      {"id": c.connectionID(), "connection_id": c.connectionID(), "enabled": true},
		"gotomeeting_provisioning_connection": {"id": c.connectionID(), "service_principal_id": c.job.ServicePrincipalID, "job_id": c.job.ID},
	}
	for end, state := range ends {
		p := c.Protocol(limited)
		_, found := p.Plan(typeName, m.Now, nil)
		got := texts(found)
		if found.HasError() || len(got) != 2 || !strings.HasPrefix(got[0], told) || !strings.Contains(got[0], "- Updated: 40 (`department` of 40, `lastName` of 40)") ||
			!strings.HasPrefix(got[1], "warning Unless this plan also ends provisioning, this plan would update more accounts of GoToMeeting than the limit of 0") {
			t.Errorf("got %q", got)
		}
		wantReport("40 accounts will be updated")
		if _, found := p.Plan(end, p.Stored(end, state), nil); found.HasError() {
			t.Error(found)
		}
		wantReport("No account changes planned so far.")

		p = c.Protocol(limited)
		if _, found := p.Plan(end, p.Stored(end, state), nil); found.HasError() {
			t.Error(found)
		}
		c.Sim.Log().Reset()
		if _, found := p.Plan(typeName, m.Now, nil); len(found) > 0 {
			t.Errorf("after %s: %s", end, found)
		}
		if sent := c.Sim.Log().Sent(); len(sent) > 0 {
			t.Errorf("after %s: asked %v", end, sent)
		}
	}

	if found := m.Destroy(); found.HasError() {
		t.Fatal(found)
	}
	cycles()
	changed := 0
	for key, name := range names() {
		if before[key] != name {
			changed++
		}
	}
	if changed != 40 {
		t.Errorf("%d accounts changed", changed)
	}
}

// A plan that deletes the mapping and switches provisioning on says what the connector's default then does, whichever is planned
// first; a cycle does just that.
func TestPlan_foreseesADeleteBesideAStart(t *testing.T) {
	t.Parallel()
	c, m := populated(t, 40)
	if found := m.Apply(c.config(map[string]any{"mappings": entries(map[string]any{"lastName": expression(`Join(" ", [givenName], [surname])`)})})); found.HasError() {
		t.Fatal(found)
	}
	for range 3 {
		c.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
	}
	if err := c.Sim.Engine().Pause(c.job.ServicePrincipalID, c.job.ID); err != nil {
		t.Fatal(err)
	}
	const state = "gotomeeting_provisioning_state"
	on := map[string]any{"connection_id": c.connectionID(), "enabled": true, "allow_default_mappings": true}
	off := map[string]any{"id": c.connectionID(), "connection_id": c.connectionID(), "enabled": false, "allow_default_mappings": true, "allow_two_writers": false,
		"on_outside_pause": "keep", "restart_pending": false, "wait_for_first_cycle": false}
	var reports []string
	for _, deleteFirst := range []bool{true, false} {
		report := filepath.Join(t.TempDir(), "impact.md")
		p := c.Protocol(func(block map[string]any) {
			block["impact"] = map[string]any{"report_file": report, "max_updated": 39}
		})
		var all []string
		steps := []func(){
			func() { _, found := p.Plan(typeName, m.Now, nil); all = append(all, texts(found)...) },
			func() { _, found := p.Plan(state, p.Stored(state, off), on); all = append(all, texts(found)...) },
		}
		if !deleteFirst {
			steps[0], steps[1] = steps[1], steps[0]
		}
		for _, step := range steps {
			step()
		}
		text, err := os.ReadFile(report)
		if err != nil || !strings.Contains(string(text), ": 40 accounts will be updated") || !strings.Contains(string(text), "| `lastName` | 40 |") {
			t.Errorf("delete first %t: %v\n%s", deleteFirst, err, text)
		}
		reports = append(reports, string(text))
		want := "error enabled: This plan would update 40 accounts"
		if !deleteFirst {
			want = "warning Unless this plan also ends provisioning, this plan would update more accounts"
		}
		if !strings.Contains(strings.Join(all, "\n"), want) {
			t.Errorf("delete first %t: %q", deleteFirst, all)
		}
	}
	if reports[0] != reports[1] {
		t.Errorf("the order shows:\n%s\n%s", reports[0], reports[1])
	}
	if found := m.Destroy(); found.HasError() {
		t.Fatal(found)
	}
	before := c.Sim.Store().Accounts()
	if err := c.Sim.Engine().Start(c.job.ServicePrincipalID, c.job.ID); err != nil {
		t.Fatal(err)
	}
	c.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
	changed := 0
	for i, a := range c.Sim.Store().Accounts() {
		if before[i].Key == a.Key && strings.Join(before[i].Attributes["lastName"], "") != strings.Join(a.Attributes["lastName"], "") {
			changed++
		}
	}
	if changed != 40 {
		t.Errorf("%d accounts changed", changed)
	}
}

// Terraform shows no warning of a connection that is replaced on request, only those of what depends on it.
func TestPlan_countsTheAccountsThatAReplacedConnectionLeaves(t *testing.T) {
	t.Parallel()
	c, m := populated(t, 3)
	config := c.config(nil)
	config["connection_id"] = acctest.Unknown
	_, found := c.Protocol().Plan(typeName, m.Now, config)
	if got := strings.Join(texts(found), "\n"); !strings.Contains(got, "If the connection "+c.connectionID()+" is replaced, 3 active accounts at GoTo stay as they are: ") {
		t.Errorf("the plan says\n%s", got)
	}
}
