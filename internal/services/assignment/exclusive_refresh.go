// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// Read takes over who holds what within the scope.
func (r *ExclusiveResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state exclusiveModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Read(ctx, readTimeout)
	resp.Diagnostics.Append(diags...)
	written, diags := req.Private.GetKey(ctx, writtenKey)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	app := r.tenant.application(state.ServicePrincipalID.ValueString())
	_, err := app.listing.Get(ctx)
	if graph.IsNotFound(err) {
		if err = app.confirmGone(ctx, err); err == nil {
			resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
			resp.State.RemoveResource(ctx)
			return
		}
	}
	if err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the assignments", err))
		return
	}
	app.noteRead()
	changed, diags := r.refresh(ctx, app, &state, looksFor(r.tenant.directory.Clock(), written))
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if changed { // else the response has the state already, and setting ten thousand entries again takes its time
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

// refresh brings a state up to date with the listing, and reports whether that changed it. What the state has and the
// listing has not is looked for again before it counts as gone, several times if it was written a moment ago.
func (r *ExclusiveResource) refresh(ctx context.Context, app *application, state *exclusiveModel, looks int) (changed bool, diags diag.Diagnostics) {
	k, _ := state.known()
	pinned, _ := stringsOf(state.RoleIDs)
	ids := texts(pinned)
	var declared roles
	declare := func() diag.Diagnostics {
		var err error
		if declared, err = app.roles.Get(ctx); err != nil && !graph.IsPermissionDenied(err) {
			return diag.Diagnostics{graphdiag.Error("Cannot read the roles of the application", err)}
		}
		return nil
	}
	imported := state.RoleIDs.IsNull()
	if imported {
		if diags := declare(); diags.HasError() {
			return false, diags
		}
		for text := range k.roleTexts() {
			id, ok := declared.find(text)
			if !ok {
				return false, diag.Diagnostics{diag.NewErrorDiagnostic("Invalid import id", fmt.Sprintf("The application declares no role %q. %s", text, declared.valid()))}
			}
			ids[text] = id
		}
	}
	sc := k.scope(ids)
	had := ids.holdings(k.entries)
	l, err := app.listingWith(ctx, had, looks)
	if err != nil {
		return false, diag.Diagnostics{graphdiag.Error("Cannot read the assignments", err)}
	}
	held := sc.held(l, k.entries)
	if !imported && len(held) == len(had) && !isMissing(had, held) {
		return false, nil
	}
	now := make(map[holding]bool, len(held))
	for h := range held {
		now[h] = true
		if declared == nil && !had[h] {
			if diags := declare(); diags.HasError() {
				return false, diags
			}
		}
	}
	state.ID = types.StringValue(app.id)
	k.entries = entriesFor(now, ids, declared.label, k.entries)
	state.Assignments = mapOf(k.entries)
	state.RoleIDs = mapOf(k.used(ids))
	return true, nil
}

// isMissing reports whether something is not held any more.
func isMissing(had map[holding]bool, held map[holding]graph.Assignment) bool {
	for h := range had {
		if _, ok := held[h]; !ok {
			return true
		}
	}
	return false
}
