// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

var _ datasource.DataSourceWithConfigure = (*AccountsDataSource)(nil)

// AccountsDataSource is gotomeeting_accounts.
type AccountsDataSource struct {
	data *providerdata.Data
}

// NewAccountsDataSource returns the data source.
func NewAccountsDataSource() datasource.DataSource { return &AccountsDataSource{} }

// Metadata names the data source.
func (d *AccountsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_accounts"
}

// Configure takes over the provider's data.
func (d *AccountsDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	data, diags := providerdata.From(req.ProviderData)
	d.data = data
	resp.Diagnostics.Append(diags...)
}

// Read lists the accounts.
func (d *AccountsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m accountsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	customer := customerOf(d.data)
	of, err := customer.account(ctx)
	var users []gotoadmin.User
	if nobody := !m.Emails.IsNull() && len(m.Emails.Elements()) == 0; err == nil && !nobody {
		users, err = customer.users(ctx)
	}
	if err != nil {
		resp.Diagnostics.Append(diagnose("Cannot read the accounts at GoTo", err))
		return
	}
	m.fromCustomer(of)
	m.fromUsers(users)
	licenses, err := customer.licenses(ctx)
	switch {
	case gotoadmin.IsPermissionDenied(err):
		m.withoutLicenses()
		resp.Diagnostics.Append(diag.NewWarningDiagnostic("The licences at GoTo cannot be read",
			"The accounts were read, and `licenses` is null. "+detail(err)))
	case err != nil:
		resp.Diagnostics.Append(diagnose("Cannot read the licences at GoTo", err))
		return
	default:
		m.fromLicenses(licenses)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}
