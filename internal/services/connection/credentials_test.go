// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// flat writes diagnostics as "severity attribute: summary: detail" lines.
func flat(diags diag.Diagnostics) string {
	var lines []string
	for _, d := range diags {
		text := "warning "
		if d.Severity() == diag.SeverityError {
			text = "error "
		}
		if at, ok := d.(diag.DiagnosticWithPath); ok {
			text += at.Path().String() + ": "
		}
		lines = append(lines, text+d.Summary()+": "+d.Detail())
	}
	return strings.Join(lines, "\n")
}

func TestChooseTemplate(t *testing.T) {
	one, two, three := graph.SyncTemplate{ID: "one"}, graph.SyncTemplate{ID: "two", Default: true}, graph.SyncTemplate{ID: "three", Default: true}
	none := "error service_principal_id: The application offers no provisioning connector: The service returned no synchronization template for this service principal, " +
		"so a connection cannot be created. Either the application is not a provisioning application from the gallery (a manually registered application never is), or the " +
		"service has retired its connector: Microsoft has announced that it will retire the provisioning connector of the GoToMeeting gallery application. " +
		"Its successor is the gallery application `GoTo` (`gallery_name = \"GoTo\"` of `gotomeeting_application`). Outside the global cloud, few gallery connectors exist. Nothing was created."
	several := "error template_id: Several provisioning connectors: The application offers several connectors and marks none as the default. Set `template_id` to one of them:\n- "
	for _, tt := range []struct {
		name      string
		offered   []graph.SyncTemplate
		id        string
		want      string
		wantError string
	}{
		{"the only one", []graph.SyncTemplate{one}, "", "one", ""},
		{"the default", []graph.SyncTemplate{one, two}, "", "two", ""},
		{"the one that is named", []graph.SyncTemplate{one, two}, "one", "one", ""},
		{"none offered", nil, "", "", none},
		{"none offered but one named", nil, "one", "", none},
		{"no default", []graph.SyncTemplate{{ID: "b"}, {ID: "a"}}, "", "", several + "a\n- b"},
		{"two defaults", []graph.SyncTemplate{two, three}, "", "", several + "three\n- two"},
		{"unknown", []graph.SyncTemplate{two, one}, "ONE", "", "error template_id: Unknown provisioning connector: The application offers no connector \"ONE\". It offers:\n- one\n- two"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, diags := chooseTemplate(tt.offered, tt.id)
			if diff := cmp.Diff(tt.wantError, flat(diags)); diff != "" {
				t.Fatalf("error (-want +got):\n%s", diff)
			}
			if got.ID != tt.want {
				t.Errorf("got %q, want %q", got.ID, tt.want)
			}
		})
	}
}

