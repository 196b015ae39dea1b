// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

var (
	guid     = knownvalue.StringRegexp(regexp.MustCompile(`^[0-9a-f-]{36}$`))
	expected = map[string]knownvalue.Check{
		"id": guid, "service_principal_id": guid, "client_id": guid, "application_object_id": guid,
		"display_name": knownvalue.StringExact("Meetings"), "gallery_name": knownvalue.StringExact("GoToMeeting"),
		"application_template_id": knownvalue.StringExact(store.TemplateGoToMeeting), "force_destroy": knownvalue.Bool(false),
	}
)

func TestResource_livesThroughCreateRenameImportAndDestroy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	same := statecheck.CompareValue(compare.ValuesSame())
	var checks []statecheck.StateCheck
	for name, check := range expected {
		checks = append(checks, statecheck.ExpectKnownValue(address, tfjsonpath.New(name), check))
	}
	checks = append(checks, same.AddStateValue(address, tfjsonpath.New("id")),
		statecheck.CompareValuePairs(address, tfjsonpath.New("id"), address, tfjsonpath.New("service_principal_id"), compare.ValuesSame()),
		statecheck.ExpectKnownValue(address, tfjsonpath.New("app_roles").AtSliceIndex(1), knownvalue.ObjectExact(map[string]knownvalue.Check{
			"id": guid, "display_name": knownvalue.StringExact(store.RoleOrganizer), "value": knownvalue.StringExact("organizer"),
			"description": knownvalue.StringExact("Holds meetings."), "enabled": knownvalue.Bool(true), "can_provision": knownvalue.Bool(true),
			"allowed_member_types": knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("User")}),
		})))
	renamed := w.config(`display_name = "Meetings of Example Ltd"`)
	w.test(
		resource.TestStep{
			Config: w.config(`display_name = "Meetings"`), ConfigStateChecks: checks,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("application_template_id"), knownvalue.StringExact(store.TemplateGoToMeeting)),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("gallery_name"), knownvalue.StringExact("GoToMeeting")),
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("service_principal_id")),
			}},
		},
		resource.TestStep{
			Config:           renamed,
			ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				same.AddStateValue(address, tfjsonpath.New("id")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("display_name"), knownvalue.StringExact("Meetings of Example Ltd")),
			},
		},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true},
		resource.TestStep{Config: renamed, ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
	)
	w.wantWrites("POST /applicationTemplates/*/instantiate", "PATCH /applications/*", "DELETE /applications/*")
	if deleted := w.Sim.Store().Applications(true); len(deleted) != 1 || deleted[0].DisplayName != "Meetings of Example Ltd" {
		t.Errorf("the recycle bin holds %v", deleted)
	}
	clean(t, w.Diagnostics())
}

func TestResource_configurationGeneratedOnImportPlansClean(t *testing.T) {
	t.Parallel()
	acctest.RequireCLI(t)
	w := newWorld(t)
	for name, template := range map[string]string{"Meetings": store.TemplateGoToMeeting, "Successor": store.TemplateGoTo} {
		_, sp := w.exists(template, name)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: w.ProviderFactories(), Steps: []resource.TestStep{{
				Config:       w.ProviderConfig(),
				ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithID, ImportStateId: sp.ID, GenerateConfig: true,
				ImportPlanChecks: resource.ImportPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionNoop),
					plancheck.ExpectKnownValue(address, tfjsonpath.New("display_name"), knownvalue.StringExact(name)),
				}},
			}}})
		})
	}
}

