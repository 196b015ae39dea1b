// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment_test

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// setOf is a configuration of the whole set for some roles.
func (w *world) setOf(entries map[string]any, roles ...any) map[string]any {
	config := w.set(entries)
	maps.Copy(config, map[string]any{"roles": roles})
	return config
}

func TestExclusive_overlapIsNoticed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	everything := w.set(map[string]any{store.UserAna: "User"})
	users, organizers := w.setOf(map[string]any{store.UserAna: "User"}, "User"), w.setOf(map[string]any{store.UserBen: "Organizer"}, "Organizer")
	tests := []struct {
		name          string
		first, second map[string]any
		want          string
	}{
		{"a narrow one within a wide one", everything, organizers, store.UserBen + `, role "Organizer"`},
		{"the other way round", organizers, everything, store.UserBen + `, role "Organizer"`},
		{"apart", users, organizers, ""},
		{"one that is planned twice", everything, everything, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := w.Protocol()
			_, found := p.Plan(exclusive, nil, tt.first)
			_, more := p.Plan(exclusive, nil, tt.second)
			found = append(found, more...)
			if tt.want == "" && len(found) > 0 || tt.want != "" && (len(found) != 1 || !strings.Contains(found.String(), "overlap") || !strings.Contains(found.String(), tt.want)) {
				t.Errorf("got %v, want %q", found, tt.want)
			}
		})
	}
}

func TestResource_destroyOfWhatAnExclusiveResourceListsIsNoticed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.Managed(single)
	noErrors(t, m.Apply(w.one(store.UserAna, "User")))
	set := w.set(map[string]any{store.UserAna: "User"})
	for _, exclusiveFirst := range []bool{true, false} {
		p := w.Protocol()
		var all acctest.Diagnostics
		for i := range 2 {
			if exclusiveFirst == (i == 0) {
				_, found := p.Plan(exclusive, nil, set)
				all = append(all, found...)
				continue
			}
			_, found := p.Plan(single, m.Now, nil)
			all = append(all, found...)
		}
		if all.HasError() || !strings.Contains(all.String(), "Listed assignments are destroyed") || !strings.Contains(all.String(), "destroy = false") {
			t.Errorf("exclusive first %v: got %v", exclusiveFirst, all)
		}
	}
	// Applied nevertheless, the set has just been made sure of when the single resource goes.
	p := w.Protocol()
	_, found := p.Change(exclusive, nil, set)
	noErrors(t, found)
	plan, found := p.Plan(single, m.Now, nil)
	noErrors(t, found)
	_, found = p.Apply(plan)
	noErrors(t, found)
	if diff := cmp.Diff([]string{store.UserAna + " User"}, w.held()); diff != "" {
		t.Error(diff)
	}
}

func TestExclusive_widerScopeSaysWhatTheNextPlanRemoves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.assign(store.UserEva, "Organizer")
	w.assign(store.UserSam, "User")
	narrow := w.setOf(map[string]any{store.UserAna: "User"}, "User")
	narrow["ignored_principal_ids"] = []any{store.UserSam}
	m := w.Managed(exclusive)
	noErrors(t, m.Apply(narrow))
	wide := w.set(map[string]any{store.UserAna: "User"})
	_, _, found := m.Plan(wide)
	for _, want := range []string{"The wider scope has assignments that are not listed", "Eva Known", "Sam Lake"} {
		if !strings.Contains(found.String(), want) || len(found) != 1 || found.HasError() {
			t.Errorf("got %v, want %q", found, want)
		}
	}
	listed := w.set(map[string]any{store.UserAna: "User", store.UserEva: "Organizer", store.UserSam: "User"})
	if _, _, found := m.Plan(listed); len(found) > 0 {
		t.Errorf("with everybody listed: %v", found)
	}
}

func TestExclusive_importBlockKeepsTheScope(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.assign(store.UserEva, "User")
	w.assign(store.UserEva, "Organizer")
	_, _, found := w.Managed(exclusive).Plan(w.setOf(map[string]any{store.UserAna: "User"}, "msiam_access", "User"))
	if want := `id = "` + w.sp.ID + `/User,msiam_access"`; !strings.Contains(found.String(), want) {
		t.Errorf("got %v, want %s", found, want)
	}
	if strings.Contains(found.String(), "untaint") {
		t.Errorf("nothing is in the state: %v", found)
	}
}

func TestExclusive_replacementThatWouldRemoveIsExplained(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.Managed(exclusive)
	noErrors(t, m.Apply(w.set(map[string]any{store.UserAna: "User", store.UserBen: "User"})))
	m.Tainted = true
	if _, _, found := m.Plan(w.set(map[string]any{store.UserAna: "User"})); !found.HasError() || !strings.Contains(found.String(), "terraform untaint") {
		t.Errorf("got %v", found)
	}
}

