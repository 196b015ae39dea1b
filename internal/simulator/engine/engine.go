// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

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

// How long cycles take on the simulated clock.
const (
	cycleBase      = time.Minute
	cyclePerObject = 600 * time.Millisecond
)

// Engine runs the jobs of a store.
type Engine struct {
	store *store.Store

	mu                      sync.Mutex
	running                 map[string]*cycle // by job id
	next                    map[string]time.Time
	defaultAccessProvisions bool
}

// cycle is one that has begun and not ended yet.
type cycle struct {
	id          string
	began, ends time.Time
}

// New returns an engine for the jobs of a store.
func New(s *store.Store) *Engine {
	return &Engine{store: s, running: map[string]*cycle{}, next: map[string]time.Time{}}
}

// SetDefaultAccessProvisions says whether people with the default access role are provisioned.
func (e *Engine) SetDefaultAccessProvisions(provisions bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.defaultAccessProvisions = provisions
}

// Start lets a job run from where it was paused and lifts a quarantine. Starting a running job changes nothing.
func (e *Engine) Start(servicePrincipalID, jobID string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.start(servicePrincipalID, jobID)
}

func (e *Engine) start(servicePrincipalID, jobID string) error {
	now := e.store.Clock().Now()
	return e.store.UpdateJob(servicePrincipalID, jobID, func(j *store.Job) {
		if j.Schedule == store.ScheduleActive && j.Status.Quarantine == nil {
			return
		}
		j.Schedule = store.ScheduleActive
		j.Status.Quarantine = nil
		e.next[j.ID] = now
		if j.Status.LastExecution == nil || j.Status.LastExecution.Ended.IsZero() {
			j.Status.Code = store.CodeNotRun
			// What the real service shows before the first cycle: nothing yet, in the guise of a failure.
			j.Status.LastExecution = &store.Execution{State: store.ResultFailed, Error: &store.SyncError{Code: "None"}}
			return
		}
		j.Status.Code = store.CodeActive
	})
}

// Pause keeps a job from starting further cycles; one that has begun runs to its end.
func (e *Engine) Pause(servicePrincipalID, jobID string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.store.UpdateJob(servicePrincipalID, jobID, func(j *store.Job) {
		j.Schedule = store.SchedulePaused
		j.Status.Code = store.CodePaused
	})
}

// Restart forgets what the scopes name and starts the job.
func (e *Engine) Restart(servicePrincipalID, jobID string, scopes []string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(scopes) == 0 {
		scopes = []string{"QuarantineState", "Watermark", "Escrows"}
	}
	err := e.store.UpdateJob(servicePrincipalID, jobID, func(j *store.Job) {
		if slices.Contains(scopes, "QuarantineState") || slices.Contains(scopes, "Full") {
			j.Status.Quarantine = nil
		}
		e.next[j.ID] = e.store.Clock().Now()
	})
	if err != nil {
		return err
	}
	return e.start(servicePrincipalID, jobID)
}

// CatchUp lets everything happen that is due by now.
func (e *Engine) CatchUp() {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.store.Clock().Now()
	for _, j := range e.store.AllJobs() {
		for e.step(&j, now) {
			if fresh, err := e.store.Job(j.ServicePrincipalID, j.ID); err == nil {
				j = fresh
			}
		}
	}
}

// step begins or ends one cycle of a job if that is due, and says whether it did.
func (e *Engine) step(j *store.Job, now time.Time) bool {
	if c := e.running[j.ID]; c != nil {
		if now.Before(c.ends) {
			return false
		}
		e.finish(j, c)
		delete(e.running, j.ID)
		return true
	}
	at, planned := e.next[j.ID]
	if j.Schedule != store.ScheduleActive || !planned || now.Before(at) {
		return false
	}
	e.running[j.ID] = &cycle{id: uuid.NewString(), began: at, ends: at.Add(cycleBase + time.Duration(len(e.entitled(j)))*cyclePerObject)}
	e.next[j.ID] = at.Add(j.Interval)
	return true
}

