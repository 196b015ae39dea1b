// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func duplicate(id string) acctest.Diagnostic {
	return acctest.Diagnostic{Error: true, Path: "display_name", Summary: "The application already exists",
		Detail: "The tenant has an application named \"Meetings\" from the same gallery entry. Creating it again would result in a second one. " +
			"Import it with this block, replacing NAME with the name of the resource, or choose a different `display_name`:\n\nimport {\n  to = gotomeeting_application.NAME\n  id = \"" + id + "\"\n}"}
}

func TestResource_refusesADuplicateWithTheImportBlock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, sp := w.exists(store.TemplateGoToMeeting, "Meetings")
	w.exists(store.TemplateGoTo, "Meetings of GoTo")
	_, _, found := w.managed().Plan(object())
	wants(t, found, duplicate(sp.ID))
	// The same name from another gallery entry, and the same entry under another name, are something else.
	for _, config := range []map[string]any{object("gallery_name", "GoTo"), {"display_name": "Meetings 2"}, {"display_name": "MEETINGS"}} {
		_, _, found := w.managed().Plan(config)
		clean(t, found)
	}
	_, twin := w.exists(store.TemplateGoToMeeting, "Meetings")
	ids := []string{sp.ID, twin.ID}
	_, _, found = w.managed().Plan(object())
	if len(found) == 1 && strings.Contains(found[0].Detail, ids[1]+"\n- "+ids[0]) {
		slices.Reverse(ids)
	}
	wants(t, found, acctest.Diagnostic{Error: true, Path: "display_name", Summary: "The application already exists",
		Detail: fmt.Sprintf("The tenant has 2 applications named \"Meetings\" from the same gallery entry:\n- %s\n- %s\nImport the intended one, or choose a different `display_name`.", ids[0], ids[1])})
	w.wantWrites()
}

func TestResource_theImportBlockOfTheErrorWorks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, sp := w.exists(store.TemplateGoToMeeting, "Meetings")
	block := regexp.MustCompile(`import \{\n  to = gotomeeting_application\.NAME\n  id = "[0-9a-f-]+"\n\}`)
	_, _, found := w.managed().Plan(object())
	w.test(
		resource.TestStep{Config: w.config(`display_name = "Meetings"`), ExpectError: regexp.MustCompile("The application already exists")},
		resource.TestStep{Config: w.config(`display_name = "Meetings"`) + strings.ReplaceAll(block.FindString(found.String()), "NAME", "this"),
			Check: resource.TestCheckResourceAttr(address, "id", sp.ID)},
	)
	w.wantWrites("DELETE /applications/*")
}

// Somebody else may be faster between plan and apply.
func TestResource_looksAgainWhenThePlanIsOld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.Protocol()
	planned, found := p.Plan(typeName, nil, object())
	clean(t, found)
	_, sp := w.exists(store.TemplateGoToMeeting, "Meetings")
	w.Sim.Clock().Advance(31e9)
	_, found = p.Apply(planned)
	wants(t, found, duplicate(sp.ID))
	w.wantCount(1)
}

func TestResource_refusesTwoOfOneConfiguration(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.test(resource.TestStep{
		Config: w.config(`display_name = "Meetings"`) + `
resource "gotomeeting_application" "other" {
  display_name = "Meetings"
}
`,
		ExpectError: regexp.MustCompile(`The application is declared twice`),
	})
	w.wantWrites("POST "+instantiatePath, "DELETE /applications/*")
}

func TestResource_warnsOfADeletedNamesake(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other, _ := w.exists(store.TemplateGoTo, "Meetings")
	w.delete(other.ID)
	_, _, found := w.managed().Plan(object())
	clean(t, found)
	app, _ := w.exists(store.TemplateGoToMeeting, "Meetings")
	w.delete(app.ID)
	_, _, found = w.managed().Plan(object())
	wants(t, found, acctest.Diagnostic{Path: "display_name", Summary: "A deleted application has the same name",
		Detail: "The tenant's recycle bin contains an application named \"Meetings\" (deleted 2030-01-02T03:04:05Z). This plan creates a new one. " +
			"If you want the old one back with its settings, restore it within 30 days of its deletion (Microsoft Graph `POST /directory/deletedItems/" + app.ID + "/restore`) and import it."})
}

