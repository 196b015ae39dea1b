# A team's attribute mappings with unit tests. Nothing here needs a tenant or credentials: for each invented person,
# `terraform test` computes what the service would write to the target.
#
# The mappings are in one place, `local.mappings`. The tests read them through the output `accounts`; the configuration
# for a tenant passes the same local value to `gotomeeting_attribute_mappings`.

terraform {
  required_version = ">= 1.11"

  required_providers {
    gotomeeting = {
      source = "gotomeeting-provisioning/gotomeeting"
    }
  }
}

variable "people" {
  description = "Source attributes of the people for whom accounts are computed, keyed by a name for each person."
  type        = any
  default     = {}
}

variable "now" {
  description = "The time for which accounts are computed, in RFC 3339 format."
  type        = string
  default     = "2025-07-30T00:00:00Z"
}

locals {
  mappings = {
    email     = "ToLower([userPrincipalName])"
    firstName = "[givenName]"

    # People with a single name have no surname.
    lastName = "Coalesce([surname], [displayName])"

    department = "IgnoreFlowIfNullOrEmpty([department])"

    locale = <<-EOT
      Switch([country], "en_US",
        "DE", "de_DE",
        "FR", "fr_FR"
      )
    EOT

    active = "Not([IsSoftDeleted])"
  }

  accounts = {
    for name, person in var.people : name => {
      for target, expression in local.mappings :
      target => provider::gotomeeting::evaluate_expression(expression, person, { now = var.now })
    }
  }
}

output "accounts" {
  description = "The result of the mappings for each person."
  value       = local.accounts
}

output "source_attributes" {
  description = "The source attributes that the mappings read."
  value       = distinct(sort(flatten([for expression in local.mappings : provider::gotomeeting::expression_attributes(expression)])))
}
