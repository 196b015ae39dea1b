// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package aftermath reports what remains at GoTo when provisioning ends: accounts that stay active and that nothing will ever
// disable. A plan that destroys a connection, loses its links, or switches disabling off shows how many there are; if the number
// is unknown, the text says so, and nothing fails because of it.
package aftermath

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotodiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// Remainder is what is known of the accounts of one connection.
type Remainder struct {
	// Ran says that the connection may have provisioned anybody. Otherwise there is nothing to tell.
	Ran bool
	// Gone says that the job went with its connector: provisioning has ended already.
	Gone bool

	synced   int64            // whom the service keeps in sync, -1 where it does not say
	standing *impact.Standing // nil where it could not be worked out
	active   int              // at GoTo, -1 where the accounts were not read
	whyNot   string           // a sentence
}

type remaindersKey struct{}

// Of reads what is known of a connection, once in a run.
func Of(ctx context.Context, data *providerdata.Data, ref graph.JobRef) Remainder {
	all := providerdata.Shared(data, remaindersKey{}, func() *memo.Handover[graph.JobRef, Remainder] {
		return &memo.Handover[graph.JobRef, Remainder]{MaxAge: providerdata.PlannedAge, Clock: data.Graph.Clock()}
	})
	if known, ok := all.Look(ref); ok {
		return known
	}
	r := read(ctx, data, ref)
	all.Give(ref, r)
	return r
}

func read(ctx context.Context, data *providerdata.Data, ref graph.JobRef) Remainder {
	job, presence, err := data.Graph.FindJob(ctx, ref)
	r := Remainder{Ran: true, Gone: presence == graph.ConnectorRetired, synced: -1, active: -1}
	switch {
	case err != nil:
		r.whyNot = "The job could not be read."
		return r
	case presence.Gone():
		return Remainder{}
	case presence == graph.JobPresent && !job.HasRun():
		return Remainder{}
	}
	if synced, told := job.Status.Synchronized(); told {
		if r.synced = synced; synced == 0 {
			return Remainder{}
		}
	}
	accounts, err := forecast.Accounts(ctx, data)
	if err != nil {
		r.whyNot = whyNot(err)
		return r
	}
	r.active = 0
	for i := range accounts {
		if accounts[i].IsActive() {
			r.active++
		}
	}
	if presence != graph.JobPresent {
		return r // without the schema nobody can tell whose accounts they are
	}
	if standing, err := forecast.Of(data).Standing(ctx, ref, job); err == nil {
		r.standing = &standing
	}
	return r
}

// told are the connections whose end has been announced in this run.
type toldKey struct{}

func told(data *providerdata.Data) *memo.Set[graph.JobRef] {
	return providerdata.Shared(data, toldKey{}, func() *memo.Set[graph.JobRef] { return &memo.Set[graph.JobRef]{} })
}

// Told notes that a plan announces the end of a connection.
func Told(data *providerdata.Data, ref graph.JobRef) { told(data).Add(ref) }

// Replaced is the warning of a resource of a connection whose id a plan makes unknown. Of a resource that is replaced on request,
// by -replace or replace_triggered_by, Terraform shows no warning, so those that depend on it have to give it.
func Replaced(ctx context.Context, data *providerdata.Data, ref graph.JobRef) diag.Diagnostics {
	if data.Graph.HasWritten() || told(data).Has(ref) {
		return nil
	}
	left := Of(ctx, data, ref)
	if !left.Ran || left.Gone {
		return nil
	}
	Told(data, ref)
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("connection_id"), fmt.Sprintf("If the connection %s is replaced, %s stay as they are", ref, left.Headline()),
		fmt.Sprintf("This plan does not know the connection's new id yet. If it replaces the connection of %s, its job is deleted with the links between people and accounts. The new connection takes over the accounts that it matches with people in its scope, and never disables the others. %s",
			graphdiag.ApplicationName(ctx, data.Graph, ref.ServicePrincipalID), left.Detail()))}
}

func whyNot(err error) string {
	var none *providerdata.NoGoToError
	if errors.As(err, &none) {
		return "The provider has no credentials for GoTo (its `goto` block), so the accounts there were not counted."
	}
	return strings.TrimSpace("The accounts at GoTo could not be read. " + gotodiag.Refusal(err))
}

// Headline is the number in a few words, for titles.
func (r Remainder) Headline() string {
	switch {
	case r.standing != nil && r.standing.Unsure > 0:
		return fmt.Sprintf("at least %s at GoTo", graphdiag.Counted(r.standing.Matched, "active account"))
	case r.standing != nil:
		return graphdiag.Counted(r.standing.Matched, "active account") + " at GoTo"
	case r.active >= 0:
		return fmt.Sprintf("up to %s at GoTo", graphdiag.Counted(r.active, "active account"))
	case r.synced >= 0:
		return fmt.Sprintf("up to %s at GoTo", graphdiag.Counted(int(r.synced), "account"))
	}
	return "an unknown number of accounts at GoTo"
}

// Detail says how many active accounts stay at GoTo that nothing manages anymore.
func (r Remainder) Detail() string {
	var parts []string
	switch {
	case r.standing != nil:
		parts = append(parts, fmt.Sprintf("GoTo has %s, %d of them of people in scope of this connection today.", graphdiag.Counted(r.standing.Active, "active account"), r.standing.Matched))
		if n := len(r.standing.Unmatched); n > 0 {
			parts = append(parts, fmt.Sprintf("%d match nobody in scope; of these, provisioning would disable those that it has linked to a person.", n))
		}
		if r.standing.Unsure > 0 {
			parts = append(parts, fmt.Sprintf("For %d this could not be determined.", r.standing.Unsure))
		}
	case r.active >= 0:
		parts = append(parts, fmt.Sprintf("GoTo has %s; how many of them this connection manages could not be determined.", graphdiag.Counted(r.active, "active account")))
	}
	if r.synced >= 0 && r.standing == nil {
		parts = append(parts, fmt.Sprintf("According to the service, %d are in sync.", r.synced))
	} else if r.synced < 0 && r.active < 0 {
		parts = append(parts, "The number of provisioned people is unknown.")
	}
	if r.whyNot != "" {
		parts = append(parts, r.whyNot)
	}
	return strings.Join(parts, " ")
}

// Unmatched is how many active accounts match nobody in scope; known is false where that could not be worked out.
func (r Remainder) Unmatched() (n int, known bool) {
	if r.standing == nil {
		return 0, false
	}
	return len(r.standing.Unmatched), true
}
