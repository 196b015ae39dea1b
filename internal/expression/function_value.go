// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"fmt"
	"slices"
	"strings"
)

// same returns the first argument.
func (c *invocation) same() Value { return c.args[0] }

func (c *invocation) bitAnd() Value { return number(c.integer(0) & c.integer(1)) }

// cBool reads zero as False and other numbers as True. Of other text it knows only True and False.
func (c *invocation) cBool() Value {
	v := c.one(0)
	text := strings.TrimSpace(v.text)
	switch {
	case v.isNullOrEmpty() || strings.EqualFold(text, "false"):
		return boolean(false)
	case strings.EqualFold(text, "true"):
		return boolean(true)
	}
	if n, ok := parseDecimal(text); ok {
		return boolean(n != decimal{})
	}
	if n, ok := parseInteger(text); ok {
		return boolean(n != 0)
	}
	return c.failArgument(0, "`CBool` cannot read %s as a Boolean.", c.shown(0, v.text))
}

func (c *invocation) coalesce() Value {
	for i := range c.args {
		if v := c.use(i); c.err != nil || !v.IsNull() {
			return v
		}
	}
	return Null()
}

func (c *invocation) count() Value { return number(int64(len(c.args[0].Values()))) }

// raise fails as the function's author wants.
func (c *invocation) raise() Value {
	text := c.text(0)
	if _, ok := c.node.constant(0); !ok {
		return c.fail(c.node, nil, "The expression stops with its own error.")
	}
	return c.fail(c.node, nil, "The expression stops with an error: %s.", strings.TrimSuffix(text, "."))
}

func (c *invocation) ignoreFlowIfNullOrEmpty() Value {
	if c.args[0].isNullOrEmpty() {
		return Ignored()
	}
	return c.args[0]
}

func (c *invocation) iif() Value {
	switch condition := c.one(0); {
	case c.err != nil || condition.kind == ValueIgnored:
		return condition
	case truth(condition):
		return c.use(1)
	default:
		return c.use(2)
	}
}

// truth reports whether a value counts as True: the word in any case, or a number other than zero.
func truth(v Value) bool {
	text := strings.TrimSpace(v.text)
	if strings.EqualFold(text, "true") {
		return true
	}
	n, ok := parseDecimal(text)
	return ok && n != decimal{}
}

func checkCondition(c *checker, n *callNode) {
	const fallback = "Use `Coalesce([a], [b])` for the first value that is not empty, or `Switch([a], [a], \"\", \"fallback\")` for a fixed one."
	if name, ok := callOf(n.args[0], "IsNull", "IsNullOrEmpty", "IsPresent", "IsNothing"); ok {
		c.warnf(n.args[0].at(), fmt.Sprintf("`IIF` over `%s` is documented as not supported.", name), fallback)
		return
	}
	comparison, ok := n.args[0].(*comparisonNode)
	tested := n.args[:1]
	if ok {
		tested = []node{comparison.left, comparison.right}
	}
	for _, one := range tested {
		if _, ignores := callOf(one, "IgnoreFlowIfNullOrEmpty"); ignores {
			c.warnf(one.at(), "`IgnoreFlowIfNullOrEmpty` in the condition of `IIF` is documented as not supported.", "Put it around the whole expression: `IgnoreFlowIfNullOrEmpty(IIF(…))`.")
			return
		}
	}
	if !ok {
		if kind, ok := yields(n.args[0]); !ok || kind != KindBoolean && kind != KindAny {
			c.warnf(n.args[0].at(), "The condition of `IIF` should be a comparison or a function that returns a Boolean.", "Compare, as in `[a] = \"True\"`.")
		}
		return
	}
	for _, side := range []node{comparison.left, comparison.right} {
		if value, ok := constant(side); ok && value == "" {
			c.warnf(comparison.at(), "`IIF` cannot test for empty text: its condition fails whenever the attribute is null or empty.", fallback)
		}
	}
}

func isNull(v Value) bool { return v.IsNull() || v.kind == ValueList && len(v.list) == 0 }

func isPresent(v Value) bool { return !v.isNullOrEmpty() }

func isString(v Value) bool {
	v, ok := v.single()
	return ok && v.kind == ValueString
}

func (c *invocation) item() Value {
	index, values := c.size(1), c.args[0].Values()
	if index < 1 || index > len(values) {
		return c.failArgument(1, "`Item` refers to value %d of %d.", index, len(values))
	}
	return String(values[index-1])
}

func checkItem(c *checker, n *callNode) {
	if index, ok := n.whole(1); ok && index < 1 {
		c.warnf(n.args[1].at(), "`Item` counts from 1.", "")
	}
}

func (c *invocation) not() Value { return boolean(!strings.EqualFold(c.text(0), "true")) }

