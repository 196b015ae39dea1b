// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// operations calls every operation of the client once, by name.
func (n *tenant) operations(t *testing.T) map[string]func() error {
	ctx := t.Context()
	application, principal := n.application(t)
	templates, err := n.ListSyncTemplates(ctx, principal.ID)
	if err != nil || len(templates) == 0 {
		t.Fatalf("templates %v, %v", templates, err)
	}
	template := templates[0].ID
	job, err := n.CreateJob(ctx, principal.ID, template)
	if err != nil {
		t.Fatal(err)
	}
	ref := graph.JobRef{ServicePrincipalID: principal.ID, JobID: job.ID}
	schema, err := n.GetSchema(ctx, ref)
	if err != nil {
		t.Fatal(err)
	}
	assignment, err := n.CreateAssignment(ctx, principal.ID, userBlocked, userRole(t, principal))
	if err != nil {
		t.Fatal(err)
	}
	rule, name := ruleOf(t, n, ref), "Meetings"
	second := func(_ any, err error) error { return err }
	return map[string]func() error{
		"ListApplicationTemplates": func() error { return second(n.ListApplicationTemplates(ctx, "GoToMeeting")) },
		"GetApplicationTemplate":   func() error { return second(n.GetApplicationTemplate(ctx, principal.ApplicationTemplateID)) },
		"InstantiateApplicationTemplate": func() error {
			_, _, err := n.InstantiateApplicationTemplate(ctx, principal.ApplicationTemplateID, graph.NewApplication{DisplayName: "Other"})
			return err
		},
		"GetServicePrincipal": func() error { return second(n.GetServicePrincipal(ctx, principal.ID)) },
		"ListServicePrincipals": func() error {
			return second(n.ListServicePrincipals(ctx, graph.ServicePrincipalFilter{DisplayName: name}))
		},
		"GetApplication":        func() error { return second(n.GetApplication(ctx, application.ID)) },
		"GetApplicationByAppID": func() error { return second(n.GetApplicationByAppID(ctx, application.AppID)) },
		"UpdateApplication": func() error {
			return n.UpdateApplication(ctx, application.ID, graph.ApplicationPatch{DisplayName: &name})
		},
		"DeleteApplication":       func() error { return n.DeleteApplication(ctx, application.ID) },
		"DeleteServicePrincipal":  func() error { return n.DeleteServicePrincipal(ctx, principal.ID) },
		"ListDeletedApplications": func() error { return second(n.ListDeletedApplications(ctx, name)) },
		"ListAssignments":         func() error { return second(n.ListAssignments(ctx, principal.ID)) },
		"GetAssignment":           func() error { return second(n.GetAssignment(ctx, principal.ID, assignment.ID)) },
		"CreateAssignment": func() error {
			return second(n.CreateAssignment(ctx, principal.ID, userAna, userRole(t, principal)))
		},
		"DeleteAssignment": func() error { return n.DeleteAssignment(ctx, principal.ID, assignment.ID) },
		"Batch": func() error {
			answers, err := n.Batch(ctx, []graph.BatchRequest{graph.NewAssignmentRequest(principal.ID, userAna, userRole(t, principal))})
			if err != nil {
				return err
			}
			return answers[0].Err
		},
		"ListOwners":       func() error { return second(n.ListOwners(ctx, graph.OwnedApplication(application.ID))) },
		"AddOwner":         func() error { return n.AddOwner(ctx, graph.OwnedApplication(application.ID), userAna) },
		"RemoveOwner":      func() error { return n.RemoveOwner(ctx, graph.OwnedApplication(application.ID), userAna) },
		"GetUser":          func() error { return second(n.GetUser(ctx, userAna)) },
		"GetPrincipals":    func() error { return second(n.GetPrincipals(ctx, []string{userAna})) },
		"FirstUsers":       func() error { return second(n.FirstUsers(ctx, 1)) },
		"ListGroupMembers": func() error { return second(n.ListGroupMembers(ctx, groupMeetings)) },
		"GetUsers":         func() error { return second(n.GetUsers(ctx, []string{userAna}, []string{"mail"})) },
		"ListUsers":        func() error { return second(n.ListUsers(ctx, []string{"mail"})) },
		"ListDeletedUsers": func() error {
			return second(n.ListDeletedUsers(ctx, []string{"mail"}))
		},
		"GetDeleted":    func() error { return second(n.GetDeleted(ctx, missingID)) },
		"ListMembersOf": func() error { return n.ListMembersOf(ctx, []string{groupMeetings})[0].Err },
		"ListJobs":      func() error { return second(n.ListJobs(ctx, principal.ID)) },
		"GetLinks":      func() error { return n.GetLinks(ctx, ref, []string{userAna})[0].Err },
		"GetJob":        func() error { return second(n.GetJob(ctx, ref)) },
		"CreateJob":     func() error { return second(n.CreateJob(ctx, principal.ID, template)) },
		"StartJob":      func() error { return n.StartJob(ctx, ref) },
		"PauseJob":      func() error { return n.PauseJob(ctx, ref) },
		"RestartJob":    func() error { return n.RestartJob(ctx, ref, "") },
		"DeleteJob":     func() error { return n.DeleteJob(ctx, ref) },
		"ListProvisioningLogs": func() error {
			for _, err := range n.ListProvisioningLogs(ctx, graph.ProvisioningLogFilter{JobID: ref.JobID}) {
				return err
			}
			return nil
		},
		"HeldDeletions": func() error {
			return second(n.HeldDeletions(ctx, ref, graph.Job{Status: &graph.JobStatus{Quarantine: &graph.Quarantine{}}}))
		},
		"ProvisionOnDemand": func() error {
			return second(n.ProvisionOnDemand(ctx, ref, rule, graph.OnDemandSubject{ObjectID: userAna, ObjectType: "User"}))
		},
		"GetSchema":              func() error { return second(n.GetSchema(ctx, ref)) },
		"GetTemplateSchema":      func() error { return second(n.GetTemplateSchema(ctx, principal.ID, template)) },
		"PutSchema":              func() error { return n.PutSchema(ctx, ref, schema) },
		"ParseExpression":        func() error { return second(n.ParseExpression(ctx, ref, "[mail]")) },
		"FilterOperators":        func() error { return second(n.FilterOperators(ctx, ref)) },
		"Functions":              func() error { return second(n.Functions(ctx, ref)) },
		"GetSecrets":             func() error { return second(n.GetSecrets(ctx, principal.ID)) },
		"PutSecrets":             func() error { return n.PutSecrets(ctx, principal.ID, credentials) },
		"ValidateCredentials":    func() error { return n.ValidateCredentials(ctx, principal.ID, template, credentials) },
		"ValidateJobCredentials": func() error { return n.ValidateJobCredentials(ctx, ref, credentials) },
		"ListSyncTemplates":      func() error { return second(n.ListSyncTemplates(ctx, principal.ID)) },
	}
}

