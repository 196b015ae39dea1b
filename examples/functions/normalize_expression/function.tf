terraform {
  required_providers {
    gotomeeting = {
      source = "gotomeeting-provisioning/gotomeeting"
    }
  }
}

# Switch([country], "Other", "DE", "Germany", "FR", "France")
output "canonical" {
  value = provider::gotomeeting::normalize_expression(<<-EOT
    Switch([country], "Other",
      "DE", "Germany",
      "FR", "France"
    )
  EOT
  )
}
