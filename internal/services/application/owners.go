// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
)

// An application and its service principal have owners each. Owning one does not help with the other: what is done to jobs
// asks who owns the service principal, what is done to the registration who owns that.

// owned are the objects of a model that have owners. The registration may be in another tenant.
func (m model) owned() []graph.Owned {
	objects := []graph.Owned{graph.OwnedServicePrincipal(m.ID.ValueString())}
	if id := m.ApplicationObjectID.ValueString(); id != "" {
		objects = append(objects, graph.OwnedApplication(id))
	}
	return objects
}

// ownerIDs are those of a model; none when they are not managed or not known yet.
func (m model) ownerIDs() []string {
	var ids []string
	for _, element := range m.OwnerIDs.Elements() {
		if id, ok := element.(types.String); ok && !id.IsUnknown() {
			ids = append(ids, id.ValueString())
		}
	}
	return ids
}

// ownersOf returns who owns both objects, and who owns at least one.
func ownersOf(ctx context.Context, client *graph.Client, m model) (both, either []string, err error) {
	for i, object := range m.owned() {
		ids, err := client.ListOwners(ctx, object)
		if err != nil {
			return nil, nil, err
		}
		if either = append(either, ids...); i == 0 {
			both = ids
		} else {
			both = slices.DeleteFunc(both, func(id string) bool { return !slices.Contains(ids, id) })
		}
	}
	slices.Sort(either)
	return both, slices.Compact(either), nil
}

// gone says that an owner is missing because the directory has no such principal any more, "" otherwise. One that is restored owns
// what it owned before.
func gone(ctx context.Context, client *graph.Client, owners []string, id string) string {
	if slices.Contains(owners, id) {
		return ""
	}
	why, _ := roster.New(client).Principals.Gone(ctx, id, false)
	return why
}

// readOwners takes over who owns what, if that is managed. Who left the directory stays: the apply could not make anybody an owner
// who is not there, and what depends on the application would wait for it.
func readOwners(ctx context.Context, client *graph.Client, state *model) diag.Diagnostics {
	if state.OwnerIDs.IsNull() {
		return nil
	}
	both, either, err := ownersOf(ctx, client, *state)
	if err != nil {
		return diag.Diagnostics{graphdiag.AttributeError(path.Root("owner_ids"), "Cannot read the owners of the application", err)}
	}
	listed, lines := slices.Clone(either), []string(nil)
	for _, id := range state.ownerIDs() {
		if why := gone(ctx, client, either, id); why != "" {
			listed, lines = append(listed, id), append(lines, why)
		}
	}
	var diags diag.Diagnostics
	if len(lines) > 0 {
		diags.AddAttributeWarning(path.Root("owner_ids"), fmt.Sprintf("%s of the application %s not in the directory any more", graphdiag.Counted(len(lines), "owner"), state.DisplayName),
			"The entries stay in the state, and nothing is sent for them:\n"+graphdiag.Lines(lines))
	}
	var more diag.Diagnostics
	state.OwnerIDs, more = types.SetValueFrom(ctx, types.StringType, listed)
	diags.Append(more...)
	state.PartialOwnerIDs = types.SetNull(types.StringType)
	partial := slices.DeleteFunc(either, func(id string) bool { return slices.Contains(both, id) })
	if len(partial) > 0 {
		state.PartialOwnerIDs, more = types.SetValueFrom(ctx, types.StringType, partial)
		diags.Append(more...)
	}
	return diags
}

// writeOwners makes the owners of both objects what the plan says: whoever comes in first, so nobody who relies on
// being an owner is locked out in between. Nothing is sent for owners in before who left the directory.
func writeOwners(ctx context.Context, client *graph.Client, plan model, before []string) diag.Diagnostics {
	if plan.OwnerIDs.IsNull() {
		return nil
	}
	at, wanted := path.Root("owner_ids"), plan.ownerIDs()
	for _, object := range plan.owned() {
		have, err := client.ListOwners(ctx, object)
		if err != nil {
			return diag.Diagnostics{graphdiag.AttributeError(at, "Cannot read the owners of the application", err)}
		}
		for _, id := range wanted {
			if slices.Contains(have, id) || slices.Contains(before, id) && gone(ctx, client, have, id) != "" {
				continue
			}
			if err := addOwner(ctx, client, object, id); err != nil {
				return diag.Diagnostics{graphdiag.AttributeError(at, "Cannot add an owner of the application", err,
					fmt.Sprintf("Adding the owner %s failed. Only users and service principals can be owners, and a listed owner may have been deleted.", id))}
			}
		}
		for _, id := range have {
			if slices.Contains(wanted, id) {
				continue
			}
			if err := client.RemoveOwner(ctx, object, id); err != nil && !(graph.IsAmbiguous(err) && settled(ctx, client, object, id, false)) {
				return diag.Diagnostics{graphdiag.AttributeError(at, "Cannot remove an owner of the application", err, fmt.Sprintf("Removing the owner %s failed.", id))}
			}
		}
	}
	return nil
}

// addOwner makes somebody an owner. A lost answer is settled by looking; what no look shows is tried once more. Whoever is an
// owner already, because of an answer that was lost or because somebody else was faster, is told by a refusal.
func addOwner(ctx context.Context, client *graph.Client, object graph.Owned, id string) error {
	err := client.AddOwner(ctx, object, id)
	if graph.IsAmbiguous(err) {
		if settled(ctx, client, object, id, true) {
			return nil
		}
		if ctx.Err() == nil {
			err = client.AddOwner(ctx, object, id)
		}
	}
	switch {
	case graph.IsAmbiguous(err) && settled(ctx, client, object, id, true):
		return nil
	case graph.IsBadRequest(err):
		if have, lookErr := client.ListOwners(ctx, object); lookErr == nil && slices.Contains(have, id) {
			return nil
		}
	}
	return err
}

// settled looks whether somebody is an owner, or is not, as it was to be.
func settled(ctx context.Context, client *graph.Client, object graph.Owned, id string, owner bool) bool {
	seen, err := graph.Settle(ctx, client, "the owners to change", func(ctx context.Context) (bool, error) {
		have, err := client.ListOwners(ctx, object)
		return err == nil && slices.Contains(have, id) == owner, err
	})
	return seen && err == nil
}

// planOwners says who stops being an owner when owners come to be managed, since the state does not show who is one.
func planOwners(ctx context.Context, client *graph.Client, plan, state model) diag.Diagnostics {
	if plan.OwnerIDs.IsNull() || plan.OwnerIDs.IsUnknown() || !state.OwnerIDs.IsNull() {
		return nil
	}
	_, have, err := ownersOf(ctx, client, state)
	if err != nil {
		var skipped graphdiag.Skipped
		skipped.Add("who owns the application now", err)
		return skipped.Diagnostics("Owners that are not in `owner_ids` are removed.")
	}
	wanted := plan.ownerIDs()
	leave := slices.DeleteFunc(have, func(id string) bool { return slices.Contains(wanted, id) })
	if len(leave) == 0 || len(wanted) < len(plan.OwnerIDs.Elements()) {
		return nil
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("owner_ids"), fmt.Sprintf("The application %s loses %s", state.DisplayName, graphdiag.Counted(len(leave), "owner")),
		"`owner_ids` was not set before, and these owners of the application or its service principal are not listed. The apply removes them:\n- "+strings.Join(leave, "\n- "))}
}
