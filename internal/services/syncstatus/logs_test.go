// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package syncstatus_test

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// jobWithLog makes an application with a job and n log entries, a minute apart, every third a failure.
func jobWithLog(t *testing.T, env *acctest.Env, n int) (connectionID string) {
	t.Helper()
	world := env.Sim.Store()
	_, sp, err := world.Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		t.Fatal(err)
	}
	job, err := world.CreateJob(sp.ID, store.ConnectorGoToMeeting)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		entry := store.LogEntry{
			ID: fmt.Sprintf("77777777-0000-4000-8000-%012d", i), At: store.Epoch.Add(time.Duration(i) * time.Minute),
			ServicePrincipalID: sp.ID, JobID: job.ID, Action: "create", Status: "success", SourceID: store.UserAna, SourceName: "Ana Example", SourceType: "User",
			Modified: []store.ModifiedProperty{{Name: "email", New: new(string)}},
		}
		*entry.Modified[0].New = "ana@corp.example"
		if i%3 == 0 {
			entry.Status, entry.Action, entry.SourceID = "failure", "update", store.UserBen
			entry.Error = &store.LogError{Code: "DuplicateTargetEntries", Reason: "Ana matches two accounts.", Category: "nonServiceFailure"}
		}
		world.AddLog(entry)
	}
	return sp.ID + "/" + job.ID
}

func TestLogsDataSource_filtersCountsAndHidesPeople(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	id := jobWithLog(t, env, 12)
	block := func(name, arguments string) string {
		return fmt.Sprintf("data \"gotomeeting_provisioning_logs\" %q {\n  connection_id = %q\n%s}\n", name, id, arguments)
	}
	at := func(minute int) string {
		return store.Epoch.Add(time.Duration(minute) * time.Minute).Format(time.RFC3339)
	}
	const address = "data.gotomeeting_provisioning_logs."
	count := func(name string, n int) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(address+name, tfjsonpath.New("entries"), knownvalue.ListSizeExact(n))
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProviderFactories(),
		Steps: []resource.TestStep{{
			Config: env.Config(
				block("all", "") +
					block("failed", "statuses = [\"Failure\"]\n") +
					block("span", fmt.Sprintf("since = %q\nuntil = %q\n", at(2), at(6))) +
					block("person", fmt.Sprintf("principal_id = %q\nactions = [\"update\"]\n", store.UserBen)) +
					block("few", "limit = 5\ndetail = \"people\"\n")),
			ConfigStateChecks: []statecheck.StateCheck{
				count("all", 12), count("failed", 4), count("span", 3), count("person", 4), count("few", 5),
				statecheck.ExpectKnownValue(address+"all", tfjsonpath.New("truncated"), knownvalue.Bool(false)),
				statecheck.ExpectKnownValue(address+"few", tfjsonpath.New("truncated"), knownvalue.Bool(true)),
				statecheck.ExpectKnownValue(address+"all", tfjsonpath.New("people"), knownvalue.Null()),
				statecheck.ExpectKnownValue(address+"all", tfjsonpath.New("counts_by_status"),
					knownvalue.MapExact(map[string]knownvalue.Check{"success": knownvalue.Int64Exact(8), "failure": knownvalue.Int64Exact(4)})),
				statecheck.ExpectKnownValue(address+"failed", tfjsonpath.New("entries").AtSliceIndex(0).AtMapKey("error_code"), knownvalue.StringExact("DuplicateTargetEntries")),
				statecheck.ExpectKnownValue(address+"all", tfjsonpath.New("entries").AtSliceIndex(0).AtMapKey("at"), knownvalue.StringExact(at(11))),
				statecheck.ExpectSensitiveValue(address+"few", tfjsonpath.New("people")),
				statecheck.ExpectKnownValue(address+"few", tfjsonpath.New("people").AtSliceIndex(0).AtMapKey("source_name"), knownvalue.StringExact("Ana Example")),
				statecheck.ExpectKnownValue(address+"few", tfjsonpath.New("people").AtSliceIndex(0).AtMapKey("modified_properties").AtSliceIndex(0).AtMapKey("new_value"),
					knownvalue.StringExact("ana@corp.example")),
			},
		}},
	})
}

func TestLogsDataSource_readsPastTheReportLimit(t *testing.T) {
	t.Parallel()
	env := acctest.New(t, func(o *simulator.Options) { o.Variants.PageSizeCap = 10 })
	id := jobWithLog(t, env, 60)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProviderFactories(),
		Steps: []resource.TestStep{{
			Config: env.Config(fmt.Sprintf("data \"gotomeeting_provisioning_logs\" \"this\" {\n  connection_id = %q\n  limit = 1000\n}\n", id)),
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue("data.gotomeeting_provisioning_logs.this",
				tfjsonpath.New("entries"), knownvalue.ListSizeExact(60))},
		}},
	})
}

func TestLogsDataSource_refusesBadInput(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	id := "b0000000-0000-4000-8000-000000000001/EXAMPLE.job"
	step := func(arguments, want string) resource.TestStep {
		return resource.TestStep{
			Config:      env.Config(fmt.Sprintf("data \"gotomeeting_provisioning_logs\" \"this\" {\n  connection_id = %q\n%s}\n", id, arguments)),
			ExpectError: regexp.MustCompile(want),
		}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProviderFactories(),
		Steps: []resource.TestStep{
			step("since = \"yesterday\"\n", `"yesterday" is not an RFC 3339 timestamp`),
			step("since = \"2030-01-02T00:00:00Z\"\nuntil = \"2030-01-01T00:00:00Z\"\n", `The time span is empty`),
			step("limit = 0\n", `between 1 and 1000`),
			step("detail = \"all\"\n", `"summary" "people"|summary|people`),
			step("principal_id = \"ana@corp.example\"\n", `is not a GUID`),
		},
	})
}

func TestLogsDataSource_namesThePermission(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	id := jobWithLog(t, env, 1)
	env.Sim.SetPermissions("Synchronization.Read.All", "Application.Read.All")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: env.ProviderFactories(),
		Steps: []resource.TestStep{{
			Config:      env.Config(fmt.Sprintf("data \"gotomeeting_provisioning_logs\" \"this\" {\n  connection_id = %q\n}\n", id)),
			ExpectError: regexp.MustCompile(`(?s)ProvisioningLog\.Read\.All.*P1 or P2`),
		}},
	})
	if n := len(env.Sim.Log().Match("GET", "/auditLogs/provisioning")); n > 2 {
		t.Errorf("%d requests before the refusal was reported", n)
	}
}
