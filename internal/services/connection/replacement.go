// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// tryReplacement has the target try the credentials of a connection that replaces one: Terraform deletes the old one first, with its
// mappings and its links to accounts, and only then would Create find out that the target refuses them. Whatever else prevents the
// test prevents no plan. A tainted connection, of which the plan does not say that it is replaced, is one of the application's own.
func tryReplacement(ctx context.Context, data *providerdata.Data, plan, config model, resp *resource.ModifyPlanResponse, replaces bool) diag.Diagnostics {
	var templateID types.String
	diags := resp.Plan.GetAttribute(ctx, path.Root("template_id"), &templateID)
	if diags.HasError() || plan.ServicePrincipalID.IsUnknown() || templateID.IsUnknown() || !plan.TestConnection.ValueBool() || data.Graph.HasWritten() {
		return diags
	}
	servicePrincipalID := plan.ServicePrincipalID.ValueString()
	jobs, _ := remembered(data).jobs.Look(servicePrincipalID)
	tainted := slices.ContainsFunc(jobs, func(job graph.Job) bool {
		return remembered(data).own.Has(graph.JobRef{ServicePrincipalID: servicePrincipalID, JobID: job.ID}) && job.TemplateID == templateID.ValueString()
	})
	if !replaces && !tainted {
		return diags
	}
	full := plan.withWriteOnly(config)
	for _, a := range managedAttributes {
		value, err := full.value(a.attribute).ToTerraformValue(ctx)
		if err != nil || !value.IsFullyKnown() {
			return diags
		}
	}
	want := full.toDesired(nil)
	if len(want.secret) == 0 {
		return diags
	}
	err := data.Graph.ValidateCredentials(ctx, servicePrincipalID, templateID.ValueString(), want.credentials())
	said, refused := refusal(err)
	if err == nil || !refused {
		return diags
	}
	detail := fmt.Sprintf("The target refused the credentials. The service said: %s This plan replaces the connection: Terraform first deletes it with its attribute mappings and its links to accounts, and then could not create the new one. "+
		"Nothing was changed. Set the correct credentials, or do not replace the connection. If the test is wrong, `test_connection = false` skips it.\n\n%s", said, graphdiag.Facts(err))

	if !replaces { // the configuration may not have changed
		return append(diags, diag.NewAttributeWarningDiagnostic(path.Root(want.secretFrom), "The replacement of the connection would fail", detail+"\n\nTo keep a tainted connection, run `terraform untaint`."))
	}
	return append(diags, diag.NewAttributeErrorDiagnostic(path.Root(want.secretFrom), "The replacement of the connection would fail", detail))
}
