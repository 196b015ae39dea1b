// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package preview_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Tenants made up at random: whatever the preview says, the cycle does, unless users conflict.
func TestPreview_isWhatTheCycleDoesInAnyTenant(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := newStage(t)
		defer w.Sim.Close()
		made := randomTenant(rt, w)
		f, broken := w.compare()
		if f.Counts["conflict"] > 0 {
			// What comes of a conflict depends on whose turn it is, and brings the next one into another's way or out of it.
			broken = nil
		}
		if len(broken) > 0 {
			rt.Fatalf("%s\n\nin %s\nentries:\n%s\n%s", strings.Join(broken, "\n"), made, strings.Join(f.Entries, "\n"), w.log())
		}
		for i, e := range objects(f.Raw["entries"]) {
			writes := slices.Contains([]string{"create", "update", "disable", "conflict"}, text(e["action"]))
			if changes := objects(f.People[i]["changes"]); len(changes) > 0 && !writes {
				rt.Fatalf("%s with changes %v", f.Entries[i], changes)
			}
		}
	})
}

// randomTenant fills the stage and describes what it put there.
func randomTenant(rt *rapid.T, w *stage) string {
	w.t.Helper()
	var told strings.Builder
	pick := func(name string, from ...string) string {
		value := rapid.SampledFrom(from).Draw(rt, name)
		fmt.Fprintf(&told, "%s=%q ", name, value)
		return value
	}
	chance := func(name string) bool { return pick(name, "no", "no", "no", "yes") == "yes" }
	w.store().SetDomains() // GoTo refuses none
	names := []string{"Ada", "Bo", "ada"}
	mails := []string{"a@corp.example", "B@corp.example", "b@corp.example", "c@corp.example", ""}

	people := []string{store.UserAna, store.UserBen, store.UserChloe, store.UserLeo, store.UserMaria}
	var members []string
	for _, id := range people {
		fmt.Fprintf(&told, "\n%s: ", w.called(id))
		w.user(id, func(u *store.User) {
			u.GivenName, u.Surname, u.Mail = pick("given", names...), pick("family", append(names, "")...), pick("mail", mails...)
			u.Department, u.AccountEnabled = pick("department", "Sales", "Support"), !chance("blocked")
		})
		deleted := chance("deleted") && chance("really")
		switch pick("assigned", "directly", "directly", "by group", "both", "without role", "not") {
		case "directly":
			w.assign(store.RoleUser, id)
		case "by group":
			members = append(members, id)
		case "both":
			w.assign(store.RoleOrganizer, id)
			members = append(members, id)
		case "without role":
			w.assign("Default Access", id)
		}
		if deleted {
			w.ok(w.store().DeleteUser(id))
		}
	}
	w.assign(store.RoleUser, group(w, members...))
	for _, email := range []string{"a@corp.example", "b@corp.example", "d@corp.example", "ana@corp.example"} {
		fmt.Fprintf(&told, "\n%s: ", email)
		if pick("exists", "no", "yes") == "yes" {
			w.account(email, !chance("inactive"), "firstName", pick("first", names...), "lastName", pick("last", names...))
		}
	}
	told.WriteString("\nmapping: ")
	second := 0
	if chance("second") {
		second = 2
	}
	w.mapTo(
		flowTo{target: "email", expression: pick("by", "[mail]", "[userPrincipalName]"), priority: 1},
		flowTo{target: "firstName", expression: pick("first", "[givenName]", "[givenName]", `Replace([givenName], "Bo", , , "Bob", , )`), kind: pick("kind", "Always", "ObjectAddOnly", "AttributeAddOnly")},
		flowTo{target: "lastName", expression: "[surname]", fallback: pick("default", "", "None"), priority: second},
		flowTo{target: "active", expression: "Not([IsSoftDeleted])"},
	)
	if chance("filtered") {
		w.where("department", pick("operator", "EQUALS", "NOT EQUALS", "REGEX MATCH"), "Sales")
	}
	operations := pick("operations", "Add, Update, Delete", "Add, Update, Delete", "Update", "Add", "None")
	enabled := !chance("off")
	w.edit(func(m map[string]any) { m["flowTypes"], m["enabled"] = operations, enabled })
	if chance("everybody") {
		w.secret("SyncAll", "true")
	}
	return told.String()
}
