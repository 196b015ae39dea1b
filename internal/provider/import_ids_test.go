// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Every spelling that one of the six takes, the others take too: this provider's, Graph's and the azuread provider's.
func TestImport_takesEverySpelling(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	job, assignment := s.sp.ID+"/"+s.job.ID, s.importIDs()["gotomeeting_user_role_assignment"]
	_, assignmentID, _ := strings.Cut(assignment, "/")
	graphJob, azureadJob := "servicePrincipals/"+s.sp.ID+"/synchronization/jobs/"+s.job.ID, s.sp.ID+"/job/"+s.job.ID
	ofApplication := []string{s.sp.ID, strings.ToUpper(s.sp.ID), "{" + s.sp.ID + "}", " " + s.sp.ID + "\n", "/servicePrincipals/" + s.sp.ID, "servicePrincipals/" + s.sp.ID,
		"https://graph.microsoft.com/v1.0/servicePrincipals/" + s.sp.ID, "https://graph.microsoft.com/beta/servicePrincipals/" + s.sp.ID}
	ofJob := []string{job, "/" + graphJob, graphJob, azureadJob, "/servicePrincipals/" + azureadJob, strings.ToUpper(s.sp.ID) + "/" + s.job.ID, "{" + s.sp.ID + "}/" + s.job.ID,
		"https://graph.microsoft.com/v1.0/" + graphJob}
	for typeName, spellings := range map[string][]string{
		"gotomeeting_application":                     append(ofApplication[:len(ofApplication):len(ofApplication)], s.sp.ID+"/"),
		"gotomeeting_user_role_assignments_exclusive": append(ofApplication, "/servicePrincipals/"+s.sp.ID+"/appRoleAssignedTo"),
		"gotomeeting_provisioning_connection":         ofJob,
		"gotomeeting_provisioning_state":              ofJob,
		"gotomeeting_attribute_mappings": append(ofJob, job+"/User", graphJob+"/User", azureadJob+"/User", "/servicePrincipals/"+s.sp.ID+"/synchronization/jobs/"+s.job.ID+"/schema",
			job+"/"),
		"gotomeeting_user_role_assignment": {assignment, "/servicePrincipals/" + s.sp.ID + "/appRoleAssignedTo/" + assignmentID, "servicePrincipals/" + s.sp.ID + "/appRoleAssignedTo/" + assignmentID,
			s.sp.ID + "/appRoleAssignment/" + assignmentID, strings.ToUpper(s.sp.ID) + "/" + assignmentID,
			"https://graph.microsoft.com/v1.0/servicePrincipals/" + s.sp.ID + "/appRoleAssignedTo/" + assignmentID},
	} {
		for _, id := range spellings {
			one, found := s.Protocol().Import(typeName, id)
			if one == nil || found.HasError() {
				t.Errorf("%s, %q: %v", typeName, id, found)
				continue
			}
			if got, _ := one.State["id"].(string); !strings.HasPrefix(got, s.sp.ID) {
				t.Errorf("%s, %q has the id %q", typeName, id, got)
			}
		}
	}
}

