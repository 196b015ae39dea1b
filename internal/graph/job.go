// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Job is a synchronization job. What the provider wants to know of one is answered here and by FindJob, and nowhere else.
type Job struct {
	ID         string     `json:"id"`
	TemplateID string     `json:"templateId"`
	Schedule   Schedule   `json:"schedule"`
	Status     *JobStatus `json:"status"`
}

// staleProgress is how old unfinished progress has to be to count as what an aborted cycle left behind.
const staleProgress = time.Hour

// Running reports whether a cycle is in progress: an execution that began and has not ended, or progress that is short of
// its goal, was observed after the last execution ended, and is not old. The service may show either without the other.
func (j Job) Running(now time.Time) bool {
	if j.Status == nil {
		return false
	}
	last := j.Status.LastExecution
	if last != nil && last.TimeBegan != nil && last.TimeEnded == nil {
		return true
	}
	for _, p := range j.Status.Progress {
		if p.ObservedAt != nil && p.CompletedUnits < p.TotalUnits && now.Sub(*p.ObservedAt) < staleProgress &&
			(last == nil || last.TimeEnded == nil || p.ObservedAt.After(*last.TimeEnded)) {
			return true
		}
	}
	return false
}

// HasRun reports whether the job ever began a cycle, as far as the service tells.
func (j Job) HasRun() bool {
	status := j.Status
	return status != nil && (status.LastExecution != nil || status.LastSuccessfulExecution != nil ||
		status.SteadyStateFirstAchievedTime != nil || status.Quarantine != nil || len(status.Progress) > 0)
}

// HasCompletedCycle reports whether any cycle of the job ever worked through its users, so accounts may be linked to them.
// One that failed as a whole, as for want of a sign-in, has linked nobody.
func (j Job) HasCompletedCycle() bool {
	status := j.Status
	if status == nil {
		return false
	}
	last := status.LastExecution
	return status.LastSuccessfulExecution != nil || status.SteadyStateFirstAchievedTime != nil ||
		last != nil && last.TimeEnded != nil && (!strings.EqualFold(last.State, "Failed") || last.CountExported > 0)
}

// MayHaveLinked reports whether accounts may be linked to users: a cycle was completed, or the first one, which links them as it goes, is
// running at the given time.
func (j Job) MayHaveLinked(now time.Time) bool { return j.HasCompletedCycle() || j.Running(now) }

// IsOf reports whether the job was created from a template. Ids of templates are names, which the service need not spell alike.
func (j Job) IsOf(templateID string) bool { return strings.EqualFold(j.TemplateID, templateID) }

// credentialWords are what the codes of credentials have in common; the codes themselves follow the connector.
var credentialWords = []string{"credential", "insufficient", "unauthorized", "authorization", "authentication", "accesstoken"}

// QuarantinedForCredentials reports whether a job that is on is in quarantine because of its credentials. Only then may new
// ones release it, or if the quarantine began after a start that was the caller's own: one for too many deletions, for
// failures, or by hand protects people.
func (j Job) QuarantinedForCredentials() bool {
	if !j.Schedule.Active() || j.Status == nil || j.Status.Quarantine == nil || !strings.EqualFold(j.Status.Quarantine.Reason, "EncounteredQuarantineException") {
		return false
	}
	problem := j.Status.Quarantine.Error
	return problem == nil || problem.Code == "" || slices.ContainsFunc(credentialWords, func(word string) bool {
		return strings.Contains(strings.ToLower(problem.Code), word)
	})
}

// HoldsDeletions reports whether the job is in quarantine because a cycle would have disabled or deleted too many accounts.
func (j Job) HoldsDeletions() bool {
	return j.Status != nil && j.Status.Quarantine != nil && strings.EqualFold(j.Status.Quarantine.Reason, "TooManyDeletes")
}

// QuarantinedSince reports whether a job that is on came into quarantine after a moment, and not to hold back deletions or by
// hand.
func (j Job) QuarantinedSince(start time.Time) bool {
	if !j.Schedule.Active() || j.Status == nil || j.Status.Quarantine == nil || start.IsZero() {
		return false
	}
	q := j.Status.Quarantine
	return q.SeriesBegan != nil && q.SeriesBegan.After(start) && !j.HoldsDeletions() && !strings.Contains(strings.ToLower(q.Reason), "ondemand")
}

// Activity describes in a few words how far the cycle in progress is.
func (j Job) Activity() string {
	if j.Status == nil || len(j.Status.Progress) == 0 {
		return "a cycle in progress"
	}
	p := j.Status.Progress[len(j.Status.Progress)-1]
	return fmt.Sprintf("%d of %d %s", p.CompletedUnits, p.TotalUnits, p.Units)
}

// Presence says whether a job is there and, if it is not, why.
type Presence int

const (
	// JobPresent is for a job that can be read.
	JobPresent Presence = iota
	// JobNotReplicated is for a job that the service lists although a read does not find it yet.
	JobNotReplicated
	// JobDeleted is for a job that is gone while its service principal still offers a connector.
	JobDeleted
	// ServicePrincipalGone is for a job that went with its application.
	ServicePrincipalGone
	// ConnectorRetired is for a job that went because the service principal no longer offers a connector.
	ConnectorRetired
)

