// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// States of a job's schedule.
const (
	ScheduleActive   = "Active"
	ScheduleDisabled = "Disabled"
	SchedulePaused   = "Paused"
)

// Status codes of a job.
const (
	CodeNotConfigured = "NotConfigured"
	CodeNotRun        = "NotRun"
	CodeActive        = "Active"
	CodePaused        = "Paused"
	CodeQuarantine    = "Quarantine"
)

// Results of a cycle.
const (
	ResultSucceeded        = "Succeeded"
	ResultFailed           = "Failed"
	ResultEntryLevelErrors = "EntryLevelErrors"
)

// Job is a synchronization job.
type Job struct {
	ID, ServicePrincipalID, ConnectorID string
	Schedule                            string
	Interval                            time.Duration
	Settings                            []KeyValue
	Status                              Status
	// Generation of the connector when the job was made. Jobs do not move by themselves: what it stands for continues working.
	Generation Generation

	// Schema is the effective schema as JSON: the connector's default until a client writes its own.
	Schema        json.RawMessage
	SchemaVersion int
}

// Status is what a job tells about its last and next cycles. A zero time stands for never.
type Status struct {
	Code                               string
	SuccessiveFailures                 int64
	EscrowsPruned                      bool
	LastExecution                      *Execution
	LastSuccessfulExecution            *Execution
	LastSuccessfulExecutionWithExports *Execution
	Progress                           []Progress
	Quarantine                         *Quarantine
	SteadyStateFirst                   time.Time
	SteadyStateLast                    time.Time
	EntryCounts                        []EntryCount
	TroubleshootingURL                 string
}

// Execution is the outcome of one cycle.
type Execution struct {
	ActivityID, State                                 string
	Began, Ended                                      time.Time
	Entitled, EntitledForProvisioning                 int64
	Escrowed, EscrowedRaw                             int64
	Exports, Exported                                 int64
	Imported, ImportedDeltas, ImportedReferenceDeltas int64
	Error                                             *SyncError
}

// SyncError is an error of a cycle or of a quarantine.
type SyncError struct {
	Code, Message    string
	TenantActionable bool
}

// Progress is how far a running cycle has come.
type Progress struct {
	Completed, Total int64
	Units            string
	ObservedAt       time.Time
}

// Quarantine says why and since when a job is held back.
type Quarantine struct {
	Reason                    string
	Error                     *SyncError
	CurrentBegan, NextAttempt time.Time
	SeriesBegan               time.Time
	SeriesCount               int64
}

// EntryCount is the number of synchronized entries of a kind such as "User to User".
type EntryCount struct {
	Kind  string
	Count int64
}

func (j *Job) clone() Job {
	c := *j
	c.Settings = slices.Clone(j.Settings)
	c.Status = j.Status.clone()
	return c
}

func (s Status) clone() Status {
	s.LastExecution = copied(s.LastExecution)
	s.LastSuccessfulExecution = copied(s.LastSuccessfulExecution)
	s.LastSuccessfulExecutionWithExports = copied(s.LastSuccessfulExecutionWithExports)
	s.Quarantine = copied(s.Quarantine)
	s.Progress = slices.Clone(s.Progress)
	s.EntryCounts = slices.Clone(s.EntryCounts)
	return s
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return new(*p)
}

// DefaultInterval is the usual time from one cycle to the next.
const DefaultInterval = 40 * time.Minute

// CreateJob makes a stopped job from a connector that the service principal offers.
func (s *Store) CreateJob(servicePrincipalID, connectorID string) (Job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.principal(servicePrincipalID)
	if err != nil {
		return Job{}, err
	}
	c, ok := s.connectors[connectorID]
	if !ok || c.Retired || p.TemplateID == "" || c.GalleryTemplateID != p.TemplateID {
		return Job{}, fmt.Errorf("synchronization template %q: %w", connectorID, ErrInvalid)
	}
	for _, j := range s.jobs[p.ID] {
		if j.ConnectorID == connectorID {
			return Job{}, fmt.Errorf("job %s: %w", j.ID, ErrExists)
		}
	}
	j := &Job{
		ID:                 connectorID + "." + strings.ReplaceAll(s.tenantID, "-", "") + "." + newID(),
		ServicePrincipalID: p.ID, ConnectorID: connectorID, Schedule: ScheduleDisabled, Interval: DefaultInterval,
		Settings: slices.Clone(c.Settings), Generation: c.Generation,
		Status: Status{Code: CodePaused},
	}
	if !s.hasCredentials(p.ID, c) {
		j.Status.Code = CodeNotConfigured
	}
	j.Schema = schemaFor(c.Schema, j.ID, schemaVersion(0))
	s.jobs[p.ID] = append(s.jobs[p.ID], j)
	return j.clone(), nil
}

