// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// Flow types: when a value is written.
const (
	flowAlways         = "Always"
	flowOnCreate       = "ObjectAddOnly"
	flowIfEmpty        = "AttributeAddOnly"
	flowAddValue       = "ValueAddOnly"
	flowAddMultivalued = "MultiValueAddOnly"
)

// rules are the mapping of users, ready to be applied to them.
type rules struct {
	enabled                bool
	create, update, remove bool
	filters                []filter // each must admit
	flows                  []flow
	matching               []int // of flows, in the order in which the service tries them
	required               []string
	sources                []string // source attributes in use, sorted
	problems               Problems
	missing                []string // source attributes that the directory does not have
}

// flow is the mapping of one target attribute.
type flow struct {
	target     string
	definition graph.AttributeDefinition
	field      field
	constant   *string
	expression *expression.Expression // nil for constants and where only the default value is written
	text       string                 // of the source, to tell whether two flows have the same
	unclear    Reason                 // why the value cannot be computed here, or ""
	attributes []string               // the source attributes that it reads
	fallback   string                 // what is written on creation if the source yields nothing
	kind       string
	priority   int
}

// compile prepares the mapping of a setup for a directory that lacks some source attributes.
func compile(s *Setup, missing []string) *rules {
	m := s.Mapping
	r := &rules{
		enabled: m.Enabled, missing: missing,
		create: slices.Contains(m.FlowTypes, "Add"), update: slices.Contains(m.FlowTypes, "Update"), remove: slices.Contains(m.FlowTypes, "Delete"),
	}
	for _, groups := range [][]graph.FilterGroup{m.Filters, m.InputFilters, m.CategoryFilters} {
		r.filters = append(r.filters, r.compileFilter(groups))
	}
	for _, a := range m.Attributes {
		r.flows = append(r.flows, r.compileFlow(a, s.Target))
	}
	for i, f := range r.flows {
		if f.priority > 0 {
			r.matching = append(r.matching, i)
		}
	}
	slices.SortStableFunc(r.matching, func(a, b int) int { return r.flows[a].priority - r.flows[b].priority })
	if len(r.matching) == 0 && m.Enabled {
		r.problems.about(problemNoMatching, "")
	}
	if s.Target != nil {
		for _, a := range s.Target.Attributes {
			if a.Required && a.Mutability != "ReadOnly" {
				r.required = append(r.required, a.Name)
			}
		}
	}
	slices.Sort(r.sources)
	r.sources = slices.Compact(r.sources)
	return r
}

// reads notes that a source attribute is in use, and reports whether it can be read.
func (r *rules) reads(attribute string) bool {
	r.sources = append(r.sources, attribute)
	_, readable := propertyOf(attribute)
	if readable = readable && !slices.Contains(r.missing, attribute); !readable {
		r.problems.about(problemSourceAttribute, attribute)
	}
	return readable
}

func (r *rules) compileFilter(groups []graph.FilterGroup) filter {
	var compiled filter
	for _, group := range groups {
		var conditions []condition
		for _, clause := range group.Clauses {
			holds, understood := operatorOf(clause)
			if !r.reads(clause.Attribute) {
				holds = depends
			}
			if !understood {
				r.problems.about(problemOperator, clause.Operator)
			}
			conditions = append(conditions, condition{clause.Attribute, holds})
		}
		compiled = append(compiled, conditions)
	}
	return compiled
}

