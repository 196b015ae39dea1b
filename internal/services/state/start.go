// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// reviewStart reports, at plan, on a job that the change starts, and on one that is on and cannot sign in. A reason against
// the start is an error if the start is new. If a pause ends, provisioning was on before, so the same reason is a warning,
// and the apply refuses.
func reviewStart(ctx context.Context, data *providerdata.Data, c change, job *graph.Job) (diags diag.Diagnostics) {
	if !c.plan.Enabled.ValueBool() {
		return nil
	}
	if c.plan.ConnectionID.IsUnknown() {
		if c.switchesOn() && c.plan.MappingIDs.IsNull() && !c.plan.AllowDefaultMappings.ValueBool() && !c.plan.AllowDefaultMappings.IsUnknown() {
			diags.Append(noMappings("The connection does not exist yet, so its job has never run."))
		}
		return diags
	}
	ref, err := c.plan.ref()
	if err != nil {
		return nil // the attribute's validator has said so
	}
	s := &starter{data: data, ref: ref, plan: c.plan}
	switch {
	case !c.switchesOn() && !c.paused():
		return s.warnUnauthorized(ctx)
	case !c.switchesOn() || job == nil || job.Schedule.Active():
		return nil
	}
	diags.Append(warnQuarantined(*job)...)
	var skipped graphdiag.Skipped
	found := s.check(ctx, *job, &skipped)
	if !found.HasError() && skipped.Empty() && !s.awaits && s.decided(ctx) {
		memoryOf(data).checked.Give(ref, true)
	}
	for _, problem := range found {
		if c.resumes() && problem.Severity() == diag.SeverityError {
			problem = diag.NewAttributeWarningDiagnostic(path.Root("enabled"), "Provisioning of "+c.subject()+" cannot be resumed: "+problem.Summary(), problem.Detail())
		}
		diags.Append(problem)
	}
	return append(diags, skipped.Diagnostics("They run at apply, before provisioning is started.")...)
}

// starter decides whether a job may be started.
type starter struct {
	data *providerdata.Data
	ref  graph.JobRef
	plan model
	// awaits says that a check depends on credentials that this run is about to store.
	awaits bool
}

// decided reports whether the configuration is known as far as a start depends on it.
func (s *starter) decided(ctx context.Context) bool {
	_, all := knownTexts(ctx, s.plan.MappingIDs)
	return all && !s.plan.AllowDefaultMappings.IsUnknown() && !s.plan.AssignmentIDs.IsUnknown()
}

// check reports reasons against the start of a job that is off, and what people should know about it. With skipped, at
// plan, anything that cannot be read is noted there; without it, this is an error.
func (s *starter) check(ctx context.Context, job graph.Job, skipped *graphdiag.Skipped) (diags diag.Diagnostics) {
	if !job.HasRun() {
		diags.Append(s.checkMappings(ctx, job, skipped)...)
	}
	diags.Append(s.checkAuthorized(ctx, skipped)...)
	if !diags.HasError() {
		diags.Append(s.warnNobody(ctx)...)
	}
	return diags
}

// checkMappings refuses to start a job that has never run if an enabled object mapping is the connector's default and
// this is not explicitly allowed.
func (s *starter) checkMappings(ctx context.Context, job graph.Job, skipped *graphdiag.Skipped) diag.Diagnostics {
	listed, all := knownTexts(ctx, s.plan.MappingIDs)
	switch {
	case s.plan.AllowDefaultMappings.ValueBool() || !all:
		return nil
	case s.plan.MappingIDs.IsNull():
		return diag.Diagnostics{noMappings("The job has never run.")}
	}
	fail := func(err error) diag.Diagnostics {
		if skipped != nil && graph.IsPermissionDenied(err) {
			skipped.Add("whether every object mapping is in place", err)
			return nil
		}
		return diag.Diagnostics{graphdiag.Error("Cannot read the attribute mappings", err, "Provisioning was not started.")}
	}
	schema, err := s.data.Schema(ctx, s.ref)
	if err != nil {
		return fail(err)
	}
	mappings, err := schema.ObjectMappings()
	if err != nil {
		return fail(err)
	}
	open := slices.DeleteFunc(mappings, func(m *graph.ObjectMapping) bool {
		return !m.Enabled || slices.ContainsFunc([]string{m.Name, m.SourceObject}, func(name string) bool {
			return slices.ContainsFunc(listed, func(id string) bool { return strings.EqualFold(id, s.ref.String()+"/"+name) })
		})
	})
	if len(open) == 0 {
		return nil
	}
	template, err := s.data.Graph.GetTemplateSchema(ctx, s.ref.ServicePrincipalID, job.TemplateID)
	if err != nil {
		return fail(err)
	}
	defaults, err := template.ObjectMappings()
	if err != nil {
		return fail(err)
	}
	var names []string
	for _, m := range open {
		if slices.ContainsFunc(defaults, m.Means) {
			names = append(names, "`"+m.Name+"`")
		}
	}
	if len(names) == 0 {
		return nil
	}
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("mapping_ids"), "Provisioning would start with the default mapping of "+graphdiag.List(names),
		"The job has never run, and its first cycle would write accounts according to the connector's own default mapping. Declare a `gotomeeting_attribute_mappings` for it (with `enabled = false` to not provision such objects) and list its id in "+
			"`mapping_ids`, or set `allow_default_mappings = true` if the default is correct. Provisioning was not started.")}
}

