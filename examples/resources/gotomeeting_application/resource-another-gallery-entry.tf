# The successor of the GoToMeeting application in the gallery.
resource "gotomeeting_application" "goto" {
  display_name = "GoTo"
  gallery_name = "GoTo"
}

# Roles that bring people into scope.
output "roles" {
  value = [for role in gotomeeting_application.goto.app_roles : role.display_name if role.can_provision]
}
