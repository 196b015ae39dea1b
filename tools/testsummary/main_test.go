// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const input = `{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:12: needs Terraform 1.14.0, this is Terraform 1.11.4\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"--- SKIP: TestA (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:1: noise\n"}
{"Action":"pass","Package":"p","Test":"TestB"}
{"Action":"skip","Package":"p","Test":"TestC"}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}
{"Action":"pass","Package":"p"}
`

func TestRun_countsSkippedTestsWithTheirReasons(t *testing.T) {
	known := filepath.Join(t.TempDir(), "known")
	for name, test := range map[string]struct {
		known, cli, more string
		want             string
		fails            bool
	}{
		"as known":      {known: "Terraform v1.11: 2\n", cli: "Terraform v1.11.4", want: "1 passed, 0 failed, 2 skipped"},
		"more":          {known: "Terraform v1.11: 1\n", cli: "Terraform v1.11.4", want: "needs Terraform 1.14, this is Terraform 1.11", fails: true},
		"fewer":         {known: "Terraform v1.11: 3\n", cli: "Terraform v1.11.4", want: "lower the number"},
		"another minor": {known: "Terraform v1.1: 1\n", cli: "Terraform v1.11.4", want: "says nothing about"},
		"a failure": {known: "Terraform v1.11: 2\n", cli: "Terraform v1.11.4", fails: true, want: "it broke",
			more: `{"Action":"output","Package":"p","Test":"TestD","Output":"    it broke\n"}` + "\n" + `{"Action":"fail","Package":"p","Test":"TestD"}` + "\n"},
		"no build": {known: "Terraform v1.11: 2\n", cli: "Terraform v1.11.4", more: "x.go:1: undefined\n", want: "undefined"},
	} {
		if err := os.WriteFile(known, []byte(test.known), 0o600); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		err := run(strings.NewReader(input+test.more), &out, known, test.cli)
		if (err != nil) != test.fails || !strings.Contains(out.String(), test.want) {
			t.Errorf("%s: %v\n%s", name, err, out.String())
		}
		if strings.Contains(out.String(), "noise") || !strings.Contains(out.String(), "ok  \tp") {
			t.Errorf("%s: it shows too much or too little:\n%s", name, out.String())
		}
	}
}
