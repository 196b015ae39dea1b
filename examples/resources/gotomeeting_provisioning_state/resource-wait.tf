# Waits until the first cycle has ended, so that a check of the sync status has something to look at.
resource "gotomeeting_provisioning_state" "waiting" {
  connection_id        = gotomeeting_provisioning_connection.this.id
  enabled              = true
  wait_for_first_cycle = true

  timeouts = {
    create = "2h"
  }
}
