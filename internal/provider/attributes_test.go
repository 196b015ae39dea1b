// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/provider"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// outcome is what a change of one attribute alone comes to.
type outcome string

const (
	writes   outcome = "a write to the service"
	replaces outcome = "a replacement"
	// steers is for attributes that the service never hears of: timeouts, guards, a write-only value without a new
	// version, another notation of the same. The state takes the new value.
	steers outcome = "no write"
	// reveals is for attributes that say what belongs to the resource: the state takes the new value, and what has come
	// to belong to it is for the next plan to show, since nobody loses access by an apply whose plan did not say so.
	reveals outcome = "no write, and a next plan that has more to do"
	// same is for another notation that makes no difference at all; the state keeps the one it has.
	same outcome = "no difference"
	// refused is for what the service cannot change, where a replacement would cost more than anybody means.
	refused outcome = "an error of the plan"
)

// alone is a change of one attribute.
type alone struct {
	at   string // "mappings[firstName].constant"
	to   any    // nil to leave it out
	want outcome
	// from are pairs of attribute and value that the configuration has from the start besides the usual.
	from []any
	// first happens between the creation and the change.
	first func(*tenant)
}

// everyAttribute has at least one change of each attribute of each resource that can be configured.
var everyAttribute = map[string][]alone{
	"gotomeeting_application": {
		{at: "display_name", to: "Renamed", want: writes},
		{at: "gallery_name", to: "GoTo", want: refused},
		{at: "application_template_id", to: store.TemplateGoTo, want: refused},
		{at: "force_destroy", to: true, want: steers},
		{at: "owner_ids", to: []any{store.UserAna, store.UserBen}, want: writes, from: []any{"owner_ids", []any{store.UserAna}}},
		{at: "service_management_reference", to: "SVC-2", want: writes, from: []any{"service_management_reference", "SVC-1"}},
		{at: "service_management_reference", want: steers, from: []any{"service_management_reference", "SVC-1"}},
	},
	"gotomeeting_provisioning_connection": {
		{at: "service_principal_id", to: theOther, want: replaces},
		{at: "template_id", to: secondConnector, want: replaces},
		{at: "admin_username", to: "second@example.com", want: writes},
		{at: "admin_username", to: "Provisioning@example.com", want: writes},
		{at: "admin_password", to: "changed", want: writes, from: []any{"admin_password", store.AdminPassword, "admin_password_wo", nil, "admin_password_wo_version", nil}, first: changesPassword},
		{at: "admin_password_wo", to: "changed", want: steers, first: changesPassword},
		{at: "admin_password_wo_version", to: "2", want: writes},
		{at: "credentials_wo[SecretToken]", to: "changed", want: steers},
		{at: "credentials_wo_version", to: "2", want: writes},
		{at: "connector_settings[BaseAddress]", to: "https://other.example.com", want: writes},
		{at: "connector_settings", want: writes},
		{at: "notification_email", to: "other@example.com", want: writes},
		{at: "notification_email", want: writes},
		{at: "notification_enabled", to: false, want: writes},
		{at: "prevent_accidental_deletions", to: false, want: writes},
		{at: "accidental_deletion_threshold", to: 25, want: writes},
		{at: "scope", to: "all", want: writes},
		{at: "skip_out_of_scope_deletions", to: true, want: writes},
		{at: "test_connection", to: false, want: steers},
	},
	"gotomeeting_attribute_mappings": {
		{at: "connection_id", to: theOther, want: replaces},
		{at: "object_mapping", to: "Group", want: replaces},
		{at: "object_mapping", to: "User to User", want: replaces},
		{at: "enabled", to: false, want: writes, from: []any{"object_mapping", "Group"}},
		{at: "operations", to: []any{"create", "update"}, want: writes},
		{at: "allow_no_deprovisioning", to: true, want: steers},
		{at: "mappings[nickname]", to: map[string]any{"source_attribute": "mailNickname"}, want: writes, from: []any{"custom_target_attributes[nickname]", map[string]any{}}},
		{at: "mappings[firstName]", want: writes},
		{at: "mappings[firstName].source_attribute", to: "displayName", want: writes},
		{at: "mappings[jobTitle].constant", to: "Guest", want: writes},
		{at: "mappings[lastName].expression", to: "Coalesce([surname], [mail])", want: writes},
		{at: "mappings[lastName].expression", to: "Coalesce( [surname],[displayName] )", want: same},
		{at: "mappings[firstName].default_value", to: "Somebody", want: writes},
		{at: "mappings[email].matching_priority", to: 2, want: writes},
		{at: "mappings[firstName].apply", to: "on_create", want: writes},
		{at: "scoping_filters", want: writes},
		{at: "scoping_filters[0].name", to: "Workers", want: writes},
		{at: "scoping_filters[0].clauses", to: []any{map[string]any{"attribute": "surname", "operator": "IS NOT NULL"}}, want: writes},
		{at: "scoping_filters[0].clauses[0].attribute", to: "jobTitle", want: writes},
		{at: "scoping_filters[0].clauses[0].operator", to: "NOT EQUALS", want: writes},
		{at: "scoping_filters[0].clauses[0].operator", to: "equals", want: same},
		{at: "scoping_filters[0].clauses[0].values", to: []any{"Finance"}, want: writes},
		{at: "custom_target_attributes[desk]", to: map[string]any{}, want: writes},
		{at: "custom_target_attributes[badge].type", to: "Integer", want: writes},
		{at: "custom_target_attributes[badge].multivalued", to: true, want: writes},
	},
	"gotomeeting_provisioning_state": {
		{at: "connection_id", to: theOther, want: replaces},
		{at: "enabled", to: false, want: writes},
		{at: "enabled", want: steers},
		{at: "restart_triggers[when]", to: "later", want: writes},
		{at: "restart_scope", to: "Watermark", want: steers},
		{at: "wait_for_first_cycle", to: true, want: steers},
		{at: "mapping_ids", to: []any{elsewhere + "/job/User"}, want: refused},
		{at: "assignment_ids", to: []any{elsewhere + "/assigned"}, want: refused},
		{at: "allow_default_mappings", want: steers},
		{at: "allow_two_writers", to: true, want: steers},
		{at: "on_outside_pause", to: "resume", want: writes, first: pausesOutside},
		{at: "resume_token", to: "now", want: writes, first: pausesOutside},
		{at: "release_deletions", to: map[string]any{"quarantine_began": quarantineBegan, "max": 1}, want: writes, first: holdsDeletions},
		{at: "release_deletions.quarantine_began", to: quarantineBegan, want: writes, first: holdsDeletions,
			from: []any{"release_deletions", map[string]any{"quarantine_began": "2029-01-02T03:04:05Z", "max": 1}}},
		{at: "release_deletions.max", to: 5, want: writes, first: holdsDeletions,
			from: []any{"release_deletions", map[string]any{"quarantine_began": quarantineBegan, "max": 1}}},
	},
	"gotomeeting_user_role_assignment": {
		{at: "service_principal_id", to: theOther, want: replaces},
		{at: "principal_id", to: store.UserBen, want: replaces},
		{at: "user_principal_name", to: nameOf(store.UserBen), want: replaces, from: []any{"principal_id", nil, "user_principal_name", nameOf(store.UserAna)}},
		{at: "role", to: store.RoleOrganizer, want: replaces},
		{at: "role", to: "organizer", want: steers, from: []any{"role", store.RoleOrganizer}},
	},
	"gotomeeting_user_role_assignments_exclusive": {
		{at: "service_principal_id", to: theOther, want: replaces},
		{at: "assignments[" + store.UserBen + "]", to: store.RoleUser, want: writes},
		{at: "assignments[" + store.UserAna + "]", to: "organizer", want: steers, from: []any{"assignments[" + store.UserAna + "]", store.RoleOrganizer, "roles", nil}},
		{at: "roles", to: []any{store.RoleUser, store.RoleOrganizer}, want: reveals, first: assigned(store.UserChloe, store.RoleOrganizer)},
		{at: "roles", to: []any{store.RoleUser, store.RoleOrganizer}, want: steers},
		{at: "ignored_principal_ids", to: []any{store.UserLeo}, want: reveals, first: assigned(store.UserKim, store.RoleUser)},
		{at: "ignored_principal_ids", to: []any{store.UserLeo}, want: steers},
		{at: "max_removals", to: 10, want: steers},
		{at: "max_foreign_removals", to: 10, want: steers},
		{at: "allow_empty", to: true, want: steers},
	},
}

