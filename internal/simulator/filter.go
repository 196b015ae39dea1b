// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// filterNode is a node of a parsed $filter. A nil node lets everything pass.
type filterNode struct {
	operator string // and or not, eq ne gt ge lt le in, contains startswith endswith, any
	children []*filterNode
	name     string // property, with slashes for members of members
	lower    bool   // the property is wrapped in tolower
	exact    bool   // text compares case-sensitively
	values   []any  // string, bool, float64, time.Time or nil
}

// matchCase makes the filter compare text case-sensitively, as the reports do and the directory does not.
func (n *filterNode) matchCase() {
	if n == nil {
		return
	}
	n.exact = true
	for _, child := range n.children {
		child.matchCase()
	}
}

// properties returns the top-level names that the filter looks at.
func (n *filterNode) properties() []string {
	if n == nil {
		return nil
	}
	var names []string
	if n.name != "" {
		top, _, _ := strings.Cut(n.name, "/")
		names = append(names, top)
	}
	if n.operator == "any" {
		return names
	}
	for _, child := range n.children {
		names = append(names, child.properties()...)
	}
	return names
}

// advanced says whether the filter uses what the directory calls advanced.
func (n *filterNode) advanced() bool {
	if n == nil {
		return false
	}
	return slices.Contains([]string{"ne", "not", "endswith"}, n.operator) || slices.ContainsFunc(n.children, (*filterNode).advanced)
}

// eval says whether an object passes, given its values by property name.
func (n *filterNode) eval(value func(string) any) bool {
	if n == nil {
		return true
	}
	switch n.operator {
	case "and":
		return n.children[0].eval(value) && n.children[1].eval(value)
	case "or":
		return n.children[0].eval(value) || n.children[1].eval(value)
	case "not":
		return !n.children[0].eval(value)
	}
	top, rest, _ := strings.Cut(n.name, "/")
	have := value(top)
	for rest != "" {
		var step string
		step, rest, _ = strings.Cut(rest, "/")
		o, _ := have.(object)
		have, _ = o.get(step)
	}
	if n.operator == "any" {
		entries, _ := have.([]string)
		return slices.ContainsFunc(entries, func(entry string) bool {
			return n.children[0].eval(func(string) any { return entry })
		})
	}
	if text, ok := have.(string); ok && n.lower {
		have = strings.ToLower(text)
	}
	return slices.ContainsFunc(n.values, func(want any) bool { return compare(n.operator, have, want, n.exact) })
}

// compare applies an operator.
func compare(operator string, have, want any, exact bool) bool {
	text, isText := have.(string)
	switch w := want.(type) {
	case nil:
		return (operator == "ne") != (have == nil)
	case bool:
		b, ok := have.(bool)
		return (operator == "ne") != (ok && b == w)
	case time.Time:
		moment, err := time.Parse(time.RFC3339Nano, text)
		return err == nil && ordered(operator, moment.Compare(w))
	case float64:
		number, err := strconv.ParseFloat(fmt.Sprint(have), 64)
		return err == nil && ordered(operator, int(max(-1, min(1, number-w))))
	case string:
		x, y := text, w
		if !exact {
			x, y = strings.ToLower(text), strings.ToLower(w)
		}
		switch operator {
		case "contains":
			return isText && strings.Contains(x, y)
		case "startswith":
			return isText && strings.HasPrefix(x, y)
		case "endswith":
			return isText && strings.HasSuffix(x, y)
		case "ne":
			return !isText || x != y
		default:
			return isText && ordered(operator, strings.Compare(x, y))
		}
	}
	return false
}

func ordered(operator string, order int) bool {
	switch operator {
	case "eq", "in":
		return order == 0
	case "ne":
		return order != 0
	case "gt":
		return order > 0
	case "ge":
		return order >= 0
	case "lt":
		return order < 0
	case "le":
		return order <= 0
	}
	return false
}

// parseFilter parses the part of the OData filter language that clients use here.
func parseFilter(text string) (*filterNode, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	tokens, err := scanFilter(text)
	if err != nil {
		return nil, err
	}
	p := &filterParser{tokens: tokens}
	node, err := p.disjunction()
	if err != nil {
		return nil, err
	}
	if p.at < len(p.tokens) {
		return nil, fmt.Errorf("unexpected %q", p.peek())
	}
	return node, nil
}

// scanFilter cuts a filter into words, quoted strings (with their opening quote kept as a mark) and punctuation.
func scanFilter(text string) ([]string, error) {
	var tokens []string
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == ' ' || c == '\t':
			i++
		case c == '(' || c == ')' || c == ',' || c == ':':
			tokens = append(tokens, string(c))
			i++
		case c == '\'':
			literal := "'"
			for i++; ; i++ {
				if i >= len(text) {
					return nil, errors.New("unterminated string literal")
				}
				if text[i] == '\'' {
					if i+1 < len(text) && text[i+1] == '\'' {
						i++ // a doubled quote stands for one
					} else {
						break
					}
				}
				literal += string(text[i])
			}
			i++
			tokens = append(tokens, literal)
		default:
			start := i
			for i < len(text) && !strings.ContainsRune(" \t(),'", rune(text[i])) && (text[i] != ':' || isMoment(text[start:i])) {
				i++
			}
			tokens = append(tokens, text[start:i])
		}
	}
	return tokens, nil
}

