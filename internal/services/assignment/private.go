// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
)

// private is the private state of an object. The framework has a type for it that nobody else can make.
type private interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// recentWrites is for how long reads are patient after a write.
const recentWrites = 2 * time.Minute

// writtenKey is where the private state keeps when the object was written, because reads are patient for a while then:
// other parts of the directory may not know yet.
const writtenKey = "written"

// adoptedKey is where the private state keeps that the role's text was chosen by the provider, on an import or a move, and not
// by the configuration, which may write the same role in another form without that being a change.
const adoptedKey = "adopted"

func writtenNow(clock memo.Clock) []byte {
	return fmt.Appendf(nil, "%q", clock.Now().UTC().Format(time.RFC3339))
}

func justWritten(clock memo.Clock, private []byte) bool {
	var at time.Time
	if len(private) == 0 || json.Unmarshal(private, &at) != nil {
		return false
	}
	age := clock.Now().Sub(at)
	return age > -recentWrites && age < recentWrites
}

// lapsedKey is where the private state of a set keeps what was in the state and is not assigned any more, whoever or whatever
// removed it: the configuration may be as it was, and then nothing that speaks against making it again stops the plan.
const lapsedKey = "lapsed"

func lapsedJSON(lapsed map[roster.Key]bool) []byte {
	raw, err := json.Marshal(roster.SortedKeys(lapsed))
	if err != nil {
		return nil // texts can always be written
	}
	return raw
}

func lapsedFrom(private []byte) map[roster.Key]bool {
	var keys []roster.Key
	lapsed := map[roster.Key]bool{}
	if len(private) > 0 && json.Unmarshal(private, &keys) == nil {
		for _, key := range keys {
			lapsed[key] = true
		}
	}
	return lapsed
}
