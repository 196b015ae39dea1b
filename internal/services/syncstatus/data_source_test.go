// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package syncstatus_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

const (
	statusType = "gotomeeting_sync_status"
	jobPath    = "/servicePrincipals/*/synchronization/jobs/*"
)

// tenant has a connection with credentials that was never started.
type tenant struct {
	*acctest.Env
	t        *testing.T
	sp       store.ServicePrincipal
	job      store.Job
	protocol *acctest.Protocol
}

func newTenant(t *testing.T) *tenant {
	t.Helper()
	env := acctest.New(t)
	_, sp, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		t.Fatal(err)
	}
	err = env.Sim.Store().PutSecrets(sp.ID, []store.KeyValue{{Key: "UserName", Value: store.AdminUserName}, {Key: "Password", Value: store.AdminPassword}}, store.SecretOptions{})
	if err != nil {
		t.Fatal(err)
	}
	job, err := env.Sim.Store().CreateJob(sp.ID, store.ConnectorGoToMeeting)
	if err != nil {
		t.Fatal(err)
	}
	return &tenant{env, t, sp, job, env.Protocol()}
}

func (w *tenant) connectionID() string { return w.sp.ID + "/" + w.job.ID }

func (w *tenant) change(change func(*store.Job)) {
	w.t.Helper()
	if err := w.Sim.Store().UpdateJob(w.sp.ID, w.job.ID, change); err != nil {
		w.t.Fatal(err)
	}
}

func (w *tenant) start() {
	w.t.Helper()
	if err := w.Sim.Engine().Start(w.sp.ID, w.job.ID); err != nil {
		w.t.Fatal(err)
	}
}

func (w *tenant) read() (map[string]any, acctest.Diagnostics) {
	w.t.Helper()
	return w.protocol.ReadData(statusType, map[string]any{"connection_id": w.connectionID()})
}

// wants reads the status and compares the named attributes.
func (w *tenant) wants(want map[string]any) {
	w.t.Helper()
	state, found := w.read()
	if len(found) > 0 {
		w.t.Fatalf("messages:\n%s", found)
	}
	got := map[string]any{}
	for name := range want {
		got[name] = state[name]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("status (-want +got):\n%s", diff)
	}
}

// report reads the report, which begins as wanted.
func (w *tenant) report(want string) string {
	w.t.Helper()
	state, found := w.read()
	report, _ := state["report"].(string)
	if len(found) > 0 || report == "" || !strings.HasPrefix(report, want) {
		w.t.Fatalf("report %q, messages %s", report, found)
	}
	return report
}

// A report of trouble is the same from day to day, while messages, counts and instants change.
func TestDataSource_reportsSteadily(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.start()
	w.Sim.Clock().Advance(10 * time.Minute)
	w.Sim.Store().SetAdmin(store.Admin{UserName: store.AdminUserName, Password: "another-correct-horse", TeamAdmin: true})
	w.Sim.Clock().Advance(24 * time.Hour)
	first, _ := w.read()
	report := w.report("## Provisioning is failing\n\n| | Problem | |\n| --- | --- | --- |\n| error | `EncounteredQuarantineException` | The service put the job into quarantine: a critical error, typically invalid credentials or no connection to the target. |\n")
	w.Sim.Clock().Advance(24 * time.Hour)
	second, _ := w.read()
	if cmp.Diff(first["problems"], second["problems"]) == "" {
		t.Error("nothing has changed from day to day")
	}
	if again := w.report(""); again != report {
		t.Errorf("the report changes:\n%s\n%s", report, again)
	}
}

func problem(code, severity, message string) any {
	return map[string]any{"code": code, "severity": severity, "message": message}
}

