output "connection_id" {
  description = "Id for importing the connection."
  value       = gotomeeting_provisioning_connection.this.id
}

output "sync_state" {
  description = "The state of provisioning, in one word."
  value       = data.gotomeeting_sync_status.this.state
}

output "sync_status" {
  description = "Details of the state. Only values that change with provisioning itself, not with each cycle: otherwise, every plan would show changed outputs."
  value = {
    state    = data.gotomeeting_sync_status.this.state
    healthy  = data.gotomeeting_sync_status.this.healthy
    code     = data.gotomeeting_sync_status.this.status_code
    interval = try(data.gotomeeting_sync_status.this.schedule.interval, null) # null after the connector is retired
    problems = [for problem in data.gotomeeting_sync_status.this.problems : problem.code]
  }
}
