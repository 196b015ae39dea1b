variable "goto_client_secret" {
  type      = string
  ephemeral = true
}

variable "goto_personal_access_token" {
  type      = string
  ephemeral = true
}

# For the data sources that read the accounts at GoTo. You can set each value with a GOTO_* environment variable instead.
provider "gotomeeting" {
  goto = {
    client_id             = "f0000000-0000-4000-8000-0000000000f1"
    client_secret         = var.goto_client_secret
    personal_access_token = var.goto_personal_access_token
  }
}
