# Changes to provisioning that no pull request is allowed to make, for OPA or conftest: a policy on the plan as JSON, in addition to the
# limits on accounts in the provider's own `impact` block.
#
#   terraform show -json plan >plan.json
#   conftest test --policy ci/policy plan.json
#   opa eval --fail-defined --format pretty --data ci/policy data.main.deny[_] --input plan.json
#
# To make such a change, change this file in a separate pull request, which other people review.
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
	message := sprintf("%s is destroyed: provisioning ends, or starts again without its history.", [change.address])
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

# Attributes that remove a safeguard, and the values that do so.
overrides := {
	"allow_default_mappings": true,
	"allow_empty": true,
	"allow_no_deprovisioning": true,
	"allow_two_writers": true,
	"force_destroy": true,
	"max_foreign_removals": -1,
	"max_removals": -1,
	"on_outside_pause": "resume",
}

deny contains message if {
	some change in changes
	some attribute, value in overrides
	change.change.after[attribute] == value
	message := sprintf("%s: %s = %v removes a safeguard.", [change.address, attribute, value])
}

# What the plan does not know, none of these rules can judge.
deny contains message if {
	some change in changes
	some attribute in ({"scope", "prevent_accidental_deletions", "accidental_deletion_threshold"} | object.keys(overrides))
	change.change.after_unknown[attribute] == true
	message := sprintf("%s: %s is known only at apply.", [change.address, attribute])
}