// isMoment says whether what was read so far is the beginning of a time, in which a colon is not punctuation.
func isMoment(text string) bool { return len(text) >= 11 && text[4] == '-' && text[10] == 'T' }

type filterParser struct {
	tokens []string
	at     int
}

func (p *filterParser) peek() string {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return ""
}

func (p *filterParser) next() string {
	token := p.peek()
	p.at++
	return token
}

func (p *filterParser) expect(token string) error {
	if got := p.next(); got != token {
		return fmt.Errorf("%q expected, found %q", token, got)
	}
	return nil
}

func (p *filterParser) disjunction() (*filterNode, error) {
	return p.chain("or", func() (*filterNode, error) { return p.chain("and", p.unary) })
}

func (p *filterParser) chain(operator string, operand func() (*filterNode, error)) (*filterNode, error) {
	left, err := operand()
	for err == nil && strings.EqualFold(p.peek(), operator) {
		p.next()
		var right *filterNode
		if right, err = operand(); err == nil {
			left = &filterNode{operator: operator, children: []*filterNode{left, right}}
		}
	}
	return left, err
}

func (p *filterParser) unary() (*filterNode, error) {
	switch {
	case strings.EqualFold(p.peek(), "not"):
		p.next()
		child, err := p.unary()
		return &filterNode{operator: "not", children: []*filterNode{child}}, err
	case p.peek() == "(":
		p.next()
		node, err := p.disjunction()
		if err != nil {
			return nil, err
		}
		return node, p.expect(")")
	}
	return p.comparison()
}

func (p *filterParser) comparison() (*filterNode, error) {
	word := strings.ToLower(p.peek())
	if slices.Contains([]string{"contains", "startswith", "endswith"}, word) {
		p.next()
		node := &filterNode{operator: word}
		if err := p.expect("("); err != nil {
			return nil, err
		}
		if err := p.operand(node); err != nil {
			return nil, err
		}
		if err := p.expect(","); err != nil {
			return nil, err
		}
		value, err := p.literal()
		if err != nil {
			return nil, err
		}
		node.values = []any{value}
		return node, p.expect(")")
	}
	node := &filterNode{}
	if err := p.operand(node); err != nil {
		return nil, err
	}
	if collection, ok := strings.CutSuffix(node.name, "/any"); ok && p.peek() == "(" {
		return p.anyOf(collection)
	}
	node.operator = strings.ToLower(p.next())
	if node.operator == "in" {
		return node, p.listOfLiterals(node)
	}
	if !slices.Contains([]string{"eq", "ne", "gt", "ge", "lt", "le"}, node.operator) {
		return nil, fmt.Errorf("unknown operator %q", node.operator)
	}
	value, err := p.literal()
	node.values = []any{value}
	return node, err
}

// operand reads a property, perhaps inside tolower.
func (p *filterParser) operand(node *filterNode) error {
	name := p.next()
	if strings.EqualFold(name, "tolower") && p.peek() == "(" {
		p.next()
		node.name, node.lower = p.next(), true
		return p.expect(")")
	}
	if name == "" || strings.ContainsAny(name[:1], "'(),:") {
		return fmt.Errorf("property expected, found %q", name)
	}
	node.name = name
	return nil
}

// anyOf reads the rest of collection/any(x:condition on x).
func (p *filterParser) anyOf(collection string) (*filterNode, error) {
	p.next()
	p.next() // the range variable, whose name does not matter
	if err := p.expect(":"); err != nil {
		return nil, err
	}
	condition, err := p.disjunction()
	if err != nil {
		return nil, err
	}
	return &filterNode{operator: "any", name: collection, children: []*filterNode{condition}}, p.expect(")")
}

func (p *filterParser) listOfLiterals(node *filterNode) error {
	if err := p.expect("("); err != nil {
		return err
	}
	for {
		value, err := p.literal()
		if err != nil {
			return err
		}
		node.values = append(node.values, value)
		if p.peek() != "," {
			return p.expect(")")
		}
		p.next()
	}
}

func (p *filterParser) literal() (any, error) {
	token := p.next()
	if text, ok := strings.CutPrefix(token, "'"); ok {
		return text, nil
	}
	switch strings.ToLower(token) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	case "":
		return nil, errors.New("value expected")
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if moment, err := time.Parse(layout, token); err == nil {
			return moment, nil
		}
	}
	if number, err := strconv.ParseFloat(token, 64); err == nil {
		return number, nil
	}
	return nil, fmt.Errorf("value expected, found %q", token)
}