func noMappings(why string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("mapping_ids"), "Provisioning would start before the attribute mappings are in place",
		why+" Its first cycle would create and match accounts according to the connector's default mappings. List the ids of the `gotomeeting_attribute_mappings` that must be in place first: "+
			"`mapping_ids = [gotomeeting_attribute_mappings.users.id]`. If the defaults are correct, set `allow_default_mappings = true`. Provisioning was not started.")
}

// checkAuthorized refuses to start a connection whose secrets were read and hold no credential: its first cycle would end in
// quarantine.
func (s *starter) checkAuthorized(ctx context.Context, skipped *graphdiag.Skipped) diag.Diagnostics {
	secrets, err := s.data.Secrets(ctx, s.ref.ServicePrincipalID)
	switch {
	case graph.IsPermissionDenied(err) && skipped != nil:
		skipped.Add("whether the connection can sign in", err)
	case err != nil:
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("enabled"), "Cannot determine whether the connection can sign in",
			"Its stored secrets could not be read. If it has no credentials, its first cycle ends in quarantine. "+graphdiag.Detail(err))}
	case graph.HoldCredential(secrets):
	case skipped != nil && s.data.PlansCredentials(s.ref.ServicePrincipalID):
		s.awaits = true
	default:
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("enabled"), "The connection cannot sign in yet",
			"The service has no credentials for this connection (`authorized` is false), so its first cycle would end in quarantine. Provisioning was not started. Configure "+
				"credentials for the connection, or apply with `enabled = false`, authorize the connection in the portal, and then set `enabled = true`.")}
	}
	return nil
}

// warnUnauthorized warns, at every plan, about a connection that is on and holds no credential.
func (s *starter) warnUnauthorized(ctx context.Context) diag.Diagnostics {
	secrets, err := s.data.Secrets(ctx, s.ref.ServicePrincipalID)
	if err != nil || graph.HoldCredential(secrets) || s.data.PlansCredentials(s.ref.ServicePrincipalID) {
		return nil
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("enabled"), "Provisioning of service principal "+s.ref.ServicePrincipalID+" is on and cannot sign in",
		"The service no longer has credentials for this connection (`authorized` is false). Configure credentials for it, or authorize it in the portal.")}
}

// warnNobody warns about a start after which nobody is provisioned. It asks only where the configuration names no assignment.
func (s *starter) warnNobody(ctx context.Context) diag.Diagnostics {
	if !s.plan.AssignmentIDs.IsNull() {
		return nil
	}
	secrets, err := s.data.Secrets(ctx, s.ref.ServicePrincipalID)
	if err != nil || graph.ScopeIsAll(secrets) {
		return nil
	}
	if anybody, err := s.anybody(ctx); err != nil || anybody {
		return nil
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("enabled"), "Nobody will be provisioned by service principal "+s.ref.ServicePrincipalID,
		"The scope of the connection is `assigned`, and nobody is assigned to the application with a role that provisions; \"Default Access\" does not. "+
			"If this configuration creates assignments, list their ids in `assignment_ids`, so they are created first.")}
}

// anybody reports whether somebody is assigned with a role that provisions. If the application declares no such role,
// any role counts.
func (s *starter) anybody(ctx context.Context) (bool, error) {
	assignments, err := s.data.Graph.ListAssignments(ctx, s.ref.ServicePrincipalID)
	if err != nil || len(assignments) == 0 {
		return false, err
	}
	principal, err := s.data.Graph.GetServicePrincipal(ctx, s.ref.ServicePrincipalID)
	if err != nil {
		return false, err
	}
	roles := slices.DeleteFunc(principal.AppRoles, func(role graph.AppRole) bool { return !role.CanProvision() })
	return len(roles) == 0 || slices.ContainsFunc(assignments, func(a graph.Assignment) bool {
		return slices.ContainsFunc(roles, func(role graph.AppRole) bool { return role.ID == a.AppRoleID })
	}), nil
}

// warnQuarantined explains why a job is off although nobody switched it off: the service disables one after four weeks in quarantine.
func warnQuarantined(job graph.Job) diag.Diagnostics {
	if job.Schedule.Active() || job.Status == nil || job.Status.Quarantine == nil {
		return nil
	}
	quarantine := job.Status.Quarantine
	since := ""
	if began := quarantine.SeriesBegan; began != nil {
		since = " since " + began.Format(time.RFC3339)
	}
	detail := fmt.Sprintf("The job has been in quarantine%s (%s) and is off; the service disables a job after four weeks in quarantine. Switching it on ends the quarantine, and the next cycle has the same problem unless its cause was removed.",
		since, quarantine.Reason)
	if quarantine.Error != nil && quarantine.Error.Message != "" {
		detail += " The service said: " + strings.TrimSuffix(quarantine.Error.Message, ".") + "."
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("enabled"), "Quarantine switched provisioning off", detail)}
}

// knownTexts returns the elements of a list that are known, and whether that is all of them.
func knownTexts(ctx context.Context, list types.List) (texts []string, all bool) {
	if list.IsNull() || list.IsUnknown() {
		return nil, list.IsNull()
	}
	var elements []types.String
	list.ElementsAs(ctx, &elements, false)
	all = true
	for _, element := range elements {
		if element.IsUnknown() {
			all = false
			continue
		}
		texts = append(texts, element.ValueString())
	}
	return texts, all
}
