# For connectors that sign in with client credentials (OAuth without the portal's Authorize step). The service renews the
# access token but does not fetch the first one, so the first token is passed as a seed. It is sent only with a
# new version of the credentials: otherwise, an older token would replace the renewed one.
variable "target_client_secret" {
  type      = string
  ephemeral = true
}

variable "target_access_token" {
  type        = string
  ephemeral   = true
  description = "Fetched from the token endpoint with the client's id and secret, right before the apply."
}

resource "gotomeeting_provisioning_connection" "client_credentials" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  notification_email   = "identity-ops@example.com"

  connector_settings = {
    BaseAddress            = "https://scim.example.com"
    Oauth2ClientId         = "example-client"
    Oauth2TokenExchangeUri = "https://login.example.com/oauth/token"
  }
  credentials_wo = {
    Oauth2ClientSecret            = var.target_client_secret
    Oauth2AccessToken             = var.target_access_token
    Oauth2AccessTokenCreationTime = plantimestamp()
  }
  credentials_wo_version = "2030-01"
}