func TestCheckCredentials(t *testing.T) {
	password := graph.SyncTemplate{ID: "meeting", ConfigurationFields: []graph.ConfigurationField{{Name: keyUserName}, {Name: keyPassword, Secret: true}, {Name: keySyncAll}}}
	token := graph.SyncTemplate{ID: "scim", ConfigurationFields: []graph.ConfigurationField{{Name: "BaseAddress"}, {Name: "SecretToken", Secret: true},
		{Name: "Domain", Optional: true}, {Name: "Sandbox", DefaultValue: "false"}, {Name: "Server", Hidden: true}, {Name: "Url", ReadOnly: true}}}
	oauth := graph.SyncTemplate{ID: "goto", OAuthEnabled: true, ConfigurationFields: []graph.ConfigurationField{{Name: "Oauth2AccessToken", Secret: true}, {Name: "Domain"}}}
	notAsked := func(attribute, template, key string) string {
		return "warning " + attribute + ": Credential that the connector does not ask for: The connector \"" + template + "\" does not list \"" + key +
			"\" among its configuration fields, which are \"BaseAddress\", \"SecretToken\", \"Domain\", \"Sandbox\". It is sent anyway; if the connection test fails, correct the key or omit it."
	}
	missing := func(attribute, template, key string) string {
		return "error " + attribute + ": Missing credential: The connector \"" + template + "\" requires \"" + key + "\". Set it in `" + attribute + "`."
	}
	const interactive = "warning admin_username: The connector signs in with OAuth: The connector requires interactive authorization (the portal's *Authorize* button). " +
		"A user name and password alone are probably not sufficient. Omit them, apply, and authorize in the portal."
	for _, tt := range []struct {
		name     string
		template graph.SyncTemplate
		supplied supplies
		want     []string
	}{
		{"nothing supplied", password, supplies{}, nil},
		{"complete", password, supplies{by: map[string]string{keyUserName: "admin_username", keyPassword: "admin_password_wo"}}, nil},
		{"password lacks", password, supplies{by: map[string]string{keyUserName: "admin_username"}}, []string{missing("admin_password_wo", "meeting", "Password")}},
		{"user name lacks", password, supplies{by: map[string]string{keyPassword: "credentials_wo"}}, []string{missing("admin_username", "meeting", "UserName")}},
		{"another kind of connector", token, supplies{by: map[string]string{keyUserName: "admin_username", keyPassword: "admin_password"}}, []string{
			missing("connector_settings", "scim", "BaseAddress"), missing("credentials_wo", "scim", "SecretToken"),
			notAsked("admin_password", "scim", "Password"), notAsked("admin_username", "scim", "UserName")}},
		{"complete for that", token, supplies{by: map[string]string{"BaseAddress": "connector_settings", "SecretToken": "credentials_wo"}}, nil},
		{"settings alone leave the credentials to the portal", token, supplies{by: map[string]string{"Domain": "connector_settings"}}, nil},
		{"keys that are not known yet", token, supplies{by: map[string]string{"SecretToken": "credentials_wo"}, open: true}, nil},
		{"a key in excess", token, supplies{by: map[string]string{"BaseAddress": "connector_settings", "SecretToken": "credentials_wo", "AppKey": "credentials_wo"}},
			[]string{notAsked("credentials_wo", "scim", "AppKey")}},
		{"OAuth with user name", oauth, supplies{by: map[string]string{keyUserName: "admin_username", keyPassword: "admin_password_wo"}}, []string{interactive}},
		{"OAuth with a setting", oauth, supplies{by: map[string]string{"Domain": "connector_settings"}}, nil},
		{"connector that does not tell", graph.SyncTemplate{ID: "silent"}, supplies{by: map[string]string{"AppKey": "credentials_wo"}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(strings.Join(tt.want, "\n"), flat(checkCredentials(tt.template, tt.supplied))); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSupplied_namesTheAttribute(t *testing.T) {
	null := model{CredentialsWO: types.MapNull(types.StringType), ConnectorSettings: types.MapNull(types.StringType)}
	values := func(key string) types.Map {
		return types.MapValueMust(types.StringType, map[string]attrValue{key: types.StringUnknown()})
	}
	full := null
	full.AdminUsername, full.AdminPasswordWO, full.CredentialsWO, full.ConnectorSettings = types.StringUnknown(), types.StringValue("x"), values("SecretToken"), values("Domain")
	older := null
	older.AdminPassword = types.StringValue("x")
	open := null
	open.CredentialsWO = types.MapUnknown(types.StringType)
	for _, tt := range []struct {
		name        string
		config      model
		want        map[string]string
		open        bool
		credentials bool
	}{
		{"nothing", null, map[string]string{}, false, false},
		{"everything", full, map[string]string{keyUserName: "admin_username", keyPassword: "admin_password_wo", "SecretToken": "credentials_wo", "Domain": "connector_settings"}, false, true},
		{"sensitive password", older, map[string]string{keyPassword: "admin_password"}, false, true},
		{"not known yet", open, map[string]string{}, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := supplied(tt.config)
			if diff := cmp.Diff(tt.want, got.by); diff != "" || got.open != tt.open || got.credentials() != tt.credentials {
				t.Errorf("supplies (-want +got):\n%s open %t, credentials %t", diff, got.open, got.credentials())
			}
		})
	}
}

func TestRefusal_tellsTheTargetsVerdictFromOtherFailures(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"nested code and message", &graph.Error{StatusCode: 400, Code: "GoToMeetingInvalidCredentials", OuterCode: "UnknownError", Message: "The password is wrong."}, "The password is wrong."},
		{"nested code alone", &graph.Error{StatusCode: 400, Code: "GoToMeetingInvalidCredentials", OuterCode: "UnknownError"}, "GoToMeetingInvalidCredentials."},
		{"401 with a code", &graph.Error{StatusCode: 401, Code: "GoToMeetingInvalidCredentials", OuterCode: "UnknownError", Message: "No"}, "No."},
		{"500 of the service behind", &graph.Error{StatusCode: 500, Code: "GoToMeetingInvalidCredentials", OuterCode: "UnknownError", Message: "No."}, "No."},
		{"500 of Graph", &graph.Error{StatusCode: 500, Code: "InternalError", OuterCode: "InternalError", Message: "Requested value was not found."}, ""},
		{"503", &graph.Error{StatusCode: 503, Code: "serviceNotAvailable", OuterCode: "serviceNotAvailable"}, ""},
		{"missing permission", &graph.Error{StatusCode: 401, Code: "UnknownError", OuterCode: "UnknownError"}, ""},
		{"missing permission, said", &graph.Error{StatusCode: 403, Code: "Authorization_RequestDenied", OuterCode: "Authorization_RequestDenied"}, ""},
		{"token", &graph.Error{StatusCode: 401, Code: "InvalidAuthenticationToken", OuterCode: "InvalidAuthenticationToken"}, ""},
		{"claims challenge", &graph.Error{StatusCode: 401, Code: "Challenge", Claims: "{}"}, ""},
		{"no such service principal", &graph.Error{StatusCode: 404, Code: "Request_ResourceNotFound"}, ""},
		{"throttled", &graph.Error{StatusCode: 429, Code: "TooManyRequests"}, ""},
		{"no answer", &graph.Error{Code: ""}, ""},
		{"something else", errors.New("no network"), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			said, refused := refusal(tt.err)
			if said != tt.want || refused != (tt.want != "") {
				t.Errorf("got %q, %t, want %q", said, refused, tt.want)
			}
		})
	}
}

