# Warns at every plan and apply while provisioning is not healthy. `healthy` is null before the first cycle has ended,
# so the check holds right after the first apply. The data source stands outside of the check: one inside would be shown
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
