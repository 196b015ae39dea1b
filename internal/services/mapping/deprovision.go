// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
)

// personState is a state of a person, with the source values that mappings see.
type personState struct {
	state impact.State
	name  string
}

var personStates = [...]personState{
	{impact.InScope, "in scope"},
	{impact.Unassigned, "unassigned (`IsSoftDeleted` is True, `accountEnabled` is True)"},
	{impact.SignInBlocked, "sign-in blocked (`IsSoftDeleted` is True, `accountEnabled` is False)"},
	{impact.SoftDeleted, "soft-deleted (`IsSoftDeleted` is True, `accountEnabled` is True)"},
}

// fate is the state of an account that results from a mapping for a person in a state.
type fate struct {
	effect effect
	why    string
}

// effect is whether the account is active. Of several target attributes, the largest effect counts.
type effect int

const (
	staysActive    effect = iota
	deleted               // or active, where the service has nothing but deletion to end access with
	skipped               // perhaps, as the service may leave it alone
	unclear               // only the service can tell
	startsDisabled        // what is written on creation only
	disabled
)

func (e effect) String() string {
	return [...]string{"the account is active", "the account stays active or is deleted", "the account may stay active", "only the service can tell", "new accounts are disabled", "the account is disabled"}[e]
}

// fates are those of the personStates, in their order.
type fates [len(personStates)]fate

// lines shows the fates to a person.
func (f fates) lines() string {
	var text strings.Builder
	for i, s := range personStates {
		fmt.Fprintf(&text, "\n- %s: %s; %s", s.name, f[i].why, f[i].effect)
	}
	return text.String()
}

// disables reports whether the account of anybody who left is disabled.
func (f fates) disables() bool {
	return slices.ContainsFunc(f[1:], func(of fate) bool { return of.effect == disabled })
}

// signal is the meaning of a target attribute for an account: one value while the account is active, others once it is not.
type signal struct {
	on  string
	off []string
}

// guard determines from a mapping whose accounts it disables.
type guard struct {
	target  *graph.ObjectDefinition
	signals map[string]signal // by target attribute
	// keepsOutOfScope says that the connection does not change accounts when people leave the scope.
	keepsOutOfScope bool
	now             time.Time
}

// learn takes over the signals that a mapping gives: values that people in scope do not have.
func (g *guard) learn(s settings) {
	for target, e := range s.entries {
		if found, updates := g.signalOf(s, target); len(found.off) > 0 && e.flowType == flowAlways && updates {
			g.signals[target] = found
		}
	}
}

// learnStates takes every entry that reads whether a person left as one that is intended to disable accounts.
func (g *guard) learnStates(s settings) {
	for target, e := range s.entries {
		if e.readsState() {
			g.signals[target], _ = g.signalOf(s, target)
		}
	}
}

// signalOf takes the values of a target attribute that people in scope do not have as those of accounts that are not active.
func (g *guard) signalOf(s settings, target string) (found signal, updates bool) {
	e := s.entries[target]
	if !slices.ContainsFunc(e.source.attributes(), isState) {
		return signal{}, false
	}
	alone := settings{entries: map[string]entry{target: e}}
	for i, who := range imagined(s, target) {
		outcomes := g.outcomes(alone, who)
		next := signal{on: valueOf(outcomes[0][target])}
		for _, of := range outcomes[1:] {
			if text := valueOf(of[target]); text != "" && !strings.EqualFold(text, next.on) {
				next.off = append(next.off, text)
			}
		}
		if i == 0 || len(next.off) > 0 {
			found, updates = next, outcomes[0][target].Updates
		}
		if len(next.off) > 0 {
			break
		}
	}
	return found, updates
}

// outcomes are the results of the entries for a person in each of the personStates, by target attribute.
func (g *guard) outcomes(s settings, who person) (found [len(personStates)]map[string]impact.Outcome) {
	setup := &impact.Setup{Target: g.target}
	for target, e := range s.entries {
		a := graph.AttributeMapping{Target: target, FlowType: e.flowType}
		if e.source.kind != sourceNone {
			a.Source = &graph.MappingSource{Type: graph.SourceFunction, Expression: e.source.String()}
		}
		setup.Mapping.Attributes = append(setup.Mapping.Attributes, a)
	}
	for i, s := range personStates {
		found[i] = map[string]impact.Outcome{}
		for _, o := range impact.Outcomes(setup, who.user(), s.state, nil, g.now) {
			found[i][o.Target] = o
		}
	}
	return found
}

