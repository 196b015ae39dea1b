variable "connection_id" {
  type = string
}

# terraform apply -invoke=action.gotomeeting_test_connection.this
action "gotomeeting_test_connection" "this" {
  config {
    connection_id = var.connection_id
  }
}

# Tries a new password before it is rotated in. Nothing is stored. Terraform from 1.16 on leaves
# ephemeral values out of -invoke; where an action_trigger runs the action, the variable can be one.
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
