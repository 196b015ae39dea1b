// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestClock_movesOnlyByHand(t *testing.T) {
	c := NewClock(Epoch)
	var seen []time.Time
	c.OnAdvance(func() { seen = append(seen, c.Now()) })
	c.Advance(time.Hour)
	c.Advance(-time.Hour)
	if err := c.Sleep(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	want := []time.Time{Epoch.Add(time.Hour), Epoch.Add(time.Hour), Epoch.Add(time.Hour + time.Minute)}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Error(diff)
	}
}

func TestClock_sleepGivesUpLikeARealOne(t *testing.T) {
	c := NewClock(Epoch)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Sleep(canceled, time.Hour); !errors.Is(err, context.Canceled) || !c.Now().Equal(Epoch) {
		t.Errorf("ended context: got %v at %v", err, c.Now())
	}
	short, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	if err := c.Sleep(short, time.Hour); !errors.Is(err, context.DeadlineExceeded) || !c.Now().Before(Epoch.Add(time.Minute+time.Second)) {
		t.Errorf("deadline before the end: got %v at %v", err, c.Now())
	}
}

func TestClock_canRunAlongWithRealTime(t *testing.T) {
	c := NewRunningClock(Epoch)
	c.Advance(time.Hour)
	first := c.Now()
	for !c.Now().After(first) { // the clock's resolution may be coarse
		continue
	}
	if first.Before(Epoch.Add(time.Hour)) || first.After(Epoch.Add(time.Hour+time.Minute)) {
		t.Errorf("got %v", first)
	}
}

func TestOrdered_keepsOrderWhileItemsComeAndGo(t *testing.T) {
	var o ordered[int]
	for i := range 100 {
		o.put(strconv.Itoa(i), i)
	}
	for i := range 100 {
		if i%3 != 0 {
			o.remove(strconv.Itoa(i))
		}
	}
	o.remove("1")
	o.put("0", 1000)
	o.put("new", 2000)
	var got []int
	for i := range o.all() {
		if got = append(got, i); len(got) == 4 {
			break
		}
	}
	if want := []int{1000, 3, 6, 9}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if len(o.items) != 35 {
		t.Errorf("got %d items, want 35", len(o.items))
	}
}

func TestAssignments_stayOrderedWhileSomeAreRemoved(t *testing.T) {
	s := New(Config{})
	_, p, err := s.Instantiate(TemplateGoToMeeting, "x", "")
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, person := range s.AddUsers(50) {
		a, err := s.Assign(p.ID, person, p.Roles[0].ID, AssignOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, a.ID)
	}
	var want []string
	for i, id := range ids {
		if i%5 == 0 {
			want = append(want, id)
			continue
		}
		if err := s.Unassign(p.ID, id); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	position, more := int64(0), true
	for more {
		var page []Assignment
		page, more = s.AssignmentsAfter(p.ID, position, 3)
		for _, a := range page {
			got, position = append(got, a.ID), a.Position
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := s.Unassign(p.ID, ids[1]); !errors.Is(err, ErrNotFound) {
		t.Errorf("removing one twice: got %v", err)
	}
}

func TestStore_forgetsAssignmentsOfPrincipalsThatAreGone(t *testing.T) {
	s := New(Config{})
	_, p, err := s.Instantiate(TemplateGoToMeeting, "x", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{UserAna, UserBen, GroupMeetings} {
		if _, err := s.Assign(p.ID, id, p.Roles[0].ID, AssignOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.PurgeUser(UserAna); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteGroup(GroupMeetings); err != nil {
		t.Fatal(err)
	}
	if got := s.Assignments(p.ID); len(got) != 1 || got[0].PrincipalID != UserBen {
		t.Errorf("got %v", got)
	}
	if _, err := s.FindUser("ana@corp.example"); !errors.Is(err, ErrNotFound) {
		t.Errorf("the purged person: got %v", err)
	}
}

func TestStore_handsOutCopies(t *testing.T) {
	s := New(Config{})
	u, err := s.User(UserAna)
	if err != nil {
		t.Fatal(err)
	}
	u.ProxyAddresses[0] = "changed"
	if again, _ := s.User(UserAna); again.ProxyAddresses[0] == "changed" {
		t.Error("a change of the copy reached the store")
	}
	var before []string
	for g := range s.EachGroup() {
		if g.ID == GroupMeetings {
			before = g.Members
		}
	}
	if err := s.RemoveMembers(GroupMeetings, UserAna); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(before, UserAna) {
		t.Error("a later change reached what was handed out")
	}
}

func TestUsers_canBeRenamed(t *testing.T) {
	s := New(Config{})
	if err := s.UpdateUser(UserAna, func(u *User) { u.UserPrincipalName = "ana.new@corp.example" }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.FindUser("ana@corp.example"); !errors.Is(err, ErrNotFound) {
		t.Errorf("the old name: got %v", err)
	}
	if u, err := s.FindUser("ANA.new@corp.example"); err != nil || u.ID != UserAna {
		t.Errorf("the new name: got %v, %v", u.ID, err)
	}
}

func TestAddUsers_continuesItsNumbers(t *testing.T) {
	s := New(Config{Empty: true})
	first, second := s.AddUsers(2), s.AddUsers(1)
	if first[1] != PersonID(1) || second[0] != PersonID(2) {
		t.Errorf("got %v and %v", first, second)
	}
}

func TestAccounts_haveUniqueAddresses(t *testing.T) {
	s := New(Config{})
	if _, err := s.AddAccount(Account{Email: "EVA@corp.example"}); !errors.Is(err, ErrExists) {
		t.Errorf("a second account with the address: got %v", err)
	}
	key, err := s.AddAccount(Account{Email: "new@corp.example"})
	if err != nil {
		t.Fatal(err)
	}
	if number, err := strconv.ParseInt(key, 10, 64); err != nil || number <= 1<<53 {
		t.Errorf("got key %s, want a number that a float cannot hold", key)
	}
	if err := s.UpdateAccount(key, func(a *Account) { a.Email = "eva@corp.example" }); !errors.Is(err, ErrExists) {
		t.Errorf("taking the address of another: got %v", err)
	}
	if err := s.UpdateAccount(key, func(a *Account) { a.Email = "newer@corp.example" }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AccountByEmail("new@corp.example"); !errors.Is(err, ErrNotFound) {
		t.Errorf("the old address: got %v", err)
	}
	if err := s.DeleteAccount(key); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AccountByEmail("newer@corp.example"); !errors.Is(err, ErrNotFound) {
		t.Errorf("the deleted account: got %v", err)
	}
}

func TestStore_tenThousandAssignmentsComeAndGo(t *testing.T) {
	s := New(Config{Empty: true})
	_, p, err := s.Instantiate(TemplateGoToMeeting, "x", "")
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, person := range s.AddUsers(10_000) {
		a, err := s.Assign(p.ID, person, p.Roles[0].ID, AssignOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, a.ID)
	}
	for _, id := range ids {
		if err := s.Unassign(p.ID, id); err != nil {
			t.Fatal(err)
		}
	}
	if left := s.Assignments(p.ID); len(ids) != 10_000 || len(left) != 0 {
		t.Errorf("of %d assignments %d are left", len(ids), len(left))
	}
}
