import {
  to = gotomeeting_application.this
  id = "b0000000-0000-4000-8000-000000000001"
}
