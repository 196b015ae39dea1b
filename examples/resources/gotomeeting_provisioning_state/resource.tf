# Comes last: provisioning is switched on after the mappings and assignments are written, and paused before they are removed.
resource "gotomeeting_provisioning_state" "this" {
  connection_id  = gotomeeting_provisioning_connection.this.id
  enabled        = true
  mapping_ids    = [gotomeeting_attribute_mappings.users.id]
  assignment_ids = [gotomeeting_user_role_assignment.meetings_team.id]
}