// onlySteer are the attributes beside timeouts of which no change is ever told to the service: they steer the provider.
var onlySteer = []string{
	"gotomeeting_application.force_destroy",
	"gotomeeting_attribute_mappings.allow_no_deprovisioning",
	"gotomeeting_provisioning_connection.admin_password_wo", // its version is what announces a new one
	"gotomeeting_provisioning_connection.credentials_wo",    // likewise
	"gotomeeting_provisioning_connection.test_connection",
	"gotomeeting_provisioning_state.allow_default_mappings", // before the first start
	"gotomeeting_provisioning_state.allow_two_writers",
	"gotomeeting_provisioning_state.restart_scope", // of the next restart
	"gotomeeting_provisioning_state.wait_for_first_cycle",
	"gotomeeting_user_role_assignments_exclusive.allow_empty",
	"gotomeeting_user_role_assignments_exclusive.max_foreign_removals",
	"gotomeeting_user_role_assignments_exclusive.max_removals",
}

// usual is the configuration that the changes start from.
func (n *tenant) usual(typeName string) map[string]any {
	switch typeName {
	case "gotomeeting_application":
		return map[string]any{"display_name": "New"}
	case "gotomeeting_provisioning_connection":
		return map[string]any{
			"service_principal_id": n.sp.ID, "admin_username": store.AdminUserName, "admin_password_wo": store.AdminPassword, "admin_password_wo_version": "1",
			"credentials_wo": map[string]any{"SecretToken": "token"}, "credentials_wo_version": "1", "connector_settings": map[string]any{"BaseAddress": "https://scim.example.com"},
			"notification_email": "ops@example.com",
		}
	case "gotomeeting_attribute_mappings":
		return map[string]any{
			"connection_id": n.job.ServicePrincipalID + "/" + n.job.ID,
			"mappings": map[string]any{
				"email":     map[string]any{"source_attribute": "userPrincipalName", "matching_priority": 1},
				"firstName": map[string]any{"source_attribute": "givenName"},
				"lastName":  map[string]any{"expression": "Coalesce([surname], [displayName])"},
				"jobTitle":  map[string]any{"constant": "Employee"},
				"active":    map[string]any{"expression": "Not([IsSoftDeleted])"},
			},
			"scoping_filters":          []any{map[string]any{"name": "Staff", "clauses": []any{map[string]any{"attribute": "department", "operator": "EQUALS", "values": []any{"Sales"}}}}},
			"custom_target_attributes": map[string]any{"badge": map[string]any{"type": "String"}},
		}
	case "gotomeeting_provisioning_state":
		return map[string]any{"connection_id": n.job.ServicePrincipalID + "/" + n.job.ID, "enabled": true, "allow_default_mappings": true, "restart_triggers": map[string]any{"when": "now"}}
	case "gotomeeting_user_role_assignment":
		return map[string]any{"service_principal_id": n.sp.ID, "principal_id": store.UserAna, "role": store.RoleUser}
	case "gotomeeting_user_role_assignments_exclusive":
		return map[string]any{
			"service_principal_id": n.sp.ID, "assignments": map[string]any{store.UserAna: store.RoleUser}, "roles": []any{store.RoleUser}, "ignored_principal_ids": []any{store.UserKim},
		}
	}
	n.t.Fatalf("no configuration of %s to start from", typeName)
	return nil
}

