# Authoritative for one role only, and not for the people that another team manages. Several roles of one principal
# are joined by commas, sorted.
resource "gotomeeting_user_role_assignments_exclusive" "users" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  roles                = ["User", "msiam_access"]

  assignments = {
    "d0000000-0000-4000-8000-000000000001" = "User"
    "d0000000-0000-4000-8000-000000000002" = join(",", sort(["User", "msiam_access"]))
  }

  ignored_principal_ids = ["d0000000-0000-4000-8000-000000000013"]
  max_removals          = 10
}
