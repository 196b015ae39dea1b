data "gotomeeting_sync_status" "this" {
  connection_id = gotomeeting_provisioning_state.this.connection_id
}

output "provisioning" {
  value = {
    state    = data.gotomeeting_sync_status.this.state
    problems = [for problem in data.gotomeeting_sync_status.this.problems : problem.message]
  }
}
