# For a connector whose test fails although the credentials are correct. The credentials are then stored without a test, and every apply that
# stores credentials shows a warning.
variable "untested_password" {
  type      = string
  ephemeral = true
}

resource "gotomeeting_provisioning_connection" "without_test" {
  service_principal_id = gotomeeting_application.this.service_principal_id

  admin_username            = "provisioning@example.com"
  admin_password_wo         = var.untested_password
  admin_password_wo_version = "1"
  test_connection           = false
}