func valueOf(o impact.Outcome) string { return strings.Join(o.Value.Values(), ";") }

// predict determines the state of accounts. unmanaged are mappings that stay in addition to the entries. A mapping that also
// reads other attributes is judged by people who have the values that it mentions: it has to disable the accounts of all.
func (g *guard) predict(s settings, unmanaged map[string]*graph.AttributeMapping) (found fates) {
	for i, who := range imagined(s, slices.Collect(maps.Keys(g.signals))...) {
		for k, next := range g.predictFor(s, unmanaged, who) {
			if i == 0 || next.effect < found[k].effect {
				next.why += who.String()
				found[k] = next
			}
		}
	}
	return found
}

func (g *guard) predictFor(s settings, unmanaged map[string]*graph.AttributeMapping, who person) (found fates) {
	outcomes := g.outcomes(s, who)
	erases := s.erases() && len(unmanaged) == 0
	for k, target := range slices.Sorted(maps.Keys(g.signals)) {
		_, mapped := s.entries[target]
		var inScope fate
		for i, of := range personStates {
			var next fate
			switch {
			case !mapped && unmanaged[target] != nil:
				next = fate{unclear, fmt.Sprintf("`%s` is mapped in a way that no entry can express", target)}
			case !mapped:
				next = fate{staysActive, fmt.Sprintf("no entry writes `%s`", target)}
			case of.state == impact.InScope:
				next = g.inScope(s, target, outcomes[i][target])
			default:
				next = g.left(s, target, outcomes[i][target], valueOf(outcomes[0][target]), inScope)
			}
			if of.state == impact.InScope {
				inScope = next
			}
			if k == 0 || next.effect > found[i].effect {
				found[i] = next
			}
		}
	}
	for i, of := range personStates {
		if erases && of.state != impact.InScope && found[i].effect < disabled {
			found[i].effect = deleted
		}
	}
	for i, of := range personStates {
		excluded := impact.Excludes(s.filters, somebody(), of.state)
		switch {
		case of.state == impact.InScope && excluded && !g.keepsOutOfScope:
			found[i] = fate{found[i+1].effect, "`scoping_filters` exclude everybody who can sign in"}
		case of.state == impact.Unassigned && g.keepsOutOfScope:
			found[i] = found[0].kept("the connection's `skip_out_of_scope_deletions` leaves such accounts as they are")
		case of.state != impact.InScope && excluded && g.keepsOutOfScope && found[i].effect != found[0].effect:
			found[i] = fate{skipped, "`scoping_filters` exclude them from the scope, and the connection has `skip_out_of_scope_deletions`"}
		}
	}
	return found
}

// kept is the fate of an account that is not written and has this fate while its person is in scope.
func (f fate) kept(why string) fate {
	if f.effect == startsDisabled {
		return fate{staysActive, why}
	}
	return fate{f.effect, why}
}

// readsState reports whether the service writes the entry when a person leaves.
func (e entry) readsState() bool {
	return slices.ContainsFunc(e.source.attributes(), func(name string) bool { return strings.EqualFold(name, softDeleted) })
}

// inScope determines what one target attribute does to the accounts of people in scope.
func (g *guard) inScope(s settings, target string, o impact.Outcome) fate {
	e := s.entries[target]
	next := g.judge(target, e, o, fate{effect: staysActive})
	if valueOf(o) == "" && o.Reason == "" && e.defaultValue != "" {
		next = g.means(target, e.defaultValue)
		if next.effect == disabled {
			return fate{startsDisabled, next.why + " by default"}
		}
	}
	if next.effect == disabled && (e.flowType != flowAlways || !slices.Contains(s.operations, flagUpdate)) {
		next.effect = startsDisabled
	}
	return next
}

