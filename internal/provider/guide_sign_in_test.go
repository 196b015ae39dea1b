// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// What the guide "Connecting" writes down for HCP Terraform and for GitLab signs in, with the CLI, from what these products set.
func TestGuide_connectingSignsInWhereTerraformRuns(t *testing.T) {
	t.Parallel()
	const reading = "\ndata \"gotomeeting_application\" \"this\" {\n  display_name = \"GoToMeeting\"\n}\n\noutput \"id\" {\n  value = data.gotomeeting_application.this.id\n}\n"
	for name, test := range map[string]func(t *testing.T, env *acctest.Env) (hcl string, environment map[string]string){
		"HCP Terraform, one configuration": func(_ *testing.T, env *acctest.Env) (string, map[string]string) {
			return "provider \"gotomeeting\" {}\n", map[string]string{
				"TFC_AZURE_PROVIDER_AUTH": "true", "TFC_AZURE_RUN_CLIENT_ID": env.Sim.ClientID(), "ARM_TENANT_ID": env.Sim.TenantID(),
				"ARM_CLIENT_ID": env.Sim.ClientID(), "ARM_USE_OIDC": "true", "ARM_OIDC_TOKEN": env.Sim.FederatedToken(),
			}
		},
		"HCP Terraform, several configurations": func(t *testing.T, env *acctest.Env) (string, map[string]string) {
			t.Helper()
			files := map[string]string{"client_id_file_path": writeFile(t, "client-id", env.Sim.ClientID()), "oidc_token_file_path": writeFile(t, "token", env.Sim.FederatedToken())}
			given, err := json.Marshal(map[string]any{"default": files, "aliases": map[string]any{"directory": files}})
			if err != nil {
				t.Fatal(err)
			}
			for _, block := range guide(t, "connecting.md", "terraform") {
				if strings.Contains(block, "tfc_azure_dynamic_credentials") {
					return strings.Replace(block, "c0000000-0000-4000-8000-00000000000c", env.Sim.TenantID(), 1), map[string]string{"TF_VAR_tfc_azure_dynamic_credentials": string(given)}
				}
			}
			t.Fatal("the guide has no block for it")
			return "", nil
		},
		"GitLab": func(t *testing.T, env *acctest.Env) (string, map[string]string) {
			t.Helper()
			job := strings.Join(guide(t, "connecting.md", "yaml"), "\n")
			environment := map[string]string{}
			// Every member of id_tokens is a variable of the job with a token in it.
			for _, token := range regexp.MustCompile(`(?m)^ +(\w+):\n +aud: api://AzureADTokenExchange$`).FindAllStringSubmatch(job, -1) {
				environment[token[1]] = env.Sim.FederatedToken()
			}
			for _, variable := range regexp.MustCompile(`(?m)^ +(ARM_\w+): "?([^"\n]+)"?$`).FindAllStringSubmatch(job, -1) {
				environment[variable[1]] = strings.NewReplacer("c0000000-0000-4000-8000-00000000000c", env.Sim.TenantID(), "a0000000-0000-4000-8000-0000000000aa", env.Sim.ClientID()).Replace(variable[2])
			}
			if len(environment) != 4 {
				t.Errorf("the guide sets %v", environment)
			}
			return "provider \"gotomeeting\" {}\n", environment
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			_, sp, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
			if err != nil {
				t.Fatal(err)
			}
			hcl, environment := test(t, env)
			all := map[string]string{"GOTOMEETING_GRAPH_ENDPOINT": env.Sim.GraphURL(), "GOTOMEETING_AUTHORITY_HOST": env.Sim.AuthorityURL(), "GOTOMEETING_CA_CERTIFICATE_FILE": env.CAFile()}
			maps.Copy(all, environment)
			cli := acctest.NewCLI(t, hcl+reading, all)
			if out, _ := cli.Run("apply", "-no-color", "-auto-approve"); !strings.Contains(out, sp.ID) {
				t.Errorf("no %s in:\n%s", sp.ID, out)
			}
			tokens := env.Sim.Log().Match("POST", "**/oauth2/v2.0/token")
			if len(tokens) == 0 || strings.Contains(string(tokens[0].Body), "client_secret") || !strings.Contains(string(tokens[0].Body), "client_assertion") {
				t.Errorf("it did not sign in with the token: %d requests", len(tokens))
			}
		})
	}
}
