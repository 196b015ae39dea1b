# Values that other resources need from the provider: ids in the format that the provider checks. Terraform generates
# the rest.

mock_resource "gotomeeting_application" {
  defaults = {
    id                   = "b0000000-0000-4000-8000-000000000001"
    service_principal_id = "b0000000-0000-4000-8000-000000000001"
    client_id            = "a0000000-0000-4000-8000-000000000001"
  }
}

mock_resource "gotomeeting_provisioning_connection" {
  defaults = {
    id     = "b0000000-0000-4000-8000-000000000001/example.job"
    job_id = "example.job"
  }
}

mock_resource "gotomeeting_attribute_mappings" {
  defaults = {
    id = "b0000000-0000-4000-8000-000000000001/example.job/User"
  }
}

mock_resource "gotomeeting_user_role_assignment" {
  defaults = {
    id           = "b0000000-0000-4000-8000-000000000001/example-assignment"
    principal_id = "d0000000-0000-4000-8000-0000000000d1"
  }
}

mock_resource "gotomeeting_user_role_assignments_exclusive" {
  defaults = {
    id = "b0000000-0000-4000-8000-000000000001"
  }
}

mock_resource "gotomeeting_provisioning_state" {
  defaults = {
    id = "b0000000-0000-4000-8000-000000000001/example.job"
  }
}

mock_data "gotomeeting_sync_status" {
  defaults = {
    state = "healthy"
  }
}

mock_data "gotomeeting_application" {
  defaults = {
    id                   = "b0000000-0000-4000-8000-000000000001"
    service_principal_id = "b0000000-0000-4000-8000-000000000001"
    client_id            = "a0000000-0000-4000-8000-000000000001"
  }
}
