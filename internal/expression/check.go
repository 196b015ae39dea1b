// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"fmt"
	"slices"
	"strings"
)

// CheckOptions tells where an expression stands.
type CheckOptions struct {
	CreateOnly        bool     // the mapping is applied only when an object is created
	MatchingAttribute bool     // the mapping's target is a matching attribute
	ExtraFunctions    []string // names functions that the job is known to offer although the documentation does not say so
}

// Check parses a text and returns everything that is wrong or doubtful, in the order of the text.
func Check(text string, options CheckOptions) Problems {
	c := &collector{text: text}
	if root := parse(text, c); root != nil {
		checkTree(root, c, options)
	}
	return c.sorted()
}

// Check is like the function [Check] for an expression that has been parsed.
func (e *Expression) Check(options CheckOptions) Problems {
	c := &collector{text: e.text}
	checkTree(e.root, c, options)
	return c.sorted()
}

func checkTree(root node, problems *collector, options CheckOptions) {
	c := &checker{collector: problems, options: options, root: root}
	// What the parser could not read it has reported; the calls that it did read are judged all the same.
	problems.muted = false
	if n, ok := root.(*numberNode); ok {
		c.warnf(n.at(), "A number alone is not a documented form of an expression.", fmt.Sprintf("Write `\"%s\"`.", n.raw))
	}
	c.visit(root, nil)
}

// checker walks a tree and collects what is wrong with its meaning.
type checker struct {
	*collector
	options CheckOptions
	root    node
}

// visit checks one node and everything below it. parameter is what the node is an argument for, nil if that is unknown.
func (c *checker) visit(n node, parameter *Parameter) {
	switch n := n.(type) {
	case *attributeNode:
		c.attribute(n)
	case *textNode:
		c.escapes(n)
	case *wordNode:
		c.word(n, parameter)
	case *comparisonNode:
		c.visit(n.left, comparisonSide)
		c.visit(n.right, comparisonSide)
	case *concatNode:
		c.warnf(n.operator, "The operator `&` is documented for Entra Connect and cloud sync, not for provisioning.", "Use `Join` or `Append`.")
		c.visit(n.left, comparisonSide)
		c.visit(n.right, comparisonSide)
	case *callNode:
		c.call(n)
	}
}

// comparisonSide stands for the operands of operators, which take any value.
var comparisonSide = &Parameter{Kind: KindAny}

// attribute warns of names that look like a bracket in the wrong place.
func (c *checker) attribute(n *attributeNode) {
	switch {
	case strings.TrimSpace(n.name) != n.name:
		c.warnf(n.at(), fmt.Sprintf("The spaces inside the brackets are part of the attribute name `%s`.", shorten(n.name)), "Remove them.")
	case strings.ContainsAny(n.name, ",\r\n"):
		c.warnf(n.at(), fmt.Sprintf("`%s` is read as one attribute name.", shorten(n.name)), "Check where its closing bracket belongs.")
	}
}

// escapes warns of backslashes whose meaning is not documented.
func (c *checker) escapes(n *textNode) {
	for i := 1; i < len(n.raw)-1; i++ {
		if n.raw[i] != '\\' {
			continue
		}
		i++
		if n.raw[i] != '\\' && n.raw[i] != '"' {
			at := n.span.start + i - 1
			c.warnf(span{at, at + 2}, "Only `\\\\` and `\\\"` are documented after a backslash; this backslash is read literally.",
				"Double the backslash.")
			return
		}
	}
}

// word checks a bare word against what its place accepts.
func (c *checker) word(n *wordNode, parameter *Parameter) {
	if parameter == nil {
		return
	}
	switch strings.ToLower(n.name) {
	case "true", "false":
		c.warnf(n.at(), fmt.Sprintf("The unquoted word `%s` is not documented for provisioning.", n.name), "Put it in double quotes.")
	case "null":
		c.warnf(n.at(), fmt.Sprintf("The unquoted word `%s` is not documented for provisioning.", n.name), "Leave the argument empty, or use `\"\"`.")
	case "ignoreattributeflow", "ignoreobjectflow":
		c.warnf(n.at(), fmt.Sprintf("`%s` occurs in one guide only and is not part of the documented language.", n.name),
			"`IgnoreFlowIfNullOrEmpty` is the documented way to leave a target unchanged.")
	default:
		if parameter.Kind == KindWord {
			c.wordFor(n.at(), n.name, parameter)
			return
		}
		c.errorf(n.at(), fmt.Sprintf("The word `%s` is not allowed here.", n.name), "Put text in double quotes.")
	}
}