func (r *rules) compileFlow(a graph.AttributeMapping, target *graph.ObjectDefinition) flow {
	f := flow{target: a.Target, field: fieldOf(a.Target), fallback: a.DefaultValue, kind: a.FlowType, priority: a.MatchingPriority}
	f.definition.Name = a.Target
	if target != nil {
		if definition := attributeOf(target, a.Target); definition != nil {
			f.definition = *definition
		}
	}
	if a.Source == nil {
		return f
	}
	text := a.Source.Expression
	switch {
	case a.Source.Type == graph.SourceConstant:
		f.constant, f.text = &a.Source.Name, strconv.Quote(a.Source.Name)
		return f
	case a.Source.Type == graph.SourceAttribute && a.Source.Name != "":
		text = "[" + a.Source.Name + "]"
	}
	f.text = text
	parsed, problems := expression.Parse(text)
	if parsed == nil || problems.HasErrors() {
		f.unclear = reasonExpression
		r.problems.about(problemExpression, a.Target)
		return f
	}
	f.expression, f.attributes = parsed, parsed.Attributes()
	for _, name := range f.attributes {
		switch {
		case strings.EqualFold(name, sourceManager):
			f.unclear = reasonReference
			r.problems.about(problemReference, a.Target)
		case !r.reads(name):
			f.unclear = reasonAttribute
		}
	}
	if slices.Contains(parsed.Calls(), "SelectUniqueValue") {
		f.unclear = reasonExpression // it depends on the values of other accounts
		r.problems.about(problemExpression, a.Target)
	}
	return f
}

func attributeOf(d *graph.ObjectDefinition, name string) *graph.AttributeDefinition {
	if exact := d.Attribute(name); exact != nil {
		return exact
	}
	i := slices.IndexFunc(d.Attributes, func(a graph.AttributeDefinition) bool { return strings.EqualFold(a.Name, name) })
	if i < 0 {
		return nil
	}
	return &d.Attributes[i]
}

// admits says whether all filters let a user with these attributes pass.
func (r *rules) admits(attributes map[string]expression.Value) ternary {
	all := yes
	for _, f := range r.filters {
		all = min(all, f.admits(attributes))
	}
	return all
}

// attributesOf are the source attributes in use of a user in a state.
func (r *rules) attributesOf(u *User, state State, roles []string) map[string]expression.Value {
	attributes := make(map[string]expression.Value, len(r.sources))
	for _, name := range r.sources {
		attributes[name] = u.source(name, state, roles)
	}
	return attributes
}

// Outcome is what the mapping of one target attribute yields for a user.
type Outcome struct {
	Target  string
	Updates bool // whether the target takes a value after the account was created
	Value   expression.Value
	Reason  Reason // why there is no value although there may be one; "" otherwise
}

// Fails reports whether the service fails, too.
func (o Outcome) Fails() bool { return o.Reason == reasonFails || o.Reason == reasonType }

// Outcomes says what the mapping of a setup yields for a user in a state, in the order of the attribute mappings and without
// their default values. Roles are the names of those that the user holds.
func Outcomes(s *Setup, u *User, state State, roles []string, now time.Time) []Outcome {
	r := compile(s, nil)
	attributes := r.attributesOf(u, state, roles)
	outcomes := make([]Outcome, len(r.flows))
	for i := range r.flows {
		outcomes[i] = r.flows[i].evaluate(attributes, now)
	}
	return outcomes
}

// evaluate computes a flow, without its default.
func (f *flow) evaluate(attributes map[string]expression.Value, now time.Time) Outcome {
	o := Outcome{Target: f.target, Updates: f.updates(), Reason: f.unclear}
	switch {
	case f.unclear != "":
	case f.constant != nil:
		o.Value = expression.String(*f.constant)
	case f.expression != nil:
		var err error
		doubted := false
		o.Value, err = expression.Evaluate(f.expression, expression.Options{Attributes: attributes, Now: &now, Doubt: func(expression.Problem) { doubted = true }})
		if wrong := new(expression.EvalError); errors.As(err, &wrong) && errors.Unwrap(wrong) == nil {
			o.Reason = reasonFails // at the service as well
		} else if err != nil || doubted {
			o.Reason = reasonExpression
		}
	}
	return o
}

// writable reports whether the target takes a value: on creation, or afterward.
func (f *flow) writable(creating bool) bool {
	switch f.definition.Mutability {
	case "ReadOnly":
		return false
	case "Immutable":
		return creating
	}
	return true
}