// Gone reports whether the job was deleted, alone or with its application, as opposed to retired or merely not shown.
func (p Presence) Gone() bool { return p == JobDeleted || p == ServicePrincipalGone }

// FindJob reads a job and, if it is not to be read, finds out why. The kind of a 404 is never believed, since the codes are
// not documented: a listing has to agree that the job is missing, and the directory is asked for the service principal
// itself. The job is valid for JobPresent and JobNotReplicated.
func (c *Client) FindJob(ctx context.Context, ref JobRef) (Job, Presence, error) {
	job, err := c.GetJob(ctx, ref)
	if err == nil {
		return job, JobPresent, nil
	}
	if !IsNotFound(err) {
		return Job{}, 0, err
	}
	jobs, err := c.ListJobs(ctx, ref.ServicePrincipalID) // 404 also where there are none
	if err != nil && !IsNotFound(err) {
		return Job{}, 0, err
	}
	for _, job := range jobs {
		if job.ID == ref.JobID {
			return job, JobNotReplicated, nil
		}
	}
	presence, err := c.withoutJob(ctx, ref.ServicePrincipalID)
	return Job{}, presence, err
}

// NoJobError says that a job is not there, and why.
type NoJobError struct {
	Ref      JobRef
	Presence Presence // JobDeleted, ServicePrincipalGone or ConnectorRetired
}

func (e *NoJobError) Error() string {
	switch e.Presence {
	case ServicePrincipalGone:
		return fmt.Sprintf("the tenant has no service principal with the object id %q", e.Ref.ServicePrincipalID)
	case ConnectorRetired:
		return fmt.Sprintf("the service principal %s no longer offers a provisioning connector, and the job %q is gone too", e.Ref.ServicePrincipalID, e.Ref.JobID)
	case JobPresent, JobNotReplicated, JobDeleted:
	}
	return fmt.Sprintf("the service principal %s has no provisioning job %q", e.Ref.ServicePrincipalID, e.Ref.JobID)
}

// RequireJob is FindJob for a job that has to be there: otherwise the error is a *NoJobError.
func (c *Client) RequireJob(ctx context.Context, ref JobRef) (Job, error) {
	job, presence, err := c.FindJob(ctx, ref)
	if err == nil && presence != JobPresent && presence != JobNotReplicated {
		err = &NoJobError{ref, presence}
	}
	return job, err
}

// withoutJob says why a service principal does not have a job that it had.
func (c *Client) withoutJob(ctx context.Context, servicePrincipalID string) (Presence, error) {
	templates, err := c.syncTemplates(ctx, servicePrincipalID)
	if err == nil && len(templates) > 0 {
		return JobDeleted, nil
	}
	if err != nil && !IsNotFound(err) {
		return 0, err
	}
	_, err = c.GetServicePrincipal(ctx, servicePrincipalID)
	switch {
	case err == nil:
		return ConnectorRetired, nil
	case IsNotFound(err):
		return ServicePrincipalGone, nil
	}
	return 0, err
}

// WaitForJob returns once a job that was just made can be read.
func (c *Client) WaitForJob(ctx context.Context, ref JobRef) error {
	return c.Poll(ctx, "the new job to be readable", func(ctx context.Context) (bool, string, error) {
		_, err := c.GetJob(ctx, ref)
		if IsNotFound(err) {
			return false, "not found", nil
		}
		return err == nil, "", err
	})
}

// WaitUntilJobGone returns once a deleted job can no longer be read.
func (c *Client) WaitUntilJobGone(ctx context.Context, ref JobRef) error {
	return c.Poll(ctx, "the job to be gone", func(ctx context.Context) (bool, string, error) {
		_, err := c.GetJob(ctx, ref)
		if IsNotFound(err) {
			return true, "", nil
		}
		return false, "still readable", err
	})
}

// WaitForSchedule returns the job once its schedule is on or off, as asked for.
func (c *Client) WaitForSchedule(ctx context.Context, ref JobRef, active bool) (job Job, err error) {
	err = c.Poll(ctx, "the schedule to follow", func(ctx context.Context) (bool, string, error) {
		var err error
		job, err = c.GetJob(ctx, ref)
		if IsNotFound(err) { // a replica that has not heard of the job yet; it was there before
			return false, "not found", nil
		}
		return job.Schedule.Active() == active, "state " + job.Schedule.State, err
	})
	return job, err
}

// PauseAndWait pauses a job unless it is off, and returns once no cycle is in progress: a pause lets the running one end.
// A job that is gone is at rest.
func (c *Client) PauseAndWait(ctx context.Context, ref JobRef, job Job) (paused bool, err error) {
	if job.Schedule.Active() {
		if err := c.PauseJob(ctx, ref); err != nil && !IsNotFound(err) {
			return false, err
		}
	} else if !job.Running(c.clock.Now()) {
		return true, nil
	}
	return true, c.Poll(ctx, "the running cycle to end", func(ctx context.Context) (bool, string, error) {
		job, err := c.GetJob(ctx, ref)
		if IsNotFound(err) {
			return true, "", nil
		}
		return err == nil && !job.Schedule.Active() && !job.Running(c.clock.Now()), job.Activity(), err
	})
}

