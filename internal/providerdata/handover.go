// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package providerdata

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
)

// PlannedAge is how long what planning read is handed over to the action that follows: an apply plans every resource
// once more, in the same process, right before it acts.
const PlannedAge = 30 * time.Second

// planAge is longer than any plan takes.
const planAge = 12 * time.Hour

// templatesAge is how long the connectors of a service principal are taken as known; the service changes them in years.
const templatesAge = time.Minute

type templatesKey string

// SyncTemplates lists the connectors that a service principal offers. An answer that names any is good for a minute; an
// empty one is requested again, since a new application offers nothing at first.
func (d *Data) SyncTemplates(ctx context.Context, servicePrincipalID string) ([]graph.SyncTemplate, error) {
	return d.syncTemplates(ctx, servicePrincipalID, d.Graph.ListSyncTemplates)
}

// AwaitSyncTemplates is SyncTemplates for an application that may have been made moments ago.
func (d *Data) AwaitSyncTemplates(ctx context.Context, servicePrincipalID string) ([]graph.SyncTemplate, error) {
	return d.syncTemplates(ctx, servicePrincipalID, d.Graph.AwaitSyncTemplates)
}

func (d *Data) syncTemplates(ctx context.Context, servicePrincipalID string, ask func(context.Context, string) ([]graph.SyncTemplate, error)) ([]graph.SyncTemplate, error) {
	if templates, ok := d.templates().Look(servicePrincipalID); ok {
		return templates, nil
	}
	templates, err := ask(ctx, servicePrincipalID)
	if err == nil && len(templates) > 0 {
		d.templates().Give(servicePrincipalID, templates)
	}
	return templates, err
}

func (d *Data) templates() *memo.Handover[string, []graph.SyncTemplate] {
	return Shared(d, templatesKey(""), func() *memo.Handover[string, []graph.SyncTemplate] {
		return &memo.Handover[string, []graph.SyncTemplate]{MaxAge: templatesAge, Clock: d.Graph.Clock()}
	})
}

type schemasKey struct{}

// Schema is the schema of a job, as it was read back moments ago after a write of this run, or as it is now.
func (d *Data) Schema(ctx context.Context, ref graph.JobRef) (*graph.Schema, error) {
	if schema, ok := d.schemas().Look(ref); ok {
		return schema, nil
	}
	return d.Graph.GetSchema(ctx, ref)
}

// NoteSchema remembers what a schema is after a write; nil, as before one, forgets it. Nobody may edit what was noted.
func (d *Data) NoteSchema(ref graph.JobRef, schema *graph.Schema) {
	if schema == nil {
		d.schemas().Take(ref)
		return
	}
	d.schemas().Give(ref, schema)
}

func (d *Data) schemas() *memo.Handover[graph.JobRef, *graph.Schema] {
	return Shared(d, schemasKey{}, func() *memo.Handover[graph.JobRef, *graph.Schema] {
		return &memo.Handover[graph.JobRef, *graph.Schema]{MaxAge: PlannedAge, Clock: d.Graph.Clock()}
	})
}

type jobsKey struct{}

// jobAge is how long what was just read of a job stands for it: the status of one that was started is looked at right after.
const jobAge = 5 * time.Second

// Job is a job that has to be there, as read a moment ago in this run by whoever has changed it.
func (d *Data) Job(ctx context.Context, ref graph.JobRef) (graph.Job, error) {
	if job, ok := d.jobs().Take(ref); ok {
		return job, nil
	}
	return d.Graph.RequireJob(ctx, ref)
}

// NoteJob remembers a job that was read after a change.
func (d *Data) NoteJob(ref graph.JobRef, job graph.Job) { d.jobs().Give(ref, job) }

func (d *Data) jobs() *memo.Handover[graph.JobRef, graph.Job] {
	return Shared(d, jobsKey{}, func() *memo.Handover[graph.JobRef, graph.Job] {
		return &memo.Handover[graph.JobRef, graph.Job]{MaxAge: jobAge, Clock: d.Graph.Clock()}
	})
}

