// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"strings"
)

// permission is what some operations must be granted: all of the application permissions, or the directory role.
type permission struct {
	to          string
	application []string
	role        string
	note        string // behind the application permissions
}

const administrators = "Cloud Application Administrator or Application Administrator"

// The permissions that the documentation speaks of. Nothing else in it says what an operation needs; a test plays every page with
// exactly what the page says.
var (
	readApplications  = permission{"read applications and assignments", []string{"Application.Read.All"}, "Directory Readers", ""}
	writeApplications = permission{"create, rename, or delete an application", []string{"Application.ReadWrite.All"}, administrators, ""}
	readJobs          = permission{"read connections, mappings, and status", []string{"Synchronization.Read.All"}, "a custom role with `microsoft.directory/applications/synchronization/standard/read`", ""}
	writeJobs         = permission{"write connections, mappings, and states; test, restart, provision on demand", []string{"Synchronization.ReadWrite.All"}, administrators, ""}
	assign            = permission{"assign people and groups", []string{"AppRoleAssignment.ReadWrite.All", "Application.Read.All"}, administrators, ""}
	lookUp            = permission{"look up users and groups", []string{"User.Read.All", "Group.Read.All"}, "Directory Readers", ""}
	writeOwners       = permission{"set owners of an application (`owner_ids`)", []string{"Application.ReadWrite.All", "Directory.Read.All"}, administrators, ""}
	countHidden       = permission{"optional: count members of groups with hidden members", []string{"Member.Read.Hidden", "PrivilegedEligibilitySchedule.Read.AzureADGroup"}, "Directory Readers does not cover these", "hidden memberships, and people who are only eligible to activate a membership"}
	readLogs          = permission{"read the provisioning logs", []string{"ProvisioningLog.Read.All"}, "Reports Reader or Security Reader", "older tenants: `AuditLog.Read.All`"}
)

// need is a row of a page: what one does with the object, and what it takes.
type need struct {
	to string
	// of are the permissions, which all have to be granted.
	of []permission
	// optional rows are about more detail: without them a warning says what is left out.
	optional bool
}

const (
	toPlan  = "plan, refresh, import"
	toApply = "create, change, destroy"
	toRead  = "read"
	toList  = "list"
	toAct   = "invoke"
)

// impactOf is the row of resources whose plans count people.
var impactOf = need{"count the people that a change affects", []permission{readApplications, writeJobs, lookUp}, true}

// pages are the needs of every page that has some, by its path in docs/.
var pages = map[string][]need{
	"resources/application": {
		{toPlan, []permission{readApplications}, false},
		{toApply, []permission{writeApplications, readJobs}, false},
		{"set `owner_ids`", []permission{writeOwners}, false},
	},
	"resources/provisioning_connection": {
		{"plan, refresh", []permission{readApplications, readJobs}, false},
		{"import, and detect changed settings", []permission{readApplications, writeJobs}, true},
		{toApply, []permission{readApplications, writeJobs}, false},
		impactOf,
	},
	"resources/attribute_mappings": {
		{toPlan, []permission{readApplications, readJobs}, false},
		{toApply, []permission{readApplications, writeJobs}, false},
		impactOf,
	},
	"resources/provisioning_state": {
		{toPlan, []permission{readApplications, readJobs}, false},
		{toApply, []permission{readApplications, writeJobs}, false},
		impactOf,
	},
	"resources/user_role_assignment": {
		{toPlan, []permission{readApplications, lookUp}, false},
		{toApply, []permission{assign, lookUp}, false},
		{"count the people that a change affects", []permission{writeJobs}, true},
	},
	"resources/user_role_assignments_exclusive": {
		{toPlan, []permission{readApplications, lookUp}, false},
		{toApply, []permission{assign, lookUp}, false},
		{"count the people that a change affects", []permission{writeJobs}, true},
	},
	"data-sources/accounts":              {},
	"data-sources/application":           {{toRead, []permission{readApplications}, false}, {"propose import blocks", []permission{readJobs}, true}},
	"data-sources/attribute_mappings":    {{toRead, []permission{readJobs}, false}},
	"data-sources/provisioning_logs":     {{toRead, []permission{readLogs}, false}},
	"data-sources/provisioning_preview":  {{toRead, []permission{readApplications, readJobs, lookUp}, false}},
	"data-sources/sync_status":           {{toRead, []permission{readJobs}, false}},
	"data-sources/user_role_assignments": {{toRead, []permission{readApplications}, false}},

	"list-resources/application":                     {{toList, []permission{readApplications}, false}},
	"list-resources/attribute_mappings":              {{toList, []permission{readApplications, readJobs}, false}},
	"list-resources/provisioning_connection":         {{toList, []permission{readApplications, writeJobs}, false}},
	"list-resources/provisioning_state":              {{toList, []permission{readApplications, readJobs}, false}},
	"list-resources/user_role_assignment":            {{toList, []permission{readApplications}, false}},
	"list-resources/user_role_assignments_exclusive": {{toList, []permission{readApplications}, false}},

	"actions/provision_on_demand":  {{toAct, []permission{writeJobs}, false}},
	"actions/restart_provisioning": {{toAct, []permission{writeJobs}, false}},
	"actions/test_connection":      {{toAct, []permission{writeJobs}, false}},
}

