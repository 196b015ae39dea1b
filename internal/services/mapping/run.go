// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// An apply plans every resource again, in the same process, immediately before it acts. The data from that plan is
// passed to the action instead of being requested again.
const handoverAge = 30 * time.Second

// run is what the mappings of one run of the provider share.
type run struct {
	data     *providerdata.Data
	graph    *graph.Client
	forecast *forecast.Forecast
	note     func(graph.JobRef, *graph.Schema) // tells the other services
	// replaced are the versions of schemas that were written over: a replica that still shows one of them lags.
	replaced  memo.Set[version]
	made      memo.Set[string]             // ids of mappings that this run has created
	creating  memo.Set[string]             // ids of mappings that this plan creates
	ending    memo.Set[string]             // ids of mappings that this plan destroys
	own       memo.Set[string]             // ids of mappings that are in the state
	remains   memo.Handover[string, model] // states of mappings that this run has left to the successor in a replacement, by id
	templates memo.Handover[graph.JobRef, *graph.Schema]
	jobs      memo.Handover[graph.JobRef, graph.Job]
	trees     memo.Handover[treesKey, treeSet]
}

type version struct {
	ref  graph.JobRef
	text string
}

// treesKey is the key of the trees that the service's parser made for an object mapping.
type treesKey struct {
	ref  graph.JobRef
	name string
}

type runKey struct{}

// runOf returns what the mappings share; nil while the provider is not configured.
func runOf(data *providerdata.Data) *run {
	if data == nil {
		return nil
	}
	foreseen := forecast.Of(data) // before Shared, which is not to be called from within
	return providerdata.Shared(data, runKey{}, func() *run {
		r, clock := &run{data: data, graph: data.Graph, forecast: foreseen, note: data.NoteSchema}, data.Graph.Clock()
		r.templates.MaxAge, r.templates.Clock = handoverAge, clock
		r.jobs.MaxAge, r.jobs.Clock = handoverAge, clock
		r.remains.MaxAge, r.remains.Clock = aftermath.RemainsAge, clock
		r.trees.MaxAge, r.trees.Clock = handoverAge, clock
		return r
	})
}

// template reads the default schema of the connector that a job runs; nil when the service does not offer it anymore.
// wait retries for a job that was just created.
func (r *run) template(ctx context.Context, ref graph.JobRef, wait bool) (*graph.Schema, error) {
	if planned, ok := r.templates.Take(ref); ok {
		return planned, nil
	}
	if wait {
		ctx = graph.WithReplicationWait(ctx, replicationPatience)
	}
	job, err := r.job(ctx, ref)
	if err != nil {
		return nil, err
	}
	schema, err := r.graph.GetTemplateSchema(ctx, ref.ServicePrincipalID, job.TemplateID)
	if graph.IsNotFound(err) || graph.IsUnsupported(err) {
		return nil, nil
	}
	if err == nil {
		r.templates.Give(ref, schema)
	}
	return schema, err
}

// job reads a job. A plan asks for it twice, for its connector and for its counters.
func (r *run) job(ctx context.Context, ref graph.JobRef) (graph.Job, error) {
	if known, ok := r.jobs.Take(ref); ok {
		return known, nil
	}
	job, err := r.graph.RequireJob(ctx, ref)
	if err == nil {
		r.jobs.Give(ref, job)
	}
	return job, err
}
