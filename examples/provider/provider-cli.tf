# Signs in as the person or identity of `az login`. This is the default if nothing else is configured.
provider "gotomeeting" {
  tenant_id = "c0000000-0000-4000-8000-00000000000c"
  use_cli   = true
}
