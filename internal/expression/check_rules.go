// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"fmt"
	"strconv"
	"strings"
)

// callRules are the checks that concern one function only. They run on calls whose number of arguments is right.
var callRules = map[string]func(*checker, *callNode){
	"AppRoleAssignmentsComplex":          (*checker).roles,
	"AssertiveAppRoleAssignmentsComplex": (*checker).roles,
	"SingleAppRoleAssignment":            (*checker).roles,
	"DateAdd":                            (*checker).interval,
	"DateDiff":                           (*checker).interval,
	"FormatDateTime":                     (*checker).formatDateTime,
	"IIF":                                (*checker).condition,
	"Item":                               (*checker).item,
	"Join":                               (*checker).join,
	"Mid":                                (*checker).mid,
	"RandomString":                       (*checker).randomString,
	"Replace":                            (*checker).replace,
	"Split":                              (*checker).split,
	"Switch":                             (*checker).switchCall,
	"ToLower":                            (*checker).culture,
	"ToUpper":                            (*checker).culture,
}

// given reports whether a slot exists and is not empty.
func (n *callNode) given(slot int) bool {
	if slot >= len(n.args) {
		return false
	}
	_, omitted := n.args[slot].(*omittedNode)
	return !omitted
}

// constant returns the value of a slot that holds text or a number.
func (n *callNode) constant(slot int) (string, bool) {
	if slot >= len(n.args) {
		return "", false
	}
	return constant(n.args[slot])
}

// calls reports whether a node is a call of one of the functions.
func calls(n node, names ...string) (string, bool) {
	call, ok := n.(*callNode)
	if !ok || call.function == nil {
		return "", false
	}
	for _, name := range names {
		if call.function.Name == name {
			return name, true
		}
	}
	return "", false
}

// uniqueValue checks where SelectUniqueValue stands.
func (c *checker) uniqueValue(n *callNode, outermost bool) {
	if !outermost {
		c.errorf(n.nameSpan, "`SelectUniqueValue` must be the outermost function.", "Move the other functions into its arguments.")
	}
	if !c.options.CreateOnly {
		c.warnf(n.nameSpan, "`SelectUniqueValue` works only in a mapping that is applied when the object is created.", "")
	}
	if c.options.MatchingAttribute {
		c.warnf(n.nameSpan, "`SelectUniqueValue` cannot feed a matching attribute.", "")
	}
}

func (c *checker) roles(n *callNode) {
	if a, ok := n.args[0].(*attributeNode); !ok || a.name != "appRoleAssignments" {
		c.warnf(n.args[0].at(), fmt.Sprintf("`%s` is documented for `[appRoleAssignments]` only.", n.function.Name), "")
	}
}

func (c *checker) interval(n *callNode) {
	value, ok := n.constant(0)
	if ok && !isInterval(value) {
		c.warnf(n.args[0].at(), fmt.Sprintf("`%s` is not a documented interval.", shorten(value)),
			"Intervals are `yyyy` (year), `m` (month), `d` (day), `ww` (week), `h` (hour), `n` (minute) and `s` (second), in lower case.")
	}
}

// isInterval reports whether the text is one of the documented intervals.
func isInterval(s string) bool {
	switch s {
	case "yyyy", "m", "d", "ww", "h", "n", "s":
		return true
	default:
		return false
	}
}

// isShortFormat reports whether a call has the older form of FormatDateTime, without the slot for styles.
func isShortFormat(n *callNode) bool {
	return len(n.args) == 3 && n.given(0) && n.given(1) && n.given(2)
}

func (c *checker) formatDateTime(n *callNode) {
	input := 2
	if len(n.args) == 3 {
		input = 1
		c.warnf(n.at(), "`FormatDateTime` with three arguments is an older form that the service may refuse.",
			"Keep the place of the styles with a comma: `FormatDateTime(source, , inputFormat, outputFormat)`.")
	} else if styles, ok := n.constant(1); ok {
		if _, err := parseStyles(styles); err != nil {
			c.warnf(n.args[1].at(), fmt.Sprintf("`%s` is not a .NET DateTimeStyles value.", shorten(styles)), "")
		}
	}
	for slot := input; slot <= input+1; slot++ {
		format, ok := n.constant(slot)
		if !ok {
			continue
		}
		if len(format) == 1 {
			c.warnf(n.args[slot].at(), fmt.Sprintf("A format of one letter is a standard .NET format, not the custom format `%s`.", format),
				fmt.Sprintf("Write `%%%s` for the custom format.", format))
		}
		if _, err := compileFormat(format); err != nil {
			c.warnf(n.args[slot].at(), fmt.Sprintf("The date format is not valid: %s.", err), "")
		}
	}
}

