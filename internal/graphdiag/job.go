// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graphdiag

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// successor is what to do once a connector is retired.
const successor = "Move to the gallery application `GoTo`"

// ConnectorRetired is the warning of a resource that stays in the state although the service took its job away together
// with the connector. What names the resource: "connection". The title names the application, since Terraform shows only one
// of several with the same title.
func ConnectorRetired(ctx context.Context, client *graph.Client, servicePrincipalID, what string) diag.Diagnostic {
	return connectorRetired(ctx, client, servicePrincipalID, "The "+what+" stays in the state, so the rest of the configuration can still be planned. "+
		successor+", then remove this resource; destroying it succeeds.")
}

// RetiredRead is what a data source says whose job went with its connector: retired reports that err means so, and the
// warning is told once in a run, which first decides. An error would stop every plan and destroy.
func RetiredRead(ctx context.Context, client *graph.Client, err error, first func(summary string) bool) (found diag.Diagnostics, retired bool) {
	missing, _ := errors.AsType[*graph.NoJobError](err)
	if missing == nil || missing.Presence != graph.ConnectorRetired {
		return nil, false
	}
	warning := connectorRetired(ctx, client, missing.Ref.ServicePrincipalID, "The values of this data source are null, empty, or zero, so the rest of the configuration can still be planned. "+
		successor+", then remove this data source.")
	if first(warning.Summary()) {
		found.Append(warning)
	}
	return found, true
}

func connectorRetired(ctx context.Context, client *graph.Client, servicePrincipalID, then string) diag.Diagnostic {
	return diag.NewWarningDiagnostic("The service has retired the connector of "+ApplicationName(ctx, client, servicePrincipalID),
		"The application still exists but no longer offers a provisioning connector, and its job is gone. "+then)
}

// ApplicationName is how messages call an application of which only the id is known. What is destroyed is shown without an
// address, so its warnings say the name.
func ApplicationName(ctx context.Context, client *graph.Client, servicePrincipalID string) string {
	name := "service principal " + servicePrincipalID
	if sp, err := client.GetServicePrincipal(ctx, servicePrincipalID); err == nil && sp.DisplayName != "" {
		name = fmt.Sprintf("%q (%s)", sp.DisplayName, name)
	}
	return name
}

// noJob explains why a job is not there, and what to do.
func noJob(e *graph.NoJobError) []string {
	what := ownSentence(e)
	switch e.Presence {
	case graph.ConnectorRetired:
		return []string{what, successor + "."}
	case graph.ServicePrincipalGone:
		return []string{what, "If the application was deleted elsewhere, plan again: Terraform will create the parts that this configuration manages again. A deleted application can be restored for 30 days."}
	case graph.JobPresent, graph.JobNotReplicated, graph.JobDeleted:
	}
	return []string{what, "If it was deleted in the portal, plan again: `gotomeeting_provisioning_connection` will be created again. Otherwise check the id."}
}

// noJobSummary is the summary for a *graph.NoJobError, which says more than that something cannot be done.
func noJobSummary(presence graph.Presence) string {
	switch presence {
	case graph.ConnectorRetired:
		return "The connector is retired"
	case graph.ServicePrincipalGone:
		return "The application does not exist"
	case graph.JobPresent, graph.JobNotReplicated, graph.JobDeleted:
	}
	return "The connection does not exist"
}
