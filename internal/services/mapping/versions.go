// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"sync"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// versions remembers which versions of schemas were written over, so that a lagging replica that still shows one of them
// is not taken for the truth.
type versions struct {
	mu       sync.Mutex
	replaced map[version]bool
}

type version struct {
	ref  graph.JobRef
	text string
}

type versionsKey struct{}

// versions are shared by all mappings of a run.
func (r *Resource) versions() *versions {
	return providerdata.Shared(r.data, versionsKey{}, func() *versions { return &versions{replaced: map[version]bool{}} })
}

func (v *versions) add(ref graph.JobRef, text string) {
	if text == "" {
		return // without versions there is nothing to tell states apart by
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.replaced[version{ref, text}] = true
}

func (v *versions) has(ref graph.JobRef, text string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.replaced[version{ref, text}]
}
