// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account

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
	flowOnCreate       = "ObjectAddOnly"
	flowIfEmpty        = "AttributeAddOnly"
	flowAddValue       = "ValueAddOnly"
	flowAddMultivalued = "MultiValueAddOnly"
)

// rules are the mapping of users, ready to be applied to people.
type rules struct {
	enabled                bool
	create, update, remove bool
	filters                []filter // each must admit
	flows                  []flow
	matching               []int // of flows, in the order in which the service tries them
	required               []string
	now                    time.Time
	problems               problems
}

// flow is the mapping of one target attribute.
type flow struct {
	target     string
	definition graph.AttributeDefinition
	field      field
	constant   *string
	expression *expression.Expression // nil for constants and where only the default value is written
	unknown    string                 // why nobody can compute it here: a reason, or ""
	attributes []string               // the source attributes that it reads
	fallback   string                 // what is written on creation if the source yields nothing
	kind       string
	priority   int
}

// compile prepares the mapping of users. The definition may lack; then every attribute is taken for an optional text.
func compile(m graph.ObjectMapping, target *graph.ObjectDefinition, now time.Time) *rules {
	r := &rules{
		enabled: m.Enabled, now: now,
		create: slices.Contains(m.FlowTypes, "Add"), update: slices.Contains(m.FlowTypes, "Update"), remove: slices.Contains(m.FlowTypes, "Delete"),
	}
	for _, groups := range [][]graph.FilterGroup{m.Filters, m.InputFilters, m.CategoryFilters} {
		compiled, unreadable, unknown := compileFilter(groups)
		r.filters = append(r.filters, compiled)
		for _, name := range unreadable {
			r.problems.add(problemSourceAttribute, name)
		}
		for _, name := range unknown {
			r.problems.add(problemOperator, name)
		}
	}
	for _, a := range m.Attributes {
		f := r.compileFlow(a)
		if target != nil {
			if definition := attributeOf(target, a.Target); definition != nil {
				f.definition = *definition
			}
		}
		r.flows = append(r.flows, f)
	}
	for i, f := range r.flows {
		if f.priority > 0 {
			r.matching = append(r.matching, i)
		}
	}
	slices.SortStableFunc(r.matching, func(a, b int) int { return r.flows[a].priority - r.flows[b].priority })
	if len(r.matching) == 0 && m.Enabled {
		r.problems.add(problemNoMatching, "")
	}
	if target != nil {
		for _, a := range target.Attributes {
			if a.Required && a.Mutability != "ReadOnly" {
				r.required = append(r.required, a.Name)
			}
		}
	}
	return r
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

func (r *rules) compileFlow(a graph.AttributeMapping) flow {
	f := flow{target: a.Target, field: fieldOf(a.Target), fallback: a.DefaultValue, kind: a.FlowType, priority: a.MatchingPriority}
	f.definition.Name = a.Target
	if a.Source == nil {
		return f
	}
	text := a.Source.Expression
	switch {
	case a.Source.Type == graph.SourceConstant:
		f.constant = &a.Source.Name
		return f
	case a.Source.Type == graph.SourceAttribute && a.Source.Name != "":
		text = "[" + a.Source.Name + "]"
	}
	parsed, problems := expression.Parse(text)
	if parsed == nil || problems.HasErrors() {
		f.unknown = reasonExpression
		r.problems.add(problemExpression, a.Target)
		return f
	}
	f.expression, f.attributes = parsed, parsed.Attributes()
	for _, name := range f.attributes {
		if strings.EqualFold(name, sourceManager) {
			f.unknown = reasonReference
			r.problems.add(problemReference, a.Target)
			continue
		}
		if _, known := propertyOf(name); !known {
			f.unknown = reasonAttribute
			r.problems.add(problemSourceAttribute, name)
		}
	}
	if slices.Contains(parsed.Calls(), "SelectUniqueValue") {
		f.unknown = reasonExpression // it depends on what others at the target have
		r.problems.add(problemExpression, a.Target)
	}
	return f
}

// sources are all source attributes in use, sorted.
func (r *rules) sources() []string {
	var names []string
	for _, f := range r.filters {
		for _, group := range f {
			for _, c := range group {
				names = append(names, c.attribute)
			}
		}
	}
	for _, f := range r.flows {
		names = append(names, f.attributes...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// without takes back that a source attribute can be read: the directory turned out not to have it.
func (r *rules) without(name string) {
	r.problems.add(problemSourceAttribute, name)
	for i := range r.flows {
		if slices.Contains(r.flows[i].attributes, name) {
			r.flows[i].unknown = reasonAttribute
		}
	}
	for _, f := range r.filters {
		for _, group := range f {
			for i := range group {
				group[i].readable = group[i].readable && group[i].attribute != name
			}
		}
	}
}

// reads reports whether the flow depends on a source attribute, given in lower case.
func (f *flow) reads(lower string) bool {
	return slices.ContainsFunc(f.attributes, func(name string) bool { return strings.ToLower(name) == lower })
}

// writable reports whether the target takes a value: on creation, or afterwards.
func (f *flow) writable(creating bool) bool {
	switch f.definition.Mutability {
	case "ReadOnly":
		return false
	case "Immutable":
		return creating
	}
	return true
}

// outcome is what a flow yields for a person.
type outcome struct {
	value  expression.Value
	reason string // why there is no value, though there may be one: a reason; "" otherwise
	fails  bool   // the service fails as well
}

// evaluate computes a flow, without its default.
func (r *rules) evaluate(f *flow, p *person) outcome {
	switch {
	case f.unknown != "":
		return outcome{reason: f.unknown}
	case f.constant != nil:
		return outcome{value: expression.String(*f.constant)}
	case f.expression == nil:
		return outcome{}
	}
	value, err := expression.Evaluate(f.expression, expression.Options{Attributes: p.attributes, Now: &r.now})
	if err == nil {
		return outcome{value: value}
	}
	if wrong := new(expression.EvalError); errors.As(err, &wrong) && errors.Unwrap(wrong) == nil {
		return outcome{reason: reasonFails, fails: true}
	}
	r.problems.add(problemExpression, f.target)
	return outcome{reason: reasonExpression}
}

// accepts reports whether a value is of the target attribute's type.
func (f *flow) accepts(v expression.Value) bool {
	for _, text := range v.Values() {
		switch f.definition.Type {
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