// names are the application permissions of several, each once, without those that a stronger one among them covers.
func names(of []permission) []string {
	var all []string
	for _, p := range of {
		all = append(all, p.application...)
	}
	var kept []string
	for i, name := range all {
		covered := false
		for j, other := range all {
			stronger := strings.ReplaceAll(name, ".Read.", ".ReadWrite.")
			covered = covered || other == stronger && name != stronger || other == name && j < i
		}
		if !covered {
			kept = append(kept, name)
		}
	}
	return kept
}

// roles are the directory roles of several, the stronger alone where one covers the other.
func roles(of []permission) string {
	var kept []string
	for _, p := range of {
		if p.role == administrators {
			return administrators
		}
		if !strings.Contains(strings.Join(kept, ", "), p.role) {
			kept = append(kept, p.role)
		}
	}
	return strings.Join(kept, "; ")
}

func quoted(names []string) string { return "`" + strings.Join(names, "`, `") + "`" }

// tableOf is the section of a page.
func tableOf(page string) (string, error) {
	needs, known := pages[page]
	if !known {
		return "", fmt.Errorf("the page %s has no entry in the table of permissions", page)
	}
	if len(needs) == 0 {
		return "None of Microsoft Graph. " + readsGoTo, nil
	}
	var out strings.Builder
	out.WriteString("| to | application permissions of Microsoft Graph | or directory role of a signed-in person |\n| --- | --- | --- |\n")
	optional := false
	for _, n := range needs {
		to := n.to
		if n.optional {
			to, optional = "optional: "+to, true
		}
		fmt.Fprintf(&out, "| %s | %s | %s |\n", to, quoted(names(n.of)), roles(n.of))
	}
	out.WriteString("\nAll permissions in a row are required. The guide [Getting started](../guides/getting-started.md) describes how an administrator grants them.")
	if optional {
		out.WriteString(" Optional permissions can be omitted; a warning then says what is not counted.")
	}
	return out.String(), nil
}

const readsGoTo = "GoTo's Admin API requires the scope `identity:` and an administrator role at GoTo: see [Reading the accounts at GoTo](../index.md#reading-the-accounts-at-goto)."

// overview is the table of all operations.
func overview() string {
	var out strings.Builder
	out.WriteString("| operation | application permission of Microsoft Graph | or directory role of a signed-in person |\n| --- | --- | --- |\n")
	for _, p := range []permission{readApplications, writeApplications, readJobs, writeJobs, assign, lookUp, writeOwners, countHidden, readLogs} {
		application := strings.Join(p.application, "` **and** `")
		if p.note != "" {
			application = strings.Join(p.application, "`, `") + "` (" + p.note + ")"
		} else {
			application += "`"
		}
		fmt.Fprintf(&out, "| %s | `%s | %s |\n", p.to, application, p.role)
	}
	return strings.TrimSuffix(out.String(), "\n")
}
