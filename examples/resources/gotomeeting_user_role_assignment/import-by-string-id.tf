import {
  to = gotomeeting_user_role_assignment.meetings_team
  id = "b0000000-0000-4000-8000-000000000001/0QAAANAAAEAAgAAAAAAA0d3Xf0pExampleOpaqueId0"
}
