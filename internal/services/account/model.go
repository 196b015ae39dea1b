// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
)

type model struct {
	Emails         types.List     `tfsdk:"emails"`
	Statuses       types.Set      `tfsdk:"statuses"`
	ConnectionID   types.String   `tfsdk:"connection_id"`
	Detail         types.String   `tfsdk:"detail"`
	ID             types.String   `tfsdk:"id"`
	AccountKey     types.String   `tfsdk:"account_key"`
	AccountName    types.String   `tfsdk:"account_name"`
	Accounts       types.List     `tfsdk:"accounts"`
	KeyByEmail     types.Map      `tfsdk:"key_by_email"`
	MissingEmails  types.List     `tfsdk:"missing_emails"`
	CountsByStatus types.Map      `tfsdk:"counts_by_status"`
	Licenses       types.List     `tfsdk:"licenses"`
	UnmatchedKeys  types.List     `tfsdk:"active_unmatched_keys"`
	UnmatchedKnown types.Bool     `tfsdk:"active_unmatched_complete"`
	Timeouts       timeouts.Value `tfsdk:"timeouts"`
}

var textsType = types.ListType{ElemType: types.StringType}

// Values are made by hand rather than by reflection, which takes several times as long for ten thousand people.
var accountType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"key":          types.StringType,
	"email":        types.StringType,
	"first_name":   types.StringType,
	"last_name":    types.StringType,
	"status":       types.StringType,
	"locale":       types.StringType,
	"admin":        types.BoolType,
	"admin_roles":  textsType,
	"role_set_ids": textsType,
	"license_keys": textsType,
	"products":     textsType,
	"group_name":   types.StringType,
}}

var licenseType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"key":         types.StringType,
	"description": types.StringType,
	"products":    textsType,
	"seats":       types.Int64Type,
	"used_seats":  types.Int64Type,
	"invited":     types.Int64Type,
	"enabled":     types.BoolType,
}}

// What the state holds about the people behind the accounts.
const (
	detailSummary = "summary"
	detailPeople  = "people"
)

// unknownStatus is counted where GoTo reports no status.
const unknownStatus = "unknown"

// fromCustomer takes over whose accounts and licenses these are.
func (m *model) fromCustomer(customer gotoadmin.Account) {
	m.ID = types.StringValue(customer.Key)
	m.AccountKey = types.StringValue(customer.Key)
	m.AccountName = attribute.Text(customer.Name)
}

// mostAccounts is how many accounts a state holds: each takes some 18 kilobytes while the framework makes the state.
const mostAccounts = 20_000

// fromUsers takes over those users whom the filters let through, unless they are too many.
func (m *model) fromUsers(users []gotoadmin.User) diag.Diagnostics {
	emails, statuses := wanted(m.Emails.IsNull(), m.Emails.Elements()), wanted(m.Statuses.IsNull(), m.Statuses.Elements())
	found := map[string]bool{}
	var accounts []attr.Value
	more := 0
	named := m.Detail.ValueString() != detailSummary
	keys := map[string]attr.Value{}
	counts := map[string]int64{}
	for _, user := range users {
		email, status := fold(user.Email), cmp.Or(fold(user.Status), unknownStatus)
		if emails != nil && emails[email] == "" {
			continue
		}
		found[email] = true
		if statuses != nil && statuses[status] == "" {
			continue
		}
		if counts[status]++; len(accounts) < mostAccounts {
			accounts = append(accounts, accountValue(user, named))
		} else {
			more++
		}
		if keys[email] == nil && email != "" && (named || emails != nil) { // what `emails` names, the configuration tells anyway
			keys[email] = types.StringValue(user.Key)
		}
	}
	if more > 0 {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Too many accounts", fmt.Sprintf("%d people at GoTo match, and the limit for a state is %d. Set `emails` to the people that you need, or set `statuses`. By status: %s.",
			mostAccounts+more, mostAccounts, countsText(counts)))}
	}
	var missing []string
	for email, spelled := range emails {
		if !found[email] {
			missing = append(missing, spelled)
		}
	}
	slices.SortFunc(missing, func(a, b string) int { return cmp.Or(strings.Compare(fold(a), fold(b)), strings.Compare(a, b)) })
	m.Accounts = types.ListValueMust(accountType, accounts)
	m.KeyByEmail = types.MapValueMust(types.StringType, keys)
	m.MissingEmails = textsFrom(missing)
	m.CountsByStatus = types.MapValueMust(types.Int64Type, int64s(counts))
	return nil
}

// countsText is how many there are of each status, in words.
func countsText(counts map[string]int64) string {
	var words []string
	for _, status := range slices.Sorted(maps.Keys(counts)) {
		words = append(words, fmt.Sprintf("%d `%s`", counts[status], status))
	}
	return strings.Join(words, ", ")
}

// fromLicenses takes over the licenses.
func (m *model) fromLicenses(licenses []gotoadmin.License) {
	values := make([]attr.Value, len(licenses))
	for i, license := range licenses {
		values[i] = types.ObjectValueMust(licenseType.AttrTypes, map[string]attr.Value{
			"key":         types.StringValue(license.Key),
			"description": attribute.Text(license.Description),
			"products":    textsFrom(license.Products),
			"seats":       types.Int64Value(license.Seats),
			// A service that leaves the count out has still told who has a seat.
			"used_seats": types.Int64Value(max(license.UserCount, int64(len(license.UserKeys)))),
			"invited":    types.Int64Value(int64(len(license.InvitedUserKeys))),
			"enabled":    types.BoolValue(license.Enabled),
		})
	}
	m.Licenses = types.ListValueMust(licenseType, values)
}

// withoutLicenses says that the licenses could not be read.
func (m *model) withoutLicenses() { m.Licenses = types.ListNull(licenseType) }

// accountValue is a person's account, without whatever names the person unless it is named.
func accountValue(user gotoadmin.User, named bool) attr.Value {
	if !named {
		user.Email, user.FirstName, user.LastName = "", "", ""
	}
	return types.ObjectValueMust(accountType.AttrTypes, map[string]attr.Value{
		"key":          types.StringValue(user.Key),
		"email":        attribute.Text(user.Email),
		"first_name":   attribute.Text(user.FirstName),
		"last_name":    attribute.Text(user.LastName),
		"status":       attribute.Text(user.Status),
		"locale":       attribute.Text(user.Locale),
		"admin":        types.BoolValue(user.Admin),
		"admin_roles":  textsFrom(user.AdminRoles),
		"role_set_ids": textsFrom(user.RoleSets),
		"license_keys": textsFrom(user.LicenseKeys),
		"products":     textsFrom(user.Products),
		"group_name":   attribute.Text(user.GroupName),
	})
}

// wanted is a filter by folded value, each with one of its spellings; nil if everything is wanted.
func wanted(everything bool, elements []attr.Value) map[string]string {
	if everything {
		return nil
	}
	spelled := map[string]string{}
	for _, element := range elements {
		value, ok := element.(types.String)
		if !ok {
			continue
		}
		s := value.ValueString()
		if other, found := spelled[fold(s)]; !found || s < other {
			spelled[fold(s)] = s
		}
	}
	return spelled
}

// fold makes addresses and statuses comparable.
func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func int64s(counts map[string]int64) map[string]attr.Value {
	values := make(map[string]attr.Value, len(counts))
	for name, count := range counts {
		values[name] = types.Int64Value(count)
	}
	return values
}

func textsFrom(list []string) types.List {
	values := make([]attr.Value, len(list))
	for i, s := range list {
		values[i] = types.StringValue(s)
	}
	return types.ListValueMust(types.StringType, values)
}
