# Releases deletions that accidental-deletion prevention holds, after you have reviewed them: only those of this quarantine,
# and no more than you reviewed. The plan lists them. Afterward, the block has no effect and can be removed.
resource "gotomeeting_provisioning_state" "releasing" {
  connection_id  = gotomeeting_provisioning_connection.this.id
  enabled        = true
  mapping_ids    = [gotomeeting_attribute_mappings.users.id]
  assignment_ids = [gotomeeting_user_role_assignment.meetings_team.id]

  release_deletions = {
    quarantine_began = "2030-01-02T03:04:05Z" # as gotomeeting_sync_status shows it
    max              = 40
  }
}
