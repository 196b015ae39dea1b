terraform {
  required_providers {
    gotomeeting = {
      source = "gotomeeting-provisioning/gotomeeting"
    }
  }
}

# "Ana Muster"
output "display_name" {
  value = provider::gotomeeting::evaluate_expression(
    "Join(\" \", [givenName], [surname])",
    { givenName = "Ana", surname = "Muster" }
  )
}

# "False" on the given day; "True" from the day on which the person starts
output "active" {
  value = provider::gotomeeting::evaluate_expression(
    "IIF(DateDiff(\"d\", Now(), CDate([employeeHireDate])) > 0, \"False\", \"True\")",
    { employeeHireDate = "2025-08-15" },
    { now = "2025-07-30T00:00:00Z" }
  )
}

# null: without a department, the target attribute has no value
output "department" {
  value = provider::gotomeeting::evaluate_expression(
    "IgnoreFlowIfNullOrEmpty([department])",
    { department = null }
  )
}

# "ana@example.com"
output "user_name" {
  value = provider::gotomeeting::evaluate_expression(
    "Join(\"@\", [mailNickname], DefaultDomain())",
    { mailNickname = "ana" },
    { default_domain = "example.com" }
  )
}
