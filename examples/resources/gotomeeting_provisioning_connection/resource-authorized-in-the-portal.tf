# For connectors that an administrator authorizes in the portal (OAuth): settings without credentials. The credentials that the
# portal stores are left unchanged; `authorized` shows whether they are stored.
resource "gotomeeting_provisioning_connection" "authorized_in_portal" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  notification_email   = "identity-ops@example.com"
}
