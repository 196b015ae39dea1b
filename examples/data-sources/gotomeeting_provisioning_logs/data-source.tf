# Failures since yesterday, with codes and ids. `detail = "people"` adds names and values.
data "gotomeeting_provisioning_logs" "failures" {
  connection_id = gotomeeting_provisioning_connection.this.id
  since         = timeadd(plantimestamp(), "-24h")
  statuses      = ["failure"]
}

output "failures_by_code" {
  value = {
    for entry in data.gotomeeting_provisioning_logs.failures.entries : coalesce(entry.error_code, "unknown") => entry.source_id...
  }
}
