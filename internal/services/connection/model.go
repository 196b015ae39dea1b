// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

type model struct {
	ID                          types.String   `tfsdk:"id"`
	ServicePrincipalID          types.String   `tfsdk:"service_principal_id"`
	JobID                       types.String   `tfsdk:"job_id"`
	TemplateID                  types.String   `tfsdk:"template_id"`
	AdminUsername               types.String   `tfsdk:"admin_username"`
	AdminPassword               types.String   `tfsdk:"admin_password"`
	AdminPasswordWO             types.String   `tfsdk:"admin_password_wo"`
	AdminPasswordWOVersion      types.String   `tfsdk:"admin_password_wo_version"`
	CredentialsWO               types.Map      `tfsdk:"credentials_wo"`
	CredentialsWOVersion        types.String   `tfsdk:"credentials_wo_version"`
	ConnectorSettings           types.Map      `tfsdk:"connector_settings"`
	NotificationEmail           types.String   `tfsdk:"notification_email"`
	NotificationEnabled         types.Bool     `tfsdk:"notification_enabled"`
	PreventAccidentalDeletions  types.Bool     `tfsdk:"prevent_accidental_deletions"`
	AccidentalDeletionThreshold types.Int64    `tfsdk:"accidental_deletion_threshold"`
	Scope                       types.String   `tfsdk:"scope"`
	SkipOutOfScopeDeletions     types.Bool     `tfsdk:"skip_out_of_scope_deletions"`
	Authorized                  types.Bool     `tfsdk:"authorized"`
	Timeouts                    timeouts.Value `tfsdk:"timeouts"`
}

type identity struct {
	ServicePrincipalID types.String `tfsdk:"service_principal_id"`
	JobID              types.String `tfsdk:"job_id"`
}

func (m model) identity() identity { return identity{m.ServicePrincipalID, m.JobID} }

func (m model) ref() graph.JobRef {
	return graph.JobRef{ServicePrincipalID: m.ServicePrincipalID.ValueString(), JobID: m.JobID.ValueString()}
}

// fromJob takes over what identifies the job.
func (m *model) fromJob(servicePrincipalID string, job graph.Job) {
	ref := graph.JobRef{ServicePrincipalID: servicePrincipalID, JobID: job.ID}
	m.ID = types.StringValue(ref.String())
	m.ServicePrincipalID = types.StringValue(servicePrincipalID)
	m.JobID = types.StringValue(job.ID)
	m.TemplateID = types.StringValue(job.TemplateID)
}

// fromStored takes over settings and readable credentials. What the configuration leaves unmanaged (null in the state)
// stays null, except on import, where everything readable is wanted. A value that means the same keeps its spelling.
func (m *model) fromStored(ctx context.Context, secrets stored, imported bool) diag.Diagnostics {
	now := secrets.settings()
	m.NotificationEmail = respelt(m.NotificationEmail, now.NotificationEmail)
	m.NotificationEnabled = types.BoolValue(now.NotificationEnabled)
	m.PreventAccidentalDeletions = types.BoolValue(now.PreventDeletions)
	m.AccidentalDeletionThreshold = types.Int64Value(now.DeletionThreshold)
	m.Scope = types.StringValue(map[bool]string{true: scopeAll, false: scopeAssigned}[now.ScopeAll])
	m.SkipOutOfScopeDeletions = types.BoolValue(now.SkipOutOfScope)
	m.Authorized = types.BoolValue(len(secrets.masked()) > 0)

	if userName, _ := secrets.get(keyUserName); userName != graph.MaskedValue && (imported || !m.AdminUsername.IsNull()) {
		m.AdminUsername = respelt(m.AdminUsername, userName)
	}
	if !imported && m.ConnectorSettings.IsNull() {
		return nil
	}
	var diags diag.Diagnostics
	known := map[string]types.String{}
	diags.Append(m.ConnectorSettings.ElementsAs(ctx, &known, false)...)
	values := map[string]types.String{}
	for _, pair := range secrets {
		before, tracked := known[pair.Key]
		_, own := attributeOf[pair.Key]
		switch {
		case own || pair.Value == "" || !tracked && (!imported || pair.Value == graph.MaskedValue || keptByService(pair.Key)):
		case pair.Value == graph.MaskedValue: // whether it differs cannot be seen
			values[pair.Key] = before
		default:
			values[pair.Key] = respelt(before, pair.Value)
		}
	}
	if len(values) == 0 {
		m.ConnectorSettings = types.MapNull(types.StringType)
		return diags
	}
	var more diag.Diagnostics
	m.ConnectorSettings, more = types.MapValueFrom(ctx, types.StringType, values)
	diags.Append(more...)
	return diags
}

