// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dlclark/regexp2/v2"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// plan is what a job's schema says about people, ready to be applied.
type plan struct {
	version            int
	connector          store.Connector
	ruleID             string
	enabled            bool
	onDemand           bool
	add, update, erase bool
	flows              []*flow
	matching           []*flow // by priority
	filter, input      []filterGroup
	target             map[string]targetAttribute
	// canDisable says that a mapping tells the target when somebody is no longer to have an account.
	canDisable bool
}

// flow is the mapping of one target attribute.
type flow struct {
	target   targetAttribute
	constant *string                // set for constants
	source   *expression.Expression // set for attributes and functions
	byState  bool                   // depends on IsSoftDeleted
	redacted bool                   // the log must not show its values
	fallback *string
	kind     string // flow type
	always   bool   // written also when it did not change
	priority int
}

// Flow types.
const (
	flowOnAdd        = "ObjectAddOnly"
	flowIfEmpty      = "AttributeAddOnly"
	flowAddValue     = "ValueAddOnly"
	flowAddValues    = "MultiValueAddOnly"
	softDeleted      = "IsSoftDeleted"
	userObject       = "User"
	supportsOnDemand = "supportsProvisionOnDemand"
)

type targetAttribute struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Required    bool   `json:"required"`
	CaseExact   bool   `json:"caseExact"`
	Multivalued bool   `json:"multivalued"`
	Mutability  string `json:"mutability"`
}

type filterClause struct {
	Source   string `json:"sourceOperandName"`
	Operator string `json:"operatorName"`
	Target   *struct {
		Values []string `json:"values"`
	} `json:"targetOperand"`
}

type filterGroup struct {
	Clauses []filterClause `json:"clauses"`
}

type schemaDocument struct {
	Directories []struct {
		Name    string `json:"name"`
		Objects []struct {
			Name       string            `json:"name"`
			Attributes []targetAttribute `json:"attributes"`
		} `json:"objects"`
	} `json:"directories"`
	Rules []struct {
		ID       string                        `json:"id"`
		Target   string                        `json:"targetDirectoryName"`
		Metadata []struct{ Key, Value string } `json:"metadata"`
		Mappings []mappingDocument             `json:"objectMappings"`
	} `json:"synchronizationRules"`
}

type mappingDocument struct {
	Enabled   *bool  `json:"enabled"`
	FlowTypes string `json:"flowTypes"`
	Source    string `json:"sourceObjectName"`
	Target    string `json:"targetObjectName"`
	Scope     *struct {
		Groups      []filterGroup `json:"groups"`
		InputGroups []filterGroup `json:"inputFilterGroups"`
	} `json:"scope"`
	Attributes []struct {
		Target       string  `json:"targetAttributeName"`
		DefaultValue *string `json:"defaultValue"`
		FlowBehavior string  `json:"flowBehavior"`
		FlowType     string  `json:"flowType"`
		Priority     int     `json:"matchingPriority"`
		Source       *struct {
			Type       string `json:"type"`
			Name       string `json:"name"`
			Expression string `json:"expression"`
		} `json:"source"`
	} `json:"attributeMappings"`
}

// compile reads the schema of a job.
func compile(j *store.Job, connector store.Connector) (*plan, error) {
	var document schemaDocument
	if err := json.Unmarshal(j.Schema, &document); err != nil {
		return nil, fmt.Errorf("schema of job %s: %w", j.ID, err)
	}
	if len(document.Directories) == 0 {
		// A schema written without directories keeps those of the template.
		var base schemaDocument
		if err := json.Unmarshal(connector.Schema, &base); err != nil {
			return nil, fmt.Errorf("schema of template %s: %w", connector.ID, err)
		}
		document.Directories = base.Directories
	}
	for _, rule := range document.Rules {
		for _, m := range rule.Mappings {
			if !strings.EqualFold(m.Source, userObject) {
				continue
			}
			p := &plan{version: j.SchemaVersion, connector: connector, ruleID: rule.ID, enabled: m.Enabled == nil || *m.Enabled}
			for _, entry := range rule.Metadata {
				p.onDemand = p.onDemand || entry.Key == supportsOnDemand && strings.EqualFold(entry.Value, "true")
			}
			p.target = document.targetAttributes(rule.Target, m.Target)
			return p, p.read(&m)
		}
	}
	return nil, fmt.Errorf("job %s: no mapping of people", j.ID)
}

