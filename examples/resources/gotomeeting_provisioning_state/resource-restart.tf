# Lets deletions through that accidental-deletion prevention holds: change the trigger once they have been checked.
resource "gotomeeting_provisioning_state" "release_deletions" {
  connection_id    = gotomeeting_provisioning_connection.this.id
  enabled          = true
  restart_triggers = { checked_by_identity_ops = "2030-01-02" }
  restart_scope    = "ForceDeletes"
}
