// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// The reasons why an evaluation can fail besides the values themselves. Test for them with [errors.Is].
var (
	ErrInvalid     = errors.New("the expression is not valid")    // the expression breaks a rule that [Check] reports
	ErrOffline     = errors.New("cannot be computed offline")     // only the service can compute the function
	ErrNeedsNow    = errors.New("needs the current time")         // the expression depends on the current time, which was not given
	ErrNeedsSeed   = errors.New("needs a seed for random values") // the expression yields random values and no seed was given
	ErrNeedsDomain = errors.New("needs the default domain")       // the expression depends on the tenant's default domain, which was not given
	ErrNotUnique   = errors.New("no unique value")                // the target already has all the values that SelectUniqueValue offers
	ErrLimit       = errors.New("limit reached")                  // a guard rail stopped the evaluation
)

// EvalError is why an expression has no outcome for the given attributes. Its message quotes
// constants of the expression, never what an attribute holds.
type EvalError struct {
	// Problem holds the message and the place in the text.
	Problem Problem
	reason  error
}

// Error returns the message with its position.
func (e *EvalError) Error() string { return e.Problem.Error() }

// Unwrap returns the reason, one of the Err variables, or nil if a value does not suit a function.
func (e *EvalError) Unwrap() error { return e.reason }

// Options are the surroundings in which an expression is evaluated.
type Options struct {
	// Attributes are the source attributes by exact name. A missing one is null.
	Attributes map[string]Value
	// Now is the current time. Without it, expressions that depend on it fail with [ErrNeedsNow].
	Now *time.Time
	// Existing are the values that the target already has, for SelectUniqueValue.
	Existing []string
	// DefaultDomain is the default verified domain of the tenant. Without it, DefaultDomain fails with [ErrNeedsDomain].
	DefaultDomain *string
	// Doubt is told where a branch that IIF, Switch or Coalesce does not choose fails: Microsoft's pages contradict each other
	// on whether the service evaluates it, and then fails as a whole. The evaluation continues. Without it, the whole fails.
	Doubt func(Problem)
	// Seed makes random values repeatable. Without it, Guid and RandomString fail with [ErrNeedsSeed].
	Seed *string
}

// What an evaluation may cost.
const (
	maxSteps = 100_000 // how many nodes and list elements may be visited
	maxBytes = 4 << 20 // how much text all functions together may produce
)

// Evaluate computes the expression. The error is an [*EvalError].
//
// Arguments are evaluated before the function that takes them, also those of the branch that IIF or Switch does not
// choose, because the service is reported to do so; see [Options.Doubt]. The exception is SelectUniqueValue, which stops at
// the first value that is free.
func Evaluate(e *Expression, options Options) (Value, error) {
	e.bind.Do(e.checkCalls)
	if e.bindErr != nil {
		return Value{}, e.bindErr
	}
	ev := &evaluation{expression: e, options: options}
	v := ev.eval(e.root)
	if ev.err != nil {
		return Value{}, ev.err
	}
	return v, nil
}

// checkCalls notes the first reason why a call cannot be evaluated.
func (e *Expression) checkCalls() {
	if errs := e.Check(CheckOptions{ExtraFunctions: e.Calls()}).Errors(); len(errs) > 0 {
		e.bindErr = &EvalError{Problem: errs[0], reason: ErrInvalid}
	}
}

// evaluation is the state of one run. After the first error nothing that is computed counts anymore, so functions
// need not look for errors after each argument.
type evaluation struct {
	expression *Expression
	options    Options
	steps      int
	bytes      int
	regexTime  time.Duration
	random     *rand.Rand
	err        *EvalError
}

// fail notes an error at a node, unless there was one before.
func (ev *evaluation) fail(at node, reason error, format string, args ...any) Value {
	if ev.err == nil {
		ev.err = &EvalError{
			Problem: Problem{Message: fmt.Sprintf(format, args...), Range: rangeOf(ev.expression.text, at.at())},
			reason:  reason,
		}
	}
	return Value{}
}

// step counts work done and reports whether to go on.
func (ev *evaluation) step(at node, n int) bool {
	if ev.steps += n; ev.steps > maxSteps {
		ev.fail(at, ErrLimit, "The expression takes more than %d steps.", maxSteps)
	}
	return ev.err == nil
}

// produce counts text about to be made, before memory is spent on it, and reports whether to go on.
func (ev *evaluation) produce(at node, n int) bool {
	if ev.bytes += n; n < 0 || ev.bytes > maxBytes {
		ev.fail(at, ErrLimit, "The expression produces more than %d bytes of text.", maxBytes)
	}
	return ev.err == nil
}

