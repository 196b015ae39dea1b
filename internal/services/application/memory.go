// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import (
	"math"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// applicationKey is what makes two applications the same to Create: gallery entry and name.
type applicationKey struct{ templateID, displayName string }

func (k applicationKey) String() string { return k.templateID + " " + k.displayName }

// memory is what one run remembers of applications.
type memory struct {
	// found are the applications that planning found, for the apply that follows.
	found memo.Handover[applicationKey, []graph.ServicePrincipal]
	// own are service principals that are in the state, or were until a moment ago. Terraform does not tell that a
	// resource which it creates replaces one: without this, what is about to be deleted or was just deleted would look
	// like a duplicate.
	own memo.Set[string]
	// created are the service principals of applications that this run creates: "" until the answer arrives, while
	// listings may show one already.
	created memo.Handover[applicationKey, string]
}

type memoryKey struct{}

func remembered(data *providerdata.Data) *memory {
	return providerdata.Shared(data, memoryKey{}, func() *memory {
		m := &memory{}
		m.found.MaxAge, m.found.Clock = providerdata.PlannedAge, data.Graph.Clock()
		m.created.MaxAge, m.created.Clock = math.MaxInt64, data.Graph.Clock()
		return m
	})
}

// split tells applications from elsewhere from those of the state.
func (m *memory) split(found []graph.ServicePrincipal) (foreign, own []graph.ServicePrincipal) {
	for _, sp := range found {
		if m.own.Has(sp.ID) {
			own = append(own, sp)
		} else {
			foreign = append(foreign, sp)
		}
	}
	return foreign, own
}
