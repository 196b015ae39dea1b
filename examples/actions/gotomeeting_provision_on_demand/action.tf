variable "connection_id" {
  type = string
}

variable "pilot_user_ids" {
  type = list(string)
}

# terraform apply -invoke=action.gotomeeting_provision_on_demand.pilot
action "gotomeeting_provision_on_demand" "pilot" {
  config {
    connection_id = var.connection_id
    user_ids      = var.pilot_user_ids
  }
}
