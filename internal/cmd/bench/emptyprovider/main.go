// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Command emptyprovider is a provider with one resource that has nothing and does nothing: what any provider costs at least,
// for the benchmarks to compare with.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

func main() {
	err := providerserver.Serve(context.Background(), func() provider.Provider { return empty{} }, providerserver.ServeOpts{
		Address:         "registry.terraform.io/gotomeeting-provisioning/empty",
		ProtocolVersion: 6,
	})
	if err != nil {
		log.Fatal(err)
	}
}

type empty struct{}

func (empty) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "empty"
}
func (empty) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse)          {}
func (empty) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}
func (empty) DataSources(context.Context) []func() datasource.DataSource                        { return nil }
func (empty) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return nothing{} }}
}

type nothing struct{}

func (nothing) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "empty_nothing"
}
func (nothing) Schema(context.Context, resource.SchemaRequest, *resource.SchemaResponse) {}
func (nothing) Create(context.Context, resource.CreateRequest, *resource.CreateResponse) {}
func (nothing) Read(context.Context, resource.ReadRequest, *resource.ReadResponse)       {}
func (nothing) Update(context.Context, resource.UpdateRequest, *resource.UpdateResponse) {}
func (nothing) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
