// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCheck_findsErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		text string
		want []string
	}{
		{"unknown function", `ToLowr([a])`, []string{"error 1:1-1:7 There is no function `ToLowr`."}},
		{"Boolean in the older form of FormatDateTime", `FormatDateTime(IsNull([a]), "yyyy", "yy")`, []string{
			"error 1:16-1:27 The argument `source` of `FormatDateTime` must be a date, but this is a Boolean."}},
		{"all errors of a text at once", `Append(Foo([a]), Mid([b]) "x", Left([c], "y"))`, []string{
			"error 1:8-1:11 There is no function `Foo`.",
			"error 1:18-1:26 `Mid` has 1 argument but needs 3.",
			"error 1:27-1:30 A comma is missing before text in quotes in the arguments of `Append`.",
			"error 1:27-1:46 `Append` has 4 arguments but accepts 2.",
			"error 1:42-1:45 The argument `NumChars` of `Left` must be a number, not `y`."}},
		{"errors before broken text", `Append(Foo([a]), "x`, []string{
			"error 1:8-1:11 There is no function `Foo`.",
			"error 1:18-1:19 The text that starts here has no closing quote."}},
		{"function of Entra Connect", `LCase([a])`, []string{"error 1:1-1:6 `LCase` is a function of Entra Connect, not available in provisioning."}},
		{"certificate function of Entra Connect", `CertThumbprint([a])`, []string{"error 1:1-1:15 `CertThumbprint` is a function of Entra Connect, not available in provisioning."}},
		{"logical function of other languages", `IIF(AND([a] = 1, [b] = 2), 1, 2)`, []string{"error 1:5-1:8 There is no function `AND`."}},
		{"too few arguments", `Append([a])`, []string{"error 1:1-1:12 `Append` has 1 argument but needs 2."}},
		{"no arguments", `Join()`, []string{"error 1:1-1:7 `Join` has no argument but needs at least 2."}},
		{"too many arguments", `Not([a], [b], [c])`, []string{"error 1:10-1:18 `Not` has 3 arguments but accepts 1."}},
		{"arguments for none", `Guid([a])`, []string{"error 1:6-1:9 `Guid` has 1 argument but accepts none."}},
		{"empty slots count", `ToLower([a], , )`, []string{"error 1:16-1:16 `ToLower` has 3 arguments but accepts at most 2."}},
		{"empty required argument", `Append(, "x")`, []string{"error 1:8-1:8 The argument `source` of `Append` is required but empty."}},
		{"empty required argument at the end", `Append([a], )`, []string{"error 1:13-1:13 The argument `suffix` of `Append` is required but empty."}},
		{"empty repeated argument", `Join(",", [a], , [b])`, []string{"error 1:16-1:16 The argument `source` of `Join` is required but empty."}},
		{"odd number of arguments of Switch", `Switch([a], "x", "k")`, []string{
			"error 1:1-1:22 `Switch` has 3 arguments; it needs an even number: the source, the default, and pairs of a key and a value."}},
		{"FormatDateTime with two arguments", `FormatDateTime([a], "x")`, []string{"error 1:1-1:25 `FormatDateTime` has 2 arguments but needs 4."}},
		{"FormatDateTime with three arguments and an empty one", `FormatDateTime([a], , "x")`, []string{"error 1:1-1:27 `FormatDateTime` has 3 arguments but needs 4."}},
		{"empty number", `Mid([a], "", 2)`, []string{"error 1:10-1:12 The argument `start` of `Mid` must be a number, not ``."}},
		{"Boolean for a number", `Item([a], [b] = 1)`, []string{"error 1:11-1:18 The argument `index` of `Item` must be a number, but this is a Boolean."}},
		{"date for a number", `Left([a], Now())`, []string{"error 1:11-1:16 The argument `NumChars` of `Left` must be a number, but this is a date."}},
		{"Boolean for a date", `CDate(IsNull([a]))`, []string{"error 1:7-1:18 The argument `expression` of `CDate` must be a date, but this is a Boolean."}},
		{"word out of place", `Append([a], vbTextCompare)`, []string{"error 1:13-1:26 The word `vbTextCompare` is not allowed here."}},
		{"wrong word", `InStr([a], "b", 1, UTF8)`, []string{"error 1:20-1:24 `UTF8` is not a value of `compareType`."}},
		{"random text that is too short", `RandomString(5, 3, 0, 0, 3)`, []string{"error 1:14-1:15 The length 5 is less than the sum of the minimum counts, 6."}},
		{"random text that is too long", `RandomString(257, 1, 1, 1, 1)`, []string{"error 1:14-1:17 `RandomString` returns at most 256 characters."}},
		{"negative count of random characters", `RandomString(5, -1, 0, 0, 0)`, []string{"error 1:17-1:19 The argument `MinimumNumbers` of `RandomString` cannot be negative."}},
		{"length of random text that is no number", `RandomString("x", 3, 0, 0, 0)`, []string{
			"error 1:14-1:17 The argument `Length` of `RandomString` must be a number, not `x`."}},
		{"nested SelectUniqueValue", `ToLower(SelectUniqueValue([a], [b]))`, []string{"error 1:9-1:26 `SelectUniqueValue` must be the outermost function."}},
		{"SelectUniqueValue with one rule", `SelectUniqueValue([a])`, []string{"error 1:1-1:23 `SelectUniqueValue` has 1 argument but needs at least 2."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, brief(Check(tt.text, CheckOptions{}).Errors())); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestCheck_warnsOfDoubtfulText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		text string
		want []string
	}{
		{"case of a name", `tolower([a])`, []string{"warning 1:1-1:8 The language is case-sensitive, and `tolower` is documented as `ToLower`."}},
		{"case of a word", `InStr([a], "b", 1, vbtextcompare)`, []string{"warning 1:20-1:33 `vbtextcompare` is documented as `vbTextCompare`."}},
		{"word in quotes", `InStr([a], "b", 1, "vbTextCompare")`, []string{"warning 1:20-1:35 `vbTextCompare` is documented as an unquoted word."}},
		{"number for a word", `InStr([a], "b", 1, 1)`, []string{"warning 1:20-1:21 `1` is not a documented value of `compareType`."}},
		{"undocumented escape", `Append([a], "a\\\"\+\.")`, []string{
			"warning 1:19-1:21 Only `\\\\` and `\\\"` are documented after a backslash; this backslash is read literally."}},
		{"bare number", `12`, []string{"warning 1:1-1:3 A number alone is not a documented form of an expression."}},
		{"words of neighboring products", `IIF([a] = True, NULL, IgnoreAttributeFlow)`, []string{
			"warning 1:11-1:15 The unquoted word `True` is not documented for provisioning.",
			"warning 1:17-1:21 The unquoted word `NULL` is not documented for provisioning.",
			"warning 1:23-1:42 `IgnoreAttributeFlow` occurs in one guide only and is not part of the documented language."}},
		{"concatenation", `ToLower([a] & "b")`, []string{"warning 1:13-1:14 The operator `&` is documented for Entra Connect and cloud sync, not for provisioning."}},
		{"blanks in a name", `ToLower([ a])`, []string{"warning 1:9-1:13 The spaces inside the brackets are part of the attribute name ` a`."}},
		{"comma in a name", `Join(",", [a, [b]])`, []string{"warning 1:11-1:19 `a, [b]` is read as one attribute name."}},
		{"function of cloud sync", `Trim([a])`, []string{"warning 1:1-1:5 `Trim` is not documented for application provisioning (documented for cloud sync jobs only)."}},
		{"function without description", `IsNothing([a])`, []string{"warning 1:1-1:10 `IsNothing` is not documented for application provisioning (listed without a description)."}},
		{"IIF over a null test", `IIF(IsNullOrEmpty([a]), "x", [a])`, []string{"warning 1:5-1:23 `IIF` over `IsNullOrEmpty` is documented as not supported."}},
		{"IIF over empty text", `IIF([a] = "", "x", [a])`, []string{
			"warning 1:5-1:13 `IIF` cannot test for empty text: its condition fails whenever the attribute is null or empty."}},
		{"IIF without a condition", `IIF([a], "x", "y")`, []string{"warning 1:5-1:8 The condition of `IIF` should be a comparison or a function that returns a Boolean."}},
		{"Switch over a null test", `Switch(IsPresent([a]), , "True", "x")`, []string{"warning 1:8-1:22 `Switch` over `IsPresent` is documented as not supported."}},
		{"Switch with conditions", `Switch([a] = "b", "x", [c] = "d", "y")`, []string{
			"warning 1:8-1:17 `Switch` compares its source with each key; pairs of a condition and a value are for Entra Connect."}},
		{"Switch without pairs", `Switch([a], "x")`, []string{"warning 1:1-1:17 This `Switch` has no pair of a key and a value."}},
		{"condition that is ignored", `IIF(IgnoreFlowIfNullOrEmpty([a]), "x", "y")`, []string{
			"warning 1:5-1:33 `IgnoreFlowIfNullOrEmpty` in the condition of `IIF` is documented as not supported."}},
		{"side of a condition that is ignored", `IIF("x" = IgnoreFlowIfNullOrEmpty([a]), "x", "y")`, []string{
			"warning 1:11-1:39 `IgnoreFlowIfNullOrEmpty` in the condition of `IIF` is documented as not supported."}},
		{"documented fallback", `Switch([a], [a], "", "b")`, nil},
		{"Switch with a default over a call", `Switch(Left([a], 1), "x", "k", "v")`, nil},
		{"Switch with a default over an attribute", `Switch([a], "x", "k", "v")`, []string{
			"warning 1:1-1:7 This `Switch` has a default and may set null in the target: a cycle may not include `[a]` if it did not change."}},
		{"Switch with an empty value", `Switch([a], , "k", )`, []string{"warning 1:20-1:20 The meaning of an empty key or value of `Switch` is not documented."}},
		{"Switch with a key twice", `Switch([a], , "k", 1, "l", "k", "k", 2)`, []string{"warning 1:33-1:36 The key `k` is a duplicate; the first one is used."}},
		{"short FormatDateTime", `FormatDateTime([a], "yyyy", "yy")`, []string{
			"warning 1:1-1:34 `FormatDateTime` with three arguments is an older form that the service may refuse."}},
		{"standard date format", `FormatDateTime([a], , "d", "yyyy")`, []string{"warning 1:23-1:26 A format of one letter is a standard .NET format, not the custom format `d`."}},
		{"broken date format", `FormatDateTime([a], , "yyyy'", "yyyy")`, []string{"warning 1:23-1:30 The date format is not valid: a quote in it is not closed."}},
		{"unknown date style", `FormatDateTime([a], "Sloppy", "yyyy", "yy")`, []string{"warning 1:21-1:29 `Sloppy` is not a .NET DateTimeStyles value."}},
		{"number that is no date style", `FormatDateTime([a], "256", "yyyy", "yy")`, []string{"warning 1:21-1:26 `256` is not a .NET DateTimeStyles value."}},
		{"unknown interval", `DateAdd("M", 1, [a])`, []string{"warning 1:9-1:12 `M` is not a documented interval."}},
		{"text that is no date", `CDate("soon")`, []string{"warning 1:7-1:13 `soon` does not look like a date."}},
		{"fraction for a whole number", `Left([a], 1.5)`, []string{"warning 1:11-1:14 The argument `NumChars` of `Left` is documented as a whole number."}},
		{"index zero", `Item([a], 0)`, []string{"warning 1:11-1:12 `Item` counts from 1."}},
		{"start zero", `Mid([a], 0, 2)`, []string{"warning 1:10-1:11 `Mid` counts from 1; the effect of a smaller start is not documented."}},
		{"Join in the order of Entra Connect", `Join([a], ",")`, []string{"warning 1:6-1:9 The separator is the first argument of `Join`; the other order is for Entra Connect."}},
		{"Replace with three arguments", `Replace([a], "x", "y")`, []string{"warning 1:1-1:8 The result of `Replace` with this combination of arguments is not documented."}},
		{"Replace of nothing", `Replace([a], "", , , "y", , )`, []string{"warning 1:14-1:16 `Replace` cannot look for empty text."}},
		{"broken regular expression", `Replace([a], , "(", , "y", , )`, []string{"warning 1:16-1:19 The regular expression cannot be read: missing closing )."}},
		{"missing group", `Replace([a], , "(?<x>a)", "y", "", , )`, []string{"warning 1:27-1:30 The regular expression has no group `y`."}},
		{"missing group in the replacement", `Replace([a], , "(?<x>a)", , "${x}${y}", , )`, []string{
			"warning 1:29-1:39 The regular expression has no group `y`, so `${y}` is not replaced."}},
		{"culture", `ToLower([a], "no culture")`, []string{"warning 1:14-1:26 `no culture` is not the name of a culture."}},
		{"Split without a delimiter", `Split([a], "")`, []string{"warning 1:12-1:14 `Split` needs a delimiter."}},
		{"role function over something else", `SingleAppRoleAssignment([roles])`, []string{"warning 1:25-1:32 `SingleAppRoleAssignment` is documented for `[appRoleAssignments]` only."}},
		{"SelectUniqueValue", `SelectUniqueValue([a], [b])`, []string{
			"warning 1:1-1:18 `SelectUniqueValue` works only in jobs that write to on-premises Active Directory.",
			"warning 1:1-1:18 `SelectUniqueValue` works only in a mapping that is applied when the object is created."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, brief(Check(tt.text, CheckOptions{}))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestCheck_dependsOnWhereTheExpressionStands(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		text    string
		options CheckOptions
		want    []string
	}{
		{"created once", `SelectUniqueValue([a], [b])`, CheckOptions{CreateOnly: true}, []string{
			"warning 1:1-1:18 `SelectUniqueValue` works only in jobs that write to on-premises Active Directory."}},
		{"matching attribute", `SelectUniqueValue([a], [b])`,
			CheckOptions{CreateOnly: true, MatchingAttribute: true, ExtraFunctions: []string{"SelectUniqueValue"}},
			[]string{"warning 1:1-1:18 `SelectUniqueValue` cannot be the source of a matching attribute."}},
		{"unknown function that the job has", `Custom([a], , Nope())`, CheckOptions{ExtraFunctions: []string{"Custom"}}, []string{
			"error 1:15-1:19 There is no function `Nope`."}},
		{"undocumented function that the job has", `Trim([a])`, CheckOptions{ExtraFunctions: []string{"Trim"}}, nil},
		{"spelling that the job has", `Guid(GUID())`, CheckOptions{ExtraFunctions: []string{"GUID"}}, []string{
			"error 1:6-1:12 `Guid` has 1 argument but accepts none."}},
		{"function of Entra Connect that the job has", `LCase([a])`, CheckOptions{ExtraFunctions: []string{"LCase"}}, []string{
			"warning 1:1-1:6 `LCase` is a function of Entra Connect and not documented for provisioning."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, brief(Check(tt.text, tt.options))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestCheck_acceptsDocumentedForms(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`[mail]`,
		`"en_US"`,
		`Mid([userPrincipalName], "1", "8")`,
		`DateAdd("d", "-10", CDate([hired]))`,
		`BitAnd(&HF, [flags])`,
		`CBool([a] = [b])`,
		`IIF(DateDiff("d", Now(), CDate([hired])) > 5, "False", "True")`,
		`IIF(Not([a]), "x", "y")`,
		`IIF(Switch([a], , "1", "True"), "x", "y")`,
		`IgnoreFlowIfNullOrEmpty([a])`,
		`Switch([a], , "k", ToLower([b]), "", Now())`,
		`ToUpper([a], "tr-TR")`,
		`ToUpper([a], "xx-YY")`,
		`FormatDateTime([a], "AllowLeadingWhite, AssumeLocal", "yyyyMMddHHmmss.fZ", "yyyy-MM-dd")`,
		`FormatDateTime([a], "32", "M/d/yyyy h:mm:ss tt", "yyyy-MM-dd")`,
		`SingleAppRoleAssignment([appRoleAssignments])`,
		`AppRoleAssignmentsComplex([appRoleAssignments])`,
		`AssertiveAppRoleAssignmentsComplex([appRoleAssignments])`,
		`Replace([a], , "(?<n>\\d+)", "n", , [b], )`,
		`Replace([a], "{x}", , , , , "Dear {x}")`,
		`Replace([a], , "(?<n>\\d+)b", , "${0}${n}$1", , )`,
		`Replace([a], "b", , , "c")`,
		`InStr([a], "b", , vbBinaryCompare)`,
		`Word([a], 2, ", ")`,
		`RandomString(10, 2, 2, 2, 1, "?,")`,
		`PCase([a], " -")`,
		`Join(",", "x")`,
		`Join([a], "x", [b])`,
	} {
		if problems := Check(text, CheckOptions{}); problems != nil {
			t.Errorf("%s\n%s", text, problems.Render(text))
		}
	}
}

func TestCheck_suggestsWhatToWrite(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{`Joni(",", [a])`, "Did you mean `Join`?"},
		{`NormalzeDiacritics([a])`, "Did you mean `NormalizeDiacritics`?"},
		{`UCase([a])`, "Use `ToUpper`."},
		{`Frobnicate([a])`, ""},
		{`Append([a])`, "Its form is `Append(source, suffix)`."},
		{`Join(",")`, "Its form is `Join(separator, source, …)`."},
		{`InStr([a])`, "Its form is `InStr(value1, value2, start?, compareType?)`."},
		{`Append(mail, "x")`, "Write `[mail]` for an attribute or `\"mail\"` for text."},
		{`InStr([a], "b", 1, Unicode)`, "Write `vbTextCompare` or `vbBinaryCompare`."},
	}
	for _, tt := range tests {
		problems := Check(tt.text, CheckOptions{})
		if len(problems) == 0 || problems[0].Suggestion != tt.want {
			t.Errorf("%s: got %+v, want %q", tt.text, problems, tt.want)
		}
	}
}

func TestCheck_losesNoErrorAmongManyWarnings(t *testing.T) {
	t.Parallel()
	text := "Join(\",\", " + strings.Repeat("tolower([a]), ", 2*maxProblems) + "Nope(), " + strings.Repeat("tolower([a]), ", maxProblems) + "[b])"
	problems := Check(text, CheckOptions{})
	if len(problems) != maxProblems || len(problems.Errors()) != 1 || problems[maxProblems-1].Severity != SeverityError {
		t.Errorf("got %v", brief(problems))
	}
	if problems := Check(strings.Repeat("tolower(nope ", 3*maxProblems), CheckOptions{}); len(problems) != maxProblems || len(problems.Errors()) != maxProblems {
		t.Errorf("got %v", brief(problems))
	}
}
