// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// ValidateConfig reports combinations that are wrong in every state.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if config.NotificationEnabled.ValueBool() && config.NotificationEmail.IsNull() {
		resp.Diagnostics.AddAttributeError(path.Root("notification_enabled"), "Notification without an address",
			"`notification_enabled` is true, but `notification_email` is not set. Set it, or omit `notification_enabled`.")
	}
	for _, a := range managedAttributes {
		for key, value := range a.entries(config) {
			if value.IsNull() {
				resp.Diagnostics.AddAttributeError(path.Root(a.attribute).AtMapKey(key), "Missing value",
					fmt.Sprintf("The value of %q is null. Set a value, or omit the key.", key))
			}
		}
	}
	for key := range config.CredentialsWO.Elements() {
		if _, twice := config.ConnectorSettings.Elements()[key]; twice {
			resp.Diagnostics.AddAttributeError(path.Root("connector_settings").AtMapKey(key), "Key set twice",
				fmt.Sprintf("%q is in `credentials_wo` and in `connector_settings`. Keep it in `credentials_wo` if it is a secret, otherwise in `connector_settings`.", key))
		}
	}
}

// ModifyPlan checks, as far as the tenant already shows it, what would make Create and Update fail, and reports
// what a small change would do to many people.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		var state model
		if resp.Diagnostics.Append(req.State.Get(ctx, &state)...); !resp.Diagnostics.HasError() && r.data != nil {
			aftermath.Ends(r.data, state.ref())
			forecast.Of(r.data).Settings(state.ref(), state.settings())
			end := forecast.Proposal{Key: proposal, Subject: "the connection's end", Destroys: true, Change: func(s *impact.Setup) { s.Off = true }}
			resp.Diagnostics.Append(forecast.Of(r.data).Note(state.ref(), end)...)
			resp.Diagnostics.Append(r.warnEnds(ctx, state, "Destroying")...)
		}
		return
	}
	var plan, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if config.NotificationEnabled.IsNull() { // a default that depends on another attribute
		plan.NotificationEnabled = types.BoolValue(!plan.NotificationEmail.IsNull())
		if plan.NotificationEmail.IsUnknown() {
			plan.NotificationEnabled = types.BoolUnknown()
		}
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("notification_enabled"), plan.NotificationEnabled)...)
	}
	var state *model
	if !req.State.Raw.IsNull() {
		state = &model{}
		resp.Diagnostics.Append(req.State.Get(ctx, state)...)
		if resp.Diagnostics.HasError() {
			return
		}
	}
	resp.Diagnostics.Append(requireSecrets(config, state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if state == nil {
		replaces, _ := req.Private.GetKey(ctx, keyReplaced)
		resp.Diagnostics.Append(r.planCreate(ctx, plan, config, resp)...)
		if !resp.Diagnostics.HasError() && r.data != nil {
			resp.Diagnostics.Append(tryReplacement(ctx, r.data, plan, config, resp, replaces != nil)...)
		}
		return
	}
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, keyReplaced, []byte("true"))...)
	if r.data != nil {
		forecast.Of(r.data).Settings(state.ref(), state.settings())
		resp.Diagnostics.Append(r.warnUnguarded(plan, *state)...)
	}
	if !plan.ServicePrincipalID.Equal(state.ServicePrincipalID) || !plan.TemplateID.Equal(state.TemplateID) {
		resp.Diagnostics.Append(r.warnEnds(ctx, *state, "Replacing")...)
		return // Terraform asks again for the creation that replaces this
	}
	resends, lostSeeds := r.resends(ctx, config, *state)
	fresh := newSecrets(plan, config, *state)
	// An authorized connection stays authorized with other credentials, as far as a plan can determine, so dependents do not have to wait for them.
	if resends || (fresh || otherSettings(plan, *state, false)) && !state.Authorized.ValueBool() {
		plan.Authorized = types.BoolUnknown()
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("authorized"), plan.Authorized)...)
	}
	pending, diags := planPending(ctx, r.data, plan, *state)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("pending_action"), pending)...)
	givesNone := config.AdminPassword.IsNull() && config.AdminPasswordWO.IsNull() && config.CredentialsWO.IsNull()
	unauthorized := !state.Authorized.IsNull() && !state.Authorized.ValueBool()
	sends := unauthorized && !givesNone && plan.Authorized.IsUnknown()
	if r.data != nil {
		r.data.NotePlannedCredentials(state.ServicePrincipalID.ValueString(), sends)
	}
	mark := recall(ctx, req.Private)
	switch {
	case r.data == nil:
	case unauthorized && !sends:
		resp.Diagnostics.Append(r.warnUnauthorized(*state))
	case fresh:
	case mark != nil:
		resp.Diagnostics.Append(mark.told(r.portalLink(state.ServicePrincipalID.ValueString())))
	case len(lostSeeds) > 0:
		resp.Diagnostics.AddAttributeWarning(path.Root("credentials_wo"), "The service has lost a token",
			fmt.Sprintf("The service no longer lists %s, which it would have renewed. The original value is too old to be sent again: %s", quoteList(lostSeeds), renewAdvice))
	}
	kept, _ := req.Private.GetKey(ctx, keyScope)
	resp.Diagnostics.Append(r.planUpdate(ctx, plan, config, *state, bytes.Equal(kept, plan.applied()))...)
}

