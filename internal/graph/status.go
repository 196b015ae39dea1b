// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Schedule is when a job runs.
type Schedule struct {
	State      string     `json:"state"`    // Active, Disabled or Paused
	Interval   string     `json:"interval"` // ISO 8601 duration as sent
	Expiration *time.Time `json:"expiration"`
}

// Active reports whether the job runs on its schedule.
func (s Schedule) Active() bool { return strings.EqualFold(s.State, "Active") }

// UnmarshalJSON reads the schedule.
func (s *Schedule) UnmarshalJSON(data []byte) error { return decodeLenient(data, s) }

// JobStatus is what the service reports of a job's cycles. "Never" (0001-01-01T00:00:00Z or an empty text) is nil.
type JobStatus struct {
	Code                               string           `json:"code"`
	CountSuccessiveCompleteFailures    int64            `json:"countSuccessiveCompleteFailures"`
	EscrowsPruned                      bool             `json:"escrowsPruned"`
	LastExecution                      *TaskExecution   `json:"lastExecution"` // nil also for the placeholder sent before the first cycle
	LastSuccessfulExecution            *TaskExecution   `json:"lastSuccessfulExecution"`
	LastSuccessfulExecutionWithExports *TaskExecution   `json:"lastSuccessfulExecutionWithExports"`
	Progress                           []Progress       `json:"progress"`
	Quarantine                         *Quarantine      `json:"quarantine"` // nil when not in quarantine, also for the documented all-empty object
	SteadyStateFirstAchievedTime       *time.Time       `json:"steadyStateFirstAchievedTime"`
	SteadyStateLastAchievedTime        *time.Time       `json:"steadyStateLastAchievedTime"`
	SynchronizedEntryCountByType       map[string]int64 `json:"-"`
	TroubleshootingURL                 string           `json:"troubleshootingUrl"`
}

// Synchronized is how many objects of all kinds the service says that it keeps in sync; told is false where it says nothing. A
// nil status says nothing.
func (s *JobStatus) Synchronized() (n int64, told bool) {
	if s == nil {
		return 0, false
	}
	for _, count := range s.SynchronizedEntryCountByType {
		n += count
	}
	return n, len(s.SynchronizedEntryCountByType) > 0
}

// TaskExecution is one cycle.
type TaskExecution struct {
	ActivityIdentifier           string     `json:"activityIdentifier"`
	State                        string     `json:"state"` // Succeeded, Failed or EntryLevelErrors
	TimeBegan                    *time.Time `json:"timeBegan"`
	TimeEnded                    *time.Time `json:"timeEnded"`
	Error                        *SyncError `json:"error"` // nil for none, also for code None
	CountEntitled                int64      `json:"countEntitled"`
	CountEntitledForProvisioning int64      `json:"countEntitledForProvisioning"`
	CountEscrowed                int64      `json:"countEscrowed"`
	CountEscrowedRaw             int64      `json:"countEscrowedRaw"`
	CountExported                int64      `json:"countExported"`
	CountExports                 int64      `json:"countExports"`
	CountImported                int64      `json:"countImported"`
	CountImportedDeltas          int64      `json:"countImportedDeltas"`
	CountImportedReferenceDeltas int64      `json:"countImportedReferenceDeltas"`
}

// SyncError is an error of the synchronization engine.
type SyncError struct {
	Code             string `json:"code"`
	Message          string `json:"message"`
	TenantActionable bool   `json:"tenantActionable"`
}

// Progress is how far the running cycle is.
type Progress struct {
	CompletedUnits int64      `json:"completedUnits"`
	TotalUnits     int64      `json:"totalUnits"`
	Units          string     `json:"units"`
	ObservedAt     *time.Time `json:"progressObservationDateTime"`
}

// Quarantine says why the engine throttles a job.
type Quarantine struct {
	Reason       string     `json:"reason"`
	CurrentBegan *time.Time `json:"currentBegan"`
	NextAttempt  *time.Time `json:"nextAttempt"`
	SeriesBegan  *time.Time `json:"seriesBegan"`
	SeriesCount  int64      `json:"seriesCount"`
	Error        *SyncError `json:"error"`
}

// UnmarshalJSON reads the status.
func (s *JobStatus) UnmarshalJSON(data []byte) error {
	var counts struct {
		ByType []struct {
			Key   string `json:"key"`
			Value count  `json:"value"`
		} `json:"synchronizedEntryCountByType"`
	}
	if err := errors.Join(decodeLenient(data, s), json.Unmarshal(data, &counts)); err != nil {
		return err
	}
	s.LastExecution = s.LastExecution.orNil()
	s.LastSuccessfulExecution = s.LastSuccessfulExecution.orNil()
	s.LastSuccessfulExecutionWithExports = s.LastSuccessfulExecutionWithExports.orNil()
	if s.Quarantine != nil && *s.Quarantine == (Quarantine{}) {
		s.Quarantine = nil
	}
	if len(counts.ByType) > 0 {
		s.SynchronizedEntryCountByType = make(map[string]int64, len(counts.ByType))
	}
	for _, entry := range counts.ByType {
		s.SynchronizedEntryCountByType[entry.Key] = int64(entry.Value)
	}
	return nil
}

// UnmarshalJSON reads the cycle.
func (t *TaskExecution) UnmarshalJSON(data []byte) error {
	err := decodeLenient(data, t)
	t.Error = t.Error.orNil()
	return err
}

// orNil drops the placeholder that stands in for a cycle before the first one: never begun, never ended, no error.
func (t *TaskExecution) orNil() *TaskExecution {
	if t == nil || (t.TimeBegan == nil && t.TimeEnded == nil && t.Error == nil) {
		return nil
	}
	return t
}

// UnmarshalJSON reads the error.
func (e *SyncError) UnmarshalJSON(data []byte) error { return decodeLenient(data, e) }

// orNil drops the error object that says that there is none.
func (e *SyncError) orNil() *SyncError {
	if e == nil || (e.Message == "" && (e.Code == "" || strings.EqualFold(e.Code, "None"))) {
		return nil
	}
	return e
}

// UnmarshalJSON reads the progress.
func (p *Progress) UnmarshalJSON(data []byte) error { return decodeLenient(data, p) }

// UnmarshalJSON reads the quarantine.
func (q *Quarantine) UnmarshalJSON(data []byte) error {
	err := decodeLenient(data, q)
	q.Error = q.Error.orNil()
	return err
}
