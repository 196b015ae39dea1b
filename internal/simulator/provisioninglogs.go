// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/engine"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// filterable members of the provisioning log.
var filterableLog = []string{
	"activityDateTime", "jobId", "cycleId", "changeId", "tenantId", "provisioningAction", "servicePrincipal",
	"sourceIdentity", "targetIdentity", "sourceSystem", "targetSystem", "initiatedBy", "provisioningStatusInfo",
}

func (c *call) renderLogEntry(e *store.LogEntry) object {
	p, _ := c.s.store.ServicePrincipal(e.ServicePrincipalID) // an application that is gone has no name anymore
	connectorID, _, _ := strings.Cut(e.JobID, ".")
	connector, _ := c.s.store.Connector(connectorID)
	steps := make([]object, len(e.Steps))
	for i, s := range e.Steps {
		details := object{}
		for _, d := range s.Details {
			details = append(details, member{d.Key, d.Value})
		}
		steps[i] = object{{"name", s.Name}, {"provisioningStepType", s.Type}, {"status", s.Status}, {"description", s.Description}, {"details", details}}
	}
	modified := make([]object, len(e.Modified))
	for i, m := range e.Modified {
		modified[i] = object{{"displayName", m.Name}, {"oldValue", pointed(m.Old)}, {"newValue", pointed(m.New)}}
	}
	by := object{{"id", ""}, {"displayName", "Azure AD Provisioning Service"}, {"initiatorType", "system"}}
	if e.By != "" {
		by = object{{"id", e.By}, {"displayName", e.By}, {"initiatorType", "application"}}
	}
	var problem any
	if e.Error != nil {
		problem = object{
			{"errorCode", e.Error.Code}, {"reason", textOrNil(e.Error.Reason)}, {"additionalDetails", textOrNil(e.Error.Details)},
			{"errorCategory", e.Error.Category}, {"recommendedAction", textOrNil(e.Error.Recommended)},
		}
	}
	return object{
		{"id", e.ID}, {"activityDateTime", e.At}, {"tenantId", c.s.TenantID()}, {"jobId", e.JobID}, {"cycleId", e.CycleID},
		{"changeId", e.ChangeID}, {"provisioningAction", e.Action}, {"durationInMilliseconds", e.Duration.Milliseconds()},
		{"servicePrincipal", object{{"id", e.ServicePrincipalID}, {"displayName", p.DisplayName}}},
		{"sourceSystem", object{{"id", store.TenantID}, {"displayName", store.SourceDirectory}, {"details", object{}}}},
		{"targetSystem", object{{"id", connector.GalleryTemplateID}, {"displayName", connector.TargetName}, {"details", object{
			{"ApplicationId", p.AppID}, {"ServicePrincipalId", e.ServicePrincipalID}, {"ServicePrincipalDisplayName", p.DisplayName},
		}}}},
		{"initiatedBy", by},
		{"sourceIdentity", object{{"id", e.SourceID}, {"displayName", e.SourceName}, {"identityType", e.SourceType}, {"details", object{}}}},
		{"targetIdentity", object{{"id", e.TargetID}, {"displayName", e.TargetName}, {"identityType", e.TargetType}, {"details", object{}}}},
		{"provisioningStatusInfo", object{{"status", e.Status}, {"errorInformation", problem}}},
		{"provisioningSteps", steps}, {"modifiedProperties", modified},
	}
}

func pointed(text *string) any {
	if text == nil {
		return nil
	}
	return *text
}

func (c *call) listProvisioningLog() (*reply, error) {
	query := c.r.URL.Query()
	filter, err := parseFilter(query.Get("$filter"))
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "BadRequest", "Invalid filter clause: %v", err)
	}
	for _, name := range filter.properties() {
		if !slices.Contains(filterableLog, name) {
			return nil, refuse(http.StatusBadRequest, "BadRequest", "The property '%s' cannot be filtered by.", name)
		}
	}
	filter.matchCase()
	descending := true
	switch by := strings.Fields(query.Get("$orderby")); {
	case len(by) == 0:
	case by[0] == "activityDateTime":
		descending = len(by) > 1 && strings.EqualFold(by[1], "desc")
	default:
		return nil, refuse(http.StatusBadRequest, "BadRequest", "The log can be ordered by activityDateTime only.")
	}
	entries := c.s.store.Log()
	if descending {
		slices.Reverse(entries)
	}
	var found []object
	for i := range entries {
		o := c.renderLogEntry(&entries[i])
		if filter.eval(func(name string) any {
			value, _ := o.get(name)
			if name == "activityDateTime" {
				return timestamp(entries[i].At)
			}
			return value
		}) {
			found = append(found, o)
		}
	}
	return c.page("auditLogs/provisioning", found)
}

