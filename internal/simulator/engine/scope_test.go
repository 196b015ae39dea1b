// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

const (
	ana, ben, sam = "ana@corp.example", "ben@corp.example", "sam@corp.example"
	chloe, eva    = "chloe@corp.example", "eva@corp.example"
	david         = "david@corp.example"
)

func TestScope_assignedPeopleGetAccounts(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.start()
	if diff := cmp.Diff([]string{"ana"}, w.active(ana, ben)); diff != "" {
		t.Error(diff)
	}
}

func TestScope_directMembersOfAssignedGroupsGetAccounts(t *testing.T) {
	w := newWorld(t)
	w.assign(store.GroupMeetings)
	w.start()
	if diff := cmp.Diff([]string{"ana", "ben", "chloe"}, w.active(ana, ben, chloe, sam)); diff != "" {
		t.Error(diff)
	}
}

func TestScope_nestedGroupsAreNotExpanded(t *testing.T) {
	w := newWorld(t)
	w.assign(store.GroupNested)
	w.start()
	if diff := cmp.Diff([]string{"sam"}, w.active(ana, ben, sam)); diff != "" {
		t.Error(diff)
	}
	if got := w.job().Status.LastExecution.Entitled; got != 1 {
		t.Errorf("%d people are entitled, want 1", got)
	}
}

func TestScope_membershipChangesReachTheNextCycle(t *testing.T) {
	w := newWorld(t)
	w.assign(store.GroupMeetings)
	w.start()
	w.ok(w.store.AddMembers(store.GroupMeetings, store.UserSam))
	w.ok(w.store.RemoveMembers(store.GroupMeetings, store.UserAna))
	w.next()
	if diff := cmp.Diff([]string{"ben", "sam"}, w.active(ana, ben, sam)); diff != "" {
		t.Error(diff)
	}
}

func TestScope_defaultAccessDoesNotProvision(t *testing.T) {
	w := newWorld(t)
	tolerant := store.AssignOptions{DefaultAccessTolerant: true}
	_, err := w.store.Assign(w.app, store.UserAna, store.DefaultAccess, tolerant)
	w.ok(err)
	w.start()
	if diff := cmp.Diff([]string{"other skipped ana NotEffectivelyEntitled"}, w.lines(store.Epoch)); diff != "" {
		t.Error(diff)
	}
	if x := w.job().Status.LastExecution; x.Entitled != 1 || x.EntitledForProvisioning != 0 {
		t.Errorf("got %d entitled, %d of them to be provisioned", x.Entitled, x.EntitledForProvisioning)
	}
	w.SetDefaultAccessProvisions(true)
	w.ok(w.Restart(w.app, w.id, nil))
	w.finish()
	if diff := cmp.Diff([]string{"ana"}, w.active(ana)); diff != "" {
		t.Errorf("with a tolerant service: %s", diff)
	}
}

func TestScope_everyDeclaredRoleProvisions(t *testing.T) {
	w := newWorld(t)
	w.assignRole(store.UserAna, store.RoleMSIAM)
	w.assignRole(store.UserBen, store.RoleOrganizer)
	w.start()
	if diff := cmp.Diff([]string{"ana", "ben"}, w.active(ana, ben)); diff != "" {
		t.Error(diff)
	}
}

func TestScope_allPeopleWithSyncAll(t *testing.T) {
	w := newWorld(t)
	w.secret("SyncAll", "True")
	w.start()
	if diff := cmp.Diff([]string{"ana", "ben", "sam"}, w.active(ana, ben, sam, david)); diff != "" {
		t.Error(diff)
	}
	if got := w.job().Status.LastExecution.Entitled; got != 19 {
		t.Errorf("%d people are entitled, want everybody but the deleted one", got)
	}
}

func TestScope_wideningTakesEffectByItself(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.start()
	w.secret("SyncAll", "true")
	w.next()
	if diff := cmp.Diff([]string{"ana", "sam"}, w.active(ana, sam)); diff != "" {
		t.Error(diff)
	}
}

func TestScope_narrowingNeedsARestart(t *testing.T) {
	w := newWorld(t)
	w.secret("SyncAll", "true")
	w.assign(store.UserAna)
	w.start()
	w.secret("SyncAll", "false")
	w.next()
	if diff := cmp.Diff([]string{"ana", "sam"}, w.active(ana, sam)); diff != "" {
		t.Errorf("without a restart: %s", diff)
	}
	w.ok(w.Restart(w.app, w.id, nil))
	w.finish()
	if diff := cmp.Diff([]string{"ana"}, w.active(ana, sam)); diff != "" {
		t.Errorf("after a restart: %s", diff)
	}
}

func TestScope_filterGroupsAreAlternativesOfClausesThatAllHold(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna, store.UserBen, store.UserSam, store.UserChloe)
	w.filter("groups",
		groupOf(clause{"department", "EQUALS", "Engineering"}, clause{"city", "EQUALS", "Berlin"}),
		groupOf(clause{"surname", "EQUALS", "Lake"}),
	)
	w.start()
	if diff := cmp.Diff([]string{"ana", "sam"}, w.active(ana, ben, chloe, sam)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(2, int(w.job().Status.LastExecution.EntitledForProvisioning)); diff != "" {
		t.Error(diff)
	}
}

