// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package forecast

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
)

// The default of max_disabled: the larger of a number and a percentage of the people in scope.
const (
	defaultDisabled = 5
	defaultPercent  = 5
)

// limit is one of those in the provider block.
type limit struct {
	attribute       string
	verb, particle  string // of "disable accounts" and "leave accounts active"
	most            int64
	isDefault, adds bool // adds: what only adds accounts counts
	count           func(c *impact.Comparison) int
}

// limits are those that are set, and the default. inScope is how many people are in scope today.
func (c *connection) limits(inScope int) []limit {
	s := c.forecast.data.Impact
	atMost := func(which int) func(*impact.Comparison) int {
		return func(c *impact.Comparison) int {
			created, updated, disabled := c.AtMost()
			return []int{created, updated, disabled}[which]
		}
	}
	all := []struct {
		limit
		set *int64
	}{
		{limit{attribute: "max_disabled", verb: "disable", count: atMost(2)}, s.MaxDisabled},
		{limit{attribute: "max_created", verb: "create", adds: true, count: atMost(0)}, s.MaxCreated},
		{limit{attribute: "max_updated", verb: "update", adds: true, count: atMost(1)}, s.MaxUpdated},
		{limit{attribute: "max_left_active", verb: "leave", particle: " active", count: (*impact.Comparison).LeftActiveAtMost}, s.MaxLeftActive},
	}
	var found []limit
	for _, l := range all {
		switch {
		case l.set != nil:
			l.most = *l.set
		case l.attribute == "max_disabled":
			l.most, l.isDefault = int64(max(defaultDisabled, inScope*defaultPercent/100)), true
		default:
			continue
		}
		found = append(found, l.limit)
	}
	return found
}

// judge compares the effect of all proposals together with the limits. A repair that is already refused changes nobody, so it
// does not count against other changes.
// said is what the plan tells of the proposal already.
func (c *connection) judge(p Proposal, proposals []Proposal, joint impact.Comparison, said string) (diags diag.Diagnostics) {
	changes := slices.DeleteFunc(slices.Clone(proposals), func(other Proposal) bool { return len(c.refusedOf(other.Key)) > 0 })
	if !p.Repairs && len(changes) < len(proposals) {
		proposals, joint = changes, impact.Compare(c.part(changes...), c.without(changes...), c.with(changes...))
	}
	unknown, added := unknownOf(proposals)
	if !c.with(proposals...).Off {
		unknown = append(unknown, unboundedOf(&joint)...)
	}
	var untold []untoldLimit
	limits := c.limits(c.survey.InScope(c.without(proposals...)))
	if !p.Destroys && !p.Repairs {
		c.amountTo(limits, &joint)
	}
	for i, l := range limits {
		why := unknown
		n := l.count(&joint)
		others := 0
		if n > 0 && !l.isDefault {
			others = c.elsewhere(i)
		}
		n += others
		if l.attribute == "max_disabled" && (joint.Kept < 0 || joint.Kept > 0 && int64(n+joint.Kept) > l.most) {
			why = append(slices.Clone(unknown), keptText(joint.Kept))
		}
		switch {
		case int64(n) > l.most:
			refused := c.refuse(p, l, n, others, joint, said)
			said += refused.Detail()
			diags.Append(refused)
		case l.adds && len(unknown)+len(added) > 0:
			untold = append(untold, untoldLimit{l, slices.Concat(unknown, added)})
		case len(why) > 0:
			untold = append(untold, untoldLimit{l, why})
		}
	}
	if diags = append(diags, c.refuseUnknown(p, untold)...); p.Repairs && !p.Destroys && !diags.HasError() {
		c.amountTo(limits, &joint)
	}
	return diags
}

// amountTo notes for other connections what the proposals amount to. A repair that is refused is not noted, and neither is a delete: the
// end of the connection, after which it changes nobody, may be planned later.
func (c *connection) amountTo(limits []limit, joint *impact.Comparison) {
	counts := make([]int, len(limits))
	for i, l := range limits {
		counts[i] = l.count(joint)
	}
	c.forecast.mu.Lock()
	defer c.forecast.mu.Unlock()
	c.counts = counts
}

