# A few dozen people, with one resource for each person. For hundreds, the exclusive resource is faster. The
# list contains the current names of the users: when a user is renamed, a `moved` block from the old key to the new one keeps
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
