// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

const exclusiveType = "gotomeeting_user_role_assignments_exclusive"

// exclusiveTimeout is the default for whatever writes: ten thousand writes take the directory's quota most of ten
// minutes.
const exclusiveTimeout = 60 * time.Minute

var (
	_ resource.ResourceWithConfigure      = (*ExclusiveResource)(nil)
	_ resource.ResourceWithIdentity       = (*ExclusiveResource)(nil)
	_ resource.ResourceWithImportState    = (*ExclusiveResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*ExclusiveResource)(nil)
	_ resource.ResourceWithValidateConfig = (*ExclusiveResource)(nil)
)

// ExclusiveResource is gotomeeting_user_role_assignments_exclusive.
type ExclusiveResource struct {
	data     *providerdata.Data
	roster   *roster.Roster
	client   *graph.Client // for what an import is told
	forecast *forecast.Forecast
	remains  *remains
}

// NewExclusiveResource returns the resource.
func NewExclusiveResource() resource.Resource { return &ExclusiveResource{} }

// Metadata names the resource.
func (r *ExclusiveResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user_role_assignments_exclusive"
}

// Configure takes over the provider's data.
func (r *ExclusiveResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	data, diags := providerdata.From(req.ProviderData)
	resp.Diagnostics.Append(diags...)
	if data != nil {
		r.data, r.roster, r.client, r.forecast, r.remains = data, rosterOf(data), data.Graph, forecast.Of(data), remainsOf(data)
	}
}

// Create assigns everybody. Wanted assignments that already exist are taken over, so an interrupted create continues
// where it stopped; any other existing assignment belongs to somebody else and is refused before the first write.
func (r *ExclusiveResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan exclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, exclusiveTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	app := r.roster.Application(plan.ServicePrincipalID.ValueString())
	app.Writing.Lock()
	defer app.Writing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	defer func() {
		was, found := r.remains.sets.Take(remnantOf(plan))
		if found && resp.Diagnostics.HasError() && resp.State.Raw.IsNull() {
			resp.Diagnostics = graphdiag.StillThere(resp.Diagnostics)
			resp.Diagnostics.Append(resp.State.Set(ctx, &was)...)
			resp.Diagnostics.Append(resp.Identity.Set(ctx, was.identity())...)
		}
	}()
	s, ids, diags := r.resolveNow(ctx, app, plan)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	l, err := app.Listing(graph.WithReplicationWait(ctx, roster.ReplicationPatience))
	if err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the assignments", err))
		return
	}
	wanted := ids.keys(s.entries)
	held := s.scope(ids).Held(l, s.entries)
	if resp.Diagnostics.Append(refuseForeign(app, s, held, wanted)...); resp.Diagnostics.HasError() {
		return
	}
	if resp.Diagnostics.Append(r.forecast.Refused(graph.JobRef{ServicePrincipalID: app.ID}, plan.proposal())...); resp.Diagnostics.HasError() {
		return
	}
	if !app.Exclusive.Load() { // else it is replaced, and its own predecessor leaves what is there
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, outdatedKey, outdatedJSON(held, wanted, nil))...)
		app.TakeOver(ctx, held, wanted)
	}
	outcome := app.Converge(ctx, held, wanted, nil)
	r.keep(ctx, &plan, s, ids, outcome)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	for _, key := range []string{leavesKey, aftermath.SuccessorKey} { // of what it replaces
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, key, nil)...)
	}
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, writtenKey, writtenNow(r.roster.Clock()))...)
	if len(outcome.Failed) > 0 {
		resp.Diagnostics.Append(failures(outcome, "Terraform marks an incomplete new object as tainted and plans to replace it. Nobody "+
			"loses access because of this: a replacement on the same application keeps the existing assignments and only adds the missing "+
			"ones. To continue without a replacement, run `terraform untaint` with the address of this resource and apply again."))
	}
}

// resolveNow is what the plan did, for a plan that could not.
func (r *ExclusiveResource) resolveNow(ctx context.Context, app *roster.Application, plan exclusiveModel) (settings, texts, diag.Diagnostics) {
	s, ok := plan.values()
	if !ok {
		return s, nil, diag.Diagnostics{diag.NewErrorDiagnostic("Unknown values at apply", "This is a bug in the provider; please report it.")}
	}
	if ids, ok := stringsOf(plan.RoleIDs); ok {
		return s, ids, nil
	}
	declared, err := app.NewRoles(ctx)
	if err != nil {
		return s, nil, diag.Diagnostics{graphdiag.AttributeError(path.Root("service_principal_id"), "Cannot read the roles of the application", err)}
	}
	resolved := resolveTexts(s.roleTexts(), nil, declared, true)
	diags := resolved.diags
	diags.Append(refuseRoles(declared, s, resolved.ids, resolved.ids.keys(s.entries))...)
	return s, resolved.ids, diags
}

