// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/json"
	"strings"
	"time"
)

// Schedule is when a job runs.
type Schedule struct {
	State      string // Active, Disabled or Paused
	Interval   string // ISO 8601 duration as sent
	Expiration *time.Time
}

// Active reports whether the job runs on its schedule.
func (s Schedule) Active() bool { return strings.EqualFold(s.State, "Active") }

// UnmarshalJSON reads the schedule.
func (s *Schedule) UnmarshalJSON(data []byte) error {
	var wire struct {
		State      string  `json:"state"`
		Interval   string  `json:"interval"`
		Expiration instant `json:"expiration"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*s = Schedule{State: wire.State, Interval: wire.Interval, Expiration: wire.Expiration.time}
	return nil
}

// JobStatus is what the service reports of a job's cycles. "Never" (0001-01-01T00:00:00Z or an empty text) is nil.
type JobStatus struct {
	Code                               string
	CountSuccessiveCompleteFailures    int64
	EscrowsPruned                      bool
	LastExecution                      *TaskExecution // nil also for the placeholder sent before the first cycle
	LastSuccessfulExecution            *TaskExecution
	LastSuccessfulExecutionWithExports *TaskExecution
	Progress                           []Progress
	Quarantine                         *Quarantine // nil when not in quarantine, also for the documented all-empty object
	SteadyStateFirstAchievedTime       *time.Time
	SteadyStateLastAchievedTime        *time.Time
	SynchronizedEntryCountByType       map[string]int64
	TroubleshootingURL                 string
}

// TaskExecution is one cycle.
type TaskExecution struct {
	ActivityIdentifier           string
	State                        string // Succeeded, Failed or EntryLevelErrors
	TimeBegan                    *time.Time
	TimeEnded                    *time.Time
	Error                        *SyncError // nil for none, also for code None
	CountEntitled                int64
	CountEntitledForProvisioning int64
	CountEscrowed                int64
	CountEscrowedRaw             int64
	CountExported                int64
	CountExports                 int64
	CountImported                int64
	CountImportedDeltas          int64
	CountImportedReferenceDeltas int64
}

// SyncError is an error of the synchronization engine.
type SyncError struct {
	Code             string
	Message          string
	TenantActionable bool
}

// Progress is how far the running cycle is.
type Progress struct {
	CompletedUnits int64
	TotalUnits     int64
	Units          string
	ObservedAt     *time.Time
}

// Quarantine says why the engine throttles a job.
type Quarantine struct {
	Reason       string
	CurrentBegan *time.Time
	NextAttempt  *time.Time
	SeriesBegan  *time.Time
	SeriesCount  int64
	Error        *SyncError
}

// UnmarshalJSON reads the status.
func (s *JobStatus) UnmarshalJSON(data []byte) error {
	var wire struct {
		Code                               string            `json:"code"`
		CountSuccessiveCompleteFailures    count             `json:"countSuccessiveCompleteFailures"`
		EscrowsPruned                      flag              `json:"escrowsPruned"`
		LastExecution                      *TaskExecution    `json:"lastExecution"`
		LastSuccessfulExecution            *TaskExecution    `json:"lastSuccessfulExecution"`
		LastSuccessfulExecutionWithExports *TaskExecution    `json:"lastSuccessfulExecutionWithExports"`
		Progress                           []Progress        `json:"progress"`
		Quarantine                         *Quarantine       `json:"quarantine"`
		SteadyStateFirstAchievedTime       instant           `json:"steadyStateFirstAchievedTime"`
		SteadyStateLastAchievedTime        instant           `json:"steadyStateLastAchievedTime"`
		SynchronizedEntryCountByType       []wireCountByType `json:"synchronizedEntryCountByType"`
		TroubleshootingURL                 string            `json:"troubleshootingUrl"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*s = JobStatus{
		Code:                               wire.Code,
		CountSuccessiveCompleteFailures:    int64(wire.CountSuccessiveCompleteFailures),
		EscrowsPruned:                      bool(wire.EscrowsPruned),
		LastExecution:                      wire.LastExecution.orNil(),
		LastSuccessfulExecution:            wire.LastSuccessfulExecution.orNil(),
		LastSuccessfulExecutionWithExports: wire.LastSuccessfulExecutionWithExports.orNil(),
		Progress:                           wire.Progress,
		SteadyStateFirstAchievedTime:       wire.SteadyStateFirstAchievedTime.time,
		SteadyStateLastAchievedTime:        wire.SteadyStateLastAchievedTime.time,
		TroubleshootingURL:                 wire.TroubleshootingURL,
	}
	if wire.Quarantine != nil && *wire.Quarantine != (Quarantine{}) {
		s.Quarantine = wire.Quarantine
	}
	if len(wire.SynchronizedEntryCountByType) > 0 {
		s.SynchronizedEntryCountByType = make(map[string]int64, len(wire.SynchronizedEntryCountByType))
		for _, entry := range wire.SynchronizedEntryCountByType {
			s.SynchronizedEntryCountByType[entry.Key] = int64(entry.Value)
		}
	}
	return nil
}

type wireCountByType struct {
	Key   string `json:"key"`
	Value count  `json:"value"`
}

// UnmarshalJSON reads the cycle.
func (t *TaskExecution) UnmarshalJSON(data []byte) error {
	var wire struct {
		ActivityIdentifier           string     `json:"activityIdentifier"`
		State                        string     `json:"state"`
		TimeBegan                    instant    `json:"timeBegan"`
		TimeEnded                    instant    `json:"timeEnded"`
		Error                        *SyncError `json:"error"`
		CountEntitled                count      `json:"countEntitled"`
		CountEntitledForProvisioning count      `json:"countEntitledForProvisioning"`
		CountEscrowed                count      `json:"countEscrowed"`
		CountEscrowedRaw             count      `json:"countEscrowedRaw"`
		CountExported                count      `json:"countExported"`
		CountExports                 count      `json:"countExports"`
		CountImported                count      `json:"countImported"`
		CountImportedDeltas          count      `json:"countImportedDeltas"`
		CountImportedReferenceDeltas count      `json:"countImportedReferenceDeltas"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*t = TaskExecution{
		ActivityIdentifier:           wire.ActivityIdentifier,
		State:                        wire.State,
		TimeBegan:                    wire.TimeBegan.time,
		TimeEnded:                    wire.TimeEnded.time,
		Error:                        wire.Error.orNil(),
		CountEntitled:                int64(wire.CountEntitled),
		CountEntitledForProvisioning: int64(wire.CountEntitledForProvisioning),
		CountEscrowed:                int64(wire.CountEscrowed),
		CountEscrowedRaw:             int64(wire.CountEscrowedRaw),
		CountExported:                int64(wire.CountExported),
		CountExports:                 int64(wire.CountExports),
		CountImported:                int64(wire.CountImported),
		CountImportedDeltas:          int64(wire.CountImportedDeltas),
		CountImportedReferenceDeltas: int64(wire.CountImportedReferenceDeltas),
	}
	return nil
}

// orNil drops the placeholder that stands in for a cycle before the first one: never begun, never ended, no error.
func (t *TaskExecution) orNil() *TaskExecution {
	if t == nil || (t.TimeBegan == nil && t.TimeEnded == nil && t.Error == nil) {
		return nil
	}
	return t
}

// UnmarshalJSON reads the error.
func (e *SyncError) UnmarshalJSON(data []byte) error {
	var wire struct {
		Code             string `json:"code"`
		Message          string `json:"message"`
		TenantActionable flag   `json:"tenantActionable"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*e = SyncError{Code: wire.Code, Message: wire.Message, TenantActionable: bool(wire.TenantActionable)}
	return nil
}

// orNil drops the error object that says that there is none.
func (e *SyncError) orNil() *SyncError {
	if e == nil || (e.Message == "" && (e.Code == "" || strings.EqualFold(e.Code, "None"))) {
		return nil
	}
	return e
}

// UnmarshalJSON reads the progress.
func (p *Progress) UnmarshalJSON(data []byte) error {
	var wire struct {
		CompletedUnits count   `json:"completedUnits"`
		TotalUnits     count   `json:"totalUnits"`
		Units          string  `json:"units"`
		ObservedAt     instant `json:"progressObservationDateTime"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*p = Progress{CompletedUnits: int64(wire.CompletedUnits), TotalUnits: int64(wire.TotalUnits), Units: wire.Units, ObservedAt: wire.ObservedAt.time}
	return nil
}

// UnmarshalJSON reads the quarantine.
func (q *Quarantine) UnmarshalJSON(data []byte) error {
	var wire struct {
		Reason       string     `json:"reason"`
		CurrentBegan instant    `json:"currentBegan"`
		NextAttempt  instant    `json:"nextAttempt"`
		SeriesBegan  instant    `json:"seriesBegan"`
		SeriesCount  count      `json:"seriesCount"`
		Error        *SyncError `json:"error"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*q = Quarantine{
		Reason:       wire.Reason,
		CurrentBegan: wire.CurrentBegan.time,
		NextAttempt:  wire.NextAttempt.time,
		SeriesBegan:  wire.SeriesBegan.time,
		SeriesCount:  int64(wire.SeriesCount),
		Error:        wire.Error.orNil(),
	}
	return nil
}
