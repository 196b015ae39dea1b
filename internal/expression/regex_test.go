// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"strings"
	"testing"
)

func TestCostOf_tellsPatternsThatMayRunLong(t *testing.T) {
	t.Parallel()
	tests := []struct {
		pattern string
		want    patternCost
	}{
		{`abc`, patternCost{}},
		{`[()\s-]+`, patternCost{choices: 1}},
		{`[a]+`, patternCost{choices: 1}},
		{`[^]*]x`, patternCost{}},
		{`\+(?<isdCode>\d* )(?<phoneNumber>.*)`, patternCost{choices: 2}},
		{`(?<Suffix>@(.)*)`, patternCost{choices: 1}},
		{`(.*?)(?<id>.{0,8})$`, patternCost{choices: 2}},
		{`(\.)*$`, patternCost{choices: 1}},
		{`[\/\\\[\]\:\;*+{2}]`, patternCost{}},
		{`[]*]x`, patternCost{}},
		{`a{b}{,}x`, patternCost{choices: 1}},
		{`(a+)?`, patternCost{choices: 2}},
		{`(a+)+$`, patternCost{choices: 2, risky: true}},
		{`((a)+b){2,3}`, patternCost{choices: 2, risky: true}},
		{`(a|b)*`, patternCost{choices: 1, risky: true}},
		{`(?:a?b){9}`, patternCost{choices: 2, risky: true}},
		{`(a)\1`, patternCost{risky: true}},
		{`(?x) a`, patternCost{risky: true}},
	}
	for _, tt := range tests {
		if got := costOf(tt.pattern); got != tt.want {
			t.Errorf("costOf(%s) = %+v, want %+v", tt.pattern, got, tt.want)
		}
	}
}

func TestPatternCost_harmlessDependsOnTheInput(t *testing.T) {
	t.Parallel()
	c := patternCost{choices: 2}
	if !c.harmless(99) || c.harmless(100) {
		t.Error("two choices should be harmless for up to 99 characters")
	}
	if (patternCost{risky: true}).harmless(1) {
		t.Error("a risky pattern is never harmless")
	}
}

func TestEvaluate_stopsRegularExpressionsThatRunTooLong(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{`(a+)+$`, `(a|aa)+$`, `^(.*)a(.*)a(.*)a(.*)a(.*)a(.*)a[^ab]$`} {
		e := mustParse(t, `Replace([a], , "`+pattern+`", , "x", , )`)
		_, err := Evaluate(e, Options{Attributes: map[string]Value{"a": String(strings.Repeat("a", 300) + "b")}})
		if !errors.Is(err, ErrLimit) {
			t.Errorf("%s: error %v", pattern, err)
		}
	}
}

func TestCompilePattern_refusesWhatTheEngineCannotBear(t *testing.T) {
	t.Parallel()
	tests := []struct {
		pattern string
		want    string
	}{
		{strings.Repeat("(", 300) + strings.Repeat(")", 300), "it is too large"},
		{strings.Repeat("a", MaxLength+1), "it is too large"},
		{`(a`, "missing closing )"},
	}
	for _, tt := range tests {
		if _, err := compilePattern(tt.pattern); err == nil || err.Error() != tt.want {
			t.Errorf("%.20s: error %v, want %s", tt.pattern, err, tt.want)
		}
	}
}
