// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package engine runs the provisioning of the simulated service: it starts, pauses and restarts jobs, lets their cycles
// happen as the simulated time passes, and writes the results to the accounts of the simulated GoTo, to the job's
// status, and to the provisioning log.
//
// The rules are those that Microsoft documents for Entra's provisioning service; scenarios.md lists them, each with the
// test that guards it. What happens in the target, such as refused domains and used-up licenses, is invented.
package engine

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Engine runs the jobs of a store.
type Engine struct {
	store *store.Store

	mu                      sync.Mutex
	states                  map[string]*jobState // by job id
	limits                  Limits
	defaultAccessProvisions bool
}

// New returns an engine for the jobs of a store.
func New(s *store.Store) *Engine {
	return &Engine{store: s, states: map[string]*jobState{}, limits: DefaultLimits()}
}

// state needs the lock.
func (e *Engine) state(jobID string) *jobState {
	s := e.states[jobID]
	if s == nil {
		s = newJobState()
		e.states[jobID] = s
	}
	return s
}

// SetDefaultAccessProvisions says whether people with the default access role are provisioned.
func (e *Engine) SetDefaultAccessProvisions(provisions bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.defaultAccessProvisions = provisions
}

// SetLimits changes the numbers of failures that quarantine a job, so a test need not make thousands of them.
func (e *Engine) SetLimits(limits Limits) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.limits = limits
}

// Start lets a job run from where it was paused and lifts a quarantine. Starting a running job changes nothing.
func (e *Engine) Start(servicePrincipalID, jobID string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.start(servicePrincipalID, jobID)
}

func (e *Engine) start(servicePrincipalID, jobID string) error {
	now := e.store.Clock().Now()
	err := e.store.UpdateJob(servicePrincipalID, jobID, func(j *store.Job) {
		if j.Schedule == store.ScheduleActive && j.Status.Quarantine == nil {
			return
		}
		j.Schedule = store.ScheduleActive
		j.Status.Quarantine = nil
		if s := e.state(j.ID); s.running == nil {
			s.next = now
		}
		j.Status.Code = store.CodeActive
		if j.Status.SteadyStateFirst.IsZero() {
			j.Status.Code = store.CodeNotRun
		}
		if j.Status.LastExecution == nil {
			// What the real service shows before the first cycle: nothing yet, in the guise of a failure.
			j.Status.LastExecution = &store.Execution{State: store.ResultFailed, Error: &store.SyncError{Code: "None"}}
		}
	})
	if err == nil {
		e.catchUp(now)
	}
	return err
}

// Pause keeps a job from starting further cycles; one that has begun runs to its end.
func (e *Engine) Pause(servicePrincipalID, jobID string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.store.UpdateJob(servicePrincipalID, jobID, func(j *store.Job) {
		j.Schedule = store.SchedulePaused
		j.Status.Code = store.CodePaused
		e.state(j.ID).next = time.Time{}
	})
}

// Link returns whom a job has linked to which account, by the id of the person or the key of the account.
func (e *Engine) Link(jobID, id string) (source, target string, found bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.state(jobID)
	if l := s.links[id]; l != nil {
		return id, l.key, true
	}
	source, found = s.owners[id]
	return source, id, found
}

