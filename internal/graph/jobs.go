// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"errors"
	"strings"
	"time"
)

// JobRef names a synchronization job: Graph addresses it below its service principal. Its text form, used as the
// connection's id, is "{service principal id}/{job id}".
type JobRef struct {
	ServicePrincipalID string
	JobID              string
}

func (r JobRef) String() string { return r.ServicePrincipalID + "/" + r.JobID }

// ParseJobRef reads the text form of a JobRef. It also accepts a Graph path
// (/servicePrincipals/{id}/synchronization/jobs/{id}), which other tools use as the import id.
func ParseJobRef(s string) (JobRef, error) {
	sp, job, ok := strings.Cut(s, "/")
	if !ok {
		return JobRef{}, errors.New("not a job reference")
	}
	return JobRef{sp, job}, nil
}

// SyncTemplate is a provisioning connector that a service principal offers.
type SyncTemplate struct {
	ID            string
	ApplicationID string
	Default       bool
	FactoryTag    string
	// ConfigurationFields are the secret keys that the connector asks for, spelt as the service accepts them on write
	// where the name is a known key. Nil when the template does not tell.
	ConfigurationFields []ConfigurationField
	OAuthEnabled        bool
	Metadata            map[string]string // keys in lower case; the first of duplicates
}

// ConfigurationField is one secret or setting that a connector asks for.
type ConfigurationField struct {
	Name         string // exact spelling of the synchronizationSecret key; as sent when it is not a known one
	Known        bool   // whether Name is a member of synchronizationSecret
	Secret       bool
	Optional     bool
	Hidden       bool
	ReadOnly     bool
	DefaultValue string
}

// Job is a synchronization job.
type Job struct {
	ID         string     `json:"id"`
	TemplateID string     `json:"templateId"`
	Schedule   Schedule   `json:"schedule"`
	Status     *JobStatus `json:"status"`
	Settings   []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"synchronizationJobSettings"`
}

// Schedule is when a job runs.
type Schedule struct {
	State      string // Active, Disabled or Paused
	Interval   string // ISO 8601 duration as sent
	Expiration *time.Time
}

// Active reports whether the job runs on its schedule.
func (s Schedule) Active() bool { return strings.EqualFold(s.State, "Active") }

// JobStatus is what the service reports of a job's cycles. "Never" (0001-01-01T00:00:00Z or an empty text) is nil.
type JobStatus struct {
	Code                               string
	CountSuccessiveCompleteFailures    int64
	EscrowsPruned                      bool
	LastExecution                      *TaskExecution // nil also for the placeholder sent before the first cycle
	LastSuccessfulExecution            *TaskExecution
	LastSuccessfulExecutionWithExports *TaskExecution
	Progress                           []Progress
	Quarantine                         *Quarantine // nil when not in quarantine, also for the documented all-empty object
	SteadyStateFirstAchievedTime       *time.Time
	SteadyStateLastAchievedTime        *time.Time
	SynchronizedEntryCountByType       map[string]int64
	TroubleshootingURL                 string
}

// TaskExecution is one cycle.
type TaskExecution struct {
	ActivityIdentifier           string
	State                        string // Succeeded, Failed or EntryLevelErrors
	TimeBegan                    *time.Time
	TimeEnded                    *time.Time
	Error                        *SyncError // nil for none, also for code None
	CountEntitled                int64
	CountEntitledForProvisioning int64
	CountEscrowed                int64
	CountEscrowedRaw             int64
	CountExported                int64
	CountExports                 int64
	CountImported                int64
	CountImportedDeltas          int64
	CountImportedReferenceDeltas int64
}

// SyncError is an error of the synchronization engine.
type SyncError struct {
	Code             string
	Message          string
	TenantActionable bool
}

// Progress is how far the running cycle is.
type Progress struct {
	CompletedUnits int64
	TotalUnits     int64
	Units          string
	ObservedAt     *time.Time
}

// Quarantine says why the engine throttles a job.
type Quarantine struct {
	Reason       string
	CurrentBegan *time.Time
	NextAttempt  *time.Time
	SeriesBegan  *time.Time
	SeriesCount  int64
	Error        *SyncError
}

// KeyValue is one secret or setting on the wire.
type KeyValue struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// MaskedValue is what a read returns in place of a secret.
const MaskedValue = "*"

// ListSyncTemplates returns the connectors that a service principal offers, without their schemas; empty when it has none.
func (c *Client) ListSyncTemplates(ctx context.Context, servicePrincipalID string) ([]SyncTemplate, error) {
	return nil, errNotBuilt
}

// ListJobs returns the jobs of a service principal.
func (c *Client) ListJobs(ctx context.Context, servicePrincipalID string) ([]Job, error) {
	return nil, errNotBuilt
}

// GetJob returns one job.
func (c *Client) GetJob(ctx context.Context, ref JobRef) (Job, error) { return Job{}, errNotBuilt }

// CreateJob makes a stopped job. An error that IsAmbiguous must be settled by ListJobs.
func (c *Client) CreateJob(ctx context.Context, servicePrincipalID, templateID string) (Job, error) {
	return Job{}, errNotBuilt
}

// StartJob starts a stopped or quarantined job. Never call it for a running one.
func (c *Client) StartJob(ctx context.Context, ref JobRef) error { return errNotBuilt }

// PauseJob stops a job; the cycle in progress runs to its end.
func (c *Client) PauseJob(ctx context.Context, ref JobRef) error { return errNotBuilt }

// RestartJob restarts a job; resetScope is a comma-separated set of flags, "" the service's default.
func (c *Client) RestartJob(ctx context.Context, ref JobRef, resetScope string) error {
	return errNotBuilt
}

// DeleteJob deletes a job with its schema and links. Gone already is success.
func (c *Client) DeleteJob(ctx context.Context, ref JobRef) error { return errNotBuilt }

// ValidateCredentials has the service sign in at the target with credentials, before a job exists.
func (c *Client) ValidateCredentials(ctx context.Context, servicePrincipalID, templateID string, credentials []KeyValue) error {
	return errNotBuilt
}

// ValidateJobCredentials has the service sign in at the target for a job: with credentials, or with the stored ones when
// credentials is nil.
func (c *Client) ValidateJobCredentials(ctx context.Context, ref JobRef, credentials []KeyValue) error {
	return errNotBuilt
}

// GetSecrets returns the stored secrets and settings; secret values read MaskedValue. Empty when never set up.
func (c *Client) GetSecrets(ctx context.Context, servicePrincipalID string) ([]KeyValue, error) {
	return nil, errNotBuilt
}

// PutSecrets writes secrets and settings. Whether omitted keys survive depends on the service.
func (c *Client) PutSecrets(ctx context.Context, servicePrincipalID string, secrets []KeyValue) error {
	return errNotBuilt
}
