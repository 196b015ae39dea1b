// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// evalCase is an expression and what it yields. Attributes are null, "x", "", "False" and the list of one, two, one.
type evalCase struct {
	text string
	want Value
}

var evalAttributes = map[string]Value{
	"null": Null(), "x": String("x"), "empty": String(""), "false": String("False"), "list": List("one", "two", "one"),
	"single": List("only"), "none": List(), "name": String("Zoë Straußmüller"), "seven": String("7"),
}

func runEvalCases(t *testing.T, tests []evalCase) {
	t.Helper()
	now := time.Date(2025, 7, 30, 13, 5, 9, 0, time.FixedZone("", 2*3600))
	for _, tt := range tests {
		got, err := Evaluate(mustParse(t, tt.text), Options{Attributes: evalAttributes, Now: &now})
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(Value{})); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.text, diff)
		}
	}
}

func TestEvaluate_texts(t *testing.T) {
	t.Parallel()
	runEvalCases(t, []evalCase{
		{`[x]`, String("x")},
		{`[missing]`, Null()},
		{`[X]`, Null()},
		{`"a \"b\" \\c\d"`, String(`a "b" \c\d`)},
		{`Append([x], "y")`, String("xy")},
		{`Append([null], "y")`, String("y")},
		{`Append([x], [null])`, String("x")},
		{`Append([list], "!")`, List("one!", "two!", "one!")},
		{`Prepend("y", [x])`, String("yx")},
		{`Prepend("y", [null])`, String("y")},
		{`Join(", ", [x], "", [null], "y", [none])`, String("x, y")},
		{`Join("-", "a", [list], 1)`, String("a-one-two-one-1")},
		{`Join("", [null])`, String("")},
		{`Join([null], "a", "b")`, String("ab")},
		{`Split("a,b, c,", ",")`, List("a", "b", " c", "")},
		{`Split("", ",")`, List("")},
		{`Split([null], ",")`, Null()},
		{`Split("a::b", "::")`, List("a", "b")},
		{`Split("ab", "")`, List("ab")},
		{`StripSpaces(" a  b\t ")`, String("ab\\t")},
		{`Trim("  a b ")`, String("a b")},
		{`Trim([list])`, List("one", "two", "one")},
		{`Left("John Doe", 0)`, String("")},
		{`Left("John Doe", -1)`, String("John Doe")},
		{`Left("John Doe", 99)`, String("John Doe")},
		{`Left("John Doe", "2")`, String("Jo")},
		{`Left([null], 2)`, String("")},
		{`Left("漢字かな", 2)`, String("漢字")},
		{`Left("😀😀x", 2)`, String("😀")},
		{`Mid("John Doe", 6, 99)`, String("Doe")},
		{`Mid("John Doe", 8, 1)`, String("e")},
		{`Mid("John Doe", 9, 1)`, String("John Doe")},
		{`Mid("John Doe", 0, 1)`, String("John Doe")},
		{`Mid("John Doe", 1, -1)`, String("John Doe")},
		{`Mid("John Doe", 3, 0)`, String("")},
		{`Mid([null], 1, 2)`, String("")},
		{`Mid("a😀b", 2, 2)`, String("😀")},
		{`Len("a😀b")`, String("4")},
		{`Len([null])`, String("0")},
		{`Word("This,string!has&many separators", 3, ",!&#")`, String("has")},
		{`Word("a b", 0, " ")`, String("")},
		{`Word("a b", -1, " ")`, String("")},
		{`Word("a b", 3, " ")`, String("")},
		{`Word("a  b", 2, " ")`, String("b")},
		{`Word([null], 1, " ")`, String("")},
		{`Word("a b", 1, "")`, String("a b")},
		{`InStr("repEated", "e", 3, vbBinaryCompare)`, String("7")},
		{`InStr("repEated", "e", 3, vbTextCompare)`, String("4")},
		{`InStr("repEated", "E")`, String("4")},
		{`InStr("repEated", "z")`, String("0")},
		{`InStr("abc", "a", 2)`, String("0")},
		{`InStr("abc", "c", 9)`, String("0")},
		{`InStr("abc", "c", 3)`, String("3")},
		{`InStr("abcabc", "a", , vbBinaryCompare)`, String("1")},
		{`InStr("😀a", "a")`, String("3")},
		{`InStr([null], "a")`, String("0")},
		{`ToLower("İIıi ÄÖÜ ẞ")`, String("İiıi äöü ß")},
		{`ToLower("İIıi", "en-US")`, String("iiıi")},
		{`ToLower("İIıi", "tr-TR")`, String("iııi")},
		{`ToUpper("iı straße")`, String("Iı STRAßE")},
		{`ToUpper("iı", "en-US")`, String("II")},
		{`ToUpper("iı", "tr")`, String("İI")},
		{`ToUpper("iı", "az-Latn-AZ")`, String("İI")},
		{`ToUpper([null])`, Null()},
		{`ToUpper([x], )`, String("X")},
		{`ConvertToBase64("é😀")`, String("6QA92ADe")},
		{`ConvertFromBase64("6QA92ADe")`, String("é😀")},
		{`ConvertFromBase64("w6k=", UTF8)`, String("é")},
		{`ConvertFromBase64("YWI=", ASCII)`, String("ab")},
		{`ConvertFromBase64("w6l/gA==", ASCII)`, String("??\x7f?")},
		{`ConvertToUTF8Hex("Hello world!")`, String("48656C6C6F20776F726C6421")},
		{`ToLower([x] & "Y" & 1)`, String("xy1")},
		{`CStr(12)`, String("12")},
		{`CStr(&HF7)`, String("247")},
		{`CStr(&Hff)`, String("255")},
		{`Redact([x])`, String("x")},
		{`DNComponent("cn=Joe\\, Jr,dc=example,dc=com", 1)`, String(`Joe\, Jr`)},
		{`DNComponent("cn=,dc=example", 2)`, String("example")},
		{`DNComponent("cn=Joe,dc=example,dc=com", 2)`, String("example")},
	})
}