// Jobs returns the jobs of a service principal whose connector still works.
func (s *Store) Jobs(servicePrincipalID string) ([]Job, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, err := s.principal(servicePrincipalID)
	if err != nil {
		return nil, err
	}
	return clones(slices.Values(s.jobs[p.ID]), s.works), nil
}

// AllJobs returns the jobs that can run: of existing service principals and working connectors.
func (s *Store) AllJobs() []Job {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []Job
	for p := range s.principals.all() {
		if p.DeletedAt.IsZero() {
			list = append(list, clones(slices.Values(s.jobs[p.ID]), s.works)...)
		}
	}
	return list
}

// Job returns one job of a service principal.
func (s *Store) Job(servicePrincipalID, jobID string) (Job, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return cloneOf(s.job(servicePrincipalID, jobID))
}

// job needs the lock.
func (s *Store) job(servicePrincipalID, jobID string) (*Job, error) {
	p, err := s.principal(servicePrincipalID)
	if err != nil {
		return nil, err
	}
	for _, j := range s.jobs[p.ID] {
		switch {
		case j.ID == jobID && s.works(j):
			return j, nil
		case j.ID == jobID:
			return nil, notFound(MissingRetired, jobID)
		}
	}
	return nil, notFound(MissingJob, jobID)
}

// works says whether the connector of a job does. It needs the lock.
func (s *Store) works(j *Job) bool {
	c, ok := s.connectors[j.ConnectorID]
	return ok && !c.Retired
}

// UpdateJob changes a job.
func (s *Store) UpdateJob(servicePrincipalID, jobID string, change func(*Job)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	j, err := s.job(servicePrincipalID, jobID)
	if err != nil {
		return err
	}
	change(j)
	return nil
}

// DeleteJob removes a job with everything it knows, its customized schema included.
func (s *Store) DeleteJob(servicePrincipalID, jobID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	j, err := s.job(servicePrincipalID, jobID)
	if err != nil {
		return err
	}
	s.jobs[j.ServicePrincipalID] = slices.DeleteFunc(s.jobs[j.ServicePrincipalID], func(other *Job) bool { return other == j })
	return nil
}

// LogEntry is one line of the provisioning log: what happened to one object.
type LogEntry struct {
	ID                                           string
	At                                           time.Time
	Duration                                     time.Duration
	ServicePrincipalID, JobID, CycleID, ChangeID string
	Action                                       string // create, update, delete, stagedDelete, disable, other
	Status                                       string // success, failure, skipped, warning
	Error                                        *LogError
	SourceID, SourceName, SourceType             string
	TargetID, TargetName, TargetType             string
	Steps                                        []LogStep
	Modified                                     []ModifiedProperty
	By                                           string // empty: the service itself
}

// LogError says what went wrong.
type LogError struct {
	Code, Reason, Details, Category, Recommended string
}

// LogStep is one step on the way of an object.
type LogStep struct {
	Name, Type, Status, Description string
	Details                         []KeyValue
}

// ModifiedProperty is a target attribute that was written. A nil old value stands for none.
type ModifiedProperty struct {
	Name     string
	Old, New *string
}

// AddLog appends entries to the provisioning log; those without an id get one.
func (s *Store) AddLog(entries ...LogEntry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range entries {
		if e.ID == "" {
			e.ID = newID()
		}
		s.log = append(s.log, e)
	}
}

// logRetention is how long a tenant with the usual license keeps its provisioning log.
const logRetention = 30 * 24 * time.Hour

// Log returns the provisioning log, oldest first.
func (s *Store) Log() []LogEntry {
	s.mu.Lock()
	defer s.mu.Unlock()
	since := s.now().Add(-logRetention)
	old := 0
	for old < len(s.log) && s.log[old].At.Before(since) {
		old++
	}
	s.log = s.log[old:]
	return slices.Clone(s.log)
}