// pilotSize is how many accounts a connection keeps in sync before it has to be guarded: a pilot is watched by people.
const pilotSize = 20

// warnUnguarded says why accidental-deletion prevention does not protect the people whom the connection provisions.
func (r *Resource) warnUnguarded(plan, state model) diag.Diagnostics {
	synced, told := remembered(r.data).synced.Look(state.ref())
	if !told || synced < pilotSize || !plan.PreventAccidentalDeletions.ValueBool() {
		return nil
	}
	var diags diag.Diagnostics
	name := "the connection " + state.ref().String()
	if most := plan.AccidentalDeletionThreshold; !most.IsUnknown() && most.ValueInt64() > synced {
		diags.AddAttributeWarning(path.Root("accidental_deletion_threshold"), "Accidental-deletion prevention of "+name+" can never stop a cycle",
			fmt.Sprintf("The service keeps %s in sync, and `accidental_deletion_threshold` is %d: a cycle that disables all of them would not be stopped. Lower the threshold, for example to %d."+graphdiag.Incident,
				graphdiag.Counted(int(synced), "account"), most.ValueInt64(), max(1, synced/10)))
	}
	if !plan.NotificationEnabled.IsUnknown() && !plan.NotificationEnabled.ValueBool() {
		diags.AddAttributeWarning(path.Root("notification_email"), "Nobody is notified when "+name+" stops",
			"When accidental-deletion prevention stops a cycle, or provisioning goes into quarantine for another reason, the service sends an e-mail only to `notification_email`. Set an address.")
	}
	return diags
}

// requireSecrets demands a secret exactly when it is about to be needed: for a create, or for a new version.
func requireSecrets(config model, state *model) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, a := range managedAttributes {
		if a.version == "" || !config.value(a.attribute).IsNull() {
			continue
		}
		version := config.value(a.version)
		if version.IsNull() || version.IsUnknown() || state != nil && version.Equal(state.value(a.version)) {
			continue
		}
		diags.AddAttributeError(path.Root(a.version), "Missing "+a.noun, // the line that is there
			fmt.Sprintf("`%s` is %s, a version that has not been stored yet, but `%s` is not set. Set the %s for this run; later runs do not need a value.",
				a.version, version, a.attribute, a.noun))
	}
	withoutPassword := !config.AdminUsername.IsNull() && config.AdminPassword.IsNull() && config.AdminPasswordWO.IsNull()
	switch {
	case !withoutPassword:
	case state == nil && config.AdminPasswordWOVersion.IsNull():
		diags.AddAttributeError(path.Root("admin_username"), "Missing password",
			"`admin_username` is set without a password, which the new connection needs. Set `admin_password_wo` with `admin_password_wo_version`, or omit `admin_username` and authorize in the portal.")
	case state != nil && !state.AdminUsername.IsNull() && !config.AdminUsername.IsUnknown() && !config.AdminUsername.Equal(state.AdminUsername):
		diags.AddAttributeError(path.Root("admin_username"), "Missing password",
			fmt.Sprintf("`admin_username` changes from %s to %s, and the stored password belongs to the old user name. Set the password of the new user name for this run; later runs do not need it.",
				state.AdminUsername, config.AdminUsername))
	}
	return diags
}

// newSecrets reports whether the plan brings credentials that the service does not have yet.
func newSecrets(plan, config, state model) bool {
	return slices.ContainsFunc(managedAttributes, func(a managed) bool {
		given, compared := plan.value(a.attribute), a.attribute
		if a.version != "" {
			given, compared = config.value(a.attribute), a.version
		}
		return a.kind != setting && !given.IsNull() && !plan.value(compared).Equal(state.value(compared))
	})
}