func TestEvaluate_capitalization(t *testing.T) {
	t.Parallel()
	runEvalCases(t, []evalCase{
		{`PCase("PABLO GONSALVES (SECOND)")`, String("Pablo Gonsalves (Second)")},
		{`PCase("PABLO GONSALVES (SECOND)", " ")`, String("Pablo Gonsalves (second)")},
		{`PCase("jean-luc o'neil_smith/jones")`, String("Jean-Luc O'neil_Smith/Jones")},
		{`PCase("jean-LUC o'neil", "-'")`, String("Jean-Luc o'Neil")},
		{`PCase("3rd a1b €uro")`, String("3Rd A1b €Uro")},
		{`PCase("élan ǆ")`, String("Élan ǅ")},
		{`PCase([null])`, Null()},
	})
}

func TestEvaluate_diacritics(t *testing.T) {
	t.Parallel()
	runEvalCases(t, []evalCase{
		{`NormalizeDiacritics("äàâãåáąăāǟ ÄÀÂÃÅÁĄĂĀǞ")`, String("aaaaaaaaaa AAAAAAAAAA")},
		{`NormalizeDiacritics("çčć ďëèéêęěėē ğïîìíıī ľłñńň")`, String("ccc deeeeeeee giiiiii llnnn")},
		{`NormalizeDiacritics("öòőõôóō řšśșş ťț üùûúůűū ÿýź žż")`, String("ooooooo rssss tt uuuuuuu yyz zz")},
		{`NormalizeDiacritics("æǣ ÆǢ øØ ß łŁ ıİ")`, String("aeae AEAE oeOE ss lL iI")},
		{`NormalizeDiacritics("œ̄ Œ̄ a̱ ḹ ṝ ē̂")`, String("oe OE a l r e")},
		{`NormalizeDiacritics("đ ð þ œ ħ ŵ ķ")`, String("đ ð þ œ ħ ŵ ķ")},
		{`NormalizeDiacritics("Zoe\u0308, O'Neil – 漢字 éx")`, String(`Zoe\u0308, O'Neil – 漢字 ex`)},
		{`NormalizeDiacritics("Zoë e` + "\u0301" + `")`, String("Zoe e")},
		{`NormalizeDiacritics([list])`, List("one", "two", "one")},
	})
}

