// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// A narrower scope is told by the accounts that it disables, refused beyond the limit, and applied within it; a wider one by
// those that it creates.
func TestResource_aChangeOfScopeIsToldInPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.UseGoTo()
	w.Sim.Store().SetDomains()
	w.Sim.Store().SetLicenses(1000)
	m := w.created("scope", "all")
	if err := w.Sim.Engine().Start(w.sp.ID, w.job().ID); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
	}
	active := 0
	for u := range w.Sim.Store().EachUser() {
		if u.AccountEnabled && u.DeletedAt.IsZero() {
			active++
		}
	}
	for _, test := range []struct {
		name     string
		impact   map[string]any
		scope    string
		want     string
		refuses  bool
		warnings int
	}{
		{"refused by default", map[string]any{}, "assigned", "accounts will be disabled: scope of Meetings", true, 1},
		{"allowed", map[string]any{"max_disabled": active}, "assigned", "accounts will be disabled: scope of Meetings", false, 1},
		{"no change", map[string]any{}, "all", "", false, 0},
	} {
		p := w.Protocol(func(block map[string]any) { block["impact"] = test.impact })
		_, found := p.Plan(typeName, m.Now, w.object("scope", test.scope))
		var warnings []string
		for _, d := range found {
			if !d.Error {
				warnings = append(warnings, d.Summary)
			}
		}
		if found.HasError() != test.refuses || len(warnings) != test.warnings || !strings.Contains(strings.Join(warnings, "\n"), test.want) {
			t.Errorf("%s: %s", test.name, found)
		}
	}
}

// A threshold above the number of people stops nothing, and a stop without an address is told to nobody. Either is said at every
// plan, without a request of its own; a pilot is spared.
func TestResource_saysWhatAccidentalDeletionPreventionCannotDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.Store().SetLicenses(1000)
	m := w.created("scope", "all")
	if err := w.Sim.Engine().Start(w.sp.ID, w.job().ID); err != nil {
		t.Fatal(err)
	}
	w.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
	if _, _, found := m.Plan(w.object("scope", "all")); len(found) > 0 {
		t.Errorf("a pilot is warned: %s", found)
	}
	w.Sim.Store().AddUsers(30)
	w.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
	w.Sim.Log().Reset()
	_, _, found := m.Plan(w.object("scope", "all"))
	if len(found) != 1 || found[0].Path != "accidental_deletion_threshold" || !strings.Contains(found[0].Detail, "`accidental_deletion_threshold` is 500") {
		t.Errorf("with the default: %s", found)
	}
	requests := len(w.Sim.Log().All())
	if _, _, found := m.Plan(w.object("scope", "all", "accidental_deletion_threshold", 5)); len(found) > 0 {
		t.Errorf("with a threshold that can be reached: %s", found)
	}
	if _, _, found := m.Plan(w.object("scope", "all", "prevent_accidental_deletions", false)); len(found) > 0 {
		t.Errorf("without prevention: %s", found)
	}
	config := w.object("scope", "all", "accidental_deletion_threshold", 5)
	delete(config, "notification_email")
	if _, _, found := m.Plan(config); len(found) != 1 || found[0].Path != "notification_email" {
		t.Errorf("without an address: %s", found)
	}
	if requests > 3 {
		t.Errorf("the plan took %d requests", requests)
	}
}

// An identity that only reads cannot see the scope. The limits go by that of the state then, and do not refuse for want of it.
func TestResource_limitsGoByTheScopeOfTheStateForWhoOnlyReads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.UseGoTo()
	w.Sim.Store().SetDomains()
	w.Sim.Store().SetLicenses(1000)
	m := w.created("scope", "all")
	if err := w.Sim.Engine().Start(w.sp.ID, w.job().ID); err != nil {
		t.Fatal(err)
	}
	w.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
	w.Sim.SetPermissions("Synchronization.Read.All", "Application.Read.All", "User.Read.All", "GroupMember.Read.All")
	limit := func(n int) *acctest.Protocol {
		return w.Protocol(func(block map[string]any) { block["impact"] = map[string]any{"max_disabled": n} })
	}
	_, found := limit(1000).Plan(typeName, m.Now, w.object("scope", "assigned"))
	if found.HasError() || !strings.Contains(found.String(), "will be disabled: scope of Meetings") || !strings.Contains(found.String(), "those of the last run that could read them") {
		t.Errorf("within the limit: %s", found)
	}
	if _, found = limit(1).Plan(typeName, m.Now, w.object("scope", "assigned")); !found.HasError() || !strings.Contains(found.String(), "and the limit is 1") {
		t.Errorf("beyond the limit: %s", found)
	}
}

