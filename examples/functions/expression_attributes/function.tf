terraform {
  required_providers {
    gotomeeting = {
      source = "gotomeeting-provisioning/gotomeeting"
    }
  }
}

# ["displayName", "surname"]
output "source_attributes" {
  value = provider::gotomeeting::expression_attributes("Coalesce([surname], [displayName])")
}
