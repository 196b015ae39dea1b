terraform {
  required_providers {
    gotomeeting = {
      source = "gotomeeting-provisioning/gotomeeting"
    }
  }
}

variable "schema_file" {
  type        = string
  description = "The file that the portal's attribute mapping page downloads, or a backup of `schema_json`."
}

locals {
  saved = provider::gotomeeting::mappings_from_schema(file(var.schema_file), "User")
}

resource "gotomeeting_attribute_mappings" "users" {
  connection_id   = gotomeeting_provisioning_connection.this.id
  mappings        = local.saved.mappings
  operations      = local.saved.operations
  scoping_filters = local.saved.scoping_filters
}
