data "gotomeeting_application" "this" {
  display_name = "GoToMeeting"
}

output "roles_that_provision" {
  value = [for role in data.gotomeeting_application.this.app_roles : role.display_name if role.can_provision]
}
