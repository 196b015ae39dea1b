// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"strings"
	"testing"
	"time"
)

// longExpression has 1,000 characters of the kind that mappings consist of.
func longExpression() string {
	const part = `Switch([department], "OU=Default", "Engineering", Join(",", "OU=Eng", ToLower([city])), "Sales", IIF([country] = "US", "A", "B")), `
	text := "Join(\"\", "
	for len(text) < 1_000-len(part) {
		text += part
	}
	return text + strings.Repeat("[a], ", (1_000-len(text))/5) + "[b])"
}

func BenchmarkParse(b *testing.B) {
	text := longExpression()
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if e, problems := Parse(text); e == nil {
			b.Fatal(problems)
		}
	}
}

func BenchmarkParseAndCheck(b *testing.B) {
	text := longExpression()
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if problems := Check(text, CheckOptions{}); problems != nil {
			b.Fatal(problems)
		}
	}
}

func BenchmarkPrint(b *testing.B) {
	text := longExpression()
	b.ReportAllocs()
	for b.Loop() {
		if e, problems := Parse(text); e == nil || e.String() == "" {
			b.Fatal(problems)
		}
	}
}

func BenchmarkEvaluate(b *testing.B) {
	now := time.Date(2025, 7, 30, 0, 0, 0, 0, time.UTC)
	options := Options{Now: &now, Attributes: map[string]Value{
		"givenName": String("Zoë"), "surname": String("Straußmüller"), "mail": String("zoe@example.com"), "country": String("US"),
		"hired": String("2025-08-02"), "phone": String("+1 (206) 291-8163 x8125"),
	}}
	for _, bench := range []struct{ name, text string }{
		{"Attribute", `[mail]`},
		{"Name", `ToLower(Join("@", NormalizeDiacritics(StripSpaces(Join(".", [givenName], [surname]))), "example.com"))`},
		{"Switch", `Switch([country], "other", "DE", "Germany", "FR", "France", "US", "United States")`},
		{"Date", `IIF(DateDiff("d", Now(), CDate([hired])) <= 14, "True", "False")`},
		{"Regex", `Replace(Replace([phone], , "\\+(?<cc>\\d* )(?<number>.* )[x](?<extension>.*)", , "${number}", , ), , "[()\\s-]+", , "", , )`},
	} {
		b.Run(bench.name, func(b *testing.B) {
			e := mustParse(b, bench.text)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Evaluate(e, options); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