const secondConnector = "inventedSecond"

// theOther stands for the other application, or its connection.
var theOther = new(int)

// nameOf stands for the user principal name of a person.
type nameOf string

func changesPassword(n *tenant) {
	n.Sim.Store().SetAdmin(store.Admin{UserName: store.AdminUserName, Password: "changed", TeamAdmin: true})
}

func assigned(principalID, role string) func(*tenant) {
	return func(n *tenant) {
		for _, declared := range n.sp.Roles {
			if declared.DisplayName == role {
				if _, err := n.Sim.Store().Assign(n.sp.ID, principalID, declared.ID, store.AssignOptions{}); err != nil {
					n.t.Fatal(err)
				}
			}
		}
	}
}

func pausesOutside(n *tenant) {
	if err := n.Sim.Engine().Pause(n.sp.ID, n.job.ID); err != nil {
		n.t.Fatal(err)
	}
}

const quarantineBegan = "2030-01-02T03:00:00Z"

// elsewhere is no service principal of the tenant.
const elsewhere = "b0000000-0000-4000-8000-000000000009"

// holdsDeletions has accidental-deletion prevention hold back one.
func holdsDeletions(n *tenant) {
	began, err := time.Parse(time.RFC3339, quarantineBegan)
	if err != nil {
		n.t.Fatal(err)
	}
	if err := n.Sim.Store().UpdateJob(n.sp.ID, n.job.ID, func(j *store.Job) {
		j.Status.Code, j.Status.Quarantine = store.CodeQuarantine, &store.Quarantine{Reason: "TooManyDeletes", SeriesBegan: began, CurrentBegan: began}
	}); err != nil {
		n.t.Fatal(err)
	}
	n.Sim.Store().AddLog(store.LogEntry{ID: "held", At: began, ServicePrincipalID: n.sp.ID, JobID: n.job.ID, Action: "stagedDelete", Status: "skipped", SourceID: store.UserBen, SourceType: "User"})
}

