list "gotomeeting_user_role_assignments_exclusive" "all" {
  provider = gotomeeting

  config {
    service_principal_id = "b0000000-0000-4000-8000-000000000001"
  }
}
