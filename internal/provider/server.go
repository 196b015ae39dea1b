// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"context"
	"iter"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/services/assignment"
)

// Address is the provider's address in Terraform's registry.
const Address = "registry.terraform.io/gotomeeting-provisioning/gotomeeting"

// Serve serves the provider to the Terraform that started this process, until that ends.
func Serve(p provider.Provider, options ...tf6server.ServeOpt) error {
	s := newServer(p)
	s.cli, s.configured = &presented{}, sync.OnceFunc(spendMemory)
	return tf6server.Serve(Address, func() tfprotov6.ProviderServer { return s }, options...)
}

// framework is what the framework's protocol server implements of the protocol beyond the basic interface.
type framework interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

// server is the framework's protocol server, with eight differences: calls that come by the thousand are answered without the
// framework (see assignment.Direct), what the framework remembers of a call is let go when the
// call ends (see callContext), its complaints about numbers are made understandable (see wholeNumbers), `service_principal_id`
// may be a path (see spelling), warnings of one cause are one (see together), of many diagnostics of a kind the first are shown (see few), diagnostics are fitted to what a CLI
// makes of them (see presented), and actions have write-only arguments.
type server struct {
	framework
	numbers wholeNumbers
	cli     *presented // nil where no CLI reads the answers
	applies func()     // notes that something is applied
	singles *assignment.Direct
	// stopping ends the calls of which the framework does not know.
	stopping stopping

	configured func() // is called when there will be something to do; nil for nothing
}

// NewServer returns the protocol server of a provider, which says exactly what the provider says.
func NewServer(p provider.Provider) tfprotov6.ProviderServer { return newServer(p) }

func newServer(p provider.Provider) *server {
	inner, ok := providerserver.NewProtocol6(p)().(framework)
	if !ok {
		panic("the framework's server does not implement the whole protocol") // no version that this module pins
	}
	s := &server{framework: inner, numbers: wholeNumbers{schemas: inner.GetProviderSchema}, applies: func() {}}
	if own, ok := p.(*Provider); ok {
		s.applies, s.singles = own.applies, own.singles
	}
	return s
}

// during makes a call with a context that is let go when the call ends.
func during[Request, Response any](ctx context.Context, s *server, request Request, call func(context.Context, Request) (Response, error)) (Response, error) {
	held := holdContext(ctx)
	defer held.release()
	answer, err := call(held, request)
	if found := diagnosticsOf(answer); err == nil && found != nil {
		*found = few(together(*found))
		s.cli.fit(*found, func() subject { return s.subjectOf(held, request) })
	}
	return answer, err
}

// directly answers a call without the framework where that can be.
func directly[Request, Response any](s *server, typeName string, direct func(context.Context, Request) *Response, call func(context.Context, Request) (*Response, error)) func(context.Context, Request) (*Response, error) {
	return func(ctx context.Context, r Request) (*Response, error) {
		if s.singles != nil && typeName == assignment.DirectType {
			watched, end := s.stopping.watch(ctx)
			defer end()
			if answer := direct(watched, r); answer != nil {
				return answer, nil
			}
		}
		return call(ctx, r)
	}
}

// streaming wraps the elements of a call whose work is done while they are read.
func streaming[T any](held *callContext, elements iter.Seq[T], fit func(T)) iter.Seq[T] {
	return func(yield func(T) bool) {
		defer held.release()
		elements(func(one T) bool {
			fit(one)
			return yield(one)
		})
	}
}

// StopProvider ends every call in progress.
func (s *server) StopProvider(ctx context.Context, r *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	s.stopping.end()
	return s.framework.StopProvider(ctx, r)
}

func (s *server) ValidateProviderConfig(ctx context.Context, r *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return during(ctx, s, r, func(ctx context.Context, r *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
		answer, err := s.framework.ValidateProviderConfig(ctx, r)
		if err == nil {
			answer.Diagnostics = s.numbers.explain(ctx, answer.Diagnostics, ofProvider, "", r.Config)
		}
		return answer, err
	})
}

func (s *server) ConfigureProvider(ctx context.Context, r *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	if s.configured != nil {
		s.configured()
	}
	return during(ctx, s, r, s.framework.ConfigureProvider)
}

func (s *server) ValidateResourceConfig(ctx context.Context, r *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	_, r.Config = s.bare(ctx, ofResource, r.TypeName, r.Config)
	return during(ctx, s, r, func(ctx context.Context, r *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
		answer, err := directly(s, r.TypeName, s.singles.ValidateResourceConfig, s.framework.ValidateResourceConfig)(ctx, r)
		if err == nil {
			answer.Diagnostics = s.numbers.explain(ctx, answer.Diagnostics, ofResource, r.TypeName, r.Config)
		}
		return answer, err
	})
}

func (s *server) UpgradeResourceState(ctx context.Context, r *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return during(ctx, s, r, directly(s, r.TypeName, s.singles.UpgradeResourceState, s.framework.UpgradeResourceState))
}

func (s *server) UpgradeResourceIdentity(ctx context.Context, r *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return during(ctx, s, r, s.framework.UpgradeResourceIdentity)
}

func (s *server) ReadResource(ctx context.Context, r *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	var was spelling
	was, r.CurrentState = s.bare(ctx, ofResource, r.TypeName, r.CurrentState)
	answer, err := during(ctx, s, r, directly(s, r.TypeName, s.singles.ReadResource, s.framework.ReadResource))
	if err == nil {
		s.cli.stands(answer.Diagnostics)
		answer.NewState = s.respell(ctx, ofResource, r.TypeName, answer.NewState, was)
	}
	return answer, err
}