// left determines what one target attribute does to the accounts of people who left, had they this fate in scope.
func (g *guard) left(s settings, target string, o impact.Outcome, before string, inScope fate) fate {
	e := s.entries[target]
	next := g.judge(target, e, o, inScope)
	switch {
	case !e.readsState() && o.Reason == "" && valueOf(o) == before:
		return inScope.kept(next.why)
	case !e.readsState() && next.effect != inScope.effect:
		return fate{unclear, next.why + ", but the mapping does not read `IsSoftDeleted`, so the service might not write it"}
	case next.effect == inScope.effect:
		return next
	case !slices.Contains(s.operations, flagUpdate):
		return inScope.kept("`operations` does not include `update`")
	case e.flowType != flowAlways && flowTypeOf(applyOf(e.flowType)) == applyOf(e.flowType):
		return fate{unclear, fmt.Sprintf("the effect of `apply = %q` is unknown", e.flowType)}
	case e.flowType != flowAlways:
		return inScope.kept(fmt.Sprintf("`apply = %q` does not change an existing value of `%s`", applyOf(e.flowType), target))
	}
	return next
}

// judge determines what the outcome of one target attribute does to an account that otherwise stays as it is.
func (g *guard) judge(target string, e entry, o impact.Outcome, unwritten fate) fate {
	own := !slices.ContainsFunc(e.source.attributes(), func(name string) bool { return !isState(name) })
	switch text := valueOf(o); {
	case o.Reason != "" && o.Fails() && own:
		return unwritten.kept(fmt.Sprintf("the expression of `%s` fails", target))
	case o.Reason != "":
		return fate{unclear, fmt.Sprintf("`%s` = %s", target, e.source)}
	case text == "":
		return unwritten.kept(fmt.Sprintf("`%s` gets no value", target))
	case g.fits(target, text):
		return g.means(target, text)
	}
	return unwritten.kept(fmt.Sprintf("`%s` = %s, which is not a Boolean value and cannot be written", target, valueOf(o)))
}

// fits reports whether a target attribute can have a value.
func (g *guard) fits(target, text string) bool {
	if g.target == nil {
		return true
	}
	a := g.target.Attribute(target)
	return a == nil || a.Type != "Boolean" || isBoolean(text)
}

// means determines what a value of a target attribute does to an account.
func (g *guard) means(target, text string) fate {
	signal, why := g.signals[target], fmt.Sprintf("`%s` = %s", target, text)
	is := func(other string) bool { return strings.EqualFold(text, other) }
	switch {
	case slices.ContainsFunc(signal.off, is):
		return fate{disabled, why}
	case is(signal.on), isBoolean(signal.on) && isBoolean(text):
		return fate{staysActive, why}
	}
	return fate{unclear, why}
}

func isBoolean(text string) bool {
	return strings.EqualFold(text, "true") || strings.EqualFold(text, "false")
}

// isState reports whether a source attribute tells the state of a person.
func isState(attribute string) bool {
	return strings.EqualFold(attribute, softDeleted) || strings.EqualFold(attribute, sourceEnabled)
}

// touched reports whether a change concerns what disables accounts.
func (g *guard) touched(is, want settings) bool {
	if len(g.signals) == 0 {
		return false // nothing does
	}
	if slices.Contains(is.operations, flagUpdate) && !slices.Contains(want.operations, flagUpdate) ||
		excludes(want.filters) && !graph.SameFilters(is.filters, want.filters) {
		return true
	}
	for target := range g.signals {
		if e, kept := want.entries[target]; !kept || !e.same(is.entries[target]) {
			return true
		}
	}
	return false
}

// excludes reports whether filters keep people out because of their state.
func excludes(filters []graph.FilterGroup) bool {
	return slices.ContainsFunc(personStates[:], func(s personState) bool { return impact.Excludes(filters, somebody(), s.state) })
}

// advice names what currently disables accounts, in configuration syntax.
func (g *guard) advice(is settings) string {
	var kept []string
	for _, target := range slices.Sorted(maps.Keys(g.signals)) {
		if e, mapped := is.entries[target]; mapped {
			kept = append(kept, fmt.Sprintf("`%s = { expression = %q }`", target, e.source.String()))
		}
	}
	if slices.Contains(is.operations, flagUpdate) {
		kept = append(kept, "the operation `update`")
	}
	return enumerate(kept)
}
