// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"sync"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// ledger knows which jobs this run has to do with. Terraform does not tell that a resource which it creates replaces one:
// without this, what is about to be deleted or was just deleted would look like somebody else's connection.
type ledger struct {
	mu      sync.Mutex
	known   map[graph.JobRef]bool // jobs that are in the state, or were until a moment ago
	refused map[graph.JobRef]bool // those whose secrets could not be read, which was said already
}

type ledgerKey struct{}

func (r *Resource) ledger() *ledger {
	return providerdata.Shared(r.data, ledgerKey{}, func() *ledger {
		return &ledger{known: map[graph.JobRef]bool{}, refused: map[graph.JobRef]bool{}}
	})
}

// note remembers a job of the state.
func (l *ledger) note(ref graph.JobRef) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known[ref] = true
}

func (l *ledger) own(ref graph.JobRef) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known[ref]
}

// secretsRefused remembers that the user knows that the secrets could not be read.
func (l *ledger) secretsRefused(ref graph.JobRef) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused[ref] = true
}

func (l *ledger) saidRefused(ref graph.JobRef) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.refused[ref]
}