func TestExclusive_leavingAnApplicationIsWarnedOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.Managed(exclusive)
	noErrors(t, m.Apply(w.set(map[string]any{store.UserAna: "User", store.GroupMeetings: "User"})))
	_, other, err := w.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting for others", "")
	if err != nil {
		t.Fatal(err)
	}
	config := w.set(map[string]any{store.UserAna: "User"})
	config["service_principal_id"] = other.ID
	if action, _, found := m.Plan(config); action != acctest.Replace || found.HasError() || !strings.Contains(found.String(), w.sp.ID+") from 5 people") {
		t.Errorf("%s: %v", action, found)
	}
}

func TestResource_refusedListingIsReportedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var states []*acctest.Instance
	for _, id := range []string{store.UserAna, store.UserBen, store.UserEva} {
		m := w.Managed(single)
		noErrors(t, m.Apply(w.one(id, "User")))
		states = append(states, m.Now)
	}
	w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: "/servicePrincipals/*/appRoleAssignedTo", Count: -1, Effect: simulator.LacksPermission()})
	p := w.Protocol()
	var all acctest.Diagnostics
	for _, state := range states {
		after, found := p.Read(state)
		if after == nil {
			t.Error("a refused read counts as gone")
		}
		all = append(all, found...)
	}
	if len(all) != 1 || !all.HasError() {
		t.Errorf("got %v, want one error", all)
	}
}

// A resource that only gets another address without a `moved` block is destroyed and created at the same time.
func TestExclusive_newAddressKeepsEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.set(entriesOf(w.Sim.Store().AddUsers(60), "User"))
	m := w.Managed(exclusive)
	noErrors(t, m.Apply(config))
	w.Sim.SetLag(simulator.KindAssignment, simulator.Lag{For: 2 * time.Second})
	for round := range 20 {
		p := w.Protocol()
		old, found := p.Plan(exclusive, m.Now, nil)
		noErrors(t, found)
		fresh, found := p.Plan(exclusive, nil, config)
		noErrors(t, found)
		var made *acctest.Instance
		var making, destroying acctest.Diagnostics
		create := func() { made, making = p.Apply(fresh) }
		destroy := func() { _, destroying = p.Apply(old) }
		switch round {
		case 0:
			destroy()
			create()
		case 1:
			create()
			destroy()
		default:
			var both sync.WaitGroup
			both.Go(create)
			both.Go(destroy)
			both.Wait()
		}
		noErrors(t, append(making, destroying...))
		if held := w.held(); len(held) != 60 {
			t.Fatalf("round %d: %d of 60 are left", round, len(held))
		}
		m.Now = made
		w.Sim.Clock().Advance(time.Minute)
	}
}

func TestResource_removedAndListedInOneApplyIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.SetLag(simulator.KindAssignment, simulator.Lag{For: 2 * time.Second})
	m := w.Managed(single)
	noErrors(t, m.Apply(w.one(store.UserAna, "User")))
	w.Sim.Clock().Advance(time.Minute)
	p := w.Protocol()
	set, found := p.Plan(exclusive, nil, w.set(map[string]any{store.UserAna: "User"}))
	noErrors(t, found)
	plan, found := p.Plan(single, m.Now, nil)
	noErrors(t, found)
	for _, next := range []*acctest.Planned{plan, set} {
		_, found = p.Apply(next)
		noErrors(t, found)
	}
	if diff := cmp.Diff([]string{store.UserAna + " User"}, w.held()); diff != "" {
		t.Error(diff)
	}
}

// With user principal names as keys of for_each, a renamed user is destroyed and created.
func TestResource_otherAddressIsNoticed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.Managed(single)
	noErrors(t, m.Apply(w.one(store.UserAna, "User")))
	for _, destroyFirst := range []bool{true, false} {
		p := w.Protocol()
		m.Now, _ = p.Read(m.Now)
		var all acctest.Diagnostics
		for i := range 2 {
			prior, config := m.Now, map[string]any(nil)
			if destroyFirst != (i == 0) {
				prior, config = nil, w.one(store.UserAna, "User")
			}
			_, found := p.Plan(single, prior, config)
			all = append(all, found...)
		}
		if tells := strings.Contains(all.String(), "loses access"); tells != strings.Contains(all.String(), store.UserAna+" keeps access after all") || tells != destroyFirst {
			t.Errorf("destroy first %v: a loss is told but not taken back, or the other way round: %v", destroyFirst, all)
		}
		if all.HasError() || !strings.Contains(all.String(), "The same assignment is destroyed and created") || !strings.Contains(all.String(), "`moved` block") {
			t.Errorf("destroy first %v: got %v", destroyFirst, all)
		}
	}
	m.Tainted = true // replaced by itself
	if _, _, found := m.Plan(w.one(store.UserAna, "User")); len(found) > 0 {
		t.Errorf("a replacement: %v", found)
	}
	if found := m.Apply(w.one(store.UserAna, "User")); found.HasError() {
		t.Errorf("a replacement: %v", found)
	}
}

