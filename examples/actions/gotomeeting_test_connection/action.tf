variable "connection_id" {
  type = string
}

# terraform apply -invoke=action.gotomeeting_test_connection.this
action "gotomeeting_test_connection" "this" {
  config {
    connection_id = var.connection_id
  }
}
