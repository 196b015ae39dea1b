// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// duration writes a duration as ISO 8601 does.
func duration(d time.Duration) string {
	text := "PT"
	if h := int64(d.Hours()); h > 0 {
		text += fmt.Sprintf("%dH", h)
	}
	if m := int64(d.Minutes()) % 60; m > 0 {
		text += fmt.Sprintf("%dM", m)
	}
	if rest := (d % time.Minute).Seconds(); rest > 0 || text == "PT" {
		text += fmt.Sprintf("%gS", rest)
	}
	return text
}

func renderJob(j *store.Job) object {
	return object{
		{"id", j.ID}, {"templateId", j.ConnectorID},
		{"schedule", object{{"expiration", nil}, {"interval", duration(j.Interval)}, {"state", j.Schedule}}},
		{"status", renderStatus(&j.Status)},
		{"synchronizationJobSettings", renderPairs("name", j.Settings)},
	}
}

func renderStatus(s *store.Status) object {
	progress := make([]object, len(s.Progress))
	for i, p := range s.Progress {
		progress[i] = object{
			{"completedUnits", p.Completed}, {"progressObservationDateTime", p.ObservedAt}, {"totalUnits", p.Total}, {"units", p.Units},
		}
	}
	counts := make([]object, len(s.EntryCounts))
	for i, e := range s.EntryCounts {
		counts[i] = object{{"key", e.Kind}, {"value", e.Count}}
	}
	return object{
		{"code", s.Code}, {"countSuccessiveCompleteFailures", s.SuccessiveFailures}, {"escrowsPruned", s.EscrowsPruned},
		{"steadyStateFirstAchievedTime", s.SteadyStateFirst}, {"steadyStateLastAchievedTime", s.SteadyStateLast},
		{"troubleshootingUrl", s.TroubleshootingURL},
		{"lastExecution", renderExecution(s.LastExecution)},
		{"lastSuccessfulExecution", renderExecution(s.LastSuccessfulExecution)},
		{"lastSuccessfulExecutionWithExports", renderExecution(s.LastSuccessfulExecutionWithExports)},
		{"progress", progress}, {"quarantine", renderQuarantine(s.Quarantine)}, {"synchronizedEntryCountByType", counts},
	}
}

func renderExecution(e *store.Execution) any {
	if e == nil {
		return nil
	}
	return object{
		{"activityIdentifier", textOrNil(e.ActivityID)},
		{"countEntitled", e.Entitled}, {"countEntitledForProvisioning", e.EntitledForProvisioning},
		{"countEscrowed", e.Escrowed}, {"countEscrowedRaw", e.EscrowedRaw},
		{"countExported", e.Exported}, {"countExports", e.Exports},
		{"countImported", e.Imported}, {"countImportedDeltas", e.ImportedDeltas},
		{"countImportedReferenceDeltas", e.ImportedReferenceDeltas},
		{"state", e.State}, {"timeBegan", e.Began}, {"timeEnded", e.Ended}, {"error", renderSyncError(e.Error)},
	}
}

func renderSyncError(e *store.SyncError) any {
	if e == nil {
		return nil
	}
	return object{{"code", e.Code}, {"message", e.Message}, {"tenantActionable", e.TenantActionable}}
}

func renderQuarantine(q *store.Quarantine) any {
	if q == nil {
		return nil
	}
	return object{
		{"currentBegan", q.CurrentBegan}, {"nextAttempt", q.NextAttempt}, {"reason", q.Reason},
		{"seriesBegan", q.SeriesBegan}, {"seriesCount", q.SeriesCount}, {"error", renderSyncError(q.Error)},
	}
}

func (c *call) listJobs() {
	p, ok := c.principal()
	if !ok {
		return
	}
	jobs, err := c.s.store.Jobs(p.ID)
	if err != nil {
		c.fail(err, p.ID)
		return
	}
	rendered := []object{}
	for i := range jobs {
		if !c.s.replica.hides(KindJob, jobs[i].ID) {
			o, ok := c.pick("synchronizationJob", renderJob(&jobs[i]))
			if !ok {
				return
			}
			rendered = append(rendered, o)
			c.s.engine.Looked(p.ID, jobs[i].ID)
		}
	}
	for _, ghost := range c.s.replica.removed(KindJob, func(ghost any) bool { return isJobOf(ghost, p.ID) }) {
		if j, ok := ghost.(store.Job); ok {
			rendered = append(rendered, renderJob(&j))
		}
	}
	if len(rendered) == 0 && c.s.Variants().NoJobsNotFound {
		c.missing(p.ID, c.s.Variants().NotFound.Job)
		return
	}
	c.ok(object{{"@odata.context", c.context(syncSet(p.ID, "jobs"))}, {"value", rendered}})
}

func isJobOf(ghost any, principalID string) bool {
	j, ok := ghost.(store.Job)
	return ok && j.ServicePrincipalID == principalID
}

func (c *call) postJob() {
	p, ok := c.principal()
	if !ok {
		return
	}
	var body struct {
		TemplateID string `json:"templateId"`
	}
	if !c.decode(&body) {
		return
	}
	j, err := c.s.store.CreateJob(p.ID, body.TemplateID)
	if err != nil {
		c.failSync(err, p.ID)
		return
	}
	c.s.replica.written(KindJob, j.ID, nil)
	writeJSON(c.w, http.StatusCreated, append(object{{"@odata.context", c.context(syncSet(p.ID, "jobs/$entity"))}}, renderJob(&j)...))
}

