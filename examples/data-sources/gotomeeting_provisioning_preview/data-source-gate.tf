# Fails the apply before provisioning is switched on, if there are conflicts or unknown outcomes. The state resource must depend
# on it: `depends_on = [data.gotomeeting_provisioning_preview.gate]`.
data "gotomeeting_provisioning_preview" "gate" {
  connection_id = gotomeeting_provisioning_connection.this.id

  depends_on = [gotomeeting_attribute_mappings.users, gotomeeting_user_role_assignment.meetings_team]

  lifecycle {
    postcondition {
      condition     = self.complete && self.counts.conflict == 0 && self.counts.unknown == 0
      error_message = "The next cycle would not do what is wanted: ${jsonencode(self.counts)}"
    }
  }
}
