// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// Names of the checks against the service, for when they cannot run.
const (
	checkSchema     = "whether the target and source attributes exist and can be mapped"
	checkCustomized = "whether the mapping was customized elsewhere"
	checkLeaving    = "whether accounts of people who leave are still disabled"
	checkParser     = "the expressions by the connection's own parser"
	checkOperators  = "the operators of the scoping filters by the connection's own list"
	checkScope      = "whether the connection's scope suits functions that read roles"
	checkImpact     = "what the change does to people's accounts"

	thenApply = "They run at apply, before anything is written."
)

// planned runs every check that a plan allows.
func (v *review) planned(ctx context.Context) diag.Diagnostics {
	var skipped graphdiag.Skipped
	live, diags := v.live(ctx, &skipped)
	if live == nil {
		diags.Append(v.checkMatching(v.prior)...)
	}
	if live == nil && diags.HasError() {
		return append(diags, v.checkExpressions(v.changes(nil), nil)...)
	}
	if live == nil {
		foreseeNothing(ctx, v)
		diags.Append(v.checkExpressions(v.changes(nil), nil)...)
		diags.Append(checkFilters(v.want.filters, v.had().filters, nil, nil)...)
		if v.prior != nil {
			diags.Append(v.checkDeprovisioning(ctx, *v.prior, nil)...)
			diags.Append(v.warnChanges(*v.prior, nil)...)
		}
		return append(diags, skipped.Diagnostics(thenApply)...)
	}
	diags.Append(v.against(ctx, *live, &skipped, true)...)
	if v.prior == nil {
		diags.Append(v.customizedAtPlan(ctx, *live, &skipped)...)
		diags.Append(v.warnOverDefault(settingsOf(live.mapping))...)
	}
	if !diags.HasError() {
		diags.Append(v.warnWrite(ctx, *live)...)
	}
	return append(diags, skipped.Diagnostics(thenApply)...)
}

// live reads the existing mapping. It is nil, without an error, when that is not possible yet or not allowed.
func (v *review) live(ctx context.Context, skipped *graphdiag.Skipped) (*located, diag.Diagnostics) {
	reason := ""
	switch {
	case v.run == nil:
		reason = "The provider's configuration is not known yet."
	case v.plan.ConnectionID.IsUnknown():
		reason = "The connection does not exist yet."
	}
	if reason != "" || v.plan.ObjectMapping.IsUnknown() {
		if reason == "" {
			reason = "The object mapping is not known yet."
		}
		v.skipLive(func(check string) { skipped.AddReason(check, reason) })
		return nil, nil
	}
	schema, err := v.run.graph.GetSchema(ctx, v.ref)
	if graph.IsPermissionDenied(err) || unreachable(err) {
		v.skipLive(func(check string) { skipped.Add(check, err) })
		return nil, nil
	}
	if err != nil {
		return nil, v.withoutSchema(ctx, err)
	}
	at, diags := locate(schema, v.name)
	if diags.HasError() {
		return nil, diags
	}
	return &at, nil
}

// withoutSchema says why there is no schema. Without the job that was there, a plan warns and only the write fails: an error
// would keep Terraform from destroying anything. A retired connector cannot have a new mapping.
func (v *review) withoutSchema(ctx context.Context, err error) diag.Diagnostics {
	diags := schemaUnreadable(ctx, v.run.graph, v.ref, err)
	if _, presence, err := v.run.graph.FindJob(ctx, v.ref); err == nil && (presence.Gone() || presence == graph.ConnectorRetired && v.prior != nil) {
		return diag.Diagnostics{warningOf(diags[0], "Applying this mapping fails until that is corrected; everything else can be planned, applied, and destroyed.")}
	}
	return diags
}

// skipLive names every check that needs the schema and would have had something to check.
func (v *review) skipLive(skip func(check string)) {
	skip(checkSchema)
	if v.prior == nil {
		skip(checkCustomized)
		skip(checkLeaving)
	}
	if len(treeSet{}.unparsed(v.want.entries)) > 0 {
		skip(checkParser)
	}
	if len(v.want.filters) > 0 {
		skip(checkOperators)
	}
	if len(v.roleReaders(func(string) bool { return true })) > 0 {
		skip(checkScope)
	}
	if v.run == nil || v.run.forecast.On() {
		skip(checkImpact)
	}
}

// unreachable reports whether no answer arrived at all, be it from the sign-in or from Graph.
func unreachable(err error) bool {
	var answer *graph.Error
	var auth *graph.AuthError
	switch {
	case errors.As(err, &auth):
		return false // whoever cannot sign in has to know
	case errors.As(err, &answer):
		return answer.StatusCode == 0
	}
	return false
}

// beforeWrite runs every check at apply; all of them can run now, and what a reader was not allowed to check is checked.
func (v *review) beforeWrite(ctx context.Context, live located) diag.Diagnostics {
	var skipped graphdiag.Skipped
	return v.against(ctx, live, &skipped, false).Errors() // the warnings were given at plan
}

