// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"
)

// JobRef names a synchronization job: Graph addresses it below its service principal. Its text form, used as the
// connection's id, is "{service principal id}/{job id}".
type JobRef struct {
	ServicePrincipalID string
	JobID              string
}

func (r JobRef) String() string { return r.ServicePrincipalID + "/" + r.JobID }

// ParseJobRef reads the text form of a JobRef. It also accepts a Graph path
// (/servicePrincipals/{id}/synchronization/jobs/{id}), which other tools use as the import id, and the object id in upper
// case, which it corrects: Graph writes it in lower case, and two spellings would be two values to Terraform.
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

// PauseJob stops a job; the cycle in progress runs to its end.
func (c *Client) PauseJob(ctx context.Context, ref JobRef) error {
	return c.do(ctx, call{method: http.MethodPost, path: ref.path("pause"), needs: writesSynchronization, idempotent: true}, nil)
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
