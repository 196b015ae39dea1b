// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// writers records which connections of the configuration are on after this run. Two that write the same accounts undo each
// other's work: one enables the accounts that the other disables.
type writers struct {
	mu      sync.Mutex
	known   map[string]writer // by connection id
	unnamed []writer          // those of connections whose ids are not known yet
}

type writer struct {
	starts  bool // this run switches it on
	allowed bool // its `allow_two_writers`
}

// put notes a connection, nil if it is off, and returns the others that are on. An id that is not known yet is "".
func (w *writers) put(connectionID string, is *writer) (named map[string]writer, unnamed []writer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.known == nil {
		w.known = map[string]writer{}
	}
	named, unnamed = maps.Clone(w.known), slices.Clone(w.unnamed)
	delete(named, connectionID)
	switch {
	case is == nil:
		delete(w.known, connectionID)
		return nil, nil
	case connectionID == "":
		w.unnamed = append(w.unnamed, *is)
	default:
		w.known[connectionID] = *is
	}
	return named, unnamed
}

// planWriter reports, at plan, that a change leaves two connections on that may write the same accounts. It is an error
// if the change causes this, and otherwise a warning. The second one that the run plans reports it.
func planWriter(ctx context.Context, data *providerdata.Data, c change, job *graph.Job) diag.Diagnostics {
	id := c.plan.ConnectionID.ValueString()
	if before := c.state.ConnectionID.ValueString(); !c.creates && before != id {
		memoryOf(data).writers.put(before, nil) // the replacement pauses it
	}
	on := c.plan.Enabled.ValueBool() && !c.staysOff() || c.plan.Enabled.IsNull() && memoryOf(data).active.Has(id)
	switch {
	case !on:
		memoryOf(data).writers.put(id, nil)
		return nil
	case id == "" && !c.creates: // Terraform asks again for the creation that replaces this
		return nil
	}
	is := writer{starts: c.switchesOn() && !c.repairs(data) && (job == nil || !job.Schedule.Active()), allowed: c.plan.AllowTwoWriters.ValueBool() || c.plan.AllowTwoWriters.IsUnknown()}
	return conflicts(ctx, data, id, is)
}

// applyWriter refuses a start next to another connection that this run has switched on: their ids were unknown at plan.
func applyWriter(ctx context.Context, data *providerdata.Data, ref graph.JobRef, plan model) diag.Diagnostics {
	found := conflicts(ctx, data, ref.String(), writer{starts: true, allowed: plan.AllowTwoWriters.ValueBool()})
	if found.HasError() {
		memoryOf(data).writers.put(ref.String(), nil)
	}
	return found
}

func conflicts(ctx context.Context, data *providerdata.Data, connectionID string, is writer) diag.Diagnostics {
	named, unnamed := memoryOf(data).writers.put(connectionID, &is)
	for _, otherID := range slices.Sorted(maps.Keys(named)) {
		other := named[otherID]
		if is.allowed || other.allowed || !sameTarget(ctx, data, connectionID, otherID) {
			continue
		}
		return conflict(connectionID, otherID, is.starts || other.starts)
	}
	for _, other := range unnamed {
		if is.allowed || other.allowed || connectionID == "" && !oneNewTarget(data, len(unnamed)+1) || connectionID != "" && !sameTarget(ctx, data, connectionID, "") {
			continue
		}
		return conflict(connectionID, "", is.starts || other.starts)
	}
	return nil
}

// conflict is an error if one of the two is about to be switched on.
func conflict(connectionID, otherID string, starts bool) diag.Diagnostics {
	const title = "Two connections would write to the same accounts"
	both := describe(connectionID) + " and " + describe(otherID)
	if connectionID == otherID {
		both = "two connections that this plan creates"
	}
	detail := fmt.Sprintf("With this plan, %s are both on, and they appear to write to the same target: one of "+
		"them enables the accounts that the other one disables. Set `enabled = false` for the old connection and apply before you switch on the new one; the guide \"Moving to GoTo\" shows the steps. "+
		"If they write to different targets, or each is for different people, set `allow_two_writers = true`.", both) + graphdiag.Incident
	if starts {
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("enabled"), title, detail)}
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("enabled"), "Connections "+connectionID+" and "+otherID+" write the same accounts", detail)}
}

func describe(connectionID string) string {
	if connectionID == "" {
		return "a connection that this plan creates"
	}
	return fmt.Sprintf("the connection %q", connectionID)
}

// oneNewTarget reports whether any selection of this number of planned connections has a single
// target. If this is unknown at plan, the apply checks it.
func oneNewTarget(data *providerdata.Data, number int) bool {
	planned := data.NewTargets()
	for i, one := range planned {
		if one == nil || slices.ContainsFunc(planned[i+1:], one.Differs) {
			return false
		}
	}
	return len(planned) >= number
}

// sameTarget reports whether two connections may write to one target.
func sameTarget(ctx context.Context, data *providerdata.Data, connectionID, otherID string) bool {
	for _, one := range targets(ctx, data, connectionID) {
		for _, other := range targets(ctx, data, otherID) {
			if !one.Differs(other) {
				return true
			}
		}
	}
	return false
}

// targets are where a connection may sign in: one that does not exist yet is any of those that the plan creates.
func targets(ctx context.Context, data *providerdata.Data, connectionID string) []graph.Target {
	ref, err := graph.ParseJobRef(connectionID)
	if planned := data.NewTargets(); err != nil && len(planned) > 0 {
		return planned
	}
	if err != nil {
		return []graph.Target{nil}
	}
	secrets, err := data.Secrets(ctx, ref.ServicePrincipalID)
	if err != nil {
		return []graph.Target{nil}
	}
	return []graph.Target{graph.TargetOf(secrets)}
}
