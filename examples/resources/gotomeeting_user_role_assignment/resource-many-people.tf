# Some dozens of people, each with a resource of their own. For hundreds, the exclusive resource is faster.
# The list names users as they are called now: when one is renamed, a `moved` block from the old key to the new one keeps
# the assignment.
variable "organizers" {
  type    = set(string)
  default = ["ana@example.com", "ben@example.com"]
}

resource "gotomeeting_user_role_assignment" "organizers" {
  for_each = var.organizers

  service_principal_id = gotomeeting_application.this.service_principal_id
  user_principal_name  = each.key
  role                 = "User"
}
