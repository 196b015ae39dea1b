// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Command policy says what the policy in a folder says against a plan, as conftest does, and fails if that is anything:
// policy FOLDER PLAN.json. It is for the tests of examples/ci/policy, in a module of its own because of what it depends on.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/open-policy-agent/opa/v1/rego"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "policy:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: policy FOLDER PLAN.json")
	}
	content, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	var plan any
	if err := json.Unmarshal(content, &plan); err != nil {
		return err
	}
	results, err := rego.New(rego.Query("data.main.deny[_]"), rego.Load(args[:1], nil), rego.Strict(true), rego.Input(plan)).Eval(context.Background())
	if err != nil {
		return err
	}
	for _, result := range results {
		fmt.Println(result.Expressions[0].Value)
	}
	if len(results) > 0 {
		return fmt.Errorf("%d refusals", len(results))
	}
	return nil
}
