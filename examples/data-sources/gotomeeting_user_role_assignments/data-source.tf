# Groups that hold a role.
data "gotomeeting_user_role_assignments" "groups" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  role                 = "User"
  principal_type       = "Group"
}

output "groups" {
  value = data.gotomeeting_user_role_assignments.groups.assignments[*].principal_display_name
}

# The whole set as a map, in the form of `assignments` of gotomeeting_user_role_assignments_exclusive.
data "gotomeeting_user_role_assignments" "all" {
  service_principal_id = gotomeeting_application.this.service_principal_id
}

output "roles_by_principal" {
  value = data.gotomeeting_user_role_assignments.all.roles_by_principal
}
