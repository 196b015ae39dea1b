// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package provider is the Terraform provider itself: its configuration block, how it signs in, and the lists of
// everything it offers. The service packages implement the objects.
package provider

import (
	"context"
	"net/http"
	"os"
	"strings"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/functions"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/services/account"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/services/application"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/services/assignment"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/services/connection"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/services/mapping"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/services/preview"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/services/state"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/services/syncstatus"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
)

// TypeName is the prefix of every resource type of this provider.
const TypeName = "gotomeeting"

var (
	_ provider.Provider                   = (*Provider)(nil)
	_ provider.ProviderWithValidateConfig = (*Provider)(nil)
	_ provider.ProviderWithActions        = (*Provider)(nil)
	_ provider.ProviderWithFunctions      = (*Provider)(nil)
	_ provider.ProviderWithListResources  = (*Provider)(nil)
)

// Provider implements the Terraform provider.
type Provider struct {
	version string
	clock   graph.Clock
	getenv  func(string) string
	// applying says that this process has served an apply call.
	applying atomic.Bool
	data     *providerdata.Data // nil before it is configured
	singles  *assignment.Direct
}

// applies notes that this process serves an apply call.
func (p *Provider) applies() {
	if p.applying.CompareAndSwap(false, true) && p.data != nil {
		forecast.Of(p.data).Applies()
	}
}

// Option changes how a provider is built. Tests use it; the released binary does not.
type Option func(*Provider)

// WithClock replaces the wall clock of retries and waits.
func WithClock(clock graph.Clock) Option { return func(p *Provider) { p.clock = clock } }

// WithGetenv replaces the process environment.
func WithGetenv(getenv func(string) string) Option { return func(p *Provider) { p.getenv = getenv } }

// New returns a constructor of providers of this version, as providerserver wants it.
func New(version string, options ...Option) func() provider.Provider {
	return func() provider.Provider {
		p := &Provider{version: version, getenv: os.Getenv, singles: assignment.NewDirect()}
		for _, option := range options {
			option(p)
		}
		return p
	}
}

// Metadata names the provider.
func (p *Provider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = TypeName
	resp.Version = p.version
}

// ValidateConfig reports what is wrong in the block itself, before anything is asked of the environment.
func (p *Provider) ValidateConfig(ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(config.validate()...)
	resp.Diagnostics.Append(config.validateGoTo(p.getenv)...)
}

// Configure prepares the clients. Nothing is contacted: the first call of a resource signs in.
func (p *Provider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if req.ClientCapabilities.DeferralAllowed && config.waits() {
		// Terraform plans everything else now, and this once the value is known.
		resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
		p.singles.Configure(nil)
		return
	}
	settings, diags := config.resolve(p.getenv)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	httpClient, diags := settings.httpClient()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	userAgent := p.userAgent(req.TerraformVersion)
	client, diags := p.client(ctx, settings, httpClient, userAgent)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	data := &providerdata.Data{
		Graph:        client,
		PortalURL:    settings.environment.PortalURL,
		USGovernment: settings.environment.USGovernment,
		GoTo:         p.goTo(settings, httpClient, userAgent),
		Impact:       impactOf(settings),
		Applying:     p.applying.Load,
		Writer:       writer(settings, p.getenv),
	}
	if err := forecast.Of(data).Begin(); err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("impact").AtName("report_file"), "Cannot write the impact report", err.Error()+".")
		return
	}
	p.data = data
	p.singles.Configure(data)
	resp.ResourceData = data
	resp.DataSourceData = data
	resp.ListResourceData = data
	resp.ActionData = data
}

// userAgent names the provider, and what `TF_APPEND_USER_AGENT` adds as it does for others. A line break would end the header.
func (p *Provider) userAgent(terraformVersion string) string {
	added := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, p.getenv("TF_APPEND_USER_AGENT"))
	return strings.TrimSpace("terraform-provider-gotomeeting/" + p.version + " terraform/" + terraformVersion + " " + strings.TrimSpace(added))
}

func (p *Provider) client(ctx context.Context, s settings, httpClient *http.Client, userAgent string) (*graph.Client, diag.Diagnostics) {
	var diags diag.Diagnostics
	method, why := s.method()
	tflog.Debug(ctx, "Selected the sign-in method", map[string]any{"method": method.String(), "because": why})
	if diags.Append(s.checkTokenFile(method)...); diags.HasError() {
		return nil, diags
	}
	credential, err := graph.NewCredential(s.credentialOptions(method, httpClient, p.clock))
	if err != nil {
		diags.Append(s.credentialDiagnostic(method, err))
		return nil, diags
	}
	client, err := graph.New(graph.Options{
		Endpoint:   s.graphEndpoint(),
		Scope:      s.scope(),
		Credential: credential,
		HTTPClient: httpClient,
		UserAgent:  userAgent,
		Clock:      p.clock,
		Log:        logAs("Microsoft Graph request"),
	})
	if err != nil {
		diags.AddError("Cannot prepare the Microsoft Graph client", err.Error()+".")
	}
	return client, diags
}

// logAs writes one line a request at DEBUG. An Exchange never carries secrets or personal data.
func logAs(message string) func(context.Context, graph.Exchange) {
	return func(ctx context.Context, e graph.Exchange) {
		fields := map[string]any{
			"method":      e.Method,
			"path":        e.Path,
			"status":      e.StatusCode,
			"attempt":     e.Attempt,
			"duration_ms": e.Duration.Milliseconds(),
		}
		if e.RequestID != "" {
			fields["request_id"] = e.RequestID
		}
		if e.RetryAfter > 0 {
			fields["retry_after_s"] = e.RetryAfter.Seconds()
		}
		if e.Err != nil {
			fields["error"] = e.Err.Error()
		}
		tflog.Debug(ctx, message, fields)
	}
}

// Resources lists the managed resources.
func (p *Provider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		application.NewResource,
		connection.NewResource,
		mapping.NewResource,
		assignment.NewResource,
		assignment.NewExclusiveResource,
		state.NewResource,
	}
}

// DataSources lists the data sources.
func (p *Provider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		account.NewDataSource,
		preview.NewDataSource(mapping.Part(), connection.Part(), assignment.Part()),
		application.NewDataSource,
		mapping.NewDataSource,
		assignment.NewDataSource,
		syncstatus.NewDataSource,
		syncstatus.NewLogsDataSource,
	}
}

// Actions lists the actions, which Terraform knows from 1.14 on.
func (p *Provider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{
		connection.NewTestAction,
		connection.NewOnDemandAction,
		state.NewRestartAction,
	}
}

// Functions lists the functions.
func (p *Provider) Functions(context.Context) []func() function.Function {
	return append(functions.All(), mapping.NewSchemaFunction)
}

// ListResources lists what terraform query finds, from Terraform 1.14 on.
func (p *Provider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{
		timeout.List(application.NewListResource),
		timeout.List(connection.NewListResource),
		timeout.List(mapping.NewListResource),
		timeout.List(assignment.NewListResource),
		timeout.List(assignment.NewExclusiveListResource),
		timeout.List(state.NewListResource),
	}
}
