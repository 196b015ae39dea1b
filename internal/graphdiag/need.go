// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package graphdiag turns errors of the Graph client into Terraform diagnostics: what was being done, what the service
// said, which permission or directory role the call needs, and the facts to quote to Microsoft support.
package graphdiag

import "strings"

// Need is what a caller must be granted for an operation.
type Need struct {
	// Application lists the Microsoft Graph application permissions; all are needed.
	Application []string
	// Role names the directory role that gives a signed-in person the same, with its article.
	Role string
}

// What each group of operations needs. The rows follow Microsoft's permission tables of the pages named.
var (
	// SynchronizationRead covers jobs, schema, templates and secrets: reading.
	// https://learn.microsoft.com/graph/api/synchronization-synchronizationjob-get
	SynchronizationRead = Need{[]string{"Synchronization.Read.All"}, "a custom role with `microsoft.directory/applications/synchronization/standard/read`"}
	// SynchronizationWrite covers jobs, schema and secrets: writing, and the service's checks.
	// https://learn.microsoft.com/graph/api/synchronization-synchronization-post-jobs
	SynchronizationWrite = Need{[]string{"Synchronization.ReadWrite.All"}, "the directory role Cloud Application Administrator or Application Administrator"}
	// ApplicationRead covers applications, service principals and their assignments: reading.
	// https://learn.microsoft.com/graph/api/serviceprincipal-get
	ApplicationRead = Need{[]string{"Application.Read.All"}, "the directory role Directory Readers"}
	// ApplicationWrite covers instantiating, changing and deleting applications.
	// https://learn.microsoft.com/graph/api/applicationtemplate-instantiate
	ApplicationWrite = Need{[]string{"Application.ReadWrite.OwnedBy` (its own applications) or `Application.ReadWrite.All"}, "the directory role Cloud Application Administrator or Application Administrator"}
	// AssignmentWrite covers adding and removing assignments. Both permissions are needed.
	// https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto
	AssignmentWrite = Need{[]string{"AppRoleAssignment.ReadWrite.All", "Application.Read.All"}, "the directory role Cloud Application Administrator or Application Administrator"}
	// PrincipalRead covers looking up users and groups.
	// https://learn.microsoft.com/graph/api/user-get
	PrincipalRead = Need{[]string{"User.Read.All", "Group.Read.All"}, "the directory role Directory Readers"}
	// ProvisioningLogRead covers the provisioning logs.
	// https://learn.microsoft.com/graph/api/provisioningobjectsummary-list
	ProvisioningLogRead = Need{[]string{"ProvisioningLog.Read.All"}, "the directory role Reports Reader or Security Reader"}
)

func (n Need) sentence() string {
	names := make([]string, len(n.Application))
	for i, name := range n.Application {
		names[i] = "`" + name + "`"
	}
	what := "the Microsoft Graph application permission " + names[0]
	if len(names) > 1 {
		what = "the Microsoft Graph application permissions " + strings.Join(names, " and ")
	}
	return "Grant " + what + " with admin consent, or, for a signed-in person, " + n.Role + "."
}