// tenant has two applications. Where the resource needs a connection, both have one; those have a mapping of groups, too.
type tenant struct {
	*acctest.Env
	t             *testing.T
	sp, otherSP   store.ServicePrincipal
	job, otherJob store.Job
}

func newTenant(t *testing.T, typeName string) *tenant {
	t.Helper()
	env := acctest.New(t, func(o *simulator.Options) { // owners need more than the usual
		o.Permissions = append(simulator.DefaultPermissions(), "Directory.Read.All")
	})
	n := &tenant{Env: env, t: t}
	if err := env.Sim.Store().UpdateConnector(store.ConnectorGoToMeeting, n.addGroups); err != nil {
		t.Fatal(err)
	}
	second, err := env.Sim.Store().Connector(store.ConnectorGoToMeeting)
	if err != nil {
		t.Fatal(err)
	}
	second.ID, second.Default = secondConnector, false
	env.Sim.Store().AddConnector(second)
	env.Sim.Store().SetAdmin(store.Admin{UserName: "second@example.com", Password: store.AdminPassword, TeamAdmin: true})
	n.sp, n.job = n.application("One", typeName)
	n.otherSP, n.otherJob = n.application("Other", typeName)
	return n
}

func (n *tenant) application(name, typeName string) (store.ServicePrincipal, store.Job) {
	n.t.Helper()
	_, sp, err := n.Sim.Store().Instantiate(store.TemplateGoToMeeting, name, "")
	if err != nil {
		n.t.Fatal(err)
	}
	if typeName == "gotomeeting_provisioning_connection" {
		return sp, store.Job{}
	}
	credentials := []store.KeyValue{{Key: "UserName", Value: store.AdminUserName}, {Key: "Password", Value: store.AdminPassword}}
	if err := n.Sim.Store().PutSecrets(sp.ID, credentials, store.SecretOptions{}); err != nil {
		n.t.Fatal(err)
	}
	job, err := n.Sim.Store().CreateJob(sp.ID, store.ConnectorGoToMeeting)
	if err != nil {
		n.t.Fatal(err)
	}
	return sp, job
}