func TestCredentialKey(t *testing.T) {
	const (
		owned   = "Key with a separate attribute: "
		unknown = "Unknown key: "
	)
	for _, tt := range []struct {
		key         string
		want        string // in credentials_wo
		wantSetting string // in connector_settings
	}{
		{key: "BaseAddress"},
		{key: "Domain"},
		{key: "AKeyOfTheFuture"},
		{key: "SecretToken", wantSetting: "Secret among the settings: \"SecretToken\" is a secret, and `connector_settings` is stored in the state. Set it in `credentials_wo`."},
		{key: "ConnectionString", wantSetting: "Secret among the settings: \"ConnectionString\" is a secret, and `connector_settings` is stored in the state. Set it in `credentials_wo`."},
		{key: "baseAddress", want: unknown + `The service does not have a key "baseAddress"; keys are case-sensitive. Did you mean "BaseAddress"?`, wantSetting: "same"},
		{key: "SecretTokn", want: unknown + `The service does not have a key "SecretTokn"; keys are case-sensitive. Did you mean "SecretToken"?`, wantSetting: "same"},
		{key: "", want: unknown + "The key is empty. Use the service's name of the setting, such as \"BaseAddress\".", wantSetting: "same"},
		{key: "UserName", want: owned + "\"UserName\" is set by the attribute `admin_username`. Use that instead.", wantSetting: "same"},
		{key: "password", want: owned + "\"password\" is set by the attribute `admin_password_wo`. Use that instead.", wantSetting: "same"},
		{key: "SyncAll", want: owned + "\"SyncAll\" is set by the attribute `scope`. Use that instead.", wantSetting: "same"},
		{key: "SkipOutOfScopeDeletions", want: owned + "\"SkipOutOfScopeDeletions\" is set by the attribute `skip_out_of_scope_deletions`. Use that instead.", wantSetting: "same"},
		{key: "SyncNotificationSettings", want: owned + "\"SyncNotificationSettings\" is set by the attribute `notification_email`. Use that instead.", wantSetting: "same"},
	} {
		t.Run(tt.key, func(t *testing.T) {
			if tt.wantSetting == "same" {
				tt.wantSetting = tt.want
			}
			for setting, want := range map[bool]string{false: tt.want, true: tt.wantSetting} {
				resp := validator.StringResponse{}
				credentialKey{setting: setting}.ValidateString(t.Context(), validator.StringRequest{Path: path.Root("m").AtMapKey(tt.key), ConfigValue: types.StringValue(tt.key)}, &resp)
				got := strings.TrimPrefix(flat(resp.Diagnostics), "error m["+quoted(tt.key)+"]: ")
				if got != want {
					t.Errorf("setting %t: got %q, want %q", setting, got, want)
				}
			}
		})
	}
}

