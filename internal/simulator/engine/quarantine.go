// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Limits are the numbers of failed objects at which a job is quarantined. Microsoft says that they may change.
type Limits struct {
	// Evaluated is how many failures there must be before a proportion counts.
	Evaluated int64
	// Percent of the objects that failed.
	Percent int64
	// Failures that quarantine whatever the proportion, references not counted.
	Failures int64
	// Total failures that quarantine, references counted.
	Total int64
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
