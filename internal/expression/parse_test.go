// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// mustParse parses text that the test knows to be right.
func mustParse(t testing.TB, text string) *Expression {
	t.Helper()
	e, problems := Parse(text)
	if e == nil {
		t.Fatalf("cannot parse %q:\n%s", text, problems.Render(text))
	}
	return e
}

func TestParse_printsCanonicalText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		text string
		want string
	}{
		{"blanks around parts", " Append ( [a] ,\t\"b\"\r\n) ", `Append([a], "b")`},
		{"omitted arguments keep their places", `Replace([preferredLanguage], "-", , , "_", ,  )`, `Replace([preferredLanguage], "-", , , "_", , )`},
		{"commas without blanks", `Switch([a],,"k","v")`, `Switch([a], , "k", "v")`},
		{"trailing omitted argument", `ToLower([a],)`, `ToLower([a], )`},
		{"no arguments", `Now( )`, `Now()`},
		{"bare attribute", ` [mail] `, `[mail]`},
		{"bare constant", ` "en_US" `, `"en_US"`},
		{"numbers stay without quotes", `Mid([a],1,"8")`, `Mid([a], 1, "8")`},
		{"negative and fractional numbers", `F(-10,1.50)`, `F(-10, 1.50)`},
		{"hexadecimal numbers", `BitAnd(&HF,&HaF7)`, `BitAnd(&HF, &HaF7)`},
		{"comparison", `IIF([a]="b",1,2)`, `IIF([a] = "b", 1, 2)`},
		{"all comparison operators", `F([a]<>1,[a]<1,[a]<=1,[a]>1,[a]>=1)`, `F([a] <> 1, [a] < 1, [a] <= 1, [a] > 1, [a] >= 1)`},
		{"negative number after an operator", `IIF(F([a])>=-1,"x","y")`, `IIF(F([a]) >= -1, "x", "y")`},
		{"words", `InStr([a],"b",1,vbTextCompare)`, `InStr([a], "b", 1, vbTextCompare)`},
		{"delimiters inside text", `Append([a],"x, y) [z] ")`, `Append([a], "x, y) [z] ")`},
		{"escapes inside text", `Append([a]," \"Ltd\" \\")`, `Append([a], " \"Ltd\" \\")`},
		{"undocumented escapes are kept", `Append([a],"\+")`, `Append([a], "\+")`},
		{"blanks inside names and text are kept", `Append([a  b],"  ")`, `Append([a  b], "  ")`},
		{"inner brackets of a name", `Trim([emails[type eq "work"].value])`, `Trim([emails[type eq "work"].value])`},
		{"concatenation of neighboring products", `Trim([a]&"b" & &HF)`, `Trim([a] & "b" & &HF)`},
		{"letters of any script", `Append("Zoë 漢字", [städte])`, `Append("Zoë 漢字", [städte])`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := mustParse(t, tt.text).String()
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if again := mustParse(t, got).String(); again != got {
				t.Errorf("printing is not stable: %q", again)
			}
		})
	}
}