func TestEvaluate_booleansAndNull(t *testing.T) {
	t.Parallel()
	yes, no := String("True"), String("False")
	runEvalCases(t, []evalCase{
		{`IsNull([null])`, yes}, {`IsNull([empty])`, no}, {`IsNull([x])`, no}, {`IsNull([none])`, yes},
		{`IsNullOrEmpty([null])`, yes}, {`IsNullOrEmpty([empty])`, yes}, {`IsNullOrEmpty([x])`, no}, {`IsNullOrEmpty([list])`, no},
		{`IsPresent([null])`, no}, {`IsPresent([empty])`, no}, {`IsPresent([x])`, yes},
		{`IsString([x])`, yes}, {`IsString([null])`, no}, {`IsString([list])`, no},
		{`Not("True")`, no}, {`Not("False")`, yes}, {`Not([null])`, yes}, {`Not("anything")`, yes}, {`Not([x] = "x")`, no},
		{`CBool(0)`, no}, {`CBool("0.0")`, no}, {`CBool(-2)`, yes}, {`CBool(&HF)`, yes}, {`CBool("true")`, yes}, {`CBool([null])`, no},
		{`CBool([x] = [x])`, yes}, {`CBool([x] = [empty])`, no}, {`CBool([null] = [missing])`, yes}, {`CBool([null] <> [x])`, yes},
		{`CBool([null] < [x])`, no},
		{`Coalesce([null], [x], "y")`, String("x")}, {`Coalesce([empty], [x])`, String("")}, {`Coalesce([null], [missing])`, Null()},
		{`Coalesce([null], "")`, String("")}, {`Coalesce([list], "y")`, List("one", "two", "one")},
		{`Count([list])`, String("3")}, {`Count([null])`, String("0")}, {`Count([x])`, String("1")},
		{`Item([list], 2)`, String("two")}, {`Item([x], 1)`, String("x")},
		{`RemoveDuplicates([list])`, List("one", "two")}, {`RemoveDuplicates([x])`, String("x")},
		{`SingleAppRoleAssignment([single])`, String("only")}, {`SingleAppRoleAssignment([null])`, Null()},
		{`AppRoleAssignmentsComplex([list])`, List("one", "two", "one")},
		{`BitAnd([seven], 12)`, String("4")}, {`BitAnd(&HFFFF0000, "&H00FF0000")`, String("16711680")}, {`BitAnd("512.0", 512)`, String("512")},
	})
}

func TestEvaluate_conditions(t *testing.T) {
	t.Parallel()
	yes, no := String("yes"), String("no")
	var tests []evalCase
	for condition, want := range map[string]Value{
		`[x] = "x"`: yes, `[x] = "X"`: no, `[x] <> "y"`: yes, `[x] < "y"`: yes, `[x] >= "y"`: no,
		`[seven] = 7`: yes, `[seven] = "7.0"`: yes, `[seven] > 10`: no, `[seven] >= -7`: yes, `[seven] < "07.5"`: yes, `[seven] <= "7"`: yes,
		`"10" < "9"`: no, `"10a" < "9"`: yes, `123456789012345678901 > 123456789012345678900`: yes, `-0 = 0`: yes, `-2 < -1`: yes,
		`[null] = "x"`: no, `[null] <> "x"`: no, `[empty] <> "x"`: no, `[empty] = ""`: no, `"x" <> [null]`: no, `[null] = [missing]`: no,
		`ToLower([null]) = ""`: no, `Append([null], "") = ""`: yes,
		`CBool([x] = "x")`: yes, `Not([false])`: yes, `IsPresent([null])`: no, `[seven]`: yes, `"0"`: no, `"true"`: yes, `[null]`: no,
		`[single] = "only"`: yes, `[none] = "only"`: no,
	} {
		tests = append(tests, evalCase{`IIF(` + condition + `, "yes", "no")`, want})
	}
	runEvalCases(t, tests)
}

