# In GitHub Actions with `permissions: id-token: write`. The environment sets the request URL and token.
provider "gotomeeting" {
  tenant_id = "c0000000-0000-4000-8000-00000000000c"
  client_id = "a0000000-0000-4000-8000-0000000000aa"
  use_oidc  = true
}
