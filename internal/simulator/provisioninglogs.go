// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// filterable members of the provisioning log.
var filterableLog = []string{
	"activityDateTime", "jobId", "cycleId", "changeId", "tenantId", "provisioningAction", "servicePrincipal",
	"sourceIdentity", "targetIdentity", "sourceSystem", "targetSystem", "initiatedBy", "provisioningStatusInfo",
}

func (c *call) renderLogEntry(e *store.LogEntry) object {
	p, _ := c.s.store.ServicePrincipal(e.ServicePrincipalID) // an application that is gone has no name any more
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