func TestResource_importsByIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, sp := w.exists(store.TemplateGoToMeeting, "Meetings")
	m := w.managed()
	clean(t, m.ImportByIdentity(map[string]any{"service_principal_id": sp.ID}))
	want := map[string]any{
		"id": sp.ID, "service_principal_id": sp.ID, "client_id": sp.AppID, "application_object_id": app.ID, "display_name": "Meetings",
		"gallery_name": "GoToMeeting", "application_template_id": store.TemplateGoToMeeting, "force_destroy": false, "timeouts": nil,
		"owner_ids": nil, "partial_owner_ids": nil, "service_management_reference": nil,
		"app_roles": m.Get("app_roles"),
	}
	if diff := cmp.Diff(want, m.Now.State); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	wantRoles := []string{store.RoleIntegration, store.RoleOrganizer, store.RoleRetired, store.RoleUser, store.RoleMSIAM}
	if diff := cmp.Diff(wantRoles, names(m.Get("app_roles"))); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"service_principal_id": sp.ID}, m.Now.Identity); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	for _, config := range []map[string]any{object(), object("gallery_name", "GoToMeeting", "application_template_id", store.TemplateGoToMeeting)} {
		if action, _, found := m.Plan(config); action != acctest.NoAction || len(found) > 0 {
			t.Errorf("%s: after the import the plan is %s\n%s", show(config), action, found)
		}
	}
	wants(t, w.managed().ImportByIdentity(map[string]any{"service_principal_id": "GoToMeeting"}), acctest.Diagnostic{
		Error: true, Path: "service_principal_id", Summary: "Invalid identity",
		Detail: "Expected the object id of the service principal (not of the app registration, and not the client id). Got \"GoToMeeting\". " +
			"\"GoToMeeting\" is not a GUID. Use the object id, such as \"b0000000-0000-4000-8000-000000000001\"; names and e-mail addresses are not accepted here.",
	})
}

func TestResource_importsByIdentityWithTheCLI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		ProtoV6ProviderFactories: w.ProviderFactories(),
		Steps: []resource.TestStep{
			{
				Config: w.config(`display_name = "Meetings"`),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectIdentityValueMatchesState(address, tfjsonpath.New("service_principal_id")),
				},
			},
			{ResourceName: address, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity},
		},
	})
}

func TestResource_importAcceptsOnlyServicePrincipalsOfTheGallery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, own := w.Sim.Store().AddApplication("Own")
	_, sp := w.exists(store.TemplateGoToMeeting, "Meetings")
	clean(t, w.managed().Import("/servicePrincipals/"+sp.ID))
	for _, tt := range []struct {
		name, id string
		want     acctest.Diagnostic
	}{
		{"no such service principal", "b0000000-0000-4000-8000-000000000001", acctest.Diagnostic{Error: true, Summary: "No such service principal",
			Detail: "The tenant has no service principal with the object id b0000000-0000-4000-8000-000000000001. " +
				"Use the object id that the portal shows on the page of the enterprise application."}},
		{"not from the gallery", own.ID, acctest.Diagnostic{Error: true, Path: "id", Summary: "Not a gallery application",
			Detail: "The service principal \"" + own.ID + "\" was not created from the application gallery, and only gallery applications have a provisioning connector. " +
				"To manage provisioning of your own application, refer to its service principal id directly."}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wants(t, w.managed().Import(tt.id), tt.want)
		})
	}
}

func TestResource_importsOneThatLeftTheGallery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, sp := w.exists(store.TemplateGoToMeeting, "Meetings")
	w.fault(simulator.Fault{Method: "GET", Path: "/applicationTemplates/*", Effect: simulator.Fails(404, "Request_ResourceNotFound", "No such template.")})
	m := w.managed()
	clean(t, m.Import(sp.ID))
	if name := m.Get("gallery_name"); name != nil {
		t.Errorf("gallery_name is %v, want null", name)
	}
	if action, _, found := m.Plan(object()); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("after the import the plan is %s\n%s", action, found)
	}
	clean(t, m.Apply(object("gallery_name", "GoToMeeting")))
	w.wantWrites()
}

