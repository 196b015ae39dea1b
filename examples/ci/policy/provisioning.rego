# What no pull request may do to provisioning, for those who use OPA or conftest: a policy on the plan as JSON, beside the limits on
# accounts that the provider's own `impact` block sets.
#
#   terraform show -json plan | conftest test --policy ci/policy -
#
# Whoever really wants such a change changes this file in a pull request of its own, which other people review.
package main

changes contains change if {
	some change in input.resource_changes
	change.mode == "managed"
	startswith(change.type, "gotomeeting_")
	change.change.actions != ["no-op"]
}

deny contains message if {
	some change in changes
	change.type in {"gotomeeting_application", "gotomeeting_provisioning_connection", "gotomeeting_attribute_mappings", "gotomeeting_provisioning_state"}
	"delete" in change.change.actions
	message := sprintf("%s is destroyed: provisioning ends, or begins again without its history.", [change.address])
}

deny contains message if {
	some change in changes
	change.change.after.scope == "all"
	change.type == "gotomeeting_provisioning_connection"
	message := sprintf("%s: everybody in the tenant would be in scope.", [change.address])
}

deny contains message if {
	some change in changes
	change.change.after.prevent_accidental_deletions == false
	message := sprintf("%s: nothing would stop a cycle that disables many accounts.", [change.address])
}

deny contains message if {
	some change in changes
	change.change.after.accidental_deletion_threshold > 100
	message := sprintf("%s: a cycle could disable %d accounts unnoticed.", [change.address, change.change.after.accidental_deletion_threshold])
}

# Attributes that take a safeguard away, and the values by which they do.
overrides := {
	"allow_default_mappings": true,
	"allow_empty": true,
	"allow_no_deprovisioning": true,
	"force_destroy": true,
	"max_removals": -1,
	"on_outside_pause": "resume",
}

deny contains message if {
	some change in changes
	some attribute, value in overrides
	change.change.after[attribute] == value
	message := sprintf("%s: %s = %v takes a safeguard away.", [change.address, attribute, value])
}
