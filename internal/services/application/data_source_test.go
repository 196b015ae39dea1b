// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestDataSource_findsWhatTheResourceMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const data = "data.gotomeeting_application.this"
	var same []statecheck.StateCheck
	for _, name := range []string{"id", "service_principal_id", "client_id", "display_name", "application_template_id", "app_roles"} {
		same = append(same, statecheck.CompareValuePairs(address, tfjsonpath.New(name), data, tfjsonpath.New(name), compare.ValuesSame()))
	}
	w.test(resource.TestStep{
		Config: w.config(`display_name = "Meetings"`) + `
data "gotomeeting_application" "this" {
  client_id = gotomeeting_application.this.client_id
}
`,
		ConfigStateChecks: same,
	})
}

func TestDataSource_looksUpByEachKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, sp := w.exists(store.TemplateGoToMeeting, "Meetings' home")
	w.setSignOn(sp.ID, "saml")
	_, own := w.Sim.Store().AddApplication("Own")
	p := w.Protocol()
	for _, tt := range []struct {
		key, value string
		want       map[string]any
	}{
		{"service_principal_id", sp.ID, nil}, {"client_id", sp.AppID, nil}, {"display_name", "Meetings' home", nil},
		{"display_name", "Own", map[string]any{"timeouts": nil, "id": own.ID, "service_principal_id": own.ID, "client_id": own.AppID, "display_name": "Own",
			"application_template_id": nil, "enabled": true, "assignment_required": true, "single_sign_on_mode": nil, "app_roles": []any{}, "import_blocks": nil}},
	} {
		t.Run(tt.key+" "+tt.value, func(t *testing.T) {
			got, found := p.ReadData(typeName, map[string]any{tt.key: tt.value})
			clean(t, found)
			want := tt.want
			if want == nil {
				want = map[string]any{"timeouts": nil, "id": sp.ID, "service_principal_id": sp.ID, "client_id": sp.AppID, "display_name": "Meetings' home",
					"application_template_id": store.TemplateGoToMeeting, "enabled": true, "assignment_required": true, "single_sign_on_mode": "saml", "app_roles": got["app_roles"],
					"import_blocks": fmt.Sprintf("import {\n  to = gotomeeting_application.meetings_home\n  id = %q\n}\n", sp.ID)}
				wantRoles := []string{store.RoleIntegration, store.RoleOrganizer, store.RoleRetired, store.RoleUser, store.RoleMSIAM}
				if diff := cmp.Diff(wantRoles, names(got["app_roles"])); diff != "" {
					t.Errorf("roles (-want +got):\n%s", diff)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("data (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDataSource_saysWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, first := w.exists(store.TemplateGoToMeeting, "Twin")
	_, second := w.exists(store.TemplateGoToMeeting, "Twin")
	ids := []string{first.ID, second.ID}
	slices.Sort(ids)
	w.exists(store.TemplateGoToMeeting, "Meetings")
	const absent = "b0000000-0000-4000-8000-0000000000ff"
	p := w.Protocol()
	for name, tt := range map[string]struct {
		config map[string]any
		want   acctest.Diagnostic
	}{
		"absent id": {map[string]any{"service_principal_id": absent}, acctest.Diagnostic{Error: true, Path: "service_principal_id", Summary: "No such service principal",
			Detail: "The tenant has no service principal with the object id " + absent + ". Use the object id that the portal shows on the page of the enterprise application."}},
		"absent client id": {map[string]any{"client_id": absent}, acctest.Diagnostic{Error: true, Path: "client_id", Summary: "No such application",
			Detail: "The tenant has no service principal with this `client_id`: \"" + absent + "\". The portal shows both on the page of the enterprise application; check the spelling, and that the provider signs in to the right tenant."}},
		"absent name": {map[string]any{"display_name": "Nothing"}, acctest.Diagnostic{Error: true, Path: "display_name", Summary: "No such application",
			Detail: "The tenant has no service principal with this `display_name`: \"Nothing\". The portal shows both on the page of the enterprise application; check the spelling, and that the provider signs in to the right tenant."}},
		"name in another case": {map[string]any{"display_name": "meetings"}, acctest.Diagnostic{Error: true, Path: "display_name", Summary: "Name is spelled differently",
			Detail: "The tenant has no application named \"meetings\", but one named \"Meetings\". Use that spelling."}},
		"several": {map[string]any{"display_name": "Twin"}, acctest.Diagnostic{Error: true, Path: "display_name", Summary: "Several applications match",
			Detail: fmt.Sprintf("2 service principals have this `display_name`: \"Twin\". Use the `service_principal_id` of the intended one:\n- %s\n- %s", ids[0], ids[1])}},
		"upper case": {map[string]any{"client_id": "B0000000-0000-4000-8000-0000000000FF"}, acctest.Diagnostic{Error: true, Path: "client_id", Summary: "Invalid client id",
			Detail: "\"B0000000-0000-4000-8000-0000000000FF\" is a GUID in uppercase. Write it in lowercase, as Microsoft Graph returns it: \"" + absent + "\"."}},
		"empty name": {map[string]any{"display_name": ""}, acctest.Diagnostic{Error: true, Path: "display_name", Summary: "Empty value",
			Detail: "The value is empty. Set a value; if the attribute is optional, you can omit it instead."}},
		"no key": {nil, acctest.Diagnostic{Error: true, Summary: "Missing Attribute Configuration",
			Detail: "Exactly one of these attributes must be configured: [service_principal_id,client_id,display_name]"}},
		"two keys": {map[string]any{"display_name": "Meetings", "client_id": absent}, acctest.Diagnostic{Error: true, Path: "client_id", Summary: "Invalid Attribute Combination",
			Detail: "Exactly one of these attributes must be configured: [service_principal_id,client_id,display_name]"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, found := p.ReadData(typeName, tt.config)
			wants(t, found, tt.want)
		})
	}
}

func TestDataSource_missingPermissionIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, sp := w.exists(store.TemplateGoToMeeting, "Meetings")
	w.Sim.SetPermissions("User.Read.All")
	p := w.Protocol()
	_, found := p.ReadData(typeName, map[string]any{"service_principal_id": sp.ID})
	wants(t, found, acctest.Diagnostic{Error: true, Summary: "Cannot read the application",
		Detail: denied("GET /v1.0/servicePrincipals/"+sp.ID, applicationRead)})
	_, found = p.ReadData(typeName, map[string]any{"display_name": "Meetings"})
	wants(t, found, acctest.Diagnostic{Error: true, Summary: "Cannot look up the application",
		Detail: denied("GET /v1.0/servicePrincipals", applicationRead)})
	if n := len(w.Sim.Log().Match("GET", "/**")); n != 2 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestDataSource_readsAllPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *simulator.Options) { o.Variants.PageSizeCap = 2 })
	for range 5 {
		w.exists(store.TemplateGoToMeeting, "Twin")
	}
	_, found := w.Protocol().ReadData(typeName, map[string]any{"display_name": "Twin"})
	if len(found) != 1 || !strings.Contains(found[0].Detail, "5 service principals have this `display_name`") {
		t.Errorf("messages:\n%s", found)
	}
}
