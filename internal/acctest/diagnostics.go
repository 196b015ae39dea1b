// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Diagnostic is one message of the provider.
type Diagnostic struct {
	Error   bool // otherwise a warning
	Path    string
	Summary string
	Detail  string
}

func (d Diagnostic) String() string {
	severity := "Warning"
	if d.Error {
		severity = "Error"
	}
	if d.Path != "" {
		severity += " on " + d.Path
	}
	return fmt.Sprintf("%s: %s\n%s", severity, d.Summary, d.Detail)
}

// Diagnostics are the messages of one call.
type Diagnostics []Diagnostic

// HasError says whether the call failed.
func (d Diagnostics) HasError() bool {
	return slices.ContainsFunc(d, func(one Diagnostic) bool { return one.Error })
}

func (d Diagnostics) String() string {
	texts := make([]string, len(d))
	for i, one := range d {
		texts[i] = one.String()
	}
	return strings.Join(texts, "\n\n")
}

func diagnosticsFrom(wire []*tfprotov6.Diagnostic) Diagnostics {
	var found Diagnostics
	for _, one := range wire {
		found = append(found, Diagnostic{
			Error: one.Severity == tfprotov6.DiagnosticSeverityError, Path: dotted(one.Attribute), Summary: one.Summary, Detail: one.Detail,
		})
	}
	return found
}

// dotted writes a path as one would in HCL: credentials.password, problems[0].code.
func dotted(path *tftypes.AttributePath) string {
	var text strings.Builder
	for _, step := range path.Steps() {
		switch step := step.(type) {
		case tftypes.AttributeName:
			if text.Len() > 0 {
				text.WriteByte('.')
			}
			text.WriteString(string(step))
		case tftypes.ElementKeyString:
			fmt.Fprintf(&text, "[%q]", string(step))
		case tftypes.ElementKeyInt:
			fmt.Fprintf(&text, "[%d]", int64(step))
		default:
			text.WriteString("[…]")
		}
	}
	return text.String()
}

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

// Diagnostics returns what the providers of this tenant reported since the start or ForgetDiagnostics, each text once:
// Terraform plans a resource several times on the way to an apply. The testing library shows no warnings, and errors
// only with wrapped lines.
func (r *record) Diagnostics() Diagnostics {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.list)
}

// ForgetDiagnostics starts the record anew.
func (r *record) ForgetDiagnostics() {
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

// noted records the diagnostics of an answer, for which the protocol's answers have a field each but no interface.
func noted[Q, A any](ctx context.Context, s recordingServer, call func(context.Context, *Q) (*A, error), req *Q) (*A, error) {
	resp, err := call(ctx, req)
	if resp != nil {
		found, _ := reflect.ValueOf(resp).Elem().FieldByName("Diagnostics").Interface().([]*tfprotov6.Diagnostic)
		s.record.add(found)
	}
	return resp, err
}

func (s recordingServer) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return noted(ctx, s, s.wholeServer.ValidateResourceConfig, req)
}

func (s recordingServer) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return noted(ctx, s, s.wholeServer.ReadResource, req)
}

func (s recordingServer) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return noted(ctx, s, s.wholeServer.PlanResourceChange, req)
}

func (s recordingServer) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return noted(ctx, s, s.wholeServer.ApplyResourceChange, req)
}

func (s recordingServer) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return noted(ctx, s, s.wholeServer.ImportResourceState, req)
}

func (s recordingServer) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return noted(ctx, s, s.wholeServer.ValidateDataResourceConfig, req)
}

func (s recordingServer) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return noted(ctx, s, s.wholeServer.ReadDataSource, req)
}
