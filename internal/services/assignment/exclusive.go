// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
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
	tenant *tenant
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
		r.tenant = tenantOf(data)
	}
}

// Create assigns everybody. What is assigned already as it should be is taken over, so that an interrupted create goes
// on where it stopped; anything else that is assigned is somebody's work and refused before the first write.
func (r *ExclusiveResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan exclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, exclusiveTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	app := r.tenant.application(plan.ServicePrincipalID.ValueString())
	app.writing.Lock()
	defer app.writing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	k, ids, diags := r.resolveNow(ctx, app, plan)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	l, err := app.listing.Get(graph.WithReplicationWait(ctx, replicationPatience))
	if err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the assignments", err))
		return
	}
	wanted := ids.holdings(k.entries)
	held := k.scope(ids).held(l, k.entries)
	if resp.Diagnostics.Append(refuseForeign(app, k, held, wanted)...); resp.Diagnostics.HasError() {
		return
	}
	outcome := app.converge(ctx, held, wanted, nil)
	r.keep(ctx, &plan, k, ids, outcome)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, writtenKey, writtenNow(r.tenant.directory.Clock()))...)
	if len(outcome.failed) > 0 {
		resp.Diagnostics.Append(outcome.diagnostic("Terraform marks a new object that is incomplete as tainted and plans to replace it. " +
			"Nobody loses access by that: replacing on the same application takes over what is there and only adds what is missing. " +
			"To continue without a replacement, run `terraform untaint` with the address of this resource and apply again."))
	}
}

// resolveNow is what the plan did, for a plan that could not.
func (r *ExclusiveResource) resolveNow(ctx context.Context, app *application, plan exclusiveModel) (known, texts, diag.Diagnostics) {
	k, ok := plan.known()
	if !ok {
		return k, nil, diag.Diagnostics{diag.NewErrorDiagnostic("Unknown values while applying", "This is a bug in the provider; please report it.")}
	}
	if ids, ok := stringsOf(plan.RoleIDs); ok {
		return k, ids, nil
	}
	declared, err := app.declaredRoles(ctx)
	if err != nil {
		return k, nil, diag.Diagnostics{graphdiag.AttributeError(path.Root("service_principal_id"), "Cannot read the roles of the application", err)}
	}
	resolved := resolveTexts(k.roleTexts(), nil, declared, true)
	diags := resolved.diags
	diags.Append(refuseRoles(declared, k, resolved.ids, resolved.ids.holdings(k.entries))...)
	return k, resolved.ids, diags
}

// Update adds what is missing, then removes what the plan showed to go. Whatever else has appeared since the plan is
// left for the next one to show.
func (r *ExclusiveResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state exclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := plan.Timeouts.Update(ctx, exclusiveTimeout)
	resp.Diagnostics.Append(diags...)
	written, diags := req.Private.GetKey(ctx, writtenKey)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	app := r.tenant.application(plan.ServicePrincipalID.ValueString())
	app.writing.Lock()
	defer app.writing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	k, ids, diags := r.resolveNow(ctx, app, plan)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	had := hadHoldings(state)
	wanted := ids.holdings(k.entries)
	changes := changesOf(had, wanted, k.scope(ids))
	if len(changes.added)+len(changes.removed) == 0 {
		app.hold(wanted)
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
		return
	}
	l, err := app.listingWith(ctx, changes.removed, looksFor(r.tenant.directory.Clock(), written))
	if err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the assignments", err))
		return
	}
	resp.Diagnostics.Append(r.guard(ctx, l, plan, changes.removed, wanted, nil)...)
	if resp.Diagnostics.HasError() {
		return
	}
	held := k.scope(ids).held(l, k.entries)
	for h := range changes.removed { // also of principals that are not listed any more
		if a, ok := l.of(h); ok {
			held[h] = a
		}
	}
	outcome := app.converge(ctx, held, wanted, changes.removed)
	prior, _ := stringsOf(state.Assignments)
	pinned, _ := stringsOf(state.RoleIDs)
	for text, id := range pinned { // the words of what could not be removed
		if _, ok := ids[text]; !ok && len(outcome.failed) > 0 {
			ids[text] = id
		}
	}
	r.keep(ctx, &plan, k, ids, outcome, prior)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, writtenKey, writtenNow(r.tenant.directory.Clock()))...)
	if len(outcome.failed) > 0 {
		resp.Diagnostics.Append(outcome.diagnostic("The state holds what succeeded; applying again continues from there."))
	}
}

// keep writes what was achieved into the model that is going to be the state.
func (r *ExclusiveResource) keep(ctx context.Context, m *exclusiveModel, k known, ids texts, outcome outcome, prior ...map[string]string) {
	m.ID = m.ServicePrincipalID
	if len(outcome.failed) == 0 {
		m.RoleIDs = mapOf(k.used(ids))
		return
	}
	label := func(id string) string { return id }
	if declared, err := r.tenant.application(m.ServicePrincipalID.ValueString()).roles.Get(context.WithoutCancel(ctx)); err == nil {
		label = declared.label
	}
	k.entries = entriesFor(outcome.held, ids, label, append([]map[string]string{k.entries}, prior...)...)
	m.Assignments = mapOf(k.entries)
	m.RoleIDs = mapOf(k.used(ids))
}

// leavesKey marks in the planned private data that a deletion is really meant to take access away. The deletion that is
// half of a replacement on the same application (a tainted object, -replace) has no such mark, and then nothing is
// removed: creating takes over what is there. Otherwise everybody would lose access for a moment.
const leavesKey = "leaves"

