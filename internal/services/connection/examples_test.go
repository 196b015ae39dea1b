// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestExamples_apply(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../examples/resources/" + typeName + "/resource*.tf")
	if err != nil || len(files) == 0 {
		t.Fatalf("examples: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".tf"), func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			w := newWorld(t, func(o *simulator.Options) { o.Variants = exampleVariants(string(content)) })
			resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: w.ProviderFactories(), Steps: []resource.TestStep{{
				Config: w.Config(exampleApplication + string(content)), ConfigVariables: exampleVariables(string(content)),
			}}})
			for _, said := range w.Diagnostics() {
				if said.Summary == "Credential that the connector does not ask for" {
					t.Error(said)
				}
			}
		})
	}
}

// exampleApplication is what the examples refer to and do not declare.
const exampleApplication = "resource \"gotomeeting_application\" \"this\" {\n  display_name = \"Example\"\n}\n"

// exampleVariants is the connector that an example is for.
func exampleVariants(content string) simulator.Variants {
	switch {
	case strings.Contains(content, "Oauth2ClientSecret"):
		return simulator.Variants{Generation: store.ByClientCredentials}
	case strings.Contains(content, "SecretToken"):
		return simulator.Variants{Generation: store.ByToken}
	case strings.Contains(content, "authorized_in_portal"):
		return simulator.Variants{Generation: store.ByAuthorization}
	case strings.Contains(content, "test_connection"):
		return simulator.Variants{ConnectionTest: simulator.TestRefuses}
	}
	return simulator.Variants{}
}

// exampleVariables are values for the variables that an example declares.
func exampleVariables(content string) config.Variables {
	variables := config.Variables{}
	for name, value := range map[string]string{"gotomeeting_admin_password": store.AdminPassword, "stored_password": store.AdminPassword, "untested_password": store.AdminPassword,
		"secret_token": store.SecretToken, "target_client_secret": store.TargetClientSecret, "target_access_token": store.SeedToken} {
		if strings.Contains(content, fmt.Sprintf("variable %q", name)) {
			variables[name] = config.StringVariable(value)
		}
	}
	return variables
}

// The example of client credentials as it is lived with: made, renewed by the service, changed in passing, and rotated.
func TestExamples_clientCredentialsLive(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../../examples/resources/" + typeName + "/resource-client-credentials.tf")
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	w := newWorld(t, func(o *simulator.Options) { o.Variants = exampleVariants(text) })
	step := func(change func(), action plancheck.ResourceActionType, want []string, variables config.Variables, replace ...string) resource.TestStep {
		made := exampleApplication + strings.NewReplacer(replace...).Replace(text)
		return resource.TestStep{
			PreConfig: func() {
				if change != nil {
					change()
				}
				w.Sim.Log().Reset()
			},
			Config: w.Config(made), ConfigVariables: variables,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(typeName+".client_credentials", action)}},
			Check: func(*terraform.State) error {
				if got := w.did(); !slices.Equal(got, want) {
					return fmt.Errorf("it did %q, not %q", got, want)
				}
				return nil
			},
		}
	}
	variables := exampleVariables(text)
	next := maps.Clone(variables)
	next["target_client_secret"], next["target_access_token"] = config.StringVariable("next-secret"), config.StringVariable(store.SeedToken+"-2")
	cycle := func() {
		for _, job := range w.Sim.Store().AllJobs() {
			w.sp.ID = job.ServicePrincipalID
			w.cycle()
		}
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: w.ProviderFactories(), Steps: []resource.TestStep{
		step(nil, plancheck.ResourceActionCreate, []string{"POST validateCredentials", "POST jobs", "PUT secrets"}, variables),
		step(cycle, plancheck.ResourceActionNoop, nil, variables),
		step(nil, plancheck.ResourceActionUpdate, []string{"PUT secrets"}, variables, "identity-ops@example.com", "other@example.com"),
		step(func() {
			cycle()
			w.Sim.Store().SetTargetClientSecret("next-secret")
		}, plancheck.ResourceActionUpdate, []string{"POST validateCredentials", "PUT secrets"}, next, "identity-ops@example.com", "other@example.com", `"2030-01"`, `"2030-02"`),
		step(cycle, plancheck.ResourceActionNoop, nil, next, "identity-ops@example.com", "other@example.com", `"2030-01"`, `"2030-02"`),
	}})
	for _, said := range w.Diagnostics() {
		if said.Summary != "Secrets that this configuration cannot repeat" && said.Path != "force_destroy" {
			t.Errorf("it says: %v", said)
		}
	}
}
