// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// ObjectMappingRef says where in a schema an object mapping is.
type ObjectMappingRef struct {
	Rule  int // index in synchronizationRules
	Index int // index in the rule's objectMappings
}

// ObjectMapping is how objects of one kind in the source become objects in the target.
type ObjectMapping struct {
	Ref ObjectMappingRef

	RuleID          string
	RuleName        string
	RulePriority    int
	RuleEditable    bool
	SourceDirectory string
	TargetDirectory string

	Name         string
	Enabled      bool
	FlowTypes    []string // Add, Update, Delete, spelt so; others as sent
	SourceObject string
	TargetObject string
	Filters      []FilterGroup
	// InputFilters keep people out without disabling whoever leaves them; CategoryFilters are experimental. The portal
	// shows neither.
	InputFilters    []FilterGroup
	CategoryFilters []FilterGroup
	Attributes      []AttributeMapping // in the order as sent
}

// FilterGroup is one group of a scoping filter. Its clauses must all hold; one group that holds suffices.
type FilterGroup struct {
	Name    string
	Clauses []FilterClause
}

// FilterClause is one condition of a scoping filter.
type FilterClause struct {
	Attribute string
	Operator  string
	Values    []string // empty for unary operators
}

// AttributeMapping is where one target attribute gets its value from.
type AttributeMapping struct {
	Target           string
	Source           *MappingSource // nil when only the default value is written
	DefaultValue     string         // "" for none
	MatchingPriority int            // 0 when the attribute does not match
	FlowType         string         // Always when the service leaves it out
}

// Kinds of a MappingSource.
const (
	SourceAttribute = "Attribute"
	SourceConstant  = "Constant"
	SourceFunction  = "Function"
)

// MappingSource is the source of an attribute mapping. Tree is what the service keeps; the rest is read from it.
type MappingSource struct {
	Type       string // one of the Source constants, spelt so; another as sent
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
	return &MappingSource{Type: kind, Name: name, Expression: expression, Tree: rawObject{}.
		with("type", encodeJSON(kind)).with("name", encodeJSON(name)).
		with("expression", encodeJSON(expression)).with("parameters", json.RawMessage("[]")).encode()}
}

// SourceFromTree reads a source, such as the tree of a ParsedExpression. JSON null is no source: nil.
func SourceFromTree(tree json.RawMessage) (*MappingSource, error) {
	if isNull(tree) {
		return nil, nil
	}
	o, err := parseObject(tree)
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	return &MappingSource{
		Type:       oneOf(decodeOr(o.get("type"), SourceAttribute), SourceAttribute, SourceConstant, SourceFunction),
		Name:       decodeOr(o.get("name"), ""),
		Expression: decodeOr(o.get("expression"), ""),
		Tree:       tree,
	}, nil
}

// Attributes names the attributes that the source reads, sorted, each once.
func (s *MappingSource) Attributes() []string {
	if s == nil {
		return nil
	}
	names := attributesOf(s.Tree, nil)
	slices.Sort(names)
	return slices.Compact(names)
}

func attributesOf(tree json.RawMessage, names []string) []string {
	o, err := parseObject(tree)
	if err != nil || o == nil {
		return names
	}
	if strings.EqualFold(decodeOr(o.get("type"), SourceAttribute), SourceAttribute) {
		if name := decodeOr(o.get("name"), ""); name != "" {
			names = append(names, name)
		}
	}
	parameters, err := parseArray(o.get("parameters"))
	if err != nil {
		return names
	}
	for _, parameter := range parameters {
		if p, err := parseObject(parameter); err == nil {
			names = attributesOf(p.get("value"), names)
		}
	}
	return names
}

// Version is the schema's version; it changes with every write.
func (s *Schema) Version() string {
	o, err := parseObject(s.document)
	if err != nil {
		return ""
	}
	return decodeOr(o.get("version"), "")
}

// ObjectMappings lists the object mappings of all rules in the order as sent.
func (s *Schema) ObjectMappings() ([]ObjectMapping, error) {
	document, err := parseObject(s.document)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	rules, err := parseArray(document.get("synchronizationRules"))
	if err != nil {
		return nil, fmt.Errorf("synchronizationRules: %w", err)
	}
	var found []ObjectMapping
	for i, raw := range rules {
		rule, err := parseObject(raw)
		if err != nil {
			return nil, fmt.Errorf("synchronizationRules[%d]: %w", i, err)
		}
		mappings, err := parseArray(rule.get("objectMappings"))
		if err != nil {
			return nil, fmt.Errorf("synchronizationRules[%d].objectMappings: %w", i, err)
		}
		for j, raw := range mappings {
			m, err := readObjectMapping(raw)
			if err != nil {
				return nil, fmt.Errorf("synchronizationRules[%d].objectMappings[%d]: %w", i, j, err)
			}
			m.Ref = ObjectMappingRef{i, j}
			m.RuleID = decodeOr(rule.get("id"), "")
			m.RuleName = decodeOr(rule.get("name"), "")
			m.RulePriority = decodeOr(rule.get("priority"), 0)
			m.RuleEditable = decodeOr(rule.get("editable"), true)
			m.SourceDirectory = decodeOr(rule.get("sourceDirectoryName"), "")
			m.TargetDirectory = decodeOr(rule.get("targetDirectoryName"), "")
			found = append(found, m)
		}
	}
	return found, nil
}

