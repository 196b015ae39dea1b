// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/workspace"
)

type object = map[string]any

// everyPermission is what a tenant can grant, for what is set up beforehand.
func everyPermission() []string {
	all := []string{"Directory.Read.All", "AuditLog.Read.All"}
	for _, needs := range pages {
		for _, n := range needs {
			all = append(all, names(n.of)...)
		}
	}
	return append(all, countHidden.application...)
}

// tenant has an application with a job and two assignments, and another one without.
type tenant struct {
	*acctest.Env
	principal, job, bare string
}

func newTenant(t *testing.T) *tenant {
	t.Helper()
	env := acctest.New(t, func(o *simulator.Options) {
		// Where there is nothing, the application itself has to be looked at.
		o.Permissions, o.Variants.NoJobsNotFound = everyPermission(), true
	})
	w := &tenant{Env: env}
	instance := func() store.ServicePrincipal {
		_, p, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
		if err != nil {
			t.Fatal(err)
		}
		if err := env.Sim.Store().PutSecrets(p.ID, []store.KeyValue{{Key: "UserName", Value: store.AdminUserName}, {Key: "Password", Value: store.AdminPassword}, {Key: "SyncAll", Value: "false"}}, store.SecretOptions{}); err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := instance()
	w.principal, w.bare = p.ID, instance().ID
	j, err := env.Sim.Store().CreateJob(p.ID, store.ConnectorGoToMeeting)
	if err != nil {
		t.Fatal(err)
	}
	w.job = p.ID + "/" + j.ID
	for _, id := range []string{store.UserAna, store.GroupMeetings} {
		if _, err := env.Sim.Store().Assign(p.ID, id, p.Roles[0].ID, store.AssignOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := env.Sim.Engine().Start(p.ID, j.ID); err != nil {
		t.Fatal(err)
	}
	return w
}

// managed are a resource's configuration, and one that changes it.
func (w *tenant) managed(page string) (config, changed object) {
	mapped := object{"email": object{"source_attribute": "userPrincipalName", "matching_priority": 1}, "active": object{"expression": "Not([IsSoftDeleted])"}}
	other := maps.Clone(mapped)
	other["firstName"] = object{"source_attribute": "givenName"}
	switch page {
	case "resources/application":
		return object{"display_name": "Made here"}, object{"display_name": "Renamed here"}
	case "resources/provisioning_connection":
		return object{"service_principal_id": w.bare, "scope": "assigned"}, object{"service_principal_id": w.bare, "scope": "all"}
	case "resources/attribute_mappings":
		return object{"connection_id": w.job, "mappings": mapped}, object{"connection_id": w.job, "mappings": other}
	case "resources/provisioning_state":
		return object{"connection_id": w.job, "enabled": false, "allow_default_mappings": true}, object{"connection_id": w.job, "enabled": true, "allow_default_mappings": true}
	case "resources/user_role_assignment":
		return object{"service_principal_id": w.principal, "principal_id": store.UserBen, "role": "User"}, nil
	case "resources/user_role_assignments_exclusive":
		return object{"service_principal_id": w.bare, "assignments": object{store.UserBen: "User"}}, object{"service_principal_id": w.bare, "assignments": object{store.UserAna: "User", store.GroupMeetings: "User"}}
	}
	return nil, nil
}

// play does what a row is about, with the permissions and no others, and returns the errors and the requests that were refused.
func (w *tenant) play(t *testing.T, page string, n need, permissions []string) (errors acctest.Diagnostics, refused []string) {
	t.Helper()
	kind, name, _ := strings.Cut(page, "/")
	typeName := "gotomeeting_" + name
	config, changed := w.managed(page)
	resource := w.Managed(typeName)
	if kind == "resources" && n.to != toApply {
		if found := resource.Apply(config); found.HasError() {
			t.Fatalf("%s: %s", page, found)
		}
	}
	w.Sim.SetPermissions(permissions...)
	defer w.Sim.SetPermissions(everyPermission()...)
	w.Sim.Log().Reset()
	switch kind {
	case "resources":
		switch {
		case n.to == toApply:
			errors = append(errors, resource.Apply(config)...)
			if changed != nil {
				errors = append(errors, resource.Apply(changed)...)
			}
			if resource.Now != nil {
				errors = append(errors, resource.Destroy()...)
			}
		case strings.Contains(n.to, "owner_ids"):
			errors = append(errors, resource.Apply(object{"display_name": "Made here", "owner_ids": []any{store.UserAna}})...)
		case strings.HasPrefix(n.to, "import"):
			_, _, errors = resource.Plan(config)
			errors = append(errors, w.Managed(typeName).Import(resource.Text("id"))...)
		case n.optional && changed != nil:
			_, _, errors = resource.Plan(changed)
		case n.optional:
			_, _, errors = w.Managed(typeName).Plan(object{"service_principal_id": w.principal, "principal_id": store.UserLeo, "role": "User"})
		default:
			_, _, errors = resource.Plan(config)
			if strings.Contains(n.to, "import") {
				errors = append(errors, w.Managed(typeName).Import(resource.Text("id"))...)
			}
			// What is gone is distinguished from what is not there yet.
			for _, a := range w.Sim.Store().Applications(false) {
				_ = w.Sim.Store().DeleteApplication(a.ID)
			}
			errors = append(errors, resource.Refresh()...)
		}
	case "data-sources":
		asked := object{"connection_id": w.job}
		if name == "application" || name == "user_role_assignments" {
			asked = object{"service_principal_id": w.principal}
		}
		_, errors = w.Protocol().ReadData(typeName, asked)
	case "list-resources":
		asked := object{"service_principal_ids": []any{w.principal, w.bare}}
		switch {
		case name == "application":
			asked = object{"gallery_name": "GoToMeeting"}
		case strings.HasPrefix(name, "user_role"):
			asked = object{"service_principal_id": w.principal}
		}
		var listed []acctest.Listed
		listed, errors = w.Protocol().List(typeName, asked, true, 100)
		for _, l := range listed {
			errors = append(errors, l.Diagnostics...)
		}
		if len(listed) == 0 && !errors.HasError() {
			t.Errorf("%s: nothing was listed", page)
		}
	case "actions":
		asked := object{"connection_id": w.job}
		if name == "provision_on_demand" {
			asked["user_ids"] = []any{store.UserAna}
		}
		_, errors = w.Protocol().Invoke(typeName, asked)
	}
	for _, r := range w.Sim.Log().All() {
		if r.Status == 401 || r.Status == 403 {
			refused = append(refused, fmt.Sprintf("%d %s %s", r.Status, r.Method, r.Path))
		}
	}
	return errors.Errors(), refused
}

// Whoever grants what a page says can do what the page says, and nothing of it is granted in vain.
func TestPages_permissionsAreWhatIsNeeded(t *testing.T) {
	for _, page := range slices.Sorted(maps.Keys(pages)) {
		t.Run(page, func(t *testing.T) {
			planned := pages[page]
			for _, n := range planned {
				granted := slices.Clone(n.of)
				if n.optional { // more detail for a plan
					granted = append(granted, planned[0].of...)
				}
				if strings.Contains(n.to, "owner_ids") {
					granted = append(granted, planned[1].of...)
				}
				all := names(granted)
				errors, refused := newTenant(t).play(t, page, n, all)
				if len(errors) > 0 {
					t.Errorf("%s, with %v: %s", n.to, all, errors)
				}
				if n.optional && len(refused) > 0 && !hasOther(planned, n) {
					t.Errorf("%s, with %v: refused %v", n.to, all, refused)
				}
				for i, name := range names(n.of) {
					w := newTenant(t)
					// Of people and groups, what a call returns depends on both, and the stand-in asks for either.
					both := slices.Contains(lookUp.application, name)
					without := slices.DeleteFunc(slices.Clone(all), func(other string) bool { return other == name || both && slices.Contains(lookUp.application, other) })
					fewerErrors, moreRefused := w.play(t, page, n, without)
					if both && n.to == toPlan && strings.HasPrefix(page, "resources/user_role_assignment") {
						continue // the stand-in tells the kind of an object whoever asks, and the service does not promise that
					}
					basic := n.to != planned[0].to && slices.Contains(names(planned[0].of), name)
					if len(fewerErrors) == len(errors) && len(moreRefused) <= len(refused) && !basic && !covered(name, without) {
						t.Errorf("%s: %s (%d) is not needed: %v", n.to, name, i, without)
					}
				}
			}
		})
	}
}

// hasOther says whether there are optional rows besides one.
func hasOther(needs []need, than need) bool {
	return slices.ContainsFunc(needs, func(n need) bool { return n.optional && n.to != than.to })
}

// covered says whether a stronger permission is there.
func covered(name string, among []string) bool {
	return slices.Contains(among, strings.ReplaceAll(name, ".Read.", ".ReadWrite."))
}

// Every page of an object has its permissions, and none is left without a place for them.
func TestFinish_fillsEveryPage(t *testing.T) {
	folder := t.TempDir()
	for page := range pages {
		path := filepath.Join(folder, filepath.FromSlash(page)+".md")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, path, "## API permissions\n\n"+tableMarker+"\n\nSince [[terraform-query]].\n")
	}
	write(t, filepath.Join(folder, "index.md"), tableMarker+" [one](resources/application.md#import)")
	if err := os.MkdirAll(filepath.Join(folder, "guides"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "guides", "getting-started.md"), "[a page](../resources/application.md)")
	if err := finish(folder); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(folder, "resources", "application.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, wanted := range []string{"| create, change, destroy | `Application.ReadWrite.All`", "Since " + facts["terraform-query"] + "."} {
		if !strings.Contains(string(raw), wanted) {
			t.Errorf("the page lacks %q:\n%s", wanted, raw)
		}
	}
	lost := t.TempDir()
	write(t, filepath.Join(lost, "lost.md"), "[nowhere](nowhere.md#at-all)")
	if err := finish(lost); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("a link to nowhere: %v", err)
	}
	for name, text := range map[string]string{
		"resources/provisioning_state": "no place for them", "resources/unheard_of": tableMarker, "guides/one": "[[no-such-fact]]",
	} {
		if _, err := finishPage(name, text); err == nil {
			t.Errorf("%s with %q was finished", name, text)
		}
	}
}

// The front page and the README name the permissions that the pages need, and no others.
func TestOverview_hasEveryPermission(t *testing.T) {
	all := overview()
	for page, needs := range pages {
		for _, n := range needs {
			for _, name := range names(n.of) {
				if !strings.Contains(all, "`"+name+"`") {
					t.Errorf("%s needs %s, which the overview lacks", page, name)
				}
			}
		}
	}
}

// Whoever copies the mock defaults can mock every resource, and the data source that stands for one.
func TestMocks_areThereForEveryResource(t *testing.T) {
	root, err := workspace.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(root, "examples", "complete", "tests", "mocks", "gotomeeting.tfmock.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := []string{`mock_data "gotomeeting_application"`, `mock_data "gotomeeting_sync_status"`}
	for page := range pages {
		if name, is := strings.CutPrefix(page, "resources/"); is {
			blocks = append(blocks, `mock_resource "gotomeeting_`+name+`"`)
		}
	}
	for _, block := range blocks {
		if !strings.Contains(string(raw), block) {
			t.Errorf("there is no %s", block)
		}
	}
}

// The README cannot be generated: it says the same of versions, and names no permission that the overview lacks.
func TestReadme_agreesWithThePages(t *testing.T) {
	root, err := workspace.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	readme := string(raw)
	for _, row := range []string{
		"| everything needed for daily work | " + facts["terraform"] + " | " + facts["opentofu"] + " |",
		" | " + facts["terraform-identity"] + " | " + facts["opentofu-identity"] + " |",
		" | " + facts["terraform-query"] + " | ",
		"https://go.dev) " + facts["go"],
	} {
		if !strings.Contains(readme, row) {
			t.Errorf("the README lacks %q", row)
		}
	}
	guides, err := filepath.Glob(filepath.Join(root, "templates", "guides", "*.md"))
	if err != nil || len(guides) == 0 {
		t.Fatalf("%d guides: %v", len(guides), err)
	}
	permission := regexp.MustCompile("`[A-Z][A-Za-z]+\\.[A-Za-z.]+\\.(All|OwnedBy)`")
	for _, file := range append(guides, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range permission.FindAllString(string(text), -1) {
			if !strings.Contains(overview(), name) {
				t.Errorf("%s names %s, which the overview lacks", filepath.Base(file), name)
			}
		}
	}
}

// Descriptions of the schema cannot take facts by name, since the CLI and editors show them as they are: they say the same.
func TestDescriptions_nameKnownVersions(t *testing.T) {
	var schema bytes.Buffer
	if err := run(t.Context(), &schema); err != nil {
		t.Fatal(err)
	}
	known := slices.Collect(maps.Values(facts))
	for _, found := range regexp.MustCompile(`(?:Terraform|OpenTofu)[a-z ]{0,20}([0-9]+\.[0-9]+)`).FindAllStringSubmatch(schema.String(), -1) {
		if !slices.Contains(known, found[1]) {
			t.Errorf("a description says %q, which is not a fact of the pages", found[0])
		}
	}
}