func TestResource_refusesAGalleryEntryThatCannotProvision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	refusal := func(path string) acctest.Diagnostic {
		return acctest.Diagnostic{Error: true, Path: path, Summary: "The gallery application cannot provision accounts",
			Detail: "According to the gallery, \"Example Wiki\" (" + store.TemplateWiki + ") does not support automatic provisioning. " +
				"Microsoft has announced that it will retire the provisioning connector of the GoToMeeting application; its successor is the gallery application `GoTo`: set `gallery_name = \"GoTo\"`. " +
				"Single sign-on is not affected. Nothing was created."}
	}
	_, _, found := w.managed().Plan(object("gallery_name", "Example Wiki"))
	wants(t, found, refusal("gallery_name"))
	_, _, found = w.managed().Plan(object("application_template_id", store.TemplateWiki))
	wants(t, found, refusal("application_template_id"))
	w.test(resource.TestStep{ // and at apply, where the plan could not know
		Config: w.Config(`
resource "terraform_data" "name" { input = "Example Wiki" }

resource "gotomeeting_application" "this" {
  display_name = "Meetings"
  gallery_name = terraform_data.name.output
}
`),
		ExpectError: regexp.MustCompile(`The gallery application cannot provision accounts`),
	})
	w.wantWrites()
}

func TestResource_refusesAnotherTemplate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.managed()
	clean(t, m.Apply(object()))
	for name, tt := range map[string]struct {
		config map[string]any
		want   acctest.Diagnostic
	}{
		"name": {object("gallery_name", "GoTo"), acctest.Diagnostic{Error: true, Path: "gallery_name", Summary: "The gallery application cannot be changed",
			Detail: "This application was created from the gallery entry \"GoToMeeting\", and the service cannot change that. " +
				"Declare a second `gotomeeting_application` for \"GoTo\", move provisioning to it, and then remove this one."}},
		"id": {object("application_template_id", store.TemplateGoTo), acctest.Diagnostic{Error: true, Path: "application_template_id", Summary: "The gallery application cannot be changed",
			Detail: "This application was created from the gallery entry \"" + store.TemplateGoToMeeting + "\", and the service cannot change that. " +
				"Declare a second `gotomeeting_application`, move provisioning to it, and then remove this one."}},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, found := m.Plan(tt.config)
			wants(t, found, tt.want)
		})
	}
	// Naming what it is made from anyway is no change.
	clean(t, m.Apply(object("gallery_name", "GoToMeeting", "application_template_id", store.TemplateGoToMeeting)))
}

