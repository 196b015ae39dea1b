# Tests the configuration without any service, not even a simulated one: references and literal values.
#
#   terraform test -filter=tests/mocks.tftest.hcl

mock_provider "gotomeeting" {
  source = "./tests/mocks"
}

variables {
  gotomeeting_admin_password = "not-a-password"
  meetings_team_group_id     = "d0000000-0000-4000-8000-0000000000d1"
}

run "few_accounts_may_be_removed_at_once" {
  assert {
    condition     = gotomeeting_provisioning_connection.this.accidental_deletion_threshold <= 50
    error_message = "One cycle could disable more than 50 accounts."
  }

  assert {
    condition     = gotomeeting_provisioning_connection.this.scope == "assigned"
    error_message = "Everybody in the directory would get an account."
  }
}

run "people_are_matched_by_their_sign_in_name" {
  assert {
    condition     = gotomeeting_attribute_mappings.users.mappings["email"].source_attribute == "userPrincipalName"
    error_message = "Accounts would be matched by a different attribute."
  }
}
