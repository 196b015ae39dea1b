// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package providerdata

import "time"

// Impact is the provider block's `impact`.
type Impact struct {
	Enabled bool
	// Timeout and MaxRequests are how long reading the people whom the changes of a connection affect may take, and how many
	// requests; 0 for the default.
	Timeout     time.Duration
	MaxRequests int64
	// The limits are how many accounts the changes of a run may disable, create, update and leave active; nil where none is set.
	MaxDisabled, MaxCreated, MaxUpdated, MaxLeftActive *int64
	WarnOnUnknown                                      bool   // instead of refusing what cannot be bounded
	ReadLinks                                          bool   // of people and accounts, from the service
	ReportFile                                         string // "" for none
	Detail                                             string // of the report and of messages
}

// ListsPeople reports whether messages list the people concerned by their object ids: unless only counts are asked for.
func (i Impact) ListsPeople() bool { return i.Detail != DetailCounts }

// How much a report reports people.
const (
	DetailCounts = "counts"
	DetailIDs    = "ids"
	DetailPeople = "people"
)
