// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// vector is one executable example of the language.
type vector struct {
	Expression    string         `json:"expression"`
	Input         map[string]any `json:"input"`
	Output        any            `json:"output"`
	OutputMatches []string       `json:"output_matches"`
	Ignored       bool           `json:"ignored"`
	Error         bool           `json:"error"`
	Now           *time.Time     `json:"now"`
	Taken         []string       `json:"taken"`
	Source        string         `json:"source"`
}

func loadVectors(t testing.TB) []vector {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	return vectors
}

// fromJSON turns a decoded JSON value into a Value.
func fromJSON(t testing.TB, v any) Value {
	t.Helper()
	switch v := v.(type) {
	case nil:
		return Null()
	case string:
		return String(v)
	case []any:
		list := make([]string, len(v))
		for i, element := range v {
			list[i] = fromJSON(t, element).Text()
		}
		return List(list...)
	default:
		t.Fatalf("the vectors hold a %T", v)
		return Value{}
	}
}

func (v vector) options(t testing.TB) Options {
	t.Helper()
	seed := "vectors"
	o := Options{Attributes: map[string]Value{}, Now: v.Now, Existing: v.Taken, Seed: &seed}
	for name, value := range v.Input {
		o.Attributes[name] = fromJSON(t, value)
	}
	return o
}

func TestEvaluate_givesDocumentedResults(t *testing.T) {
	t.Parallel()
	for _, v := range loadVectors(t) {
		t.Run(v.Source, func(t *testing.T) {
			t.Parallel()
			e, problems := Parse(v.Expression)
			if e == nil {
				t.Fatal(problems.Render(v.Expression))
			}
			if problems := e.Check(CheckOptions{CreateOnly: true}); problems.HasErrors() {
				t.Fatal(problems.Render(v.Expression))
			}
			got, err := Evaluate(e, v.options(t))
			if (err != nil) != v.Error {
				t.Fatalf("error %v", err)
			}
			for _, want := range v.OutputMatches {
				if !regexp.MustCompile(want).MatchString(got.Text()) {
					t.Errorf("got %q, which does not match %q", got.Text(), want)
				}
			}
			if v.OutputMatches != nil {
				return
			}
			want := fromJSON(t, v.Output)
			if v.Ignored {
				want = Ignored()
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(Value{})); diff != "" {
				t.Errorf("%s\n(-want +got)\n%s", v.Expression, diff)
			}
		})
	}
}
