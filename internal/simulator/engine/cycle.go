// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// How long cycles take on the simulated clock. An initial cycle takes what Microsoft gives as the lower estimate: a
// hundredth of a minute for each object in scope.
const (
	initialBase     = time.Minute
	perObject       = 600 * time.Millisecond
	incrementalTime = 30 * time.Second
	refusedTime     = 10 * time.Second
)

// cycle is one that has begun and not ended yet. It goes by the schema as it was when the cycle began.
type cycle struct {
	id          string
	began, ends time.Time
	initial     bool
	plan        *plan
	problem     *store.SyncError
	size        int64
	// held is the progress at which a cycle stands still until EndCycle, or until after that many looks at the job; nil
	// for a cycle that ends by itself.
	held  *store.Progress
	looks int
}

// begin starts a cycle.
func (e *Engine) begin(j *store.Job, s *jobState, at time.Time) {
	c := &cycle{id: uuid.NewString(), began: at, ends: at.Add(incrementalTime)}
	s.running = c
	if refused := e.SignIn(j, e.store.Credentials(j.ServicePrincipalID)); refused != nil {
		c.problem = &store.SyncError{Code: refused.Code, Message: refused.Message, TenantActionable: true}
		c.ends = at.Add(refusedTime)
		return
	}
	connector, err := e.store.Connector(j.ConnectorID)
	if err == nil {
		c.plan, err = compile(j, connector)
	}
	if err != nil {
		c.problem = &store.SyncError{Code: "InvalidSchema", Message: err.Error(), TenantActionable: true}
		c.ends = at.Add(refusedTime)
		return
	}
	if j.Generation.OAuth() || connector.Generation.OAuth() {
		e.store.RenewTokens(j.ServicePrincipalID)
	}
	wanted := strings.EqualFold(e.store.Secret(j.ServicePrincipalID, "SyncAll"), "true")
	if !s.scopeKnown || wanted && !s.syncAll {
		// Only widening the scope takes effect by itself. Narrowing it needs a restart.
		s.initial = s.initial || s.scopeKnown
		s.syncAll, s.scopeKnown = wanted, true
	}
	c.initial = s.initial || s.version != c.plan.version
	if c.initial {
		c.size = int64(len(e.subjects(j, s)))
		c.ends = at.Add(initialBase + time.Duration(c.size)*perObject)
	}
}

// subjects returns everybody whom a cycle has to look at: who is in scope by assignment or by the scope of everybody,
// who has an account, and who was put aside.
func (e *Engine) subjects(j *store.Job, s *jobState) []*subject {
	found := assignees(e.store, j.ServicePrincipalID, e.defaultAccessProvisions)
	at := func(id string) *subject {
		p := found[id]
		if p == nil {
			p = &subject{id: id}
			found[id] = p
		}
		return p
	}
	for id := range s.links {
		at(id)
	}
	for id := range s.escrows {
		at(id)
	}
	order := map[string]int{}
	n := 0
	for u := range e.store.EachUser() {
		order[u.ID] = n
		n++
		p := found[u.ID]
		if p == nil && s.syncAll && u.DeletedAt.IsZero() {
			p = at(u.ID)
		}
		if p != nil {
			p.user = new(*u)
		}
	}
	list := make([]*subject, 0, len(found))
	for _, p := range found {
		// A group can be a member of a group. It is nobody.
		if p.user != nil || s.links[p.id] != nil || s.escrows[p.id] != nil {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b *subject) int {
		return cmp.Or(cmp.Compare(order[a.id], order[b.id]), strings.Compare(a.id, b.id))
	})
	return list
}

func (p *subject) look(now time.Time) fingerprint {
	f := fingerprint{assigned: p.assigned, entitled: p.entitled, roles: strings.Join(p.roles, "\n"), gone: p.gone(now)}
	if p.user != nil {
		f.modified = p.user.ModifiedAt
	}
	return f
}