type secretsKey struct{}

// Secrets are the secrets and settings that a service principal's provisioning stores, as read moments ago in this run.
// Whoever reads or writes them otherwise says so by NoteSecrets.
func (d *Data) Secrets(ctx context.Context, servicePrincipalID string) ([]graph.KeyValue, error) {
	if secrets, ok := d.secrets().Look(servicePrincipalID); ok {
		return secrets, nil
	}
	secrets, err := d.Graph.GetSecrets(ctx, servicePrincipalID)
	if err == nil {
		d.NoteSecrets(servicePrincipalID, secrets)
	}
	return secrets, err
}

// NoteSecrets remembers secrets that were read; nil, as after a write, forgets them.
func (d *Data) NoteSecrets(servicePrincipalID string, secrets []graph.KeyValue) {
	if secrets == nil {
		d.secrets().Take(servicePrincipalID)
		return
	}
	d.secrets().Give(servicePrincipalID, secrets)
}

func (d *Data) secrets() *memo.Handover[string, []graph.KeyValue] {
	return Shared(d, secretsKey{}, func() *memo.Handover[string, []graph.KeyValue] {
		return &memo.Handover[string, []graph.KeyValue]{MaxAge: PlannedAge, Clock: d.Graph.Clock()}
	})
}

// Step is what this run is about to do with a job, and what matters to others.
type Step string

// Steps.
const (
	Narrows Step = "narrows" // a job gets, or has got, a narrower scope, which takes effect only with a restart
	Starts  Step = "starts"
)

type stepsKey Step

// Steps are the jobs, by text, with which this run is about to take a step.
func (d *Data) Steps(step Step) *memo.Handover[string, bool] {
	return Shared(d, stepsKey(step), func() *memo.Handover[string, bool] {
		return &memo.Handover[string, bool]{MaxAge: planAge, Clock: d.Graph.Clock()}
	})
}

// Takes reports whether this run is about to take a step with a job.
func (d *Data) Takes(step Step, ref graph.JobRef) bool {
	_, taken := d.Steps(step).Look(ref.String())
	return taken
}

// Unordered is the error for a start that does not wait for a narrower scope.
func Unordered() diag.Diagnostic {
	return diag.NewErrorDiagnostic("Provisioning would start with the wider scope",
		"`gotomeeting_provisioning_state` switches provisioning on and does not wait until the connection has its narrower scope. Refer to the connection with "+
			"`connection_id = gotomeeting_provisioning_connection.<name>.id`, or narrow the scope in an apply of its own.")
}

type credentialsKey struct{}

// NotePlannedCredentials remembers that this run is about to store credentials for a service principal's provisioning, until false.
func (d *Data) NotePlannedCredentials(servicePrincipalID string, planned bool) {
	if !planned {
		d.plannedCredentials().Take(servicePrincipalID)
		return
	}
	d.plannedCredentials().Give(servicePrincipalID, true)
}

// PlansCredentials reports whether this run is about to store credentials, so their absence is not a reason against anything.
func (d *Data) PlansCredentials(servicePrincipalID string) bool {
	_, planned := d.plannedCredentials().Look(servicePrincipalID)
	return planned
}

func (d *Data) plannedCredentials() *memo.Handover[string, bool] {
	return Shared(d, credentialsKey{}, func() *memo.Handover[string, bool] {
		return &memo.Handover[string, bool]{MaxAge: planAge, Clock: d.Graph.Clock()}
	})
}

type targetsKey struct{}

type targets struct {
	mu   sync.Mutex
	list []graph.Target
}

// NoteNewTarget remembers the target of a connection that this plan creates, nil where the configuration does not tell it yet.
func (d *Data) NoteNewTarget(target graph.Target) {
	t := Shared(d, targetsKey{}, func() *targets { return &targets{} })
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = append(t.list, target)
}

// NewTargets are the targets of the connections that this plan creates, as far as they are planned.
func (d *Data) NewTargets() []graph.Target {
	t := Shared(d, targetsKey{}, func() *targets { return &targets{} })
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.list)
}
