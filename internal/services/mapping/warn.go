// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// people is how many objects the connection keeps in sync by an object mapping.
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

// warnChanges warns of changes by which a small diff concerns many people. who is nil when nobody could be asked.
func (c *change) warnChanges(is settings, who *people) (diags diag.Diagnostics) {
	if who == nil {
		who = &people{}
	}
	diags.Append(c.warnMatching(is, *who)...)
	var off []string
	for _, flag := range is.operations {
		if !slices.Contains(c.want.operations, flag) {
			off = append(off, flag)
		}
	}
	if len(off) > 0 && !c.plan.Operations.IsUnknown() {
		text := fmt.Sprintf("Provisioning will no longer %s; this affects %s.", operationVerbs(off), who)
		if slices.Contains(off, flagUpdate) {
			text += " An account that is not updated is not disabled either." + graphdiag.LeftActive
		}
		diags.AddAttributeWarning(path.Root("operations"), "Operations are switched off", text)
	}
	// A create that drops filters leads to a warning by warnOverDefault.
	if !graph.SameFilters(is.filters, c.want.filters) && !c.plan.ScopingFilters.IsUnknown() && (c.prior != nil || len(c.want.filters) > 0) {
		text := fmt.Sprintf("People who match none of the new filters leave the scope, and their accounts are disabled: %s will be tested.", who) + graphdiag.Incident
		if len(c.want.filters) == 0 {
			text = "Without scoping filters, everybody in the connection's scope is provisioned, and accounts may be created for people who were previously filtered out."
		}
		diags.AddAttributeWarning(path.Root("scoping_filters"), "The scoping filters change", text)
	}
	return diags
}

// warnMatching warns of another way to find accounts.
func (c *change) warnMatching(is settings, who people) (diags diag.Diagnostics) {
	if c.complete && !slices.EqualFunc(is.matching(), c.want.matching(), match.same) {
		diags.AddAttributeWarning(path.Root("mappings"), "The matching attribute changes",
			fmt.Sprintf("Accounts are currently found by %s and would be found by %s. %s will be matched again: a person whose account is no longer found gets a second account, and an account that matches a different person is linked to that "+
				"person. First make sure that the new attribute has the same unique value on both sides.", matchList(is.matching()), matchList(c.want.matching()), upperFirst(who.String())))
	}
	return diags
}

// warnOverDefault names what a create loosens compared with the connector's default although no diff shows it.
func (c *change) warnOverDefault(is settings) (diags diag.Diagnostics) {
	var on []string
	for _, flag := range c.want.operations {
		if !slices.Contains(is.operations, flag) {
			on = append(on, flag)
		}
	}
	if len(on) > 0 {
		diags.AddAttributeWarning(path.Root("operations"), "Operations are switched on",
			fmt.Sprintf("The existing mapping does not allow provisioning to %s accounts; this configuration does. If this is not intended, set `operations = [%s]`.",
				operationVerbs(on), quotedList(operationsOf(is.operations))))
	}
	if len(is.filters) > 0 && len(c.want.filters) == 0 && !c.plan.ScopingFilters.IsUnknown() {
		diags.AddAttributeWarning(path.Root("scoping_filters"), "Scoping filters are removed",
			"The existing mapping has scoping filters, and this configuration has none: people who were filtered out will be provisioned.")
	}
	return diags
}

// warnReplaced warns of entries that replace more than a plan shows.
func (c *change) warnReplaced(is settings, changed func(string) bool) (diags diag.Diagnostics) {
	for _, target := range slices.Sorted(maps.Keys(c.want.entries)) {
		if !changed(target) {
			continue
		}
		if a := is.unmanaged[target]; a != nil {
			diags.AddAttributeWarning(at(target), "An attribute mapping of another kind is replaced",
				fmt.Sprintf("The service has an attribute mapping that an entry cannot express: %s. This entry replaces it, and Terraform cannot restore it.", describe(a)))
		}
		if is.doubled[target] > 0 {
			diags.AddAttributeWarning(at(target), "Further attribute mappings are removed",
				fmt.Sprintf("The service has more than one attribute mapping for %q. After this change, only the one in this entry remains.", target))
		}
	}
	return diags
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
	return graphdiag.List(quoted)
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// countOf is the service's counter for an object mapping, whose keys look like "User to User".
func countOf(job graph.Job, m *graph.ObjectMapping) people {
	if job.Status == nil {
		return people{}
	}
	for key, count := range job.Status.SynchronizedEntryCountByType {
		if strings.EqualFold(key, m.Objects()) {
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

// warnLeaving warns about changed matching attributes that have a different value for people who leave.
func (c *change) warnLeaving(changed func(string) bool) (diags diag.Diagnostics) {
	for _, target := range slices.Sorted(maps.Keys(c.want.entries)) {
		e := c.want.entries[target]
		if e.priority == 0 || !changed(target) || !e.readsState() || e.flowType != flowAlways {
			continue
		}
		who, g := person{}, guard{}
		for _, name := range e.source.attributes() {
			if !isState(name) {
				who[name] = anyText
			}
		}
		outcomes := g.outcomes(settings{entries: map[string]entry{target: e}}, who)
		for _, of := range outcomes[1:] {
			if o := of[target]; o.Reason == "" && valueOf(o) != "" && !strings.EqualFold(valueOf(o), valueOf(outcomes[0][target])) {
				diags.AddAttributeWarning(at(target), "The matching attribute changes for people who leave",
					"When a person is unassigned, blocked from signing in, or deleted, the service writes a different value of `"+target+"`, by which it finds accounts. If the person returns, "+
						"the account is not found, and a second one is created. Match people by a value that does not depend on `IsSoftDeleted`.")
				break
			}
		}
	}
	return diags
}