// Restart forgets what the scopes name, ends a cycle that runs, and starts the job.
func (e *Engine) Restart(servicePrincipalID, jobID string, scopes []string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(scopes) == 0 {
		scopes = []string{"QuarantineState", "Watermark", "Escrows"}
	}
	has := func(scope string) bool {
		return slices.Contains(scopes, scope) || scope != "ForceDeletes" && slices.Contains(scopes, "Full")
	}
	now := e.store.Clock().Now()
	err := e.store.UpdateJob(servicePrincipalID, jobID, func(j *store.Job) {
		s := e.state(j.ID)
		if has("QuarantineState") || has("ForceDeletes") && tooManyDeletes(j) {
			j.Status.Quarantine = nil
		}
		if has("Watermark") {
			s.initial, s.scopeKnown, s.seen = true, false, map[string]fingerprint{}
		}
		if has("Escrows") {
			s.escrows = map[string]*escrow{}
		}
		if has("ConnectorDataStore") {
			s.forgetLinks()
			j.Status.EntryCounts = nil
		}
		if has("ForceDeletes") {
			s.allowRemovals, s.initial = true, true
		}
		if s.running != nil {
			j.Status.Progress = nil
		}
		s.running, s.next = nil, now
	})
	if err != nil {
		return err
	}
	j, err := e.store.Job(servicePrincipalID, jobID)
	if err != nil {
		return err
	}
	if q := j.Status.Quarantine; q != nil && j.Schedule == store.ScheduleActive {
		// What still is in quarantine is tried at once, and stays there if that fails.
		e.catchUp(now)
		return nil
	}
	if j.Schedule == store.ScheduleActive {
		if err := e.store.UpdateJob(servicePrincipalID, jobID, func(j *store.Job) {
			if j.Status.Code = store.CodeActive; j.Status.SteadyStateFirst.IsZero() {
				j.Status.Code = store.CodeNotRun
			}
		}); err != nil {
			return err
		}
	}
	return e.start(servicePrincipalID, jobID)
}

func tooManyDeletes(j *store.Job) bool {
	return j.Status.Quarantine != nil && j.Status.Quarantine.Reason == "TooManyDeletes"
}

// Forget drops what the engine remembers of a job that was deleted.
func (e *Engine) Forget(jobID string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.states, jobID)
}

// CatchUp lets everything happen that is due by now.
func (e *Engine) CatchUp() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.catchUp(e.store.Clock().Now())
}

func (e *Engine) catchUp(now time.Time) {
	for _, j := range e.store.AllJobs() {
		for e.step(&j, now) {
			fresh, err := e.store.Job(j.ServicePrincipalID, j.ID)
			if err != nil {
				break // it is being deleted
			}
			j = fresh
		}
	}
}

// step begins or ends one cycle of a job if that is due, and says whether it did.
func (e *Engine) step(j *store.Job, now time.Time) bool {
	s := e.state(j.ID)
	if c := s.running; c != nil {
		if c.held != nil || now.Before(c.ends) {
			e.progress(j, c, now)
			return false
		}
		e.end(j, s)
		return true
	}
	if j.Schedule != store.ScheduleActive || s.next.IsZero() || now.Before(s.next) {
		return false
	}
	at := s.next
	if e.expire(j, s, at) {
		return true
	}
	e.begin(j, s, at)
	return true
}

// progress shows how far a running cycle has come.
func (e *Engine) progress(j *store.Job, c *cycle, now time.Time) {
	p := store.Progress{Total: c.size, Units: "objects", ObservedAt: now}
	switch {
	case c.held != nil:
		p.Completed, p.Total = c.held.Completed, c.held.Total
	case c.size == 0 || !now.After(c.began):
		return
	default:
		p.Completed = int64(float64(c.size) * float64(now.Sub(c.began)) / float64(c.ends.Sub(c.began)))
	}
	_ = e.store.UpdateJob(j.ServicePrincipalID, j.ID, func(j *store.Job) { j.Status.Progress = []store.Progress{p} }) // a job that is gone makes no progress
}

// RunCycle begins a cycle of a job, whatever its schedule, that stands still at this progress and shows no execution, as
// the service does before the first cycle has ended. It ends with EndCycle or, if looks is not 0, after that many looks
// at the job.
func (e *Engine) RunCycle(servicePrincipalID, jobID string, completed, total int64, looks int) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	j, err := e.store.Job(servicePrincipalID, jobID)
	if err != nil {
		return err
	}
	s, now := e.state(jobID), e.store.Clock().Now()
	e.begin(&j, s, now)
	s.running.held, s.running.looks = &store.Progress{Completed: completed, Total: total}, looks
	e.progress(&j, s.running, now)
	return e.store.UpdateJob(servicePrincipalID, jobID, func(j *store.Job) { j.Status.LastExecution = nil })
}

// EndCycle ends the cycle that RunCycle began, with what it comes to.
func (e *Engine) EndCycle(servicePrincipalID, jobID string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	j, err := e.store.Job(servicePrincipalID, jobID)
	if err != nil {
		return err
	}
	if s := e.state(jobID); s.running != nil && s.running.held != nil {
		s.running.ends = e.store.Clock().Now()
		e.end(&j, s)
	}
	return nil
}

