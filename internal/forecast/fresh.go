// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package forecast

import (
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
)

// fresh is what the run has planned for connections that do not exist yet. It is unknown to which of several connections a resource
// with an unknown `connection_id` refers, so only the effect on a single new connection of a known service principal is reported.
type fresh struct {
	connections map[string]freshConnection // by service principal, "" for one that is not known either
	state       *Proposal                  // what switches the new connection on
	mappings    bool                       // some are planned
	application bool                       // one is created
	assigned    map[string][]Proposal      // changes of assignments by service principal, while it has no connection
}

type freshConnection struct {
	templateID string
	settings   impact.Settings
}

// ref is the one new connection, if its service principal is known.
func (n *fresh) ref() (graph.JobRef, bool) {
	for id := range n.connections {
		return graph.JobRef{ServicePrincipalID: id}, id != "" && len(n.connections) == 1
	}
	return graph.JobRef{}, false
}
