# Microsoft's tutorial "Configure GoToMeeting for automatic user provisioning" as a configuration: the gallery application, the
# connection with its credentials, the mappings, the assignments, and, last of all, switching provisioning on.

terraform {
  required_version = ">= 1.11"

  required_providers {
    gotomeeting = {
      source = "gotomeeting-provisioning/gotomeeting"
    }
  }
}

# Signs in with the ARM_* environment variables, or with the Azure CLI.
provider "gotomeeting" {}

resource "gotomeeting_application" "this" {
  display_name = "GoToMeeting"
}

resource "gotomeeting_provisioning_connection" "this" {
  service_principal_id = gotomeeting_application.this.service_principal_id

  admin_username            = var.gotomeeting_admin_username
  admin_password_wo         = var.gotomeeting_admin_password
  admin_password_wo_version = var.gotomeeting_admin_password_version

  notification_email            = "identity-ops@example.com"
  accidental_deletion_threshold = 25
  scope                         = "assigned"
}

resource "gotomeeting_attribute_mappings" "users" {
  connection_id = gotomeeting_provisioning_connection.this.id

  mappings = {
    email     = { source_attribute = "userPrincipalName", matching_priority = 1 }
    firstName = { source_attribute = "givenName" }
    lastName  = { expression = "Coalesce([surname], [displayName])" }
    locale    = { constant = "en_US", apply = "on_create" }
    active    = { expression = "Not([IsSoftDeleted])" }
  }
}

resource "gotomeeting_user_role_assignment" "meetings_team" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  principal_id         = var.meetings_team_group_id
  role                 = "User"
}

resource "gotomeeting_provisioning_state" "this" {
  connection_id = gotomeeting_provisioning_connection.this.id
  enabled       = true

  # Provisioning starts only after these are written; on destroy, it is paused before they are removed.
  mapping_ids    = [gotomeeting_attribute_mappings.users.id]
  assignment_ids = [gotomeeting_user_role_assignment.meetings_team.id]
}

data "gotomeeting_sync_status" "this" {
  connection_id = gotomeeting_provisioning_state.this.connection_id
}
