// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
)

// Read refreshes who holds which role within the scope.
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

	app := r.roster.Application(state.ServicePrincipalID.ValueString())
	_, err := app.Listing(ctx)
	if graph.IsNotFound(err) {
		if err = app.ConfirmGone(ctx, err); err == nil && state.RoleIDs.IsNull() { // to be imported
			resp.Diagnostics.Append(graphdiag.NoServicePrincipal(ctx, r.client, app.ID, func(id string) string { return id }))
			return
		}
		if err == nil {
			app.Lapsed.Add(roster.Named{})
			resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
			resp.State.RemoveResource(ctx)
			return
		}
	}
	if err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the assignments", err))
		return
	}
	app.Exclusive.Store(true)
	raw, diags := req.Private.GetKey(ctx, lapsedKey)
	resp.Diagnostics.Append(diags...)
	lapsed := lapsedFrom(raw)
	changed, diags := r.refresh(ctx, app, &state, lapsed, justWritten(r.roster.Clock(), written))
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if changed {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, lapsedKey, lapsedJSON(lapsed))...) // else the response has the state already, and setting ten thousand entries again takes its time
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

// refresh brings a state up to date with the listing, and reports whether that changed it. What the state has and the
// listing has not is looked for again before it counts as gone, several times if it is recent; then it is added to lapsed.
func (r *ExclusiveResource) refresh(ctx context.Context, app *roster.Application, state *exclusiveModel, lapsed map[roster.Key]bool, recent bool) (changed bool, diags diag.Diagnostics) {
	s, _ := state.values()
	pinned, _ := stringsOf(state.RoleIDs)
	ids := texts(pinned)
	var declared roster.Roles
	declare := func() diag.Diagnostics {
		var err error
		if declared, err = app.Roles(ctx); err != nil && !graph.IsPermissionDenied(err) {
			return diag.Diagnostics{graphdiag.Error("Cannot read the roles of the application", err)}
		}
		return nil
	}
	imported := state.RoleIDs.IsNull()
	if imported {
		if diags := declare(); diags.HasError() {
			return false, diags
		}
		for text := range s.roleTexts() {
			id, ok := declared.Find(text)
			if !ok {
				return false, diag.Diagnostics{diag.NewErrorDiagnostic("Invalid import id", fmt.Sprintf("The application declares no role %q. %s", text, declared.Valid()))}
			}
			ids[text] = id
		}
	}
	scope := s.scope(ids)
	had := ids.keys(s.entries)
	l, err := app.ListingWith(ctx, had, recent)
	if err != nil {
		return false, diag.Diagnostics{graphdiag.Error("Cannot read the assignments", err)}
	}
	held := scope.Held(l, s.entries)
	if !imported && len(held) == len(had) && !isMissing(had, held) {
		return false, nil
	}
	now := make(map[roster.Key]bool, len(held))
	var lines []string
	for _, key := range roster.SortedKeys(had) {
		if _, ok := held[key]; ok || imported {
			continue
		}
		if why, purged := r.roster.Principals.Gone(ctx, key.PrincipalID, recent); why != "" && !purged {
			now[key] = true
			lines = append(lines, why)
		} else {
			lapsed[key] = true
		}
	}
	if lines = slices.Compact(lines); len(lines) > 0 {
		diags.AddWarning(graphdiag.Counted(len(lines), "principal")+" of `assignments` no longer in the directory", "The entries stay in the state, and nothing is sent for them:\n"+graphdiag.Lines(lines))
	}
	foreign := foreignOf(*state)
	for key := range held {
		now[key] = true
		delete(lapsed, key)
		if !imported && !had[key] {
			foreign[key] = true
		}
		if declared == nil && !had[key] {
			if diags := declare(); diags.HasError() {
				return false, diags
			}
		}
	}
	state.ID = types.StringValue(app.ID)
	s.entries = entriesFor(now, ids, declared.Label, s.entries)
	state.Assignments = mapOf(s.entries)
	used := s.used(ids)
	for text, id := range ids { // what a text of a lapsed entry meant cannot be found out where the role is gone
		for key := range lapsed {
			if key.RoleID == id {
				used[text] = id
			}
		}
	}
	state.RoleIDs = mapOf(used)
	state.ForeignAssignments = keepForeign(foreign, now, nil, ids)
	return true, diags
}

// isMissing reports whether something is not held anymore.
func isMissing(had map[roster.Key]bool, held map[roster.Key]graph.Assignment) bool {
	for key := range had {
		if _, ok := held[key]; !ok {
			return true
		}
	}
	return false
}
