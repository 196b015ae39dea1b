# Restarts provisioning when the value changes, so that everybody is evaluated again. While provisioning is off, the restart is pending.
resource "gotomeeting_provisioning_state" "restarting" {
  connection_id    = gotomeeting_provisioning_connection.this.id
  enabled          = true
  mapping_ids      = [gotomeeting_attribute_mappings.users.id]
  assignment_ids   = [gotomeeting_user_role_assignment.meetings_team.id]
  restart_triggers = { reason = "2030-01-02: departments were renamed" }
}