// resends reports whether the configuration gives a secret that the service has lost: its key is no longer listed. Lost seeds
// are not sent again.
func (r *Resource) resends(ctx context.Context, config, state model) (again bool, lostSeeds []string) {
	if config.AdminPassword.IsNull() && config.AdminPasswordWO.IsNull() && config.CredentialsWO.IsNull() || r.data == nil {
		return false, nil
	}
	if config.CredentialsWO.IsNull() {
		return state.managesPassword() && !state.Authorized.IsNull() && !state.Authorized.ValueBool(), nil
	}
	secrets, err := r.data.Graph.GetSecrets(ctx, state.ServicePrincipalID.ValueString())
	if err != nil { // which the refresh has said
		return false, nil
	}
	var keys []string
	for _, a := range managedAttributes {
		if a.kind == secret {
			keys = slices.AppendSeq(keys, maps.Keys(a.entries(config)))
		}
	}
	gone := stored(secrets).vanished(keys)
	lostSeeds = slices.DeleteFunc(slices.Sorted(slices.Values(gone)), func(key string) bool { return !renewed(key) })
	return len(gone) > len(lostSeeds), lostSeeds
}

// otherSettings reports whether the plan has other settings than the state, among all or among those without a default.
func otherSettings(plan, state model, all bool) bool {
	return slices.ContainsFunc(managedAttributes, func(a managed) bool {
		return a.kind == setting && (all || !a.always()) && !plan.value(a.attribute).Equal(state.value(a.attribute))
	})
}

// planCreate runs the checks of Create that need no more than a known service principal. A reason against a connection that was
// in the state and was deleted elsewhere is a warning: an error would keep Terraform from destroying the rest, and Create refuses it.
func (r *Resource) planCreate(ctx context.Context, plan, config model, resp *resource.ModifyPlanResponse) diag.Diagnostics {
	found := r.checkCreate(ctx, plan, config, resp)
	if r.data == nil || !remembered(r.data).lapsed.Has(plan.ServicePrincipalID.ValueString()) {
		return found
	}
	for i, d := range found {
		if at, ok := d.(diag.DiagnosticWithPath); ok && d.Severity() == diag.SeverityError {
			found[i] = diag.NewAttributeWarningDiagnostic(at.Path(), d.Summary(), d.Detail()+
				"\n\nThe connection was in the state and has been deleted elsewhere. The apply cannot create it again; everything else continues.")
		}
	}
	return found
}

func (r *Resource) checkCreate(ctx context.Context, plan, config model, resp *resource.ModifyPlanResponse) diag.Diagnostics {
	var diags diag.Diagnostics
	diags.Append(r.refuseOversize(plan, config)...)
	if r.data != nil {
		r.data.NoteNewTarget(plan.withWriteOnly(config).target())
	}
	if r.data == nil {
		return diags
	}
	if plan.ServicePrincipalID.IsUnknown() || config.TemplateID.IsUnknown() {
		forecast.Of(r.data).New("", "", impact.Settings{})
		return diags
	}
	var skipped graphdiag.Skipped
	servicePrincipalID := plan.ServicePrincipalID.ValueString()
	templates, err := r.data.SyncTemplates(ctx, servicePrincipalID)
	switch {
	case r.data.Graph.HasWritten() && (graph.IsNotFound(err) || err == nil && len(templates) == 0):
		return diags // the application may be new and known only in parts of the service; Create waits for it
	case graph.IsNotFound(err):
		diags.Append(cannotReadTemplates(ctx, r.data.Graph, err, servicePrincipalID))
		return diags
	case err != nil:
		skipped.Add("which connectors the application offers", err)
		diags.Append(skipped.Diagnostics("They run at apply, before anything is created.")...)
		return diags
	}
	template, problems := chooseTemplate(templates, config.TemplateID.ValueString())
	diags.Append(problems...)
	if diags.HasError() {
		return diags
	}
	diags.Append(resp.Plan.SetAttribute(ctx, path.Root("template_id"), template.ID)...)
	if plan.Scope.IsUnknown() {
		forecast.Of(r.data).New("", "", impact.Settings{})
	} else {
		forecast.Of(r.data).New(servicePrincipalID, template.ID, plan.settings())
	}
	diags.Append(checkCredentials(template, supplied(config))...)
	diags.Append(planExisting(ctx, r.data, servicePrincipalID, template, &skipped)...)
	if !diags.HasError() && known(ctx, plan) && !r.data.Graph.HasWritten() { // the advice was given before the apply began
		diags.Append(r.warnLoss(ctx, plan, config, nil, &skipped)...)
	}
	diags.Append(skipped.Diagnostics("They run at apply, before anything is created.")...)
	return diags
}

