data "gotomeeting_sync_status" "this" {
  connection_id = gotomeeting_provisioning_state.this.connection_id
}

# Times and counts change with every cycle, and so does the result of `plan -detailed-exitcode`; these attributes do not.
output "provisioning" {
  value = {
    state    = data.gotomeeting_sync_status.this.state
    problems = [for problem in data.gotomeeting_sync_status.this.problems : problem.code]
  }
}