func TestEvaluate_choices(t *testing.T) {
	t.Parallel()
	runEvalCases(t, []evalCase{
		{`Switch([x], "d", "x", "hit", "x", "late")`, String("hit")},
		{`Switch([x], "d", "X", "hit")`, String("d")},
		{`Switch([x], , "y", "hit")`, Null()},
		{`Switch([null], "d", "", "hit")`, String("hit")},
		{`Switch([empty], "d", "", "hit")`, String("hit")},
		{`Switch([null], "d", "x", "hit")`, String("d")},
		{`Switch([x], "d", ToLower("X"), [list])`, List("one", "two", "one")},
		{`Switch([x], "d")`, String("d")},
		{`Switch([x], "d", "x", )`, Null()},
		{`Switch([single], "d", "only", "hit")`, String("hit")},
		{`IgnoreFlowIfNullOrEmpty([x])`, String("x")},
		{`IgnoreFlowIfNullOrEmpty([empty])`, Ignored()},
		{`IgnoreFlowIfNullOrEmpty([none])`, Ignored()},
		{`Append(IgnoreFlowIfNullOrEmpty([null]), "x")`, Ignored()},
		{`IIF([x] = "x", "chosen", IgnoreFlowIfNullOrEmpty([null]))`, String("chosen")},
		{`IIF([x] = "y", "chosen", IgnoreFlowIfNullOrEmpty([null]))`, Ignored()},
		{`IIF([x] = "y", "chosen", IgnoreAttributeFlow)`, Ignored()},
		{`IIF([x] = "y", "chosen", NULL)`, Null()},
		{`IIF([x] = "x", True, false)`, String("True")},
		{`Switch([x], IgnoreObjectFlow, "x", "hit")`, String("hit")},
		{`Coalesce([null], IgnoreFlowIfNullOrEmpty([null]), [x])`, Ignored()},
	})
}

func TestEvaluate_replace(t *testing.T) {
	t.Parallel()
	runEvalCases(t, []evalCase{
		{`Replace("a.b.c", ".", , , "-", , )`, String("a-b-c")},
		{`Replace("a.b", ".", , , "", , )`, String("ab")},
		{`Replace("a.b", ".", , , "--", , )`, String("a--b")},
		{`Replace("aAa", "a", , , "x")`, String("xAx")},
		{`Replace([list], "one", , , "1")`, List("1", "two", "1")},
		{`Replace([x], "{name}", , , , , "Dear {name}, {name}")`, String("Dear x, x")},
		{`Replace([null], "a", , , "b")`, Null()},
		{`Replace("+91 9998887777", , "\\+(?<isdCode>\\d* )(?<phoneNumber>\\d{10})", , "${isdCode}0${phoneNumber}", , )`, String("91 09998887777")},
		{`Replace("jane@example.com, joe@example.com", , "@(?<domain>\\w+)\\.com", "domain", "example", , )`, String("jane@example.com, joe@example.com")},
		{`Replace("ab", , "(?<x>a)|b", "x", "c", , )`, String("cb")},
		{`Replace("ba", , "(?<x>a)|b", "x", "c", , )`, String("bc")},
		{`Replace("aab", , "a(?=(?<x>a?b))", "x", "c", , )`, String("ac")},
		{`Replace([null], , "(?<n>\\d+)", "n", , [name], )`, String("Zoë Straußmüller")},
		{`Replace([null], , "(?<n>[A-Z]\\w+$)", "n", , [name], )`, String("Straußmüller")},
		{`Replace([empty], , "(?<n>\\d+)", "n", , "tel 42 or 43", )`, String("42")},
		{`Replace([x], , "(?<n>\\d+)", "n", , "tel 42", )`, String("x")},
		{`Replace([null], , "(?<n>\\d+)", "n", , [null], )`, Null()},
		{`Replace("no match", , "\\d+", , "x", , )`, String("no match")},
		{`Replace("xab", , "x*", , "-", , )`, String("--a-b-")},
		{`Replace("abc", , "b", , "[$0|$&|$` + "`" + `|$'|$_|$$|$1|$+]", , )`, String("a[b|b|a|c|abc|$|$1|b]c")},
		{`Replace("abc", , "(a)(?<n>b)", , "$2$1${1}${n}${no}$99", , )`, String("baab${no}$99c")},
		{`Replace("xy", , "(?<a_b>x)", , "${a_b}${a b}", , )`, String("x${a b}y")},
		{`Replace("٣", , "\\d", , "n", , )`, String("n")},
		{`Replace("é_", , "\\w", , "w", , )`, String("ww")},
		{"Replace(\"ab\n\", , \"b$\", , \"x\", , )", String("ax\n")},
		{`Replace("aab", , "(?<!a)a(?=a)", , "x", , )`, String("xab")},
		{`Replace("abab", , "(?<p>ab)\\k<p>", , "x", , )`, String("x")},
		{`Replace("AB", , "(?i)b", , "x", , )`, String("Ax")},
		{`Replace("a😀b", , "[^ab]", , "x", , )`, String("axb")},
	})
}

