// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Rule is a synchronization rule: what of one directory becomes what in another.
type Rule struct {
	ID              string
	Name            string
	Priority        int
	Editable        bool
	SourceDirectory string
	TargetDirectory string
	ObjectMappings  []ObjectMapping
	kept
}

func (r *Rule) visit(w *walk) {
	text(w, "id", &r.ID, "")
	text(w, "name", &r.Name, "")
	value(w, "priority", &r.Priority, 0)
	value(w, "editable", &r.Editable, true)
	text(w, "sourceDirectoryName", &r.SourceDirectory, "")
	text(w, "targetDirectoryName", &r.TargetDirectory, "")
	objects(w, "objectMappings", &r.ObjectMappings)
}

// ObjectMapping is how objects of one kind in the source become objects in the target.
type ObjectMapping struct {
	Rule *Rule // that it belongs to

	Name         string
	Enabled      bool
	FlowTypes    []string // Add, Update, Delete, spelled so; others as sent
	SourceObject string
	TargetObject string
	Filters      []FilterGroup
	// InputFilters keep people out without disabling whoever leaves them; CategoryFilters are experimental. The portal
	// shows neither.
	InputFilters    []FilterGroup
	CategoryFilters []FilterGroup
	Attributes      []AttributeMapping // in the order as sent
	kept
}

func (m *ObjectMapping) visit(w *walk) {
	text(w, "name", &m.Name, "")
	value(w, "enabled", &m.Enabled, true)
	flowTypes(w, "flowTypes", &m.FlowTypes)
	text(w, "sourceObjectName", &m.SourceObject, "")
	text(w, "targetObjectName", &m.TargetObject, "")
	w.nested("scope", func(w *walk) {
		w.start(`{"groups":[],"inputFilterGroups":[],"categoryFilterGroups":[]}`)
		objects(w, "groups", &m.Filters)
		objects(w, "inputFilterGroups", &m.InputFilters)
		objects(w, "categoryFilterGroups", &m.CategoryFilters)
	})
	objects(w, "attributeMappings", &m.Attributes)
}

// Objects names the kinds of objects of a mapping as the service's counters do.
func (m *ObjectMapping) Objects() string { return m.SourceObject + " to " + m.TargetObject }

// Means reports whether two object mappings do the same, as far as their fields say. Members that nobody knows do not count:
// a service that shows one in a job's schema and not in its template's has not changed what is mapped.
func (m *ObjectMapping) Means(other *ObjectMapping) bool {
	return strings.EqualFold(m.SourceObject, other.SourceObject) && strings.EqualFold(m.TargetObject, other.TargetObject) &&
		m.Enabled == other.Enabled && sameMembers(m.FlowTypes, other.FlowTypes, strings.EqualFold) &&
		SameFilters(m.Filters, other.Filters) && SameFilters(m.InputFilters, other.InputFilters) && SameFilters(m.CategoryFilters, other.CategoryFilters) &&
		sameMembers(m.Attributes, other.Attributes, AttributeMapping.means)
}

// Restore takes over the settings and attribute mappings of another schema's object mapping, member by member as they are
// there. The mapping's name and metadata stay.
func (m *ObjectMapping) Restore(from *ObjectMapping) error {
	o := m.object
	for _, name := range []string{"enabled", "flowTypes", "scope", "attributeMappings"} {
		value := from.object.get(name)
		switch {
		case value != nil:
			o = o.with(name, value)
		case o.get(name) != nil:
			o = o.with(name, json.RawMessage("null"))
		}
	}
	restored, err := read[ObjectMapping](o.encode())
	restored.Rule = m.Rule
	*m = restored
	return err
}

// FilterGroup is one group of a scoping filter. Its clauses must all hold; one group that holds suffices.
type FilterGroup struct {
	Name    string
	Clauses []FilterClause
	kept
}

func (g *FilterGroup) visit(w *walk) {
	w.start(`{"name":null,"clauses":[]}`)
	text(w, "name", &g.Name, "")
	objects(w, "clauses", &g.Clauses)
}

// FilterClause is one condition of a scoping filter.
type FilterClause struct {
	Attribute string
	Operator  string
	Values    []string // empty for unary operators
	kept
}