// Looked counts one look at a job, which ends a cycle that was to last until then. The look itself still sees it run.
func (e *Engine) Looked(servicePrincipalID, jobID string) {
	e.mu.Lock()
	s := e.states[jobID]
	last := s != nil && s.running != nil && s.running.looks == 1
	if s != nil && s.running != nil {
		s.running.looks--
	}
	e.mu.Unlock()
	if last {
		_ = e.EndCycle(servicePrincipalID, jobID) // a job that is gone has no cycle to end
	}
}

// SignIn tries credentials by secret key for a job, and returns nil if they are accepted: those that its connector asks for
// now, or those that it asked for when the job was made.
func (e *Engine) SignIn(j *store.Job, given map[string]string) *store.RequestError {
	connector, err := e.store.Connector(j.ConnectorID)
	if err != nil {
		return &store.RequestError{Code: "InvalidTemplate", Message: "The template does not exist."}
	}
	refused := e.store.SignIn(connector, connector.Generation, given)
	if refused == nil || j.Generation == connector.Generation {
		return refused
	}
	return e.store.SignIn(connector, j.Generation, given)
}

// Result is what provisioning one person on demand came to.
type Result struct {
	Outcome      string // Success, Skipped or Failure
	Code         string
	Message      string
	SourceSystem string
	TargetSystem string
	Entry        store.LogEntry
}

// OnDemand provisions people at once, outside of the cycles, on behalf of a client.
func (e *Engine) OnDemand(servicePrincipalID, jobID, ruleID string, people []string, by string) ([]Result, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	j, err := e.store.Job(servicePrincipalID, jobID)
	if err != nil {
		return nil, err
	}
	connector, err := e.store.Connector(j.ConnectorID)
	if err != nil {
		return nil, err
	}
	p, err := compile(&j, connector)
	switch {
	case err != nil:
		return nil, &store.RequestError{Code: "InvalidSchema", Message: err.Error()}
	case ruleID != p.ruleID:
		return nil, &store.RequestError{Code: "InvalidParameters", Message: fmt.Sprintf("The rule %q does not exist.", ruleID)}
	case !p.onDemand:
		return nil, &store.RequestError{Code: "ProvisionOnDemandNotSupported", Message: "The rule does not support provisioning on demand."}
	case connector.Generation.OAuth() && j.Schedule == store.ScheduleActive:
		return nil, &store.RequestError{Code: "JobMustBeStopped", Message: "A job that signs in by OAuth must be stopped first."}
	}
	if refused := e.SignIn(&j, e.store.Credentials(servicePrincipalID)); refused != nil {
		return nil, refused
	}
	s := e.state(j.ID)
	known := assignees(e.store, servicePrincipalID, e.defaultAccessProvisions)
	r := e.newRun(&j, s, p, e.store.Clock().Now(), uuid.NewString())
	r.by, r.verbose = by, true
	r.syncAll = s.syncAll || !s.scopeKnown && isTrue(e.store.Secret(servicePrincipalID, "SyncAll"))
	var results []Result
	for _, id := range people {
		u, err := e.store.FindUser(id)
		if err != nil {
			return nil, &store.RequestError{Code: "InvalidParameters", Message: fmt.Sprintf("The object %s does not exist.", id)}
		}
		who := known[u.ID]
		if who == nil {
			who = &subject{id: u.ID}
		}
		who.user = &u
		result := Result{SourceSystem: store.SourceDirectory, TargetSystem: connector.TargetName}
		o := r.onDemand(who)
		result.Entry = o.entry
		result.Outcome = map[string]string{statusSuccess: "Success", statusSkipped: "Skipped", statusFailure: "Failure"}[o.entry.Status]
		if o.entry.Error != nil {
			result.Code, result.Message = o.entry.Error.Code, o.entry.Error.Reason
		}
		results = append(results, result)
	}
	e.store.AddLog(r.log...)
	return results, nil
}

// Title writes a word of the log as on-demand provisioning spells it, with a capital.
func Title(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}