func readObjectMapping(raw json.RawMessage) (ObjectMapping, error) {
	o, err := parseObject(raw)
	if err != nil {
		return ObjectMapping{}, err
	}
	m := ObjectMapping{
		Name:         decodeOr(o.get("name"), ""),
		Enabled:      decodeOr(o.get("enabled"), true),
		FlowTypes:    readFlowTypes(o.get("flowTypes")),
		SourceObject: decodeOr(o.get("sourceObjectName"), ""),
		TargetObject: decodeOr(o.get("targetObjectName"), ""),
	}
	scope, err := parseObject(o.get("scope"))
	if err != nil {
		return m, fmt.Errorf("scope: %w", err)
	}
	for member, into := range map[string]*[]FilterGroup{"groups": &m.Filters, "inputFilterGroups": &m.InputFilters, "categoryFilterGroups": &m.CategoryFilters} {
		groups, err := parseArray(scope.get(member))
		if err != nil {
			return m, fmt.Errorf("scope.%s: %w", member, err)
		}
		for i, raw := range groups {
			group, err := readFilterGroup(raw)
			if err != nil {
				return m, fmt.Errorf("scope.%s[%d]: %w", member, i, err)
			}
			*into = append(*into, group)
		}
	}
	attributes, err := parseArray(o.get("attributeMappings"))
	if err != nil {
		return m, fmt.Errorf("attributeMappings: %w", err)
	}
	for i, raw := range attributes {
		a, err := readAttributeMapping(raw)
		if err != nil {
			return m, fmt.Errorf("attributeMappings[%d]: %w", i, err)
		}
		m.Attributes = append(m.Attributes, a)
	}
	return m, nil
}

func readAttributeMapping(raw json.RawMessage) (AttributeMapping, error) {
	o, err := parseObject(raw)
	if err != nil {
		return AttributeMapping{}, err
	}
	source, err := SourceFromTree(o.get("source"))
	if err != nil {
		return AttributeMapping{}, err
	}
	return AttributeMapping{
		Target:           decodeOr(o.get("targetAttributeName"), ""),
		Source:           source,
		DefaultValue:     decodeOr(o.get("defaultValue"), ""),
		MatchingPriority: decodeOr(o.get("matchingPriority"), 0),
		FlowType:         decodeOr(o.get("flowType"), "Always"),
	}, nil
}

func readFilterGroup(raw json.RawMessage) (FilterGroup, error) {
	o, err := parseObject(raw)
	if err != nil {
		return FilterGroup{}, err
	}
	clauses, err := parseArray(o.get("clauses"))
	if err != nil {
		return FilterGroup{}, fmt.Errorf("clauses: %w", err)
	}
	group := FilterGroup{Name: decodeOr(o.get("name"), "")}
	for i, raw := range clauses {
		clause, err := readFilterClause(raw)
		if err != nil {
			return FilterGroup{}, fmt.Errorf("clauses[%d]: %w", i, err)
		}
		group.Clauses = append(group.Clauses, clause)
	}
	return group, nil
}

func readFilterClause(raw json.RawMessage) (FilterClause, error) {
	o, err := parseObject(raw)
	if err != nil {
		return FilterClause{}, err
	}
	operand, err := parseObject(o.get("targetOperand"))
	if err != nil {
		return FilterClause{}, fmt.Errorf("targetOperand: %w", err)
	}
	return FilterClause{
		Attribute: decodeOr(o.get("sourceOperandName"), ""),
		Operator:  decodeOr(o.get("operatorName"), ""),
		Values:    decodeOr[[]string](operand.get("values"), nil),
	}, nil
}

// readFlowTypes splits the flags, which the service joins by a comma with or without a blank. Absent means all three.
func readFlowTypes(raw json.RawMessage) []string {
	all := []string{"Add", "Update", "Delete"}
	if isNull(raw) {
		return all
	}
	var flags []string
	for flag := range strings.SplitSeq(decodeOr(raw, ""), ",") {
		if flag = strings.TrimSpace(flag); flag != "" && !strings.EqualFold(flag, "None") {
			flags = append(flags, oneOf(flag, all...))
		}
	}
	slices.Sort(flags)
	return slices.Compact(flags)
}

// oneOf returns the known spelling of an enumeration's member, or the text itself when it is none.
func oneOf(text string, known ...string) string {
	for _, k := range known {
		if strings.EqualFold(k, text) {
			return k
		}
	}
	return text
}
