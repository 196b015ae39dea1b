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

// orders are the outcomes of a comparison with which an operator holds.
var orders = map[string][]int{"eq": {0}, "in": {0}, "ne": {-1, 1}, "gt": {1}, "ge": {0, 1}, "lt": {-1}, "le": {-1, 0}}

func ordered(operator string, order int) bool { return slices.Contains(orders[operator], order) }

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
	node := p.disjunction()
	if p.at < len(p.tokens) {
		p.fail("unexpected %q", p.peek())
	}
	return node, p.err
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

// filterParser reads tokens. After the first error nothing that is read counts anymore, so the methods need not look
// for errors after each token.
type filterParser struct {
	tokens []string
	at     int
	err    error
}

func (p *filterParser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
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

func (p *filterParser) expect(token string) {
	if got := p.next(); got != token {
		p.fail("%q expected, found %q", token, got)
	}
}

func (p *filterParser) disjunction() *filterNode {
	return p.chain("or", func() *filterNode { return p.chain("and", p.unary) })
}

func (p *filterParser) chain(operator string, operand func() *filterNode) *filterNode {
	left := operand()
	for p.err == nil && strings.EqualFold(p.peek(), operator) {
		p.next()
		left = &filterNode{operator: operator, children: []*filterNode{left, operand()}}
	}
	return left
}

func (p *filterParser) unary() *filterNode {
	switch {
	case strings.EqualFold(p.peek(), "not"):
		p.next()
		return &filterNode{operator: "not", children: []*filterNode{p.unary()}}
	case p.peek() == "(":
		p.next()
		node := p.disjunction()
		p.expect(")")
		return node
	}
	return p.comparison()
}

func (p *filterParser) comparison() *filterNode {
	node := &filterNode{}
	if word := strings.ToLower(p.peek()); slices.Contains([]string{"contains", "startswith", "endswith"}, word) {
		p.next()
		node.operator = word
		p.expect("(")
		p.operand(node)
		p.expect(",")
		node.values = []any{p.literal()}
		p.expect(")")
		return node
	}
	p.operand(node)
	if collection, ok := strings.CutSuffix(node.name, "/any"); ok && p.peek() == "(" {
		return p.anyOf(collection)
	}
	switch node.operator = strings.ToLower(p.next()); node.operator {
	case "in":
		node.values = p.listOfLiterals()
	case "eq", "ne", "gt", "ge", "lt", "le":
		node.values = []any{p.literal()}
	default:
		p.fail("unknown operator %q", node.operator)
	}
	return node
}

// operand reads a property, perhaps inside tolower.
func (p *filterParser) operand(node *filterNode) {
	node.name = p.next()
	switch {
	case strings.EqualFold(node.name, "tolower") && p.peek() == "(":
		p.next()
		node.name, node.lower = p.next(), true
		p.expect(")")
	case node.name == "" || strings.ContainsAny(node.name[:1], "'(),:"):
		p.fail("property expected, found %q", node.name)
	}
}

// anyOf reads the rest of collection/any(x:condition on x).
func (p *filterParser) anyOf(collection string) *filterNode {
	p.next()
	p.next() // the range variable, whose name does not matter
	p.expect(":")
	condition := p.disjunction()
	p.expect(")")
	return &filterNode{operator: "any", name: collection, children: []*filterNode{condition}}
}

func (p *filterParser) listOfLiterals() []any {
	p.expect("(")
	values := []any{p.literal()}
	for p.peek() == "," {
		p.next()
		values = append(values, p.literal())
	}
	p.expect(")")
	return values
}

func (p *filterParser) literal() any {
	token := p.next()
	if text, ok := strings.CutPrefix(token, "'"); ok {
		return text
	}
	switch strings.ToLower(token) {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	case "":
		p.fail("value expected")
		return nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if moment, err := time.Parse(layout, token); err == nil {
			return moment
		}
	}
	number, err := strconv.ParseFloat(token, 64)
	if err != nil {
		p.fail("value expected, found %q", token)
	}
	return number
}
