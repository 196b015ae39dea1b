// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/importblock"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

var (
	_ datasource.DataSourceWithConfigure        = (*DataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*DataSource)(nil)
)

// DataSource is the data source gotomeeting_application.
type DataSource struct {
	data *providerdata.Data
}

type dataSourceModel struct {
	ID                    types.String   `tfsdk:"id"`
	ServicePrincipalID    types.String   `tfsdk:"service_principal_id"`
	ClientID              types.String   `tfsdk:"client_id"`
	DisplayName           types.String   `tfsdk:"display_name"`
	ApplicationTemplateID types.String   `tfsdk:"application_template_id"`
	Enabled               types.Bool     `tfsdk:"enabled"`
	AssignmentRequired    types.Bool     `tfsdk:"assignment_required"`
	SingleSignOnMode      types.String   `tfsdk:"single_sign_on_mode"`
	AppRoles              types.List     `tfsdk:"app_roles"`
	ImportBlocks          types.String   `tfsdk:"import_blocks"`
	Timeouts              timeouts.Value `tfsdk:"timeouts"`
}

// NewDataSource returns the data source.
func NewDataSource() datasource.DataSource { return &DataSource{} }

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_application"
}

// Configure takes over the provider's data.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	data, diags := providerdata.From(req.ProviderData)
	d.data = data
	resp.Diagnostics.Append(diags...)
}

// Schema describes the data source.
func (d *DataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	key := func(description string, validators ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: description, Validators: validators}
	}
	role := roleAttributes[schema.Attribute](
		func(d string) schema.Attribute { return schema.StringAttribute{Computed: true, MarkdownDescription: d} },
		func(d string) schema.Attribute { return schema.BoolAttribute{Computed: true, MarkdownDescription: d} },
		func(d string) schema.Attribute {
			return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: d}
		})
	resp.Schema = schema.Schema{
		MarkdownDescription: "Looks up an existing application in the tenant: its service principal and " +
			"roles. Set exactly one of `service_principal_id`, `client_id`, and `display_name`.",
		Attributes: map[string]schema.Attribute{
			"id":                   schema.StringAttribute{Computed: true, MarkdownDescription: "Object id of the service principal."},
			"service_principal_id": key("Object id of the service principal to look up, also as the path `/servicePrincipals/{id}`.", validate.ObjectID()),
			"client_id":            key("Client id (application id) to look up.", validate.GUID("client id")),
			"display_name":         key("Exact display name to look up. Only one application can have this name.", validate.NotEmpty(), validate.NoStrayCharacters()),
			"application_template_id": schema.StringAttribute{Computed: true,
				MarkdownDescription: "Id of the gallery entry from which the application was created, or null."},
			"enabled": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether people can sign in to the application."},
			"assignment_required": schema.BoolAttribute{Computed: true,
				MarkdownDescription: "Whether only assigned people can sign in."},
			"single_sign_on_mode": schema.StringAttribute{Computed: true,
				MarkdownDescription: "How single sign-on is set up, such as `saml`, or null."},
			"timeouts": timeout.DataSource(ctx, timeout.Usual),
			"import_blocks": schema.StringAttribute{Computed: true,
				MarkdownDescription: "Import blocks for the application, its connections, and their attribute mappings and provisioning states, as text for a file; null if the jobs cannot be " +
					"read, which requires the Microsoft Graph permission `Synchronization.Read.All`. For the assignments, use `import_blocks` of `gotomeeting_user_role_assignments`."},
			"app_roles": schema.ListNestedAttribute{Computed: true, MarkdownDescription: rolesDescription, NestedObject: schema.NestedAttributeObject{Attributes: role}},
		},
	}
}

// ConfigValidators asks for exactly one key.
func (d *DataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(
		path.MatchRoot("service_principal_id"), path.MatchRoot("client_id"), path.MatchRoot("display_name"))}
}

// Read looks the application up.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config dataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	ctx, cancel := timeout.Bound(ctx, config.Timeouts.Read, timeout.Usual, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	sp, diags := d.find(ctx, config)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	roles, diags := rolesFromGraph(ctx, sp.AppRoles)
	resp.Diagnostics.Append(diags...)
	blocks, diags := d.importBlocks(ctx, sp)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &dataSourceModel{
		ID:                    types.StringValue(sp.ID),
		ServicePrincipalID:    types.StringValue(sp.ID),
		ClientID:              types.StringValue(sp.AppID),
		DisplayName:           types.StringValue(sp.DisplayName),
		ApplicationTemplateID: attribute.Text(sp.ApplicationTemplateID),
		Enabled:               types.BoolValue(sp.AccountEnabled),
		AssignmentRequired:    types.BoolValue(sp.AppRoleAssignmentRequired),
		SingleSignOnMode:      attribute.Text(sp.PreferredSingleSignOnMode),
		AppRoles:              roles,
		Timeouts:              config.Timeouts,
		ImportBlocks:          blocks,
	})...)
}

