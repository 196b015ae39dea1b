# The whole schema of a connection, for a file under version control.
data "gotomeeting_attribute_mappings" "backup" {
  connection_id = gotomeeting_provisioning_connection.this.id
}

output "schema_json" {
  value = data.gotomeeting_attribute_mappings.backup.schema_json
}