func TestDataSource_followsAJobThroughItsLife(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	off := []any{problem("Paused", "warning", "Provisioning is off.")}
	w.wants(map[string]any{"state": "paused", "healthy": nil, "problems": off, "last_execution": nil, "next_cycle_expected_at": nil, "steady_state_first_achieved_at": nil})
	w.start()
	w.wants(map[string]any{"state": "pending", "healthy": nil, "problems": []any{}, "status_code": "NotRun", "last_execution": nil})
	w.Sim.Clock().Advance(10 * time.Minute)
	w.wants(map[string]any{"state": "healthy", "healthy": true, "problems": []any{}, "status_code": "Active", "next_cycle_expected_at": "2030-01-02T03:44:05Z"})
	healthy := w.report("## Provisioning is healthy\n\nNo problems.\n\n[The application in the Entra admin center](https://")
	w.Sim.Clock().Advance(40 * time.Minute)
	if again := w.report(""); again != healthy {
		t.Errorf("the report changes with a cycle: %s", again)
	}
	if err := w.Sim.Engine().Pause(w.sp.ID, w.job.ID); err != nil {
		t.Fatal(err)
	}
	w.wants(map[string]any{"state": "paused", "healthy": true, "problems": off, "next_cycle_expected_at": nil})
	w.Sim.Store().SetAdmin(store.Admin{UserName: store.AdminUserName, Password: "changed", TeamAdmin: true})
	w.start()
	w.Sim.Clock().Advance(time.Hour)
	state, found := w.read()
	if len(found) > 0 || state["state"] != "failed" || state["healthy"] != false || state["status_code"] != "Quarantine" || state["quarantine"] == nil {
		t.Errorf("after bad credentials: %v, %v", state, found)
	}
}