// eval evaluates a node.
func (ev *evaluation) eval(n node) Value {
	if !ev.step(n, 1) {
		return Value{}
	}
	switch n := n.(type) {
	case *attributeNode:
		return ev.options.Attributes[n.name]
	case *textNode:
		return String(n.value)
	case *numberNode:
		return String(numberValue(n.raw))
	case *wordNode:
		return wordValue(n.name)
	case *comparisonNode:
		return ev.comparison(n, false)
	case *concatNode:
		return ev.concat(n)
	case *callNode:
		return ev.call(n)
	default:
		return Null()
	}
}

// wordValue returns what a bare word stands for; words that are options of a function stand for themselves.
func wordValue(name string) Value {
	switch word := canonicalWord(name); word {
	case "NULL":
		return Null()
	case "IgnoreAttributeFlow", "IgnoreObjectFlow":
		return Ignored()
	default:
		return String(word)
	}
}

// comparison evaluates a comparison. As a condition it is False when an attribute that it tests is null or empty;
// elsewhere null equals only null.
func (ev *evaluation) comparison(n *comparisonNode, condition bool) Value {
	left, right, ignored := ev.sides(n.left, n.right)
	switch {
	case ignored:
		return Ignored()
	case condition && (emptyOperand(n.left, left) || emptyOperand(n.right, right)):
		return boolean(false)
	default:
		return boolean(holds(n.operator, left, right))
	}
}

// emptyOperand reports whether a side of a condition makes it fail: a null value, or an attribute without text.
func emptyOperand(n node, v Value) bool {
	if _, ok := n.(*attributeNode); ok {
		return v.isNullOrEmpty()
	}
	return v.IsNull()
}

// concat joins both sides of the & operator; null is empty text.
func (ev *evaluation) concat(n *concatNode) Value {
	left, right, ignored := ev.sides(n.left, n.right)
	if ignored {
		return Ignored()
	}
	if !ev.produce(n, len(left.text)+len(right.text)) {
		return Value{}
	}
	return String(left.text + right.text)
}

// sides evaluates the operands of an operator; the right one is not needed when the left one is ignored.
func (ev *evaluation) sides(left, right node) (l, r Value, ignored bool) {
	if l = ev.side(left); l.kind == ValueIgnored {
		return l, r, true
	}
	r = ev.side(right)
	return l, r, r.kind == ValueIgnored
}

// side evaluates an operand of an operator, which must be one value.
func (ev *evaluation) side(n node) Value {
	v, ok := ev.eval(n).single()
	if !ok {
		return ev.fail(n, nil, "This has %d values, and an operator accepts one.", len(v.list))
	}
	return v
}

// call evaluates a function call.
func (ev *evaluation) call(n *callNode) Value {
	f := n.function
	switch {
	case f == nil:
		return ev.fail(n, ErrOffline, "The function `%s` is unknown, so it cannot be computed offline.", shorten(n.name))
	case f.ServiceOnly:
		return ev.fail(n, ErrOffline, "`%s` depends on the tenant and cannot be computed offline.", f.Name)
	case f.lazy:
		return f.evaluate(&invocation{evaluation: ev, node: n})
	}
	args := make([]Value, len(n.args))
	if f.selects && ev.options.Doubt != nil {
		return ev.choose(n, args)
	}
	for i, arg := range n.args {
		args[i] = ev.argument(n.parameter(i), arg)
	}
	if ev.err != nil {
		return Value{}
	}
	if !f.selects && slices.ContainsFunc(args, func(v Value) bool { return v.kind == ValueIgnored }) {
		return Ignored()
	}
	return f.evaluate(&invocation{evaluation: ev, node: n, args: args})
}

// choose evaluates a call that passes one of its arguments on. What fails among the others leaves a doubt.
func (ev *evaluation) choose(n *callNode, args []Value) Value {
	failed := make([]*EvalError, len(args))
	for i, arg := range n.args {
		args[i] = ev.argument(n.parameter(i), arg)
		if ev.err != nil && ev.err.reason != ErrLimit {
			failed[i], ev.err = ev.err, nil
		}
	}
	if ev.err != nil {
		return Value{}
	}
	v := n.function.evaluate(&invocation{evaluation: ev, node: n, args: args, failed: failed})
	for _, err := range failed {
		if err != nil && err.reason == nil && ev.err == nil { // what only cannot be computed here does not fail at the service
			problem := err.Problem
			problem.Message = "Whether the whole fails is not known: this stands where `" + n.function.Name + "` does not choose it, and Microsoft's pages contradict each other on whether it is evaluated. " + problem.Message
			ev.options.Doubt(problem)
		}
	}
	return v
}

// argument evaluates one argument of a call.
func (ev *evaluation) argument(parameter *Parameter, arg node) Value {
	if comparison, ok := arg.(*comparisonNode); ok && parameter.condition {
		return ev.comparison(comparison, true)
	}
	return ev.eval(arg)
}

