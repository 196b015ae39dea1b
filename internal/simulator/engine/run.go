// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// run is one pass over people: a cycle, or provisioning on demand.
type run struct {
	engine         *Engine
	job            *store.Job
	state          *jobState
	plan           *plan
	targets        *targetIndex
	at             time.Time
	cycleID        string
	by             string
	verbose        bool // also logs those for whom nothing was to do
	syncAll        bool
	skipOutOfScope bool // leaves accounts alone whose people merely left the scope

	removals   []*removal          // deletions and disablings, held back until it is known how many there are
	unresolved map[string]*subject // people who refer to somebody without an account

	log               []store.LogEntry
	exports, exported int64
	failures          int64
}

// removal is a deletion or disabling that is still to be done.
type removal struct {
	result *outcome
	do     func(*outcome)
}

// outcome is what came of one person.
type outcome struct {
	entry   store.LogEntry
	subject *subject
}

// Results of an outcome.
const (
	statusSuccess = "success"
	statusFailure = "failure"
	statusSkipped = "skipped"
)

// Actions of the provisioning log.
const (
	actionCreate  = "create"
	actionUpdate  = "update"
	actionDisable = "disable"
	actionDelete  = "delete"
	actionStaged  = "stagedDelete"
	actionOther   = "other"
)

// link ties a person to the account that the service manages for them.
type link struct {
	key      string
	exported map[string]string // last written values by target attribute
	disabled bool
	// left says that the person left the scope and that the account was left alone then.
	left bool
}

// scoping is how a person stands to the job.
type scoping struct {
	active, assigned, role, filter, input bool
}

// in says whether the person is to have an account as far as the scope goes.
func (s scoping) in() bool { return s.assigned && s.role && s.filter }

func (r *run) scope(s *subject) scoping {
	attributes := s.attributes()
	return scoping{
		active: s.active(), assigned: s.assigned || r.syncAll, role: s.entitled || r.syncAll,
		filter: s.user != nil && passes(r.plan.filter, attributes), input: s.user != nil && passes(r.plan.input, attributes),
	}
}

// evaluate works through the people that the cycle has to look at and returns how many those were.
func (r *run) evaluate(c *cycle) int64 {
	s := r.state
	revision := r.engine.store.Revision()
	due := false
	for _, e := range s.escrows {
		due = due || !r.at.Before(e.next)
	}
	if !c.initial && !due && !s.timed && revision == s.revision {
		return 0
	}
	if !r.plan.enabled {
		return 0
	}
	subjects := r.engine.subjects(r.job, s)
	s.counts, s.revision, s.timed = scopeCounts{}, revision, false
	var evaluated int64
	present := make(map[string]fingerprint, len(subjects))
	for _, p := range subjects {
		now := p.look(r.at)
		present[p.id] = now
		s.timed = s.timed || p.user != nil && !p.user.DeletedAt.IsZero() && !now.gone
		if p.assigned || s.syncAll {
			s.counts.entitled++
			if scope := r.scope(p); scope.in() && scope.active {
				s.counts.provisioning++
			}
		}
		e := s.escrows[p.id]
		if !c.initial && s.seen[p.id] == now && (e == nil || r.at.Before(e.next)) {
			continue
		}
		evaluated++
		r.person(p)
	}
	s.seen = present
	r.resolve()
	return evaluated
}

// resolve looks again at the people who referred to somebody that had no account yet when it was their turn.
func (r *run) resolve() {
	waiting := r.unresolved
	r.unresolved = map[string]*subject{}
	for _, id := range slices.Sorted(maps.Keys(waiting)) {
		who := waiting[id]
		l := r.state.links[id]
		if who.user == nil || l == nil || l.disabled || r.state.links[who.user.ManagerID] == nil {
			r.unresolved[id] = who
			continue
		}
		r.person(who)
	}
}

// begin returns the outcome of one person to whom nothing has happened yet.
func (r *run) begin(s *subject) *outcome {
	return &outcome{subject: s, entry: store.LogEntry{
		ID: uuid.NewString(), At: r.at, ServicePrincipalID: r.job.ServicePrincipalID, JobID: r.job.ID, CycleID: r.cycleID, ChangeID: uuid.NewString(),
		Action: actionOther, Status: statusSkipped, SourceID: s.id, SourceName: s.name(), SourceType: userObject, TargetType: userObject, By: r.by,
	}}
}

// person does what is to be done for one person. Removals are only noted.
func (r *run) person(s *subject) *outcome {
	o := r.begin(s)
	o.entry.Duration = 350 * time.Millisecond
	l := r.state.links[s.id]
	if s.gone(r.at) {
		r.purge(o, l)
		return o
	}
	scope := r.scope(s)
	o.step("EntryImport", "import", statusSuccess, "Received the person from the directory")
	o.scopeStep(scope)
	switch provision := scope.in() && scope.active; {
	case l == nil && provision && scope.input:
		r.join(o)
	case l == nil:
		r.skip(o, scope)
	case provision:
		l.left = false
		r.change(o, l)
	default:
		r.deprovision(o, l, scope)
	}
	return o
}

