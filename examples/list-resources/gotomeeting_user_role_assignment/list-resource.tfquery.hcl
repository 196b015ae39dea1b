list "gotomeeting_user_role_assignment" "groups" {
  provider = gotomeeting
  limit    = 1000

  config {
    service_principal_id = "b0000000-0000-4000-8000-000000000001"
    principal_type       = "Group"
  }
}