// Beside the accounts that a change creates stand the seats that are free for them at GoTo.
func TestResource_tellsTheFreeSeatsBesideWhatIsCreated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.UseGoTo()
	w.Sim.Store().SetDomains()
	w.Sim.Store().SetLicenses(12)
	m := w.created("scope", "assigned")
	if err := w.Sim.Engine().Start(w.sp.ID, w.job().ID); err != nil {
		t.Fatal(err)
	}
	w.Sim.Store().AddUsers(30)
	w.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
	report := filepath.Join(t.TempDir(), "impact.md")
	p := w.Protocol(func(block map[string]any) { block["impact"] = map[string]any{"report_file": report} })
	_, found := p.Plan(typeName, m.Now, w.object("scope", "all"))
	written, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	free := regexp.MustCompile(`At GoTo, \d+ of 12 seats for GoTo Meeting are free\. The change creates \d+ accounts: those beyond the free seats`)
	if !free.MatchString(found.String()) || !free.Match(written) {
		t.Errorf("%s\n%s", found, written)
	}
	w.Sim.Log().Reset()
	if _, found := p.Plan(typeName, m.Now, w.object("scope", "assigned")); len(found) > 0 || len(w.Sim.Log().Match("GET", "/admin/rest/v1/accounts/*/licenses")) > 0 {
		t.Errorf("a plan that creates nothing: %s", found)
	}
}

// What the service holds back may go as soon as accidental-deletion prevention lets it: a limit refuses that, and whoever has set none is
// warned. Neither a lower threshold nor another quarantine lets anything through.
func TestPlan_refusesToLetHeldDeletionsThrough(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reason string
		pairs  []any
		want   bool
	}{
		"higher":             {"TooManyDeletes", []any{"accidental_deletion_threshold", 400}, true},
		"off":                {"TooManyDeletes", []any{"prevent_accidental_deletions", false}, true},
		"lower":              {"TooManyDeletes", []any{"accidental_deletion_threshold", 3}, false},
		"nobody may read it": {"", []any{"accidental_deletion_threshold", 400}, true},
		"another quarantine": {"EncounteredBaseEscrowThreshold", []any{"accidental_deletion_threshold", 400}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := w.runs("accidental_deletion_threshold", 5, "prevent_accidental_deletions", true)
			if w.quarantine(c.reason, c.reason); c.reason == "" {
				w.fault(simulator.Fault{Method: "GET", Path: jobPath, Count: -1, Effect: simulator.Fails(403, "Authorization_RequestDenied", "No.")})
			}
			before := []any{"accidental_deletion_threshold", 5, "prevent_accidental_deletions", true}
			config := w.object(append(before, c.pairs...)...)
			for _, limited := range []bool{true, false} {
				limits := map[string]any{}
				if limited {
					limits["max_disabled"] = 0
				}
				p := w.Protocol(func(block map[string]any) { block["impact"] = limits })
				_, found := p.Plan(typeName, m.Now, config)
				reason := "The change of accidental-deletion prevention may let through deletions that the service holds back."
				if c.reason == "" {
					reason = "The signed-in identity lacks a permission."
				}
				told := strings.Contains(found.String(), "would disable: accidental-deletion prevention") && strings.Contains(found.String(), reason)
				if told != c.want || found.HasError() != (c.want && limited) {
					t.Errorf("limited %t: %s", limited, found)
				}
			}
		})
	}
}