func TestEvaluate_namesTheReasonOfFailure(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text   string
		reason error
		want   string
	}{
		{`Now()`, ErrNeedsNow, "line 1, column 1: `Now` needs the current time, which is not set."},
		{`FormatDateTime("10:15", , "HH:mm", "HH")`, ErrNeedsNow,
			"line 1, column 1: `FormatDateTime` needs the current date for text that has none, and the current time is not set."},
		{`Append("x", Guid())`, ErrNeedsSeed, "line 1, column 13: `Guid` returns random values and needs a seed, which is not set."},
		{`RandomString(1, 0, 0, 0, 0)`, ErrNeedsSeed, "line 1, column 1: `RandomString` returns random values and needs a seed, which is not set."},
		{`DefaultDomain()`, ErrNeedsDomain, "line 1, column 1: `DefaultDomain` needs the default domain of the tenant, which is not set."},
		{`Nope([x])`, ErrOffline, "line 1, column 1: The function `Nope` is unknown, so it cannot be computed offline."},
		{`Replace([x], , "\\p{IsGreek}", , "", , )`, ErrOffline,
			"line 1, column 16: The regular expression cannot be read: unknown unicode category, script, or property 'IsGreek'."},
		{`Append([x])`, ErrInvalid, "line 1, column 1: `Append` has 1 argument but needs 2. Its form is `Append(source, suffix)`."},
		{`SelectUniqueValue("a", "b")`, ErrNotUnique, "line 1, column 1: All values that `SelectUniqueValue` offers already exist."},
		{`CDate([x])`, nil, "line 1, column 7: The argument `expression` of `CDate` must be a date, and its value is not one."},
		{`CDate("soon")`, nil, "line 1, column 7: The argument `expression` of `CDate` must be a date, and `soon` is not one."},
		{`CDate([null])`, nil, "line 1, column 7: The argument `expression` of `CDate` must be a date, but there is no value."},
		{`Left([x], [x])`, nil, "line 1, column 11: The argument `NumChars` of `Left` must be a whole number, and its value is not one."},
		{`Left([x], [null])`, nil, "line 1, column 11: The argument `NumChars` of `Left` must be a whole number, but there is no value."},
		{`Left([x], 1.5)`, nil, "line 1, column 11: The argument `NumChars` of `Left` must be a whole number, and `1.5` is not one."},
		{`Append([x], [list])`, nil, "line 1, column 13: The argument `suffix` of `Append` has 3 values and must have one."},
		{`IIF([list] = "x", 1, 2)`, nil, "line 1, column 5: This has 3 values, and an operator accepts one."},
		{`IIF([list], 1, 2)`, nil, "line 1, column 5: The argument `condition` of `IIF` has 3 values and must have one."},
		{`ToLower([x], [list])`, nil, "line 1, column 14: The argument `culture` of `ToLower` has 3 values and must have one."},
		{`Item([list], 4)`, nil, "line 1, column 14: `Item` refers to value 4 of 3."},
		{`Item([list], 0)`, nil, "line 1, column 14: `Item` refers to value 0 of 3."},
		{`CBool("maybe")`, nil, "line 1, column 7: `CBool` cannot read `maybe` as a Boolean."},
		{`Error("no manager")`, nil, "line 1, column 1: The expression stops with an error: no manager."},
		{`Error([x])`, nil, "line 1, column 1: The expression stops with its own error."},
		{`DateAdd("x", 1, "2025-01-01")`, nil, "line 1, column 9: The argument `interval` of `DateAdd` must be `yyyy`, `m`, `d`, `ww`, `h`, `n`, or `s`, and `x` is not one of them."},
		{`DateAdd("yyyy", 9000, "2025-01-01")`, nil, "line 1, column 17: The date is moved out of the range of years 1 to 9999."},
		{`DateAdd("d", -999999999999999, "2025-01-01")`, nil, "line 1, column 14: The date is moved out of the range of years 1 to 9999."},
		{`NumFromDate("1600-12-31")`, nil, "line 1, column 13: File times begin in 1601, and the date is earlier."},
		{`DateFromNum(-1)`, nil, "line 1, column 13: `DateFromNum` needs a Windows file time."},
		{`FormatDateTime([x], , "yyyy", "yy")`, nil, "line 1, column 16: `FormatDateTime` cannot read its value with the input format: it does not match the format."},
		{`FormatDateTime([empty], , "yyyy", "yy")`, nil, "line 1, column 16: `FormatDateTime` needs a date, but there is no value."},
		{`FormatDateTime([x], , "yyyy'", "yy")`, nil, "line 1, column 23: The date format is not valid: a quote in it is not closed."},
		{`ToLower([x], "no culture")`, nil, "line 1, column 14: The argument `culture` of `ToLower` must be the name of a culture, and `no culture` is not one."},
		{`ConvertFromBase64("???")`, nil, "line 1, column 19: The argument `source` of `ConvertFromBase64` is not Base64."},
		{`Replace([x], "x", "y")`, nil, "line 1, column 1: The result of `Replace` with this combination of arguments is not documented."},
		{`Replace([x], "", , , "y")`, nil, "line 1, column 14: `Replace` cannot look for empty text."},
		{`Replace([x], , "x", "g", "y")`, nil, "line 1, column 21: The argument `regexGroupName` of `Replace` must be a group of the regular expression, and `g` is not one."},
		{`DNComponent("x", 1)`, nil, "line 1, column 13: The argument `dn` of `DNComponent` must be a distinguished name, and `x` is not one."},
		{`DNComponent("cn=x", 2)`, nil, "line 1, column 21: `DNComponent` refers to part 2 of 1."},
		{"IIF([x] = \"x\", \"fine\",\n  CDate([x]))", nil, "line 2, column 9: The argument `expression` of `CDate` must be a date, and its value is not one."},
	}
	for _, tt := range tests {
		_, err := Evaluate(mustParse(t, tt.text), Options{Attributes: evalAttributes, Existing: []string{"A", "B"}})
		var evalErr *EvalError
		if !errors.As(err, &evalErr) || err.Error() != tt.want || evalErr.Unwrap() != tt.reason {
			t.Errorf("%s\n got %v (%v)\nwant %s (%v)", tt.text, err, errors.Unwrap(err), tt.want, tt.reason)
		}
	}
}