// skip ends with nothing done for somebody who has no account and is not to get one.
func (r *run) skip(o *outcome, scope scoping) {
	code, reason := "NotEffectivelyEntitled", "The person is not assigned with a role that provisions."
	switch {
	case scope.in() && !scope.active:
		code, reason = "EntrySynchronizationSkipped", "The person cannot sign in, and nobody like that gets an account."
	case scope.assigned && scope.role:
		code, reason = "NotInScope", "The person does not pass the scoping filter."
	}
	r.leave(o, code, reason, scope.assigned && r.verbose)
}

// join looks for the account of somebody who has none yet, and makes one if there is none.
func (r *run) join(o *outcome) {
	s := o.subject
	attributes := s.attributes()
	searched := false
	for _, f := range r.plan.matching {
		values, err := f.evaluate(attributes, r, s)
		if err != nil {
			r.fail(o, actionOther, "MappingEvaluationFailed", err.Error())
			return
		}
		if len(values) == 0 || values[0] == "" {
			continue
		}
		searched = true
		found := r.targets.find(f, values[0])
		switch {
		case len(found) > 1:
			o.step("EntryImportByMatchingProperty", "matching", statusFailure, "Several accounts have the value of "+f.target.Name)
			r.fail(o, actionOther, "DuplicateTargetEntries", "More than one account in the target matches.")
			return
		case len(found) == 1:
			o.step("EntryImportByMatchingProperty", "matching", statusSuccess, "Found an account by "+f.target.Name)
			if other := r.state.owners[found[0]]; other != "" && other != s.id {
				r.fail(o, actionOther, "DuplicateSourceEntries", "The account that matches belongs to another person already.")
				return
			}
			r.adopt(o, found[0])
			return
		}
	}
	if !searched {
		o.step("EntryImportByMatchingProperty", "matching", statusSkipped, "No matching attribute has a value")
		r.leave(o, "ImportSkipped", "No matching attribute of the person has a value.", true)
		return
	}
	o.step("EntryImportByMatchingProperty", "matching", statusSuccess, "No account matches")
	r.create(o, attributes)
}

// adopt ties a person to the account that was found, and brings it up to date.
func (r *run) adopt(o *outcome, key string) {
	account, err := r.engine.store.Account(key)
	if err != nil {
		r.fail(o, actionOther, "InvalidAnchor", "The account vanished.")
		return
	}
	have := map[string]string{}
	for name, values := range attributesOf(&account, &r.plan.connector) {
		have[name] = strings.Join(values, "\n")
	}
	l := &link{key: key, exported: have}
	r.state.tie(o.subject.id, l)
	r.change(o, l)
}

func (r *run) create(o *outcome, attributes map[string]expression.Value) {
	if !r.plan.add {
		o.skipped("EntrySynchronizationSkipped", "The mapping does not create accounts.")
		r.finish(o, r.verbose)
		return
	}
	values := map[string][]string{}
	for _, f := range r.plan.flows {
		got, err := f.evaluate(attributes, r, o.subject)
		if err != nil {
			r.fail(o, actionCreate, "MappingEvaluationFailed", err.Error())
			return
		}
		if len(got) == 0 && f.fallback != nil {
			got = []string{*f.fallback}
		}
		if len(got) == 0 || f.target.Mutability == "ReadOnly" {
			continue // null values are not provisioned
		}
		if !f.target.acceptable(got) {
			r.fail(o, actionCreate, "SchemaPropertyCanOnlyAcceptValue", "The value of "+f.target.Name+" is not of its type.")
			return
		}
		values[f.target.Name] = got
	}
	var missing []string
	for _, a := range r.plan.target {
		if a.Required && (len(values[a.Name]) == 0 || values[a.Name][0] == "") {
			missing = append(missing, a.Name)
		}
	}
	if slices.Sort(missing); len(missing) > 0 {
		r.fail(o, actionCreate, "MandatoryFieldsMissing", "Without value: "+strings.Join(missing, ", ")+".")
		return
	}
	account := store.Account{Active: true}
	apply(&account, &r.plan.connector, values)
	o.step("EntrySynchronizationAdd", "processing", statusSuccess, "Worked out the account to create")
	r.exports++
	if problem := r.refusal(&account); problem != nil {
		r.fail(o, actionCreate, problem.Code, problem.Reason)
		return
	}
	key, err := r.engine.store.AddAccount(account)
	if err != nil {
		r.fail(o, actionCreate, "EntryConflict", "Another account has the address already.")
		return
	}
	l := &link{key: key, exported: map[string]string{}}
	for _, f := range r.plan.flows {
		if value, ok := values[f.target.Name]; ok {
			l.exported[f.target.Name] = strings.Join(value, "\n")
			o.modified(f, nil, value)
		}
	}
	r.state.tie(o.subject.id, l)
	r.targets.wrote(r.plan, key, values)
	r.succeed(o, actionCreate, "EntryExportAdd", l.key)
}

// onDemand provisions one person. Somebody whose sign-in is blocked is left to the cycles.
func (r *run) onDemand(who *subject) *outcome {
	if l := r.state.links[who.id]; l != nil && !who.active() {
		o := r.begin(who)
		o.entry.TargetID = l.key
		o.skipped("EntrySynchronizationSkipped", "Somebody who was blocked or deleted cannot be deprovisioned on demand.")
		r.finish(o, true)
		return o
	}
	o := r.person(who)
	for _, held := range r.removals {
		held.do(held.result)
	}
	r.removals = nil
	return o
}