func (d *schemaDocument) targetAttributes(directory, object string) map[string]targetAttribute {
	found := map[string]targetAttribute{}
	for _, dir := range d.Directories {
		for _, o := range dir.Objects {
			if dir.Name == directory && o.Name == object {
				for _, a := range o.Attributes {
					found[a.Name] = a
				}
			}
		}
	}
	return found
}

func (p *plan) read(m *mappingDocument) error {
	for operation := range strings.SplitSeq(m.FlowTypes, ",") {
		switch strings.ToLower(strings.TrimSpace(operation)) {
		case "add":
			p.add = true
		case "update":
			p.update = true
		case "delete":
			p.erase = true
		}
	}
	if m.Scope != nil {
		p.filter, p.input = m.Scope.Groups, m.Scope.InputGroups
	}
	for _, a := range m.Attributes {
		f := &flow{
			target: p.target[a.Target], fallback: a.DefaultValue, kind: a.FlowType, always: a.FlowBehavior == "FlowAlways", priority: a.Priority,
		}
		f.target.Name = a.Target
		if a.Source != nil {
			text := a.Source.Expression
			switch a.Source.Type {
			case "Constant":
				f.constant = new(a.Source.Name)
			case "Attribute":
				text = "[" + a.Source.Name + "]"
				fallthrough
			default:
				parsed, problems := expression.Parse(text)
				if parsed == nil {
					return fmt.Errorf("mapping of %s: %w", a.Target, problems.Errors()[0])
				}
				f.source = parsed
				f.byState = slices.Contains(parsed.Attributes(), softDeleted)
				f.redacted = slices.Contains(parsed.Calls(), "Redact")
			}
		}
		f.redacted = f.redacted || f.target.Mutability == "WriteOnly"
		p.canDisable = p.canDisable || f.byState
		p.flows = append(p.flows, f)
		if f.priority > 0 {
			p.matching = append(p.matching, f)
		}
	}
	slices.SortStableFunc(p.matching, func(a, b *flow) int { return a.priority - b.priority })
	return nil
}

// passes says whether the attributes satisfy a filter: all clauses of at least one group. No groups let everybody pass.
func passes(groups []filterGroup, attributes map[string]expression.Value) bool {
	if len(groups) == 0 {
		return true
	}
	return slices.ContainsFunc(groups, func(g filterGroup) bool {
		return !slices.ContainsFunc(g.Clauses, func(c filterClause) bool { return !c.holds(attributes[c.Source]) })
	})
}

// regexTime bounds a regular expression, which a client wrote.
const regexTime = time.Second

// holds says whether a clause is true of a value. Of an empty value only IS NULL is.
func (c filterClause) holds(value expression.Value) bool {
	operator := strings.ToUpper(strings.NewReplacer("_", " ").Replace(c.Operator))
	have := strings.Join(value.Values(), ";")
	if have == "" {
		return operator == "IS NULL"
	}
	switch operator {
	case "IS NULL":
		return false
	case "IS NOT NULL":
		return true
	case "IS TRUE":
		return strings.EqualFold(have, "true")
	case "IS FALSE":
		return strings.EqualFold(have, "false")
	}
	if c.Target == nil {
		return false
	}
	return slices.ContainsFunc(c.Target.Values, func(want string) bool { return compare(operator, have, want) })
}

func compare(operator, have, want string) bool {
	switch operator {
	case "EQUALS":
		return have == want
	case "NOT EQUALS":
		return have != want
	case "REGEX MATCH":
		return matches(want, have)
	case "NOT REGEX MATCH":
		return !matches(want, have)
	case "GREATER THAN", "GREATER THAN OR EQUALS":
		x, errX := strconv.ParseInt(have, 10, 64)
		y, errY := strconv.ParseInt(want, 10, 64)
		return errX == nil && errY == nil && (x > y || x == y && operator == "GREATER THAN OR EQUALS")
	case "INCLUDES":
		return strings.Contains(have, want)
	case "ENDS WITH":
		return strings.HasSuffix(have, want)
	case "&":
		return strings.Contains(want, have)
	case "!&":
		return !strings.Contains(want, have)
	}
	return false
}

func matches(pattern, text string) bool {
	re, err := regexp2.Compile(pattern, regexp2.None)
	if err != nil {
		return false
	}
	re.MatchTimeout = regexTime
	found, err := re.MatchString(text)
	return err == nil && found
}