// elsewhere is what the proposals for other connections amount to, by the index of a limit.
func (c *connection) elsewhere(i int) (n int) {
	c.forecast.mu.Lock()
	defer c.forecast.mu.Unlock()
	for _, other := range c.forecast.connections {
		if other != c && other.counts != nil {
			n += other.counts[i]
		}
	}
	return n
}

// unboundedOf says why nobody can bound the accounts that change, one sentence each.
func unboundedOf(c *impact.Comparison) (why []string) {
	for _, problem := range c.Problems {
		if problem.Unbounded() && !slices.Contains(why, problem.Message) {
			why = append(why, problem.Message)
		}
	}
	return why
}

// unknownOf says what of the proposals is unknown: in general, and where it only adds accounts.
func unknownOf(proposals []Proposal) (unknown, added []string) {
	for _, other := range proposals {
		switch {
		case other.Unknown == "":
		case other.Adds:
			added = append(added, other.Subject+": "+other.Unknown)
		default:
			unknown = append(unknown, other.Subject+": "+other.Unknown)
		}
	}
	return unknown, added
}

// refuse is the answer to proposals that together exceed a limit, with those for other connections.
func (c *connection) refuse(p Proposal, l limit, n, others int, joint impact.Comparison, said string) diag.Diagnostic {
	var causes []string
	for _, other := range c.sorted() {
		if own, known := c.own[other.Key]; known {
			if m := l.count(&own); m > 0 {
				causes = append(causes, fmt.Sprintf("- %s: %d", other.Subject, m))
			}
		}
	}
	if len(causes) > graphdiag.ShownAtMost {
		causes = append(causes[:graphdiag.ShownAtMost], fmt.Sprintf("- and %d more", len(causes)-graphdiag.ShownAtMost))
	}
	name := c.name()
	if others > 0 {
		name += " and other connections"
		causes = append(causes, fmt.Sprintf("- other connections: %d", others))
	}
	title := fmt.Sprintf("This plan would %s %s of %s%s, and the limit is %d", l.verb, graphdiag.Counted(n, "account"), name, l.particle, l.most)
	why := fmt.Sprintf("`impact.%s` allows %d.", l.attribute, l.most)
	if l.isDefault {
		why = fmt.Sprintf("Without `impact.%s`, the larger of %d and %d %% of the people in scope is allowed.", l.attribute, defaultDisabled, defaultPercent)
	}
	detail := fmt.Sprintf("%s The changes planned in this run so far amount to %d, counting everybody for whom the outcome is unknown", why, n)
	if len(causes) > 0 {
		detail += ":\n" + strings.Join(causes, "\n")
	} else {
		detail += "; none of them exceeds the limit by itself."
	}
	if more := slices.DeleteFunc(notKnown(&joint), func(sentence string) bool { return strings.Contains(said, sentence) }); len(more) > 0 {
		detail += "\n\n" + strings.Join(more, "\n")
	}
	if p.Destroys || p.Repairs {
		title = p.under(fmt.Sprintf("This plan would %s more accounts of %s%s than the limit of %d", l.verb, name, l.particle, l.most)) // Terraform shows these as one
	}
	if p.Destroys {
		switch l.verb {
		case "disable":
			detail += graphdiag.Incident
		case "leave":
			detail += graphdiag.LeftActive
		}
		return warning(p.At, title, detail)
	}
	return failure(p.At, title, detail+fmt.Sprintf("\n\n%s If this is intended, set `impact = { %s = %d }` in the provider block or, if it is not set there, `GOTOMEETING_IMPACT_%s=%d` for this run. "+
		"If a resource that is planned later reduces the number, apply that resource first, with `-target`.", c.unchanged(), l.attribute, n, strings.ToUpper(l.attribute), n))
}

