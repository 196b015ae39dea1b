output "connection_id" {
  description = "Id to import the connection by."
  value       = gotomeeting_provisioning_connection.this.id
}

output "sync_state" {
  description = "How provisioning is doing, in a word."
  value       = data.gotomeeting_sync_status.this.state
}

output "sync_status" {
  description = "What there is to say about it."
  value = {
    state    = data.gotomeeting_sync_status.this.state
    healthy  = data.gotomeeting_sync_status.this.healthy
    code     = data.gotomeeting_sync_status.this.status_code
    interval = try(data.gotomeeting_sync_status.this.schedule.interval, null)
    last_cycle = data.gotomeeting_sync_status.this.last_execution == null ? null : {
      ended    = data.gotomeeting_sync_status.this.last_execution.ended_at
      in_scope = data.gotomeeting_sync_status.this.last_execution.count_entitled_for_provisioning
      written  = data.gotomeeting_sync_status.this.last_execution.count_exported
    }
    problems = [for problem in data.gotomeeting_sync_status.this.problems : problem.message]
  }
}
