// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package listing

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Frame is what each list resource has from the resource that it lists: the name and the provider's data.
type Frame[R any, P interface {
	*R
	resource.ResourceWithConfigure
}] struct {
	Listed R
}

// Metadata names the resource that is listed.
func (f *Frame[R, P]) Metadata(ctx context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	P(&f.Listed).Metadata(ctx, req, resp)
}

// Configure takes over the provider's data.
func (f *Frame[R, P]) Configure(ctx context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	P(&f.Listed).Configure(ctx, req, resp)
}
