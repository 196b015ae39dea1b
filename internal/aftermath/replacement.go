// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package aftermath

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

const (
	// LeavesKey marks in the planned private state that a deletion takes effect. A deletion that is half of a replacement (a tainted
	// object, -replace) has no such mark.
	LeavesKey = "leaves"
	// SuccessorKey is where the planned private state keeps what a creation creates, if that is known. The deletion that is half of a
	// replacement reads it: a tainted object is planned as if there were nothing before, also if its configuration has changed.
	SuccessorKey = "successor"
	// RemainsAge is how long what the first half of a replacement has left in place is kept for the second: longer than any apply.
	RemainsAge = 24 * time.Hour
)

// ReplacesItself reports whether the planned private state is that of a replacement by the same thing.
func ReplacesItself(ctx context.Context, kept interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}, what string) bool {
	if leaves, _ := kept.GetKey(ctx, LeavesKey); leaves != nil {
		return false
	}
	raw, _ := kept.GetKey(ctx, SuccessorKey)
	var successor string
	return raw == nil || json.Unmarshal(raw, &successor) != nil || successor == what
}
