variable "gotomeeting_admin_password" {
  type      = string
  ephemeral = true
}

resource "gotomeeting_provisioning_connection" "this" {
  service_principal_id = gotomeeting_application.this.service_principal_id

  # Sent to the service, but never stored in the state. With a new version, the password is tested and stored at the service again.
  admin_username            = "provisioning@example.com"
  admin_password_wo         = var.gotomeeting_admin_password
  admin_password_wo_version = "1"

  notification_email            = "identity-ops@example.com"
  accidental_deletion_threshold = 25
  scope                         = "assigned"
}