func quoted(s string) string { return `"` + s + `"` }

// What could not be asked says nothing about the credentials; what the target turned away does; all else is about the caller.
func TestVerdict_ofTheConnectionTest(t *testing.T) {
	for _, tt := range []struct {
		err              graph.Error
		could, isRefused bool
	}{
		{graph.Error{StatusCode: 400, Code: "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable", OuterCode: "UnknownError"}, true, false},
		{graph.Error{StatusCode: 500, Code: "GoToMeetingCredentialValidationUnavailable", OuterCode: "UnknownError"}, true, false},
		{graph.Error{StatusCode: 400, Code: "SystemForCrossDomainIdentityManagementServiceIncompatible", OuterCode: "UnknownError"}, true, false},
		{graph.Error{StatusCode: 503, Code: "ServiceUnavailable", OuterCode: "ServiceUnavailable"}, false, false},
		{graph.Error{StatusCode: 400, Code: "GoToMeetingInvalidCredentials", OuterCode: "UnknownError"}, false, true},
		{graph.Error{StatusCode: 403, Code: "GoToInsufficientPermissions", OuterCode: "UnknownError"}, false, true},
		{graph.Error{StatusCode: 401, Code: "UnknownError", OuterCode: "UnknownError"}, false, false},
		{graph.Error{StatusCode: 404, Code: "NotFound", OuterCode: "UnknownError"}, false, false},
		{graph.Error{StatusCode: 405, Code: "MethodNotAllowed", OuterCode: "MethodNotAllowed"}, false, false},
		{graph.Error{StatusCode: 501, Code: "NotImplemented", OuterCode: "UnknownError"}, false, false},
		{graph.Error{StatusCode: 403, Code: "Authorization_RequestDenied", OuterCode: "Authorization_RequestDenied"}, false, false},
	} {
		_, could := unavailable(&tt.err)
		_, refused := refusal(&tt.err)
		if could != tt.could || refused != tt.isRefused {
			t.Errorf("%d %s: could not be asked %t, refused %t", tt.err.StatusCode, tt.err.Code, could, refused)
		}
	}
}

// A service that does without the test does not keep a connection from being made.
func TestTested_whereTheServiceDoesNotOfferIt(t *testing.T) {
	m := model{TestConnection: types.BoolValue(true)}
	for status, want := range map[int]string{405: "The connection was not tested", 501: "The connection was not tested", 404: "Cannot test the connection"} {
		got := m.tested(desired{}, func() error { return &graph.Error{StatusCode: status, Code: "BadRequest", OuterCode: "BadRequest"} })
		if got.Summary() != want || status == 404 && !strings.Contains(got.Detail(), "`test_connection = false` skips the test.") {
			t.Errorf("%d: %s: %s", status, got.Summary(), got.Detail())
		}
	}
}
