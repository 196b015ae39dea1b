// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
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
	typeName = "gotomeeting_provisioning_connection"
	address  = typeName + ".this"
)

// TestMain lets the test binary be the provider for the tests that start it as a process.
func TestMain(m *testing.M) { acctest.Main(m) }

// world is a tenant with a GoToMeeting application that has no connection yet.
type world struct {
	*acctest.Env
	t  *testing.T
	sp store.ServicePrincipal
}

func newWorld(t *testing.T, adjust ...func(*simulator.Options)) *world {
	t.Helper()
	env := acctest.New(t, adjust...)
	env.WithoutImpact()
	return &world{env, t, instantiated(t, env, store.TemplateGoToMeeting)}
}

func instantiated(t *testing.T, env *acctest.Env, template string) store.ServicePrincipal {
	t.Helper()
	_, sp, err := env.Sim.Store().Instantiate(template, "Meetings", "")
	if err != nil {
		t.Fatal(err)
	}
	return sp
}

func replacing(o *simulator.Options) { o.Variants.SecretsReplace = true }

// managed is the resource under test.
func (w *world) managed() *acctest.Managed { return w.Managed(typeName) }

// created is a connection that was made with the usual configuration.
func (w *world) created(pairs ...any) *acctest.Managed {
	w.t.Helper()
	m := w.managed()
	clean(w.t, m.Apply(w.object(pairs...)))
	w.Sim.Log().Reset()
	w.ForgetDiagnostics()
	return m
}

// object is a configuration for the bare protocol: working credentials, a notification, and pairs of name and value.
func (w *world) object(pairs ...any) map[string]any {
	config := w.bare("admin_username", store.AdminUserName, "admin_password_wo", store.AdminPassword, "admin_password_wo_version", "1",
		"notification_email", "identity-ops@example.com")
	maps.Copy(config, pairsOf(pairs))
	return config
}

// bare is a configuration without credentials.
func (w *world) bare(pairs ...any) map[string]any {
	config := map[string]any{"service_principal_id": w.sp.ID}
	maps.Copy(config, pairsOf(pairs))
	return config
}

