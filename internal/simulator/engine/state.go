// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import "time"

// jobState is what the engine remembers of a job between cycles.
type jobState struct {
	links   map[string]*link  // by source id: which account belongs to whom
	owners  map[string]string // by account key: the other way around
	escrows map[string]*escrow
	seen    map[string]fingerprint // the people as of the last cycle
	ever    map[string]bool        // who was ever synchronized, which is what the count of entries shows

	running *cycle
	next    time.Time // when the next cycle is due, zero for not at all

	initial             bool  // the next cycle evaluates everybody
	version             int   // the schema that the people were last evaluated by, -1 for none
	syncAll, scopeKnown bool  // the scope in force; scopeKnown is false until a cycle has read it
	allowRemovals       bool  // lets the next cycle remove any number of accounts
	revision            int64 // the state of the directory that the last cycle saw
	timed               bool  // something may change by itself
	counts              scopeCounts
}

// fingerprint says whether a person changed since the last cycle.
type fingerprint struct {
	modified           time.Time
	assigned, entitled bool
	roles              string
	gone               bool
}

type scopeCounts struct{ entitled, provisioning int64 }

// escrow is somebody who was put aside because of an error.
type escrow struct {
	code  string
	tries int
	next  time.Time
}

func newJobState() *jobState {
	return &jobState{
		links: map[string]*link{}, owners: map[string]string{}, escrows: map[string]*escrow{}, seen: map[string]fingerprint{},
		ever: map[string]bool{}, initial: true, version: -1,
	}
}

func (s *jobState) tie(id string, l *link) {
	s.links[id] = l
	s.owners[l.key] = id
	s.ever[id] = true
}

func (s *jobState) untie(id string) {
	if l := s.links[id]; l != nil {
		delete(s.owners, l.key)
		delete(s.links, id)
	}
	delete(s.escrows, id)
}

// maximumEscrowDelay bounds how rarely somebody put aside is tried again.
const maximumEscrowDelay = 24 * time.Hour

// putAside notes that somebody failed: tried again in the next cycle, and then less and less often.
func (s *jobState) putAside(id, code string, at time.Time, interval time.Duration) {
	e := s.escrows[id]
	if e == nil || e.code != code {
		e = &escrow{code: code}
		s.escrows[id] = e
	}
	delay := min(interval<<min(e.tries, 10), maximumEscrowDelay)
	e.tries++
	// A cycle ends later than it began, so the next one may begin within the interval.
	e.next = at.Add(delay - interval)
}

// forgetLinks clears what the service knows about who belongs to which account.
func (s *jobState) forgetLinks() {
	s.links, s.owners, s.ever = map[string]*link{}, map[string]string{}, map[string]bool{}
}
