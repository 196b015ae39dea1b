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
	Outcome      string // Success, Skipped or Failure
	Code         string
	Message      string
	SourceSystem string
	TargetSystem string
	Entry        store.LogEntry
}

// OnDemand provisions people at once, outside of the cycles, on behalf of a client.
func (e *Engine) OnDemand(servicePrincipalID, jobID, ruleID string, people []string, by string) ([]Result, error) {
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
	p, err := compile(&j, connector)
	switch {
	case err != nil:
		return nil, &store.RequestError{Code: "InvalidSchema", Message: err.Error()}
	case ruleID != p.ruleID:
		return nil, &store.RequestError{Code: "InvalidParameters", Message: fmt.Sprintf("The rule %q does not exist.", ruleID)}
	case !p.onDemand:
		return nil, &store.RequestError{Code: "ProvisionOnDemandNotSupported", Message: "The rule does not support provisioning on demand."}
	case connector.OAuth && j.Schedule == store.ScheduleActive:
		return nil, &store.RequestError{Code: "JobMustBeStopped", Message: "A job that signs in by OAuth must be stopped first."}
	}
	if refused := e.CheckCredentials(j.ConnectorID, e.store.Credentials(servicePrincipalID, j.ConnectorID)); refused != nil {
		return nil, refused
	}
	s := e.state(j.ID)
	known := assignees(e.store, servicePrincipalID, e.defaultAccessProvisions)
	r := e.newRun(&j, s, p, e.store.Clock().Now(), uuid.NewString())
	r.by, r.verbose = by, true
	r.syncAll = s.syncAll || !s.scopeKnown && isTrue(e.store.Secret(servicePrincipalID, "SyncAll"))
	var results []Result
	for _, id := range people {
		u, err := e.store.FindUser(id)
		if err != nil {
			return nil, &store.RequestError{Code: "InvalidParameters", Message: fmt.Sprintf("The object %s does not exist.", id)}
		}
		who := known[u.ID]
		if who == nil {
			who = &subject{id: u.ID}
		}
		who.user = &u
		result := Result{SourceSystem: store.SourceDirectory, TargetSystem: connector.TargetName}
		o := r.onDemand(who)
		result.Entry = o.entry
		result.Outcome = map[string]string{statusSuccess: "Success", statusSkipped: "Skipped", statusFailure: "Failure"}[o.entry.Status]
		if o.entry.Error != nil {
			result.Code, result.Message = o.entry.Error.Code, o.entry.Error.Reason
		}
		results = append(results, result)
	}
	e.store.AddLog(r.log...)
	return results, nil
}

// Title writes a word of the log as on-demand provisioning spells it, with a capital.
func Title(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}