func TestDataSource_tellsEverythingThatTheServiceTells(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	at := func(minutes int) time.Time {
		return store.Epoch.Add(time.Duration(minutes)*time.Minute + 123456700*time.Nanosecond)
	}
	execution := func(base int64, state string, problem *store.SyncError) *store.Execution {
		return &store.Execution{ActivityID: fmt.Sprintf("f0000000-0000-4000-8000-00000000000%d", base), State: state, Began: at(int(base)), Ended: at(int(base) + 1),
			Entitled: base + 1, EntitledForProvisioning: base + 2, Escrowed: base + 3, EscrowedRaw: base + 4, Exported: base + 5, Exports: base + 6,
			Imported: base + 7, ImportedDeltas: base + 8, ImportedReferenceDeltas: base + 9, Error: problem}
	}
	wantExecution := func(base int64, state, minute string, code, message, actionable any) map[string]any {
		began, ended := "2030-01-02T03:"+minute[:2]+":05.1234567Z", "2030-01-02T03:"+minute[3:]+":05.1234567Z"
		return map[string]any{"activity_id": fmt.Sprintf("f0000000-0000-4000-8000-00000000000%d", base), "state": state, "began_at": began, "ended_at": ended,
			"count_entitled": base + 1, "count_entitled_for_provisioning": base + 2, "count_escrowed": base + 3, "count_escrowed_raw": base + 4,
			"count_exported": base + 5, "count_exports": base + 6, "count_imported": base + 7, "count_imported_deltas": base + 8, "count_imported_reference_deltas": base + 9,
			"error_code": code, "error_message": message, "error_tenant_actionable": actionable}
	}
	w.change(func(j *store.Job) {
		j.Schedule = store.ScheduleActive
		j.Status = store.Status{
			Code: store.CodeQuarantine, SuccessiveFailures: 1, EscrowsPruned: true,
			LastExecution:                      execution(3, store.ResultFailed, &store.SyncError{Code: "ExampleInvalidCredentials", Message: "The password is wrong.", TenantActionable: true}),
			LastSuccessfulExecution:            execution(2, store.ResultSucceeded, nil),
			LastSuccessfulExecutionWithExports: execution(1, store.ResultSucceeded, &store.SyncError{Code: "None"}),
			Progress:                           []store.Progress{{Completed: 40, Total: 41, Units: "objects", ObservedAt: at(4)}},
			Quarantine: &store.Quarantine{Reason: "EncounteredQuarantineException", CurrentBegan: at(5), NextAttempt: at(6), SeriesBegan: at(4), SeriesCount: 2,
				Error: &store.SyncError{Code: "ExampleInvalidCredentials", Message: "The password is wrong."}},
			SteadyStateFirst: at(1), SteadyStateLast: at(2), TroubleshootingURL: "https://portal.example.com/why",
			EntryCounts: []store.EntryCount{{Kind: "User to User", Count: 12}, {Kind: "Group to Group", Count: 1}},
		}
	})
	want := map[string]any{
		"timeouts": nil, "id": w.connectionID(), "connection_id": w.connectionID(), "job_id": w.job.ID, "state": "failed", "healthy": false, "status_code": "Quarantine",
		"problems": []any{
			problem("EncounteredQuarantineException", "error", "The service put the job into quarantine: a critical error, typically invalid credentials or no connection to the target. "+
				"It said ExampleInvalidCredentials: The password is wrong. Next attempt: 2030-01-02T03:10:05Z."),
			problem("ExampleInvalidCredentials", "warning", "The last cycle failed. The service said: The password is wrong."),
			problem("EscrowedEntries", "warning", "6 objects could not be provisioned in the last cycle; the service tries them again. The provisioning logs show the reasons."),
			problem("EscrowsPruned", "warning", "The service discarded recorded failures during the initial cycle. Restart provisioning with `Watermark` to evaluate those people again."),
		},
		"schedule":               map[string]any{"state": "Active", "interval": "PT40M", "expires_at": nil},
		"next_cycle_expected_at": "2030-01-02T03:10:05.1234567Z", "count_successive_complete_failures": int64(1), "escrows_pruned": true,
		"last_execution":                         wantExecution(3, "Failed", "07-08", "ExampleInvalidCredentials", "The password is wrong.", true),
		"last_successful_execution":              wantExecution(2, "Succeeded", "06-07", nil, nil, nil),
		"last_successful_execution_with_exports": wantExecution(1, "Succeeded", "05-06", nil, nil, nil),
		"progress":                               []any{map[string]any{"completed_units": int64(40), "total_units": int64(41), "units": "objects", "observed_at": "2030-01-02T03:08:05.1234567Z"}},
		"quarantine": map[string]any{"reason": "EncounteredQuarantineException", "current_began_at": "2030-01-02T03:09:05.1234567Z", "series_began_at": "2030-01-02T03:08:05.1234567Z",
			"series_count": int64(2), "next_attempt_at": "2030-01-02T03:10:05.1234567Z", "error_code": "ExampleInvalidCredentials", "error_message": "The password is wrong."},
		"steady_state_first_achieved_at": "2030-01-02T03:05:05.1234567Z", "steady_state_last_achieved_at": "2030-01-02T03:06:05.1234567Z",
		"synchronized_entry_counts": map[string]any{"User to User": int64(12), "Group to Group": int64(1)},
		"troubleshooting_url":       "https://portal.example.com/why",
		"portal_url":                "https://entra.microsoft.com/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Overview/objectId/" + w.sp.ID,
		"report": "## Provisioning is failing\n\n| | Problem | |\n| --- | --- | --- |\n" +
			"| error | `EncounteredQuarantineException` | The service put the job into quarantine: a critical error, typically invalid credentials or no connection to the target. |\n" +
			"| warning | `ExampleInvalidCredentials` | The last cycle failed. |\n" +
			"| warning | `EscrowedEntries` | Some objects could not be provisioned in the last cycle; the service tries them again. The provisioning logs show the reasons. |\n" +
			"| warning | `EscrowsPruned` | The service discarded recorded failures during the initial cycle. Restart provisioning with `Watermark` to evaluate those people again. |\n\n" +
			"[The application in the Entra admin center](https://entra.microsoft.com/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Overview/objectId/" + w.sp.ID + ")\n",
	}
	w.wants(want)
	if state, _ := w.read(); len(state) != len(want) {
		t.Errorf("%d attributes, %d of them expected", len(state), len(want))
	}
}

func TestDataSource_neverIsNull(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.wants(map[string]any{
		"healthy": nil, "last_execution": nil, "last_successful_execution": nil, "last_successful_execution_with_exports": nil, "quarantine": nil, "progress": []any{},
		"synchronized_entry_counts": map[string]any{}, "steady_state_first_achieved_at": nil, "steady_state_last_achieved_at": nil, "troubleshooting_url": nil,
		"next_cycle_expected_at": nil, "count_successive_complete_failures": int64(0), "escrows_pruned": false,
	})
}

