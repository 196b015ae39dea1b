// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Command floorprovider takes the same configurations of assignments as the real provider and does nothing with them:
// what Terraform and the plugin protocol cost for them at least.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func main() {
	err := providerserver.Serve(context.Background(), func() provider.Provider { return floor{} }, providerserver.ServeOpts{
		Address:         "registry.terraform.io/gotomeeting-provisioning/gotomeeting",
		ProtocolVersion: 6,
	})
	if err != nil {
		log.Fatal(err)
	}
}

type floor struct{}

func (floor) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "gotomeeting"
}
func (floor) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse)          {}
func (floor) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}
func (floor) DataSources(context.Context) []func() datasource.DataSource                        { return nil }
func (floor) Resources(context.Context) []func() resource.Resource {
	required := schema.StringAttribute{Required: true}
	return []func() resource.Resource{
		func() resource.Resource {
			return stored{"gotomeeting_user_role_assignment", map[string]schema.Attribute{
				"service_principal_id": required, "principal_id": required, "role": required}}
		},
		func() resource.Resource {
			return stored{"gotomeeting_user_role_assignments_exclusive", map[string]schema.Attribute{
				"service_principal_id": required, "assignments": schema.MapAttribute{Required: true, ElementType: types.StringType}}}
		},
	}
}

// stored is a resource that exists in the state only.
type stored struct {
	name       string
	attributes map[string]schema.Attribute
}

func (r stored) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = r.name
}

func (r stored) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema.Attributes = map[string]schema.Attribute{
		"id": schema.StringAttribute{Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()}}}
	for name, attribute := range r.attributes {
		resp.Schema.Attributes[name] = attribute
	}
}

func (stored) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	resp.State.Raw = req.Plan.Raw
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), "floor")...)
}
func (stored) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}
func (stored) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = req.Plan.Raw
}
func (stored) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
