// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// limits are what the demo's provider block allows.
const limits = `provider "gotomeeting" {
  impact = {
    max_disabled  = 1
    report_file   = "report.md"
    report_detail = "ids"
  }
}
`

// review has a reviewer look at two proposals: one that a limit refuses, and a harmless one.
func (g *guide) review(ctx context.Context) error {
	file := filepath.Join(g.dir, "main.tf")
	merged, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	propose := func(old, replacement string) error {
		text := strings.Replace(string(merged), "provider \"gotomeeting\" {}\n", limits, 1)
		return os.WriteFile(file, []byte(strings.Replace(text, old, replacement, 1)), 0o600)
	}

	g.step("A pull request narrows the scope to Engineering: the reviewer reads the report, and the limit refuses it")
	const mappings = "\n  mappings = {\n"
	filter := "\n  scoping_filters = [{ clauses = [{ attribute = \"department\", operator = \"EQUALS\", values = [\"Engineering\"] }] }]\n"
	if err := propose(mappings, filter+mappings); err != nil {
		return err
	}
	_, refused := g.plan(ctx)
	if refused == nil || !strings.Contains(refused.Error(), "would disable") {
		return fmt.Errorf("the plan is not refused by the limit: %w", refused)
	}
	report, err := g.showReport()
	if err != nil {
		return err
	}
	if !strings.Contains(report, "disabled") {
		return errors.New("the report shows nobody who is disabled")
	}
	for line := range strings.Lines(refused.Error()) {
		if strings.Contains(line, "would disable") {
			say("Refused: %s", strings.TrimSpace(line))
		}
	}

	g.step("A harmless one changes first names to uppercase: it passes, and does what the report said")
	if err := propose(`firstName = { source_attribute = "givenName" }`, `firstName = { expression = "ToUpper([givenName])" }`); err != nil {
		return err
	}
	if _, err := g.plan(ctx); err != nil {
		return err
	}
	if report, err = g.showReport(); err != nil {
		return err
	}
	if err := g.tf.Apply(ctx); err != nil {
		return err
	}
	if err := g.later(ctx, 45*time.Minute); err != nil {
		return err
	}
	capitals := 0
	for _, account := range g.sim.Store().Accounts() {
		if name := first(account.Attributes["firstName"]); name != "" && name == strings.ToUpper(name) {
			capitals++
		}
	}
	if want := fmt.Sprintf("%d accounts will be updated\n", capitals); !strings.Contains(report, want) {
		return fmt.Errorf("%d accounts were updated, which the report does not say", capitals)
	}
	say("%d accounts were updated, as the report said.", capitals)
	// The rest continues with what was there.
	if err := os.WriteFile(file, merged, 0o600); err != nil {
		return err
	}
	return g.tf.Apply(ctx)
}

// showReport prints the report that the provider wrote while planning.
func (g *guide) showReport() (string, error) {
	report, err := os.ReadFile(filepath.Join(g.dir, "report.md"))
	for line := range strings.Lines(string(report)) {
		say("  | %s", strings.TrimRight(line, "\n"))
	}
	return string(report), err
}