// unchanged says of a refusal that it came before the change. An apply may have changed other resources until then.
func (c *connection) unchanged() string {
	if c.forecast.data.Graph.HasWritten() {
		return "Nothing of this resource was changed."
	}
	return "Nothing was changed."
}

// ease turns the errors about a proposal that repairs into warnings, and keeps the errors for the apply.
func (c *connection) ease(p Proposal, found diag.Diagnostics) diag.Diagnostics {
	if !p.Repairs {
		return found
	}
	refused := found.Errors()
	c.mu.Lock()
	if c.refused == nil {
		c.refused = map[string]diag.Diagnostics{}
	}
	c.refused[p.Key] = refused
	c.mu.Unlock()
	eased := found.Warnings()
	for _, d := range refused {
		eased.Append(warning(p.At, d.Summary(), d.Detail()+"\n\nThe configuration is as it was applied, and this change puts back what was changed outside Terraform. "+
			"If this is still the case at apply, the apply refuses it; everything else can be planned, applied, and destroyed."))
	}
	return eased
}

func (c *connection) refusedOf(key string) diag.Diagnostics {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refused[key]
}

// kinds are what an apply may not do to more accounts than its plan reported. An effect that the plan could not tell may come true
// as any of them.
var kinds = []struct {
	verb    string
	effects []impact.Effect
}{
	{"disabled", []impact.Effect{impact.Disabled, impact.Deleted}},
	{"created", []impact.Effect{impact.Created, impact.CreatedAs}},
	{"updated", []impact.Effect{impact.Updated}},
	{"left active although their users leave", []impact.Effect{impact.LeftActive}},
}

// beyond is the error for a proposal that, at apply, does more to accounts than the report of its plan says; nil otherwise, and
// where the report says nothing about it.
func (c *connection) beyond(key string) diag.Diagnostics {
	c.working.Lock()
	defer c.working.Unlock()
	own, known := c.own[key]
	c.mu.Lock()
	p := c.proposals[key]
	c.mu.Unlock()
	planned, reported := c.forecast.report.carried.effectsOf(c.ref, p.Subject)
	if !known || !reported || p.Destroys {
		return nil
	}
	var more []string
	for _, kind := range kinds {
		now, most := own.Count(kind.effects...), planned[string(impact.Unclear)]+planned[string(impact.Conflicts)]
		for _, effect := range kind.effects {
			most += planned[string(effect)]
		}
		if now > most {
			more = append(more, fmt.Sprintf("- %s: %d planned, %d now", kind.verb, most, now))
		}
	}
	if len(more) == 0 {
		return nil
	}
	return diag.Diagnostics{failure(p.At, fmt.Sprintf("More accounts change than planned: %s of %s", p.Subject, c.name()),
		fmt.Sprintf("People or accounts have changed since the plan whose report is %s, or the report is that of another plan:\n%s\n\nNothing of this resource was changed. Plan again, review the new numbers, and apply that plan.",
			besides(c.forecast.data.Impact.ReportFile), strings.Join(more, "\n")))}
}

// untoldLimit is a limit on a number that is not known, and why it is not.
type untoldLimit struct {
	limit
	why []string
}

