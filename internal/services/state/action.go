// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

var _ action.ActionWithConfigure = (*RestartAction)(nil)

// RestartAction is gotomeeting_restart_provisioning.
type RestartAction struct {
	data *providerdata.Data
}

type restartConfig struct {
	ConnectionID types.String   `tfsdk:"connection_id"`
	RestartScope types.String   `tfsdk:"restart_scope"`
	Timeouts     timeouts.Value `tfsdk:"timeouts"`
}

// NewRestartAction returns the action.
func NewRestartAction() action.Action { return &RestartAction{} }

// Metadata names the action.
func (a *RestartAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_restart_provisioning"
}

// Configure takes over the provider's data.
func (a *RestartAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	data, diags := providerdata.From(req.ProviderData)
	a.data = data
	resp.Diagnostics.Append(diags...)
}

// Schema describes the action.
func (a *RestartAction) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Restarts provisioning of a connection, or releases held deletions. If provisioning is off, the action fails instead of starting it. " +
			"Terraform before 1.14 and OpenTofu do the same with `restart_triggers` and `release_deletions` of `gotomeeting_provisioning_state`.",
		Attributes: map[string]schema.Attribute{
			"timeouts": timeout.Action(ctx, timeout.Usual),
			"connection_id": schema.StringAttribute{Required: true, Validators: []validator.String{validate.ConnectionID()},
				MarkdownDescription: "`id` of the `gotomeeting_provisioning_connection`."},
			"restart_scope": schema.StringAttribute{Optional: true, Validators: []validator.String{restartScope{releases: true}},
				MarkdownDescription: "What to reset: one or more of `QuarantineState`, `Watermark`, and `Escrows`, separated by commas; `ForceDeletes`, alone, releases held deletions. " +
					"Defaults to `QuarantineState,Watermark,Escrows`."},
		},
	}
}

// Invoke restarts the job, and pauses it again if it was off: a restart starts a stopped job as well.
func (a *RestartAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config restartConfig
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	ctx, cancel := timeout.Bound(ctx, config.Timeouts.Invoke, timeout.Usual, &resp.Diagnostics)
	defer cancel()
	ref, err := graph.ParseJobRef(config.ConnectionID.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("connection_id"), "Invalid connection id", err.Error()+".")
	}
	if resp.Diagnostics.HasError() {
		return
	}
	defer a.data.Lock(ref.ServicePrincipalID)()
	job, err := a.data.Graph.RequireJob(ctx, ref)
	if err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot read the provisioning job", err))
		return
	}
	if !job.Schedule.Active() {
		resp.Diagnostics.AddAttributeError(path.Root("connection_id"), "Provisioning of service principal "+ref.ServicePrincipalID+" is off",
			"A restart would start it. Nothing was changed. Switch it on first, with `enabled` of `gotomeeting_provisioning_state` or in the portal.")
		return
	}
	resp.Diagnostics.Append(warnLinks(ctx, a.data, ref, config.RestartScope.ValueString())...)
	if err := a.data.Graph.RestartJob(ctx, ref, config.RestartScope.ValueString()); err != nil {
		resp.Diagnostics.Append(graphdiag.Error("Cannot restart provisioning", err))
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: "Provisioning was restarted."})
}
