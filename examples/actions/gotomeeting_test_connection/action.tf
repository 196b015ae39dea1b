variable "connection_id" {
  type = string
}

# terraform apply -invoke=action.gotomeeting_test_connection.this
action "gotomeeting_test_connection" "this" {
  config {
    connection_id = var.connection_id
  }
}

# Tests a new password before you rotate to it. Nothing is stored. Terraform 1.16 and newer omit
# ephemeral values from -invoke; if an action_trigger runs the action, the variable can be ephemeral.
variable "next_password" {
  type      = string
  sensitive = true
}

# terraform apply -invoke=action.gotomeeting_test_connection.next_password
action "gotomeeting_test_connection" "next_password" {
  config {
    connection_id  = var.connection_id
    admin_username = "provisioning@example.com"
    admin_password = var.next_password
  }
}
