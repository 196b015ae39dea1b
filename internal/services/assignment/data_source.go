// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"cmp"
	"context"
	"sort"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
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
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

var _ datasource.DataSourceWithConfigure = (*DataSource)(nil)

// DataSource is the data source gotomeeting_user_role_assignments.
type DataSource struct {
	roster *roster.Roster
	client *graph.Client // for what an unknown id is
}

type dataSourceModel struct {
	ServicePrincipalID types.String   `tfsdk:"service_principal_id"`
	Role               types.String   `tfsdk:"role"`
	PrincipalType      types.String   `tfsdk:"principal_type"`
	RolesByPrincipal   types.Map      `tfsdk:"roles_by_principal"`
	Assignments        types.List     `tfsdk:"assignments"`
	ImportBlocks       types.String   `tfsdk:"import_blocks"`
	Timeouts           timeouts.Value `tfsdk:"timeouts"`
}

var assignmentType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"id":                     types.StringType,
	"principal_id":           types.StringType,
	"principal_type":         types.StringType,
	"principal_display_name": types.StringType,
	"role":                   types.StringType,
	"app_role_id":            types.StringType,
}}

// NewDataSource returns the data source.
func NewDataSource() datasource.DataSource { return &DataSource{} }

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user_role_assignments"
}

// Configure takes over the provider's data.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	data, diags := providerdata.From(req.ProviderData)
	resp.Diagnostics.Append(diags...)
	if data != nil {
		d.roster, d.client = rosterOf(data), data.Graph
	}
}

// kinds accepts the kinds of principals that the service knows.
func kinds() validator.String {
	return stringvalidator.OneOf(roster.KindUser, roster.KindGroup, roster.KindServicePrincipal)
}

// Schema describes the data source.
func (d *DataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	computed := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the current role assignments of an application.",
		Attributes: map[string]schema.Attribute{
			"service_principal_id": schema.StringAttribute{Required: true, Validators: []validator.String{validate.ObjectID()},
				MarkdownDescription: "Object id of the application's service principal, also as the path `/servicePrincipals/{id}`."},
			"role": schema.StringAttribute{Optional: true, Validators: []validator.String{validate.NotEmpty(), validate.NoStrayCharacters()},
				MarkdownDescription: "Only assignments of this role: its display name, value, or id, or `Default Access`."},
			"principal_type": schema.StringAttribute{Optional: true, Validators: []validator.String{kinds()},
				MarkdownDescription: "Only assignments of this type of principal: `User`, `Group`, or `ServicePrincipal`."},
			"timeouts": timeout.DataSource(ctx, timeout.Usual),
			"roles_by_principal": schema.MapAttribute{Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Map from the object id of each principal to its roles, separated by `,`, in the form of `assignments` of `gotomeeting_user_role_assignments_exclusive`."},
			"import_blocks": computed("An import block for each assignment, as text for a file; null if there are none."),
			"assignments": schema.ListNestedAttribute{Computed: true,
				MarkdownDescription: "The assignments, sorted by principal and role.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":                     computed("`{service principal id}/{assignment id}`. Use it as the id for importing."),
					"principal_id":           computed("Object id of the user, group, or service principal."),
					"principal_type":         computed("Type of the principal."),
					"principal_display_name": computed("Name of the principal."),
					"role":                   computed("The display name of the role if it is unique, otherwise the value or id of the role."),
					"app_role_id":            computed("Id of the role."),
				}}},
		},
	}
}

// Read lists the assignments.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config dataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	ctx, cancel := timeout.Bound(ctx, config.Timeouts.Read, timeout.Usual, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	app := d.roster.Application(config.ServicePrincipalID.ValueString())
	found, declared, diags := find(ctx, d.client, app, config.Role.ValueString(), config.PrincipalType.ValueString())
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	elements := make([]attr.Value, len(found))
	held := make(map[roster.Key]bool, len(found))
	labels := map[string]string{}
	var file importblock.File
	for i, a := range found {
		key := roster.KeyOf(a)
		held[key] = true
		if _, ok := labels[key.RoleID]; !ok {
			labels[key.RoleID] = declared.Label(key.RoleID)
		}
		id := reference{app.ID, a.ID}.String()
		file.Add("gotomeeting_user_role_assignment", id, cmp.Or(a.PrincipalDisplayName, key.PrincipalID), labels[key.RoleID])
		elements[i] = types.ObjectValueMust(assignmentType.AttrTypes, map[string]attr.Value{
			"id":                     types.StringValue(id),
			"principal_id":           types.StringValue(key.PrincipalID),
			"principal_type":         attribute.Text(a.PrincipalType),
			"principal_display_name": attribute.Text(a.PrincipalDisplayName),
			"role":                   types.StringValue(labels[key.RoleID]),
			"app_role_id":            types.StringValue(key.RoleID),
		})
	}
	config.ImportBlocks = attribute.Text(file.String())
	config.Assignments = types.ListValueMust(assignmentType, elements)
	config.RolesByPrincipal = mapOf(entriesFor(held, texts{}, declared.Label))
	resp.Diagnostics.Append(resp.State.Set(ctx, &config)...)
}

// find lists assignments by role and kind of principal ("" for any), sorted by principal and role.
func find(ctx context.Context, client *graph.Client, app *roster.Application, role, kind string) ([]graph.Assignment, roster.Roles, diag.Diagnostics) {
	declared, err := app.Roles(ctx)
	if err != nil {
		return nil, nil, diag.Diagnostics{readError(ctx, client, app, "Cannot read the roles of the application", err)}
	}
	roleID := ""
	if role != "" {
		var ok bool
		if roleID, ok = declared.Find(role); !ok {
			_, refused := declared.Admit(role)
			return nil, nil, diag.Diagnostics{refusal(path.Root("role"), refused)}
		}
	}
	l, err := app.Listing(ctx)
	if err != nil {
		return nil, nil, diag.Diagnostics{readError(ctx, client, app, "Cannot read the assignments", err)}
	}
	var found []graph.Assignment
	for _, one := range l.All {
		if (roleID == "" || roster.KeyOf(one).RoleID == roleID) && (kind == "" || one.PrincipalType == kind) {
			found = append(found, one)
		}
	}
	sort.Slice(found, func(i, j int) bool {
		return cmp.Or(strings.Compare(found[i].PrincipalID, found[j].PrincipalID), strings.Compare(found[i].AppRoleID, found[j].AppRoleID)) < 0
	})
	return found, declared, nil
}

func readError(ctx context.Context, client *graph.Client, app *roster.Application, summary string, err error) diag.Diagnostic {
	at := path.Root("service_principal_id")
	if graph.IsNotFound(err) {
		return graphdiag.UnknownServicePrincipal(ctx, client, app.ID)
	}
	return graphdiag.AttributeError(at, summary, err)
}
