// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// writers notes which connections of the configuration are on once this run is through. Two that write the same accounts
// undo each other's work: what one disables, the other enables.
type writers struct {
	mu    sync.Mutex
	known map[string]writer // by connection id, "" for one that does not exist yet
}

type writer struct {
	starts  bool // this run switches it on
	allowed bool // its `allow_two_writers`
}

// put notes a connection, nil if it is off, and returns the others that are on.
func (w *writers) put(connectionID string, is *writer) map[string]writer {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.known == nil {
		w.known = map[string]writer{}
	}
	others := maps.Clone(w.known)
	delete(others, connectionID)
	if is == nil {
		delete(w.known, connectionID)
		return nil
	}
	w.known[connectionID] = *is
	return others
}

// planWriter is what planning says where a change leaves two connections on that may write the same accounts. It is an error
// where the change begins that, and else a warning. The second one of the run to be planned reports.
func planWriter(ctx context.Context, data *providerdata.Data, c change, job *graph.Job) diag.Diagnostics {
	id := c.plan.ConnectionID.ValueString()
	if before := c.state.ConnectionID.ValueString(); !c.creates && before != id {
		memoryOf(data).writers.put(before, nil) // the replacement pauses it
	}
	on := c.plan.Enabled.ValueBool() && !c.staysOff() || c.plan.Enabled.IsNull() && memoryOf(data).active.Has(id)
	if !on {
		memoryOf(data).writers.put(id, nil)
		return nil
	}
	// Terraform plans an instance whose connection is replaced twice; both times it is the one that does not exist yet.
	is := writer{starts: c.switchesOn() && (job == nil || !job.Schedule.Active()), allowed: c.plan.AllowTwoWriters.ValueBool() || c.plan.AllowTwoWriters.IsUnknown()}
	return conflicts(ctx, data, id, is)
}

// applyWriter stops a start beside another connection that this run has switched on: planning did not know their ids.
func applyWriter(ctx context.Context, data *providerdata.Data, ref graph.JobRef, plan model) diag.Diagnostics {
	found := conflicts(ctx, data, ref.String(), writer{starts: true, allowed: plan.AllowTwoWriters.ValueBool()})
	if found.HasError() {
		memoryOf(data).writers.put(ref.String(), nil)
	}
	return found
}

func conflicts(ctx context.Context, data *providerdata.Data, connectionID string, is writer) diag.Diagnostics {
	others := memoryOf(data).writers.put(connectionID, &is)
	for _, otherID := range slices.Sorted(maps.Keys(others)) {
		other := others[otherID]
		if is.allowed || other.allowed || !sameTarget(ctx, data, connectionID, otherID) {
			continue
		}
		const title = "Two connections would write to the same accounts"
		detail := fmt.Sprintf("With this plan %s and %s are both on, and as far as can be told they write to the same target: "+
			"the accounts that one of them disables, the other one enables. Set `enabled = false` for the old one and apply before the new one is switched on; the guide \"Moving to GoTo\" shows the steps. "+
			"If they write to different targets, or each is for people of its own, set `allow_two_writers = true`.", named(connectionID), named(otherID))
		if is.starts || other.starts {
			return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("enabled"), title, detail)}
		}
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("enabled"), "Connections "+connectionID+" and "+otherID+" write the same accounts", detail)}
	}
	return nil
}

func named(connectionID string) string {
	if connectionID == "" {
		return "a connection that this plan creates"
	}
	return fmt.Sprintf("the connection %q", connectionID)
}

// sameTarget reports whether two connections may write to one target. They do not if the service shows different addresses for
// them; user names prove nothing, since a target has several administrators.
func sameTarget(ctx context.Context, data *providerdata.Data, connectionID, otherID string) bool {
	one, known := addresses(ctx, data, connectionID)
	other, bothKnown := addresses(ctx, data, otherID)
	if !known || !bothKnown {
		return true
	}
	for key, address := range one {
		if there, ok := other[key]; ok && !strings.EqualFold(address, there) {
			return false
		}
	}
	return true
}

// addresses are the readable settings that say which target a connection signs in at.
func addresses(ctx context.Context, data *providerdata.Data, connectionID string) (found map[string]string, known bool) {
	ref, err := graph.ParseJobRef(connectionID)
	if err != nil {
		return nil, false
	}
	secrets, err := data.Secrets(ctx, ref.ServicePrincipalID)
	found = map[string]string{}
	for _, pair := range secrets {
		if slices.ContainsFunc([]string{"BaseAddress", "Domain", "CompanyId", "InstanceName", "Server"}, func(key string) bool { return strings.EqualFold(key, pair.Key) }) &&
			pair.Value != "" && pair.Value != graph.MaskedValue {
			found[strings.ToLower(pair.Key)] = strings.TrimSuffix(pair.Value, "/")
		}
	}
	return found, err == nil
}
