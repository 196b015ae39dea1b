// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

// Permission is what the caller of an operation must be granted. Every operation of this package declares its own, and an
// Error carries the one of the operation that failed.
type Permission struct {
	// Application lists Microsoft Graph application permissions; all of them are needed.
	Application []string
	// Role is the directory role that gives a signed-in person the same, as the object of "grant". "" if unknown.
	Role string
}

const administrators = "the directory role Cloud Application Administrator or Application Administrator"

// What the operations need. Where several permissions are enough it is the least one that Microsoft's tables name, leaving
// out those that were reported not to be enough.
var (
	// needsNothing is for what a signed-in identity may do without any permission.
	// https://learn.microsoft.com/graph/api/applicationtemplate-list
	needsNothing = Permission{}
	// readsSynchronization covers jobs, schemas and templates.
	// https://learn.microsoft.com/graph/api/synchronization-synchronizationjob-get
	readsSynchronization = Permission{[]string{"Synchronization.Read.All"}, "a custom role with `microsoft.directory/applications/synchronization/standard/read`"}
	// writesSynchronization covers writing jobs, schemas and secrets, what the service is asked to check, and reading secrets,
	// which it may refuse to those who only read.
	// https://learn.microsoft.com/graph/api/synchronization-synchronization-post-jobs
	writesSynchronization = Permission{[]string{"Synchronization.ReadWrite.All"}, administrators}
	// readsApplications covers applications, service principals and their assignments.
	// https://learn.microsoft.com/graph/api/serviceprincipal-get
	readsApplications = Permission{[]string{"Application.Read.All"}, "the directory role Directory Readers"}
	// writesApplications covers instantiating, changing and deleting applications.
	// https://learn.microsoft.com/graph/api/applicationtemplate-instantiate
	writesApplications = Permission{[]string{"Application.ReadWrite.All"}, administrators}
	// writesAssignments needs both permissions.
	// https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto
	writesAssignments = Permission{[]string{"AppRoleAssignment.ReadWrite.All", "Application.Read.All"}, administrators}
	// readsUsers covers users, deleted ones included.
	// https://learn.microsoft.com/graph/api/user-get
	readsUsers = Permission{[]string{"User.Read.All"}, "the directory role Directory Readers"}
	// readsGroups covers groups and their members, who are named only with the permission to read them, too.
	// https://learn.microsoft.com/graph/api/group-list-members
	readsGroups = Permission{[]string{"User.Read.All", "Group.Read.All"}, "the directory role Directory Readers"}
	// readsLogs covers the provisioning logs.
	// https://learn.microsoft.com/graph/api/provisioningobjectsummary-list
	readsLogs = Permission{[]string{"ProvisioningLog.Read.All"}, "the directory role Reports Reader or Security Reader"}
)
