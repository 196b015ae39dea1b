# The file is read again whenever a new token is needed, so long applies continue when the CI system renews it.
provider "gotomeeting" {
  tenant_id            = "c0000000-0000-4000-8000-00000000000c"
  client_id            = "a0000000-0000-4000-8000-0000000000aa"
  use_oidc             = true
  oidc_token_file_path = "/var/run/secrets/ci/token"
}
