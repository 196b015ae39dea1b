// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestOperations_withoutAddNobodyIsCreated(t *testing.T) {
	w := newWorld(t)
	w.operations("Update, Delete")
	w.assign(store.UserAna, store.UserEva)
	w.user(store.UserEva, func(u *store.User) { u.GivenName = "Evelyn" })
	w.start()
	if w.account(ana) != nil || w.account(eva)["firstName"] != "Evelyn" {
		t.Errorf("got %v and %v", w.account(ana), w.account(eva))
	}
	if diff := cmp.Diff([]string{"other skipped ana EntrySynchronizationSkipped", "update success eva"}, w.lines(store.Epoch)); diff != "" {
		t.Error(diff)
	}
}

func TestOperations_withoutUpdateNothingIsChanged(t *testing.T) {
	w := newWorld(t)
	w.operations("Add,Delete")
	w.assign(store.UserAna)
	w.start()
	w.user(store.UserAna, func(u *store.User) { u.GivenName = "Anna" })
	w.next()
	if got := w.account(ana)["firstName"]; got != "Ana" {
		t.Errorf("got first name %s", got)
	}
	w.unassign(store.UserAna)
	w.next()
	if got := w.account(ana)["active"]; got != "True" {
		t.Errorf("disabling is an update too: got active %s", got)
	}
}

func TestOperations_withoutDeleteNobodyIsDeleted(t *testing.T) {
	w := newWorld(t)
	w.operations("Add, Update")
	w.assign(store.UserAna)
	w.start()
	w.ok(w.store.PurgeUser(store.UserAna))
	before := w.clock.Now()
	w.next()
	if w.account(ana) == nil {
		t.Error("the account was deleted")
	}
	if diff := cmp.Diff([]string{"other skipped - EntrySynchronizationSkipped"}, w.lines(before)); diff != "" {
		t.Error(diff)
	}
}

func TestDeprovisioning_unassignedPeopleAreDisabled(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna, store.UserBen)
	w.start()
	w.unassign(store.UserAna)
	before := w.clock.Now()
	w.next()
	if diff := cmp.Diff([]string{"ben"}, w.active(ana, ben)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"disable success ana"}, w.lines(before)); diff != "" {
		t.Error(diff)
	}
}

func TestDeprovisioning_peopleTakenOutOfTheirGroupAreDisabled(t *testing.T) {
	w := newWorld(t)
	w.assign(store.GroupMeetings)
	w.start()
	w.ok(w.store.RemoveMembers(store.GroupMeetings, store.UserAna))
	w.next()
	if diff := cmp.Diff([]string{"ben"}, w.active(ana, ben)); diff != "" {
		t.Error(diff)
	}
}

func TestDeprovisioning_unassignedPeopleAreNoLongerManaged(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.start()
	w.unassign(store.UserAna)
	w.next()
	w.ok(w.store.PurgeUser(store.UserAna))
	w.next()
	if w.account(ana) == nil {
		t.Error("the account of somebody who is not managed was deleted")
	}
}

func TestDeprovisioning_peopleWhoComeBackGetTheirAccountBack(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.start()
	accounts := len(w.store.Accounts())
	w.unassign(store.UserAna)
	w.next()
	w.assign(store.UserAna)
	before := w.clock.Now()
	w.next()
	if diff := cmp.Diff([]string{"update success ana"}, w.lines(before)); diff != "" {
		t.Error(diff)
	}
	if got := len(w.store.Accounts()); got != accounts || w.account(ana)["active"] != "True" {
		t.Errorf("got %d accounts, want %d; hers: %v", got, accounts, w.account(ana))
	}
}

func TestDeprovisioning_blockedSignInDisablesAndUnblockingEnables(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.start()
	w.user(store.UserAna, func(u *store.User) { u.AccountEnabled = false })
	w.next()
	if got := w.account(ana)["active"]; got != "False" {
		t.Errorf("blocked: got active %s", got)
	}
	w.user(store.UserAna, func(u *store.User) { u.AccountEnabled = true })
	w.next()
	if got := w.account(ana)["active"]; got != "True" {
		t.Errorf("unblocked: got active %s", got)
	}
}

func TestDeprovisioning_softDeletedPeopleAreDisabledAndDeletedAfterThirtyDays(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.start()
	w.ok(w.store.DeleteUser(store.UserAna))
	w.next()
	if got := w.account(ana)["active"]; got != "False" {
		t.Errorf("soft-deleted: got active %s", got)
	}
	w.clock.Advance(recycleTime - 3*store.DefaultInterval)
	if w.account(ana) == nil {
		t.Error("the account was deleted too early")
	}
	w.clock.Advance(4 * store.DefaultInterval)
	if got := w.account(ana); got != nil {
		t.Errorf("after thirty days: got %v", got)
	}
}

func TestDeprovisioning_hardDeletedPeopleAreDeleted(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.start()
	w.ok(w.store.PurgeUser(store.UserAna))
	before := w.clock.Now()
	w.next()
	if w.account(ana) != nil {
		t.Error("the account is still there")
	}
	if diff := cmp.Diff([]string{"delete success -"}, w.lines(before)); diff != "" {
		t.Error(diff)
	}
}

func TestDeprovisioning_withoutAMappingThatDisablesAccountsAreDeleted(t *testing.T) {
	w := newWorld(t)
	w.mapTo(basic()[:1]...)
	w.assign(store.UserAna)
	w.start()
	w.unassign(store.UserAna)
	w.next()
	if w.account(ana) != nil {
		t.Error("the account is still there")
	}
}

func TestDeprovisioning_withoutDisablingAndDeletingNothingHappens(t *testing.T) {
	w := newWorld(t)
	w.mapTo(basic()[:1]...)
	w.operations("Add, Update")
	w.assign(store.UserAna)
	w.start()
	w.unassign(store.UserAna)
	w.next()
	if got := w.account(ana)["active"]; got != "True" {
		t.Errorf("got active %q", got)
	}
}

func TestDeprovisioning_outOfScopePeopleAreLeftAloneIfWanted(t *testing.T) {
	w := newWorld(t)
	w.secret("SkipOutOfScopeDeletions", "True")
	w.assign(store.UserAna, store.UserBen)
	w.start()
	w.unassign(store.UserAna)
	w.user(store.UserBen, func(u *store.User) { u.AccountEnabled = false })
	before := w.clock.Now()
	w.next()
	w.next()
	if diff := cmp.Diff([]string{"ana"}, w.active(ana, ben)); diff != "" {
		t.Errorf("only leaving the scope is skipped: %s", diff)
	}
	if diff := cmp.Diff([]string{"other skipped ana SkipOutOfScopeDeletions", "disable success ben"}, w.lines(before)); diff != "" {
		t.Error(diff)
	}
	w.secret("SkipOutOfScopeDeletions", "False")
	w.ok(w.Restart(w.app, w.id, nil))
	w.finish()
	if diff := cmp.Diff([]string(nil), w.active(ana, ben)); diff != "" {
		t.Errorf("once it is no longer wanted: %s", diff)
	}
}
