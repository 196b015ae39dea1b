import {
  to = gotomeeting_provisioning_state.this
  identity = {
    service_principal_id = "b0000000-0000-4000-8000-000000000001"
    job_id               = "EXAMPLE-gotomeeting.c000000000004000800000000000000c.e0000000-0000-4000-8000-0000000000e1"
  }
}