// respelt returns what is stored in the spelling from before if it means the same: user names, addresses and Booleans in
// text may come back in another case.
func respelt(before types.String, now string) types.String {
	if !before.IsNull() && !before.IsUnknown() && strings.EqualFold(before.ValueString(), now) {
		return before
	}
	return textOrNull(now)
}

// keptByService reports readable keys that the service writes by itself when it is authorized; they are nobody's settings.
func keptByService(key string) bool {
	return strings.HasPrefix(key, "Oauth2") || key == "TokenExpiration" || key == "None"
}

// afterWrite completes the plan with what only the service knows. What was planned as known stays as planned, or Terraform
// takes it for a mistake; if it should differ, the next refresh shows it.
func (m *model) afterWrite(ctx context.Context, result written) diag.Diagnostics {
	planned := *m
	if result.unseen != nil || result.after == nil {
		if m.Authorized.IsUnknown() {
			m.Authorized = types.BoolNull()
		}
		return nil
	}
	diags := m.fromStored(ctx, result.after, false)
	if !planned.Authorized.IsUnknown() {
		m.Authorized = planned.Authorized
	}
	return diags
}

// desired is what the configuration asks for. m must be the plan with the write-only values of the configuration filled
// in; prior is the state, for the connector settings that are no longer wanted.
func (m model) desired(ctx context.Context, prior *model) (desired, diag.Diagnostics) {
	var diags diag.Diagnostics
	want := desired{
		settings: settings{
			NotificationEmail:   m.NotificationEmail.ValueString(),
			NotificationEnabled: m.NotificationEnabled.ValueBool(),
			PreventDeletions:    m.PreventAccidentalDeletions.ValueBool(),
			DeletionThreshold:   m.AccidentalDeletionThreshold.ValueInt64(),
			ScopeAll:            m.Scope.ValueString() == scopeAll,
			SkipOutOfScope:      m.SkipOutOfScopeDeletions.ValueBool(),
		},
		plain:  map[string]string{},
		secret: map[string]string{},
	}
	if prior != nil {
		for key := range prior.ConnectorSettings.Elements() {
			want.plain[key] = ""
		}
	}
	connector := map[string]string{}
	diags.Append(m.ConnectorSettings.ElementsAs(ctx, &connector, false)...)
	for key, value := range connector {
		want.plain[key] = value
	}
	diags.Append(m.CredentialsWO.ElementsAs(ctx, &want.secret, false)...)
	if want.secret == nil {
		want.secret = map[string]string{}
	}
	if !m.AdminUsername.IsNull() {
		want.plain[keyUserName] = m.AdminUsername.ValueString()
	}
	want.secretFrom = "credentials_wo"
	if !m.AdminPassword.IsNull() {
		want.secret[keyPassword], want.secretFrom = m.AdminPassword.ValueString(), "admin_password"
	}
	if !m.AdminPasswordWO.IsNull() {
		want.secret[keyPassword], want.secretFrom = m.AdminPasswordWO.ValueString(), "admin_password_wo"
	}
	return want, diags
}

// credentials are the values that the connection test signs in with, or nil when none are managed here.
func (d desired) credentials() []graph.KeyValue {
	var result []graph.KeyValue
	for _, key := range graph.SecretKeys {
		if value := d.plain[key] + d.secret[key]; value != "" {
			result = append(result, graph.KeyValue{Key: key, Value: value})
		}
	}
	for _, values := range []map[string]string{d.plain, d.secret} {
		for key, value := range values {
			if _, known := graph.SecretKey(key); value != "" && !known {
				result = append(result, graph.KeyValue{Key: key, Value: value})
			}
		}
	}
	return result
}

func textOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}
