# Shows a warning at every plan and apply as long as users and accounts conflict. The data source is outside the
# check: inside, it would be shown as a change in every plan. With `depends_on`, it is read after the resources that it depends
# on are written.
data "gotomeeting_provisioning_preview" "checked" {
  connection_id = gotomeeting_provisioning_connection.this.id

  depends_on = [gotomeeting_attribute_mappings.users, gotomeeting_user_role_assignment.meetings_team]
}

check "accounts_fit_people" {
  assert {
    condition     = data.gotomeeting_provisioning_preview.checked.complete
    error_message = join("\n", [for problem in data.gotomeeting_provisioning_preview.checked.problems : problem.message if problem.severity != "info"])
  }

  assert {
    condition = data.gotomeeting_provisioning_preview.checked.counts.conflict == 0
    error_message = join("\n", [
      for entry in data.gotomeeting_provisioning_preview.checked.entries : "${entry.principal_id}: ${entry.reason}" if entry.action == "conflict"
    ])
  }
}
