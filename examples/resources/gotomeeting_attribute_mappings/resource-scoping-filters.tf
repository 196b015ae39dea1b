# Of the people in the connection's scope, only employees in Berlin and everybody in Sales. People who no longer fit
# either group are deprovisioned.
resource "gotomeeting_attribute_mappings" "berlin_and_sales" {
  connection_id = gotomeeting_provisioning_connection.this.id

  mappings = {
    email  = { source_attribute = "mail", matching_priority = 1 }
    active = { expression = "Not([IsSoftDeleted])" }

    # White space does not matter.
    department = {
      expression = <<-EOT
        IIF([department] = "Sales and Marketing", "Sales",
          IIF([department] = "People and Culture", "HR", "Other"))
      EOT
    }
  }

  scoping_filters = [
    {
      name = "Employees in Berlin"
      clauses = [
        { attribute = "city", operator = "EQUALS", values = ["Berlin"] },
        { attribute = "employeeId", operator = "IS NOT NULL" },
      ]
    },
    {
      name    = "Sales"
      clauses = [{ attribute = "department", operator = "REGEX MATCH", values = ["^Sales"] }]
    },
  ]

  # Accounts are disabled when people leave, but never deleted.
  operations = ["create", "update"]
}