func (c *checker) condition(n *callNode) {
	const fallback = "Use `Switch([a], [a], \"\", \"fallback\")` for a fallback value."
	if name, ok := calls(n.args[0], "IsNull", "IsNullOrEmpty", "IsPresent", "IsNothing"); ok {
		c.warnf(n.args[0].at(), fmt.Sprintf("`IIF` over `%s` is documented as not supported.", name), fallback)
		return
	}
	comparison, ok := n.args[0].(*comparisonNode)
	if !ok {
		if kind, ok := yields(n.args[0]); !ok || kind != KindBoolean && kind != KindAny {
			c.warnf(n.args[0].at(), "The condition of `IIF` should be a comparison or a function that yields a Boolean.", "Compare, as in `[a] = \"True\"`.")
		}
		return
	}
	for _, side := range []node{comparison.left, comparison.right} {
		if value, ok := constant(side); ok && value == "" {
			c.warnf(comparison.at(), "`IIF` cannot test for empty text: its condition fails whenever the attribute is null or empty.", fallback)
		}
	}
}

func (c *checker) item(n *callNode) {
	if value, ok := n.constant(1); ok {
		if index, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && index < 1 {
			c.warnf(n.args[1].at(), "`Item` counts from 1.", "")
		}
	}
}

func (c *checker) join(n *callNode) {
	_, separatorFixed := n.constant(0)
	if _, ok := n.constant(1); ok && len(n.args) == 2 && !separatorFixed {
		c.warnf(n.args[0].at(), "`Join` takes the separator first; the other order belongs to Entra Connect.", "Write `Join(\", \", [a])`.")
	}
}

func (c *checker) mid(n *callNode) {
	if value, ok := n.constant(1); ok {
		if start, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && start < 1 {
			c.warnf(n.args[1].at(), "`Mid` counts from 1; what a smaller start does is not documented.", "")
		}
	}
}

func (c *checker) randomString(n *callNode) {
	numbers := make([]int, 5)
	for i := range numbers {
		value, ok := n.constant(i)
		number, err := strconv.Atoi(strings.TrimSpace(value))
		if !ok || err != nil {
			return
		}
		if number < 0 {
			c.errorf(n.args[i].at(), fmt.Sprintf("The argument `%s` of `RandomString` cannot be negative.", n.function.Parameters[i].Name), "")
			return
		}
		numbers[i] = number
	}
	if numbers[0] > maxRandomLength {
		c.errorf(n.args[0].at(), fmt.Sprintf("`RandomString` yields at most %d characters.", maxRandomLength), "")
		return
	}
	if sum := numbers[1] + numbers[2] + numbers[3] + numbers[4]; sum > numbers[0] {
		c.errorf(n.args[0].at(), fmt.Sprintf("The length %d is less than the sum of the minimum counts, %d.", numbers[0], sum), "")
	}
}

func (c *checker) split(n *callNode) {
	if value, ok := n.constant(1); ok && value == "" {
		c.warnf(n.args[1].at(), "`Split` needs a delimiter.", "")
	}
}

func (c *checker) culture(n *callNode) {
	if value, ok := n.constant(1); ok {
		if _, err := parseCulture(value); err != nil {
			c.warnf(n.args[1].at(), fmt.Sprintf("`%s` is not the name of a culture.", shorten(value)), "Write it as in `en-US`.")
		}
	}
}

func (c *checker) switchCall(n *callNode) {
	if name, ok := calls(n.args[0], "IsNull", "IsNullOrEmpty", "IsPresent"); ok {
		c.warnf(n.args[0].at(), fmt.Sprintf("`Switch` over `%s` is documented as not supported.", name),
			"Use `Switch([a], [a], \"\", \"fallback\")` for a fallback value.")
	}
	if _, ok := n.args[0].(*comparisonNode); ok {
		c.warnf(n.args[0].at(), "`Switch` compares its source with each key; pairs of condition and value belong to Entra Connect.", "Use `IIF` for conditions.")
	}
	if len(n.args) == 2 {
		c.warnf(n.at(), "This `Switch` has no pair of key and value.", "")
	}
	seen := map[string]bool{}
	for i := 2; i < len(n.args); i++ {
		if !n.given(i) {
			c.warnf(n.args[i].at(), "What an empty key or value of `Switch` means is not documented.", "Write `\"\"` for empty text.")
			continue
		}
		if key, ok := n.constant(i); ok && i%2 == 0 {
			if seen[key] {
				c.warnf(n.args[i].at(), fmt.Sprintf("The key `%s` occurred before; the first one wins.", shorten(key)), "")
			}
			seen[key] = true
		}
	}
}
