data "gotomeeting_attribute_mappings" "users" {
  connection_id = gotomeeting_provisioning_connection.this.id
}

# Target attributes that are not mapped.
output "unmapped_attributes" {
  value = [for a in data.gotomeeting_attribute_mappings.users.target_attributes : a.name
  if !a.mapped && !a.anchor && a.mutability != "ReadOnly"]
}

# The default mappings of the connector.
output "default_mappings" {
  value = data.gotomeeting_attribute_mappings.users.default_mappings
}