// end does the work of a cycle and records what came of it.
func (e *Engine) end(j *store.Job, s *jobState) {
	c := s.running
	s.running = nil
	if c.problem != nil {
		e.impose(j, s, "EncounteredQuarantineException", *c.problem, c, &store.Execution{ActivityID: c.id, Began: c.began, Ended: c.ends})
		return
	}
	r := e.newRun(j, s, c.plan, c.ends, c.id)
	r.verbose = c.initial
	evaluated := r.evaluate(c)
	limit := e.removalLimit(j)
	if s.allowRemovals {
		limit = 0
	}
	tooMany := r.settle(limit)
	e.store.AddLog(r.log...)
	if !tooMany {
		s.allowRemovals = false
	}
	s.initial, s.version = tooMany, c.plan.version // what was staged is looked at again
	execution := &store.Execution{
		ActivityID: c.id, State: store.ResultSucceeded, Began: c.began, Ended: c.ends,
		Entitled: s.counts.entitled, EntitledForProvisioning: s.counts.provisioning,
		Escrowed: int64(len(s.escrows)), EscrowedRaw: int64(len(s.escrows) + len(r.unresolved)), Exports: r.exports, Exported: r.exported, Imported: evaluated,
	}
	if !c.initial {
		execution.ImportedDeltas = evaluated
	}
	if len(s.escrows) > 0 {
		execution.State = store.ResultEntryLevelErrors
	}
	if reason := e.limits.exceeded(r, s, evaluated); reason != "" {
		e.impose(j, s, reason, store.SyncError{Code: reason, Message: fmt.Sprintf("%d objects failed.", len(s.escrows)), TenantActionable: true}, c, execution)
		return
	}
	if tooMany {
		message := fmt.Sprintf("The cycle would remove %d accounts.", len(r.removals))
		e.impose(j, s, "TooManyDeletes", store.SyncError{Code: "TooManyDeletes", Message: message, TenantActionable: true}, c, execution)
		return
	}
	e.record(j, s, c, execution)
}

// record notes a cycle that was not held up.
func (e *Engine) record(j *store.Job, s *jobState, c *cycle, execution *store.Execution) {
	s.next = c.began.Add(j.Interval)
	if s.next.Before(c.ends) {
		s.next = c.ends // it took longer than the interval
	}
	_ = e.store.UpdateJob(j.ServicePrincipalID, j.ID, func(j *store.Job) { // a job that is gone has no status
		st := &j.Status
		st.SuccessiveFailures = 0
		st.Quarantine = nil
		if st.SteadyStateFirst.IsZero() {
			st.SteadyStateFirst = c.ends
		}
		st.SteadyStateLast = c.ends
		st.LastExecution = execution
		if execution.State == store.ResultSucceeded {
			st.LastSuccessfulExecution = execution
			if execution.Exported > 0 {
				st.LastSuccessfulExecutionWithExports = execution
			}
		}
		st.EntryCounts = []store.EntryCount{{Kind: "User to User", Count: int64(len(s.ever))}}
		st.Progress = []store.Progress{{Completed: execution.Imported, Total: execution.Imported, Units: "objects", ObservedAt: c.ends}}
		if j.Schedule == store.ScheduleActive {
			st.Code = store.CodeActive
		}
	})
}

// newRun prepares a pass over people.
func (e *Engine) newRun(j *store.Job, s *jobState, p *plan, at time.Time, cycleID string) *run {
	return &run{
		engine: e, job: j, state: s, plan: p, at: at, cycleID: cycleID, syncAll: s.syncAll, unresolved: map[string]*subject{},
		targets:        &targetIndex{store: e.store, connector: &p.connector, by: map[string]*attributeIndex{}},
		skipOutOfScope: isTrue(e.store.Secret(j.ServicePrincipalID, "SkipOutOfScopeDeletions")),
	}
}

func isTrue(text string) bool { return strings.EqualFold(text, "true") || text == "1" }

// removalLimit is the number of removals at which a cycle is stopped, 0 for any number.
func (e *Engine) removalLimit(j *store.Job) int64 {
	var settings struct {
		DeleteThresholdEnabled bool
		DeleteThresholdValue   int64
	}
	text := e.store.Secret(j.ServicePrincipalID, "SyncNotificationSettings")
	if text == "" || json.Unmarshal([]byte(text), &settings) != nil || !settings.DeleteThresholdEnabled {
		return 0
	}
	if settings.DeleteThresholdValue <= 0 {
		return 500
	}
	return settings.DeleteThresholdValue
}

