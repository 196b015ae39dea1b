// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
)

// Delete pauses the job, lets a running cycle end, clears the credentials that were managed here, and deletes the job.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := timeout.Bound(ctx, state.Timeouts.Delete, deleteTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	defer r.data.Lock(state.ServicePrincipalID.ValueString())()

	job, presence, err := r.data.Graph.FindJob(ctx, state.ref())
	if err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the provisioning job", err))
		return
	}
	if presence != graph.JobPresent && presence != graph.JobNotReplicated {
		// The credentials outlive the job, even if the job was removed with its connector.
		resp.Diagnostics.Append(r.clearCredentials(ctx, state)...)
		return
	}
	paused, err := r.data.Graph.PauseAndWait(ctx, state.ref(), job)
	switch {
	case !paused:
		resp.Diagnostics.Append(graphdiag.Error("Cannot pause provisioning", err, "Nothing was deleted."))
		return
	case err != nil:
		resp.Diagnostics.Append(graphdiag.Error("A cycle is still running", err,
			"Provisioning is paused, and nothing was deleted. Destroy again when the cycle has ended, or raise `timeouts.delete`."))
		return
	}
	notCleared := r.clearCredentials(ctx, state)
	if err := r.data.Graph.DeleteJob(ctx, state.ref()); err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot delete the provisioning job", err,
			"Provisioning is paused, and the stored credentials may already be cleared. Destroy again."))
		return
	}
	resp.Diagnostics.Append(notCleared...)
	remembered(r.data).own.Add(state.ref())
	ctx, outlast := graph.Outlast(ctx)
	defer outlast()
	if err := r.data.Graph.WaitUntilJobGone(ctx, state.ref()); err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot confirm that the job is gone", err, "It was deleted. Destroy again to confirm it."))
	}
}

// warnEnds says how many accounts stay active when a connection goes: without its job, nothing disables those of people who
// leave, and a new job does not know which accounts the old one created.
func (r *Resource) warnEnds(ctx context.Context, state model, doing string) diag.Diagnostics {
	if r.data == nil || r.data.Graph.HasWritten() {
		return nil
	}
	r.data.TellsEndFirst(state.ref())
	left := aftermath.Of(ctx, r.data, state.ref())
	if !left.Ran || left.Gone {
		return nil
	}
	aftermath.Told(r.data, state.ref())
	next := "they stay as they are, and nothing disables them when people leave, unless another connection to the same GoTo account matches them and takes them over."
	if doing == "Replacing" {
		next = "they stay as they are. The new connection takes over those that it matches with people in its scope, and never disables the others."
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic(fmt.Sprintf("%s the connection %s leaves %s", doing, state.ref(), left.Headline()),
		fmt.Sprintf("Deleting the connection of %s changes no account: %s %s\n\nTo end access at GoTo too, first remove people from the scope and let a cycle disable their accounts, or disable the accounts at GoTo."+graphdiag.LeftActive, graphdiag.ApplicationName(ctx, r.data.Graph, state.ServicePrincipalID.ValueString()), next, left.Detail()))}
}

// warnKeeps says whose accounts stay active when the accounts of people who leave the scope are no longer disabled.
func (r *Resource) warnKeeps(ctx context.Context, state model) diag.Diagnostics {
	if r.data.Graph.HasWritten() {
		return nil
	}
	left := aftermath.Of(ctx, r.data, state.ref())
	if !left.Ran {
		return nil
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("skip_out_of_scope_deletions"), "Accounts of people who leave the scope stay active",
		"With `skip_out_of_scope_deletions`, leaving the scope, whether because of an assignment, a group, or a filter, no longer disables an account; only the accounts of deleted and blocked users are disabled. "+left.Detail()+graphdiag.LeftActive)}
}

// clearCredentials blanks what this resource put into the service principal's secrets, which outlive the job. Deleting
// them is not offered; an empty value removes a key, except for the notification, which is switched off. Readable values
// of others are repeated, in case the service replaces the whole set.
func (r *Resource) clearCredentials(ctx context.Context, state model) diag.Diagnostics {
	secrets, err := r.data.Graph.GetSecrets(ctx, state.ServicePrincipalID.ValueString())
	if err != nil {
		return r.warnNotCleared(ctx, state, err)
	}
	put := stored(secrets).clearing(state)
	if put == nil {
		return nil
	}
	r.data.NoteSecrets(state.ServicePrincipalID.ValueString(), nil)
	if err := r.data.Graph.PutSecrets(ctx, state.ServicePrincipalID.ValueString(), put); err != nil && !graph.IsNotFound(err) {
		return r.warnNotCleared(ctx, state, err)
	}
	return nil
}

func (r *Resource) warnNotCleared(ctx context.Context, state model, err error) diag.Diagnostics {
	return diag.Diagnostics{diag.NewWarningDiagnostic("The stored credentials could not be cleared",
		"The job of "+graphdiag.ApplicationName(ctx, r.data.Graph, state.ServicePrincipalID.ValueString())+" was deleted, but the service principal may still have the administrator's credentials. "+
			"Delete the application, or clear them in the portal.\n\n"+
			graphdiag.Detail(err))}
}
