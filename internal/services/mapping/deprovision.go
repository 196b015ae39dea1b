// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"encoding/json"
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
	staysActive effect = iota
	unclear            // only the service can tell
	disabled
)

func (e effect) String() string {
	return [...]string{"the account is active", "only the service can tell", "the account is disabled"}[e]
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
	outcomes := g.outcomes(s)
	for target, e := range s.entries {
		found := signal{on: valueOf(outcomes[0][target])}
		for _, of := range outcomes[1:] {
			if text := valueOf(of[target]); text != "" && !strings.EqualFold(text, found.on) {
				found.off = append(found.off, text)
			}
		}
		if len(found.off) > 0 && e.flowType == flowAlways && outcomes[0][target].Updates {
			g.signals[target] = found
		}
	}
}

// outcomes are the results of the entries for each of the personStates, by target attribute.
func (g *guard) outcomes(s settings) (found [len(personStates)]map[string]impact.Outcome) {
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
		for _, o := range impact.Outcomes(setup, somebody(), s.state, nil, g.now) {
			found[i][o.Target] = o
		}
	}
	return found
}

// somebody is a person about whom nothing is known except that they can sign in.
func somebody() *impact.User {
	return &impact.User{Properties: map[string]json.RawMessage{sourceEnabled: json.RawMessage("true")}}
}

func valueOf(o impact.Outcome) string { return strings.Join(o.Value.Values(), ";") }

// predict determines the state of accounts. unmanaged are mappings that stay in addition to the entries.
func (g *guard) predict(s settings, unmanaged map[string]*graph.AttributeMapping) (found fates) {
	outcomes := g.outcomes(s)
	for i, of := range personStates {
		if g.keepsOutOfScope && impact.Excludes(s.filters, somebody(), of.state) {
			found[i] = fate{staysActive, "`scoping_filters` exclude them from the scope, and with the connection's `skip_out_of_scope_deletions`, such accounts stay as they are"}
			continue
		}
		for k, target := range slices.Sorted(maps.Keys(g.signals)) {
			e, mapped := s.entries[target]
			next := g.judge(target, e, outcomes[i][target])
			switch {
			case !mapped && unmanaged[target] != nil:
				next = fate{unclear, fmt.Sprintf("`%s` is mapped in a way that no entry can express", target)}
			case !mapped:
				next = fate{staysActive, fmt.Sprintf("no entry writes `%s`", target)}
			case next.effect != disabled || of.state == impact.InScope:
			case !slices.Contains(s.operations, flagUpdate):
				next = fate{staysActive, "`operations` does not include `update`"}
			case e.flowType != flowAlways && flowTypeOf(applyOf(e.flowType)) == applyOf(e.flowType):
				next = fate{unclear, fmt.Sprintf("the effect of `apply = %q` is unknown", e.flowType)}
			case e.flowType != flowAlways:
				next = fate{staysActive, fmt.Sprintf("`apply = %q` does not change an existing value of `%s`", applyOf(e.flowType), target)}
			}
			if k == 0 || next.effect > found[i].effect {
				found[i] = next
			}
		}
	}
	return found
}

// judge determines what one target attribute does to the account.
func (g *guard) judge(target string, e entry, o impact.Outcome) fate {
	own := !slices.ContainsFunc(e.source.attributes(), func(name string) bool {
		return !strings.EqualFold(name, softDeleted) && !strings.EqualFold(name, sourceEnabled)
	})
	text := valueOf(o)
	signal := g.signals[target]
	is := func(other string) bool { return strings.EqualFold(text, other) }
	switch why := fmt.Sprintf("`%s` = %s", target, text); {
	case o.Reason != "" && o.Fails() && own:
		return fate{staysActive, fmt.Sprintf("the expression of `%s` fails", target)}
	case o.Reason != "":
		return fate{unclear, fmt.Sprintf("`%s` = %s", target, e.source)}
	case text == "":
		return fate{staysActive, fmt.Sprintf("`%s` gets no value", target)}
	case slices.ContainsFunc(signal.off, is):
		return fate{disabled, why}
	case is(signal.on), isBoolean(signal.on):
		return fate{staysActive, why}
	default:
		return fate{unclear, why}
	}
}

func isBoolean(text string) bool {
	return strings.EqualFold(text, "true") || strings.EqualFold(text, "false")
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