func TestDataSource_knowsARetiredConnector(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.Sim.SetVariants(func(v *simulator.Variants) { v.NoTemplate = true })
	w.wants(map[string]any{"id": w.connectionID(), "job_id": w.job.ID, "state": "retired", "healthy": false, "status_code": nil, "schedule": nil, "escrows_pruned": nil,
		"problems": []any{problem("ConnectorRetired", "error", "The service no longer offers a provisioning connector for this application. Move to the gallery application `GoTo`.")}})
}

func TestDataSource_reportsWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		arrange func(*testing.T, *tenant)
		path    string
		want    string // summary and the beginning of the detail
	}{
		{"deleted job", func(t *testing.T, w *tenant) {
			if err := w.Sim.Store().DeleteJob(w.sp.ID, w.job.ID); err != nil {
				t.Fatal(err)
			}
		}, "connection_id", "The connection does not exist: The service principal {sp} has no provisioning job \"{job}\". If it was deleted"},
		{"deleted application", func(t *testing.T, w *tenant) {
			if err := w.Sim.Store().DeleteServicePrincipal(w.sp.ID); err != nil {
				t.Fatal(err)
			}
		}, "connection_id", "The application does not exist: The tenant has no service principal with the object id \"{sp}\". If the application was deleted"},
		{"retired or not, nobody knows", func(_ *testing.T, w *tenant) {
			w.Sim.SetVariants(func(v *simulator.Variants) { v.NoTemplate = true })
			w.Sim.Faults().Add(simulator.Fault{Path: "/servicePrincipals/*/synchronization/templates", Count: -1, Effect: simulator.Fails(502, "", "")})
		}, "", "Cannot read the sync status: Microsoft Graph failed."},
		{"forbidden", func(_ *testing.T, w *tenant) { w.Sim.SetPermissions("Application.Read.All") }, "",
			"Cannot read the sync status: The signed-in identity lacks a permission. Grant the Microsoft Graph application permission `Synchronization.Read.All`"},
		{"failing", func(_ *testing.T, w *tenant) {
			w.Sim.Faults().Add(simulator.Fault{Path: jobPath, Count: -1, Effect: simulator.Fails(500, "InternalError", "")})
		}, "", "Cannot read the sync status: Microsoft Graph failed."},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newTenant(t)
			test.arrange(t, w)
			_, found := w.read()
			if len(found) != 1 || !found[0].Error || found[0].Path != test.path {
				t.Fatalf("messages:\n%s", found)
			}
			want := strings.NewReplacer("{job}", w.job.ID, "{sp}", w.sp.ID).Replace(test.want)
			if got := found[0].Summary + ": " + found[0].Detail; !strings.HasPrefix(got, want) {
				t.Errorf("got:\n%s\nwant it to begin with:\n%s", got, want)
			}
		})
	}
}

func TestDataSource_survivesPassingFaults(t *testing.T) {
	t.Parallel()
	for name, effect := range map[string]simulator.Effect{
		"throttled": simulator.Throttled(2 * time.Minute), "failing": simulator.Fails(500, "InternalError", ""), "dropped": simulator.DropsBefore(), "page of a proxy": simulator.AnswersHTML(502),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTenant(t)
			w.Sim.Faults().Add(simulator.Fault{Path: jobPath, Effect: effect})
			w.wants(map[string]any{"state": "paused"})
		})
	}
}

func TestDataSource_refusesWhatIsNoConnection(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	_, found := w.protocol.ReadData(statusType, map[string]any{"connection_id": strings.ToUpper(w.sp.ID) + "/" + w.job.ID})
	if len(found) != 1 || !found[0].Error || found[0].Path != "connection_id" || found[0].Summary != "Invalid connection id" {
		t.Errorf("messages:\n%s", found)
	}
}

