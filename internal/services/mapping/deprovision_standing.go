// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

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

// learnStates takes every entry that reads whether a person left as one that is intended to disable accounts.
func (g *guard) learnStates(s settings) {
	outcomes := g.outcomes(s, nil)
	for target, e := range s.entries {
		if e.readsState() {
			g.signals[target] = signalOf(target, outcomes)
		}
	}
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