func TestParse_rendersEveryProblemWithItsPlace(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		text string
		want string
	}{
		{"unclosed parentheses", `Join(",", Mid([a], 1, 2)`, "" +
			"The parenthesis of `Join` is not closed. Add `)` where the call ends.\n\n" +
			"line 1, column 5:\n" +
			"  Join(\",\", Mid([a], 1, 2)\n" +
			"      ^"},
		{"several errors on several lines", "Join(\n\t\",\",\n\t[],\n\tmail)", "" +
			"The brackets do not contain an attribute name. Write the name between them, as in `[mail]`.\n\n" +
			"line 3, column 2:\n" +
			"   [],\n" +
			"   ^^\n\n" +
			"The word `mail` has no meaning here. Write `[mail]` for an attribute or `\"mail\"` for text.\n\n" +
			"line 4, column 2:\n" +
			"   mail)\n" +
			"   ^^^^"},
		{"column counts characters", `Append("Zoë漢", 'x')`, "" +
			"Text must be in plain double quotes, not in other quotes. Write it as `\"text\"`.\n\n" +
			"line 1, column 16:\n" +
			"  Append(\"Zoë漢\", 'x')\n" +
			"                 ^^^"},
		{"long lines are cut around the place", `Append("` + strings.Repeat("a", 200) + `", x, "` + strings.Repeat("b", 200) + `")`, "" +
			"The word `x` has no meaning here. Write `[x]` for an attribute or `\"x\"` for text.\n\n" +
			"line 1, column 212:\n" +
			"  … " + strings.Repeat("a", 57) + `", x, "` + strings.Repeat("b", 57) + " …\n" +
			"    " + strings.Repeat(" ", 60) + "^"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, problems := Parse(tt.text)
			if e != nil {
				t.Error("got an expression from broken text")
			}
			if diff := cmp.Diff(tt.want, problems.Render(tt.text)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// brief writes problems in a form that is easy to compare: severity, place and message.
func brief(problems Problems) []string {
	var out []string
	for _, p := range problems {
		out = append(out, fmt.Sprintf("%s %d:%d-%d:%d %s", p.Severity, p.Range.Start.Line, p.Range.Start.Column, p.Range.End.Line, p.Range.End.Column, p.Message))
	}
	return out
}

func TestParse_findsWhatIsMalformed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		text string
		want []string
	}{
		{"nothing", "", []string{"error 1:1-1:1 The expression is empty."}},
		{"only blanks", " \r\n ", []string{"error 2:2-2:2 The expression is empty."}},
		{"unterminated text", `Append([a], "b)`, []string{"error 1:13-1:14 The text that starts here has no closing quote."}},
		{"text ending in a backslash", `Append([a], "b\")`, []string{"error 1:13-1:14 The text that starts here has no closing quote."}},
		{"unclosed attribute", `Append([mail, "x")`, []string{"error 1:8-1:9 The attribute that starts here has no closing bracket."}},
		{"closing bracket alone", `Append([a]], "x")`, []string{"error 1:11-1:12 This `]` has no opening bracket."}},
		{"blank attribute", `[ ]`, []string{"error 1:1-1:4 The brackets do not contain an attribute name."}},
		{"closing parenthesis alone", `)`, []string{"error 1:1-1:2 An expression cannot begin with `)`."}},
		{"one parenthesis too many", `Now())`, []string{"error 1:6-1:7 This closing parenthesis has no opening one."}},
		{"trailing call", `Now() Guid()`, []string{"error 1:7-1:11 The expression ends before `Guid`."}},
		{"trailing text", `[a] "b"`, []string{"error 1:5-1:8 The expression ends before text in quotes."}},
		{"trailing comma", `Now(),`, []string{"error 1:6-1:7 The expression ends before `,`."}},
		{"missing comma", `Append([a] [b])`, []string{"error 1:12-1:15 A comma is missing before an attribute in the arguments of `Append`."}},
		{"comparison as the whole", `[a] = "b"`, []string{"error 1:1-1:10 A comparison cannot be the whole expression."}},
		{"comparison without a right side", `IIF([a] = , 1, 2)`, []string{"error 1:11-1:12 A value is missing before `,`."}},
		{"comparison without a left side", `IIF( = "a", 1, 2)`, []string{"error 1:6-1:7 A value is missing before `=`."}},
		{"comparison of three", `IIF([a] = [b] = [c], 1, 2)`, []string{"error 1:15-1:16 A comparison has only two sides."}},
		{"comparison at the end of the text", `IIF([a] =`, []string{
			"error 1:4-1:5 The parenthesis of `IIF` is not closed.",
			"error 1:10-1:10 The expression ends where a value is missing."}},
		{"logical words", `IIF([a] = 1 and [b] = 2 OR [c] = 3, 1, 2)`, []string{
			"error 1:13-1:16 There is no operator `and`.",
			"error 1:25-1:27 There is no operator `OR`."}},
		{"logical signs", `IIF([a] = 1 && [b] = 2 || !IsNull([c]), 1, 2)`, []string{
			"error 1:13-1:15 There is no operator `&&`.",
			"error 1:24-1:26 There is no operator `||`.",
			"error 1:27-1:28 There is no operator `!`."}},
		{"operators of other languages", `IIF([a] != [b], IIF([a] => [b], 1, 2), 3)`, []string{
			"error 1:9-1:11 `!=` is not an operator of this language.",
			"error 1:25-1:27 `=>` is not an operator of this language."}},
		{"arithmetic", `Left([a], [b] + 1)`, []string{"error 1:15-1:16 There is no operator `+`."}},
		{"subtraction without blanks", `Left([a], [b]-1)`, []string{"error 1:14-1:15 There is no operator `-`."}},
		{"single quotes", `Append([a], 'it, s')`, []string{"error 1:13-1:20 Text must be in plain double quotes, not in other quotes."}},
		{"typographic quotes", `Append([a], “b”)`, []string{"error 1:13-1:16 Text must be in plain double quotes, not in other quotes."}},
		{"grouping", `IIF(([a] = "b"), 1, 2)`, []string{"error 1:5-1:6 Parentheses are allowed only after a function name."}},
		{"malformed numbers", `Mid([a], 1x, 2.)`, []string{"error 1:10-1:12 `1x` is not a number.", "error 1:14-1:16 `2.` is not a number."}},
		{"malformed hexadecimal number", `BitAnd(&HXY, 1)`, []string{"error 1:8-1:12 `&HXY` is not a hexadecimal number."}},
		{"hexadecimal number in lowercase", `BitAnd(&hF, 1)`, []string{"error 1:8-1:11 `&hF` is not a hexadecimal number."}},
		{"name without parentheses", `Append(Now, "x")`, []string{"error 1:8-1:11 The word `Now` has no meaning here."}},
		{"word as the whole", `vbTextCompare`, []string{"error 1:1-1:14 The word `vbTextCompare` cannot be the whole expression."}},
		{"no-break space", "Append([a],\u00a0\"b\")", []string{"error 1:12-1:13 The character U+00A0 is not a plain space."}},
		{"control character", "Now(\x00)", []string{"error 1:5-1:6 The character `\ufffd` is not allowed here."}},
		{"invalid UTF-8", "Append(\"a\xff\", [b])", []string{"error 1:10-1:11 The text is not valid UTF-8 from here on."}},
		{"too long", `Append("` + strings.Repeat("é", MaxLength) + `", "b")`,
			[]string{"error 1:10001-1:10001 The expression has 10015 characters; the service accepts at most 10000."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, problems := Parse(tt.text)
			if e != nil {
				t.Error("got an expression from broken text")
			}
			if diff := cmp.Diff(tt.want, brief(problems)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestParse_acceptsTheGreatestLengthAndNoMore(t *testing.T) {
	t.Parallel()
	frame := `Append("", "b")`
	longest := `Append("` + strings.Repeat("漢", MaxLength-len(frame)) + `", "b")`
	if _, problems := Parse(longest); problems != nil {
		t.Errorf("%d characters: %v", MaxLength, problems)
	}
	if e, _ := Parse(longest + " "); e != nil {
		t.Errorf("%d characters were accepted", MaxLength+1)
	}
}

func TestParse_acceptsNestingOfAnyDepth(t *testing.T) {
	t.Parallel()
	depth := (MaxLength - len(`[a]`)) / len(`Not()`)
	text := strings.Repeat("Not(", depth) + "[a]" + strings.Repeat(")", depth)
	e := mustParse(t, text)
	if got := e.String(); got != text {
		t.Error("the canonical text differs")
	}
	if problems := e.Check(CheckOptions{}); problems != nil {
		t.Error(problems)
	}
	got, err := Evaluate(e, Options{Attributes: map[string]Value{"a": String("True")}})
	want := map[bool]string{true: "True", false: "False"}[depth%2 == 0]
	if err != nil || got.Text() != want {
		t.Errorf("got %v, error %v, want %s", got, err, want)
	}
}

func TestParse_endsOnHostileText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		strings.Repeat("Not(", 10_000),
		strings.Repeat("A(", 5_000),
		strings.Repeat("(", 9_999),
		strings.Repeat("[", 9_999),
		strings.Repeat(")", 9_999),
		strings.Repeat("IIF(= AND ", 999),
		strings.Repeat(`"`, 9_999),
		strings.Repeat("'", 9_999),
		strings.Repeat("A(=,", 2_499),
		strings.Repeat("a ", 4_999),
		"A(" + strings.Repeat("&", 9_000),
		"A(" + strings.Repeat("+1", 4_000),
	} {
		problems := Check(text, CheckOptions{})
		if !problems.HasErrors() || len(problems) > maxProblems {
			t.Errorf("%.20s…: %d problems", text, len(problems))
		}
		if rendered := problems.Render(text); len(rendered) > 20_000 {
			t.Errorf("%.20s…: the report has %d bytes", text, len(rendered))
		}
	}
}

func TestExpression_tellsWhatItRefersTo(t *testing.T) {
	t.Parallel()
	e := mustParse(t, `Switch([b], [a], "", Join(", ", [b], [A], Now(), ToLower([c])), IIF([d] = [e], "x", [f]&[g]), 1)`)
	if diff := cmp.Diff([]string{"A", "a", "b", "c", "d", "e", "f", "g"}, e.Attributes()); diff != "" {
		t.Errorf("attributes (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"IIF", "Join", "Now", "Switch", "ToLower"}, e.Calls()); diff != "" {
		t.Errorf("calls (-want +got)\n%s", diff)
	}
	if got := mustParse(t, `"x"`).Attributes(); got == nil || len(got) != 0 {
		t.Errorf("got %v for an expression without attributes", got)
	}
}

func TestExpression_recognizesBareForms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text      string
		attribute string
		constant  string
	}{
		{"[mail]", "mail", ""},
		{`"a \"b\" \\ c"`, "", `a "b" \ c`},
		{"12", "", "12"},
		{"Now()", "", ""},
	}
	for _, tt := range tests {
		e := mustParse(t, tt.text)
		attribute, isAttribute := e.BareAttribute()
		constant, isConstant := e.BareConstant()
		if attribute != tt.attribute || isAttribute != (tt.attribute != "") || constant != tt.constant || isConstant != (tt.constant != "") {
			t.Errorf("%s: attribute %q %v, constant %q %v", tt.text, attribute, isAttribute, constant, isConstant)
		}
	}
}

func TestKey_ignoresWhatTheServiceDoesNotTellApart(t *testing.T) {
	t.Parallel()
	tests := []struct {
		a, b string
		same bool
	}{
		{`Append([a],"b")`, "Append(\n  [a],\n  \"b\"\n)", true},
		{`IIF([a]="b",1,2)`, `IIF([a] = "b", 1, 2)`, true},
		{`Append([a],"b")`, `append([a],"b")`, false},
		{`Append([a],"b")`, `Append([A],"b")`, false},
		{`Append([a],"b")`, `Append([a],"b ")`, false},
		{`Append([a],"b","c")`, `Append([a],"b,c")`, false},
		{`ToLower([a])`, `ToLower([a],)`, true},
		{`Replace([a], "x", , , "", , )`, `Replace([a],"x",,,"")`, true},
		{`Replace([a], "x", , , "")`, `Replace([a], , "x", , "")`, false},
		{`Not(Join(, ), )`, `Not(Join())`, true},
		{`Join(", )", [a])`, `Join("", [a])`, false},
		{`ToLower([a, ])`, `ToLower([a])`, false},
		{`Switch([a], , "k", "v")`, `Switch([a], "k", "v")`, false},
		{`Mid([a],1,2)`, `Mid([a], "1", "2")`, true},
		{`Mid([a],-1,2.50)`, `Mid([a], "-1", "2.50")`, true},
		{`Mid([a],1,2)`, `Mid([a],1,"2.0")`, false},
		{`BitAnd(&HF7, 1)`, `BitAnd(&HF7, "1")`, true},
		{`BitAnd(&HF7, 1)`, `BitAnd("&HF7", 1)`, false},
		{`IIF([a] = 1, "x", "y")`, `IIF([a] = "1", "x", "y")`, false},
		{`Trim([a] & 1)`, `Trim([a] & "1")`, false},
		{`InStr([a], "b", 1, vbTextCompare)`, `InStr([a], "b", 1, "vbTextCompare")`, false},
		{`Broken(`, "Broken\n(", true},
		{`Broken( [a], )`, `Broken([a]`, false},
		{`Odd([a] ?? [b], 1, )`, `Odd([a]  ?? [b], "1")`, true},
		{`Odd([a] ?? [b])`, `Odd([a] ? [b])`, false},
		{`not an expression`, `notan expression`, false},
		{"bad \xff", "bad \xfe", false},
		{`Now()`, `Broken(`, false},
		{``, ` `, true},
	}
	for _, tt := range tests {
		if got := Key(tt.a) == Key(tt.b); got != tt.same {
			t.Errorf("%q has the key %q, %q has %q", tt.a, Key(tt.a), tt.b, Key(tt.b))
		}
	}
}

func TestProblem_isAnErrorOnOneLine(t *testing.T) {
	t.Parallel()
	_, problems := Parse(`Append([a] 'b')`)
	want := []string{
		"line 1, column 12: Text must be in plain double quotes, not in other quotes. Write it as `\"text\"`.",
		"line 1, column 12: A comma is missing before `'b'` in the arguments of `Append`.",
	}
	var got []string
	for _, p := range problems {
		got = append(got, p.Error())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestProblems_picksTheErrors(t *testing.T) {
	t.Parallel()
	problems := Check(`Append(left([a], 1), Nope())`, CheckOptions{})
	if diff := cmp.Diff([]string{"error 1:22-1:26 There is no function `Nope`."}, brief(problems.Errors())); diff != "" {
		t.Errorf("errors (-want +got)\n%s", diff)
	}
}

func TestExpression_isSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	// The clock of the regular expressions runs in real time, so no bubble of synctest is around this.
	var group sync.WaitGroup
	e := mustParse(t, `Replace(ToLower([a]), , "b+", , "x", , )`)
	for range 8 {
		group.Go(func() {
			got, err := Evaluate(e, Options{Attributes: map[string]Value{"a": String("aBBc")}})
			if err != nil || got.Text() != "axc" {
				t.Errorf("got %v, error %v", got, err)
			}
			_ = e.Check(CheckOptions{})
		})
	}
	group.Wait()
}