// invocation is one function call with its evaluated arguments.
type invocation struct {
	*evaluation
	node *callNode
	args []Value
	// failed are the errors of the arguments, where one that is not used does not matter; else nil.
	failed []*EvalError
}

// use returns an argument, or notes why it has none.
func (c *invocation) use(i int) Value {
	if c.failed != nil && c.failed[i] != nil {
		c.err = c.failed[i]
		return Value{}
	}
	return c.args[i]
}

// failArgument notes an error at an argument.
func (c *invocation) failArgument(i int, format string, args ...any) Value {
	return c.fail(c.node.args[i], nil, format, args...)
}

// unsuitable notes that an argument is not what its parameter must be.
func (c *invocation) unsuitable(i int, wanted, value string) Value {
	return c.failArgument(i, "The argument `%s` of `%s` must be %s, and %s is not one.", c.parameter(i), c.name(), wanted, c.shown(i, value))
}

// missing notes that an argument has no value and must be something.
func (c *invocation) missing(i int, wanted string) {
	c.failArgument(i, "The argument `%s` of `%s` must be %s, but there is no value.", c.parameter(i), c.name(), wanted)
}

// shown returns how a message names the value of an argument. Constants are quoted; anything else may hold what an
// attribute has, which is nobody's business in an error.
func (c *invocation) shown(i int, value string) string {
	if _, ok := c.node.constant(i); ok {
		return "`" + shorten(value) + "`"
	}
	return "its value"
}

// reason returns why an argument was refused, or less if that could quote an attribute.
func (c *invocation) reason(i int, err error) string {
	if _, ok := c.node.constant(i); ok {
		return err.Error()
	}
	return "its text is not a constant, and is wrong"
}

// name returns the name of the function as documented.
func (c *invocation) name() string { return c.node.function.Name }

// parameter returns the documented name of an argument's parameter.
func (c *invocation) parameter(i int) string { return c.node.parameter(i).Name }

// given reports whether an argument was written.
func (c *invocation) given(i int) bool { return c.node.given(i) }

// one returns an argument that must be null or one text.
func (c *invocation) one(i int) Value {
	v, ok := c.use(i).single()
	if !ok {
		return c.failArgument(i, "The argument `%s` of `%s` has %d values and must have one.", c.parameter(i), c.name(), len(v.list))
	}
	return v
}

// text returns an argument as text; null is empty text.
func (c *invocation) text(i int) string { return c.one(i).text }

// textOr returns an argument as text, or another text if the argument was not written.
func (c *invocation) textOr(i int, otherwise string) string {
	if !c.given(i) {
		return otherwise
	}
	return c.text(i)
}

// integer returns an argument that must be a whole number, decimal or in &H notation.
func (c *invocation) integer(i int) int64 {
	const wanted = "a whole number"
	v := c.one(i)
	if v.IsNull() {
		c.missing(i, wanted)
		return 0
	}
	number, ok := parseInteger(v.text)
	if !ok {
		c.unsuitable(i, wanted, v.text)
	}
	return number
}

// size returns an integer argument cut to what an int of any machine holds.
func (c *invocation) size(i int) int {
	return int(min(max(c.integer(i), math.MinInt32), math.MaxInt32))
}

// instant returns an argument that must be a date.
func (c *invocation) instant(i int) time.Time {
	const wanted = "a date"
	v := c.one(i)
	if v.isNullOrEmpty() {
		c.missing(i, wanted)
		return time.Time{}
	}
	t, ok := parseDate(v.text)
	if !ok {
		c.unsuitable(i, wanted, v.text)
	}
	return t
}

// result returns a text after counting it.
func (c *invocation) result(s string) Value {
	if !c.produce(c.node, len(s)) {
		return Value{}
	}
	return String(s)
}

// each applies a function to one text, or to each value of a list. Null stays null.
func (c *invocation) each(i int, f func(string) string) Value {
	v := c.args[i]
	switch {
	case c.err != nil:
		return Value{}
	case v.kind == ValueString:
		return c.result(f(v.text))
	case v.kind == ValueList && c.step(c.node, len(v.list)):
		out := make([]string, len(v.list))
		for j, element := range v.list {
			out[j] = f(element)
			if !c.produce(c.node, len(out[j])) {
				return Value{}
			}
		}
		return List(out...)
	default:
		return v
	}
}

// eachText makes the implementation of a function that changes its first argument, or each value of a list.
func eachText(f func(string) string) func(*invocation) Value {
	return func(c *invocation) Value { return c.each(0, f) }
}

// whether makes the implementation of a function that judges its first argument.
func whether(f func(Value) bool) func(*invocation) Value {
	return func(c *invocation) Value { return boolean(f(c.args[0])) }
}
