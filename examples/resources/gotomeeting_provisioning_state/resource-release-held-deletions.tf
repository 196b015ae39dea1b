# Releases deletions that accidental-deletion prevention holds, once they have been looked at: those of this quarantine
# only, and not more than were seen. The plan lists them. Afterwards the block has no effect and can go.
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
