# For connectors that an administrator authorizes in the portal (OAuth): settings without credentials. What the portal
# stores is left alone; `authorized` tells whether that has happened.
resource "gotomeeting_provisioning_connection" "authorized_in_portal" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  notification_email   = "identity-ops@example.com"
}
