// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"context"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Diagnostics returns what the providers of this tenant reported since the start or ForgetDiagnostics, each text once:
// Terraform plans a resource several times on the way to an apply. The testing library shows no warnings, and errors
// only with wrapped lines.
func (e *Env) Diagnostics() Diagnostics { return e.recorded.all() }

// ForgetDiagnostics starts the record anew.
func (e *Env) ForgetDiagnostics() { e.recorded.forget() }

// Errors returns the errors alone.
func (d Diagnostics) Errors() Diagnostics {
	return slices.DeleteFunc(slices.Clone(d), func(one Diagnostic) bool { return !one.Error })
}

// Warnings returns the warnings alone.
func (d Diagnostics) Warnings() Diagnostics {
	return slices.DeleteFunc(slices.Clone(d), func(one Diagnostic) bool { return one.Error })
}

// record collects the diagnostics of all providers of one tenant.
type record struct {
	mu   sync.Mutex
	list Diagnostics
}

func (r *record) add(wire []*tfprotov6.Diagnostic) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range diagnosticsFrom(wire) {
		if !slices.Contains(r.list, d) {
			r.list = append(r.list, d)
		}
	}
}

func (r *record) all() Diagnostics {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.list)
}

func (r *record) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = nil
}

// wholeServer is what the framework's provider server offers; the interfaces are separate for historical reasons.
type wholeServer interface {
	tfprotov6.ProviderServerWithListResource
	tfprotov6.ProviderServerWithActions
}

// recordingServer notes the diagnostics of the calls that have to do with resources and data sources.
type recordingServer struct {
	wholeServer
	record *record
}

func (s recordingServer) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	resp, err := s.wholeServer.ValidateResourceConfig(ctx, req)
	if resp != nil {
		s.record.add(resp.Diagnostics)
	}
	return resp, err
}

func (s recordingServer) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	resp, err := s.wholeServer.ReadResource(ctx, req)
	if resp != nil {
		s.record.add(resp.Diagnostics)
	}
	return resp, err
}

func (s recordingServer) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	resp, err := s.wholeServer.PlanResourceChange(ctx, req)
	if resp != nil {
		s.record.add(resp.Diagnostics)
	}
	return resp, err
}

func (s recordingServer) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	resp, err := s.wholeServer.ApplyResourceChange(ctx, req)
	if resp != nil {
		s.record.add(resp.Diagnostics)
	}
	return resp, err
}

func (s recordingServer) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	resp, err := s.wholeServer.ImportResourceState(ctx, req)
	if resp != nil {
		s.record.add(resp.Diagnostics)
	}
	return resp, err
}

func (s recordingServer) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	resp, err := s.wholeServer.ValidateDataResourceConfig(ctx, req)
	if resp != nil {
		s.record.add(resp.Diagnostics)
	}
	return resp, err
}

func (s recordingServer) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	resp, err := s.wholeServer.ReadDataSource(ctx, req)
	if resp != nil {
		s.record.add(resp.Diagnostics)
	}
	return resp, err
}
