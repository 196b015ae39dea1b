# A team's attribute mappings with unit tests. Nothing here needs a tenant or credentials: `terraform test` computes for
# each invented person what the service would write to the target.
#
# The mappings live in one place, `local.mappings`. The tests read them through the output `accounts`; the configuration
# that talks to a tenant gives the same local to `gotomeeting_attribute_mappings`.

terraform {
  required_version = ">= 1.11"

  required_providers {
    gotomeeting = {
      source = "gotomeeting-provisioning/gotomeeting"
    }
  }
}

variable "people" {
  description = "Source attributes of the people to compute accounts for, by a name for each person."
  type        = any
  default     = {}
}

variable "now" {
  description = "The time at which accounts are computed, as RFC 3339."
  type        = string
  default     = "2025-07-30T00:00:00Z"
}

locals {
  mappings = {
    email     = "ToLower([userPrincipalName])"
    firstName = "[givenName]"

    # People with one name only have no surname.
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
  description = "What the mappings yield for each person."
  value       = local.accounts
}

output "source_attributes" {
  description = "The source attributes that the mappings read."
  value       = distinct(sort(flatten([for expression in local.mappings : provider::gotomeeting::expression_attributes(expression)])))
}