// planUpdate warns about the effect of the change on people, and about secrets that it might lose. repairs says that the scope is
// as it was applied.
func (r *Resource) planUpdate(ctx context.Context, plan, config, state model, repairs bool) diag.Diagnostics {
	diags := r.refuseOversize(plan, config)
	if r.data == nil || !writes(plan, config, state) {
		return diags
	}
	if plan.SkipOutOfScopeDeletions.ValueBool() && !state.SkipOutOfScopeDeletions.ValueBool() {
		diags.Append(r.warnKeeps(ctx, state)...)
	}
	skipEnds := state.SkipOutOfScopeDeletions.ValueBool() && !plan.SkipOutOfScopeDeletions.IsUnknown() && !plan.SkipOutOfScopeDeletions.ValueBool()
	answer := r.foresee(ctx, plan, state, repairs)
	if !answer.Told && (skipEnds || !plan.Scope.IsUnknown() && !plan.Scope.Equal(state.Scope)) {
		diags.Append(r.warnScope(ctx, plan, state, skipEnds)...)
	}
	diags.Append(answer.Diagnostics...)
	if !known(ctx, plan) || remembered(r.data).refused.Has(state.ref()) {
		return diags
	}
	var skipped graphdiag.Skipped
	diags.Append(r.warnLoss(ctx, plan, config, &state, &skipped)...)
	diags.Append(skipped.Diagnostics("The apply reads the secrets again before and after it writes.")...)
	return diags
}

// warnLoss names the masked keys that the next write cannot repeat; state is nil for a creation.
func (r *Resource) warnLoss(ctx context.Context, plan, config model, state *model, skipped *graphdiag.Skipped) diag.Diagnostics {
	want := plan.withWriteOnly(config).toDesired(state)
	servicePrincipalID := plan.ServicePrincipalID.ValueString()
	secrets, err := r.data.Graph.GetSecrets(ctx, servicePrincipalID)
	if err != nil {
		skipped.Add("whether the change loses secrets that are not managed here", err)
		return nil
	}
	if state != nil {
		remembered(r.data).secrets.Give(servicePrincipalID, secrets)
	}
	put, lost := stored(secrets).plan(want, state == nil || newSecrets(plan, config, *state))
	if put == nil || len(lost) == 0 {
		return nil
	}
	connection, advice := "service principal "+servicePrincipalID, "To be safe, set the password or other secrets for this run."
	if state != nil {
		connection = "the connection " + state.ref().String()
	}
	if !slices.ContainsFunc(lost, func(key string) bool { return !renewed(key) }) {
		advice = "The service renews these, and an older value would replace a newer one, so they are not sent with this change. If they are dropped, " + renewAdvice
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic("Secrets that this configuration cannot repeat",
		fmt.Sprintf("The service has %s for %s, which it does not show and this configuration does not set. The service may keep or drop values that a write does not repeat; the "+
			"documentation does not define which. After the apply, the provider checks this and reports dropped values. %s", quoteList(lost), connection, advice))}
}

// writes reports whether an update touches what is stored as secrets.
func writes(plan, config, state model) bool {
	return newSecrets(plan, config, state) || otherSettings(plan, state, true) || plan.Authorized.IsUnknown()
}

// known reports whether everything that a write needs is known at plan.
func known(ctx context.Context, plan model) bool {
	return !slices.ContainsFunc(managedAttributes, func(a managed) bool {
		value, err := plan.value(a.attribute).ToTerraformValue(ctx)
		return a.kind != secret && (err != nil || !value.IsFullyKnown())
	})
}

// proposal is the key of what the resource proposes.
const proposal = "connection"

// Part is what the resource contributes to a written proposal.
func Part() forecast.Part {
	return forecast.Part{Resource: NewResource(), Attributes: []string{"scope"}, Change: func(_ context.Context, _ *providerdata.Data, values map[string]attr.Value, _ *impact.Setup) (func(*impact.Setup), diag.Diagnostics) {
		scope, _ := values["scope"].(types.String)
		return func(s *impact.Setup) { s.Scope = scope.ValueString() }, nil
	}}
}

