// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"iter"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Facts that callers branch on.
var (
	// ErrNotFound says that the object does not exist (any more).
	ErrNotFound = errors.New("not found")
	// ErrExists says that the same thing is there already.
	ErrExists = errors.New("already exists")
	// ErrReference says that an object refers to one of a kind that does not fit.
	ErrReference = errors.New("not a valid reference")
	// ErrInvalid says that a value is not acceptable.
	ErrInvalid = errors.New("invalid value")
	// ErrStale says that a write was based on an older version than the stored one.
	ErrStale = errors.New("stale version")
)

// Config says what a new store starts with.
type Config struct {
	TenantID string
	Clock    *Clock
	// Empty leaves out the invented people, groups and GoTo accounts.
	Empty bool
}

// Store is the state of one simulated tenant and of the simulated GoTo behind it.
type Store struct {
	clock    *Clock
	tenantID string

	mu           sync.RWMutex
	users        ordered[*User]
	usersByName  map[string]string // lower-case user principal name -> id
	groups       ordered[*Group]
	gallery      []GalleryTemplate
	connectors   map[string]*Connector // synchronization template id -> connector
	applications ordered[*Application]
	principals   ordered[*ServicePrincipal]
	assignments  map[string]*assignmentList // service principal id -> assignments
	jobs         map[string][]*Job          // service principal id -> jobs
	secrets      map[string]*SecretSet      // service principal id -> secrets
	accounts     ordered[*Account]
	accountsBy   map[string]string // lower-case e-mail -> account key
	admins       []Admin
	companies    []Company
	pools        []Licence
	roleSets     []RoleSet
	domains      []string
	licences     int
	active       int // accounts that take a licence
	log          []LogEntry
	accountSeq   int64
	peopleSeq    int
	revision     int64
}

// New returns a store with the gallery of invented connectors and, unless cfg says otherwise, the invented people.
func New(cfg Config) *Store {
	s := &Store{
		clock:       cfg.Clock,
		tenantID:    cfg.TenantID,
		usersByName: map[string]string{},
		connectors:  map[string]*Connector{},
		assignments: map[string]*assignmentList{},
		jobs:        map[string][]*Job{},
		secrets:     map[string]*SecretSet{},
		accountsBy:  map[string]string{},
		licences:    -1,
	}
	if s.clock == nil {
		s.clock = NewClock(Epoch)
	}
	if s.tenantID == "" {
		s.tenantID = TenantID
	}
	s.seedGallery()
	s.seedCompanies()
	if !cfg.Empty {
		s.seedPeople()
		s.seedAccounts()
	}
	return s
}

// Clock returns the clock of the simulated world.
func (s *Store) Clock() *Clock { return s.clock }

// TenantID returns the id of the simulated tenant.
func (s *Store) TenantID() string { return s.tenantID }

// Revision grows with every change of people, groups and assignments, so that a reader can tell that nothing has.
func (s *Store) Revision() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.revision
}

func (s *Store) now() time.Time { return s.clock.Now() }

func newID() string { return uuid.NewString() }

// newOpaqueID returns an identifier in the shape of an assignment id: base64url, case-sensitive, no GUID.
func newOpaqueID() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // documented never to fail
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Kinds of objects that a NotFoundError can tell apart.
const (
	MissingPrincipal = "service principal"
	MissingConnector = "synchronization template"
	MissingJob       = "job"
	// MissingRetired is a job that is not there because its connector was retired.
	MissingRetired = "job of a retired connector"
)

// NotFoundError is an ErrNotFound that says what is missing.
type NotFoundError struct{ Kind, ID string }

func (e *NotFoundError) Error() string { return e.Kind + " " + e.ID + ": not found" }

// Unwrap returns ErrNotFound.
func (e *NotFoundError) Unwrap() error { return ErrNotFound }

func notFound(kind, id string) error { return &NotFoundError{kind, id} }

// ordered is a map that remembers the order of insertion. Removing leaves a hole that is closed once holes are the
// majority, so that no operation is linear on average.
type ordered[T any] struct {
	items map[string]T
	keys  []string
	at    map[string]int
	holes int
}

func (o *ordered[T]) get(key string) (T, bool) {
	item, ok := o.items[key]
	return item, ok
}

func (o *ordered[T]) put(key string, item T) {
	if o.items == nil {
		o.items, o.at = map[string]T{}, map[string]int{}
	}
	if _, ok := o.items[key]; !ok {
		o.at[key] = len(o.keys)
		o.keys = append(o.keys, key)
	}
	o.items[key] = item
}

func (o *ordered[T]) remove(key string) {
	at, ok := o.at[key]
	if !ok {
		return
	}
	delete(o.items, key)
	delete(o.at, key)
	o.keys[at] = ""
	if o.holes++; o.holes > len(o.keys)/2 {
		kept := o.keys[:0]
		for _, k := range o.keys {
			if k != "" {
				o.at[k] = len(kept)
				kept = append(kept, k)
			}
		}
		o.keys, o.holes = kept, 0
	}
}

func (o *ordered[T]) len() int { return len(o.items) }

// all visits the items in order.
func (o *ordered[T]) all() iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, key := range o.keys {
			if key != "" && !yield(o.items[key]) {
				return
			}
		}
	}
}