// against checks the plan against the existing schema. ask adds the checks that need further requests and that an
// apply runs anyway.
func (v *review) against(ctx context.Context, live located, skipped *graphdiag.Skipped, ask bool) (diags diag.Diagnostics) {
	is := settingsOf(live.mapping)
	changed := v.changes(&is)
	diags.Append(v.checkMatching(&is)...)
	diags.Append(v.checkEditable(live)...)
	diags.Append(v.checkEnabled(live)...)
	diags.Append(v.checkTargets(live, changed)...)
	diags.Append(v.checkCustom(live)...)
	diags.Append(v.checkSources(live, changed)...)
	diags.Append(v.warnReplaced(is, changed)...)
	diags.Append(v.checkDeprovisioning(ctx, is, &live)...)
	diags.Append(v.askFilters(ctx, live, is, skipped)...)
	diags.Append(v.askRoles(ctx, changed, skipped)...)
	problems := v.checkExpressions(changed, nil)
	if problems.HasError() {
		problems = v.checkExpressions(changed, v.offered(ctx))
	}
	if !ask {
		return append(diags, doubted(problems, func(diag.Diagnostic) bool { return true })...) // the write has them parsed
	}
	refused, accepted := v.askParser(ctx, live, changed, skipped)
	for _, d := range refused {
		if ours := slices.IndexFunc(problems, func(own diag.Diagnostic) bool {
			return own.Severity() == diag.SeverityError && sharePath(own, diag.Diagnostics{d})
		}); ours >= 0 {
			continue // which says more
		}
		// If the service refuses an expression, doubts about it are irrelevant.
		problems = append(slices.DeleteFunc(problems, func(own diag.Diagnostic) bool { return sharePath(own, diag.Diagnostics{d}) }), d)
	}
	return append(diags, doubted(problems, func(d diag.Diagnostic) bool {
		return slices.ContainsFunc(accepted, func(target string) bool {
			with, ok := d.(diag.DiagnosticWithPath)
			return ok && with.Path().Equal(at(target).AtName("expression"))
		})
	})...)
}

// doubted turns errors that the provider finds in expressions that the connection's own parser accepts into warnings:
// the parser can accept more than is documented.
func doubted(problems diag.Diagnostics, accepted func(diag.Diagnostic) bool) diag.Diagnostics {
	for i, d := range problems {
		if with, ok := d.(diag.DiagnosticWithPath); ok && d.Severity() == diag.SeverityError && accepted(d) {
			problems[i] = diag.NewAttributeWarningDiagnostic(with.Path(), summaryDoubtful,
				d.Detail()+"\n\nHowever, the connection's own parser accepts the expression, so it can be written.")
		}
	}
	return problems
}

func sharePath(d diag.Diagnostic, others diag.Diagnostics) bool {
	at, ok := d.(diag.DiagnosticWithPath)
	return ok && slices.ContainsFunc(others, func(other diag.Diagnostic) bool {
		with, ok := other.(diag.DiagnosticWithPath)
		return ok && with.Path().Equal(at.Path())
	})
}

// offered lists the functions that the connection offers, which can go beyond the documented ones; nothing when that
// cannot be read.
func (v *review) offered(ctx context.Context) []string {
	names, err := v.run.graph.Functions(ctx, v.ref)
	if err != nil {
		return nil
	}
	return names
}

// customizedAtPlan reports before the apply that a create would overwrite somebody's work.
func (v *review) customizedAtPlan(ctx context.Context, live located, skipped *graphdiag.Skipped) diag.Diagnostics {
	if !v.complete || settingsOf(live.mapping).same(v.want) {
		return nil
	}
	template, err := v.run.template(ctx, v.ref, false)
	switch {
	case graph.IsPermissionDenied(err) || unreachable(err):
		skipped.Add(checkCustomized, err)
		return nil
	case err != nil:
		return templateUnreadable(err)
	}
	return v.refuseCustomized(live, template)
}

// warnWrite warns about what a planned write does to people: the predicted effect, or else the number of people. A connection
// that has never run affects nobody.
func (v *review) warnWrite(ctx context.Context, live located) diag.Diagnostics {
	is := settingsOf(live.mapping)
	if v.complete && is.same(v.want) {
		return nil
	}
	job, err := v.run.job(ctx, v.ref)
	known := &job
	if err != nil {
		known = nil
	}
	answer := foresee(ctx, v, live, known)
	v.foreseen = answer.Diagnostics
	if err == nil && !job.Schedule.Active() && !job.HasRun() {
		return nil
	}
	who := people{}
	if err == nil {
		who = countOf(job, live.mapping)
	}
	if answer.Told {
		return v.warnMatching(is, who)
	}
	var diags diag.Diagnostics
	diags.Append(v.warnChanges(is, &who)...)
	diags.AddWarning("Everybody is evaluated again",
		fmt.Sprintf("Writing the mapping makes the next cycle an initial one: %s will be evaluated again, and values that differ from the mapping will be written.", who))
	return diags
}
