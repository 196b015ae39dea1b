# In an Azure DevOps pipeline that passes `SYSTEM_ACCESSTOKEN` to its steps.
provider "gotomeeting" {
  tenant_id = "c0000000-0000-4000-8000-00000000000c"
  client_id = "a0000000-0000-4000-8000-0000000000aa"
  use_oidc  = true

  ado_pipeline_service_connection_id = "e0000000-0000-4000-8000-0000000000e2"
}