// What is imported by another id says what was given, what is wanted, and wherever it can be found out, what to give.
func TestImport_saysWhatWasGivenAndWhatIsWanted(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	var app store.Application
	for _, one := range s.Sim.Store().Applications(false) {
		if one.AppID == s.sp.AppID {
			app = one
		}
	}
	job := s.sp.ID + "/" + s.job.ID
	assignment := s.importIDs()["gotomeeting_user_role_assignment"]
	portal := "https://entra.microsoft.com/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Provisioning/objectId/" + s.sp.ID + "/appId/" + s.sp.AppID
	type one struct {
		id   string
		want []string
	}
	const unknown = "b0000000-0000-4000-8000-0000000000ff"
	noGUID := one{"GoToMeeting", []string{"Invalid import id", `Got "GoToMeeting"`, "is not a GUID", "Expected "}}
	everywhere := func(wanted string) []one {
		return []one{
			{"", []string{"Invalid import id", "The id is empty", wanted}},
			noGUID,
			{portal, []string{"Invalid import id", "web address", "use that id instead", s.sp.ID, wanted}},
			{"/users/" + store.UserAna + "/appRoleAssignments/x-_1", []string{"Invalid import id", "under its user or group", "{service principal id}/x-_1", wanted}},
			{"/applications/" + app.ID, []string{"Invalid import id", "app registration", wanted}},
			{"/servicePrincipals(appId='" + s.sp.AppID + "')", []string{"Invalid import id", "client id", wanted}},
			{s.job.ID, []string{"Invalid import id", "id of a job alone", wanted}},
			{"https://portal.azure.com/", []string{"Invalid import id", "web address", wanted}},
			{"ana@corp.example", []string{"Invalid import id", "is not a GUID", wanted}},
		}
	}
	byApplication := func(rest string) []one {
		return []one{
			{s.sp.AppID + rest, []string{"No such service principal", `client id of "GoToMeeting"`, fmt.Sprintf("%q", s.sp.ID+rest)}},
			{app.ID + rest, []string{"No such service principal", `object id of the app registration of "GoToMeeting"`, fmt.Sprintf("%q", s.sp.ID+rest)}},
			{unknown + rest, []string{"No such service principal", unknown, "enterprise application"}},
		}
	}
	byJob := []one{
		{s.sp.ID, []string{"Invalid import id", "without a job", job}},
		{"/servicePrincipals/" + s.sp.ID, []string{"Invalid import id", "without a job", job}},
		{portal, []string{"Invalid import id", "web address", "Import one of its jobs by id", job}},
		{s.sp.ID + "/nothing", []string{"The connection does not exist", `no provisioning job "nothing"`, job}},
	}
	more := []one{{job + "/User", []string{"Invalid import id", "everything after the job id", job}}}
	for typeName, tests := range map[string][][]one{
		"gotomeeting_application": {everywhere("the object id of the service principal"), byApplication(""),
			{{job, []string{"Invalid import id", "Omit everything after the id", s.sp.ID}}}},
		"gotomeeting_user_role_assignments_exclusive": {everywhere("`{service principal id}`"), byApplication(""), {
			{s.sp.ID + "/", []string{"Invalid import id", "an empty role"}},
			{s.sp.ID + "/Uzer", []string{"Invalid import id", `no role "Uzer"`, "User"}},
		}},
		"gotomeeting_provisioning_connection": {everywhere("`{service principal id}/{job id}`"), byApplication("/" + s.job.ID), byJob, more},
		"gotomeeting_provisioning_state":      {everywhere("`{service principal id}/{job id}`"), byApplication("/" + s.job.ID), byJob, more},
		"gotomeeting_attribute_mappings": {everywhere("`{service principal id}/{job id}/{object mapping}`"), byApplication("/" + s.job.ID + "/User"), {
			{s.sp.ID, []string{"Invalid import id", "without a job"}},
			{s.sp.ID + "/nothing/User", []string{"The connection does not exist", `no provisioning job "nothing"`, job + "/User"}},
			{job + "/Group", []string{"No such object mapping", `"Group"`, "User to User"}},
		}},
		"gotomeeting_user_role_assignment": {everywhere("`{service principal id}/{assignment id}`"), byApplication("/nothing"), {
			{s.sp.ID, []string{"Invalid import id", "The id of an assignment must follow"}},
			{s.sp.ID + "/nothing", []string{"No such assignment", "case-sensitive", "gotomeeting_user_role_assignments"}},
			{s.sp.ID + "/" + store.UserAna, []string{"No such assignment", "holds these", assignment}},
			{s.sp.ID + "/ana@corp.example", []string{"No such assignment", "user principal name", assignment}},
			{s.sp.ID + "/" + store.UserBen, []string{"No such assignment", "nothing to import"}},
		}},
	} {
		for _, list := range tests {
			for _, test := range list {
				one, found := s.Protocol().Import(typeName, test.id)
				if !found.HasError() {
					t.Errorf("%s, %q: %v, %v", typeName, test.id, one, found)
				}
				for _, want := range test.want {
					if !strings.Contains(found.String(), want) {
						t.Errorf("%s, %q: %s\nlacks %s", typeName, test.id, found, want)
					}
				}
			}
		}
	}
}