// JobRef names a synchronization job: Graph addresses it below its service principal. Its text form, used as the
// connection's id, is "{service principal id}/{job id}".
type JobRef struct {
	ServicePrincipalID string
	JobID              string
}

func (r JobRef) String() string { return r.ServicePrincipalID + "/" + r.JobID }

// ParseJobRef reads the text form of a JobRef. It also accepts a Graph path
// (/servicePrincipals/{id}/synchronization/jobs/{id}), which other tools use as the import id, and the object id in upper
// case, which it corrects: Graph writes it in lowercase, and two spellings would be two values to Terraform.
func ParseJobRef(s string) (JobRef, error) {
	parts := strings.Split(strings.TrimPrefix(s, "/"), "/")
	if len(parts) == 5 && strings.EqualFold(parts[0], "servicePrincipals") && parts[2] == "synchronization" && parts[3] == "jobs" {
		parts = []string{parts[1], parts[4]}
	}
	if len(parts) != 2 || len(parts[0]) != 36 || uuid.Validate(parts[0]) != nil || strings.TrimSpace(parts[1]) != parts[1] || parts[1] == "" {
		return JobRef{}, fmt.Errorf("%q is not {service principal object id}/{job id}", s)
	}
	return JobRef{ServicePrincipalID: strings.ToLower(parts[0]), JobID: parts[1]}, nil
}

func (r JobRef) path(segments ...string) string {
	return syncPath(r.ServicePrincipalID, append([]string{"jobs", r.JobID}, segments...)...)
}

func syncPath(servicePrincipalID string, segments ...string) string {
	return pathOf(append([]string{"servicePrincipals", servicePrincipalID, "synchronization"}, segments...)...)
}

// ListJobs returns the jobs of a service principal.
func (c *Client) ListJobs(ctx context.Context, servicePrincipalID string) ([]Job, error) {
	return list[Job](ctx, c, call{method: http.MethodGet, path: syncPath(servicePrincipalID, "jobs"), needs: readsSynchronization, mayBeNone: true})
}

// GetJob returns one job.
func (c *Client) GetJob(ctx context.Context, ref JobRef) (Job, error) {
	var job Job
	err := c.do(ctx, call{method: http.MethodGet, path: ref.path(), needs: readsSynchronization, names: ref.JobID}, &job)
	return job, err
}

// CreateJob makes a stopped job. An error that IsAmbiguous must be settled by ListJobs.
func (c *Client) CreateJob(ctx context.Context, servicePrincipalID, templateID string) (Job, error) {
	in := call{
		method: http.MethodPost, path: syncPath(servicePrincipalID, "jobs"), needs: writesSynchronization,
		body: map[string]string{"templateId": templateID},
	}
	var job Job
	if err := c.do(ctx, in, &job); err != nil {
		return Job{}, err
	}
	if job.ID == "" {
		return Job{}, in.withoutID()
	}
	c.made.note(JobRef{servicePrincipalID, job.ID}.path(), c.clock.Now())
	return job, nil
}

// StartJob starts a stopped or quarantined job. Never call it for a running one.
func (c *Client) StartJob(ctx context.Context, ref JobRef) error {
	return c.do(ctx, call{method: http.MethodPost, path: ref.path("start"), needs: writesSynchronization}, nil)
}

// PauseJob stops a job; the cycle in progress runs to its end. When the answer is lost, a look tells.
func (c *Client) PauseJob(ctx context.Context, ref JobRef) error {
	err := c.do(ctx, call{method: http.MethodPost, path: ref.path("pause"), needs: writesSynchronization, idempotent: true}, nil)
	if !IsAmbiguous(err) {
		return err
	}
	off, _ := Settle(ctx, c, "the job to show as off", func(ctx context.Context) (bool, error) {
		job, err := c.GetJob(ctx, ref)
		return err == nil && !job.Schedule.Active(), err
	})
	if off {
		return nil
	}
	return err
}

// RestartJob restarts a job; resetScope is a comma-separated set of flags, "" the service's default.
func (c *Client) RestartJob(ctx context.Context, ref JobRef, resetScope string) error {
	criteria := map[string]string{}
	if resetScope != "" {
		criteria["resetScope"] = resetScope
	}
	return c.do(ctx, call{
		method: http.MethodPost, path: ref.path("restart"), needs: writesSynchronization, body: map[string]any{"criteria": criteria},
	}, nil)
}

// DeleteJob deletes a job with its schema and links. Gone already is success.
func (c *Client) DeleteJob(ctx context.Context, ref JobRef) error {
	return c.delete(ctx, ref.path(), writesSynchronization)
}
