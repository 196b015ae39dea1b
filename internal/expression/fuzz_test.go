// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// seedTexts adds the documented expressions and hand-made broken ones; further seeds with names lie in testdata/fuzz.
func seedTexts(f *testing.F) {
	f.Helper()
	for _, v := range loadVectors(f) {
		f.Add(v.Expression)
	}
	for _, text := range []string{
		"", "[", "]", "(", `"`, `"\`, "&H", "-", "'", "Join(", "Join(,", "Append([a] [b])", "IIF([a]==1 && 2,,", "\xff", "[[a]", "A(((((", "a.b_c(1e5)",
		`Switch([a],,"b",)`, "Now(\r\n)\r", "\u00a0Now()", "“a”", `Replace([a],,"(a+)+$",,"",,)`, `FormatDateTime([a],,"%","'")`,
	} {
		f.Add(text)
	}
}

func FuzzParse(f *testing.F) {
	seedTexts(f)
	f.Fuzz(func(t *testing.T, text string) {
		e, problems := Parse(text)
		if (e == nil) != problems.HasErrors() {
			t.Fatalf("expression %v with problems %v", e, problems)
		}
		for _, p := range Check(text, CheckOptions{}) {
			if r := p.Range; r.Start.Offset < 0 || r.End.Offset > len(text) || r.Start.Offset > r.End.Offset || r.Start.Line < 1 || r.Start.Column < 1 {
				t.Fatalf("%+v lies outside of the text", p)
			}
			if !utf8.ValidString(p.Render(text)) {
				t.Fatalf("the report is not UTF-8: %q", p.Render(text))
			}
		}
		if e == nil && !Check(text, CheckOptions{}).HasErrors() {
			t.Fatal("Check accepts what Parse refuses")
		}
	})
}

func FuzzPrint(f *testing.F) {
	seedTexts(f)
	f.Fuzz(func(t *testing.T, text string) {
		e, _ := Parse(text)
		if e == nil {
			return
		}
		canonical := e.String()
		again, problems := Parse(canonical)
		if again == nil {
			if utf8.RuneCountInString(canonical) > MaxLength {
				return
			}
			t.Fatalf("%q cannot be parsed: %v", canonical, problems)
		}
		if again.String() != canonical {
			t.Fatalf("%q prints as %q", canonical, again.String())
		}
		if Key(canonical) != Key(text) {
			t.Fatalf("the key is %q, that of the canonical text %q", Key(text), Key(canonical))
		}
		if strings.Join(e.Attributes(), "\n") != strings.Join(again.Attributes(), "\n") {
			t.Fatalf("%q has other attributes than %q", canonical, text)
		}
		if tree := Tree(e); tree.Type == SourceFunction && tree.Expression != canonical {
			t.Fatalf("the tree has the text %q", tree.Expression)
		}
	})
}

func FuzzEvaluate(f *testing.F) {
	for _, v := range loadVectors(f) {
		f.Add(v.Expression, "John", "2025-01-31", uint8(3))
	}
	f.Fuzz(func(t *testing.T, text, first, second string, kind uint8) {
		e, _ := Parse(text)
		if e == nil {
			return
		}
		attributes := map[string]Value{}
		for i, name := range e.Attributes() {
			attributes[name] = []Value{String(first), String(second), Null(), List(first, second), List()}[(i+int(kind))%5]
		}
		now, seed := time.Date(2025, 7, 30, 0, 0, 0, 0, time.UTC), "fuzz"
		options := Options{Attributes: attributes, Now: &now, Seed: &seed}
		v, err := Evaluate(e, options)
		var evalErr *EvalError
		if err != nil && (!errors.As(err, &evalErr) || evalErr.Problem.Message == "") {
			t.Fatalf("error %v", err)
		}
		size := 0
		for _, s := range v.Values() {
			size += len(s)
		}
		if size > maxBytes+len(text)+2*(len(first)+len(second)) {
			t.Fatalf("the result has %d bytes", size)
		}
		if again, err2 := Evaluate(e, options); (err == nil) == (err2 == nil) && strings.Join(v.Values(), "\n") != strings.Join(again.Values(), "\n") {
			t.Fatalf("got %v and then %v", v, again)
		}
	})
}

func FuzzPattern(f *testing.F) {
	for _, pattern := range []string{
		`\d+`, `(?<a>b)`, `(.*?)(?<id>.{0,8})$`, `[\/\\\[\]\:\;]`, `(?<!a)b(?=c)`, `(a)\1`, `(?>a+)b`, `(?i:A)`, `(?<a-b>x)`, `\p{Lu}`, `[a-z-[aeiou]]`, `(?(1)a|b)`, `x*`, `(`, `a{2,1}`,
	} {
		f.Add(pattern, "$1${a}$&", "xab 12")
	}
	f.Fuzz(func(t *testing.T, text, replacement, input string) {
		p, err := compilePattern(text)
		if err != nil {
			return
		}
		c := &invocation{evaluation: &evaluation{expression: &Expression{}}}
		c.node = &callNode{args: make([]node, replaceTemplate+1)}
		for i := range c.node.args {
			c.node.args[i] = &omittedNode{}
		}
		c.search(p, input).replaceAll(p.parseReplacement(replacement))
		c.search(p, input).replaceGroup(p.last, replacement)
		if c.err != nil && !errors.Is(c.err, ErrLimit) {
			t.Fatal(c.err)
		}
	})
}

// anyExpression draws a tree of calls, attributes, texts, numbers and comparisons and writes it with blanks of any kind.
func anyExpression(t *rapid.T, depth int) string {
	blank := func() string { return rapid.SampledFrom([]string{"", " ", "\n", "\t "}).Draw(t, "blank") }
	choices := 3
	if depth > 0 {
		choices = 5
	}
	switch rapid.IntRange(1, choices).Draw(t, "form") {
	case 1:
		return "[" + rapid.SampledFrom([]string{"mail", "a b", "x[y eq \"z\"].v", "é"}).Draw(t, "name") + "]"
	case 2:
		return `"` + rapid.SampledFrom([]string{"", "text", `\"`, `\\`, ", ) ]", "漢", `\d`}).Draw(t, "text") + `"`
	case 3:
		return rapid.SampledFrom([]string{"0", "-12", "1.5", "&HF7"}).Draw(t, "number")
	case 4:
		args := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			if rapid.IntRange(0, 4).Draw(t, "omit") == 0 {
				return blank()
			}
			arg := anyExpression(t, depth-1)
			if rapid.IntRange(0, 4).Draw(t, "compare") == 0 {
				arg += blank() + rapid.SampledFrom([]string{"=", "<>", "<=", ">"}).Draw(t, "operator") + blank() + anyExpression(t, depth-1)
			}
			return blank() + arg + blank()
		}), 0, 4).Draw(t, "args")
		name := rapid.SampledFrom([]string{"Join", "Switch", "IIF", "Nope"}).Draw(t, "function")
		return name + blank() + "(" + strings.Join(args, ",") + ")"
	default:
		return "Now" + blank() + "(" + blank() + ")"
	}
}

func TestParse_printingKeepsTheTree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := anyExpression(t, 4)
		e, problems := Parse(text)
		if e == nil {
			t.Fatalf("%q: %v", text, problems)
		}
		again, problems := Parse(e.String())
		if again == nil {
			t.Fatalf("%q: %v", e.String(), problems)
		}
		if e.String() != again.String() || Key(text) != Key(e.String()) {
			t.Fatalf("%q, then %q", e.String(), again.String())
		}
	})
}