// The permissions that each operation declares are those that the service asks for: without them it is refused, and the
// refusal carries them; with them, and nothing else, it is not.
func TestPermission_ofEachOperationIsWhatTheServiceAsksFor(t *testing.T) {
	n := newTenant(t)
	operations := n.operations(t)
	client := reflect.TypeFor[*graph.Client]()
	for i := range client.NumMethod() {
		switch name := client.Method(i).Name; name {
		case "AccessToken", "Clock", "HasWritten", "Poll": // no operations of the service
		case "AwaitSyncTemplates", "FindJob", "RequireJob", "PauseAndWait", "WaitForJob", "WaitForSchedule", "WaitUntilJobGone": // several
		default:
			if operations[name] == nil {
				t.Errorf("no call of %s here", name)
			}
		}
	}
	for name := range operations {
		t.Run(name, func(t *testing.T) {
			n := newTenant(t)
			operation := n.operations(t)[name]
			n.sim.SetPermissions("User.Invite.All") // which no operation asks for
			err := operation()
			if name == "ListApplicationTemplates" || name == "GetApplicationTemplate" {
				if err != nil {
					t.Errorf("refused although the gallery is open to everybody: %v", err)
				}
				return
			}
			refused, ok := errors.AsType[*graph.Error](err)
			if !ok || !graph.IsPermissionDenied(err) {
				t.Fatalf("not refused without permissions: %v", err)
			}
			if len(refused.Needs.Application) == 0 || refused.Needs.Role == "" {
				t.Fatalf("the refusal names no permission: %+v", refused.Needs)
			}
			for i, permission := range refused.Needs.Application {
				others := append([]string{"User.Invite.All"}, refused.Needs.Application[:i]...)
				n.sim.SetPermissions(append(others, refused.Needs.Application[i+1:]...)...)
				if name != "GetPrincipals" && name != "ListMembersOf" && name != "ListGroupMembers" && name != "GetDeleted" && !graph.IsPermissionDenied(operation()) {
					t.Errorf("not refused without %s", permission)
				}
			}
			n.sim.SetPermissions(refused.Needs.Application...)
			if err := operation(); graph.IsPermissionDenied(err) {
				t.Errorf("refused with %v: %v", refused.Needs.Application, err)
			}
		})
	}
}
