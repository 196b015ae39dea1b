provider "gotomeeting" {
  use_msi = true
}
