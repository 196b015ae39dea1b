// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// The reasons why an evaluation can fail besides the values themselves. Test for them with [errors.Is].
var (
	// ErrInvalid says that the expression breaks a rule that [Check] reports.
	ErrInvalid = errors.New("the expression is not valid")
	// ErrOffline says that only the service can compute the function.
	ErrOffline = errors.New("cannot be computed offline")
	// ErrNeedsNow says that the expression depends on the current time, which was not given.
	ErrNeedsNow = errors.New("needs the current time")
	// ErrNeedsSeed says that the expression yields random values and no seed was given.
	ErrNeedsSeed = errors.New("needs a seed for random values")
	// ErrNotUnique says that the target already has all the values that SelectUniqueValue offers.
	ErrNotUnique = errors.New("no unique value")
	// ErrLimit says that a guard rail stopped the evaluation.
	ErrLimit = errors.New("limit reached")
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

// Render returns the message with the offending line of the expression and a caret.
func (e *EvalError) Render(text string) string { return e.Problem.Render(text) }

// Options are the surroundings in which an expression is evaluated.
type Options struct {
	// Attributes are the source attributes by exact name. A missing one is null.
	Attributes map[string]Value
	// Now is the current time. Without it, expressions that depend on it fail with [ErrNeedsNow].
	Now *time.Time
	// Existing are the values that the target already has, for SelectUniqueValue.
	Existing []string
	// Seed makes random values repeatable. Without it, Guid and RandomString fail with [ErrNeedsSeed].
	Seed *string
	// Limits bound what an evaluation may cost. Zero values stand for the defaults.
	Limits Limits
}

// Limits bound what an evaluation may cost.
type Limits struct {
	// Depth is how deep calls may be nested; by default as deep as MaxLength allows.
	Depth int
	// Steps is how many nodes and list elements may be visited; 100,000 by default.
	Steps int
	// Bytes is how much text all functions together may produce; 4 MiB by default.
	Bytes int
	// RegexTime is how long regular expressions may run in total; one second by default.
	RegexTime time.Duration
}

const (
	defaultSteps     = 100_000
	defaultBytes     = 4 << 20
	defaultRegexTime = time.Second
)

func (l Limits) withDefaults() Limits {
	if l.Depth <= 0 {
		l.Depth = maxParseDepth
	}
	if l.Steps <= 0 {
		l.Steps = defaultSteps
	}
	if l.Bytes <= 0 {
		l.Bytes = defaultBytes
	}
	if l.RegexTime <= 0 {
		l.RegexTime = defaultRegexTime
	}
	return l
}

// Evaluate computes the expression. The error is an [*EvalError].
//
// Arguments are evaluated before the function that takes them, also those of the branch that IIF or Switch does not
// choose, because the service is reported to do so. The exception is SelectUniqueValue, which stops at the first value
// that is free.
func Evaluate(e *Expression, options Options) (Value, error) {
	if err := e.valid(); err != nil {
		return Value{}, err
	}
	ev := &evaluation{expression: e, options: options, limits: options.Limits.withDefaults()}
	v, err := ev.node(e.root, 0)
	if err != nil {
		return Value{}, err
	}
	return v, nil
}

// valid checks once that all calls can be evaluated.
func (e *Expression) valid() error {
	e.bind.Do(func() {
		c := &collector{text: e.text}
		checkTree(e.root, c, CheckOptions{ExtraFunctions: e.Calls()})
		for _, p := range c.sorted() {
			if p.Severity == SeverityError {
				e.bindErr = &EvalError{Problem: p, reason: ErrInvalid}
				return
			}
		}
	})
	if e.bindErr != nil {
		return e.bindErr
	}
	return nil
}

// evaluation is the state of one run.
type evaluation struct {
	expression *Expression
	options    Options
	limits     Limits
	steps      int
	bytes      int
	regexTime  time.Duration
	random     *rand.Rand
}

// fail returns an error at a node.
func (ev *evaluation) fail(at node, reason error, format string, args ...any) *EvalError {
	return &EvalError{
		Problem: Problem{Message: fmt.Sprintf(format, args...), Range: rangeOf(ev.expression.text, at.at())},
		reason:  reason,
	}
}

// step counts work done.
func (ev *evaluation) step(at node, n int) *EvalError {
	ev.steps += n
	if ev.steps > ev.limits.Steps {
		return ev.fail(at, ErrLimit, "The expression takes more than %d steps.", ev.limits.Steps)
	}
	return nil
}

// produce counts text about to be made, before memory is spent on it.
func (ev *evaluation) produce(at node, n int) *EvalError {
	ev.bytes += n
	if n < 0 || ev.bytes > ev.limits.Bytes {
		return ev.fail(at, ErrLimit, "The expression produces more than %d bytes of text.", ev.limits.Bytes)
	}
	return nil
}

// node evaluates a node.
func (ev *evaluation) node(n node, depth int) (Value, *EvalError) {
	if err := ev.step(n, 1); err != nil {
		return Value{}, err
	}
	if depth > ev.limits.Depth {
		return Value{}, ev.fail(n, ErrLimit, "The expression is nested more than %d deep.", ev.limits.Depth)
	}
	switch n := n.(type) {
	case *attributeNode:
		return ev.options.Attributes[n.name], nil
	case *textNode:
		return String(n.value), nil
	case *numberNode:
		return String(numberValue(n.raw)), nil
	case *wordNode:
		return wordValue(n.name), nil
	case *comparisonNode:
		return ev.comparison(n, depth, false)
	case *concatNode:
		return ev.concat(n, depth)
	case *callNode:
		return ev.call(n, depth)
	default:
		return Null(), nil
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

// concat joins both sides of the & operator; null is empty text.
func (ev *evaluation) concat(n *concatNode, depth int) (Value, *EvalError) {
	left, err := ev.side(n.left, depth)
	if err != nil || left.kind == ValueIgnored {
		return left, err
	}
	right, err := ev.side(n.right, depth)
	if err != nil || right.kind == ValueIgnored {
		return right, err
	}
	if err := ev.produce(n, len(left.text)+len(right.text)); err != nil {
		return Value{}, err
	}
	return String(left.text + right.text), nil
}

// side evaluates an operand of an operator, which must be one value.
func (ev *evaluation) side(n node, depth int) (Value, *EvalError) {
	v, err := ev.node(n, depth+1)
	if err != nil || v.kind != ValueList {
		return v, err
	}
	one, ok := v.single()
	if !ok {
		return Value{}, ev.fail(n, nil, "This has %d values, and an operator takes one.", len(v.list))
	}
	return one, nil
}

// single returns the only value of a list; an empty list is null.
func (v Value) single() (Value, bool) {
	if v.kind != ValueList {
		return v, true
	}
	switch len(v.list) {
	case 0:
		return Null(), true
	case 1:
		return String(v.list[0]), true
	default:
		return v, false
	}
}

// call evaluates a function call.
func (ev *evaluation) call(n *callNode, depth int) (Value, *EvalError) {
	if n.function == nil {
		return Value{}, ev.fail(n, ErrOffline, "The function `%s` is not known, so it cannot be computed offline.", shorten(n.name))
	}
	if n.function.Name == "SelectUniqueValue" {
		return ev.uniqueValue(n, depth)
	}
	implementation := implementations[n.function.Name]
	if implementation == nil {
		return Value{}, ev.fail(n, ErrOffline, "`%s` depends on the tenant and cannot be computed offline.", n.function.Name)
	}
	args := make([]Value, len(n.args))
	for i, arg := range n.args {
		var err *EvalError
		if args[i], err = ev.argument(n, i, arg, depth); err != nil {
			return Value{}, err
		}
	}
	c := &invocation{evaluation: ev, node: n, args: args}
	if !selecting(n.function.Name) {
		for _, v := range args {
			if v.kind == ValueIgnored {
				return v, nil
			}
		}
	}
	return implementation(c)
}

// argument evaluates one argument of a call.
func (ev *evaluation) argument(n *callNode, i int, arg node, depth int) (Value, *EvalError) {
	if comparison, ok := arg.(*comparisonNode); ok && i == 0 && n.function.Name == "IIF" {
		return ev.comparison(comparison, depth+1, true)
	}
	return ev.node(arg, depth+1)
}

// selecting reports whether a function passes on one of its arguments, so that an ignored one matters only if chosen.
func selecting(name string) bool {
	return name == "IIF" || name == "Switch" || name == "Coalesce"
}

// uniqueValue evaluates the rules one after another until one yields a value that the target does not have.
func (ev *evaluation) uniqueValue(n *callNode, depth int) (Value, *EvalError) {
	for _, arg := range n.args {
		v, err := ev.node(arg, depth+1)
		if err != nil {
			return Value{}, err
		}
		if v.kind == ValueIgnored {
			return v, nil
		}
		v, ok := v.single()
		if !ok {
			return Value{}, ev.fail(arg, nil, "A rule of `SelectUniqueValue` must yield one value.")
		}
		if v.isNullOrEmpty() {
			continue
		}
		if !containsFold(ev.options.Existing, v.text) {
			return v, nil
		}
	}
	return Value{}, ev.fail(n, ErrNotUnique, "All values that `SelectUniqueValue` offers exist already.")
}
