// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestEvaluate_stopsRegularExpressionsThatRunTooLong(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{`(a+)+$`, `(a|aa)+$`, `^(.*)a(.*)a(.*)a(.*)a(.*)a(.*)a[^ab]$`} {
		e := mustParse(t, `Replace([a], , "`+pattern+`", , "x", , )`)
		_, err := Evaluate(e, Options{Attributes: map[string]Value{"a": String(strings.Repeat("a", 300) + "b")}})
		want := "line 1, column 16: The regular expression takes too long for this input."
		if !errors.Is(err, ErrLimit) || err.Error() != want {
			t.Errorf("%s: error %v, want %s", pattern, err, want)
		}
	}
}

func TestEvaluate_boundsTheTimeOfAllSearchesTogether(t *testing.T) {
	t.Parallel()
	values := make([]string, 5_000)
	for i := range values {
		values[i] = strings.Repeat("a", 16) + "b" // a few milliseconds each
	}
	began := time.Now()
	_, err := Evaluate(mustParse(t, `Replace([a], , "^(a+)+$", , "x", , )`), Options{Attributes: map[string]Value{"a": List(values...)}})
	if !errors.Is(err, ErrLimit) {
		t.Errorf("error %v after %s", err, time.Since(began))
	}
}

func TestEvaluate_runsPatternsThatOnlyLookDangerous(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{`(a+)+$`: "x", `(a|b)*`: "x", `(?:a?b?){9}`: "xxx", `(a)\\1`: "xxxxx"} {
		got, err := Evaluate(mustParse(t, `Replace([a], , "`+pattern+`", , "x", , )`), Options{Attributes: map[string]Value{"a": String("aaaaaaaaaa")}})
		if err != nil || !strings.HasPrefix(got.Text(), want) {
			t.Errorf("%s: got %q, error %v", pattern, got.Text(), err)
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
