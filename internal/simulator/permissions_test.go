// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"slices"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestPermissions_areNeededAsDocumented(t *testing.T) {
	c := start(t)
	made, job := c.meeting()
	sp := "/servicePrincipals/" + made.principal
	everything := slices.Concat(DefaultPermissions(), []string{directoryRead})
	assignment := map[string]string{"principalId": store.UserAna, "resourceId": made.principal, "appRoleId": made.roles["User"]}
	tests := []struct {
		name         string
		method, path string
		body         any
		enough       [][]string
		notEnough    [][]string
	}{
		{"instantiate", "POST", "/applicationTemplates/" + store.TemplateGoTo + "/instantiate", map[string]string{"displayName": "x"},
			[][]string{{applicationOwned}, {applicationWrite}, {directoryWrite}}, [][]string{{applicationRead, synchronizationWrite}}},
		{"read application", "GET", "/applications/" + made.application, nil,
			[][]string{{applicationRead}, {applicationOwned}}, [][]string{{synchronizationWrite, userRead}}},
		{"list service principals", "GET", "/servicePrincipals", nil,
			[][]string{{applicationRead}}, [][]string{{applicationOwned}, {synchronizationRead}}},
		{"patch application", "PATCH", "/applications/" + made.application, map[string]any{"notes": "x"},
			[][]string{{applicationWrite}, {applicationOwned}}, [][]string{{applicationRead}}},
		{"read job", "GET", job, nil,
			[][]string{{synchronizationRead}, {synchronizationWrite}, {applicationOwned}}, [][]string{{applicationRead, directoryWrite}}},
		{"read templates", "GET", made.sync + "/templates", nil,
			[][]string{{synchronizationRead}}, [][]string{{applicationWrite}}},
		{"read secrets", "GET", made.sync + "/secrets", nil,
			[][]string{{synchronizationWrite}}, [][]string{{synchronizationRead}}},
		{"start job", "POST", job + "/start", nil,
			[][]string{{synchronizationWrite}, {applicationOwned}}, [][]string{{synchronizationRead, applicationWrite}}},
		{"parse expression", "POST", job + "/schema/parseExpression", map[string]string{"expression": "[mail]"},
			[][]string{{synchronizationWrite}}, [][]string{{synchronizationRead}}},
		{"list functions", "GET", job + "/schema/functions()", nil,
			[][]string{{synchronizationWrite}}, [][]string{{synchronizationRead}}},
		{"list assignments", "GET", sp + "/appRoleAssignedTo", nil,
			[][]string{{applicationRead}, {directoryRead}}, [][]string{{assignmentWrite}}},
		{"assign", "POST", sp + "/appRoleAssignedTo", assignment,
			[][]string{{assignmentWrite, applicationRead}, {assignmentWrite, directoryRead}}, [][]string{{assignmentWrite}, {applicationRead}}},
		{"read user", "GET", "/users/" + store.UserAna, nil, [][]string{{userRead}, {directoryRead}}, [][]string{{groupRead}}},
		{"read group", "GET", "/groups/" + store.GroupMeetings, nil, [][]string{{groupRead}, {groupMemberRead}, {directoryRead}}, [][]string{{userRead}}},
		{"read log", "GET", "/auditLogs/provisioning", nil, [][]string{{provisioningLogRead}, {auditLogRead}}, [][]string{{synchronizationWrite}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, permissions := range test.enough {
				c.SetPermissions(permissions...)
				if a := c.do(test.method, test.path, test.body); a.status >= http.StatusBadRequest {
					t.Errorf("with %v: got status %d: %s", permissions, a.status, a.raw)
				}
				for _, a := range c.Store().Assignments(made.principal) {
					if err := c.Store().Unassign(made.principal, a.ID); err != nil {
						t.Fatal(err)
					}
				}
			}
			for _, permissions := range test.notEnough {
				c.SetPermissions(permissions...)
				a := c.do(test.method, test.path, test.body)
				want, code := http.StatusForbidden, "Authorization_RequestDenied"
				if test.path == job || len(test.path) > len(made.sync) && test.path[:len(made.sync)] == made.sync {
					want, code = http.StatusUnauthorized, "UnknownError"
				}
				if a.status != want || a.text("error", "code") != code || code == "UnknownError" && a.text("error", "message") != "" {
					t.Errorf("with %v: got status %d, want %d %s: %s", permissions, a.status, want, code, a.raw)
				}
			}
		})
	}
	c.SetPermissions(everything...)
}

func TestPermissions_ownershipCoversOnlyWhatTheClientMade(t *testing.T) {
	c := start(t)
	_, foreign, err := c.Store().Instantiate(store.TemplateGoToMeeting, "Of somebody else", "")
	if err != nil {
		t.Fatal(err)
	}
	c.SetPermissions(applicationOwned)
	own := c.instantiate(store.TemplateGoToMeeting)
	c.must(http.StatusOK, "GET", own.sync+"/jobs", nil)
	c.must(http.StatusUnauthorized, "GET", "/servicePrincipals/"+foreign.ID+"/synchronization/jobs", nil)
	c.must(http.StatusForbidden, "GET", "/servicePrincipals/"+foreign.ID, nil)
	c.must(http.StatusNoContent, "DELETE", "/applications/"+own.application, nil)
	c.must(http.StatusOK, "POST", "/directory/deletedItems/"+own.application+"/restore", nil)
	c.SetVariants(func(v *Variants) { v.OwnedByInsufficient = true })
	c.must(http.StatusUnauthorized, "GET", own.sync+"/jobs", nil)
	c.must(http.StatusOK, "GET", "/servicePrincipals/"+own.principal, nil)
}

func TestPermissions_areThoseOfTheClientThatSignedIn(t *testing.T) {
	c := start(t)
	made, job := c.meeting()
	planner := Client{ID: "66666666-6666-4666-8666-666666666666", Secret: "plan", Permissions: ReadOnlyPermissions()}
	c.AddClient(planner)
	known, _ := c.authority.client(planner.ID)
	c.token = c.authority.accessToken(known, c.GraphURL(), c.Clock().Now())
	c.must(http.StatusOK, "GET", job, nil)
	c.must(http.StatusUnauthorized, "GET", made.sync+"/secrets", nil)
	c.must(http.StatusUnauthorized, "POST", job+"/start", nil)
	c.SetVariants(func(v *Variants) { v.ReadersSeeSecrets = true })
	c.must(http.StatusOK, "GET", made.sync+"/secrets", nil)
	c.must(http.StatusUnauthorized, "PUT", made.sync+"/secrets", map[string]any{"value": credentials()})
	c.SetClientPermissions(planner.ID, synchronizationWrite)
	c.must(http.StatusNoContent, "POST", job+"/start", nil)
}