func (c *FilterClause) visit(w *walk) {
	w.start(`{"operatorName":null,"sourceOperandName":null,"targetOperand":{"values":[]}}`)
	text(w, "operatorName", &c.Operator, "")
	text(w, "sourceOperandName", &c.Attribute, "")
	w.nested("targetOperand", func(w *walk) { texts(w, "values", &c.Values) })
}

// Equal reports whether two groups hold the same clauses under the same name. The order of clauses means nothing.
func (g FilterGroup) Equal(other FilterGroup) bool {
	return g.Name == other.Name && sameMembers(g.Clauses, other.Clauses, FilterClause.Equal)
}

// Equal reports whether two clauses say the same. The service takes operators in any case.
func (c FilterClause) Equal(other FilterClause) bool {
	return c.Attribute == other.Attribute && strings.EqualFold(c.Operator, other.Operator) && slices.Equal(c.Values, other.Values)
}

// SameFilters reports whether two lists hold the same groups. The order of groups means nothing.
func SameFilters(a, b []FilterGroup) bool { return sameMembers(a, b, FilterGroup.Equal) }

func sameMembers[T any](a, b []T, equal func(T, T) bool) bool {
	if len(a) != len(b) {
		return false
	}
	rest := slices.Clone(b)
	for _, x := range a {
		i := slices.IndexFunc(rest, func(y T) bool { return equal(x, y) })
		if i < 0 {
			return false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return true
}

// AttributeMapping is where one target attribute gets its value from.
type AttributeMapping struct {
	Target           string
	Source           *MappingSource // nil when only the default value is written
	DefaultValue     string         // "" for none
	MatchingPriority int            // 0 when the attribute does not match
	FlowType         string         // Always when the service leaves it out
	kept
}

func (a *AttributeMapping) visit(w *walk) {
	w.start(`{"targetAttributeName":null,"source":null,"defaultValue":null,"exportMissingReferences":false,` +
		`"flowBehavior":"FlowWhenChanged","flowType":"Always","matchingPriority":0}`)
	text(w, "targetAttributeName", &a.Target, "")
	source(w, "source", &a.Source)
	text(w, "defaultValue", &a.DefaultValue, "")
	value(w, "matchingPriority", &a.MatchingPriority, 0)
	text(w, "flowType", &a.FlowType, "Always", "Always")
}

// Understood reports whether the fields say all that the mapping does. They do not where its source is of a kind that no
// expression can say, such as a workflow, or where an unknown object takes the place of a source.
func (a *AttributeMapping) Understood() bool {
	if a.Source != nil {
		return a.Source.understood()
	}
	return !slices.ContainsFunc(a.object.members, func(m member) bool {
		return m.name != "source" && strings.HasPrefix(string(m.value), "{")
	})
}

func (a AttributeMapping) means(other AttributeMapping) bool {
	same := a.Source == nil && other.Source == nil || a.Source != nil && other.Source != nil &&
		a.Source.Type == other.Source.Type && a.Source.Name == other.Source.Name && a.Source.Expression == other.Source.Expression
	return same && strings.EqualFold(a.Target, other.Target) && a.DefaultValue == other.DefaultValue &&
		a.MatchingPriority == other.MatchingPriority && strings.EqualFold(a.FlowType, other.FlowType)
}

// Same reports whether two mappings are equal in every member, also in those that nobody knows.
func (a *AttributeMapping) Same(other *AttributeMapping) bool {
	return sameJSON(write(a), write(other))
}

// Kinds of a MappingSource.
const (
	SourceAttribute = "Attribute"
	SourceConstant  = "Constant"
	SourceFunction  = "Function"
)

// MappingSource is the source of an attribute mapping. Tree is what the service keeps; the rest is read from it.
type MappingSource struct {
	Type       string // one of the Source constants, spelled so; another as sent; "" when the tree is not an object
	Name       string // attribute, constant's text, or function
	Expression string
	Tree       json.RawMessage
}

// AttributeSource is the source that reads an attribute, in the shape that the service documents.
func AttributeSource(name string) *MappingSource {
	return localSource(SourceAttribute, name, "["+name+"]")
}

// ConstantSource is the source that yields a text, in the shape that the service documents.
func ConstantSource(text string) *MappingSource {
	return localSource(SourceConstant, text, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)+`"`)
}

func localSource(kind, name, expression string) *MappingSource {
	return &MappingSource{Type: kind, Name: name, Expression: expression, Tree: jsonObject{}.
		with("type", encodeJSON(kind)).with("name", encodeJSON(name)).
		with("expression", encodeJSON(expression)).with("parameters", json.RawMessage("[]")).encode()}
}

// SourceFromTree reads a source, such as the tree of a ParsedExpression. JSON null is not a source: nil.
func SourceFromTree(tree json.RawMessage) (*MappingSource, error) {
	if isNull(tree) {
		return nil, nil
	}
	o, err := parseObject(tree)
	if err != nil {
		return &MappingSource{Tree: tree}, fmt.Errorf("source: %w", err)
	}
	return &MappingSource{
		Type:       oneOf(decodeOr(o.get("type"), SourceAttribute), SourceAttribute, SourceConstant, SourceFunction),
		Name:       decodeOr(o.get("name"), ""),
		Expression: decodeOr(o.get("expression"), ""),
		Tree:       tree,
	}, nil
}

// source visits a source, which is assigned as a whole. One that is not even an object is kept, not refused.
func source(w *walk, name string, field **MappingSource) {
	is := w.object.get(name)
	if !w.writing {
		*field, _ = SourceFromTree(is)
		return
	}
	want := json.RawMessage("null")
	if *field != nil {
		want = (*field).Tree
	}
	if string(is) != string(want) && !(isNull(is) && isNull(want)) {
		w.set(name, want)
	}
}

// understood reports whether an expression can say what the source does.
func (s *MappingSource) understood() bool {
	switch {
	case s == nil || s.Type == SourceConstant:
		return true
	case s.Type == SourceAttribute:
		return s.Name != "" || s.Expression != ""
	case s.Type == SourceFunction:
		return s.Expression != "" || s.Name != "" && len(s.parameters()) == 0
	}
	return false
}

// Attributes names the attributes that the source reads, sorted, each once.
func (s *MappingSource) Attributes() []string {
	if s == nil {
		return nil
	}
	var names []string
	if s.Type == SourceAttribute && s.Name != "" {
		names = append(names, s.Name)
	}
	for _, parameter := range s.parameters() {
		if value, err := SourceFromTree(parameter.get("value")); err == nil {
			names = append(names, value.Attributes()...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (s *MappingSource) parameters() (parameters []jsonObject) {
	o, _ := parseObject(s.Tree)
	items, _ := parseArray(o.get("parameters"))
	for _, item := range items {
		if parameter, err := parseObject(item); err == nil {
			parameters = append(parameters, parameter)
		}
	}
	return parameters
}

// flowTypes visits the flags of an object mapping, which the service joins by a comma with or without a blank. Absent
// means all three.
func flowTypes(w *walk, name string, field *[]string) {
	all := []string{"Add", "Update", "Delete"}
	is := slices.Clone(all)
	if raw := w.object.get(name); !isNull(raw) {
		is = nil
		for flag := range strings.SplitSeq(decodeOr(raw, ""), ",") {
			if flag = strings.TrimSpace(flag); flag != "" && !strings.EqualFold(flag, "None") {
				is = append(is, oneOf(flag, all...))
			}
		}
	}
	slices.Sort(is)
	is = slices.Compact(is)
	if !w.writing {
		*field = is
		return
	}
	want := slices.Clone(*field)
	if slices.Sort(want); slices.Equal(is, want) {
		return
	}
	joined := slices.DeleteFunc(all, func(flag string) bool { return !slices.Contains(want, flag) }) // in the service's order
	for _, flag := range *field {
		if !slices.Contains(joined, flag) {
			joined = append(joined, flag)
		}
	}
	if len(joined) == 0 {
		joined = []string{"None"}
	}
	w.set(name, encodeJSON(strings.Join(joined, ", ")))
}
