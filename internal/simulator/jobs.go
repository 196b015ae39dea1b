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

func (c *call) renderJob(j *store.Job) object {
	return object{
		{"id", j.ID}, {"templateId", j.ConnectorID},
		{"schedule", object{{"expiration", nil}, {"interval", duration(j.Interval)}, {"state", j.Schedule}}},
		{"status", renderStatus(&j.Status, c.s.Variants().Spelling)},
		{"synchronizationJobSettings", renderPairs("name", j.Settings)},
	}
}

func renderStatus(s *store.Status, spelling Spelling) object {
	progress := make([]object, len(s.Progress))
	for i, p := range s.Progress {
		progress[i] = object{
			{"completedUnits", p.Completed}, {"progressObservationDateTime", p.ObservedAt}, {"totalUnits", p.Total}, {"units", p.Units},
		}
	}
	counts := make([]object, len(s.EntryCounts))
	for i, e := range s.EntryCounts {
		counts[i] = object{{"key", spelling.ofCount(e.Kind)}, {"value", e.Count}}
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

func (c *call) listJobs(p store.ServicePrincipal) (*reply, error) {
	jobs, err := c.s.store.Jobs(p.ID)
	if err != nil {
		return nil, err
	}
	rendered := []object{}
	for i := range jobs {
		if !c.s.replica.hides(KindJob, jobs[i].ID) {
			o, err := c.pick("synchronizationJob", c.renderJob(&jobs[i]))
			if err != nil {
				return nil, err
			}
			rendered = append(rendered, o)
			c.s.engine.Looked(p.ID, jobs[i].ID)
		}
	}
	for _, j := range removed(c.s.replica, KindJob, func(j store.Job) bool { return j.ServicePrincipalID == p.ID }) {
		rendered = append(rendered, c.renderJob(&j))
	}
	if len(rendered) == 0 && c.s.Variants().NoJobsNotFound {
		return nil, &store.NotFoundError{Kind: store.MissingJob, ID: p.ID}
	}
	return respond(object{{"@odata.context", c.context(syncSet(p.ID, "jobs"))}, {"value", rendered}})
}

func (c *call) postJob(p store.ServicePrincipal) (*reply, error) {
	var body struct {
		TemplateID string `json:"templateId"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	j, err := c.s.store.CreateJob(p.ID, body.TemplateID)
	if err != nil {
		return nil, err
	}
	c.s.replica.written(KindJob, j.ID, nil)
	return created(append(object{{"@odata.context", c.context(syncSet(p.ID, "jobs/$entity"))}}, c.renderJob(&j)...))
}

// ofJob is an operation on the job in the path.
func ofJob(handle func(*call, store.Job) (*reply, error)) operation {
	return ofPrincipal(func(c *call, p store.ServicePrincipal) (*reply, error) {
		j, err := c.s.store.Job(p.ID, c.r.PathValue("job"))
		if err != nil {
			return nil, err
		}
		return handle(c, j)
	})
}

// getLink tells the link of an object or, if it has none, of an account.
func (c *call) getLink(j store.Job) (*reply, error) {
	if c.s.Variants().NoLinks {
		return nil, badRequest("Resource not found for the segment 'objectConnections'.")
	}
	id := c.r.PathValue("object")
	source, target, found := c.s.engine.Link(j.ID, id)
	if !found {
		return nil, notFound(id)
	}
	return respond(object{{"objectId", id}, {"sourceAnchor", source}, {"targetAnchor", target}, {"displayName", nil}, {"objectTypeName", "User"}})
}

func (c *call) getJob(p store.ServicePrincipal) (*reply, error) {
	id := c.r.PathValue("job")
	j, err := c.s.store.Job(p.ID, id)
	ghost, stale := c.s.replica.read(KindJob, id)
	switch old, ok := ghost.(store.Job); {
	case ok && stale:
		j = old
	case err != nil:
		return nil, err
	case stale:
		return nil, &store.NotFoundError{Kind: store.MissingJob, ID: id}
	}
	c.s.engine.Looked(p.ID, j.ID)
	o, err := c.pick("synchronizationJob", c.renderJob(&j))
	if err != nil {
		return nil, err
	}
	return respond(append(object{{"@odata.context", c.context(syncSet(p.ID, "jobs/$entity"))}}, o...))
}

func (c *call) deleteJob(j store.Job) (*reply, error) {
	if err := c.s.store.DeleteJob(j.ServicePrincipalID, j.ID); err != nil {
		return nil, err
	}
	c.s.engine.Forget(j.ID)
	c.s.replica.written(KindJob, j.ID, j)
	return done(nil)
}

// pick returns the members that $select asks for; the id is always among them.
func (c *call) pick(kind string, o object) (object, error) {
	names := c.r.URL.Query().Get("$select")
	if names == "" {
		return o, nil
	}
	var picked object
	for name := range strings.SplitSeq(names, ",") {
		name = strings.TrimSpace(name)
		value, ok := o.get(name)
		if !ok {
			return nil, noProperty(name, kind)
		}
		picked = append(picked, member{name, value})
	}
	return picked, nil
}

func (c *call) startJob(j store.Job) (*reply, error) {
	return done(c.s.engine.Start(j.ServicePrincipalID, j.ID))
}

func (c *call) pauseJob(j store.Job) (*reply, error) {
	return done(c.s.engine.Pause(j.ServicePrincipalID, j.ID))
}

// restartScopes are the flags that a restart knows.
var restartScopes = []string{"None", "ConnectorDataStore", "Escrows", "Watermark", "QuarantineState", "Full", "ForceDeletes"}

func (c *call) restartJob(j store.Job) (*reply, error) {
	var body struct {
		Criteria *struct {
			ResetScope *string `json:"resetScope"`
		} `json:"criteria"`
	}
	if len(c.body) > 0 {
		if err := c.decode(&body); err != nil {
			return nil, err
		}
	}
	var scopes []string
	if body.Criteria != nil && body.Criteria.ResetScope != nil {
		for scope := range strings.SplitSeq(*body.Criteria.ResetScope, ",") {
			at := slices.IndexFunc(restartScopes, func(known string) bool { return strings.EqualFold(known, strings.TrimSpace(scope)) })
			if at < 0 && strings.TrimSpace(scope) != "" {
				return nil, refuseSync(http.StatusBadRequest, "InvalidResetScope", fmt.Sprintf("The reset scope %q does not exist.", scope))
			}
			if at >= 0 {
				scopes = append(scopes, restartScopes[at])
			}
		}
	}
	return done(c.s.engine.Restart(j.ServicePrincipalID, j.ID, scopes))
}

type credentialsBody struct {
	TemplateID          string      `json:"templateId"`
	UseSavedCredentials bool        `json:"useSavedCredentials"`
	Credentials         []secretDTO `json:"credentials"`
}

// validateCredentials tests credentials before there is a job.
func (c *call) validateCredentials(p store.ServicePrincipal) (*reply, error) {
	var body credentialsBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	connectors, err := c.s.store.ConnectorsFor(p.ID)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(connectors, func(t store.Connector) bool { return t.ID == body.TemplateID })
	if at < 0 {
		return nil, store.ErrInvalid
	}
	return c.testCredentials(&store.Job{ServicePrincipalID: p.ID, ConnectorID: body.TemplateID, Generation: connectors[at].Generation}, body)
}

func (c *call) validateJobCredentials(j store.Job) (*reply, error) {
	var body credentialsBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	return c.testCredentials(&j, body)
}

func (c *call) testCredentials(j *store.Job, body credentialsBody) (*reply, error) {
	given := c.s.store.Credentials(j.ServicePrincipalID)
	if !body.UseSavedCredentials {
		given = map[string]string{}
		for _, e := range body.Credentials {
			if !store.IsSecretKey(e.Key) {
				return nil, &store.UnknownKeyError{Key: e.Key}
			}
			given[e.Key] = e.Value
		}
	}
	refused := c.s.engine.SignIn(j, given)
	switch c.s.Variants().ConnectionTest {
	case TestUnavailable:
		refused = store.Unavailable()
	case TestRefuses:
		refused = &store.RequestError{Code: "InventedCredentialsValidation", Message: "The connector does not take the test."}
	}
	if refused != nil {
		return nil, refused
	}
	return done(nil)
}

type secretDTO struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// governmentLimit is how many bytes of credentials and addresses a government cloud stores.
const governmentLimit = 1024

func (c *call) getSecrets(p store.ServicePrincipal) (*reply, error) {
	entries, err := c.s.store.Secrets(p.ID)
	if err != nil {
		return nil, err
	}
	if ghost, stale := c.s.replica.read(KindSecrets, p.ID); stale {
		entries, _ = ghost.([]store.KeyValue)
	}
	if len(entries) == 0 && c.s.Variants().ErrorsWhenUnconfigured {
		return nil, refuseSync(http.StatusNotFound, "SecretsNotFound", "No secrets are stored for this application.")
	}
	for i := range entries {
		if store.IsMasked(entries[i].Key) {
			entries[i].Value = "*"
		}
	}
	return respond(object{{"@odata.context", c.context(syncSet(p.ID, "secrets"))}, {"value", renderPairs("key", entries)}})
}

func (c *call) putSecrets(p store.ServicePrincipal) (*reply, error) {
	var body struct {
		Value *[]secretDTO `json:"value"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.Value == nil {
		return nil, refuseSync(http.StatusBadRequest, "InvalidRequestBody", "The secrets must come in a list named value.")
	}
	entries := make([]store.KeyValue, len(*body.Value))
	for i, e := range *body.Value {
		entries[i] = store.KeyValue(e)
	}
	before, err := c.s.store.Secrets(p.ID)
	if err != nil {
		return nil, err
	}
	variants := c.s.Variants()
	opts := store.SecretOptions{Replace: variants.SecretsReplace, MaskedUnchanged: variants.MaskedUnchanged}
	if variants.USGovernment {
		opts.Limit = governmentLimit
	}
	if err := c.s.store.PutSecrets(p.ID, entries, opts); err != nil {
		return nil, err
	}
	c.s.replica.written(KindSecrets, p.ID, before)
	return done(nil)
}

// acquireAccessToken swaps an authorization code for the tokens of an OAuth connector.
func (c *call) acquireAccessToken(p store.ServicePrincipal) (*reply, error) {
	var body struct {
		Credentials []secretDTO `json:"credentials"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	code := ""
	for _, e := range body.Credentials {
		if !store.IsSecretKey(e.Key) {
			return nil, &store.UnknownKeyError{Key: e.Key}
		}
		if e.Key == "Oauth2AuthorizationCode" {
			code = e.Value
		}
	}
	if code == "" {
		return nil, refuseSync(http.StatusBadRequest, "MissingCredentials", "An authorization code is needed.")
	}
	return done(c.s.store.PutSecrets(p.ID, []store.KeyValue{
		{Key: "Oauth2AccessToken", Value: "access-for-" + code},
		{Key: "Oauth2RefreshToken", Value: "refresh-for-" + code},
		{Key: "Oauth2AccessTokenCreationTime", Value: timestamp(c.s.clock.Now())},
	}, store.SecretOptions{}))
}
