// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"encoding/json"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
)

// remains are the states of what the first half of a replacement has left in place. Terraform has forgotten them by then: if the
// second half fails, it returns them, or else nobody would manage what is still there.
type remains struct {
	ones memo.Handover[remnant, model]
	sets memo.Handover[remnant, exclusiveModel]
	// names are the ids of the users to whom the names in the state refer.
	names memo.Handover[remnant, string]
}

// remnant is a part of an application: an assignment by its key or by its names in the configuration, or a set by its roles.
type remnant struct {
	servicePrincipalID string
	part               any
}

type remainsKey struct{}

func remainsOf(data *providerdata.Data) *remains {
	return providerdata.Shared(data, remainsKey{}, func() *remains {
		r, clock := &remains{}, data.Graph.Clock()
		r.ones.MaxAge, r.ones.Clock = aftermath.RemainsAge, clock
		r.sets.MaxAge, r.sets.Clock = aftermath.RemainsAge, clock
		r.names.MaxAge, r.names.Clock = aftermath.RemainsAge, clock
		return r
	})
}

// know records to whom the name in a state refers.
func (r *remains) know(state model) {
	if !state.UserPrincipalName.IsNull() {
		r.names.Give(remnant{state.ServicePrincipalID.ValueString(), state.named()}, state.PrincipalID.ValueString())
	}
}

// keep records an assignment that stays in place.
func (r *remains) keep(state model) {
	for _, part := range []any{state.key(), state.named()} {
		r.ones.Give(remnant{state.ServicePrincipalID.ValueString(), part}, state)
	}
}

// of returns the assignment that a creation replaces.
func (r *remains) of(plan model) (state model, found bool) {
	servicePrincipalID := plan.ServicePrincipalID.ValueString()
	if state, found = r.ones.Look(remnant{servicePrincipalID, plan.key()}); !found {
		state, found = r.ones.Look(remnant{servicePrincipalID, plan.named()})
	}
	return state, found
}

// settle forgets an assignment that is in a state again.
func (r *remains) settle(state model) {
	was, found := r.of(state)
	for _, part := range []any{was.key(), was.named()} {
		if found {
			r.ones.Take(remnant{was.ServicePrincipalID.ValueString(), part})
		}
	}
}

// remnantOf is the place of a set.
func remnantOf(m exclusiveModel) remnant {
	roles, _ := listOf(m.Roles.Elements())
	return remnant{m.ServicePrincipalID.ValueString(), joinRoles(roles)}
}

func successorJSON(what string) []byte {
	raw, err := json.Marshal(what)
	if err != nil {
		return nil // a text can always be written
	}
	return raw
}

// successorOf is what an assignment is to a deletion that may be half of its replacement.
func successorOf(servicePrincipalID string, key roster.Key) string {
	return servicePrincipalID + "/" + key.PrincipalID + "/" + key.RoleID
}