// impose quarantines a job after a cycle, or keeps it in quarantine. The job is tried again less and less often, and
// disabled after four weeks.
func (e *Engine) impose(j *store.Job, s *jobState, reason string, problem store.SyncError, c *cycle, execution *store.Execution) {
	execution.State, execution.Error = store.ResultFailed, &problem
	_ = e.store.UpdateJob(j.ServicePrincipalID, j.ID, func(j *store.Job) { // a job that is gone has no status
		st := &j.Status
		st.LastExecution = execution
		st.SuccessiveFailures++
		if len(s.ever) > 0 {
			st.EntryCounts = []store.EntryCount{{Kind: "User to User", Count: int64(len(s.ever))}}
		}
		q := st.Quarantine
		if q == nil {
			q = &store.Quarantine{SeriesBegan: c.ends}
		}
		q = &store.Quarantine{
			Reason: reason, Error: &problem, CurrentBegan: c.ends, SeriesBegan: q.SeriesBegan, SeriesCount: q.SeriesCount + 1,
		}
		st.Quarantine = q
		s.next = time.Time{}
		if j.Schedule != store.ScheduleActive {
			return // paused meanwhile
		}
		st.Code = store.CodeQuarantine
		s.retry(q, c.ends)
	})
}

// expire disables a job that was in quarantine for too long, and says whether it did.
func (e *Engine) expire(j *store.Job, s *jobState, now time.Time) bool {
	q := j.Status.Quarantine
	if q == nil || j.Schedule != store.ScheduleActive || now.Before(q.SeriesBegan.Add(quarantineEnd)) {
		return false
	}
	s.next = time.Time{}
	_ = e.store.UpdateJob(j.ServicePrincipalID, j.ID, func(j *store.Job) { j.Schedule = store.ScheduleDisabled }) // found a moment ago
	return true
}

// Quarantine holds a job back for a reason, as the service's operators would.
func (e *Engine) Quarantine(servicePrincipalID, jobID, reason string, problem store.SyncError) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.store.Clock().Now()
	return e.store.UpdateJob(servicePrincipalID, jobID, func(j *store.Job) {
		s := e.state(j.ID)
		q := &store.Quarantine{Reason: reason, Error: &problem, CurrentBegan: now, SeriesBegan: now, SeriesCount: 1}
		j.Status.Code, j.Status.Quarantine = store.CodeQuarantine, q
		s.running = nil
		if j.Schedule == store.ScheduleActive {
			s.retry(q, now)
		} else {
			q.NextAttempt = now.Add(quarantineDelays[0])
		}
	})
}

// Limits are the numbers of failed objects at which a job is quarantined. Microsoft says that they may change.
type Limits struct {
	Evaluated int64 // how many failures there must be before a proportion counts
	Percent   int64 // Percent of the objects that failed
	Failures  int64 // Failures that quarantine whatever the proportion, references not counted
	Total     int64 // Total failures that quarantine, references counted
}

// DefaultLimits are the numbers that Microsoft gives.
func DefaultLimits() Limits {
	return Limits{Evaluated: 5_000, Percent: 40, Failures: 40_000, Total: 60_000}
}

// quarantineEnd is how long a job stays in quarantine before it is disabled.
const quarantineEnd = 28 * 24 * time.Hour

// quarantineDelays are the times until a quarantined job is tried again, the last one over and over.
var quarantineDelays = []time.Duration{6 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// exceeded says why the failures of a cycle quarantine its job, empty if they do not.
func (l Limits) exceeded(r *run, s *jobState, evaluated int64) string {
	failed := int64(len(s.escrows))
	switch {
	case failed+int64(len(r.unresolved)) > l.Total:
		return "EncounteredTotalEscrowThreshold"
	case failed >= l.Evaluated && r.failures*100 > evaluated*l.Percent:
		return "EncounteredEscrowProportionThreshold"
	case failed > l.Failures:
		return "EncounteredBaseEscrowThreshold"
	}
	return ""
}

// retry sets the next attempt of a quarantined job.
func (s *jobState) retry(q *store.Quarantine, now time.Time) {
	at := min(int(q.SeriesCount)-1, len(quarantineDelays)-1)
	q.NextAttempt = now.Add(quarantineDelays[at])
	if end := q.SeriesBegan.Add(quarantineEnd); !q.NextAttempt.Before(end) {
		q.NextAttempt = time.Time{}
		s.next = end
		return
	}
	s.next = q.NextAttempt
}