func pairsOf(pairs []any) map[string]any {
	config := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		config[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return config
}

// config is a configuration for the CLI: the service principal and what lines say.
func (w *world) config(lines ...string) string {
	return w.Config(fmt.Sprintf("\nresource %q \"this\" {\n  service_principal_id = %q\n  %s\n}\n", typeName, w.sp.ID, strings.Join(lines, "\n  ")))
}

var credentialLines = []string{
	fmt.Sprintf("admin_username = %q", store.AdminUserName),
	fmt.Sprintf("admin_password_wo = %q", store.AdminPassword),
	`admin_password_wo_version = "1"`,
}

func withCredentials(lines ...string) []string {
	return append(slices.Clone(credentialLines), lines...)
}

func (w *world) test(steps ...resource.TestStep) {
	w.t.Helper()
	resource.UnitTest(w.t, resource.TestCase{ProtoV6ProviderFactories: w.ProviderFactories(), Steps: steps,
		CheckDestroy: func(*terraform.State) error { return w.wantDestroyed() }})
}

// wantDestroyed checks in the tenant that neither the job nor a credential is left.
func (w *world) wantDestroyed() error {
	if jobs := w.jobs(); len(jobs) > 0 {
		return fmt.Errorf("%d jobs are left", len(jobs))
	}
	for _, key := range []string{"UserName", "Password"} {
		if value := w.secret(key); value != "" {
			return fmt.Errorf("the service still holds %s", key)
		}
	}
	return nil
}

func (w *world) jobs() []store.Job {
	w.t.Helper()
	jobs, err := w.Sim.Store().Jobs(w.sp.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return jobs
}

func (w *world) wantJobs(want int) {
	w.t.Helper()
	if got := len(w.jobs()); got != want {
		w.t.Errorf("there are %d jobs, want %d", got, want)
	}
}

// job is the only job.
func (w *world) job() store.Job {
	w.t.Helper()
	jobs := w.jobs()
	if len(jobs) != 1 {
		w.t.Fatalf("there are %d jobs", len(jobs))
	}
	return jobs[0]
}

func (w *world) changeJob(change func(*store.Job)) {
	w.t.Helper()
	if err := w.Sim.Store().UpdateJob(w.sp.ID, w.job().ID, change); err != nil {
		w.t.Fatal(err)
	}
}

// secret is a stored value, unmasked.
func (w *world) secret(key string) string { return w.Sim.Store().Secret(w.sp.ID, key) }

func (w *world) wantSecrets(pairs ...string) {
	w.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if got := w.secret(pairs[i]); got != pairs[i+1] {
			w.t.Errorf("%s is %q, want %q", pairs[i], got, pairs[i+1])
		}
	}
}

// stores writes secrets as the portal would.
func (w *world) stores(pairs ...string) {
	w.t.Helper()
	var entries []store.KeyValue
	for i := 0; i < len(pairs); i += 2 {
		entries = append(entries, store.KeyValue{Key: pairs[i], Value: pairs[i+1]})
	}
	if err := w.Sim.Store().PutSecrets(w.sp.ID, entries, store.SecretOptions{}); err != nil {
		w.t.Fatal(err)
	}
}

// notification is the stored notification, decoded.
func (w *world) notification() map[string]any {
	w.t.Helper()
	var members map[string]any
	if err := json.Unmarshal([]byte(w.secret("SyncNotificationSettings")), &members); err != nil {
		w.t.Fatal(err)
	}
	return members
}

// addJob makes a job as the portal would.
func (w *world) addJob() store.Job {
	w.t.Helper()
	job, err := w.Sim.Store().CreateJob(w.sp.ID, store.ConnectorGoToMeeting)
	if err != nil {
		w.t.Fatal(err)
	}
	return job
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

// sent lists the requests to the synchronization service by their last segments: "PUT secrets", "POST jobs".
func (w *world) sent() []string {
	var lines []string
	for _, request := range w.Sim.Log().Sent() {
		if i := strings.Index(request.Path, "/synchronization/"); i >= 0 {
			name := path.Base(request.Path)
			if path.Base(path.Dir(request.Path)) == "jobs" && name != "validateCredentials" {
				name = "job"
			}
			lines = append(lines, request.Method+" "+name)
		}
	}
	return lines
}

// did lists the writes among sent, and the tests of credentials.
func (w *world) did() []string {
	return slices.DeleteFunc(w.sent(), func(line string) bool { return strings.HasPrefix(line, "GET ") })
}

func wantLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// puts returns the bodies of the writes of secrets.
func (w *world) puts() []map[string]string {
	w.t.Helper()
	var bodies []map[string]string
	for _, request := range w.Sim.Log().Match("PUT", "/servicePrincipals/*/synchronization/secrets") {
		var body struct{ Value []struct{ Key, Value string } }
		if err := json.Unmarshal(request.Body, &body); err != nil {
			w.t.Fatal(err)
		}
		pairs := map[string]string{}
		for _, pair := range body.Value {
			pairs[pair.Key] = pair.Value
			if pair.Value == "*" {
				w.t.Errorf("%s was sent back masked", pair.Key)
			}
		}
		bodies = append(bodies, pairs)
	}
	return bodies
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

// summaries are the messages without their details.
func summaries(found acctest.Diagnostics) []string {
	var list []string
	for _, d := range found {
		severity := "warning: "
		if d.Error {
			severity = "error: "
		}
		list = append(list, severity+d.Summary)
	}
	return list
}

func wantSummaries(t *testing.T, found acctest.Diagnostics, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, summaries(found)); diff != "" {
		t.Fatalf("messages (-want +got):\n%s\n%s", diff, found)
	}
}

// What the operations need, as the errors name it.
var (
	synchronizationRead  = graph.Permission{Application: []string{"Synchronization.Read.All"}, Role: "a custom role with `microsoft.directory/applications/synchronization/standard/read`"}
	synchronizationWrite = graph.Permission{Application: []string{"Synchronization.ReadWrite.All"}, Role: "the directory role Cloud Application Administrator or Application Administrator"}
)

// detail is what a diagnostic says of an answer of Graph; its words are the business of graphdiag.
func detail(status int, code, message, request string, need graph.Permission, hints ...string) string {
	method, path, _ := strings.Cut(request, " ")
	return graphdiag.Detail(&graph.Error{StatusCode: status, Code: code, OuterCode: code, Message: message, Method: method, Path: path, RequestID: "#", Needs: need}, hints...)
}

// denied is detail for a missing permission, as the synchronization service answers it.
func denied(request string, need graph.Permission, hints ...string) string {
	return detail(401, "UnknownError", "", request, need, hints...)
}

func facts(status int, code, request string) string {
	return fmt.Sprintf("\n\nHTTP status: %d\nGraph code: %s\nRequest: %s\nRequest ID: #", status, code, request)
}

// grant is the sentence that names a missing permission.
func grant(need graph.Permission) string {
	var skipped graphdiag.Skipped
	skipped.Add("X", &graph.Error{StatusCode: 403, Needs: need})
	text := skipped.Diagnostics("END")[0].Detail()
	return strings.TrimSuffix(strings.TrimPrefix(text, "Not checked: X. "), " END")
}
