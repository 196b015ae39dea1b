// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
)

// askFilters checks changed scoping filters against the connection's own operators, or against the documented ones if those
// cannot be read.
func (v *review) askFilters(ctx context.Context, live located, is settings, skipped *graphdiag.Skipped) diag.Diagnostics {
	if len(v.want.filters) == 0 || graph.SameFilters(is.filters, v.want.filters) {
		return nil
	}
	operators, err := v.run.graph.FilterOperators(ctx, v.ref)
	switch {
	case graph.IsPermissionDenied(err) || unreachable(err):
		skipped.Add(checkOperators, err)
		operators = nil
	case err != nil:
		return diag.Diagnostics{graphdiag.Error("Cannot read the filter operators", err)}
	}
	v.operators = operators
	return checkFilters(v.want.filters, is.filters, operators, live.source)
}

// askParser checks the changed expressions with the connection's own parser. accepted are the targets of the expressions that it accepts.
func (v *review) askParser(ctx context.Context, live located, changed func(string) bool, skipped *graphdiag.Skipped) (diags diag.Diagnostics, accepted []string) {
	trees := treeSet{}
	trees.learnAll(live.schema)
	targets := slices.DeleteFunc(trees.unparsed(v.want.entries), func(target string) bool { return !changed(target) })
	parsed, said := treeSet{}, false
	diags = v.parse(ctx, targets, parsed, func(err error) bool {
		if !graph.IsPermissionDenied(err) && !unreachable(err) {
			return false
		}
		if !said {
			skipped.Add(checkParser, err)
			said = true
		}
		return true
	})
	if len(parsed) > 0 {
		v.run.trees.Give(treesKey{v.ref, v.name}, parsed)
	}
	maps.Copy(parsed, trees)
	for target, e := range v.want.entries {
		if parsed[e.source.sourceID] != nil {
			accepted = append(accepted, target)
		}
	}
	return diags, accepted
}

// parse adds to trees the results of the service's parser for the targets' expressions. excuse says which failed calls are
// not errors; nil for none.
func (v *review) parse(ctx context.Context, targets []string, trees treeSet, excuse func(error) bool) (diags diag.Diagnostics) {
	results := parseEach(ctx, v.run.graph, v.ref, v.want.entries, targets)
	for _, target := range targets {
		id := v.want.entries[target].source.sourceID
		result := results[id]
		if result.err != nil && excuse != nil && excuse(result.err) {
			continue
		}
		if graph.IsNotFound(result.err) { // of the job, not of the expression
			return schemaUnreadable(ctx, v.run.graph, v.ref, result.err)
		}
		if d := result.diagnostic(target, v.want.entries[target].source.text); d != nil {
			diags.Append(d)
			continue
		}
		trees[id] = result.tree
	}
	return diags
}

// askRoles refuses functions that read roles while everybody is in scope. Only then are the connection's settings read.
func (v *review) askRoles(ctx context.Context, changed func(string) bool, skipped *graphdiag.Skipped) (diags diag.Diagnostics) {
	readers := v.roleReaders(changed)
	if len(readers) == 0 {
		return nil
	}
	settings, err := v.run.graph.GetSecrets(ctx, v.ref.ServicePrincipalID)
	if graph.IsPermissionDenied(err) || unreachable(err) {
		skipped.Add(checkScope, err)
		return nil
	}
	if err != nil {
		return diag.Diagnostics{graphdiag.Error("Cannot read the connection's scope", err)}
	}
	if !graph.ScopeIsAll(settings) {
		return nil
	}
	for _, target := range slices.Sorted(maps.Keys(readers)) {
		diags.AddAttributeError(at(target).AtName("expression"), "Function needs assigned people",
			fmt.Sprintf("%s reads role assignments, and the service does not support that while the connection's scope is all users and groups. "+
				"Set `scope = \"assigned\"` on the connection and apply that first, or map this attribute from a different source.", readers[target]))
	}
	return diags
}

