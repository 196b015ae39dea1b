# Restarts provisioning when the value changes, to have everybody looked at again. While it is off the restart waits.
resource "gotomeeting_provisioning_state" "restarting" {
  connection_id    = gotomeeting_provisioning_connection.this.id
  enabled          = true
  mapping_ids      = [gotomeeting_attribute_mappings.users.id]
  assignment_ids   = [gotomeeting_user_role_assignment.meetings_team.id]
  restart_triggers = { reason = "2030-01-02: departments were renamed" }
}