// Delete takes away what the state holds.
func (r *ExclusiveResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state exclusiveModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, exclusiveTimeout)
	resp.Diagnostics.Append(diags...)
	leaves, diags := req.Private.GetKey(ctx, leavesKey)
	resp.Diagnostics.Append(diags...)
	written, diags := req.Private.GetKey(ctx, writtenKey)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() || leaves == nil {
		return
	}
	app := r.tenant.application(state.ServicePrincipalID.ValueString())
	app.writing.Lock()
	defer app.writing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	had := hadHoldings(state)
	l, err := app.listingWith(ctx, had, looksFor(r.tenant.directory.Clock(), written))
	if graph.IsNotFound(err) {
		err = app.confirmGone(ctx, err)
		l = newListing(nil)
	}
	if err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the assignments", err))
		return
	}
	held := map[holding]graph.Assignment{}
	for h := range had {
		if a, ok := l.of(h); ok && !app.isHeld(h) {
			held[h] = a
		} else {
			delete(had, h)
		}
	}
	outcome := app.converge(ctx, held, nil, had)
	if len(outcome.failed) == 0 {
		return
	}
	ids, _ := stringsOf(state.RoleIDs)
	entries, _ := stringsOf(state.Assignments)
	state.Assignments = mapOf(entriesFor(outcome.held, ids, func(id string) string { return id }, entries))
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(outcome.diagnostic("The state holds what is left; destroying again continues from there."))
}

// ImportState accepts the service principal's id, and after a slash the roles to be authoritative for.
func (r *ExclusiveResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id, roleTexts := "", []string(nil)
	if !validate.ByIdentity(req) {
		var err error
		if id, roleTexts, err = parseExclusiveID(req.ID); err != nil {
			resp.Diagnostics.AddError("Invalid import id", sentence(err))
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
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("service_principal_id"), id)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("max_removals"), int64(defaultMaxRemovals))...)
	if len(roleTexts) > 0 {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("roles"), roleTexts)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, exclusiveIdentity{types.StringValue(id)})...)
}

// outcome is what writing achieved.
type outcome struct {
	held   map[holding]bool // of what was wanted or was to go: what is there now
	failed map[holding]error
	total  int
	lines  []string // one for each failure, what was refused before what was not tried
	first  error    // of these
}

// converge makes what is wanted and not held, and only then removes what is to go. Whoever could not be given the new
// role keeps the old one.
func (a *application) converge(ctx context.Context, held map[holding]graph.Assignment, wanted, removed map[holding]bool) outcome {
	o := outcome{held: make(map[holding]bool, len(wanted)), failed: map[holding]error{}}
	a.hold(wanted)
	names := map[string]string{}
	var tasks []task
	for _, h := range sortedHoldings(wanted) {
		o.held[h] = true
		if _, ok := held[h]; !ok {
			tasks = append(tasks, task{holding: h})
		}
	}
	o.total = len(tasks)
	waiting := map[string]error{}
	for h, err := range a.write(ctx, tasks) {
		o.failed[h] = err
		delete(o.held, h)
		waiting[h.principalID] = err
	}
	tasks = tasks[:0:0]
	for _, h := range sortedHoldings(removed) {
		assignment, ok := held[h]
		if !ok || wanted[h] {
			continue
		}
		names[h.principalID] = assignment.PrincipalDisplayName
		o.total++
		if err := waiting[h.principalID]; err != nil {
			o.held[h], o.failed[h] = true, fmt.Errorf("%w: %w", errKept, err)
			continue
		}
		tasks = append(tasks, task{h, assignment.ID})
	}
	for h, err := range a.write(ctx, tasks) {
		o.failed[h] = err
		o.held[h] = true
	}
	o.describe(a, names)
	return o
}

// describe words the failures.
func (o *outcome) describe(a *application, names map[string]string) {
	var tried, notTried []string
	for _, h := range sortedHoldings(o.failed) {
		err := o.failed[h]
		who := h.principalID
		if name := names[who]; name != "" {
			who = fmt.Sprintf("%s (%s)", name, who)
		}
		line := fmt.Sprintf("%s, role %s: %s", who, a.roleName(h.roleID), reason(err))
		if errors.Is(err, errNotTried) {
			notTried = append(notTried, line)
		} else {
			tried = append(tried, line)
		}
		if o.first == nil || errors.Is(o.first, errNotTried) {
			o.first = err
		}
	}
	o.lines = append(tried, notTried...)
}

// diagnostic names what failed: the first few, then a count. The explanation is that of the first failure.
func (o outcome) diagnostic(next string) diag.Diagnostic {
	return diag.NewErrorDiagnostic(fmt.Sprintf("Cannot change %d of %s", len(o.failed), counted(o.total, "assignment")),
		"These failed:\n"+some(o.lines)+"\n\n"+next+"\n\n"+graphdiag.Detail(o.first))
}

// errKept says that a role was left to somebody who could not be given another one.
var errKept = errors.New("kept, because the new role could not be given")

// reason is an error in a few words.
func reason(err error) string {
	var answer *graph.Error
	switch {
	case errors.Is(err, errKept):
		return errKept.Error() // why not is told of the new role
	case errors.Is(err, errNotTried):
		return errNotTried.Error()
	case errors.As(err, &answer) && answer.Message != "":
		return fmt.Sprintf("%d, %s", answer.StatusCode, answer.Message)
	case errors.As(err, &answer) && answer.StatusCode != 0:
		return fmt.Sprintf("%d, %s", answer.StatusCode, answer.Code)
	}
	return err.Error()
}

// hadHoldings is what a state holds.
func hadHoldings(state exclusiveModel) map[holding]bool {
	entries, _ := stringsOf(state.Assignments)
	ids, _ := stringsOf(state.RoleIDs)
	return texts(ids).holdings(entries)
}