// Keys of for_each that are renamed without `moved` blocks destroy and create the same assignments in one apply, and those of
// another provider configuration (an alias) do so in another process.
func TestRenamedKeys_keepEverybodyInAnyOrder(t *testing.T) {
	t.Parallel()
	for _, configurations := range []int{1, 2} {
		t.Run(fmt.Sprintf("%d provider configurations", configurations), func(t *testing.T) {
			t.Parallel()
			renameKeys(t, configurations)
		})
	}
}

func renameKeys(t *testing.T, configurations int) {
	t.Helper()
	w := newWorld(t)
	ids := w.Sim.Store().AddUsers(20)
	states := make([]*acctest.Instance, len(ids))
	p := w.Protocol()
	for i, id := range ids {
		var found acctest.Diagnostics
		states[i], found = p.Change(single, nil, w.one(id, "User"))
		noErrors(t, found)
	}
	for round, order := range []string{"create first", "destroy first", "at once", "at once", "at once"} {
		p := w.Protocol()
		next := p
		if configurations > 1 {
			next = w.Protocol()
		}
		made := make([]*acctest.Instance, len(ids))
		each(len(ids), func(i int) {
			old, found := p.Plan(single, states[i], nil)
			fresh, more := next.Plan(single, nil, w.one(ids[i], "User"))
			if found = append(found, more...); found.HasError() {
				t.Errorf("plan: %v", found)
				return
			}
			create := func() {
				var found acctest.Diagnostics
				if made[i], found = next.Apply(fresh); found.HasError() {
					t.Errorf("create: %v", found)
				}
			}
			destroy := func() {
				if _, found := p.Apply(old); found.HasError() {
					t.Errorf("destroy: %v", found)
				}
			}
			switch order {
			case "create first":
				create()
				destroy()
			case "destroy first":
				destroy()
				create()
			default:
				var both sync.WaitGroup
				both.Go(create)
				both.Go(destroy)
				both.Wait()
			}
		})
		if held := w.held(); t.Failed() || len(held) != len(ids) {
			t.Fatalf("round %d, %s: %d of %d are left", round, order, len(held), len(ids))
		}
		for i := range made {
			if _, err := w.Sim.Store().Assignment(w.sp.ID, strings.TrimPrefix(fmt.Sprint(made[i].State["id"]), w.sp.ID+"/")); err != nil {
				t.Fatalf("round %d, %s: the state has an assignment that is gone: %v", round, order, err)
			}
		}
		states = made
	}
}

// Terraform plans in any order: a loss that was told is taken back when what prevents it is planned afterward.
func TestOrderOfPlanning_lossThatDoesNotComeTrueIsTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, ben := w.Managed(single), w.Managed(single)
	noErrors(t, ana.Apply(w.one(store.UserAna, "User")))
	noErrors(t, ben.Apply(w.one(store.UserBen, "User")))
	tests := []struct {
		name string
		next map[string]any
		kept string // of the two
	}{
		{"another role", w.one(store.UserAna, "Organizer"), store.UserAna},
		{"a group with one of them", w.one(store.GroupMeetings, "User"), store.UserAna},
		{"somebody else", w.one(store.UserSam, "User"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := w.Protocol()
			_, told := p.Plan(single, ana.Now, nil)
			says(t, told, false, "1 person loses access", store.UserAna)
			_, found := p.Plan(single, nil, tt.next)
			if taken := strings.Contains(found.String(), "keeps access after all"); taken != (tt.kept != "") || !strings.Contains(found.String(), tt.kept) {
				t.Errorf("got %v", found)
			}
			_, again := p.Plan(single, nil, tt.next) // as for a replacement
			if strings.Contains(again.String(), "after all") {
				t.Errorf("once more: %v", again)
			}
		})
	}
}

// The plan shows entries as removed whose assignments stay.
func TestExclusive_narrowerScopeSaysWhatStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.Managed(exclusive)
	noErrors(t, m.Apply(w.set(map[string]any{store.UserAna: "User", store.UserBen: "Organizer", store.UserEva: "Organizer"})))
	narrow := w.setOf(map[string]any{store.UserBen: "Organizer"}, "Organizer")
	narrow["ignored_principal_ids"] = []any{store.UserEva}
	w.writes()
	says(t, m.Apply(narrow), false, "Left in place, but no longer managed by the resource: 2 assignments", "Ana Example", "Eva Known")
	w.wantWrites(t)
	if _, _, found := m.Plan(narrow); len(found) > 0 {
		t.Errorf("afterward: %v", found)
	}
}
