terraform {
  required_providers {
    gotomeeting = {
      source = "gotomeeting-provisioning/gotomeeting"
    }
  }
}

# Signs in with the ARM_* environment variables, like the azuread provider, or with the Azure CLI.
provider "gotomeeting" {}
