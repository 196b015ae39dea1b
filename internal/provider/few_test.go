// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// One mistake in thousands of entries is told ten times, and counted.
func TestMessages_oneMistakeInThousandsOfEntries(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	_, sp, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		t.Fatal(err)
	}
	job, err := env.Sim.Store().CreateJob(sp.ID, store.ConnectorGoToMeeting)
	if err != nil {
		t.Fatal(err)
	}
	const n = 300
	mappings, assignments := map[string]any{}, map[string]any{}
	for i := range n {
		mappings[fmt.Sprintf("wrong%d", i)] = map[string]any{"source_attribute": "mail"}
		assignments[fmt.Sprintf("not an id %d", i)] = "User"
	}
	mappings["email"] = map[string]any{"source_attribute": "userPrincipalName", "matching_priority": 1}
	p := env.Protocol()
	for name, say := range map[string]func() acctest.Diagnostics{
		"targets": func() acctest.Diagnostics {
			_, found := p.Plan("gotomeeting_attribute_mappings", nil, map[string]any{"connection_id": sp.ID + "/" + job.ID, "mappings": mappings})
			return found
		},
		"principals": func() acctest.Diagnostics {
			return p.ValidateResource("gotomeeting_user_role_assignments_exclusive", map[string]any{"service_principal_id": sp.ID, "assignments": assignments})
		},
	} {
		t.Run(name, func(t *testing.T) {
			found := say()
			if len(found.Errors()) == 0 || len(found) > 30 || len(found.String()) > 20_000 {
				t.Errorf("%d messages of %d bytes:\n%.3000s", len(found), len(found.String()), found)
			}
			if !strings.Contains(found.String(), fmt.Sprintf("%d more", n-10)) {
				t.Errorf("the rest is not counted:\n%.3000s", found)
			}
		})
	}
}

// One resource gives one warning for each cause, which lists the entries; a single one, and each error, stands at its entry.
func TestMessages_oneWarningForEachCause(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	config := func(expressions ...string) map[string]any {
		entries := map[string]any{
			"email": map[string]any{"source_attribute": "userPrincipalName", "matching_priority": 1}, "active": map[string]any{"expression": "Not([IsSoftDeleted])"},
		}
		for i, text := range expressions {
			entries[[]string{"firstName", "lastName", "department"}[i]] = map[string]any{"expression": text}
		}
		return map[string]any{"connection_id": s.sp.ID + "/" + s.job.ID, "mappings": entries}
	}
	for _, test := range []struct {
		name   string
		config map[string]any
		want   []string // place and a part of the text
		count  int
	}{
		{"one", config("toupper([surname])"), []string{"Warning on mappings[\"firstName\"].expression: Doubtful expression"}, 1},
		{"three", config("toupper([surname])", "tolower([surname])", "toupper([city])"), []string{"Warning on mappings: Doubtful expression",
			"`mappings[\"firstName\"].expression`: The language is case-sensitive", "`mappings[\"lastName\"].expression`: ", "`mappings[\"department\"].expression`: "}, 1},
		{"two errors", config("ToUper([surname])", "ToLowr([surname])"), []string{"Error on mappings[\"firstName\"].expression", "Error on mappings[\"lastName\"].expression"}, 2},
	} {
		_, found := s.Protocol().Plan("gotomeeting_attribute_mappings", nil, test.config)
		var about acctest.Diagnostics
		for _, d := range found {
			if strings.Contains(d.Summary, "expression") {
				about = append(about, d)
			}
		}
		for _, want := range test.want {
			if !strings.Contains(about.String(), want) {
				t.Errorf("%s: want %s, got\n%s", test.name, want, about)
			}
		}
		if len(about) != test.count {
			t.Errorf("%s: %d messages\n%s", test.name, len(about), about)
		}
	}
}
