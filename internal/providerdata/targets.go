// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package providerdata

import (
	"slices"
	"sync"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

type targetsKey struct{}

type targets struct {
	mu   sync.Mutex
	list []graph.Target
}

// NoteNewTarget remembers the target of a connection that this plan creates, nil where the configuration does not tell it yet.
func (d *Data) NoteNewTarget(target graph.Target) {
	t := Shared(d, targetsKey{}, func() *targets { return &targets{} })
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = append(t.list, target)
}

// NewTargets are the targets of the connections that this plan creates, as far as they are planned.
func (d *Data) NewTargets() []graph.Target {
	t := Shared(d, targetsKey{}, func() *targets { return &targets{} })
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.list)
}
