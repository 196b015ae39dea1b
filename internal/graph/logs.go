// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"encoding/json"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ProvisioningLogFilter selects provisioning log entries; empty members do not filter, all given ones must hold.
type ProvisioningLogFilter struct {
	JobID              string
	ServicePrincipalID string
	CycleID            string
	// Since and Until are compared with the entry's time: later than Since, earlier than Until.
	Since time.Time
	Until time.Time
	// PageSize asks for so many entries a page; 0 leaves it to the service.
	PageSize int
}

// ProvisioningLogEntry is what the engine did, or did not, for one person or group in one cycle.
type ProvisioningLogEntry struct {
	ID                string
	Time              time.Time
	JobID             string
	CycleID           string
	ChangeID          string
	Action            string // create, update, delete, stagedDelete, disable or other
	Status            string // success, failure, skipped or warning
	ErrorCode         string
	Reason            string
	ErrorCategory     string
	AdditionalDetails string
	RecommendedAction string
	Duration          time.Duration
	InitiatedBy       string // user, application or system
	Source            ProvisionedObject
	Target            ProvisionedObject
	Steps             []ProvisioningStep
	Modified          []ModifiedProperty
}

// ProvisionedObject is the person or group of a log entry, in the directory or at the target.
type ProvisionedObject struct {
	ID          string
	DisplayName string
	Type        string // User or Group
}

// HeldDeletions are the object ids of the users and groups whose deletion or disabling the service holds back from a job in
// quarantine, as its provisioning logs tell since the cycle that it stopped, sorted.
func (c *Client) HeldDeletions(ctx context.Context, ref JobRef, job Job) ([]string, error) {
	since := time.Time{}
	if began := job.Status.Quarantine.SeriesBegan; began != nil {
		since = *began
	}
	if last := job.Status.LastExecution; last != nil && last.TimeBegan != nil && last.TimeBegan.Before(since) {
		since = *last.TimeBegan
	}
	held := map[string]bool{}
	for entry, err := range c.ListProvisioningLogs(ctx, ProvisioningLogFilter{ServicePrincipalID: ref.ServicePrincipalID, JobID: ref.JobID, Since: since.Add(-time.Second)}) {
		if err != nil {
			return nil, err
		}
		if strings.EqualFold(entry.Action, "stagedDelete") {
			held[entry.Source.ID] = true
		}
	}
	return slices.Sorted(maps.Keys(held)), nil
}

// ListProvisioningLogs iterates over the provisioning log, newest first, and asks for a page only when it is needed:
// the service allows few of these requests. After an error it stops.
func (c *Client) ListProvisioningLogs(ctx context.Context, filter ProvisioningLogFilter) iter.Seq2[ProvisioningLogEntry, error] {
	// Filters are case-sensitive.
	var terms []string
	for _, term := range []struct{ property, operator, literal string }{
		{"jobId", "eq", filterText(filter.JobID)},
		{"servicePrincipal/id", "eq", filterText(filter.ServicePrincipalID)},
		{"cycleId", "eq", filterText(filter.CycleID)},
		{"activityDateTime", "gt", filterTime(filter.Since)},
		{"activityDateTime", "lt", filterTime(filter.Until)},
	} {
		if term.literal != "" {
			terms = append(terms, term.property+" "+term.operator+" "+term.literal)
		}
	}
	top := ""
	if filter.PageSize > 0 {
		top = strconv.Itoa(filter.PageSize)
	}
	all := entries[ProvisioningLogEntry](ctx, c, call{
		method: http.MethodGet, path: "/auditLogs/provisioning", needs: readsLogs, pace: c.reports,
		query: query("$filter", strings.Join(terms, " and "), "$orderby", "activityDateTime desc", "$top", top),
	})
	return func(yield func(ProvisioningLogEntry, error) bool) {
		for entry, err := range all {
			foreign := entry.JobID != "" && filter.JobID != "" && entry.JobID != filter.JobID // the service ignores filters
			if (err != nil || !foreign) && !yield(entry, err) {
				return
			}
		}
	}
}

func filterText(s string) string {
	if s == "" {
		return ""
	}
	return quoted(s)
}

func filterTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// UnmarshalJSON reads an entry.
func (e *ProvisioningLogEntry) UnmarshalJSON(data []byte) error {
	var wire struct {
		ID         looseText `json:"id"`
		Time       instant   `json:"activityDateTime"`
		JobID      looseText `json:"jobId"`
		CycleID    looseText `json:"cycleId"`
		ChangeID   looseText `json:"changeId"`
		Action     looseText `json:"provisioningAction"`
		Duration   count     `json:"durationInMilliseconds"`
		StatusInfo struct {
			Status looseText `json:"status"`
			Error  struct {
				Code              looseText `json:"errorCode"`
				Reason            looseText `json:"reason"`
				AdditionalDetails looseText `json:"additionalDetails"`
				Category          looseText `json:"errorCategory"`
				RecommendedAction looseText `json:"recommendedAction"`
			} `json:"errorInformation"`
		} `json:"provisioningStatusInfo"`
		InitiatedBy struct {
			Type looseText `json:"initiatorType"`
		} `json:"initiatedBy"`
		Source   wireIdentity   `json:"sourceIdentity"`
		Target   wireIdentity   `json:"targetIdentity"`
		Steps    []wireStep     `json:"provisioningSteps"`
		Modified []wireModified `json:"modifiedProperties"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*e = ProvisioningLogEntry{
		ID: string(wire.ID), JobID: string(wire.JobID), CycleID: string(wire.CycleID), ChangeID: string(wire.ChangeID),
		Action: string(wire.Action), Status: string(wire.StatusInfo.Status),
		ErrorCode:         string(wire.StatusInfo.Error.Code),
		Reason:            string(wire.StatusInfo.Error.Reason),
		ErrorCategory:     string(wire.StatusInfo.Error.Category),
		AdditionalDetails: string(wire.StatusInfo.Error.AdditionalDetails),
		RecommendedAction: string(wire.StatusInfo.Error.RecommendedAction),
		Duration:          time.Duration(wire.Duration) * time.Millisecond,
		InitiatedBy:       string(wire.InitiatedBy.Type),
		Source:            wire.Source.object(),
		Target:            wire.Target.object(),
		Steps:             steps(wire.Steps),
		Modified:          modified(wire.Modified),
	}
	if wire.Time.time != nil {
		e.Time = *wire.Time.time
	}
	return nil
}

func (w wireIdentity) object() ProvisionedObject {
	kind := w.KindOfLog
	if kind == "" {
		kind = w.Type
	}
	return ProvisionedObject{ID: string(w.ID), DisplayName: string(w.DisplayName), Type: string(kind)}
}