// Update adds what is missing, and then removes what the plan showed as removed. The next plan shows
// assignments that appeared since.
func (r *ExclusiveResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var config, plan, state exclusiveModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := plan.Timeouts.Update(ctx, exclusiveTimeout)
	resp.Diagnostics.Append(diags...)
	written, diags := req.Private.GetKey(ctx, writtenKey)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	app := r.roster.Application(plan.ServicePrincipalID.ValueString())
	app.Writing.Lock()
	defer app.Writing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	s, ids, diags := r.resolveNow(ctx, app, plan)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	had := keysOf(state)
	wanted := ids.keys(s.entries)
	changes := roster.ChangesOf(had, wanted, s.scope(ids))
	if len(changes.Added)+len(changes.Removed) == 0 {
		app.Keep(wanted)
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
		return
	}
	l, err := app.ListingWith(ctx, changes.Removed, justWritten(r.roster.Clock(), written))
	if err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the assignments", err))
		return
	}
	resp.Diagnostics.Append(r.forecast.Refused(graph.JobRef{ServicePrincipalID: app.ID}, plan.proposal())...)
	resp.Diagnostics.Append(r.guard(ctx, app, l, change{config: config, plan: plan, had: had, removed: changes.Removed, added: changes.Added, wanted: wanted, foreign: foreignOf(state)}, nil)...)
	if resp.Diagnostics.HasError() {
		return
	}
	held := s.scope(ids).Held(l, s.entries)
	for key := range changes.Removed { // also of principals that are not listed anymore
		if a, ok := l.Get(key); ok {
			held[key] = a
		}
	}
	for key := range had { // what was there and is wanted, but is gone since or has no principal anymore, is for the next plan to show
		if _, ok := held[key]; !ok && wanted[key] {
			held[key] = graph.Assignment{PrincipalID: key.PrincipalID, AppRoleID: key.RoleID}
		}
	}
	outcome := app.Converge(ctx, held, wanted, changes.Removed)
	prior, _ := stringsOf(state.Assignments)
	pinned, _ := stringsOf(state.RoleIDs)
	for text, id := range pinned { // the words of what could not be removed
		if _, ok := ids[text]; !ok && len(outcome.Failed) > 0 {
			ids[text] = id
		}
	}
	r.keep(ctx, &plan, s, ids, outcome, prior)
	plan.ForeignAssignments = keepForeign(foreignOf(state), outcome.Held, wanted, ids)
	outdated, diags := req.Private.GetKey(ctx, outdatedKey)
	resp.Diagnostics.Append(diags...)
	outdated = outdatedJSON(held, changes.Removed, outdatedFrom(outdated, justWritten(r.roster.Clock(), written)))
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, outdatedKey, outdated)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, writtenKey, writtenNow(r.roster.Clock()))...)
	if len(outcome.Failed) == 0 {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, lapsedKey, lapsedJSON(nil))...)
	} else {
		resp.Diagnostics.Append(failures(outcome, "The state contains what succeeded; the next apply continues from there."))
	}
}

// keep writes what was achieved into the model that is going to be the state.
func (r *ExclusiveResource) keep(ctx context.Context, m *exclusiveModel, s settings, ids texts, outcome roster.Outcome, prior ...map[string]string) {
	m.ID = m.ServicePrincipalID
	if len(outcome.Failed) == 0 {
		m.RoleIDs = mapOf(s.used(ids))
		return
	}
	label := func(id string) string { return id }
	if declared, err := r.roster.Application(m.ServicePrincipalID.ValueString()).Roles(context.WithoutCancel(ctx)); err == nil {
		label = declared.Label
	}
	s.entries = entriesFor(outcome.Held, ids, label, append([]map[string]string{s.entries}, prior...)...)
	m.Assignments = mapOf(s.entries)
	m.RoleIDs = mapOf(s.used(ids))
}

