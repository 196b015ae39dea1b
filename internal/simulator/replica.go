// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"sync"
	"time"
)

// ObjectKind is a kind of object whose changes may take time to be seen.
type ObjectKind string

// Kinds of objects that replication lag can be set for.
const (
	KindServicePrincipal ObjectKind = "servicePrincipal"
	KindApplication      ObjectKind = "application"
	// KindSynchronization is everything below /synchronization of a new service principal.
	KindSynchronization ObjectKind = "synchronization"
	KindJob             ObjectKind = "job"
	KindSecrets         ObjectKind = "secrets"
	KindSchema          ObjectKind = "schema"
	KindAssignment      ObjectKind = "assignment"
)

// ObjectKinds are all of them.
func ObjectKinds() []ObjectKind {
	return []ObjectKind{KindServicePrincipal, KindApplication, KindSynchronization, KindJob, KindSecrets, KindSchema, KindAssignment}
}

// Lag says how long reads lag behind a write.
type Lag struct {
	Reads   int           // how many reads of the object still show the old state
	For     time.Duration // how long reads still show the old state, on the simulated clock
	Flicker bool          // lets every second of those reads show the new state already, as when answers come from different replicas
}

// replica remembers which objects reads do not show yet, or still show.
type replica struct {
	clock *Clock

	mu     sync.Mutex
	lags   map[ObjectKind]Lag
	stale  map[replicaKey]*staleness
	ghosts map[replicaKey]any // the old state of singletons, and what was removed
}

type replicaKey struct {
	kind ObjectKind
	id   string
}

type staleness struct {
	reads   int
	until   time.Time
	flicker bool
	turn    bool
}

func newReplica(clock *Clock) *replica {
	return &replica{clock: clock, lags: map[ObjectKind]Lag{}, stale: map[replicaKey]*staleness{}, ghosts: map[replicaKey]any{}}
}

func (r *replica) setLag(kind ObjectKind, lag Lag) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lags[kind] = lag
}

// written notes a write of an object. The ghost is what reads are to show meanwhile, nil for nothing.
func (r *replica) written(kind ObjectKind, id string, ghost any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	lag := r.lags[kind]
	if lag.Reads == 0 && lag.For == 0 {
		return
	}
	key := replicaKey{kind, id}
	if _, pending := r.stale[key]; pending {
		ghost = r.ghosts[key] // reads are behind already, and stay where they are
	}
	s := &staleness{reads: lag.Reads, flicker: lag.Flicker}
	if lag.For > 0 {
		s.until = r.clock.Now().Add(lag.For)
	}
	r.stale[key], r.ghosts[key] = s, ghost
}

// read returns what a read has to show instead of the present state, and whether it has to. It counts as one read.
func (r *replica) read(kind ObjectKind, id string) (ghost any, isStale bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := replicaKey{kind, id}
	s, ok := r.stale[key]
	if !ok {
		return nil, false
	}
	if s.reads <= 0 && !r.clock.Now().Before(s.until) {
		delete(r.stale, key)
		delete(r.ghosts, key)
		return nil, false
	}
	s.reads--
	if s.turn = !s.turn; s.flicker && !s.turn {
		return nil, false
	}
	return r.ghosts[key], true
}

// hides says whether a read must not show an object that was just made.
func (r *replica) hides(kind ObjectKind, id string) bool {
	ghost, stale := r.read(kind, id)
	return stale && ghost == nil
}

// removed returns the objects of a kind that reads still show although they are gone. It counts as one read of each.
func removed[T any](r *replica, kind ObjectKind, isOne func(ghost T) bool) []T {
	r.mu.Lock()
	ghosts := map[replicaKey]T{}
	for key, ghost := range r.ghosts {
		if old, ok := ghost.(T); ok && key.kind == kind && isOne(old) {
			ghosts[key] = old
		}
	}
	r.mu.Unlock()
	var shown []T
	for key, ghost := range ghosts {
		if _, stale := r.read(key.kind, key.id); stale {
			shown = append(shown, ghost)
		}
	}
	return shown
}