type subjectDTO struct {
	ObjectID       string `json:"objectId"`
	ObjectTypeName string `json:"objectTypeName"`
	Links          *struct {
		Members []subjectDTO `json:"members"`
	} `json:"links"`
}

// maximumLinkedMembers is how many members of a group one request may provision.
const maximumLinkedMembers = 5

func (c *call) provisionOnDemand(j store.Job) (*reply, error) {
	var body struct {
		Parameters []struct {
			RuleID   string       `json:"ruleId"`
			Subjects []subjectDTO `json:"subjects"`
		} `json:"parameters"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if len(body.Parameters) != 1 || len(body.Parameters[0].Subjects) != 1 {
		return nil, refuseSync(http.StatusBadRequest, "InvalidParameters", "Exactly one subject is needed.")
	}
	subject := body.Parameters[0].Subjects[0]
	people := []string{subject.ObjectID}
	if subject.ObjectTypeName == "Group" {
		people = nil
		if subject.Links != nil {
			for _, m := range subject.Links.Members {
				people = append(people, m.ObjectID)
			}
		}
		if len(people) == 0 || len(people) > maximumLinkedMembers {
			return nil, refuseSync(http.StatusBadRequest, "InvalidParameters", "A group needs between one and five members.")
		}
	}
	results, err := c.s.engine.OnDemand(j.ServicePrincipalID, j.ID, body.Parameters[0].RuleID, people, c.client.ID)
	if err != nil {
		return nil, err
	}
	return respond(c.renderOnDemand(subject.ObjectTypeName == "Group", results))
}

// renderOnDemand shows results in the two shapes that the service is known to use: for a person a described result and
// one object, for a group only a type name and a list.
func (c *call) renderOnDemand(group bool, results []engine.Result) object {
	context := member{"@odata.context", c.context("microsoft.graph.stringKeyStringValuePair")}
	described := make([]object, len(results))
	for i, r := range results {
		described[i] = renderResult(&r)
	}
	if group {
		return object{context, {"key", "Microsoft.Identity.Health.CPP.Common.DataContracts.SyncFabric.StatusInfo"}, {"value", string(appendJSON(nil, described))}}
	}
	first := results[0]
	key := object{{"result", first.Outcome}, {"details", object{{"errorCode", first.Code}, {"errorMessage", first.Message}}}}
	return object{context, {"key", string(appendJSON(nil, key))}, {"value", string(appendJSON(nil, described[0]))}}
}

// onDemandDetails are the names of scoping details, which differ from those in the log.
var onDemandDetails = map[string]string{
	"Active in the source system": "IsActive", "Assigned to the application": "Assigned",
	"User has the required role": "IsEffectivelyEntitledForProvisioning", "Scoping filter evaluation passed": "IsInProvisioningScopeDisplayName",
}

func renderResult(r *engine.Result) object {
	steps := make([]object, len(r.Entry.Steps))
	for i, s := range r.Entry.Steps {
		details := object{}
		for _, d := range s.Details {
			name := d.Key
			if known, ok := onDemandDetails[name]; ok {
				name = known
			}
			details = append(details, member{name, d.Value})
		}
		steps[i] = object{
			{"name", s.Name}, {"type", engine.Title(s.Type)}, {"status", engine.Title(s.Status)}, {"description", s.Description},
			{"timestamp", r.Entry.At}, {"details", details},
		}
	}
	modified := make([]object, len(r.Entry.Modified))
	for i, m := range r.Entry.Modified {
		modified[i] = object{{"displayName", m.Name}, {"oldValue", pointed(m.Old)}, {"newValue", pointed(m.New)}}
	}
	identity := func(id, kind, name string) object {
		return object{{"id", id}, {"type", kind}, {"displayName", textOrNil(name)}, {"details", nil}}
	}
	info := object{
		{"status", r.Outcome}, {"errorCode", textOrNil(r.Code)}, {"reason", textOrNil(r.Message)}, {"additionalDetails", nil},
		{"errorCategory", nil}, {"recommendedAction", nil},
	}
	return object{
		{"action", engine.Title(r.Entry.Action)}, {"changeId", r.Entry.ChangeID}, {"startTime", r.Entry.At}, {"endTime", r.Entry.At.Add(r.Entry.Duration)},
		{"modifiedProperties", modified}, {"provisioningSteps", steps}, {"reportableIdentifier", textOrNil(r.Entry.SourceName)},
		{"statusInfo", info},
		{"sourceIdentity", identity(r.Entry.SourceID, r.Entry.SourceType, "")},
		{"sourceSystem", object{{"id", nil}, {"name", r.SourceSystem}, {"details", nil}}},
		{"targetIdentity", identity(r.Entry.TargetID, r.Entry.TargetType, "")},
		{"targetSystem", object{{"id", nil}, {"name", r.TargetSystem}, {"details", nil}}},
	}
}
