# Somebody paused provisioning in the portal: `paused_outside_since` shows when Terraform detected this, every plan shows a warning, and
# provisioning stays paused. A changed `resume_token` switches it on again.
resource "gotomeeting_provisioning_state" "resuming" {
  connection_id  = gotomeeting_provisioning_connection.this.id
  enabled        = true
  mapping_ids    = [gotomeeting_attribute_mappings.users.id]
  assignment_ids = [gotomeeting_user_role_assignment.meetings_team.id]
  resume_token   = "2030-01-02: the import of leavers is repaired"
}