func TestResource_refusesToRenameWhatAnotherTenantOwns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, sp := w.exists(store.TemplateGoToMeeting, "Meetings")
	// A service principal without its registration looks like one that is registered elsewhere.
	if err := w.Sim.Store().UpdateServicePrincipal(sp.ID, func(p *store.ServicePrincipal) error {
		p.AppID = "a0000000-0000-4000-8000-0000000000ff"
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	w.delete(app.ID)
	m := w.managed()
	clean(t, m.Import(sp.ID))
	if got := m.Get("application_object_id"); got != nil {
		t.Errorf("application_object_id is %v", got)
	}
	_, _, found := m.Plan(map[string]any{"display_name": "Renamed"})
	wants(t, found, acctest.Diagnostic{Error: true, Path: "display_name", Summary: "The application cannot be renamed here",
		Detail: "Its registration is in another tenant, which owns the name. Keep `display_name = \"Meetings\"`."})
	// That its owner renamed it stops nothing but the apply that would put the name back.
	if err := w.Sim.Store().UpdateServicePrincipal(sp.ID, func(p *store.ServicePrincipal) error { p.DisplayName = "Theirs"; return nil }); err != nil {
		t.Fatal(err)
	}
	unchanged := map[string]any{"display_name": "Meetings"}
	if _, _, found := m.Plan(unchanged); found.HasError() || !strings.Contains(found.String(), "The application cannot be renamed here") {
		t.Errorf("plan: %s", found)
	}
	if found := m.Apply(unchanged); !found.HasError() {
		t.Error("the apply renames it")
	}
	clean(t, m.Destroy())
	w.wantWrites("DELETE /servicePrincipals/*")
}

func TestResource_refusesBadInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, tt := range map[string]struct {
		config map[string]any
		want   acctest.Diagnostic
	}{
		"empty name": {map[string]any{"display_name": ""}, acctest.Diagnostic{Error: true, Path: "display_name", Summary: "Empty value",
			Detail: "The value is empty. Set a value; if the attribute is optional, you can omit it instead."}},
		"empty gallery name": {object("gallery_name", ""), acctest.Diagnostic{Error: true, Path: "gallery_name", Summary: "Empty value",
			Detail: "The value is empty. Set a value; if the attribute is optional, you can omit it instead."}},
		"template id that is a name": {object("application_template_id", "GoToMeeting"), acctest.Diagnostic{Error: true, Path: "application_template_id", Summary: "Invalid template id",
			Detail: "\"GoToMeeting\" is not a GUID. Use the template id, such as \"b0000000-0000-4000-8000-000000000001\"; names and e-mail addresses are not accepted here."}},
		"template id in uppercase": {object("application_template_id", "5A5A0001-0000-4000-8000-00000000A001"), acctest.Diagnostic{Error: true, Path: "application_template_id", Summary: "Invalid template id",
			Detail: "\"5A5A0001-0000-4000-8000-00000000A001\" is a GUID in uppercase. Write it in lowercase, as Microsoft Graph returns it: \"5a5a0001-0000-4000-8000-00000000a001\"."}},
		"empty template id": {object("application_template_id", ""), acctest.Diagnostic{Error: true, Path: "application_template_id", Summary: "Invalid template id",
			Detail: "The value is empty. Use the template id, such as \"b0000000-0000-4000-8000-000000000001\"; if the attribute is optional, you can omit it instead."}},
	} {
		t.Run(name, func(t *testing.T) {
			wants(t, w.managed().Apply(tt.config), tt.want)
		})
	}
	if sent := w.Sim.Log().Sent(); len(sent) > 0 {
		t.Errorf("requests were sent: %v", acctest.Lines(sent))
	}
}

// The gallery may go on listing an entry whose connector was retired: another application tells so at plan, and the first one is
// taken back before anything depends on it.
func TestResource_refusesARetiredConnectorThatTheGalleryLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	retire := func() {
		if err := w.Sim.Store().UpdateConnector(store.ConnectorGoToMeeting, func(c *store.Connector) { c.Retired = true }); err != nil {
			t.Fatal(err)
		}
	}
	retire()
	m := w.managed()
	found := m.Apply(object())
	if !found.HasError() || !strings.Contains(found.String(), "no longer offers a provisioning connector for \"GoToMeeting\", although the gallery lists it. The new application was deleted again") || m.Now != nil {
		t.Errorf("apply: %v, %v", m.Now, found)
	}
	w.wantCount(0)
	_, _ = w.exists(store.TemplateGoToMeeting, "Older")
	w.Sim.Log().Reset()
	_, _, found = w.managed().Plan(object())
	if !found.HasError() || !strings.Contains(found.String(), "The application \"Older\"") || !strings.Contains(found.String(), "Nothing was created") {
		t.Errorf("plan: %v", found)
	}
	w.wantWrites()
	_, _, found = w.managed().Plan(object("gallery_name", "GoTo"))
	clean(t, found)
}
