// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
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
	TestConnection              types.Bool     `tfsdk:"test_connection"`
	Authorized                  types.Bool     `tfsdk:"authorized"`
	PendingAction               types.String   `tfsdk:"pending_action"`
	Timeouts                    timeouts.Value `tfsdk:"timeouts"`
}

type identity struct {
	ServicePrincipalID types.String `tfsdk:"service_principal_id"`
	JobID              types.String `tfsdk:"job_id"`
}

func (m model) toIdentity() identity { return identity{m.ServicePrincipalID, m.JobID} }

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

// settings are those that the forecast uses if the service does not show them.
func (m model) settings() impact.Settings {
	known := impact.Settings{Scope: m.Scope.ValueString(), KeepsOutOfScope: m.SkipOutOfScopeDeletions.ValueBool()}
	if m.PreventAccidentalDeletions.ValueBool() {
		known.HeldFrom = m.AccidentalDeletionThreshold.ValueInt64()
	}
	return known
}

// applied is the value of keyScope.
func (m model) applied() []byte {
	return fmt.Appendf(nil, "%q", fmt.Sprint(m.Scope.ValueString(), m.SkipOutOfScopeDeletions.ValueBool(), m.PreventAccidentalDeletions.ValueBool(), m.AccidentalDeletionThreshold.ValueInt64()))
}

// field finds the field of an attribute by its tag.
func (m *model) field(attribute string) reflect.Value {
	fields := reflect.ValueOf(m).Elem()
	for i := range fields.NumField() {
		if fields.Type().Field(i).Tag.Get("tfsdk") == attribute {
			return fields.Field(i)
		}
	}
	return reflect.Value{}
}

// value returns an attribute by its name.
func (m model) value(attribute string) attr.Value {
	value, _ := m.field(attribute).Interface().(attr.Value)
	return value
}

func (m *model) set(attribute string, value attr.Value) {
	m.field(attribute).Set(reflect.ValueOf(value))
}

// withWriteOnly fills in the write-only values, which only the configuration has.
func (m model) withWriteOnly(config model) model {
	for _, a := range managedAttributes {
		if a.version != "" {
			m.set(a.attribute, config.value(a.attribute))
		}
	}
	return m
}

// fromStored takes over settings and readable credentials. What the configuration leaves unmanaged (null in the state)
// stays null, except on import, where everything readable is wanted. A value that means the same keeps its spelling.
func (m *model) fromStored(secrets stored, imported bool) diag.Diagnostics {
	var diags diag.Diagnostics
	now := secrets.settings()
	m.Authorized = types.BoolValue(graph.HoldCredential(secrets) && (!m.managesPassword() || len(secrets.vanished([]string{keyPassword})) == 0))
	for _, a := range managedAttributes {
		before := m.value(a.attribute)
		_, isMap := before.(types.Map)
		switch {
		case a.always():
			m.set(a.attribute, respelled(before, fromPlain(now[a.attribute])))
		case a.kind == secret, before.IsNull() && !imported:
		case isMap:
			diags.Append(m.fromOthers(a, secrets, imported)...)
		default:
			if value, _ := secrets.get(a.key); value != graph.MaskedValue {
				m.set(a.attribute, respelled(before, attribute.Text(value)))
			}
		}
	}
	return diags
}

// unread names the attributes that are not refreshed where the stored secrets cannot be read.
func (m model) unread() []string {
	var names []string
	for _, a := range managedAttributes {
		if a.always() || a.kind != secret && !m.value(a.attribute).IsNull() {
			names = append(names, a.attribute)
		}
	}
	return append(names, "authorized", "pending_action")
}

// fromOthers takes over the readable values of keys without an attribute of their own.
func (m *model) fromOthers(a managed, secrets stored, imported bool) diag.Diagnostics {
	known, values := a.entries(*m), map[string]attr.Value{}
	for _, pair := range secrets {
		before, tracked := known[pair.Key]
		_, owned := owner(pair.Key)
		switch {
		case owned || pair.Value == "" || !tracked && (!imported || pair.Value == graph.MaskedValue || keptByService(pair.Key)):
		case pair.Value == graph.MaskedValue, renewed(pair.Key): // whether it differs cannot be seen, or does not matter
			values[pair.Key] = before
		default:
			values[pair.Key] = respelled(before, types.StringValue(pair.Value))
		}
	}
	if len(values) == 0 {
		m.set(a.attribute, types.MapNull(types.StringType))
		return nil
	}
	value, diags := types.MapValue(types.StringType, values)
	m.set(a.attribute, value)
	return diags
}

// toPlain is the Go value of a single attribute, the zero value for null.
func toPlain(value attr.Value) any {
	switch value := value.(type) {
	case types.Bool:
		return value.ValueBool()
	case types.Int64:
		return value.ValueInt64()
	case types.String:
		return value.ValueString()
	}
	return nil
}

// fromPlain is the reverse, with null for an empty text.
func fromPlain(value any) attr.Value {
	switch value := value.(type) {
	case bool:
		return types.BoolValue(value)
	case int64:
		return types.Int64Value(value)
	}
	text, _ := value.(string)
	return attribute.Text(text)
}

// respelled returns what is stored in the spelling from before if it means the same: user names, addresses and Booleans
// in text may come back in another case.
func respelled(before, now attr.Value) attr.Value {
	if !before.IsNull() && !before.IsUnknown() && alike(toPlain(before), toPlain(now)) {
		return before
	}
	return now
}

// managesPassword reports whether this state stored a password.
func (m model) managesPassword() bool {
	return !m.AdminUsername.IsNull() && !(m.AdminPassword.IsNull() && m.AdminPasswordWOVersion.IsNull())
}

// manages reports whether a stored value is one that this state put there.
func (m model) manages(pair graph.KeyValue) bool {
	a, owned := owner(pair.Key)
	switch {
	case owned && a.key == keyPassword: // the password goes with the account
		return !m.AdminUsername.IsNull()
	case owned && a.version != "":
		return !m.value(a.version).IsNull()
	case owned:
		return !a.always() && !m.value(a.attribute).IsNull()
	}
	_, listed := m.ConnectorSettings.Elements()[pair.Key]
	return listed || pair.Value == graph.MaskedValue && !m.CredentialsWOVersion.IsNull()
}

// keptByService reports readable keys that the service writes by itself when it is authorized; they are nobody's settings.
func keptByService(key string) bool {
	return strings.HasPrefix(key, "Oauth2") || key == "TokenExpiration" || key == "None"
}

// afterWrite completes the plan with what only the service knows. Values that were known at plan stay as planned, or
// Terraform reports an error; if they differ, the next refresh shows it.
func (m *model) afterWrite(result written) diag.Diagnostics {
	planned := *m
	if result.unseen != nil || result.after == nil {
		if m.Authorized.IsUnknown() {
			m.Authorized = types.BoolNull()
		}
		return nil
	}
	diags := m.fromStored(result.after, false)
	if !planned.Authorized.IsUnknown() {
		m.Authorized = planned.Authorized
	}
	return diags
}
