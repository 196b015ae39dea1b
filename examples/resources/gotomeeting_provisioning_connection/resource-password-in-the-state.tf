# For workflows without ephemeral values. The password is kept in the state.
variable "stored_password" {
  type      = string
  sensitive = true
}

resource "gotomeeting_provisioning_connection" "password_in_state" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  admin_username       = "provisioning@example.com"
  admin_password       = var.stored_password
}
