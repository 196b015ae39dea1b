# A gate in the plan: what the mapping would do is previewed before it is written. The resource and the preview are given
# the same `locals`. A preview that referred to attributes of the resource would be read only while applying whenever the
# resource has changes, because Terraform reads a data source that depends on pending changes then: too late for a gate.
locals {
  mappings = {
    email     = { source_attribute = "mail", matching_priority = 1 }
    firstName = { source_attribute = "givenName" }
    lastName  = { expression = "Coalesce([surname], [displayName])" }
    active    = { expression = "Not([IsSoftDeleted])" }
  }
  scoping_filters = [{
    name    = "Employees"
    clauses = [{ attribute = "department", operator = "IS NOT NULL" }]
  }]
}

data "gotomeeting_provisioning_preview" "proposed" {
  connection_id = gotomeeting_provisioning_connection.this.id

  proposed = {
    mappings        = local.mappings
    scoping_filters = local.scoping_filters
  }
}

resource "gotomeeting_attribute_mappings" "users" {
  connection_id   = gotomeeting_provisioning_connection.this.id
  mappings        = local.mappings
  scoping_filters = local.scoping_filters

  lifecycle {
    precondition {
      condition     = try(data.gotomeeting_provisioning_preview.proposed.at_most.disabled <= 2, false)
      error_message = data.gotomeeting_provisioning_preview.proposed.report
    }
  }
}
