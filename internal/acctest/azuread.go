// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

const azureadBinary = "terraform-provider-azuread"

// UseAzuread lets the CLI load a stand-in for the azuread provider. A state with resources of azuread cannot even be read
// without one. It knows the schemas of what `moved` and `removed` blocks name, leaves all as it is on a refresh, and
// refuses to create, change or destroy anything, as a move must not ask for that.
func (c *CLI) UseAzuread() {
	c.t.Helper()
	binary, err := os.Executable()
	if err != nil {
		c.t.Fatal(err)
	}
	plugins := c.t.TempDir()
	if err := os.Symlink(binary, filepath.Join(plugins, azureadBinary)); err != nil {
		c.t.Fatal(err)
	}
	c.override("hashicorp/azuread", plugins)
}

type azuread struct{}

func (azuread) Metadata(_ context.Context, _ frameworkprovider.MetadataRequest, resp *frameworkprovider.MetadataResponse) {
	resp.TypeName = "azuread"
}

func (azuread) Schema(context.Context, frameworkprovider.SchemaRequest, *frameworkprovider.SchemaResponse) {
}

func (azuread) Configure(context.Context, frameworkprovider.ConfigureRequest, *frameworkprovider.ConfigureResponse) {
}

func (azuread) DataSources(context.Context) []func() datasource.DataSource { return nil }

// Resources are those of version 3.9, with the attributes that its states have.
func (azuread) Resources(context.Context) []func() resource.Resource {
	computed := schema.StringAttribute{Computed: true}
	required := schema.StringAttribute{Required: true}
	timeouts := schema.SingleNestedBlock{Attributes: map[string]schema.Attribute{
		"create": schema.StringAttribute{Optional: true}, "read": schema.StringAttribute{Optional: true},
		"update": schema.StringAttribute{Optional: true}, "delete": schema.StringAttribute{Optional: true}}}
	text := map[string]schema.Attribute{"expiration": computed, "interval": computed, "state": computed}
	kinds := []azureadResource{
		{"_synchronization_job", schema.Schema{Version: 1, Attributes: map[string]schema.Attribute{
			"id": computed, "service_principal_id": required, "template_id": required, "enabled": schema.BoolAttribute{Optional: true},
			"schedule": schema.ListNestedAttribute{Computed: true, NestedObject: schema.NestedAttributeObject{Attributes: text}}}}},
		{"_synchronization_secret", schema.Schema{Version: 1,
			Attributes: map[string]schema.Attribute{"id": computed, "service_principal_id": required},
			Blocks: map[string]schema.Block{"credential": schema.ListNestedBlock{NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
				"key": required, "value": schema.StringAttribute{Required: true, Sensitive: true}}}}}}},
		{"_app_role_assignment", schema.Schema{Version: 1, Attributes: map[string]schema.Attribute{
			"id": computed, "app_role_id": required, "principal_object_id": required, "resource_object_id": required,
			"principal_display_name": computed, "principal_type": computed, "resource_display_name": computed}}},
		{"_application_from_template", schema.Schema{Attributes: map[string]schema.Attribute{
			"id": computed, "display_name": required, "template_id": required, "application_id": computed, "application_object_id": computed,
			"service_principal_id": computed, "service_principal_object_id": computed}}},
		{"_service_principal", schema.Schema{Version: 1, Attributes: map[string]schema.Attribute{
			"id": computed, "client_id": required, "object_id": computed, "display_name": computed, "application_tenant_id": computed, "use_existing": schema.BoolAttribute{Optional: true},
			"account_enabled": schema.BoolAttribute{Optional: true}, "tags": schema.SetAttribute{Optional: true, ElementType: types.StringType}}}},
	}
	var constructors []func() resource.Resource
	for _, kind := range kinds {
		if kind.schema.Blocks == nil {
			kind.schema.Blocks = map[string]schema.Block{}
		}
		kind.schema.Blocks["timeouts"] = timeouts
		constructors = append(constructors, func() resource.Resource { return kind })
	}
	return constructors
}

type azureadResource struct {
	suffix string
	schema schema.Schema
}

func (r azureadResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + r.suffix
}

func (r azureadResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = r.schema
}

func (azureadResource) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (r azureadResource) Create(_ context.Context, _ resource.CreateRequest, resp *resource.CreateResponse) {
	resp.Diagnostics.AddError("azuread was asked to create", fmt.Sprint("azuread", r.suffix))
}

func (r azureadResource) Update(_ context.Context, _ resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.Diagnostics.AddError("azuread was asked to update", fmt.Sprint("azuread", r.suffix))
}

func (r azureadResource) Delete(_ context.Context, _ resource.DeleteRequest, resp *resource.DeleteResponse) {
	resp.Diagnostics.AddError("azuread was asked to destroy", fmt.Sprint("azuread", r.suffix))
}
