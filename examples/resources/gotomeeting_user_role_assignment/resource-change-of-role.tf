# The service cannot change the role of an assignment, so that another `role` replaces it. With create_before_destroy the
# new role is given first, and the person stays in scope for provisioning all the while.
resource "gotomeeting_user_role_assignment" "ana" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  user_principal_name  = "ana@example.com"
  role                 = "User"

  lifecycle {
    create_before_destroy = true
  }
}
