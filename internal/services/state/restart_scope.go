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
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// resetFlags are the members of the service's enumeration that make sense to send, in its spelling.
// https://learn.microsoft.com/graph/api/resources/synchronization-synchronizationjobrestartcriteria
var resetFlags = []string{"QuarantineState", "Watermark", "Escrows", "ConnectorDataStore", "Full", "ForceDeletes"}

// restartScope accepts a set of reset flags joined by commas.
type restartScope struct {
	// releases allows ForceDeletes: for the action, which is invoked once, but not for a scope that stands in a configuration,
	// where the next restart for another reason would release whatever is held then.
	releases bool
}

func (restartScope) Description(context.Context) string {
	return "must be reset flags joined by commas"
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

// warnLinks tells of accounts that a restart makes nobody's: the service matches people anew, and whoever has left the scope is
// not among them.
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
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("restart_scope"), "The restart of service principal "+ref.ServicePrincipalID+" forgets which account belongs to whom",
		fmt.Sprintf("The scope %q drops the links between people and accounts. The next cycle matches people in scope anew. %s are not linked again and stay active for good, also where a cycle was about to disable them. %s", scope, who, left.Detail()))}
}

func (v restartScope) problem(s string) string {
	flags := strings.Split(s, ",")
	for i := range flags {
		flags[i] = strings.TrimSpace(flags[i])
	}
	for _, flag := range flags {
		if strings.EqualFold(flag, "None") {
			return "`None` restarts nothing. Leave `restart_scope` out for what the portal's restart does."
		}
		if !slices.Contains(resetFlags, flag) {
			return fmt.Sprintf("%q is not a restart scope. Use one or more of %s, spelled like this and joined by commas.", flag, strings.Join(resetFlags, ", "))
		}
	}
	if !v.releases && slices.Contains(flags, "ForceDeletes") {
		return "`ForceDeletes` releases held deletions, and a standing scope would release whatever is held at the next restart. Use `release_deletions`, or the action `gotomeeting_restart_provisioning`."
	}
	if len(flags) > 1 && slices.Contains(flags, "ForceDeletes") {
		return "`ForceDeletes` has to stand alone: the service documents it only without other flags."
	}
	return ""
}