func TestResource_showsAndRepairsChangesMadeInThePortal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.config(`display_name = "Meetings"`)
	only := func() store.Application { return w.Sim.Store().Applications(false)[0] }
	w.test(
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() {
				if err := w.Sim.Store().UpdateApplication(only().ID, func(a *store.Application) error {
					a.DisplayName = "Renamed in the portal"
					a.Roles = append(slices.Clone(a.Roles), store.AppRole{ID: "a0000000-0000-4000-8000-0000000000aa", DisplayName: "Added", Enabled: true, AllowedMemberTypes: []string{"User"}})
					return nil
				}); err != nil {
					t.Error(err)
				}
			},
			Config: config, ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("display_name"), knownvalue.StringExact("Meetings")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("app_roles").AtSliceIndex(0).AtMapKey("display_name"), knownvalue.StringExact("Added")),
			},
		},
		resource.TestStep{
			PreConfig: func() { w.delete(only().ID) },
			Config:    config, ConfigPlanChecks: action(plancheck.ResourceActionCreate),
		},
	)
	if name := w.Sim.Store().Applications(true)[0].DisplayName; name != "Meetings" {
		t.Errorf("the name was not repaired, it is %q", name)
	}
	if warnings := w.Diagnostics(); len(warnings) != 1 || warnings[0].Summary != "A deleted application has the same name" {
		t.Errorf("messages:\n%s", warnings)
	}
}

func TestResource_dropsOneThatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.managed()
	clean(t, m.Apply(object()))
	w.delete(m.Text("application_object_id"))
	clean(t, m.Refresh())
	if m.Now != nil {
		t.Error("the application is still in the state")
	}
}

func TestResource_changesOfTheProviderAloneSendNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.managed()
	clean(t, m.Apply(object()))
	w.Sim.Log().Reset()
	clean(t, m.Apply(object("force_destroy", true, "timeouts", map[string]any{"create": "20m"})))
	if m.Get("force_destroy") != true {
		t.Errorf("force_destroy is %v", m.Get("force_destroy"))
	}
	w.wantWrites()
}

func TestResource_acceptsTheLegacyObjectID(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *simulator.Options) { o.Variants.LegacyObjectID = true })
	m := w.managed()
	clean(t, m.Apply(object()))
	if want := w.Sim.Store().ServicePrincipals(false)[0].ID; m.Text("id") != want {
		t.Errorf("id is %s, want %s", m.Text("id"), want)
	}
	if want := w.Sim.Store().Applications(false)[0].ID; m.Text("application_object_id") != want {
		t.Errorf("application_object_id is %s, want %s", m.Text("application_object_id"), want)
	}
}

func TestResource_instantiatesByTemplateID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.managed()
	clean(t, m.Apply(object("application_template_id", store.TemplateGoTo)))
	if got := m.Text("gallery_name"); got != "GoTo" {
		t.Errorf("gallery_name is %q", got)
	}
	if got := w.Sim.Store().Applications(false)[0].TemplateID; got != store.TemplateGoTo {
		t.Errorf("the template is %s", got)
	}
}

// What only the apply tells is decided at the apply.
func TestResource_resolvesUnknownNamesAtApply(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Protocol()
	for _, tt := range []struct{ unknown string }{{"gallery_name"}, {"application_template_id"}, {"display_name"}} {
		planned, found := p.Plan(typeName, nil, object(tt.unknown, acctest.Unknown))
		clean(t, found)
		if planned.State[tt.unknown] != acctest.Unknown {
			t.Errorf("%s is planned as %v", tt.unknown, planned.State[tt.unknown])
		}
	}
	w.test(resource.TestStep{
		Config: w.Config(`
resource "terraform_data" "name" { input = "GoTo" }

resource "gotomeeting_application" "this" {
  display_name = "Meetings by ${terraform_data.name.output}"
  gallery_name = terraform_data.name.output
}
`),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(address, tfjsonpath.New("gallery_name"), knownvalue.StringExact("GoTo")),
			statecheck.ExpectKnownValue(address, tfjsonpath.New("application_template_id"), knownvalue.StringExact(store.TemplateGoTo)),
		},
	})
}
