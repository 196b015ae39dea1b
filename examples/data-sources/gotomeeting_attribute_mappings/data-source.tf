data "gotomeeting_attribute_mappings" "users" {
  connection_id = gotomeeting_provisioning_connection.this.id
}

# Which attributes of an account still get no value?
output "unmapped_attributes" {
  value = [for a in data.gotomeeting_attribute_mappings.users.target_attributes : a.name
  if !a.mapped && !a.anchor && a.mutability != "ReadOnly"]
}

# What would the connector do by default?
output "default_mappings" {
  value = data.gotomeeting_attribute_mappings.users.default_mappings
}
