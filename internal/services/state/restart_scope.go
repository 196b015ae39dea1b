// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package state

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/aftermath"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// resetFlags are the members of the service's enumeration that make sense to send, in its spelling.
// https://learn.microsoft.com/graph/api/resources/synchronization-synchronizationjobrestartcriteria
var resetFlags = []string{"QuarantineState", "Watermark", "Escrows", "ConnectorDataStore", "Full", "ForceDeletes"}

// restartScope accepts a set of reset flags separated by commas.
type restartScope struct {
	// releases allows ForceDeletes: for the action, which is invoked once, but not for a scope that is in a configuration,
	// where the next restart for another reason would release whatever is held then.
	releases bool
}

func (restartScope) Description(context.Context) string {
	return "must be reset flags separated by commas"
}

func (v restartScope) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v restartScope) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if problem := v.problem(req.ConfigValue.ValueString()); problem != "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid restart scope", problem)
	}
}

// losesLinks reports whether a scope makes the service forget which account belongs to whom.
func losesLinks(scope string) bool {
	return slices.ContainsFunc(strings.Split(scope, ","), func(flag string) bool {
		flag = strings.TrimSpace(flag)
		return flag == "Full" || flag == "ConnectorDataStore"
	})
}

// warnLinks reports accounts that a restart unlinks: the service matches people again, but not people who have
// left the scope.
func warnLinks(ctx context.Context, data *providerdata.Data, ref graph.JobRef, scope string) diag.Diagnostics {
	if !losesLinks(scope) {
		return nil
	}
	left := aftermath.Of(ctx, data, ref)
	if !left.Ran {
		return nil
	}
	who := "Accounts of people who are not in scope"
	if n, known := left.Unmatched(); known {
		who = fmt.Sprintf("The accounts of people who are not in scope (at most %d active ones)", n)
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("restart_scope"), "The restart of service principal "+ref.ServicePrincipalID+" removes the links between people and accounts",
		fmt.Sprintf("The scope %q removes the links between people and accounts. The next cycle matches people in scope again. %s are not linked again and stay active permanently, even if a cycle was about to disable them. %s", scope, who, left.Detail())+graphdiag.LeftActive)}
}

func (v restartScope) problem(s string) string {
	flags := strings.Split(s, ",")
	for i := range flags {
		flags[i] = strings.TrimSpace(flags[i])
	}
	for _, flag := range flags {
		if strings.EqualFold(flag, "None") {
			return "`None` does not restart anything. Omit `restart_scope` for the behavior of the portal's restart."
		}
		if !slices.Contains(resetFlags, flag) {
			return fmt.Sprintf("%q is not a restart scope. Use one or more of %s, in this spelling, separated by commas.", flag, strings.Join(resetFlags, ", "))
		}
	}
	if !v.releases && slices.Contains(flags, "ForceDeletes") {
		return "`ForceDeletes` releases held deletions, and a permanent scope would release all deletions that are held at the next restart. Use `release_deletions`, or the action `gotomeeting_restart_provisioning`."
	}
	if len(flags) > 1 && slices.Contains(flags, "ForceDeletes") {
		return "`ForceDeletes` must be the only flag: the service documents it only without other flags."
	}
	return ""
}
