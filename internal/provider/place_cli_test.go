// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
)

// misplaced has one mistake at the end of each line that is marked: the text that is wanted there follows the mark.
const misplaced = `
resource "gotomeeting_attribute_mappings" "users" {
  connection_id = "b0000000-0000-4000-8000-000000000001/job"
  mappings = {
    "email"     = { source_attribute = "mail", matching_priority = 0 } # ! mappings["email"].matching_priority
    "firstName" = {                                                    # ! mappings["firstName"].apply
      source_attribute = "givenName"
      apply            = "on_crate"
    }
    "lastName" = { expression = "Join(\" \", [givenName]" } # ! mappings["lastName"].expression
    "locale"   = {}                                         # ! "locale"
  }
  scoping_filters = [
    { clauses = [{ attribute = "department", operator = "EQUALS", values = ["x"] }] },
    { clauses = [{ attribute = " city", operator = "EQUALS", values = ["x"] }] }, # ! scoping_filters[1].clauses[0].attribute
  ]
  operations = ["disable"] # ! operations[Value("disable")]
  custom_target_attributes = {
    "badge" = { type = "Text" } # ! custom_target_attributes["badge"].type
  }
  timeouts = { # ! timeouts.create
    create = "soon"
  }
}

resource "gotomeeting_provisioning_state" "this" {
  connection_id = "b0000000-0000-4000-8000-000000000001/job"
  enabled       = true
  timeouts      = { update = "5 minutes" } # ! timeouts.update
}

resource "gotomeeting_user_role_assignments_exclusive" "all" {
  service_principal_id = "b0000000-0000-4000-8000-000000000001"
  assignments = {
    "b0000000-0000-4000-8000-000000000002" = "User"
    "nobody"                               = "User" # ! "nobody"
  }
  ignored_principal_ids = ["somebody"] # ! ignored_principal_ids
}

resource "gotomeeting_provisioning_connection" "this" {
  service_principal_id = "b0000000-0000-4000-8000-000000000001"
  connector_settings = {
    "BaseAddress" = "https://example.com"
    "Password"    = "x" # ! "Password"
  }
}
`

// misplacedSetting is apart, since Terraform goes no further than a bad provider block.
const misplacedSetting = `
provider "gotomeeting" {
  goto = { # ! goto.client_id
    client_id = ""
  }
}

data "gotomeeting_accounts" "all" {}
`

var shownAt = regexp.MustCompile(`on main\.tf line (\d+)`)

// Every CLI shows the line of the entry, and the text says which member of it is meant.
func TestPlace_isTheLineOfTheEntry(t *testing.T) {
	t.Parallel()
	for name, hcl := range map[string]string{"resources": misplaced, "provider": misplacedSetting} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cli := acctest.New(t).CLI(hcl)
			_, shown, err := cli.Try("validate", "-no-color")
			if err == nil {
				t.Fatal("the configuration is valid")
			}
			at := map[int]string{}
			for block := range strings.SplitSeq(strings.TrimSpace(shown), "\nError: ") {
				line := 0
				if found := shownAt.FindStringSubmatch(block); found != nil {
					line, _ = strconv.Atoi(found[1])
				}
				_, text, _ := strings.Cut(block, "\n\n") // what follows the title
				_, text, _ = strings.Cut(text, "\n\n")   // and the lines of the configuration
				at[line] += strings.Join(strings.Fields(text), " ") + "\n"
			}
			for i, line := range strings.Split(cli.File("main.tf"), "\n") {
				_, want, marked := strings.Cut(line, "# ! ")
				if got := at[i+1]; marked && !strings.Contains(got, want) || !marked && got != "" {
					t.Errorf("line %d, want %q, shows %q", i+1, want, got)
				}
			}
			if at[0] != "" || t.Failed() {
				t.Log(shown)
			}
		})
	}
}
