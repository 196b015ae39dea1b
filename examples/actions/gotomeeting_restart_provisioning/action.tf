variable "connection_id" {
  type = string
}

# Releases the deletions that accidental-deletion prevention holds:
# terraform apply -invoke=action.gotomeeting_restart_provisioning.allow_deletes
action "gotomeeting_restart_provisioning" "allow_deletes" {
  config {
    connection_id = var.connection_id
    restart_scope = "ForceDeletes"
  }
}