func TestEvaluate_selectsUniqueValues(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		text     string
		existing []string
		want     Value
	}{
		{"nothing taken", `SelectUniqueValue("a", "b")`, nil, String("a")},
		{"first taken in another case", `SelectUniqueValue("a", "b")`, []string{"A"}, String("b")},
		{"null and empty rules are skipped", `SelectUniqueValue([null], [empty], "c")`, nil, String("c")},
		{"later rules are not computed", `SelectUniqueValue("a", CDate("soon"))`, nil, String("a")},
		{"ignored rule", `SelectUniqueValue(IgnoreFlowIfNullOrEmpty([null]), "b")`, nil, Ignored()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Evaluate(mustParse(t, tt.text), Options{Attributes: evalAttributes, Existing: tt.existing})
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(Value{})); diff != "" || err != nil {
				t.Errorf("error %v (-want +got)\n%s", err, diff)
			}
		})
	}
}

func TestEvaluate_randomValuesFollowTheSeed(t *testing.T) {
	t.Parallel()
	run := func(text, seed string) string {
		got, err := Evaluate(mustParse(t, text), Options{Seed: &seed})
		if err != nil {
			t.Fatal(err)
		}
		return got.Text()
	}
	for _, text := range []string{`Guid()`, `RandomString(16, 2, 2, 2, 2)`} {
		first, again, other := run(text, "1"), run(text, "1"), run(text, "2")
		if first != again || first == other {
			t.Errorf("%s does not follow the seed", text)
		}
	}
	if guids := strings.Split(run(`Join(" ", Guid(), Guid())`, "1"), " "); guids[0] == guids[1] {
		t.Error("two calls of Guid yield the same")
	}
	for i := range 50 {
		got := run(`RandomString(12, 2, 3, 1, 1, "abcABC012~!")`, fmt.Sprint(i))
		counts := map[string]int{}
		for _, r := range got {
			for _, set := range []string{randomDigits, randomSpecials, randomCapitals, randomLower} {
				if strings.ContainsRune(set, r) {
					counts[set]++
				}
			}
		}
		if len(got) != 12 || counts[randomDigits] < 2 || counts[randomSpecials] < 3 || counts[randomCapitals] < 1 || counts[randomLower] < 1 ||
			strings.ContainsAny(got, "abcABC012~!") {
			t.Errorf("seed %d: %q", i, got)
		}
	}
}