func (e *Engine) finish(j *store.Job, c *cycle) {
	count := int64(len(e.entitled(j)))
	execution := store.Execution{
		ActivityID: c.id, State: store.ResultSucceeded, Began: c.began, Ended: c.ends, Entitled: count,
		EntitledForProvisioning: count, Imported: count, Error: nil,
	}
	refused := e.CheckCredentials(j.ConnectorID, e.store.Credentials(j.ServicePrincipalID, j.ConnectorID))
	_ = e.store.UpdateJob(j.ServicePrincipalID, j.ID, func(j *store.Job) { // a job that is gone has no result
		s := &j.Status
		if refused != nil {
			problem := &store.SyncError{Code: refused.Code, Message: refused.Message, TenantActionable: true}
			execution.State, execution.Error = store.ResultFailed, problem
			s.SuccessiveFailures++
			s.LastExecution = &execution
			s.Code = store.CodeQuarantine
			s.Quarantine = &store.Quarantine{
				Reason: "EncounteredQuarantineException", Error: problem, CurrentBegan: c.ends, SeriesBegan: c.ends,
				SeriesCount: 1, NextAttempt: c.ends.Add(6 * time.Hour),
			}
			e.next[j.ID] = s.Quarantine.NextAttempt
			return
		}
		s.SuccessiveFailures = 0
		if s.SteadyStateFirst.IsZero() {
			execution.Exports, execution.Exported = count, count
			s.SteadyStateFirst = c.ends
		}
		s.SteadyStateLast = c.ends
		s.LastExecution, s.LastSuccessfulExecution = &execution, &execution
		if execution.Exported > 0 {
			s.LastSuccessfulExecutionWithExports = &execution
		}
		s.EntryCounts = []store.EntryCount{{Kind: "User to User", Count: count}}
		s.Progress = []store.Progress{{Completed: count, Total: count, Units: "objects", ObservedAt: c.ends}}
		if j.Schedule == store.ScheduleActive {
			s.Code = store.CodeActive
		}
	})
}

// entitled returns the people whom an assignment makes part of the job.
func (e *Engine) entitled(j *store.Job) map[string]bool {
	people := map[string]bool{}
	for _, a := range e.store.Assignments(j.ServicePrincipalID) {
		if a.RoleID == store.DefaultAccess && !e.defaultAccessProvisions {
			continue
		}
		switch a.PrincipalKind {
		case store.KindUser:
			people[a.PrincipalID] = true
		case store.KindGroup:
			g, err := e.store.Group(a.PrincipalID)
			if err != nil {
				continue
			}
			for _, member := range g.Members {
				if _, err := e.store.User(member); err == nil {
					people[member] = true
				}
			}
		}
	}
	return people
}

// Quarantine holds a job back for a reason, as the service or its operators would.
func (e *Engine) Quarantine(servicePrincipalID, jobID, reason string, problem store.SyncError) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.store.Clock().Now()
	return e.store.UpdateJob(servicePrincipalID, jobID, func(j *store.Job) {
		j.Status.Code = store.CodeQuarantine
		j.Status.Quarantine = &store.Quarantine{
			Reason: reason, Error: &problem, CurrentBegan: now, SeriesBegan: now, SeriesCount: 1, NextAttempt: now.Add(6 * time.Hour),
		}
		e.next[j.ID] = j.Status.Quarantine.NextAttempt
	})
}

// CredentialError says why the target refuses credentials. Its codes are invented; they follow the pattern
// <connector>InvalidCredentials.
type CredentialError struct{ Code, Message string }

func (e *CredentialError) Error() string { return fmt.Sprintf("%s: %s", e.Code, e.Message) }

// CheckCredentials signs in to the simulated GoTo with credentials by secret key, and returns nil if that works.
func (e *Engine) CheckCredentials(connectorID string, given map[string]string) *CredentialError {
	connector, err := e.store.Connector(connectorID)
	if err != nil {
		return &CredentialError{Code: "InvalidTemplate", Message: "The template does not exist."}
	}
	for _, key := range connector.SecretKeys {
		if given[key] == "" {
			return &CredentialError{Code: connector.TargetName + "MissingCredentials", Message: "The credential " + key + " is missing."}
		}
	}
	if connector.OAuth {
		if !strings.HasPrefix(given["Oauth2AccessToken"], "access-for-") {
			return &CredentialError{Code: connector.TargetName + "InvalidCredentials", Message: "The access token is not valid. Authorize the application again."}
		}
		return nil
	}
	for _, admin := range e.store.Admins() {
		if strings.EqualFold(admin.UserName, given["UserName"]) && admin.Password == given["Password"] {
			if !admin.TeamAdmin {
				return &CredentialError{Code: connector.TargetName + "InsufficientRights", Message: "The account signed in, but it is no team administrator."}
			}
			return nil
		}
	}
	return &CredentialError{Code: connector.TargetName + "InvalidCredentials", Message: "The user name or the password is wrong."}
}
