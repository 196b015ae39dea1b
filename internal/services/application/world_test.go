// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

const (
	typeName = "gotomeeting_application"
	address  = typeName + ".this"
)

// world is a tenant without applications.
type world struct {
	*acctest.Env
	t *testing.T
}

func newWorld(t *testing.T, adjust ...func(*simulator.Options)) *world {
	t.Helper()
	return &world{acctest.New(t, adjust...), t}
}

// managed is the resource under test.
func (w *world) managed() *acctest.Managed { return w.Managed(typeName) }

// object is a configuration for the bare protocol: pairs of name and value after the display name "Meetings".
func object(pairs ...any) map[string]any {
	config := map[string]any{"display_name": "Meetings"}
	for i := 0; i < len(pairs); i += 2 {
		config[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return config
}

// config is a configuration for the CLI.
func (w *world) config(lines ...string) string {
	return w.Config(fmt.Sprintf("\nresource %q \"this\" {\n  %s\n}\n", typeName, strings.Join(lines, "\n  ")))
}

func (w *world) test(steps ...resource.TestStep) {
	w.t.Helper()
	resource.UnitTest(w.t, resource.TestCase{ProtoV6ProviderFactories: w.ProviderFactories(), Steps: steps,
		CheckDestroy: func(*terraform.State) error { return w.wantNone() }})
}

// wantNone checks that no application is left outside the recycle bin.
func (w *world) wantNone() error {
	if apps, principals := len(w.Sim.Store().Applications(false)), len(w.Sim.Store().ServicePrincipals(false)); apps+principals > 0 {
		return fmt.Errorf("%d applications and %d service principals are left", apps, principals)
	}
	return nil
}

// wantCount checks how many applications and service principals there are.
func (w *world) wantCount(want int) {
	w.t.Helper()
	if apps, principals := len(w.Sim.Store().Applications(false)), len(w.Sim.Store().ServicePrincipals(false)); apps != want || principals != want {
		w.t.Errorf("there are %d applications and %d service principals, want %d", apps, principals, want)
	}
}

// exists makes an application as somebody in the portal would.
func (w *world) exists(templateID, name string) (store.Application, store.ServicePrincipal) {
	w.t.Helper()
	app, sp, err := w.Sim.Store().Instantiate(templateID, name, "")
	if err != nil {
		w.t.Fatal(err)
	}
	return app, sp
}

func (w *world) delete(applicationID string) {
	w.t.Helper()
	if err := w.Sim.Store().DeleteApplication(applicationID); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) setSignOn(servicePrincipalID string, mode any) {
	w.t.Helper()
	err := w.Sim.Store().UpdateServicePrincipal(servicePrincipalID, func(p *store.ServicePrincipal) error {
		p.Properties["preferredSingleSignOnMode"] = mode
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// fault adds faults and checks in the end that all of them have struck.
func (w *world) fault(faults ...simulator.Fault) {
	w.t.Helper()
	w.Sim.Faults().Add(faults...)
	w.t.Cleanup(func() {
		for _, f := range w.Sim.Faults().Pending() {
			if f.Count > 0 && !w.t.Skipped() {
				w.t.Errorf("a fault for %s %s never struck", f.Method, f.Path)
			}
		}
	})
}

// writes lists the requests that change something.
func (w *world) writes() []string { return acctest.Lines(w.Sim.Log().Writes()) }

func (w *world) wantWrites(want ...string) {
	w.t.Helper()
	wantLines(w.t, w.writes(), want)
}

// wantLines compares requests with patterns of simulator.MatchPath.
func wantLines(t *testing.T, got, want []string) {
	t.Helper()
	ok := len(got) == len(want)
	for i := range got {
		ok = ok && matches(want[i], got[i])
	}
	if !ok {
		t.Errorf("requests:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func matches(want, got string) bool {
	wantMethod, pattern, _ := strings.Cut(want, " ")
	method, path, _ := strings.Cut(got, " ")
	return method == wantMethod && simulator.MatchPath(pattern, path)
}

func action(a plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, a)}}
}

// clean fails the test if there was any message at all.
func clean(t *testing.T, found acctest.Diagnostics) {
	t.Helper()
	if len(found) > 0 {
		t.Fatalf("unexpected messages:\n%s", found)
	}
}

var requestID = regexp.MustCompile(`Request ID: [-0-9a-f]{36}`)

// wants compares messages; request ids are written as "Request ID: #".
func wants(t *testing.T, found acctest.Diagnostics, want ...acctest.Diagnostic) {
	t.Helper()
	for i := range found {
		found[i].Detail = requestID.ReplaceAllString(found[i].Detail, "Request ID: #")
	}
	if diff := cmp.Diff(acctest.Diagnostics(want), found); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

// What the operations need, as the errors name it.
var (
	applicationRead     = graph.Permission{Application: []string{"Application.Read.All"}, Role: "the directory role Directory Readers"}
	applicationWrite    = graph.Permission{Application: []string{"Application.ReadWrite.All"}, Role: "the directory role Cloud Application Administrator or Application Administrator"}
	synchronizationRead = graph.Permission{Application: []string{"Synchronization.Read.All"}, Role: "a custom role with `microsoft.directory/applications/synchronization/standard/read`"}
)

// detail is what a diagnostic says of an answer of Graph; its words are the business of graphdiag.
func detail(status int, code, message, request string, need graph.Permission, hints ...string) string {
	method, path, _ := strings.Cut(request, " ")
	return graphdiag.Detail(&graph.Error{StatusCode: status, Code: code, OuterCode: code, Message: message, Method: method, Path: path, RequestID: "#", Needs: need}, hints...)
}

// denied is detail for a missing permission.
func denied(request string, need graph.Permission, hints ...string) string {
	return detail(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", request, need, hints...)
}

// grant is the sentence that names a missing permission.
func grant(need graph.Permission) string {
	var skipped graphdiag.Skipped
	skipped.Add("X", &graph.Error{StatusCode: 403, Needs: need})
	text := skipped.Diagnostics("END")[0].Detail()
	return strings.TrimSuffix(strings.TrimPrefix(text, "Not checked: X. "), " END")
}

// names collects the names of the roles.
func names(roles any) []string {
	var list []string
	all, _ := roles.([]any)
	for _, r := range all {
		role, _ := r.(map[string]any)
		list = append(list, fmt.Sprint(role["display_name"]))
	}
	return list
}

// show is for messages.
func show(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
