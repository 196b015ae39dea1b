// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package forecast

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
)

// fresh is what the run has planned for connections that do not exist yet. Nobody can say which of several a resource with an
// unknown `connection_id` means, so that only what becomes of the one new connection of a known service principal is told.
type fresh struct {
	connections map[string]freshConnection // by service principal, "" for one that is not known either
	state       *Proposal                  // what switches the new connection on
	mappings    bool                       // some are planned
	assigned    map[string][]Proposal      // changes of assignments by service principal, while it has no connection
}

type freshConnection struct {
	templateID string
	settings   impact.Settings
}

// New notes a connection that the run creates. servicePrincipalID is "" where it, or a setting, is not known yet.
func (f *Forecast) New(servicePrincipalID, templateID string, settings impact.Settings) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fresh.connections == nil {
		f.fresh.connections = map[string]freshConnection{}
	}
	f.fresh.connections[servicePrincipalID] = freshConnection{templateID, settings}
}

// NewMapping notes attribute mappings of a connection that does not exist yet.
func (f *Forecast) NewMapping() diag.Diagnostics {
	f.mu.Lock()
	f.fresh.mappings = true
	ref, known := f.fresh.ref()
	known = known && f.connections[ref] != nil
	f.mu.Unlock()
	if !known {
		return nil
	}
	return f.on(ref).correctReport()
}

// PlanNew says what switching on a connection does that does not exist yet, by the connector's default mapping. told is false where
// that has to wait until it exists.
func (f *Forecast) PlanNew(ctx context.Context, p Proposal) (found diag.Diagnostics, told bool) {
	f.mu.Lock()
	f.fresh.state = &p
	ref, known := f.fresh.ref()
	assigned := f.fresh.assigned[ref.ServicePrincipalID]
	f.mu.Unlock()
	if !f.On() || !known {
		return nil, !f.On()
	}
	c := f.on(ref)
	for _, one := range assigned {
		c.put(one)
	}
	return f.Plan(ctx, ref, p).Diagnostics, true
}

// planNewAssignments keeps a change of the assignments of an application that has no connection yet. Where one is created and
// switched on, it counts together with that.
func (f *Forecast) planNewAssignments(ctx context.Context, servicePrincipalID string, p Proposal) Answer {
	f.mu.Lock()
	if f.fresh.assigned == nil {
		f.fresh.assigned = map[string][]Proposal{}
	}
	f.fresh.assigned[servicePrincipalID] = append(f.fresh.assigned[servicePrincipalID], p)
	ref, known := f.fresh.ref()
	begun := f.fresh.state != nil && known && ref.ServicePrincipalID == servicePrincipalID
	f.mu.Unlock()
	if !begun {
		return Answer{}
	}
	return f.Plan(ctx, ref, p)
}

// ref is the one new connection, if its service principal is known.
func (n *fresh) ref() (graph.JobRef, bool) {
	for id := range n.connections {
		return graph.JobRef{ServicePrincipalID: id}, id != "" && len(n.connections) == 1
	}
	return graph.JobRef{}, false
}

// isNew reports whether the connection does not exist yet.
func (c *connection) isNew() bool { return c.ref.JobID == "" }

// readNew is the setup that a new connection begins with: the connector's default, and the settings that are planned.
func (c *connection) readNew(ctx context.Context) (*impact.Setup, error) {
	f := c.forecast
	f.mu.Lock()
	planned := f.fresh.connections[c.ref.ServicePrincipalID]
	f.mu.Unlock()
	today, err := impact.ReadSetup(ctx, f.data.Graph, c.ref, planned.templateID)
	if err == nil {
		today = today.Planned(planned.settings)
	}
	return today, err
}

// waits says why what becomes of whom has to wait until a new connection exists, "" where it does not: the mappings planned for
// it are not known before.
func (c *connection) waits(proposals []Proposal) (why string, inScope int) {
	c.forecast.mu.Lock()
	mappings := c.forecast.fresh.mappings
	c.forecast.mu.Unlock()
	if !c.isNew() || !mappings {
		return "", 0
	}
	inScope = c.survey.InScope(c.with(proposals...))
	return fmt.Sprintf("What the attribute mappings do that are planned for the connection cannot be told until it exists; the limits are held once more then, before anything is switched on. %s in scope: "+
		"the first cycle creates or updates at most as many accounts, and disables none.", people(inScope)), inScope
}

// boundNew is the answer where it has to wait: a warning, and errors where a limit is below the number of people in scope.
func (c *connection) boundNew(p Proposal, why string, inScope int) (diags diag.Diagnostics) {
	for _, l := range c.limits(inScope) {
		if (l.attribute == "max_created" || l.attribute == "max_updated") && int64(inScope) > l.most {
			diags.Append(c.refuseUnknown(p, l, []string{why})...)
		}
	}
	if len(diags) == 0 && p.Principals == nil {
		diags.Append(warning(p.At, fmt.Sprintf("Cannot tell yet what the first cycle does to accounts: %s of %s", p.Subject, c.name()), why))
	}
	return diags
}