func (c *invocation) removeDuplicates() Value {
	v := c.args[0]
	if v.kind != ValueList {
		return v
	}
	seen := make(map[string]bool, len(v.list))
	out := slices.DeleteFunc(slices.Clone(v.list), func(s string) bool {
		before := seen[s]
		seen[s] = true
		return before
	})
	return List(out...)
}

// singleRole returns the first role; the documentation leaves open which one it is when there are several.
func (c *invocation) singleRole() Value {
	if values := c.args[0].Values(); len(values) > 0 {
		return String(values[0])
	}
	return Null()
}

func checkRoles(c *checker, n *callNode) {
	if a, ok := n.args[0].(*attributeNode); !ok || a.name != "appRoleAssignments" {
		c.warnf(n.args[0].at(), fmt.Sprintf("`%s` is documented for `[appRoleAssignments]` only.", n.function.Name), "")
	}
}

// switchCall compares the source with the keys from left to right. A null source equals the empty key.
func (c *invocation) switchCall() Value {
	source := c.one(0)
	if c.err != nil || source.kind == ValueIgnored {
		return source
	}
	for i := 2; i+1 < len(c.args); i += 2 {
		if !c.given(i) {
			continue
		}
		key := c.one(i)
		if c.err != nil || key.kind == ValueIgnored {
			return key
		}
		if key.text == source.text {
			return c.use(i + 1)
		}
	}
	return c.use(1)
}

func checkSwitch(c *checker, n *callNode) {
	if name, ok := callOf(n.args[0], "IsNull", "IsNullOrEmpty", "IsPresent"); ok {
		c.warnf(n.args[0].at(), fmt.Sprintf("`Switch` over `%s` is documented as not supported.", name),
			"Use `Switch([a], [a], \"\", \"fallback\")` for a fallback value.")
	}
	if _, ok := n.args[0].(*comparisonNode); ok {
		c.warnf(n.args[0].at(), "`Switch` compares its source with each key; pairs of a condition and a value are for Entra Connect.", "Use `IIF` for conditions.")
	}
	if a, ok := n.args[0].(*attributeNode); ok && n.given(1) && len(n.args) > 2 && !sameAttribute(n.args[1], a) {
		c.warnf(n.nameSpan, fmt.Sprintf("This `Switch` has a default and may set null in the target: a cycle may not include `[%s]` if it did not change.", shorten(a.name)),
			"Microsoft suggests nested `IIF` instead.")
	}
	if len(n.args) == 2 {
		c.warnf(n.at(), "This `Switch` has no pair of a key and a value.", "")
	}
	seen := map[string]bool{}
	for i := 2; i < len(n.args); i++ {
		if !n.given(i) {
			c.warnf(n.args[i].at(), "The meaning of an empty key or value of `Switch` is not documented.", "Write `\"\"` for empty text.")
			continue
		}
		if key, ok := n.constant(i); ok && i%2 == 0 {
			if seen[key] {
				c.warnf(n.args[i].at(), fmt.Sprintf("The key `%s` is a duplicate; the first one is used.", shorten(key)), "")
			}
			seen[key] = true
		}
	}
}

// sameAttribute reports whether a node is the attribute itself, as in the documented fallback `Switch([a], [a], "", "b")`.
func sameAttribute(n node, a *attributeNode) bool {
	other, ok := n.(*attributeNode)
	return ok && other.name == a.name
}

// defaultDomain is the caller's to know.
func (c *invocation) defaultDomain() Value {
	if c.options.DefaultDomain == nil {
		return c.fail(c.node, ErrNeedsDomain, "`DefaultDomain` needs the default domain of the tenant, which is not set.")
	}
	return c.result(*c.options.DefaultDomain)
}

// selectUniqueValue evaluates the rules one after another until one yields a value that the target does not have.
func (c *invocation) selectUniqueValue() Value {
	for _, arg := range c.node.args {
		v, ok := c.eval(arg).single()
		switch {
		case !ok:
			return c.fail(arg, nil, "A rule of `SelectUniqueValue` must return one value.")
		case c.err != nil || v.kind == ValueIgnored:
			return v
		case v.text != "" && !containsFold(c.options.Existing, v.text):
			return v
		}
	}
	return c.fail(c.node, ErrNotUnique, "All values that `SelectUniqueValue` offers already exist.")
}

// checkUniqueValue checks where SelectUniqueValue stands.
func checkUniqueValue(c *checker, n *callNode) {
	if c.root != n {
		c.errorf(n.nameSpan, "`SelectUniqueValue` must be the outermost function.", "Move the other functions into its arguments.")
	}
	if !c.options.CreateOnly {
		c.warnf(n.nameSpan, "`SelectUniqueValue` works only in a mapping that is applied when the object is created.", "")
	}
	if c.options.MatchingAttribute {
		c.warnf(n.nameSpan, "`SelectUniqueValue` cannot be the source of a matching attribute.", "")
	}
}
