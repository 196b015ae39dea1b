# Tests the whole configuration against the simulator, which stands in for Microsoft Entra ID and GoTo:
#
#   simulator -speed 600 -- terraform test -filter=tests/simulator.tftest.hcl
#
# `-speed` makes its clock run faster, because a destroy waits for a running cycle to finish.

run "provisioning_is_on_and_waits_for_its_first_cycle" {
  assert {
    condition     = contains(["pending", "healthy"], output.sync_state)
    error_message = "The state is ${output.sync_state}."
  }
}

run "a_second_apply_finds_nothing_to_do" {
  command = plan

  assert {
    condition     = output.connection_id == run.provisioning_is_on_and_waits_for_its_first_cycle.connection_id
    error_message = "The connection would be replaced."
  }
}
