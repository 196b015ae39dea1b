# The effect of the first cycle, with counts, codes, and ids. `detail = "people"` adds names and values.
data "gotomeeting_provisioning_preview" "this" {
  connection_id = gotomeeting_provisioning_connection.this.id

  depends_on = [gotomeeting_attribute_mappings.users, gotomeeting_user_role_assignment.meetings_team]
}

output "next_cycle" {
  value = {
    counts   = data.gotomeeting_provisioning_preview.this.counts
    problems = [for problem in data.gotomeeting_provisioning_preview.this.problems : problem.message if problem.severity != "info"]
  }
}
