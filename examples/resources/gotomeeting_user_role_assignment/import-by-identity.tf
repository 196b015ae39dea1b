import {
  to = gotomeeting_user_role_assignment.meetings_team
  identity = {
    service_principal_id = "b0000000-0000-4000-8000-000000000001"
    principal_id         = "d0000000-0000-4000-8000-0000000000d1"
    app_role_id          = "a0000000-0000-4000-8000-0000000000c1"
  }
}