func TestEvaluate_refusesImpossibleRandomText(t *testing.T) {
	t.Parallel()
	seed := "x"
	tests := []struct{ text, want string }{
		{`RandomString([length], 4, 0, 0, 4)`, "line 1, column 14: The length of `RandomString` is less than the sum of the minimum counts."},
		{`RandomString([many], 0, 0, 0, 0)`, "line 1, column 14: `RandomString` returns at most 256 characters."},
		{`RandomString(9, [minus], 0, 0, 0)`, "line 1, column 17: The argument `MinimumNumbers` of `RandomString` cannot be negative."},
		{`RandomString(9, 1, 0, 0, 0, "0123456789")`, "line 1, column 17: `RandomString` must avoid all characters that `MinimumNumbers` requires."},
	}
	for _, tt := range tests {
		_, err := Evaluate(mustParse(t, tt.text), Options{Seed: &seed, Attributes: map[string]Value{
			"length": String("7"), "many": String("300"), "minus": String("-1")}})
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: error %v, want %s", tt.text, err, tt.want)
		}
	}
}

func TestEvaluate_stopsAtLimits(t *testing.T) {
	t.Parallel()
	grow := `"aaaaaaaaaa"`
	for range 12 {
		grow = `Replace(` + grow + `, "a", , , "aaaaaaaaaa")`
	}
	long := strings.Repeat("a", 1<<20)
	tests := []struct {
		name string
		text string
		want string
	}{
		{"text that multiplies itself", grow, "The expression produces more than 4194304 bytes of text."},
		{"template that multiplies", `Replace([long], "a", , , , , [long])`, "The expression produces more than 4194304 bytes of text."},
		{"regular expression that multiplies", `Replace([long], , "a", , "$_$_", , )`, "The expression produces more than 4194304 bytes of text."},
		{"group that multiplies", `Replace([long], , "(?<g>a)", "g", [long], , )`, "The expression produces more than 4194304 bytes of text."},
		{"list that grows", `Join([long], [list])`, "The expression produces more than 4194304 bytes of text."},
		{"steps", "Join(\"\", [items])", "The expression takes more than 100000 steps."},
		{"values of a list", "ToUpper([items])", "The expression takes more than 100000 steps."},
		{"parts of a text", `Split([long], "a")`, "The expression takes more than 100000 steps."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			attributes := map[string]Value{"long": String(long), "list": List("a", "b", "c", "d", "e", "f"), "items": List(make([]string, maxSteps)...)}
			_, err := Evaluate(mustParse(t, tt.text), Options{Attributes: attributes})
			var evalErr *EvalError
			if !errors.As(err, &evalErr) || !errors.Is(err, ErrLimit) || evalErr.Problem.Message != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

func TestEvalError_rendersTheOffendingLine(t *testing.T) {
	t.Parallel()
	text := "Join(\" \",\n  CDate([hired]),\n  [name])"
	_, err := Evaluate(mustParse(t, text), Options{Attributes: map[string]Value{"hired": String("soon")}})
	var evalErr *EvalError
	if !errors.As(err, &evalErr) {
		t.Fatal(err)
	}
	want := "The argument `expression` of `CDate` must be a date, and its value is not one.\n\nline 2, column 9:\n" +
		"    CDate([hired]),\n          ^^^^^^^"
	if diff := cmp.Diff(want, evalErr.Problem.Render(text)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestValue_givesItsTexts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		value  Value
		kind   ValueKind
		text   string
		values []string
	}{
		{Value{}, ValueNull, "", nil},
		{String("a"), ValueString, "a", []string{"a"}},
		{List("a", "b"), ValueList, "", []string{"a", "b"}},
		{Ignored(), ValueIgnored, "", nil},
	}
	for _, tt := range tests {
		if tt.value.Kind() != tt.kind || tt.value.Text() != tt.text || cmp.Diff(tt.values, tt.value.Values()) != "" ||
			tt.value.IsNull() != (tt.kind == ValueNull) {
			t.Errorf("%+v", tt.value)
		}
	}
}

func TestEvaluate_takesTheDefaultDomainFromItsOptions(t *testing.T) {
	t.Parallel()
	e, _ := Parse(`Join("@", [user], DefaultDomain())`)
	domain := "corp.example"
	got, err := Evaluate(e, Options{Attributes: map[string]Value{"user": String("ana")}, DefaultDomain: &domain})
	if err != nil || got.Text() != "ana@corp.example" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestEvaluate_countsAsDocumented(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{`Len([none])`: "0", `Len("")`: "0", `Len(42568)`: "5", `Len(42568.75)`: "8", `Len([user])`: "3"} {
		e, problems := Parse(text)
		if e == nil {
			t.Fatal(problems)
		}
		if found := e.Check(CheckOptions{}); len(found) > 0 {
			t.Errorf("%s: %v", text, found)
		}
		if got, err := Evaluate(e, Options{Attributes: map[string]Value{"user": String("ana")}}); err != nil || got.Text() != want {
			t.Errorf("%s is %v, %v", text, got, err)
		}
	}
}

// What a branch that is not chosen comes to is not settled: the evaluation continues and says so, but for what fails in any case.
func TestEvaluate_leavesADoubtWhereABranchThatIsNotChosenFails(t *testing.T) {
	t.Parallel()
	const doubt = "Microsoft's pages contradict each other"
	for _, test := range []struct {
		text, want string
		doubts     []string // places
		fails      bool
	}{
		{text: `IIF([x] = "x", "fine", CDate([x]))`, want: "fine", doubts: []string{"1:30"}},
		{text: `IIF([x] = "y", CDate([x]), "fine")`, want: "fine", doubts: []string{"1:22"}},
		{text: `IIF([x] = "y", "fine", CDate([x]))`, fails: true},
		{text: `IIF(CDate([x]) = "y", "a", "b")`, fails: true},
		{text: `Switch([x], CDate([x]), "x", "fine")`, want: "fine", doubts: []string{"1:19"}},
		{text: `Switch([x], "no", "x", "fine", "y", CDate([x]))`, want: "fine", doubts: []string{"1:43"}},
		{text: `Switch([x], "no", "x", CDate([x]))`, fails: true},
		{text: `Switch([x], CDate([x]), "y", "no")`, fails: true},
		{text: `Coalesce([x], CDate([x]))`, want: "x", doubts: []string{"1:21"}},
		{text: `Coalesce([none], CDate([x]))`, fails: true},
		{text: `IIF([x] = "x", IIF([x] = "x", "fine", CDate([x])), CDate([x]))`, want: "fine", doubts: []string{"1:45", "1:58"}},
		{text: `IIF([x] = "x", "fine", Now())`, want: "fine"}, // the service would not fail there
		{text: `IIF([x] = "x", "fine", "also fine")`, want: "fine"},
		{text: `Append(IIF([x] = "x", "fine", CDate([x])), CDate([x]))`, fails: true},
	} {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			e, problems := Parse(test.text)
			if e == nil {
				t.Fatal(problems)
			}
			var places []string
			options := Options{Attributes: map[string]Value{"x": String("x")}, Doubt: func(p Problem) {
				places = append(places, fmt.Sprintf("%d:%d", p.Range.Start.Line, p.Range.Start.Column))
				if !strings.Contains(p.Message, doubt) || strings.Contains(p.Message, "`x`") {
					t.Error(p.Message)
				}
			}}
			got, err := Evaluate(e, options)
			if (err != nil) != test.fails || err == nil && got.Text() != test.want {
				t.Errorf("got %q, %v", got.Text(), err)
			}
			if diff := cmp.Diff(test.doubts, places); diff != "" && !test.fails {
				t.Errorf("doubts (-want +got)\n%s", diff)
			}
			options.Doubt = nil
			if _, err := Evaluate(e, options); (err == nil) != (test.doubts == nil && !test.fails && !strings.Contains(test.text, "Now")) {
				t.Errorf("without the doubt: %v", err)
			}
		})
	}
}
