// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import "time"

// How long to wait for what a write should have made visible. Replication takes seconds, rarely more.
const (
	settleTime = 2 * time.Minute // after a write that was confirmed
	appearTime = time.Minute     // after one that was not
)
