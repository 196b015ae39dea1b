# For connectors that accept attributes that they do not list.
resource "gotomeeting_attribute_mappings" "with_cost_centre" {
  connection_id = gotomeeting_provisioning_connection.this.id

  mappings = {
    email      = { source_attribute = "userPrincipalName", matching_priority = 1 }
    active     = { expression = "Not([IsSoftDeleted])" }
    costCentre = { source_attribute = "extensionAttribute1" }
  }

  custom_target_attributes = {
    costCentre = { type = "String" }
  }
}
