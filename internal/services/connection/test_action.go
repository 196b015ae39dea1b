// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

var _ action.ActionWithConfigure = (*TestAction)(nil)

// onConnection is what the actions on a connection share.
type onConnection struct {
	data *providerdata.Data
}

// Configure takes over the provider's data.
func (a *onConnection) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	data, diags := providerdata.From(req.ProviderData)
	a.data = data
	resp.Diagnostics.Append(diags...)
}

// TestAction is gotomeeting_test_connection.
type TestAction struct{ onConnection }

// NewTestAction returns the action.
func NewTestAction() action.Action { return &TestAction{} }

// Metadata names the action.
func (a *TestAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_test_connection"
}

// connectionIDArgument is the argument that every action on a connection takes.
func connectionIDArgument() schema.StringAttribute {
	return schema.StringAttribute{Required: true, Validators: []validator.String{validate.ConnectionID()},
		MarkdownDescription: "`id` of the `gotomeeting_provisioning_connection`."}
}

// readRef reads the connection that an action is about.
func readRef(connectionID types.String) (graph.JobRef, diag.Diagnostics) {
	ref, err := graph.ParseJobRef(connectionID.ValueString())
	if err != nil {
		return ref, diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("connection_id"), "Invalid connection id", err.Error()+".")}
	}
	return ref, nil
}

// Schema describes the action.
func (a *TestAction) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Tests whether the service can sign in to GoTo, like *Test connection* in the portal: with the stored credentials, or with those in this action, to test a new password before you rotate to " +
			"it. The action changes nothing, and fails with the service's reason. " +
			"Terraform before 1.14 and OpenTofu run the same test when `admin_password_wo_version` of the connection changes.",
		Attributes: map[string]schema.Attribute{
			"timeouts":      timeout.Action(ctx, timeout.Usual),
			"connection_id": connectionIDArgument(),
			"admin_username": schema.StringAttribute{Optional: true, Validators: []validator.String{validate.NotEmpty(), stringvalidator.AlsoRequires(path.MatchRoot("admin_password"))},
				MarkdownDescription: "User name to test instead of the stored one."},
			"admin_password": schema.StringAttribute{Optional: true, WriteOnly: true, Validators: []validator.String{validate.NotEmpty(), stringvalidator.AlsoRequires(path.MatchRoot("admin_username"))},
				MarkdownDescription: "Password to test instead of the stored one. It is write-only: no plan shows it. It accepts an ephemeral value if an `action_trigger` runs the action; Terraform 1.16 and newer omit ephemeral values from `-invoke`, for which the variable has to be `sensitive` instead."},
			"credentials": schema.MapAttribute{Optional: true, WriteOnly: true, ElementType: types.StringType,
				Validators:          []validator.Map{validate.Some(), mapvalidator.KeysAre(credentialKey{}), mapvalidator.ValueStringsAre(validate.NotEmpty())},
				MarkdownDescription: "Credentials of connectors that require other keys, such as `BaseAddress` and `SecretToken`, to test instead of the stored ones. They are write-only and accept ephemeral values like `admin_password`. The action reports whether it tested the stored credentials or these."},
		},
	}
}

// leftOut is the argument of which the CLI omitted a part, although the validation had it.
func leftOut(userName, password types.String, credentials types.Map) string {
	if !userName.IsNull() && password.IsNull() {
		return "admin_password"
	}
	for _, value := range credentials.Elements() {
		if value.IsNull() {
			return "credentials"
		}
	}
	return ""
}

// Invoke tests the given credentials, or the stored ones.
func (a *TestAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config struct {
		ConnectionID  types.String   `tfsdk:"connection_id"`
		AdminUsername types.String   `tfsdk:"admin_username"`
		AdminPassword types.String   `tfsdk:"admin_password"`
		Credentials   types.Map      `tfsdk:"credentials"`
		Timeouts      timeouts.Value `tfsdk:"timeouts"`
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	ctx, cancel := timeout.Bound(ctx, config.Timeouts.Invoke, timeout.Usual, &resp.Diagnostics)
	defer cancel()
	ref, diags := readRef(config.ConnectionID)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if lost := leftOut(config.AdminUsername, config.AdminPassword, config.Credentials); lost != "" {
		resp.Diagnostics.AddAttributeError(path.Root(lost), "The credentials to test were omitted",
			fmt.Sprintf("A value of `%s` is set in the configuration but was not passed to the action, so nothing was tested. Terraform 1.16 and newer omit ephemeral "+
				"values from `terraform apply -invoke`. Make the variable `sensitive` instead of `ephemeral`, or run the action with an `action_trigger`.", lost))
		return
	}
	credentials := model{AdminUsername: config.AdminUsername, AdminPasswordWO: config.AdminPassword, CredentialsWO: config.Credentials}.toDesired(nil).credentials()
	which, next := "stored", "Store new ones with a new `admin_password_wo_version`, or authorize in the portal again."
	if credentials != nil {
		which, next = "given", "The stored credentials were not changed."
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: "Testing the connection with the " + which + " credentials; the service may take a minute."})
	err := a.data.Graph.ValidateJobCredentials(ctx, ref, credentials)
	if err == nil {
		resp.SendProgress(action.InvokeProgressEvent{Message: "The service signed in to the target with the " + which + " credentials."})
		return
	}
	if said, could := unavailable(err); could {
		resp.Diagnostics.AddError("The target could not be contacted",
			fmt.Sprintf("Microsoft Entra ID could not contact the target, so it is unknown whether the %s credentials are correct. The service said: %s\n\n%s", which, said, graphdiag.Facts(err)))
		return
	}
	if said, refused := refusal(err); refused {
		resp.Diagnostics.AddError("The connection test failed",
			fmt.Sprintf("Microsoft Entra ID tried to sign in to the target with the %s credentials, and the target refused. The service said: %s %s The account needs team administrator rights at GoTo.", which, said, next))
		return
	}
	resp.Diagnostics.Append(graphdiag.Error("Cannot test the connection", whyMissing(ctx, a.data.Graph, ref, err)))
}