// wordFor checks the spelling of a word for a parameter that takes one of a few.
func (c *checker) wordFor(at span, name string, parameter *Parameter) {
	for _, w := range parameter.Words {
		if w == name {
			return
		}
		if strings.EqualFold(w, name) {
			c.warnf(at, fmt.Sprintf("`%s` is documented as `%s`.", name, w), "")
			return
		}
	}
	c.errorf(at, fmt.Sprintf("`%s` is not a value of `%s`.", shorten(name), parameter.Name), fmt.Sprintf("Write %s.", alternatives(parameter.Words)))
}

// alternatives lists words for a message.
func alternatives(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = "`" + w + "`"
	}
	return strings.Join(quoted, " or ")
}

// call checks a function call and its arguments.
func (c *checker) call(n *callNode) {
	opted := slices.Contains(c.options.ExtraFunctions, n.name)
	f := n.function
	if f == nil {
		c.unknown(n, opted)
		for _, arg := range n.args {
			c.visit(arg, nil)
		}
		return
	}
	if n.name != f.Name && !opted {
		c.warnf(n.nameSpan, fmt.Sprintf("The language is case-sensitive, and `%s` is documented as `%s`.", n.name, f.Name), "")
	}
	if !opted {
		c.availability(n)
	}
	if !n.unclosed && c.arity(n) {
		c.arguments(n)
		if f.check != nil {
			f.check(c, n)
		}
	}
	if f.checkPlace != nil {
		f.checkPlace(c, n)
	}
	for i, arg := range n.args {
		parameter := n.parameter(i)
		if parameter == nil {
			parameter = comparisonSide
		}
		c.visit(arg, parameter)
	}
}

// unknown reports a function that is not in the table.
func (c *checker) unknown(n *callNode, opted bool) {
	name := shorten(n.name)
	instead, connect := connectFunction(n.name)
	switch {
	case opted && connect:
		c.warnf(n.nameSpan, fmt.Sprintf("`%s` is a function of Entra Connect and not documented for provisioning.", name), "")
	case opted:
	case connect:
		suggestion := ""
		if instead != "" {
			suggestion = fmt.Sprintf("Use %s.", instead)
		}
		c.errorf(n.nameSpan, fmt.Sprintf("`%s` is a function of Entra Connect, not available in provisioning.", name), suggestion)
	case isLogicalWord(n.name):
		c.errorf(n.nameSpan, fmt.Sprintf("There is no function `%s`.", name), noLogicalOperators)
	default:
		suggestion := ""
		if near := nearestFunction(n.name); near != "" {
			suggestion = fmt.Sprintf("Did you mean `%s`?", near)
		}
		c.errorf(n.nameSpan, fmt.Sprintf("There is no function `%s`.", name), suggestion)
	}
}

// availability warns of functions that the job may not have.
func (c *checker) availability(n *callNode) {
	switch n.function.Availability {
	case EveryJob:
	case OnPremisesAD:
		c.warnf(n.nameSpan, fmt.Sprintf("`%s` works only in jobs that write to on-premises Active Directory.", n.function.Name), "")
	case CloudSync, ListedOnly:
		c.warnf(n.nameSpan, fmt.Sprintf("`%s` is not documented for application provisioning (%s).", n.function.Name, n.function.Availability),
			"Make sure that the job's list of functions has it.")
	}
}

