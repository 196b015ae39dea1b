// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Result is what provisioning one person on demand came to.
type Result struct {
	Outcome      string // Success, Skipped, Failure or Warning
	Code         string
	Message      string
	SourceSystem string
	TargetSystem string
	Entry        store.LogEntry
}

// OnDemand provisions people at once.
func (e *Engine) OnDemand(servicePrincipalID, jobID, _ string, people []string) ([]Result, error) {
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
	entitled := e.entitled(&j)
	var results []Result
	for _, id := range people {
		u, err := e.store.User(id)
		if err != nil {
			return nil, fmt.Errorf("the object %s does not exist", id)
		}
		r := Result{
			Outcome: "Success", SourceSystem: store.SourceDirectory, TargetSystem: connector.TargetName,
			Entry: store.LogEntry{
				At: e.store.Clock().Now(), ServicePrincipalID: servicePrincipalID, JobID: jobID, ChangeID: uuid.NewString(),
				Action: "create", SourceID: u.ID, SourceName: u.UserPrincipalName, SourceType: "User", TargetType: "User",
			},
		}
		if !entitled[u.ID] {
			r.Outcome, r.Code, r.Message, r.Entry.Action = "Skipped", "NotEffectivelyEntitled", "The person is not assigned.", "other"
		}
		results = append(results, r)
	}
	return results, nil
}

// Title writes a word of the log as on-demand provisioning spells it, with a capital.
func Title(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}
