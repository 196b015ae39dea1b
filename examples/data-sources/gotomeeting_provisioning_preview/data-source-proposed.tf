# A gate in the plan: previews the effect of the mapping before it is written. The resource and the preview
# use the same `locals`. If the preview referred to attributes of the resource, Terraform would read it only during
# the apply whenever the resource has changes, because it depends on pending changes: too late for a gate.
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
