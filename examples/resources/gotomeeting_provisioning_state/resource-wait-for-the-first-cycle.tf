# Waits until the first cycle ends, so that the sync status has a result to check.
resource "gotomeeting_provisioning_state" "waiting" {
  connection_id        = gotomeeting_provisioning_connection.this.id
  enabled              = true
  mapping_ids          = [gotomeeting_attribute_mappings.users.id]
  assignment_ids       = [gotomeeting_user_role_assignment.meetings_team.id]
  wait_for_first_cycle = true

  timeouts = {
    create = "2h"
  }
}