// updates reports whether the flow is written to accounts that exist.
func (f *flow) updates() bool { return f.writable(false) && f.kind != flowOnCreate }

// switches reports whether the flow can disable: IsSoftDeleted feeds it, and it is written to accounts that exist.
func (f *flow) switches() bool {
	return f.updates() && slices.ContainsFunc(f.attributes, func(name string) bool { return strings.EqualFold(name, sourceSoftDeleted) })
}

// disables reports whether some flow disables the account of a user of whom the flows yield the given outcomes.
func (r *rules) disables(outcome func(flow int) Outcome) bool { return len(r.offs(outcome)) > 0 }

// offs are the flows that do.
func (r *rules) offs(outcome func(flow int) Outcome) (flows []int) {
	for i := range r.flows {
		if f := &r.flows[i]; f.switches() && f.switchesOff(outcome(i)) {
			flows = append(flows, i)
		}
	}
	return flows
}

// marks are the flows by which the service changes the account of a user who is not to have it, though it stays active: a name or
// an address is all that they write.
func (r *rules) marks(outcome func(flow int) Outcome) (flows []int) {
	for i := range r.flows {
		if f := &r.flows[i]; r.update && f.switches() && f.field.leavesActive() && outcome(i).Reason == "" && !isEmpty(outcome(i).Value) {
			flows = append(flows, i)
		}
	}
	return flows
}

// canDisable reports whether any flow tells the target that an account is no longer wanted.
func (r *rules) canDisable() bool {
	return slices.ContainsFunc(r.flows, func(f flow) bool {
		return slices.ContainsFunc(f.attributes, func(name string) bool { return strings.EqualFold(name, sourceSoftDeleted) })
	})
}

// removes reports whether the service disables or deletes the account of a user of whom the flows yield the given outcomes.
func (r *rules) removes(outcome func(flow int) Outcome) bool {
	return r.enabled && (r.update && r.disables(outcome) || r.deletes())
}

// unties reports whether the service gives up the accounts of users who leave the scope of a setup.
func (r *rules) unties(s *Setup) bool {
	return !s.KeepsOutOfScope && r.removesAny()
}

// removesAny reports whether the service disables or deletes accounts of users who cannot sign in anymore.
func (r *rules) removesAny() bool { return r.update && r.canDisable() || r.deletes() }

// deletes reports whether the service deletes accounts that are no longer wanted, for want of a flow that tells the target.
func (r *rules) deletes() bool { return r.remove && !r.canDisable() }

// switchesOff reports whether what the flow yields disables an account. What an attribute of which GoTo says nothing does to
// the account is left to its mapping.
func (f *flow) switchesOff(o Outcome) bool {
	text := display(o.Value)
	switch {
	case o.Reason != "" || isEmpty(o.Value) || f.field.leavesActive():
		return false
	case f.field == fieldActive:
		return !strings.EqualFold(text, "true")
	case f.field == fieldStatus:
		return !strings.EqualFold(text, statusActive)
	}
	return true
}

// accepted is an outcome, failed where its value is not of the target attribute's type.
func (f *flow) accepted(o Outcome) Outcome {
	if o.Reason == "" && !isOf(f.definition.Type, o.Value) {
		o.Reason = reasonType
	}
	return o
}

// isOf reports whether a value is of an attribute's type.
func isOf(attributeType string, v expression.Value) bool {
	for _, text := range v.Values() {
		switch attributeType {
		case "Integer":
			if _, err := strconv.ParseInt(text, 10, 64); err != nil {
				return false
			}
		case "Boolean":
			if !strings.EqualFold(text, "true") && !strings.EqualFold(text, "false") {
				return false
			}
		}
	}
	return true
}

// same compares as the service does: exactly only where the target says that case matters.
func (f *flow) same(a, b string) bool {
	if f.definition.CaseExact {
		return a == b
	}
	return strings.EqualFold(a, b)
}

// display is a value as one text.
func display(v expression.Value) string { return strings.Join(v.Values(), ";") }
