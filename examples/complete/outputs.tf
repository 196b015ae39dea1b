output "connection_id" {
  description = "Id to import the connection by."
  value       = gotomeeting_provisioning_connection.this.id
}

output "sync_state" {
  description = "How provisioning is doing, in a word."
  value       = data.gotomeeting_sync_status.this.state
}

output "sync_status" {
  description = "What there is to say about it. Only what changes with provisioning itself, and not with each cycle: otherwise every plan would show a change of outputs."
  value = {
    state    = data.gotomeeting_sync_status.this.state
    healthy  = data.gotomeeting_sync_status.this.healthy
    code     = data.gotomeeting_sync_status.this.status_code
    interval = try(data.gotomeeting_sync_status.this.schedule.interval, null) # none once the connector is retired
    problems = [for problem in data.gotomeeting_sync_status.this.problems : problem.code]
  }
}
