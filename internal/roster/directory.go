// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// Directory is what a roster asks of Microsoft Graph.
type Directory interface {
	GetServicePrincipal(ctx context.Context, id string) (graph.ServicePrincipal, error)
	ListAssignments(ctx context.Context, servicePrincipalID string) ([]graph.Assignment, error)
	GetAssignment(ctx context.Context, servicePrincipalID, id string) (graph.Assignment, error)
	CreateAssignment(ctx context.Context, servicePrincipalID, principalID, appRoleID string) (graph.Assignment, error)
	DeleteAssignment(ctx context.Context, servicePrincipalID, id string) error
	GetUser(ctx context.Context, idOrUPN string) (graph.User, error)
	ListDeletedUsers(ctx context.Context, properties []string) ([]graph.SelectedUser, error)
	FirstUsers(ctx context.Context, most int) ([]graph.User, error)
	GetPrincipals(ctx context.Context, ids []string) ([]graph.Principal, error)
	ListGroupMembers(ctx context.Context, groupID string) ([]graph.Principal, error)
	Batch(ctx context.Context, requests []graph.BatchRequest) ([]graph.BatchResponse, error)
	Poll(ctx context.Context, what string, check func(context.Context) (done bool, seen string, err error)) error
	Clock() graph.Clock
	HasWritten() bool
}

var _ Directory = (*graph.Client)(nil)
