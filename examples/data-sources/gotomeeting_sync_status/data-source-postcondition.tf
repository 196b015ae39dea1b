# Fails the apply while provisioning is not healthy. `depends_on` has the status read after provisioning was switched.
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
