// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// restarts reports whether the plan restarts provisioning: the triggers of an existing resource changed or were set. What
// an import could not know is no change: the first triggers after it are taken as those of the last restart.
func restarts(plan, state model, imported bool) bool {
	switch {
	case state.ID.IsNull(), plan.RestartTriggers.IsNull():
		return false
	case state.RestartTriggers.IsNull():
		return !imported
	}
	return !plan.RestartTriggers.Equal(state.RestartTriggers)
}

// importedKey is where the private state says that the resource was imported and has had no triggers since.
const importedKey = "imported"

func wasImported(ctx context.Context, private interface {
	GetKey(context.Context, string) ([]byte, diag.Diagnostics)
}) (bool, diag.Diagnostics) {
	value, diags := private.GetKey(ctx, importedKey)
	var imported bool
	if len(value) > 0 && json.Unmarshal(value, &imported) != nil {
		imported = false // nothing that this provider wrote
	}
	return imported, diags
}