// arity checks the number of argument slots and that required ones are filled.
func (c *checker) arity(n *callNode) bool {
	f := n.function
	form := fmt.Sprintf("Its form is `%s`.", f.Signature())
	least, most := f.slots()
	count := len(n.args)
	switch {
	case count < least && (!n.older() || slices.ContainsFunc(n.args, omitted)):
		c.errorf(n.at(), fmt.Sprintf("`%s` has %s but needs %s.", f.Name, arguments(count), atLeast(least, most)), form)
		return false
	case most >= 0 && count > most:
		c.errorf(span{n.args[most].at().start, n.args[count-1].at().end},
			fmt.Sprintf("`%s` has %s but accepts %s.", f.Name, arguments(count), atMost(least, most)), form)
		return false
	case f.Repeat > 1 && (count-f.fixed())%f.Repeat != 0: // a Switch
		c.errorf(n.at(), fmt.Sprintf("`%s` has %s; it needs an even number: the source, the default, and pairs of a key and a value.", f.Name, arguments(count)),
			"Mark an omitted default with a comma, as in `Switch([a], , \"key\", \"value\")`.")
		return false
	}
	ok := true
	for i, arg := range n.args {
		if omitted(arg) && !n.parameter(i).Optional {
			c.errorf(arg.at(), fmt.Sprintf("The argument `%s` of `%s` is required but empty.", n.parameter(i).Name, f.Name), form)
			ok = false
		}
	}
	return ok
}

// arguments writes a count of arguments for a message.
func arguments(n int) string {
	switch n {
	case 0:
		return "no argument"
	case 1:
		return "1 argument"
	default:
		return fmt.Sprintf("%d arguments", n)
	}
}

func atLeast(least, most int) string {
	if least == most {
		return fmt.Sprint(least)
	}
	return fmt.Sprintf("at least %d", least)
}

func atMost(least, most int) string {
	switch {
	case most == 0:
		return "none"
	case least == most:
		return fmt.Sprint(most)
	default:
		return fmt.Sprintf("at most %d", most)
	}
}

// arguments checks constants and calls against the kind of their parameter, where the outcome is certain.
func (c *checker) arguments(n *callNode) {
	for i, arg := range n.args {
		parameter := n.parameter(i)
		value, fixed := constant(arg)
		switch parameter.Kind {
		case KindInteger:
			c.integer(n, parameter, arg)
		case KindDate:
			c.notBoolean(n, parameter, arg)
			if _, ok := parseDate(value); fixed && !ok {
				c.warnf(arg.at(), fmt.Sprintf("`%s` does not look like a date.", shorten(value)), "Write it as in `2025-01-31` or `2025-01-31T08:00:00Z`.")
			}
		case KindDateText:
			c.notBoolean(n, parameter, arg)
		case KindWord:
			if fixed {
				c.quotedWord(arg.at(), value, parameter)
			}
		case KindText, KindBoolean, KindList, KindAny:
		}
	}
}

func (c *checker) integer(n *callNode, parameter *Parameter, arg node) {
	if value, ok := constant(arg); ok {
		switch {
		case !isNumeric(value):
			c.errorf(arg.at(), fmt.Sprintf("The argument `%s` of `%s` must be a number, not `%s`.", parameter.Name, n.function.Name, shorten(value)), "")
		case strings.Contains(value, "."):
			c.warnf(arg.at(), fmt.Sprintf("The argument `%s` of `%s` is documented as a whole number.", parameter.Name, n.function.Name), "")
		}
		return
	}
	if kind, ok := yields(arg); ok && (kind == KindBoolean || kind == KindDate) {
		c.errorf(arg.at(), fmt.Sprintf("The argument `%s` of `%s` must be a number, but this is a %s.", parameter.Name, n.function.Name, kind), "")
	}
}

// notBoolean reports a Boolean where only a date will do.
func (c *checker) notBoolean(n *callNode, parameter *Parameter, arg node) {
	if kind, ok := yields(arg); ok && kind == KindBoolean {
		c.errorf(arg.at(), fmt.Sprintf("The argument `%s` of `%s` must be a date, but this is a Boolean.", parameter.Name, n.function.Name), "")
	}
}

// quotedWord judges text in quotes where a bare word is documented.
func (c *checker) quotedWord(at span, value string, parameter *Parameter) {
	for _, w := range parameter.Words {
		if strings.EqualFold(w, value) {
			c.warnf(at, fmt.Sprintf("`%s` is documented as an unquoted word.", w), "Remove the quotes.")
			return
		}
	}
	c.warnf(at, fmt.Sprintf("`%s` is not a documented value of `%s`.", shorten(value), parameter.Name), fmt.Sprintf("Write %s.", alternatives(parameter.Words)))
}
