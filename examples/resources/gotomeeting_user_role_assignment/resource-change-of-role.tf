# The service cannot change the role of an assignment, so a different `role` replaces the assignment. With create_before_destroy,
# the new role is assigned first, and the person stays in scope for provisioning throughout.
resource "gotomeeting_user_role_assignment" "ana" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  user_principal_name  = "ana@example.com"
  role                 = "User"

  lifecycle {
    create_before_destroy = true
  }
}
