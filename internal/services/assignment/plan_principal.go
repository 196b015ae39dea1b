// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// resolvedKey is where the planned private state tells the second plan of a replacement, which is planned like a new object,
// whom the name meant to the object that is replaced.
const resolvedKey = "resolved"

type resolvedName struct {
	Name string `json:"name"`
	ID   string `json:"id"`

	// Forced says that the configuration did not change: the replacement was asked for, or the object is tainted.
	Forced bool `json:"forced"`
}

// takeOver reads whom the name meant to the object that this one replaces, and whether the role's text is the provider's.
func (p *planning) takeOver(ctx context.Context, kept private) diag.Diagnostics {
	if p.prior != nil && !p.plan.Role.Equal(p.prior.Role) {
		adopted, diags := kept.GetKey(ctx, adoptedKey)
		p.adopted = len(adopted) > 0
		return diags
	}
	if p.plan.UserPrincipalName.IsNull() || p.prior != nil {
		return nil
	}
	raw, diags := kept.GetKey(ctx, resolvedKey)
	var was resolvedName
	if len(raw) > 0 && json.Unmarshal(raw, &was) == nil && was.Name == p.plan.UserPrincipalName.ValueString() {
		p.was = &was
	}
	return diags
}

// passOn passes the resolved user to the plan of a possible replacement of this object.
func (p *planning) passOn(ctx context.Context, kept private) diag.Diagnostics {
	if p.plan.UserPrincipalName.IsNull() || p.prior == nil {
		return nil
	}
	raw, err := json.Marshal(resolvedName{p.prior.UserPrincipalName.ValueString(), p.prior.PrincipalID.ValueString(), !p.creates()})
	if err != nil {
		return nil // two texts can always be written
	}
	return kept.SetKey(ctx, resolvedKey, raw)
}

// principal resolves a user principal name, or makes sure that a resolved one still means the same user.
func (p *planning) principal(ctx context.Context) {
	name := p.plan.UserPrincipalName
	at := path.Root("user_principal_name")
	switch {
	case name.IsNull():
		return
	case name.IsUnknown():
		p.openPrincipal()
		return
	case p.prior != nil && name.Equal(p.prior.UserPrincipalName):
		p.sameUser(ctx)
		return
	}
	found, err := p.roster.Principals.Named(ctx, name.ValueString())
	switch {
	case graph.IsPermissionDenied(err):
		p.skipped.Add("which user `user_principal_name` refers to", err)
		p.openPrincipal()
	case err != nil:
		p.diags.Append(graphdiag.AttributeError(at, "Cannot look up the user", err))
	case !found.Exists && p.was != nil:
		p.diags.Append(p.nameLost(ctx, at))
	case !found.Exists && p.prior != nil:
		p.diags.AddAttributeError(at, "User not found",
			fmt.Sprintf("The directory has no user with the user principal name %q, and this plan would replace the assignment of %s: that assignment would be removed, and nobody would have access. "+
				"Nothing was changed. Correct the name, or create the user first.", name.ValueString(), p.prior.PrincipalID.ValueString()))
	case !found.Exists:
		p.diags.AddAttributeWarning(at, "User not found",
			fmt.Sprintf("The directory currently has no user with the user principal name %q. If this plan creates the user first, ignore this warning. Otherwise, the apply fails: check the spelling. For a guest, use the long form with `#EXT#`; for a group, use `principal_id`.", name.ValueString()))
		p.openPrincipal()
	case p.prior == nil && p.was == nil && p.refersElsewhere(found.ID) != "":
		// A new address, such as a renamed `for_each` key, or a tainted resource: nobody has asked for another user.
		p.diags.AddAttributeError(at, "The name now refers to a different user", otherUser(name.ValueString(), p.refersElsewhere(found.ID), found.ID)+
			" If only the address of the resource changed, add a `moved` block.")
	case p.was != nil && p.was.ID != found.ID && !p.was.Forced:
		p.diags.AddAttributeError(at, "The name now refers to a different user", otherUser(name.ValueString(), p.was.ID, found.ID))
	default:
		p.plan.PrincipalID = types.StringValue(found.ID)
		if p.prior != nil && !p.plan.PrincipalID.Equal(p.prior.PrincipalID) {
			p.replace = append(p.replace, path.Root("principal_id"))
		}
	}
}

// refersElsewhere returns the user to whom the name refers in the state, as a resource with the same role has it, "" for the user that
// is found now or if the state does not have the name.
func (p *planning) refersElsewhere(found string) string {
	was, known := p.remains.names.Look(remnant{p.plan.ServicePrincipalID.ValueString(), p.plan.named()})
	if !known || was == found {
		return ""
	}
	return was
}

// nameLost refuses to replace an assignment whose user has another name now: the old name could not be resolved once the
// old assignment is gone.
func (p *planning) nameLost(ctx context.Context, at path.Path) diag.Diagnostic {
	today := "That user is no longer in the directory."
	if user, err := p.roster.Principals.One(ctx, p.was.ID, nil); err != nil {
		today = "The user's current name could not be read."
	} else if user.Exists {
		today = fmt.Sprintf("The name of that user is now %q.", user.UserPrincipalName)
	}
	return diag.NewAttributeErrorDiagnostic(at, "The user has a different name now",
		fmt.Sprintf("%q was resolved to the user %s when this assignment was created. %s This plan creates the assignment again, for which the name must be "+
			"resolved. Nothing was changed. Use the current name, or `principal_id = %q`.", p.was.Name, p.was.ID, today, p.was.ID))
}

// openPrincipal leaves the principal to the apply.
func (p *planning) openPrincipal() {
	p.plan.PrincipalID = types.StringUnknown()
	if p.prior != nil {
		p.replace = append(p.replace, path.Root("principal_id"))
	}
}

// sameUser reports a name that has come to refer to a different user. The users of the whole listing are looked up together, so
// that a thousand such names cost one call; only a renamed user costs a call of its own.
func (p *planning) sameUser(ctx context.Context) {
	name, id := p.prior.UserPrincipalName.ValueString(), p.prior.PrincipalID.ValueString()
	p.plan.PrincipalID = p.prior.PrincipalID
	l, _ := p.roster.Application(p.prior.ServicePrincipalID.ValueString()).Listing(ctx) // without one, each is asked for alone
	user, err := p.roster.Principals.One(ctx, id, l)
	if err == nil && strings.EqualFold(user.UserPrincipalName, name) {
		return
	}
	if err == nil {
		user, err = p.roster.Principals.Named(ctx, name)
	}
	switch {
	case graph.IsPermissionDenied(err):
		p.skipped.Add("whether each `user_principal_name` still refers to the same user", err)
	case err != nil:
		p.diags.Append(graphdiag.AttributeError(path.Root("user_principal_name"), "Cannot look up the user", err))
	case user.Exists && user.ID != id:
		p.leaves = true
		p.diags.AddAttributeWarning(path.Root("user_principal_name"), fmt.Sprintf("%q now refers to a different user", name), otherUser(name, id, user.ID))
	}
}

func otherUser(name, was, is string) string {
	return fmt.Sprintf("%q was resolved to the user %s when this assignment was created, and now refers to the user %s. Nothing is changed for either of "+
		"them. Use `principal_id = %q` to keep the assignment as it is, or `principal_id = %q` to assign the other user instead; or plan with `-replace`.", name, was, is, was, is)
}
