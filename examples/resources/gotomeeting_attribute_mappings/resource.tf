resource "gotomeeting_attribute_mappings" "users" {
  connection_id = gotomeeting_provisioning_connection.this.id

  mappings = {
    email     = { source_attribute = "userPrincipalName", matching_priority = 1 }
    firstName = { source_attribute = "givenName" }
    lastName  = { expression = "Coalesce([surname], [displayName])" }
    locale    = { constant = "en_US", apply = "on_create" }
    timeZone  = { default_value = "Europe/Berlin" }

    # Disables the accounts of people who leave, are blocked, or lose their assignment.
    active = { expression = "Not([IsSoftDeleted])" }
  }
}
