// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import (
	"sync"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// ledger knows which applications this run has to do with. Terraform does not tell that a resource which it creates
// replaces one: without this, what is about to be deleted or was just deleted would look like a duplicate.
type ledger struct {
	mu   sync.Mutex
	own  map[string]bool                        // service principal ids that are in the state, or were until a moment ago
	here map[existingKey]graph.ServicePrincipal // what this run created; before the answer an empty one
}

type ledgerKey struct{}

func (r *Resource) ledger() *ledger {
	return providerdata.Shared(r.data, ledgerKey{}, func() *ledger {
		return &ledger{own: map[string]bool{}, here: map[existingKey]graph.ServicePrincipal{}}
	})
}

// note remembers a service principal of the state.
func (l *ledger) note(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.own[id] = true
}

// begins remembers that this run is about to create an application, which listings may show before the answer arrives.
func (l *ledger) begins(key existingKey) { l.made(key, graph.ServicePrincipal{}) }

// made remembers what this run created.
func (l *ledger) made(key existingKey, sp graph.ServicePrincipal) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.here[key] = sp
}

func (l *ledger) madeBefore(key existingKey) (graph.ServicePrincipal, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	sp := l.here[key]
	return sp, sp.ID != ""
}

// begun reports whether this run has created an application or is about to.
func (l *ledger) begun(key existingKey) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.here[key]
	return ok
}

// split tells applications from elsewhere from those of the state.
func (l *ledger) split(found []graph.ServicePrincipal) (foreign, own []graph.ServicePrincipal) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, sp := range found {
		if l.own[sp.ID] {
			own = append(own, sp)
		} else {
			foreign = append(foreign, sp)
		}
	}
	return foreign, own
}
