// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package store holds the state of the simulated services: a small directory of invented people and groups, the
// application gallery, applications with their assignments and synchronization jobs, and the accounts at the simulated
// GoTo. It is plain Go behind one lock and knows nothing of HTTP; package simulator serves Microsoft
// Graph, and package engine runs the provisioning cycles.
//
// Every method is safe for concurrent use. Values that are returned are copies: changing them changes nothing in the
// store; use the Update methods for that.
package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Facts that callers branch on.
var (
	ErrNotFound  = errors.New("not found")             // the object does not exist (anymore)
	ErrExists    = errors.New("already exists")        // the same thing is there already
	ErrReference = errors.New("not a valid reference") // an object refers to one of a kind that does not fit
	ErrInvalid   = errors.New("invalid value")         // a value is not acceptable
	ErrStale     = errors.New("stale version")         // a write was based on an older version than the stored one
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
	secrets      map[string][]KeyValue      // service principal id -> secrets in the order in which they were first written
	accounts     ordered[*Account]
	accountsBy   map[string]string // lower-case e-mail -> account key
	admins       []Admin
	target       target
	companies    []Company
	pools        []License
	roleSets     []RoleSet
	domains      []string
	licenses     int
	active       int // accounts that take a license
	log          []LogEntry
	accountSeq   int64
	peopleSeq    int
	revision     int64
}

// New returns a store with the gallery of invented connectors and, unless cfg says otherwise, the invented people.
func New(cfg Config) *Store {
	s := &Store{
		clock:       cfg.Clock,
		tenantID:    cmp.Or(cfg.TenantID, TenantID),
		usersByName: map[string]string{},
		connectors:  map[string]*Connector{},
		target:      target{secretToken: SecretToken, clientSecret: TargetClientSecret, spent: map[string]bool{}},
		assignments: map[string]*assignmentList{},
		jobs:        map[string][]*Job{},
		secrets:     map[string][]KeyValue{},
		accountsBy:  map[string]string{},
		licenses:    -1,
	}
	if s.clock == nil {
		s.clock = NewClock(Epoch)
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

// Revision grows with every change of people, groups and assignments, so a reader can tell that nothing has.
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

// RequestError says why the service refuses what a client asks for, with the code that it gives.
type RequestError struct{ Code, Message string }

func (e *RequestError) Error() string { return e.Code + ": " + e.Message }

func requestError(code, format string, args ...any) error {
	return &RequestError{Code: code, Message: fmt.Sprintf(format, args...)}
}

func notFound(kind, id string) error { return &NotFoundError{kind, id} }

// ordered is a map that remembers the order of insertion. Removing leaves a hole that is closed once holes are the
// majority, so no operation is linear on average.
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

// find returns what has the id, in whatever case that is written.
func (o *ordered[T]) find(kind, id string) (T, error) {
	item, ok := o.items[strings.ToLower(id)]
	if !ok {
		return item, notFound(kind, id)
	}
	return item, nil
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

// record is a pointer to something that the store keeps and hands out copies of.
type record[T any] interface {
	*T
	clone() T
}

// cloneOf returns a copy of what a look-up has found.
func cloneOf[T any, P record[T]](found P, err error) (T, error) {
	if err != nil {
		return *new(T), err
	}
	return found.clone(), nil
}

// clones returns copies of the items that pass, in order.
func clones[T any, P record[T]](items iter.Seq[P], pass func(P) bool) []T {
	var list []T
	for item := range items {
		if pass(item) {
			list = append(list, item.clone())
		}
	}
	return list
}

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

// Epoch is where a clock stands that nobody has set: an invented moment, so a simulated timestamp is easy to tell
// from a real one.
var Epoch = time.Date(2030, time.January, 2, 3, 4, 5, 0, time.UTC)

// Clock is the time of the simulated world. It stands still until somebody moves it, unless it was made by
// NewRunningClock. A client under test can be given the same clock, so its waiting moves the simulated world
// forward instead of taking real time.
type Clock struct {
	mu        sync.Mutex
	now       time.Time
	realSince time.Time // zero while the clock only moves by hand
	speed     int       // how many times as fast as real time it runs
	observers []func()
}

// NewClock returns a clock that stands at start and moves only by Advance and Sleep.
func NewClock(start time.Time) *Clock { return &Clock{now: start.UTC()} }

// NewRunningClock returns a clock that starts at start and runs along with real time; Advance and Sleep move it in
// addition.
func NewRunningClock(start time.Time) *Clock {
	return &Clock{now: start.UTC(), realSince: time.Now(), speed: 1}
}

// Now returns the simulated time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current()
}

func (c *Clock) current() time.Time {
	if c.realSince.IsZero() {
		return c.now
	}
	return c.now.Add(time.Duration(int64(c.speed) * int64(time.Since(c.realSince))))
}

// Advance moves the clock forward and then lets everything happen that was due in between.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	if d > 0 {
		c.now = c.now.Add(d)
	}
	observers := c.observers
	c.mu.Unlock()
	for _, observe := range observers {
		observe()
	}
}

// Sleep moves the clock by d and returns at once. Like a real sleep it gives up when the context ends: at once if it
// has already ended, or with the context's deadline if that would come before d has passed.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok {
		if left := time.Until(deadline); left < d {
			c.Advance(left)
			return context.DeadlineExceeded
		}
	}
	c.Advance(d)
	return ctx.Err()
}

// Freeze keeps the clock from running along with real time; it then moves only by hand.
func (c *Clock) Freeze() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.realSince = c.current(), time.Time{}
}

// Run lets the clock run from where it stands, that many times as fast as real time.
func (c *Clock) Run(speed int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.realSince, c.speed = c.current(), time.Now(), speed
}

// OnAdvance registers what has to happen whenever the clock was moved by hand. It is called without any lock held.
func (c *Clock) OnAdvance(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.observers = append(c.observers[:len(c.observers):len(c.observers)], f)
}
