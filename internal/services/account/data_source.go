// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotodiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

var _ datasource.DataSourceWithConfigure = (*DataSource)(nil)

// DataSource is gotomeeting_accounts.
type DataSource struct {
	data *providerdata.Data
}

// NewDataSource returns the data source.
func NewDataSource() datasource.DataSource { return &DataSource{} }

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_accounts"
}

// Configure takes over the provider's data.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	data, diags := providerdata.From(req.ProviderData)
	d.data = data
	resp.Diagnostics.Append(diags...)
}

// Read lists the accounts.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	customer := d.data.Customer()
	of, err := customer.Account(ctx)
	var users []gotoadmin.User
	if nobody := !m.Emails.IsNull() && len(m.Emails.Elements()) == 0; err == nil && !nobody {
		users, err = customer.Users(ctx)
	}
	if err != nil {
		resp.Diagnostics.Append(gotodiag.Error("Cannot read the accounts at GoTo", err))
		return
	}
	m.fromCustomer(of)
	m.fromUsers(users)
	licenses, err := customer.Licenses(ctx)
	switch {
	case gotoadmin.IsPermissionDenied(err):
		m.withoutLicenses()
		resp.Diagnostics.Append(diag.NewWarningDiagnostic("Cannot read the licenses at GoTo",
			"The accounts were read, but `licenses` is null. "+gotodiag.Detail(err)))
	case err != nil:
		resp.Diagnostics.Append(gotodiag.Error("Cannot read the licenses at GoTo", err))
		return
	default:
		m.fromLicenses(licenses)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}