// addGroups gives a connector a mapping of groups that is like that of users.
func (n *tenant) addGroups(connector *store.Connector) {
	n.t.Helper()
	var schema map[string]any
	if err := json.Unmarshal(connector.Schema, &schema); err != nil {
		n.t.Fatal(err)
	}
	rules, _ := schema["synchronizationRules"].([]any)
	rule, _ := rules[0].(map[string]any)
	mappings, _ := rule["objectMappings"].([]any)
	users, _ := mappings[0].(map[string]any)
	groups := maps.Clone(users)
	maps.Copy(groups, map[string]any{"name": "Groups", "sourceObjectName": "Group"})
	rule["objectMappings"] = append(mappings, groups)
	raw, err := json.Marshal(schema)
	if err != nil {
		n.t.Fatal(err)
	}
	connector.Schema = raw
}

// places are the steps of a path: the attribute "mappings", the key "firstName" of a collection.
func places(at string) []string { return regexp.MustCompile(`[^][.]+`).FindAllString(at, -1) }

// put returns a copy of value with something else at the place, nil for nothing.
func put(value any, at []string, to any) any {
	if len(at) == 0 {
		return to
	}
	if list, isList := value.([]any); isList {
		list = slices.Clone(list)
		if i, err := strconv.Atoi(at[0]); err == nil && i < len(list) {
			list[i] = put(list[i], at[1:], to)
		}
		return list
	}
	members, _ := value.(map[string]any)
	members = maps.Clone(members)
	if members == nil {
		members = map[string]any{}
	}
	if inner := put(members[at[0]], at[1:], to); inner != nil {
		members[at[0]] = inner
	} else {
		delete(members, at[0])
	}
	return members
}

func (n *tenant) with(config map[string]any, at string, to any) map[string]any {
	n.t.Helper()
	switch value := to.(type) {
	case *int:
		to = n.otherSP.ID
		if at == "connection_id" {
			to = n.otherSP.ID + "/" + n.otherJob.ID
		}
	case nameOf:
		user, err := n.Sim.Store().User(string(value))
		if err != nil {
			n.t.Fatal(err)
		}
		to = user.UserPrincipalName
	}
	changed, _ := put(config, places(at), to).(map[string]any)
	return changed
}

// attributePath is the path in the schema: without the keys of collections.
func attributePath(at string) string { return regexp.MustCompile(`\[[^]]*\]`).ReplaceAllString(at, "") }

// configurable lists the paths of the attributes that a configuration can have, those of nested objects included.
func configurable(prefix string, attributes []*tfprotov6.SchemaAttribute) []string {
	var paths []string
	for _, attribute := range attributes {
		if !attribute.Required && !attribute.Optional {
			continue
		}
		paths = append(paths, prefix+attribute.Name)
		if attribute.NestedType != nil {
			paths = append(paths, configurable(prefix+attribute.Name+".", attribute.NestedType.Attributes)...)
		}
	}
	return paths
}

// A new attribute starts with a line in everyAttribute: an attribute that silently does nothing looks like one that works.
func TestResources_everyAttributeMattersAlone(t *testing.T) {
	t.Parallel()
	schemas, err := providerserver.NewProtocol6(provider.New("test")())().GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for typeName, schema := range schemas.ResourceSchemas {
		changes := everyAttribute[typeName]
		paths := configurable("", schema.Block.Attributes)
		for _, path := range paths {
			operation, isTimeout := strings.CutPrefix(path, "timeouts")
			if operation != "" && isTimeout {
				changes = append(changes, alone{at: path, to: "7m", want: steers})
			}
			tried := slices.ContainsFunc(changes, func(c alone) bool { return attributePath(c.at) == path })
			matters := slices.ContainsFunc(changes, func(c alone) bool { return attributePath(c.at) == path && c.want != steers && c.want != same })
			switch steering := slices.Contains(onlySteer, typeName+"."+path); {
			case isTimeout:
			case !tried:
				t.Errorf("everyAttribute has no change of %s.%s", typeName, path)
			case matters == steering:
				t.Errorf("%s.%s: a change that matters: %t; among those that only steer the provider: %t", typeName, path, matters, steering)
			}
		}
		for _, change := range changes {
			if !slices.Contains(paths, attributePath(change.at)) {
				t.Errorf("%s has no attribute %s to configure", typeName, attributePath(change.at))
				continue
			}
			t.Run(fmt.Sprintf("%s.%s=%v", strings.TrimPrefix(typeName, "gotomeeting_"), change.at, change.to), func(t *testing.T) {
				t.Parallel()
				change.check(t, typeName, schema)
			})
		}
	}
}

