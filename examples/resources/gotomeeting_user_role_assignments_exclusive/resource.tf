variable "people" {
  description = "Object ids of the people and groups that are allowed to hold meetings."
  type        = list(string)
}

resource "gotomeeting_user_role_assignments_exclusive" "this" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  assignments          = { for id in var.people : id => "User" }
}
