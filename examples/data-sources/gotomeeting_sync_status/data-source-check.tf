# Shows a warning at every plan and apply while provisioning is not healthy. `healthy` is null until the first
# cycle ends, so the check passes after the first apply. The data source is outside the check: inside, it would be shown
# as a change in every plan.
data "gotomeeting_sync_status" "checked" {
  connection_id = gotomeeting_provisioning_state.this.connection_id
}

check "provisioning_is_healthy" {
  assert {
    condition     = data.gotomeeting_sync_status.checked.healthy != false
    error_message = join("\n", [for problem in data.gotomeeting_sync_status.checked.problems : problem.message if problem.severity == "error"])
  }
}
