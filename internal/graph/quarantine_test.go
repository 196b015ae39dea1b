// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"testing"
	"time"
)

func TestJob_whichQuarantineNewCredentialsMayRelease(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	before, after := start.Add(-time.Hour), start.Add(time.Hour)
	for name, test := range map[string]struct {
		state                 string
		quarantine            *Quarantine
		forCredentials, since bool
	}{
		"none":                           {state: "Active"},
		"wrong password":                 {state: "Active", quarantine: &Quarantine{Reason: "EncounteredQuarantineException", SeriesBegan: &before, Error: &SyncError{Code: "GoToMeetingInvalidCredentials"}}, forCredentials: true},
		"the newer families of codes":    {state: "Active", quarantine: &Quarantine{Reason: "encounteredquarantineexception", SeriesBegan: &before, Error: &SyncError{Code: "GoToInsufficientPermissions"}}, forCredentials: true},
		"could not be asked":             {state: "Active", quarantine: &Quarantine{Reason: "EncounteredQuarantineException", SeriesBegan: &before, Error: &SyncError{Code: "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable"}}, forCredentials: true},
		"no code":                        {state: "Active", quarantine: &Quarantine{Reason: "EncounteredQuarantineException", SeriesBegan: &before}, forCredentials: true},
		"a schema that is wrong":         {state: "Active", quarantine: &Quarantine{Reason: "EncounteredQuarantineException", SeriesBegan: &before, Error: &SyncError{Code: "InvalidSchema"}}},
		"the same after our start":       {state: "Active", quarantine: &Quarantine{Reason: "EncounteredQuarantineException", SeriesBegan: &after, Error: &SyncError{Code: "InvalidSchema"}}, since: true},
		"failures before our start":      {state: "Active", quarantine: &Quarantine{Reason: "EncounteredEscrowProportionThreshold", SeriesBegan: &before}},
		"failures after our start":       {state: "Active", quarantine: &Quarantine{Reason: "EncounteredEscrowProportionThreshold", SeriesBegan: &after}, since: true},
		"held deletions after our start": {state: "Active", quarantine: &Quarantine{Reason: "TooManyDeletes", SeriesBegan: &after}},
		"by hand after our start":        {state: "Active", quarantine: &Quarantine{Reason: "QuarantinedOnDemand", SeriesBegan: &after}},
		"paused":                         {state: "Paused", quarantine: &Quarantine{Reason: "EncounteredQuarantineException", SeriesBegan: &after}},
	} {
		job := Job{Schedule: Schedule{State: test.state}, Status: &JobStatus{Quarantine: test.quarantine}}
		if job.QuarantinedForCredentials() != test.forCredentials || job.QuarantinedSince(start) != test.since || job.QuarantinedSince(time.Time{}) {
			t.Errorf("%s: for credentials %t, since the start %t", name, job.QuarantinedForCredentials(), job.QuarantinedSince(start))
		}
	}
}
