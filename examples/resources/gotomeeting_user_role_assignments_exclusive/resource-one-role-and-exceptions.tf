# Authoritative for one role only, except for the people that another team manages. To assign several roles to one principal, list
# them sorted and separated by commas.
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