// refuseUnknown is the answer if the maximum number of changed accounts is unknown: one text for the limits with the same reasons.
func (c *connection) refuseUnknown(p Proposal, untold []untoldLimit) (diags diag.Diagnostics) {
	for len(untold) > 0 {
		first := untold[0]
		warns := func(l limit) bool { return l.isDefault || c.forecast.data.Impact.WarnOnUnknown || p.Destroys }
		var verbs, allowed []string
		untold = slices.DeleteFunc(untold, func(l untoldLimit) bool {
			same := slices.Equal(l.why, first.why) && warns(l.limit) == warns(first.limit)
			if same {
				verbs = append(verbs, l.verb+l.particle)
				allowed = append(allowed, fmt.Sprintf("`impact.%s` allows %d", l.attribute, l.most))
			}
			return same
		})
		title := p.under(fmt.Sprintf("Cannot determine how many accounts of %s this plan would %s: %s", c.name(), enumerated(verbs, "or"), p.Subject))
		detail := strings.Join(first.why, "\n")
		switch {
		case !warns(first.limit):
			diags.Append(failure(p.At, title, detail+fmt.Sprintf("\n\n%s, and an unknown number is refused. %s "+
				"To make the number known, grant the missing permissions, or first apply the resources that the unknown values come from, with `-target`. "+
				"To accept it, set `on_unknown = \"warn\"` in `impact` or, if it is not set there, `GOTOMEETING_IMPACT_ON_UNKNOWN=warn` for this run. "+
				"If a resource that is planned later switches provisioning off or ends it, apply that resource first, with `-target`.", enumerated(allowed, "and"), c.unchanged())))
		case !c.forecast.data.Graph.HasWritten():
			diags.Append(warning(p.At, title, detail))
		}
	}
	return diags
}

// enumerated are words as a phrase.
func enumerated(words []string, conjunction string) string {
	last := len(words) - 1
	switch last {
	case 0:
		return words[0]
	case 1:
		return words[0] + " " + conjunction + " " + words[1]
	}
	return strings.Join(words[:last], ", ") + ", " + conjunction + " " + words[last]
}

// cannotTell is the answer if nothing could be read.
func (c *connection) cannotTell(p Proposal, err error) diag.Diagnostics {
	if _, ok := errors.AsType[*graph.AuthError](err); ok && !p.Destroys {
		return diag.Diagnostics{graphdiag.Error("Cannot determine what the plan does to accounts", err)}
	}
	var untold []untoldLimit
	for _, l := range c.limits(0) {
		if l.adds || !p.Adds {
			untold = append(untold, untoldLimit{l, []string{reasonOf(err, func(err error) string { return graphdiag.Detail(err) })}})
		}
	}
	return c.refuseUnknown(p, untold)
}

// waits says why the effect on people is unknown until a new connection exists, nil if it is known: the mappings planned for
// it are not known before. inScope bounds the accounts that change, and is negative if nobody can bound them.
func (c *connection) waits(proposals []Proposal) (why []string, inScope int) {
	c.forecast.mu.Lock()
	mappings := c.forecast.fresh.mappings
	c.forecast.mu.Unlock()
	if !c.isNew() || !mappings {
		return nil, 0
	}
	text := "The effect of the planned attribute mappings cannot be determined until the connection exists. The limits are checked again then, before anything is switched on."
	joint := impact.Compare(c.survey, c.without(proposals...), c.with(proposals...))
	if unbounded := unboundedOf(&joint); len(unbounded) > 0 && !c.with(proposals...).Off {
		return append([]string{text}, unbounded...), -1
	}
	inScope = c.survey.InScope(c.with(proposals...))
	return []string{text + fmt.Sprintf(" %s in scope: the first cycle creates or updates at most as many accounts, and disables none.", people(inScope))}, inScope
}

// boundNew is the answer if the effect is unknown: a warning, and errors if a limit is below the number of people in scope, or that
// is unknown as well.
func (c *connection) boundNew(p Proposal, proposals []Proposal, why []string, inScope int) (diags diag.Diagnostics) {
	unknown := slices.Concat(unknownOf(proposals))
	var untold []untoldLimit
	for _, l := range c.limits(inScope) {
		if l.adds && (inScope < 0 || int64(inScope) > l.most || len(unknown) > 0) {
			untold = append(untold, untoldLimit{l, slices.Concat(why, unknown)})
		}
	}
	diags = c.refuseUnknown(p, untold)
	if len(diags) == 0 && p.Principals == nil {
		diags.Append(warning(p.At, fmt.Sprintf("Cannot determine yet what the first cycle does to accounts: %s of %s", p.Subject, c.name()), strings.Join(why, "\n")))
	}
	return diags
}