// job returns the job in the path, or answers that there is none.
func (c *call) job() (store.Job, bool) {
	p, ok := c.principal()
	if !ok {
		return store.Job{}, false
	}
	id := c.r.PathValue("job")
	j, err := c.s.store.Job(p.ID, id)
	if err != nil {
		c.noJob(id, err)
		return j, false
	}
	return j, true
}

func (c *call) getJob() {
	p, ok := c.principal()
	if !ok {
		return
	}
	id := c.r.PathValue("job")
	j, err := c.s.store.Job(p.ID, id)
	ghost, stale := c.s.replica.read(KindJob, id)
	if old, ok := ghost.(store.Job); ok && stale {
		j = old
	} else if err != nil || stale {
		c.noJob(id, err)
		return
	}
	c.s.engine.Looked(p.ID, j.ID)
	if o, ok := c.pick("synchronizationJob", renderJob(&j)); ok {
		c.ok(append(object{{"@odata.context", c.context(syncSet(p.ID, "jobs/$entity"))}}, o...))
	}
}

func (c *call) deleteJob() {
	j, ok := c.job()
	if !ok {
		return
	}
	if err := c.s.store.DeleteJob(j.ServicePrincipalID, j.ID); err != nil {
		c.failSync(err, j.ID)
		return
	}
	c.s.engine.Forget(j.ID)
	c.s.replica.written(KindJob, j.ID, j)
	c.noContent()
}

// pick returns the members that $select asks for; the id is always among them.
func (c *call) pick(kind string, o object) (object, bool) {
	names := c.r.URL.Query().Get("$select")
	if names == "" {
		return o, true
	}
	var picked object
	for name := range strings.SplitSeq(names, ",") {
		name = strings.TrimSpace(name)
		value, ok := o.get(name)
		if !ok {
			c.badRequest("Could not find a property named '%s' on type 'microsoft.graph.%s'.", name, kind)
			return nil, false
		}
		picked = append(picked, member{name, value})
	}
	return picked, true
}

func (c *call) startJob() {
	if j, ok := c.job(); ok {
		c.finishSync(c.s.engine.Start(j.ServicePrincipalID, j.ID), j.ID)
	}
}

func (c *call) pauseJob() {
	if j, ok := c.job(); ok {
		c.finishSync(c.s.engine.Pause(j.ServicePrincipalID, j.ID), j.ID)
	}
}

func (c *call) finishSync(err error, id string) {
	if err != nil {
		c.failSync(err, id)
		return
	}
	c.noContent()
}

// restartScopes are the flags that a restart knows.
var restartScopes = []string{"None", "ConnectorDataStore", "Escrows", "Watermark", "QuarantineState", "Full", "ForceDeletes"}

func (c *call) restartJob() {
	j, ok := c.job()
	if !ok {
		return
	}
	var body struct {
		Criteria *struct {
			ResetScope *string `json:"resetScope"`
		} `json:"criteria"`
	}
	if len(c.body) > 0 && !c.decode(&body) {
		return
	}
	var scopes []string
	if body.Criteria != nil && body.Criteria.ResetScope != nil {
		for scope := range strings.SplitSeq(*body.Criteria.ResetScope, ",") {
			at := slices.IndexFunc(restartScopes, func(known string) bool { return strings.EqualFold(known, strings.TrimSpace(scope)) })
			if at < 0 && strings.TrimSpace(scope) != "" {
				c.syncError(http.StatusBadRequest, "InvalidResetScope", fmt.Sprintf("The reset scope %q does not exist.", scope))
				return
			}
			if at >= 0 {
				scopes = append(scopes, restartScopes[at])
			}
		}
	}
	c.finishSync(c.s.engine.Restart(j.ServicePrincipalID, j.ID, scopes), j.ID)
}

type credentialsBody struct {
	TemplateID          string      `json:"templateId"`
	UseSavedCredentials bool        `json:"useSavedCredentials"`
	Credentials         []secretDTO `json:"credentials"`
}

// validateCredentials tests credentials before there is a job.
func (c *call) validateCredentials() {
	p, ok := c.principal()
	if !ok {
		return
	}
	var body credentialsBody
	if !c.decode(&body) {
		return
	}
	connectors, err := c.s.store.ConnectorsFor(p.ID)
	if err != nil {
		c.fail(err, p.ID)
		return
	}
	at := slices.IndexFunc(connectors, func(t store.Connector) bool { return t.ID == body.TemplateID })
	if at < 0 {
		c.failSync(store.ErrInvalid, p.ID)
		return
	}
	c.testCredentials(p.ID, body.TemplateID, body)
}

func (c *call) validateJobCredentials() {
	j, ok := c.job()
	if !ok {
		return
	}
	var body credentialsBody
	if !c.decode(&body) {
		return
	}
	c.testCredentials(j.ServicePrincipalID, j.ConnectorID, body)
}

func (c *call) testCredentials(principalID, connectorID string, body credentialsBody) {
	given := c.s.store.Credentials(principalID, connectorID)
	if !body.UseSavedCredentials {
		given = map[string]string{}
		for _, e := range body.Credentials {
			if !store.IsSecretKey(e.Key) {
				c.failSync(&store.UnknownKeyError{Key: e.Key}, principalID)
				return
			}
			given[e.Key] = e.Value
		}
	}
	if refused := c.s.engine.CheckCredentials(connectorID, given); refused != nil {
		c.syncError(http.StatusBadRequest, refused.Code, refused.Message)
		return
	}
	c.noContent()
}
