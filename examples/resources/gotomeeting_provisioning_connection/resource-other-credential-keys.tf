# For connectors that require keys other than a user name and password.
variable "secret_token" {
  type      = string
  ephemeral = true
}

resource "gotomeeting_provisioning_connection" "other_keys" {
  service_principal_id = gotomeeting_application.this.service_principal_id

  connector_settings     = { BaseAddress = "https://scim.example.com" }
  credentials_wo         = { SecretToken = var.secret_token }
  credentials_wo_version = "2030-01"
}