// checkDeprovisioning refuses a change by which accounts of people who leave are not disabled anymore, or those of people
// in scope are. source and target are nil when the schema could not be read.
func (v *review) checkDeprovisioning(ctx context.Context, is settings, live *located) diag.Diagnostics {
	if !v.complete {
		return nil
	}
	g := guard{signals: map[string]signal{}}
	if live != nil {
		g.target, g.now = live.target, v.run.graph.Clock().Now()
	}
	if g.learn(is); !g.touched(is, v.want) {
		return nil
	}
	unread := live == nil || v.learnDirection(ctx, &g, is, *live)
	before, after := g.predict(is, is.unmanaged), g.predict(v.want, is.unmanaged)
	worst := disabled
	for i, s := range personStates {
		switch {
		case before[i].effect == after[i].effect:
		case s.state == impact.InScope && before[i].effect == staysActive && after[i].effect != unclear:
			worst = staysActive
		case s.state != impact.InScope && before[i].effect == disabled:
			worst = min(worst, after[i].effect)
		}
	}
	detail := fmt.Sprintf("Currently, the mapping %s disables the accounts of people who leave. With this configuration, the state of a person's account is as follows:\n%s\n\n",
		v.name, after.lines())
	if v.want.erases() {
		detail += "No entry reads `IsSoftDeleted`, and `operations` includes `delete`: the service may delete accounts that it cannot disable.\n\n"
	}
	if unread {
		detail += "The connection's settings could not be read: with `skip_out_of_scope_deletions`, the accounts of people who leave the scope stay as they are.\n\n"
	}
	v.judged = worst != disabled
	switch {
	case !v.judged:
		return nil
	case worst == unclear:
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("mappings"), "Cannot determine whether accounts are still disabled",
			detail+"Provision a test person on demand, or watch the provisioning logs after the next person leaves.")}
	}
	if v.run != nil && !v.run.graph.HasWritten() {
		if left := aftermath.Of(ctx, v.run.data, v.ref); left.Ran {
			detail += left.Detail() + "\n\n"
		}
	}
	if v.plan.AllowNoDeprovisioning.ValueBool() {
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("mappings"), "Accounts will no longer be disabled as they should",
			detail+"`allow_no_deprovisioning` accepts this."+graphdiag.LeftActive)}
	}
	return attributeError(path.Root("mappings"), "Accounts would no longer be disabled as they should",
		detail+fmt.Sprintf("Only people in scope should keep an active account. Keep %s, or set `allow_no_deprovisioning = true` if this is intended.", g.advice(is)))
}

// learnDirection learns from the connector's own default mapping which values mean that an account is disabled, and from
// the connection whether people out of scope keep theirs. unread says that the latter could not be read.
func (v *review) learnDirection(ctx context.Context, g *guard, is settings, live located) (unread bool) {
	template, err := v.run.template(ctx, v.ref, false)
	if err == nil && template != nil {
		v.run.templates.Give(v.ref, template)
		if original, ok := counterpart(template, live.mapping); ok {
			own := g.signals
			g.signals = map[string]signal{}
			g.learn(settingsOf(original.mapping))
			// Whatever else a mapping writes for people who leave, such as a mark in their name, disables nobody.
			if !g.predict(is, is.unmanaged).disables() {
				maps.Copy(own, g.signals)
				g.signals = own
			}
		}
	}
	kept, err := v.run.graph.GetSecrets(ctx, v.ref.ServicePrincipalID)
	g.keepsOutOfScope = err == nil && graph.IsOn(kept, settingKeep)
	return err != nil
}

// warnStanding warns about a configuration that disables nobody, whether or not it changes: it may have been imported, or be the
// work of an earlier apply. It needs no request, and therefore knows only what the entries themselves tell apart.
func (v *review) warnStanding() diag.Diagnostics {
	name, _, _ := strings.Cut(v.name, " ")
	if !v.complete || v.plan.AllowNoDeprovisioning.ValueBool() || !strings.EqualFold(name, defaultObject) || v.want.erases() || len(v.had().unmanaged) > 0 {
		return nil
	}
	g := guard{signals: map[string]signal{}}
	g.learnStates(v.want)
	found := g.predict(v.want, nil)
	if slices.ContainsFunc(found[1:], func(of fate) bool { return of.effect >= unclear }) {
		return nil
	}
	why := " No entry reads `IsSoftDeleted`.\n\n"
	if len(g.signals) > 0 {
		why = " The state of a person's account is as follows:\n" + found.lines() + "\n\n"
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("mappings"), "Nothing disables the accounts of people who leave",
		"With this configuration, the accounts of people who are unassigned, blocked from signing in, or deleted stay active until an administrator disables them."+why+
			"Map the attribute that makes an account active by `IsSoftDeleted`, usually with `Not([IsSoftDeleted])`, `apply = \"always\"`, and the operation `update`, or set `allow_no_deprovisioning = true` if this is intended.")}
}