func (s *server) PlanResourceChange(ctx context.Context, r *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	var was, wanted spelling
	wanted, r.Config = s.bare(ctx, ofResource, r.TypeName, r.Config)
	if was, r.PriorState = s.bare(ctx, ofResource, r.TypeName, r.PriorState); was == "" && wanted != "" {
		_, _, was = s.spelled(ctx, ofResource, r.TypeName, r.PriorState)
	}
	_, r.ProposedNewState = s.bare(ctx, ofResource, r.TypeName, r.ProposedNewState)
	answer, err := during(ctx, s, r, directly(s, r.TypeName, s.singles.PlanResourceChange, s.framework.PlanResourceChange))
	if err == nil {
		if answer.PlannedState != nil && r.PriorState != nil && bytes.Equal(answer.PlannedState.MsgPack, r.PriorState.MsgPack) {
			s.cli.stands(answer.Diagnostics)
		}
		answer.PlannedState = s.respell(ctx, ofResource, r.TypeName, answer.PlannedState, was, wanted)
	}
	return answer, err
}

func (s *server) ApplyResourceChange(ctx context.Context, r *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	var planned spelling
	_, r.PriorState = s.bare(ctx, ofResource, r.TypeName, r.PriorState)
	_, r.Config = s.bare(ctx, ofResource, r.TypeName, r.Config)
	planned, r.PlannedState = s.bare(ctx, ofResource, r.TypeName, r.PlannedState)
	s.applies()
	answer, err := during(ctx, s, r, directly(s, r.TypeName, s.singles.ApplyResourceChange, s.framework.ApplyResourceChange))
	if err == nil {
		answer.NewState = s.respell(ctx, ofResource, r.TypeName, answer.NewState, planned)
	}
	return answer, err
}

func (s *server) ImportResourceState(ctx context.Context, r *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return during(ctx, s, r, s.framework.ImportResourceState)
}

func (s *server) MoveResourceState(ctx context.Context, r *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	return during(ctx, s, r, s.framework.MoveResourceState)
}

func (s *server) GenerateResourceConfig(ctx context.Context, r *tfprotov6.GenerateResourceConfigRequest) (*tfprotov6.GenerateResourceConfigResponse, error) {
	return during(ctx, s, r, s.framework.GenerateResourceConfig)
}

func (s *server) ValidateDataResourceConfig(ctx context.Context, r *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	_, r.Config = s.bare(ctx, ofDataSource, r.TypeName, r.Config)
	return during(ctx, s, r, func(ctx context.Context, r *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
		answer, err := s.framework.ValidateDataResourceConfig(ctx, r)
		if err == nil {
			answer.Diagnostics = s.numbers.explain(ctx, answer.Diagnostics, ofDataSource, r.TypeName, r.Config)
		}
		return answer, err
	})
}

func (s *server) ReadDataSource(ctx context.Context, r *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return during(ctx, s, r, s.framework.ReadDataSource)
}

func (s *server) CallFunction(ctx context.Context, r *tfprotov6.CallFunctionRequest) (*tfprotov6.CallFunctionResponse, error) {
	return during(ctx, s, r, s.framework.CallFunction)
}

func (s *server) ValidateListResourceConfig(ctx context.Context, r *tfprotov6.ValidateListResourceConfigRequest) (*tfprotov6.ValidateListResourceConfigResponse, error) {
	_, r.Config = s.bare(ctx, ofListResource, r.TypeName, r.Config)
	return during(ctx, s, r, s.framework.ValidateListResourceConfig)
}

func (s *server) ValidateActionConfig(ctx context.Context, r *tfprotov6.ValidateActionConfigRequest) (*tfprotov6.ValidateActionConfigResponse, error) {
	return during(ctx, s, r, func(ctx context.Context, r *tfprotov6.ValidateActionConfigRequest) (*tfprotov6.ValidateActionConfigResponse, error) {
		answer, err := s.framework.ValidateActionConfig(ctx, r)
		if err == nil {
			// The framework takes write-only arguments of actions for those of a Terraform that has none. One that has actions does.
			answer.Diagnostics = slices.DeleteFunc(answer.Diagnostics, func(d *tfprotov6.Diagnostic) bool { return d.Summary == "WriteOnly Attribute Not Allowed" })
		}
		return answer, err
	})
}

func (s *server) PlanAction(ctx context.Context, r *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	return during(ctx, s, r, s.framework.PlanAction)
}

func (s *server) ListResource(ctx context.Context, r *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	_, r.Config = s.bare(ctx, ofListResource, r.TypeName, r.Config)
	held := holdContext(ctx)
	stream, err := s.framework.ListResource(held, r)
	if err != nil {
		held.release()
		return nil, err
	}
	stream.Results = streaming(held, stream.Results, func(one tfprotov6.ListResourceResult) {
		s.cli.fit(one.Diagnostics, func() subject { return subject{} })
	})
	return stream, nil
}

func (s *server) InvokeAction(ctx context.Context, r *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	held := holdContext(ctx)
	stream, err := s.framework.InvokeAction(held, r)
	if err != nil {
		held.release()
		return nil, err
	}
	stream.Events = streaming(held, stream.Events, func(event tfprotov6.InvokeActionEvent) {
		if completed, ok := event.Type.(tfprotov6.CompletedInvokeActionEventType); ok {
			s.cli.fit(completed.Diagnostics, func() subject { return subject{} })
		}
	})
	return stream, nil
}