// importBlocks writes down what there is to import, assignments apart.
func (d *DataSource) importBlocks(ctx context.Context, sp graph.ServicePrincipal) (types.String, diag.Diagnostics) {
	jobs, err := d.data.Graph.ListJobs(ctx, sp.ID)
	var file importblock.File
	if sp.ApplicationTemplateID != "" { // others cannot be imported
		file.Add("gotomeeting_application", sp.ID, sp.DisplayName)
	}
	for _, job := range jobs {
		ref := graph.JobRef{ServicePrincipalID: sp.ID, JobID: job.ID}
		file.Add("gotomeeting_provisioning_connection", ref.String(), sp.DisplayName)
		file.Add("gotomeeting_provisioning_state", ref.String(), sp.DisplayName)
		var schema *graph.Schema
		if schema, err = d.data.Graph.GetSchema(ctx, ref); err != nil {
			break
		}
		mappings, _ := schema.ObjectMappings() // none of a schema that cannot be read, whose import would say why
		for _, m := range mappings {
			if name := schema.NameOf(m); name != "" {
				file.Add("gotomeeting_attribute_mappings", ref.String()+"/"+name, sp.DisplayName, name)
			}
		}
	}
	switch {
	case graph.IsPermissionDenied(err):
		return types.StringNull(), nil
	case err != nil && !graph.IsNotFound(err): // without a connector there is nothing more
		return types.StringNull(), diag.Diagnostics{graphdiag.Error("Cannot read the application's jobs", err)}
	}
	return attribute.Text(file.String()), nil
}

func (d *DataSource) find(ctx context.Context, config dataSourceModel) (graph.ServicePrincipal, diag.Diagnostics) {
	if !config.ServicePrincipalID.IsNull() {
		sp, err := d.data.Graph.GetServicePrincipal(ctx, config.ServicePrincipalID.ValueString())
		if graph.IsNotFound(err) {
			return sp, diag.Diagnostics{graphdiag.UnknownServicePrincipal(ctx, d.data.Graph, config.ServicePrincipalID.ValueString())}
		}
		if err != nil {
			return sp, diag.Diagnostics{graphdiag.Error("Cannot read the application", err)}
		}
		return sp, nil
	}
	attribute, wanted := "client_id", config.ClientID.ValueString()
	if config.ClientID.IsNull() {
		attribute, wanted = "display_name", config.DisplayName.ValueString()
	}
	found, err := d.data.Graph.ListServicePrincipals(ctx, graph.ServicePrincipalFilter{
		AppID: config.ClientID.ValueString(), DisplayName: config.DisplayName.ValueString()})
	if err != nil {
		return graph.ServicePrincipal{}, diag.Diagnostics{graphdiag.Error("Cannot look up the application", err)}
	}
	if !config.DisplayName.IsNull() {
		// The service compares names without regard to case.
		exact := slices.DeleteFunc(slices.Clone(found), func(sp graph.ServicePrincipal) bool { return sp.DisplayName != wanted })
		if len(exact) == 0 && len(found) > 0 {
			return graph.ServicePrincipal{}, attributeError(attribute, "Name is spelled differently",
				fmt.Sprintf("The tenant has no application named %q, but one named %q. Use that spelling.", wanted, found[0].DisplayName))
		}
		found = exact
	}
	switch len(found) {
	case 0:
		return graph.ServicePrincipal{}, attributeError(attribute, "No such application",
			fmt.Sprintf("The tenant has no service principal with this `%s`: %q. The portal shows both on the page of the enterprise application; check the spelling, and that the provider signs in to the right tenant.", attribute, wanted))
	case 1:
		return found[0], nil
	}
	sort.Slice(found, func(i, j int) bool { return found[i].ID < found[j].ID })
	lines := make([]string, len(found))
	for i, sp := range found {
		lines[i] = sp.ID
	}
	return graph.ServicePrincipal{}, attributeError(attribute, "Several applications match",
		fmt.Sprintf("%d service principals have this `%s`: %q. Use the `service_principal_id` of the intended one:\n%s", len(found), attribute, wanted, graphdiag.Lines(lines)))
}
