// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

// What the simulator has to start with. It is repeated here so that a change there is noticed.
const (
	userAna       = "d0000000-0000-4000-8000-000000000001"
	userBlocked   = "d0000000-0000-4000-8000-000000000004"
	groupMeetings = "d0000000-0000-4000-8000-0000000000d1"
	adminName     = "provisioning@example.com"
	adminPassword = "correct-horse-battery"
	missingID     = "99999999-0000-4000-8000-000000000000"
)

var credentials = []graph.KeyValue{{Key: "UserName", Value: adminName}, {Key: "Password", Value: adminPassword}}

// application instantiates the gallery entry.
func (n *tenant) application(t *testing.T) (graph.Application, graph.ServicePrincipal) {
	t.Helper()
	templates, err := n.ListApplicationTemplates(t.Context(), "GoToMeeting")
	if err != nil || len(templates) != 1 {
		t.Fatalf("templates %v, %v", templates, err)
	}
	application, principal, err := n.InstantiateApplicationTemplate(t.Context(), templates[0].ID, graph.NewApplication{DisplayName: "Meetings"})
	if err != nil {
		t.Fatal(err)
	}
	return application, principal
}

// connection creates a job with credentials.
func (n *tenant) connection(t *testing.T) (graph.ServicePrincipal, graph.JobRef) {
	t.Helper()
	_, principal := n.application(t)
	templates, err := n.ListSyncTemplates(t.Context(), principal.ID)
	if err != nil || len(templates) != 1 {
		t.Fatalf("templates %v, %v", templates, err)
	}
	job, err := n.CreateJob(t.Context(), principal.ID, templates[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	secrets := append(slices.Clone(credentials), graph.KeyValue{Key: "SyncAll", Value: "false"})
	if err := n.PutSecrets(t.Context(), principal.ID, secrets); err != nil {
		t.Fatal(err)
	}
	return principal, graph.JobRef{ServicePrincipalID: principal.ID, JobID: job.ID}
}

// userRole is the id of the role User.
func userRole(t *testing.T, principal graph.ServicePrincipal) string {
	t.Helper()
	i := slices.IndexFunc(principal.AppRoles, func(r graph.AppRole) bool { return r.DisplayName == "User" })
	if i < 0 {
		t.Fatalf("no such role in %v", principal.AppRoles)
	}
	return principal.AppRoles[i].ID
}

func TestClient_managesAnApplication(t *testing.T) {
	for _, legacy := range []bool{false, true} {
		n := newTenant(t, func(o *simulator.Options) { o.Variants.LegacyObjectID = legacy })
		application, principal := n.application(t)
		template, err := n.GetApplicationTemplate(t.Context(), principal.ApplicationTemplateID)
		if err != nil || !cmp.Equal(template.SupportedProvisioningTypes, []string{"sync"}) {
			t.Errorf("template %+v, %v", template, err)
		}
		found, err := n.ListServicePrincipals(t.Context(), graph.ServicePrincipalFilter{DisplayName: "Meetings", ApplicationTemplateID: template.ID, AppID: application.AppID})
		if err != nil || len(found) != 1 {
			t.Fatalf("service principals %v, %v", found, err)
		}
		read, err := n.GetServicePrincipal(t.Context(), principal.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(read, found[0]); diff != "" {
			t.Errorf("listing differs from reading:\n%s", diff)
		}
		name := "Meetings II"
		if err := n.UpdateApplication(t.Context(), application.ID, graph.ApplicationPatch{DisplayName: &name}); err != nil {
			t.Fatal(err)
		}
		read, err = n.GetServicePrincipal(t.Context(), principal.ID)
		if err != nil || !read.AccountEnabled || read.DisplayName != name || !read.AppRoleAssignmentRequired {
			t.Errorf("service principal %+v, %v", read, err)
		}
		again, err := n.GetApplicationByAppID(t.Context(), application.AppID)
		if err != nil || again.ID != application.ID || again.DisplayName != name {
			t.Errorf("application %+v, %v", again, err)
		}
		if err := n.DeleteApplication(t.Context(), application.ID); err != nil {
			t.Fatal(err)
		}
		if err := n.DeleteApplication(t.Context(), application.ID); err != nil {
			t.Errorf("deleting twice: %v", err)
		}
		if _, err := n.GetServicePrincipal(t.Context(), principal.ID); !graph.IsNotFound(err) {
			t.Errorf("error %v", err)
		}
		if _, err := n.GetApplicationByAppID(t.Context(), application.AppID); !graph.IsNotFound(err) {
			t.Errorf("error %v", err)
		}
		deleted, err := n.ListDeletedApplications(t.Context(), name)
		if err != nil || len(deleted) != 1 || deleted[0].ID != application.ID || deleted[0].DeletedDateTime == "" {
			t.Errorf("deleted %+v, %v", deleted, err)
		}
		_, other := n.application(t)
		if err := n.DeleteServicePrincipal(t.Context(), other.ID); err != nil {
			t.Fatal(err)
		}
		if err := n.DeleteServicePrincipal(t.Context(), other.ID); err != nil {
			t.Errorf("deleting twice: %v", err)
		}
	}
}

func TestClient_managesAssignments(t *testing.T) {
	n := newTenant(t)
	_, principal := n.application(t)
	role := userRole(t, principal)
	created, err := n.CreateAssignment(t.Context(), principal.ID, groupMeetings, role)
	if err != nil {
		t.Fatal(err)
	}
	read, err := n.GetAssignment(t.Context(), principal.ID, created.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(created, read); diff != "" || read.PrincipalType != "Group" || read.AppRoleID != role || read.ResourceID != principal.ID {
		t.Errorf("assignment %+v\n%s", read, diff)
	}
	if _, err := n.CreateAssignment(t.Context(), principal.ID, groupMeetings, role); !graph.IsBadRequest(err) {
		t.Errorf("assigning twice: %v", err)
	}
	if _, err := n.CreateAssignment(t.Context(), principal.ID, missingID, role); err == nil || graph.IsAmbiguous(err) {
		t.Errorf("assigning nobody: %v", err)
	}
	people := n.sim.Store().AddUsers(250)
	for chunk := range slices.Chunk(people, graph.MaxBatch) {
		var requests []graph.BatchRequest
		for _, id := range chunk {
			requests = append(requests, graph.NewAssignmentRequest(principal.ID, id, role))
		}
		answers, err := n.Batch(t.Context(), requests)
		if err != nil {
			t.Fatal(err)
		}
		for i, answer := range answers {
			var assignment graph.Assignment
			if err := json.Unmarshal(answer.Body, &assignment); err != nil || answer.StatusCode != http.StatusCreated || assignment.PrincipalID != chunk[i] {
				t.Fatalf("answer %d: %+v, %v", i, answer, err)
			}
		}
	}
	for _, test := range []struct{ most, requests int }{{0, 1}, {100, 3}} {
		n.sim.SetVariants(func(v *simulator.Variants) { v.PageSizeCap = test.most })
		n.sent()
		all, err := n.ListAssignments(t.Context(), principal.ID)
		if requests := n.sent(); err != nil || len(all) != 251 || len(requests) != test.requests {
			t.Errorf("%d assignments after %d requests, %v", len(all), len(requests), err)
		}
	}
	all, err := n.ListAssignments(t.Context(), principal.ID)
	if err != nil {
		t.Fatal(err)
	}
	mine := slices.IndexFunc(all, func(a graph.Assignment) bool { return a.PrincipalID == people[7] })
	answers, err := n.Batch(t.Context(), []graph.BatchRequest{graph.DeleteAssignmentRequest(principal.ID, all[mine].ID)})
	if err != nil || answers[0].StatusCode != http.StatusNoContent || answers[0].Err != nil {
		t.Errorf("answers %+v, %v", answers, err)
	}
	for range 2 {
		if err := n.DeleteAssignment(t.Context(), principal.ID, created.ID); err != nil {
			t.Errorf("removing: %v", err)
		}
	}
	if _, err := n.GetAssignment(t.Context(), principal.ID, created.ID); !graph.IsNotFound(err) {
		t.Errorf("error %v", err)
	}
}

func TestClient_looksUpPeopleAndGroups(t *testing.T) {
	n := newTenant(t)
	ana, err := n.GetUser(t.Context(), userAna)
	if err != nil || ana.UserPrincipalName == "" || ana.AccountEnabled == nil || !*ana.AccountEnabled {
		t.Fatalf("user %+v, %v", ana, err)
	}
	for i := range 19 {
		id := userAna[:len(userAna)-2] + "0" + string("123456789abcdef"[i%15])
		person, err := n.GetUser(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		byName, err := n.GetUser(t.Context(), person.UserPrincipalName)
		if err != nil {
			t.Errorf("%s: %v", person.UserPrincipalName, err)
		}
		if diff := cmp.Diff(person, byName); diff != "" {
			t.Errorf("by name (-id +name):\n%s", diff)
		}
	}
	if _, err := n.GetUser(t.Context(), "nobody@example.com"); !graph.IsNotFound(err) {
		t.Errorf("error %v", err)
	}
	members, err := n.ListGroupMembers(t.Context(), groupMeetings)
	if err != nil || len(members) == 0 || members[0].Type != "User" || members[0].AccountEnabled == nil {
		t.Errorf("members %+v, %v", members, err)
	}
	_, principal := n.application(t)
	found, err := n.GetPrincipals(t.Context(), []string{userAna, groupMeetings, missingID, principal.ID, strings.ToUpper(userAna), userBlocked})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{}
	for _, p := range found {
		kinds[p.ID] = p.Type
		if (p.Type == "User") != (p.AccountEnabled != nil && p.UserPrincipalName != "") && p.Type == "User" || p.DisplayName == "" {
			t.Errorf("principal %+v", p)
		}
	}
	want := map[string]string{userAna: "User", groupMeetings: "Group", principal.ID: "ServicePrincipal", userBlocked: "User"}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	many := n.sim.Store().AddUsers(2500)
	n.sent()
	found, err = n.GetPrincipals(t.Context(), many)
	if requests := n.sent(); err != nil || len(found) != 2500 || len(requests) != 3 {
		t.Errorf("%d of 2500 after %d requests, %v", len(found), len(requests), err)
	}
}

func TestClient_readsPeopleByProperty(t *testing.T) {
	n := newTenant(t)
	const extension = "extension_c0000000000040008000000000000c0c_costCenter"
	people, err := n.GetUsers(t.Context(), []string{userAna, missingID, strings.ToUpper(userAna), groupMeetings},
		[]string{"givenName", "accountEnabled", "businessPhones", "onPremisesExtensionAttributes", extension})
	if err != nil || len(people) != 1 || people[0].ID != userAna {
		t.Fatalf("people %v, %v", people, err)
	}
	shown := map[string]string{}
	for name, raw := range people[0].Properties {
		shown[name] = string(raw)
	}
	if ext := shown["onPremisesExtensionAttributes"]; !strings.Contains(ext, `"extensionAttribute2":null`) {
		t.Errorf("extension attributes %s", ext)
	}
	delete(shown, "onPremisesExtensionAttributes")
	want := map[string]string{
		"@odata.type": `"#microsoft.graph.user"`, "id": `"` + userAna + `"`, "givenName": `"Ana"`, "accountEnabled": "true", "businessPhones": "[]", extension: "null",
	}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	many := n.sim.Store().AddUsers(2500)
	n.sent()
	people, err = n.GetUsers(t.Context(), many, []string{"mail"})
	if requests := n.sent(); err != nil || len(people) != 2500 || len(requests) != 3 {
		t.Errorf("%d of 2500 after %d requests, %v", len(people), len(requests), err)
	}
	people, err = n.ListUsers(t.Context(), []string{"mail"})
	if requests := n.sent(); err != nil || len(people) != 2519 || len(requests) != 3 {
		t.Errorf("%d people after %d requests, %v", len(people), len(requests), err)
	}
	members := n.ListMembersOf(t.Context(), []string{groupMeetings, missingID})
	if len(members) != 2 || members[0].Err != nil || len(members[0].Members) == 0 || members[0].Members[0].Type != "User" || !graph.IsNotFound(members[1].Err) {
		t.Errorf("members %+v", members)
	}
}

func TestClient_managesAConnection(t *testing.T) {
	n := newTenant(t)
	_, principal := n.application(t)
	ctx := t.Context()
	if jobs, err := n.ListJobs(ctx, principal.ID); err != nil || len(jobs) != 0 {
		t.Errorf("jobs %v, %v", jobs, err)
	}
	if secrets, err := n.GetSecrets(ctx, principal.ID); err != nil || len(secrets) != 0 {
		t.Errorf("secrets %v, %v", secrets, err)
	}
	templates, err := n.ListSyncTemplates(ctx, principal.ID)
	if err != nil || len(templates) != 1 {
		t.Fatalf("templates %+v, %v", templates, err)
	}
	template := templates[0]
	wantFields := []graph.ConfigurationField{{Name: "UserName", Known: true}, {Name: "Password", Known: true, Secret: true}}
	if diff := cmp.Diff(wantFields, template.ConfigurationFields); diff != "" || template.OAuthEnabled || !template.Default {
		t.Errorf("template %+v\n%s", template, diff)
	}
	if err := n.ValidateCredentials(ctx, principal.ID, template.ID, credentials); err != nil {
		t.Error(err)
	}
	wrong := []graph.KeyValue{{Key: "UserName", Value: adminName}, {Key: "Password", Value: "wrong-horse"}}
	err = n.ValidateCredentials(ctx, principal.ID, template.ID, wrong)
	e, ok := errors.AsType[*graph.Error](err)
	if !ok || !strings.HasSuffix(e.Code, "InvalidCredentials") || e.Message == "" || graph.IsPermissionDenied(err) || strings.Contains(err.Error(), "wrong-horse") {
		t.Errorf("wrong credentials: %+v", err)
	}
	job, err := n.CreateJob(ctx, principal.ID, template.ID)
	if err != nil || job.Schedule.Active() || job.Status == nil || job.Status.LastExecution != nil || job.Status.SteadyStateLastAchievedTime != nil {
		t.Fatalf("job %+v, %v", job, err)
	}
	ref := graph.JobRef{ServicePrincipalID: principal.ID, JobID: job.ID}
	if parsed, err := graph.ParseJobRef(ref.String()); err != nil || parsed != ref {
		t.Errorf("reference %v, %v", parsed, err)
	}
	stored := append(slices.Clone(credentials), graph.KeyValue{Key: "SyncAll", Value: "false"})
	if err := n.PutSecrets(ctx, principal.ID, stored); err != nil {
		t.Fatal(err)
	}
	secrets, err := n.GetSecrets(ctx, principal.ID)
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]string{}
	for _, secret := range secrets {
		read[secret.Key] = secret.Value
	}
	if diff := cmp.Diff(map[string]string{"UserName": adminName, "Password": graph.MaskedValue, "SyncAll": "false"}, read); diff != "" {
		t.Errorf("secrets (-want +got):\n%s", diff)
	}
	if err := n.ValidateJobCredentials(ctx, ref, nil); err != nil {
		t.Error(err)
	}
	if err := n.ValidateJobCredentials(ctx, ref, wrong); err == nil {
		t.Error("wrong credentials pass")
	}
	for _, step := range []struct {
		name   string
		do     func() error
		active bool
	}{
		{"start", func() error { return n.StartJob(ctx, ref) }, true},
		{"pause", func() error { return n.PauseJob(ctx, ref) }, false},
		{"restart", func() error { return n.RestartJob(ctx, ref, "") }, true},
		{"restart with flags", func() error { return n.RestartJob(ctx, ref, "Watermark, Escrows") }, true},
		{"restart to force deletes", func() error { return n.RestartJob(ctx, ref, "ForceDeletes") }, true},
	} {
		if err := step.do(); err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
		if job, err := n.GetJob(ctx, ref); err != nil || job.Schedule.Active() != step.active {
			t.Errorf("after %s: %+v, %v", step.name, job.Schedule, err)
		}
	}
	jobs, err := n.ListJobs(ctx, principal.ID)
	if err != nil || len(jobs) != 1 || jobs[0].ID != job.ID {
		t.Errorf("jobs %+v, %v", jobs, err)
	}
	for range 2 {
		if err := n.DeleteJob(ctx, ref); err != nil {
			t.Error(err)
		}
	}
	if _, err := n.GetJob(ctx, ref); !graph.IsNotFound(err) {
		t.Errorf("error %v", err)
	}
}

func TestClient_runsCycles(t *testing.T) {
	n := newTenant(t)
	ctx := t.Context()
	principal, ref := n.connection(t)
	if _, err := n.CreateAssignment(ctx, principal.ID, userAna, userRole(t, principal)); err != nil {
		t.Fatal(err)
	}
	if err := n.StartJob(ctx, ref); err != nil {
		t.Fatal(err)
	}
	job, err := n.GetJob(ctx, ref)
	if err != nil || job.Status.LastExecution != nil {
		t.Errorf("before the first cycle: %+v, %v", job.Status, err)
	}
	n.sim.Clock().Advance(2 * time.Hour)
	job, err = n.GetJob(ctx, ref)
	if err != nil || job.Status.LastExecution == nil || job.Status.LastExecution.TimeEnded == nil || job.Status.SteadyStateFirstAchievedTime == nil {
		t.Fatalf("after the first cycle: %+v, %v", job.Status, err)
	}
	var entries []graph.ProvisioningLogEntry
	for entry, err := range n.ListProvisioningLogs(ctx, graph.ProvisioningLogFilter{JobID: ref.JobID, Since: n.sim.Clock().Now().Add(-3 * time.Hour), Until: n.sim.Clock().Now()}) {
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, entry)
	}
	for _, entry := range entries {
		if entry.ID == "" || entry.Time.IsZero() || entry.Source.ID == "" || entry.Status == "" {
			t.Errorf("entry %+v", entry)
		}
	}
	result, err := n.ProvisionOnDemand(ctx, ref, ruleOf(t, n, ref), graph.OnDemandSubject{ObjectID: userAna, ObjectType: "User"})
	if err != nil || result.Result == "" || result.SourceID != userAna {
		t.Errorf("result %+v, %v", result, err)
	}
}

// ruleOf reads the id of the first rule from the document, without the typed views.
func ruleOf(t *testing.T, n *tenant, ref graph.JobRef) string {
	t.Helper()
	schema, err := n.GetSchema(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		SynchronizationRules []struct{ ID string }
	}
	if err := json.Unmarshal(raw, &document); err != nil || len(document.SynchronizationRules) == 0 {
		t.Fatalf("schema %s, %v", raw, err)
	}
	return document.SynchronizationRules[0].ID
}

func TestClient_managesASchema(t *testing.T) {
	n := newTenant(t)
	ctx := t.Context()
	principal, ref := n.connection(t)
	schema, err := n.GetSchema(ctx, ref)
	if err != nil {
		t.Fatal(err)
	}
	templates, err := n.ListSyncTemplates(ctx, principal.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.GetTemplateSchema(ctx, principal.ID, templates[0].ID); err != nil {
		t.Error(err)
	}
	if err := n.PutSchema(ctx, ref, schema); err != nil {
		t.Error(err)
	}
	parsed, err := n.ParseExpression(ctx, ref, `Replace([mail], "a", , , "b", , )`)
	var source struct{ Type, Name string }
	if err != nil || !parsed.ParsingSucceeded || json.Unmarshal(parsed.Expression, &source) != nil || source.Type != "Function" || source.Name != "Replace" {
		t.Errorf("parsed %+v (%s), %v", parsed, parsed.Expression, err)
	}
	parsed, err = n.ParseExpression(ctx, ref, `Replace([mail`)
	if err != nil || parsed.ParsingSucceeded || string(parsed.Expression) != "null" || parsed.ErrorMessage == "" {
		t.Errorf("parsed %+v (%s), %v", parsed, parsed.Expression, err)
	}
	operators, err := n.FilterOperators(ctx, ref)
	if err != nil || !slices.ContainsFunc(operators, func(o graph.FilterOperator) bool { return o.Name == "EQUALS" && o.Arity == "Binary" }) {
		t.Errorf("operators %+v, %v", operators, err)
	}
	functions, err := n.Functions(ctx, ref)
	if err != nil || !slices.Contains(functions, "Append") {
		t.Errorf("functions %+v, %v", functions, err)
	}
}
