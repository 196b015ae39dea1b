// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// people is how many objects the connection keeps in step by an object mapping.
type people struct {
	count int64
	known bool
}

// String is the count as a subject: "12 accounts", or "all accounts" when nobody counted.
func (p people) String() string {
	switch {
	case !p.known:
		return "all accounts"
	case p.count == 1:
		return "1 account"
	}
	return fmt.Sprintf("%d accounts", p.count)
}

// warnWrite warns of what a planned write does to people, with how many there are. A connection that never ran has
// nobody to warn of.
func (v *review) warnWrite(ctx context.Context, live located) diag.Diagnostics {
	is := settingsOf(live.mapping)
	if v.complete && is.same(v.want) {
		return nil
	}
	job, err := v.resource.job(ctx, v.ref)
	if err == nil && !job.Schedule.Active() && !job.HasRun() {
		return nil
	}
	who := people{}
	if err == nil {
		who = countOf(job, live.mapping)
	}
	var diags diag.Diagnostics
	diags.Append(v.warnChanges(is, &who)...)
	diags.AddWarning("Everybody is evaluated again",
		fmt.Sprintf("Writing the mapping makes the next cycle an initial one: %s will be evaluated again, and values that differ from the mapping will be written.", who))
	return diags
}

// warnChanges warns of changes by which a small diff concerns many people. who is nil when nobody could be asked.
func (v *review) warnChanges(is settings, who *people) (diags diag.Diagnostics) {
	if who == nil {
		who = &people{}
	}
	if v.complete && !slices.EqualFunc(is.matching(), v.want.matching(), match.same) {
		diags.AddAttributeWarning(path.Root("mappings"), "The matching attribute changes",
			fmt.Sprintf("Accounts are found by %s now and would be found by %s. %s will be matched again: a person whose account is not found any more gets a second one, and an account that matches somebody else changes hands. "+
				"Make sure that the new attribute has the same unique value on both sides first.", matchList(is.matching()), matchList(v.want.matching()), upperFirst(who.String())))
	}
	var off []string
	for _, flag := range is.operations {
		if !slices.Contains(v.want.operations, flag) {
			off = append(off, flag)
		}
	}
	if len(off) > 0 && !v.plan.Operations.IsUnknown() {
		text := fmt.Sprintf("Provisioning will not %s any more; this concerns %s.", operationVerbs(off), who)
		if slices.Contains(off, flagUpdate) {
			text += " Without `update`, accounts of people who leave are not disabled either."
		}
		diags.AddAttributeWarning(path.Root("operations"), "Operations are switched off", text)
	}
	// A create that drops filters is warned of by warnOverDefault.
	if !graph.SameFilters(is.filters, v.want.filters) && !v.plan.ScopingFilters.IsUnknown() && (v.prior != nil || len(v.want.filters) > 0) {
		text := fmt.Sprintf("Whoever fits none of the new filters leaves the scope, and their account is disabled: %s will be tested.", who)
		if len(v.want.filters) == 0 {
			text = "Without scoping filters everybody in the connection's scope is provisioned, and accounts may be created for people who were filtered out so far."
		}
		diags.AddAttributeWarning(path.Root("scoping_filters"), "The scoping filters change", text)
	}
	return diags
}

// warnOverDefault names what a create loosens compared with the connector's default although no diff shows it.
func (v *review) warnOverDefault(is settings) (diags diag.Diagnostics) {
	var on []string
	for _, flag := range v.want.operations {
		if !slices.Contains(is.operations, flag) {
			on = append(on, flag)
		}
	}
	if len(on) > 0 {
		diags.AddAttributeWarning(path.Root("operations"), "Operations are switched on",
			fmt.Sprintf("The mapping that is there does not let provisioning %s accounts; this configuration does. If that is not meant, set `operations = [%s]`.",
				operationVerbs(on), quotedList(operationsOf(is.operations))))
	}
	if len(is.filters) > 0 && len(v.want.filters) == 0 && !v.plan.ScopingFilters.IsUnknown() {
		diags.AddAttributeWarning(path.Root("scoping_filters"), "Scoping filters are removed",
			"The mapping that is there has scoping filters, and this configuration has none: people who were filtered out will be provisioned.")
	}
	return diags
}

// warnDestroy warns that a running connection goes on with the connector's default mapping.
func (r *Resource) warnDestroy(ctx context.Context, state model) diag.Diagnostics {
	ref, err := state.ref()
	if err != nil {
		return nil
	}
	job, err := r.data.Graph.RequireJob(ctx, ref)
	if err != nil || !job.Schedule.Active() {
		return nil
	}
	who := countOf(job, graph.ObjectMapping{SourceObject: state.ObjectMapping.ValueString()})
	return diag.Diagnostics{diag.NewWarningDiagnostic("Provisioning goes on with the default mapping",
		fmt.Sprintf("Destroying this resource puts the connector's default mapping back. Provisioning is switched on: unless this plan switches it off first, the next cycle writes %s by the default mapping.", who))}
}

// match is one way to find an account.
type match struct {
	priority int
	target   string
	source   source
}

func (m match) same(other match) bool {
	return m.priority == other.priority && m.target == other.target && m.source.same(other.source)
}

// matching lists what accounts are found by, in the order in which it is tried.
func (s settings) matching() []match {
	var matches []match
	for target, e := range s.entries {
		if e.priority > 0 {
			matches = append(matches, match{e.priority, target, e.source})
		}
	}
	slices.SortFunc(matches, func(a, b match) int {
		return cmp.Or(cmp.Compare(a.priority, b.priority), strings.Compare(a.target, b.target))
	})
	return matches
}

func matchList(matches []match) string {
	if len(matches) == 0 {
		return "nothing"
	}
	texts := make([]string, len(matches))
	for i, m := range matches {
		texts[i] = fmt.Sprintf("%s = %s", m.target, m.source)
	}
	return strings.Join(texts, ", then ")
}

func operationVerbs(flags []string) string { return strings.Join(operationsOf(flags), " or ") }

func quotedList(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = strconv.Quote(word)
	}
	return strings.Join(quoted, ", ")
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// countOf is the service's counter for an object mapping, whose keys look like "User to User".
func countOf(job graph.Job, m graph.ObjectMapping) people {
	if job.Status == nil {
		return people{}
	}
	for key, count := range job.Status.SynchronizedEntryCountByType {
		if strings.EqualFold(key, objectsOf(m)) {
			return people{count, true}
		}
	}
	for key, count := range job.Status.SynchronizedEntryCountByType {
		if source, _, ok := strings.Cut(key, " to "); ok && strings.EqualFold(source, m.SourceObject) {
			return people{count, true}
		}
	}
	return people{}
}
