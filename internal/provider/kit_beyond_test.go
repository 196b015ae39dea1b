// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestKit_appliesNoMoreThanWasReviewed holds what a job plans against what was reviewed, in each way in which it can be more.
func TestKit_appliesNoMoreThanWasReviewed(t *testing.T) {
	t.Parallel()
	jq := "jq"
	if tools := kitTools(t); tools != "" {
		jq = filepath.Join(tools, "jq")
	}
	const title = "GoToMeeting"
	who := func(effect string, ids ...string) (principals []object) {
		for _, id := range ids {
			principals = append(principals, object{"effect": effect, "principal_id": id})
		}
		return principals
	}
	report := func(change func(section object)) object {
		section := object{
			"connection_id": "sp/job", "name": title, "effects": object{"updated": 2, "disabled": 1}, "at_most": object{"created": 0, "updated": 2, "disabled": 1},
			"not_known": []string{"The scope is not known."}, "principals": append(who("updated", "a", "b"), who("disabled", "c")...),
		}
		if change != nil {
			change(section)
		}
		return object{"version": 1, "detail": "ids", "connections": []object{section}, "account_changes": true}
	}
	counts := report(func(section object) { delete(section, "principals") })
	counts["detail"] = "counts"
	other := report(func(section object) { section["connection_id"] = "sp/other" })
	changes := []string{"update gotomeeting_attribute_mappings.users", "update gotomeeting_provisioning_connection.this"}
	for _, test := range []struct {
		name     string
		reviewed any
		report   any
		changes  []string
		want     []string
	}{
		{"the same", object{"report": report(nil), "changes": changes}, report(nil), changes, nil},
		{"less", object{"report": report(nil), "changes": changes}, report(func(section object) {
			maps.Copy(section, object{"effects": object{"updated": 1}, "at_most": object{"updated": 1}, "not_known": []string{}, "principals": who("updated", "b")})
		}), changes[:1], nil},
		{"no change of accounts", object{"report": report(nil), "changes": changes}, object{"detail": "counts", "connections": []object{}}, changes, nil},
		{"nothing reviewed", nil, report(nil), changes, []string{"- The pull request has no report of the commit that was merged."}},
		{"no report then", object{"report": nil, "changes": changes}, report(nil), changes, []string{"- There is no report of account changes."}},
		{"no report now", object{"report": report(nil), "changes": changes}, nil, changes, []string{"- There is no report of account changes."}},
		{"more of a kind", object{"report": report(nil), "changes": changes}, report(func(section object) { section["effects"] = object{"updated": 3, "disabled": 1} }), changes,
			[]string{"- GoToMeeting: 3 updated, reviewed 2"}},
		{"another kind", object{"report": report(nil), "changes": changes}, report(func(section object) { section["effects"] = object{"deleted": 1} }), changes,
			[]string{"- GoToMeeting: 1 deleted, reviewed 0"}},
		{"more at most", object{"report": report(nil), "changes": changes}, report(func(section object) { section["at_most"] = object{"disabled": 9} }), changes,
			[]string{"- GoToMeeting: at most 9 disabled, reviewed 1"}},
		{"less known", object{"report": report(nil), "changes": changes}, report(func(section object) {
			section["not_known"] = []string{"The scope is not known.", "A group was not read."}
		}), changes,
			[]string{"- GoToMeeting: unknown now, but known in the review: A group was not read."}},
		{"somebody else", object{"report": report(nil), "changes": changes}, report(func(section object) {
			section["principals"] = append(who("updated", "a", "x"), who("disabled", "y")...)
		}), changes,
			[]string{"- GoToMeeting: disabled: 1 not in the review", "- GoToMeeting: updated: 1 not in the review"}},
		{"the same people the other way round", object{"report": report(nil), "changes": changes},
			report(func(section object) {
				section["principals"] = append(who("updated", "a", "c"), who("disabled", "b")...)
			}), changes,
			[]string{"- GoToMeeting: disabled: 1 not in the review", "- GoToMeeting: updated: 1 not in the review"}},
		{"without ids", object{"report": counts, "changes": changes}, counts, changes, []string{"- GoToMeeting: the report does not name the people concerned"}},
		{"without ids, approved", object{"report": counts, "changes": changes}, counts, changes, nil},
		{"too many to name, approved", object{"report": counts, "changes": changes}, report(nil), changes, nil},
		{"more without ids, approved", object{"report": counts, "changes": changes}, report(func(section object) { section["effects"] = object{"updated": 3} }), changes,
			[]string{"- GoToMeeting: 3 updated, reviewed 2"}},
		{"too many to name", object{"report": counts, "changes": changes}, report(nil), changes, []string{"- GoToMeeting: the report does not name the people concerned"}},
		{"somebody else, approved", object{"report": report(nil), "changes": changes}, report(func(section object) { section["principals"] = who("updated", "x") }), changes,
			[]string{"- GoToMeeting: updated: 1 not in the review"}},
		{"too long, approved", object{"too_long": true}, report(nil), changes,
			[]string{"- The changes of the plan do not fit into a comment: split them into several pull requests, or have a person apply them."}},
		{"another resource", object{"report": report(nil), "changes": changes[:1]}, report(nil), changes, []string{"- `update gotomeeting_provisioning_connection.this` was not reviewed"}},
		{"another connection", object{"report": other, "changes": changes}, report(nil), changes, []string{
			"- GoToMeeting: 1 disabled, reviewed 0", "- GoToMeeting: 2 updated, reviewed 0", "- GoToMeeting: at most 1 disabled, reviewed 0", "- GoToMeeting: at most 2 updated, reviewed 0",
			"- GoToMeeting: unknown now, but known in the review: The scope is not known.",
			"- GoToMeeting: disabled: 1 not in the review", "- GoToMeeting: updated: 2 not in the review"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for name, value := range map[string]any{"reviewed": test.reviewed, "report": test.report, "changes": test.changes} {
				content, err := json.Marshal(value)
				if err == nil {
					err = os.WriteFile(filepath.Join(dir, name), content, 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			said, err := exec.CommandContext(t.Context(), jq, "--null-input", "--raw-output", "--argjson", "approved", strconv.FormatBool(strings.HasSuffix(test.name, ", approved")),
				"--slurpfile", "reviewed", filepath.Join(dir, "reviewed"), "--slurpfile", "report", filepath.Join(dir, "report"),
				"--slurpfile", "changes", filepath.Join(dir, "changes"), "--from-file", filepath.Join(kitFolder, "scripts", "beyond.jq")).CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, said)
			}
			var lines []string
			if text := strings.TrimSuffix(string(said), "\n"); text != "" {
				lines = strings.Split(text, "\n")
			}
			sortStrings := cmp.Transformer("sorted", func(in []string) map[string]bool {
				set := map[string]bool{}
				for _, line := range in {
					set[line] = true
				}
				return set
			})
			if diff := cmp.Diff(test.want, lines, sortStrings); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