// releases reports whether the change may let through deletions that the service holds back, or may hold back.
func (r *Resource) releases(ctx context.Context, plan, state model) bool {
	most := plan.AccidentalDeletionThreshold
	if !state.PreventAccidentalDeletions.ValueBool() || plan.PreventAccidentalDeletions.ValueBool() && !most.IsUnknown() && most.ValueInt64() <= state.AccidentalDeletionThreshold.ValueInt64() {
		return false
	}
	job, err := r.data.Graph.GetJob(ctx, state.ref())
	return !graph.IsNotFound(err) && (err != nil || job.HoldsDeletions())
}

// foresee determines what a change of the scope does to people.
func (r *Resource) foresee(ctx context.Context, plan, state model, repairs bool) forecast.Answer {
	releases := r.releases(ctx, plan, state)
	if plan.Scope.Equal(state.Scope) && plan.SkipOutOfScopeDeletions.Equal(state.SkipOutOfScopeDeletions) && !releases {
		return forecast.Answer{}
	}
	p := forecast.Proposal{Key: proposal, Subject: "scope", Repairs: repairs, At: path.Root("scope"), Change: func(s *impact.Setup) {
		// A narrower scope restarts the job, and what switches it off is applied later.
		s.Restarts = !s.Off && plan.Scope.ValueString() == scopeAssigned && state.Scope.ValueString() == scopeAll
		s.Scope, s.KeepsOutOfScope = plan.Scope.ValueString(), plan.SkipOutOfScopeDeletions.ValueBool()
	}}
	switch {
	case releases:
		p.Unknown, p.Change = "The change of accidental-deletion prevention may let through deletions that the service holds back.", nil
		p.Subject, p.At = "accidental-deletion prevention", path.Root("accidental_deletion_threshold")
	case plan.Scope.IsUnknown() || plan.SkipOutOfScopeDeletions.IsUnknown():
		p.Unknown, p.Change = "The scope is known only at apply.", nil
	case plan.Scope.Equal(state.Scope):
		p.Subject, p.At = "`skip_out_of_scope_deletions`", path.Root("skip_out_of_scope_deletions")
	}
	return forecast.Of(r.data).Plan(ctx, state.ref(), p)
}

// warnScope says, with the available numbers, whom a change of scope affects.
func (r *Resource) warnScope(ctx context.Context, plan, state model, skipEnds bool) diag.Diagnostics {
	var diags diag.Diagnostics
	counts := ""
	if job, err := r.data.Graph.GetJob(ctx, state.ref()); err == nil && job.Status != nil {
		if job.Status.LastExecution != nil {
			synchronized, _ := job.Status.Synchronized()
			counts = fmt.Sprintf(" The last cycle had %d people in scope; %d are synchronized.", job.Status.LastExecution.CountEntitledForProvisioning, synchronized)
		}
	}
	if skipEnds {
		diags.AddAttributeWarning(path.Root("skip_out_of_scope_deletions"), "Accounts outside the scope will be disabled",
			"The next cycle disables the accounts of everybody who left the scope while `skip_out_of_scope_deletions` was on."+counts+graphdiag.Incident)
	}
	switch {
	case plan.Scope.Equal(state.Scope):
	case plan.Scope.ValueString() == scopeAll:
		diags.AddAttributeWarning(path.Root("scope"), "Everybody in the tenant will be provisioned",
			"With `scope = \"all\"`, the next cycle provisions accounts for all users of the tenant who pass the scoping filters, whether assigned or not."+counts)
	default:
		diags.AddAttributeWarning(path.Root("scope"), "Accounts of people without an assignment will be disabled",
			"With `scope = \"assigned\"`, only assigned people stay in scope. The job is restarted once it is on, and its next cycle disables the accounts of everybody "+
				"else, unless `skip_out_of_scope_deletions` is on or the accidental-deletion threshold stops it."+counts+graphdiag.Incident)
	}
	return diags
}

// refuseOversize checks the limit of the US Government clouds at plan, as far as the values are known.
func (r *Resource) refuseOversize(plan, config model) diag.Diagnostics {
	if r.data == nil || !r.data.USGovernment {
		return nil
	}
	return plan.withWriteOnly(config).toDesired(nil).refuseOversize()
}

func quoteList(keys []string) string {
	quoted := make([]string, len(keys))
	for i, key := range keys {
		quoted[i] = "`" + key + "`"
	}
	return graphdiag.List(quoted)
}
