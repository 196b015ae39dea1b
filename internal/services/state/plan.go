// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// plannedJob reads the job where the plan depends on it, and keeps it for the action that follows. It is nil if it is not
// needed or cannot be read; the apply then reports the problem if it persists. A failed sign-in is an error.
func plannedJob(ctx context.Context, data *providerdata.Data, c change) (*graph.Job, diag.Diagnostics) {
	ref, err := c.plan.ref()
	if err != nil || !c.switchesOn() && !c.releases() && !(c.wantsRestart() && c.plan.Enabled.IsNull()) {
		return nil, nil
	}
	job, err := data.Graph.RequireJob(ctx, ref)
	if _, ok := errors.AsType[*graph.AuthError](err); ok {
		return nil, diag.Diagnostics{graphdiag.Error("Cannot read the provisioning job", err)}
	}
	if err != nil {
		return nil, nil
	}
	memoryOf(data).planned.Give(ref, job)
	return &job, nil
}

func restartWaits(c change) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(path.Root("restart_triggers"), "The restart of "+c.subject()+" is pending until provisioning is switched on",
		"While provisioning is off, no cycle starts. `restart_pending` stays true until provisioning is switched on; then it restarts.")
}

func secondState(connectionID string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("connection_id"), "The connection already has another gotomeeting_provisioning_state",
		fmt.Sprintf("This configuration has two of them for the connection %q. A connection can have only one, because one would pause what the other runs. Remove one of them; to restart provisioning or release held "+
			"deletions, use `restart_triggers` and `release_deletions` of the other one.", connectionID))
}
