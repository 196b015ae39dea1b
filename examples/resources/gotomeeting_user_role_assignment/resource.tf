resource "gotomeeting_user_role_assignment" "meetings_team" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  principal_id         = var.meetings_team_group_id
  role                 = "User"
}