func (c alone) check(t *testing.T, typeName string, schema *tfprotov6.Schema) {
	name := places(c.at)[0]
	writeOnly := slices.ContainsFunc(schema.Block.Attributes, func(a *tfprotov6.SchemaAttribute) bool { return a.Name == name && a.WriteOnly })
	n := newTenant(t, typeName)
	before := n.usual(typeName)
	for i := 0; i < len(c.from); i += 2 {
		before = n.with(before, fmt.Sprint(c.from[i]), c.from[i+1])
	}
	m := n.Managed(typeName)
	if found := m.Apply(before); found.HasError() {
		t.Fatalf("creating: %s", found)
	}
	if action, _, found := m.Plan(before); action != acctest.NoAction {
		t.Fatalf("without a change the plan is %s %s", action, found)
	}
	if c.first != nil {
		c.first(n)
	}
	after := n.with(before, c.at, c.to)
	n.Sim.Log().Reset()
	action, _, found := m.Plan(after)
	if written := n.Sim.Log().Writes(); len(written) > 0 {
		t.Errorf("planning writes: %q", acctest.Lines(written))
	}
	if c.want == refused {
		if !found.HasError() {
			t.Errorf("want an error, the plan is %s", action)
		}
		return
	}
	expected := map[outcome]string{writes: acctest.Update, replaces: acctest.Replace, steers: acctest.Update, reveals: acctest.Update, same: acctest.NoAction}[c.want]
	if writeOnly {
		expected = acctest.NoAction
	}
	if found.HasError() || action != expected {
		t.Fatalf("want %s, the plan is %s %s", c.want, action, found)
	}
	if found := m.Apply(after); found.HasError() {
		t.Fatalf("changing: %s", found)
	}
	if written := n.Sim.Log().Writes(); (len(written) > 0) != (c.want == writes || c.want == replaces) {
		t.Errorf("want %s, there were %q", c.want, acctest.Lines(written))
	}
	if c.want == same {
		after = before
	}
	if at := lacks(name, after[name], m.Get(name)); at != "" && !writeOnly {
		t.Errorf("the state does not take the new value: %s", at)
	}
	if action, _, found := m.Plan(after); (action == acctest.NoAction) != (c.want != reveals) {
		t.Errorf("after the change the plan is %s %s", action, found)
	}
}

// lacks says where got does not have what is wanted. It may have more: what the provider computes.
func lacks(at string, want, got any) string {
	switch want := want.(type) {
	case nil:
		return ""
	case map[string]any:
		members, _ := got.(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(want)) {
			if problem := lacks(at+"."+key, want[key], members[key]); problem != "" {
				return problem
			}
		}
		return ""
	}
	// Sets come in another order.
	wanted, _ := json.Marshal(want)
	is, _ := json.Marshal(got)
	if list, isList := want.([]any); isList && len(list) > 0 {
		if _, nested := list[0].(map[string]any); nested {
			items, _ := got.([]any)
			for i := range list {
				if i >= len(items) {
					return fmt.Sprintf("%s has %d elements", at, len(items))
				}
				if problem := lacks(fmt.Sprintf("%s[%d]", at, i), list[i], items[i]); problem != "" {
					return problem
				}
			}
			return ""
		}
		return lacksText(at, sorted(wanted), sorted(is))
	}
	return lacksText(at, string(wanted), string(is))
}

func sorted(list []byte) string {
	var items []any
	_ = json.Unmarshal(list, &items)
	slices.SortFunc(items, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return fmt.Sprint(items)
}

func lacksText(at, want, got string) string {
	if want == got {
		return ""
	}
	return fmt.Sprintf("%s is %s instead of %s", at, got, want)
}
