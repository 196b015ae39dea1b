# Fails the apply while provisioning is not healthy. With `depends_on`, the status is read after provisioning is switched on.
data "gotomeeting_sync_status" "healthy" {
  connection_id = gotomeeting_provisioning_connection.this.id

  depends_on = [gotomeeting_provisioning_state.this]

  lifecycle {
    postcondition {
      condition     = self.healthy != false
      error_message = join("\n", [for problem in self.problems : problem.message if problem.severity == "error"])
    }
  }
}
