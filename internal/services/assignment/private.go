// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
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

// endsKey is where the planned private state of a destroy keeps whose provisioning the same plan ends.
const endsKey = "ends"

func noteEnds(ctx context.Context, data *providerdata.Data, servicePrincipalID string, kept private) diag.Diagnostics {
	if ends := aftermath.Ending(data, servicePrincipalID); ends != nil {
		return kept.SetKey(ctx, endsKey, ends)
	}
	return nil
}

// pauseFirst pauses provisioning that the plan of a destroy ends, before anybody is removed.
func pauseFirst(ctx context.Context, data *providerdata.Data, servicePrincipalID string, kept private, timeout time.Duration) diag.Diagnostics {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	ends, _ := kept.GetKey(ctx, endsKey)
	return aftermath.PauseFirst(ctx, data, servicePrincipalID, ends)
}

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

// leavesKey marks in the planned private data that a deletion is intended to remove access. The deletion that is
// half of a replacement on the same application (a tainted object, -replace) has no such mark, and then nothing is
// removed: creating takes over what is there. Otherwise everybody would lose access for a moment. That of a set holds the
// fingerprints of what was to be removed at plan, in the order of the keys: what was created again since belongs to somebody else,
// such as the same set of another provider configuration, which this process knows nothing of.
const leavesKey = aftermath.LeavesKey

// fingerprint distinguishes an assignment from the one that replaces it. It is never 0.
func fingerprint(assignmentID string) uint32 {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(assignmentID)) // cannot fail
	return max(hash.Sum32(), 1)
}

func leavingJSON(had map[roster.Key]bool, l *roster.Listing, outdated map[uint32]bool) []byte {
	var packed []byte
	for _, key := range roster.SortedKeys(had) {
		var made uint32
		if l != nil {
			if a, ok := l.Get(key); ok && !outdated[fingerprint(a.ID)] {
				made = fingerprint(a.ID)
			}
		}
		packed = binary.BigEndian.AppendUint32(packed, made)
	}
	raw, err := json.Marshal(packed)
	if err != nil {
		return []byte("true") // bytes can always be written
	}
	return raw
}

// outdatedKey is where the private state of a set keeps the fingerprints of what its last write removed: listings may still show that for
// a while, where the set has created the same assignment again.
const outdatedKey = "outdated"

// outdatedJSON packs the assignments with the keys. Those of an earlier write are kept as long as that is recent.
func outdatedJSON(removed map[roster.Key]graph.Assignment, keys map[roster.Key]bool, before map[uint32]bool) []byte {
	var packed []byte
	for made := range before {
		packed = binary.BigEndian.AppendUint32(packed, made)
	}
	for key := range keys {
		if a, ok := removed[key]; ok && a.ID != "" {
			packed = binary.BigEndian.AppendUint32(packed, fingerprint(a.ID))
		}
	}
	if len(packed) == 0 {
		return nil
	}
	raw, err := json.Marshal(packed)
	if err != nil {
		return nil // bytes can always be written
	}
	return raw
}

// outdatedFrom returns the fingerprints of what was removed recently.
func outdatedFrom(private []byte, recent bool) map[uint32]bool {
	var packed []byte
	if !recent || json.Unmarshal(private, &packed) != nil {
		return nil
	}
	found := map[uint32]bool{}
	for ; len(packed) >= 4; packed = packed[4:] {
		found[binary.BigEndian.Uint32(packed)] = true
	}
	return found
}

// leavingFrom returns the fingerprints by key, 0 or none where they are not known.
func leavingFrom(private []byte, had map[roster.Key]bool) map[roster.Key]uint32 {
	var packed []byte
	if json.Unmarshal(private, &packed) != nil || len(packed) != 4*len(had) {
		return nil
	}
	known := make(map[roster.Key]uint32, len(had))
	for i, key := range roster.SortedKeys(had) {
		known[key] = binary.BigEndian.Uint32(packed[4*i:])
	}
	return known
}

// lapsedKey is where the private state of a set keeps what was in the state and is not assigned anymore, no matter who or
// what removed it: if the configuration is unchanged, a reason against creating it again does not stop the plan.
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