func TestScope_leavingTheFilterDisables(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.filter("groups", groupOf(clause{"city", "EQUALS", "Berlin"}))
	w.start()
	w.user(store.UserAna, func(u *store.User) { u.City = "Hamburg" })
	before := w.clock.Now()
	w.next()
	if diff := cmp.Diff([]string{"disable success ana"}, w.lines(before)); diff != "" {
		t.Error(diff)
	}
}

func TestScope_leavingAnInputFilterDoesNotDisable(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna, store.UserBen)
	w.filter("inputFilterGroups", groupOf(clause{"city", "EQUALS", "Berlin"}))
	w.start()
	if diff := cmp.Diff([]string{"ana"}, w.active(ana, ben)); diff != "" {
		t.Error(diff)
	}
	w.user(store.UserAna, func(u *store.User) { u.City = "Hamburg" })
	w.next()
	if diff := cmp.Diff([]string{"ana"}, w.active(ana, ben)); diff != "" {
		t.Error(diff)
	}
}

func TestScope_disabledPeopleAreNeverCreated(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserDavid)
	w.start()
	if w.account(david) != nil {
		t.Error("an account was created")
	}
	if diff := cmp.Diff([]string{"other skipped david EntrySynchronizationSkipped"}, w.lines(store.Epoch)); diff != "" {
		t.Error(diff)
	}
	w.user(store.UserDavid, func(u *store.User) { u.AccountEnabled = true })
	w.next()
	if diff := cmp.Diff([]string{"david"}, w.active(david)); diff != "" {
		t.Errorf("once enabled: %s", diff)
	}
}

func TestScope_filtersUseTheOperatorsAsDocumented(t *testing.T) {
	text, empty, flag, number := expression.String("Berlin"), expression.Null(), expression.String("True"), expression.String("42")
	tests := []struct {
		operator, operand string
		value             expression.Value
		want              bool
	}{
		{"EQUALS", "Berlin", text, true},
		{"EQUALS", "berlin", text, false},
		{"EQUALS", "", empty, false},
		{"NOT EQUALS", "Bonn", text, true},
		{"NOT EQUALS", "Bonn", empty, false},
		{"IS NULL", "", empty, true},
		{"IS NULL", "", text, false},
		{"IS NOT NULL", "", text, true},
		{"IS NOT NULL", "", empty, false},
		{"IS TRUE", "", flag, true},
		{"IS FALSE", "", flag, false},
		{"REGEX MATCH", "^B.*n$", text, true},
		{"REGEX MATCH", "^b", text, false},
		{"REGEX MATCH", "(", text, false},
		{"NOT REGEX MATCH", "^X", text, true},
		{"NOT REGEX MATCH", "^X", empty, false},
		{"GREATER_THAN", "41", number, true},
		{"Greater_Than", "42", number, false},
		{"GREATER_THAN_OR_EQUALS", "42", number, true},
		{"GREATER_THAN", "1", text, false},
		{"INCLUDES", "erl", text, true},
		{"ENDS_WITH", "lin", text, true},
		{"ENDS_WITH", "Ber", text, false},
		{"&", "Bonn;Berlin", text, true},
		{"!&", "Bonn;Berlin", text, false},
		{"UNKNOWN", "Berlin", text, false},
	}
	for _, test := range tests {
		t.Run(test.operator+" "+test.operand, func(t *testing.T) {
			c := filterClause{Source: "a", Operator: test.operator}
			if test.operand != "" {
				c.Target = &struct {
					Values []string `json:"values"`
				}{Values: []string{test.operand}}
			}
			if got := c.holds(test.value); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestScope_filterChangesReevaluateEverybody(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna, store.UserBen)
	w.start()
	w.filter("groups", groupOf(clause{"city", "EQUALS", "Berlin"}))
	w.next()
	if diff := cmp.Diff([]string{"ana"}, w.active(ana, ben)); diff != "" {
		t.Error(diff)
	}
	if x := w.job().Status.LastExecution; x.Imported != 2 || x.ImportedDeltas != 0 {
		t.Errorf("imported %d, %d of them deltas: not an initial cycle", x.Imported, x.ImportedDeltas)
	}
}

func TestScope_initialCycleTakesTimeByTheNumberOfPeople(t *testing.T) {
	w := newWorld(t)
	w.assign(store.GroupMeetings)
	w.ok(w.Start(w.app, w.id))
	w.clock.Advance(initialBase + 5*perObject - time.Second)
	if got := w.job().Status.Code; got != store.CodeNotRun {
		t.Errorf("a second before the end: got code %s", got)
	}
	w.clock.Advance(time.Second)
	if got := w.job().Status.Code; got != store.CodeActive {
		t.Errorf("at the end: got code %s", got)
	}
}