// example reads an example of this data source.
func example(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile("../../../examples/data-sources/" + statusType + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// checksPass holds when the configuration's checks and conditions, of which there have to be some, all passed.
type checksPass struct{ of int }

func (c checksPass) CheckState(_ context.Context, req statecheck.CheckStateRequest, resp *statecheck.CheckStateResponse) {
	if len(req.State.Checks) != c.of {
		resp.Error = fmt.Errorf("%d checks, want %d", len(req.State.Checks), c.of)
	}
	for _, check := range req.State.Checks {
		if check.Status != "pass" {
			resp.Error = fmt.Errorf("%s: %s: %v", check.Address.ToDisplay, check.Status, check.Instances)
		}
	}
}

// switched is a connection that exists, with its state.
func (w *tenant) switched(enabled string) string {
	return w.Config(fmt.Sprintf(`
resource "gotomeeting_provisioning_state" "this" {
  connection_id          = %q
  enabled                = %s
  allow_default_mappings = true
}
`, w.connectionID(), enabled))
}

func TestExamples_holdRightAfterTheFirstApply(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		file   string
		checks int
	}{{"data-source.tf", 0}, {"data-source-check.tf", 1}, {"data-source-postcondition.tf", 1}} {
		t.Run(test.file, func(t *testing.T) {
			t.Parallel()
			w := newTenant(t)
			// The example refers to the tutorial's connection; here it is one that already exists.
			config := w.switched("true") + strings.ReplaceAll(example(t, test.file), "gotomeeting_provisioning_connection.this.id", fmt.Sprintf("%q", w.connectionID()))
			resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: w.ProviderFactories(), Steps: []resource.TestStep{
				{Config: config, ConfigStateChecks: []statecheck.StateCheck{checksPass{test.checks}}},
				{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
			}})
		})
	}
}

func TestExamples_complainOfBadHealth(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	quarantine := func() {
		if err := w.Sim.Engine().Quarantine(w.sp.ID, w.job.ID, "TooManyDeletes", store.SyncError{}); err != nil {
			t.Error(err)
		}
	}
	config := w.switched("true") + strings.ReplaceAll(example(t, "data-source-postcondition.tf"), "gotomeeting_provisioning_connection.this.id", fmt.Sprintf("%q", w.connectionID()))
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: w.ProviderFactories(), Steps: []resource.TestStep{
		{Config: config},
		{PreConfig: quarantine, Config: config, ExpectError: regexp.MustCompile(`(?s)postcondition failed.*more deletions than the\s+accidental-deletion\s+threshold\s+allows`)},
		{Config: w.switched("true")},
	}})
}

// What the status says follows from the service alone: the run that started the job and a later one say the same.
func TestDataSource_saysTheSameInTheRunThatStartedTheJob(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	role := slices.IndexFunc(w.sp.Roles, func(role store.AppRole) bool { return role.Enabled && role.Allows("User") })
	if _, err := w.Sim.Store().Assign(w.sp.ID, store.UserAna, w.sp.Roles[role].ID, store.AssignOptions{}); err != nil {
		t.Fatal(err)
	}
	w.start()
	w.Sim.Clock().Advance(10 * time.Minute)
	if err := w.Sim.Engine().Pause(w.sp.ID, w.job.ID); err != nil {
		t.Fatal(err)
	}
	w.Sim.Clock().Advance(30 * 24 * time.Hour)
	if _, found := w.protocol.Change("gotomeeting_provisioning_state", nil, map[string]any{"connection_id": w.connectionID(), "enabled": true}); found.HasError() {
		t.Fatal(found)
	}
	w.wants(overdue)
	w.protocol = w.Protocol()
	w.wants(overdue)
}

var overdue = map[string]any{"state": "failed", "healthy": false, "problems": []any{problem("Overdue", "error",
	"No sign of a cycle since 2030-01-02T03:05:05Z, although one is due every 40m0s. If provisioning was just switched on, its first cycle has not ended yet.")}}

func TestDataSource_readsAfterTheFirstSwitch(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: w.ProviderFactories(), Steps: []resource.TestStep{{
		Config:            w.switched("true") + example(t, "data-source.tf"),
		ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue("data."+statusType+".this", tfjsonpath.New("state"), knownvalue.StringExact("pending"))},
	}}})
}
