terraform {
  required_providers {
    gotomeeting = {
      source = "gotomeeting-provisioning/gotomeeting"
    }
  }
}

# Signs in by the ARM_* environment variables, as the azuread provider does, or with the Azure CLI.
provider "gotomeeting" {}
