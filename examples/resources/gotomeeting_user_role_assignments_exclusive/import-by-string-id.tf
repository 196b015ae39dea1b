import {
  to = gotomeeting_user_role_assignments_exclusive.this
  id = "b0000000-0000-4000-8000-000000000001"
}
