// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"maps"
	"slices"
	"sync"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// Plans are the changes that one run plans to the assignments of an application. An assignment that is both a separate resource
// and an entry of an exclusive set is removed by either as soon as the other changes. Within one run, the resource that is
// planned second detects this; across runs, nothing does. The zero value is that of a run that plans nothing.
type Plans struct {
	mu      sync.Mutex
	sets    []plannedSet
	singles map[Key]plannedSingle
	told    map[string]bool // users of whom a warning said that they lose access
}

type plannedSet struct {
	scope  Scope
	wanted map[Key]bool
}

type plannedSingle struct {
	stays, comes, leaves bool
}

// removes reports whether the set removes what somebody else wants.
func (s plannedSet) removes(key Key) bool {
	return !s.wanted[key] && s.scope.Covers(key.assignment(), true)
}

// Clashes are what a set shares with other plans of the run.
type Clashes struct {
	Disputed map[Key]bool // one of two sets removes what the other adds
	Twice    map[Key]bool // planned as single assignments, too
	Leaving  map[Key]bool // wanted by the set, and destroyed as single assignments
}

// AddSet records the scope and the wanted assignments of a set, and returns conflicting plans so far. The same
// set again, planned for its replacement, does not conflict.
func (p *Plans) AddSet(scope Scope, wanted map[Key]bool) Clashes {
	p.mu.Lock()
	defer p.mu.Unlock()
	set := plannedSet{scope, wanted}
	c := Clashes{map[Key]bool{}, map[Key]bool{}, map[Key]bool{}}
	again := false
	for _, other := range p.sets {
		if again = other.scope.Equals(scope) && maps.Equal(other.wanted, wanted); again {
			clear(c.Disputed)
			break
		}
		other.addTo(c.Disputed, set)
		set.addTo(c.Disputed, other)
	}
	if !again {
		p.sets = append(p.sets, set)
	}
	for key, single := range p.singles {
		if single.stays && (wanted[key] || scope.Covers(key.assignment(), true)) {
			c.Twice[key] = true
		}
		if single.leaves && wanted[key] {
			c.Leaving[key] = true
		}
	}
	return c
}

// addTo adds what the set wants and another would remove.
func (s plannedSet) addTo(disputed map[Key]bool, other plannedSet) {
	for key := range s.wanted {
		if other.removes(key) {
			disputed[key] = true
		}
	}
}

// AddSingle notes that an assignment is planned on its own, and reports whether a set claims it.
func (p *Plans) AddSingle(key Key) (claimed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.note(key, func(s *plannedSingle) { s.stays = true })
	for _, set := range p.sets {
		if set.wanted[key] || set.removes(key) {
			return true
		}
	}
	return false
}

// AddCreation notes that an assignment is planned to be created on its own, and reports whether it is destroyed, too: as
// happens when a user is renamed whose name is a key of for_each.
func (p *Plans) AddCreation(key Key) (destroyed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.note(key, func(s *plannedSingle) { s.comes = true }).leaves
}

// AddDestruction notes that an assignment of its own is planned to be destroyed, and reports whether a set wants it and
// whether it is created, too.
func (p *Plans) AddDestruction(key Key) (wanted, created bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	single := p.note(key, func(s *plannedSingle) { s.leaves = true })
	for _, set := range p.sets {
		wanted = wanted || set.wanted[key]
	}
	return wanted, single.comes
}

// Changes returns the single assignments that are planned so far to be removed and to be created.
func (p *Plans) Changes() Changes {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := Changes{map[Key]bool{}, map[Key]bool{}}
	for key, single := range p.singles {
		if single.comes {
			c.Added[key] = true
		}
		if single.leaves {
			c.Removed[key] = true
		}
	}
	return c
}

// Tell records the people who, according to a warning, lose access because of the plans so far.
func (p *Plans) Tell(userIDs []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.told == nil {
		p.told = map[string]bool{}
	}
	for _, id := range userIDs {
		p.told[id] = true
	}
}

// TakeBack returns, once, which of the people in such a warning do not lose access because of the plans by now. About
// is the user concerned, or "" for all.
func (p *Plans) TakeBack(about string, lost func() []string) []string {
	p.mu.Lock()
	concerns := len(p.told) > 0 && (about == "" || p.told[about])
	p.mu.Unlock()
	if !concerns {
		return nil
	}
	still := lost()
	p.mu.Lock()
	defer p.mu.Unlock()
	var kept []string
	for id := range p.told {
		if (about == "" || id == about) && !slices.Contains(still, id) {
			kept = append(kept, id)
			delete(p.told, id)
		}
	}
	slices.Sort(kept)
	return kept
}

func (p *Plans) note(key Key, change func(*plannedSingle)) plannedSingle {
	if p.singles == nil {
		p.singles = map[Key]plannedSingle{}
	}
	single := p.singles[key]
	change(&single)
	p.singles[key] = single
	return single
}

// Scope is what a set is authoritative for.
type Scope struct {
	Roles   map[string]bool // ids, nil for all
	Ignored map[string]bool // principal ids
}

// Covers reports whether an assignment belongs to the set; listed says that the set names its principal. Service principals get no accounts; their
// assignments are how applications call each other, and are only touched where they are listed.
func (s Scope) Covers(a graph.Assignment, listed bool) bool {
	h := KeyOf(a)
	if s.Ignored[h.PrincipalID] || s.Roles != nil && !s.Roles[h.RoleID] {
		return false
	}
	return listed || a.PrincipalType != KindServicePrincipal
}

// Equals reports whether two scopes are the same.
func (s Scope) Equals(other Scope) bool {
	return (s.Roles == nil) == (other.Roles == nil) && maps.Equal(s.Roles, other.Roles) && maps.Equal(s.Ignored, other.Ignored)
}

// Held returns what a listing has within the scope. Listed says which principals the set names itself.
func (s Scope) Held(l *Listing, listed map[string]string) map[Key]graph.Assignment {
	held := make(map[Key]graph.Assignment, len(l.All))
	for _, a := range l.All {
		key := KeyOf(a)
		if _, ok := listed[key.PrincipalID]; s.Covers(a, ok) {
			held[key] = a
		}
	}
	return held
}

// Changes is what a plan does to assignments.
type Changes struct {
	Added, Removed map[Key]bool
}

// ChangesOf compares what a set had with what it wants. What leaves the scope because the scope changes is not removed.
func ChangesOf(had, wanted map[Key]bool, scope Scope) Changes {
	c := Changes{map[Key]bool{}, map[Key]bool{}}
	for key := range wanted {
		if !had[key] {
			c.Added[key] = true
		}
	}
	for key := range had {
		if !wanted[key] && scope.Covers(key.assignment(), true) {
			c.Removed[key] = true
		}
	}
	return c
}