// Delete removes the assignments in the state.
func (r *ExclusiveResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state exclusiveModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, exclusiveTimeout)
	resp.Diagnostics.Append(diags...)
	leaves, diags := req.Private.GetKey(ctx, leavesKey)
	resp.Diagnostics.Append(diags...)
	written, diags := req.Private.GetKey(ctx, writtenKey)
	resp.Diagnostics.Append(diags...)
	itself := aftermath.ReplacesItself(ctx, req.Private, state.ServicePrincipalID.ValueString())
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, leavesKey, nil)...) // if this fails, nothing is about to be removed anymore
	if resp.Diagnostics.HasError() {
		return
	}
	app := r.roster.Application(state.ServicePrincipalID.ValueString())
	if itself {
		app.Exclusive.Store(true)
		r.remains.sets.Give(remnantOf(state), state)
		return
	}
	if resp.Diagnostics.Append(pauseFirst(ctx, r.data, state.ServicePrincipalID.ValueString(), req.Private, timeout)...); resp.Diagnostics.HasError() {
		return
	}
	app.Writing.Lock()
	defer app.Writing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	had := keysOf(state)
	l, err := app.ListingWith(ctx, had, justWritten(r.roster.Clock(), written))
	if graph.IsNotFound(err) {
		err = app.ConfirmGone(ctx, err)
		l = roster.NewListing(nil)
	}
	if err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the assignments", err))
		return
	}
	held, known := map[roster.Key]graph.Assignment{}, leavingFrom(leaves, had)
	var anew []string
	for key := range had {
		a, ok := l.Get(key)
		switch {
		case !ok || app.IsKept(key):
			delete(had, key)
		case known[key] != 0 && known[key] != fingerprint(a.ID):
			anew = append(anew, describe(app, a))
			delete(had, key)
		default:
			held[key] = a
		}
	}
	if len(anew) > 0 {
		slices.Sort(anew)
		resp.Diagnostics.AddWarning(graphdiag.Counted(len(anew), "assignment")+" created again since the plan stay", "Since this destroy was planned, another resource of this configuration or of "+
			"another state has taken them over, or somebody has created them again. They are not removed:\n"+graphdiag.Lines(anew))
	}
	outcome := app.Converge(ctx, held, nil, had)
	if len(outcome.Failed) == 0 {
		return
	}
	ids, _ := stringsOf(state.RoleIDs)
	entries, _ := stringsOf(state.Assignments)
	state.Assignments = mapOf(entriesFor(outcome.Held, ids, func(id string) string { return id }, entries))
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(failures(outcome, "The state contains what is left; the next destroy continues from there."))
}

// ImportState accepts the service principal's id, and after a slash the roles to be authoritative for.
func (r *ExclusiveResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id, roleTexts := "", []string(nil)
	if !validate.ByIdentity(req) {
		var problem string
		if id, roleTexts, problem = parseExclusiveID(req.ID); problem != "" {
			resp.Diagnostics.AddError("Invalid import id", problem)
			return
		}
	} else {
		var identity exclusiveIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		id = identity.ServicePrincipalID.ValueString()
		if problem := validate.ObjectIDProblem(id); problem != "" && !resp.Diagnostics.HasError() {
			resp.Diagnostics.AddAttributeError(path.Root("service_principal_id"), "Invalid identity", problem)
			return
		}
	}
	resp.Diagnostics.Append(setImported(ctx, &resp.State, id, roleTexts)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, exclusiveIdentity{types.StringValue(id)})...)
}

// attributeSetter is a state, or the resource of a list result.
type attributeSetter interface {
	SetAttribute(ctx context.Context, at path.Path, value any) diag.Diagnostics
}

// setImported sets what is known of a set before anything is read.
func setImported(ctx context.Context, of attributeSetter, id string, roleTexts []string) diag.Diagnostics {
	diags := of.SetAttribute(ctx, path.Root("id"), id)
	diags.Append(of.SetAttribute(ctx, path.Root("service_principal_id"), id)...)
	diags.Append(of.SetAttribute(ctx, path.Root("max_removals"), int64(defaultMaxRemovals))...)
	if len(roleTexts) > 0 {
		diags.Append(of.SetAttribute(ctx, path.Root("roles"), roleTexts)...)
	}
	return diags
}

// failures names what failed: the first few, then a count. The explanation is that of the first failure.
func failures(o roster.Outcome, next string) diag.Diagnostic {
	return diag.NewErrorDiagnostic(fmt.Sprintf("Cannot change %d of %s", len(o.Failed), graphdiag.Counted(o.Total, "assignment")),
		"These failed:\n"+graphdiag.Lines(o.Lines)+"\n\n"+next+"\n\n"+graphdiag.Detail(o.First))
}

// foreignOf are the assignments that others created since the last apply, according to a refresh.
func foreignOf(state exclusiveModel) map[roster.Key]bool {
	entries, _ := stringsOf(state.ForeignAssignments)
	ids, _ := stringsOf(state.RoleIDs)
	return texts(ids).keys(entries)
}

// keepForeign is what is left of assignments that others made: held, and not taken over.
func keepForeign(foreign, held, wanted map[roster.Key]bool, ids texts) types.Map {
	left := maps.Clone(foreign)
	maps.DeleteFunc(left, func(key roster.Key, _ bool) bool { return !held[key] || wanted[key] })
	if len(left) == 0 {
		return types.MapNull(types.StringType)
	}
	return mapOf(entriesFor(left, maps.Clone(ids), func(id string) string { return id }))
}

// keysOf is what a state holds.
func keysOf(state exclusiveModel) map[roster.Key]bool {
	entries, _ := stringsOf(state.Assignments)
	ids, _ := stringsOf(state.RoleIDs)
	return texts(ids).keys(entries)
}
