// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/actionvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// onDemandMembers is how many members of a group one request may name.
// https://learn.microsoft.com/entra/identity/app-provisioning/provision-on-demand
const onDemandMembers = 5

var (
	_ action.ActionWithConfigure        = (*OnDemandAction)(nil)
	_ action.ActionWithConfigValidators = (*OnDemandAction)(nil)
)

// OnDemandAction is gotomeeting_provision_on_demand.
type OnDemandAction struct{ onConnection }

type onDemandConfig struct {
	ConnectionID types.String   `tfsdk:"connection_id"`
	UserIDs      types.List     `tfsdk:"user_ids"`
	GroupID      types.String   `tfsdk:"group_id"`
	Timeouts     timeouts.Value `tfsdk:"timeouts"`
}

// NewOnDemandAction returns the action.
func NewOnDemandAction() action.Action { return &OnDemandAction{} }

// Metadata names the action.
func (a *OnDemandAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_provision_on_demand"
}

// Schema describes the action.
func (a *OnDemandAction) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Provisions people immediately instead of in the next cycle, according to the connection's mappings, scope, and filters. The service accepts five requests in " +
			"ten seconds. Pause connections that were authorized with OAuth first. A new assignment can take minutes to take effect.",
		Attributes: map[string]schema.Attribute{
			"timeouts":      timeout.Action(ctx, timeout.Long),
			"connection_id": connectionIDArgument(),
			"user_ids": schema.ListAttribute{Optional: true, ElementType: types.StringType,
				Validators:          []validator.List{validate.Some(), listvalidator.UniqueValues(), listvalidator.ValueStringsAre(validate.ObjectID())},
				MarkdownDescription: "Object ids of the people. Set either this or `group_id`."},
			"group_id": schema.StringAttribute{Optional: true, Validators: []validator.String{validate.ObjectID()},
				MarkdownDescription: "Object id of a group whose direct members are provisioned; nested groups are not expanded, as in cycles."},
		},
	}
}

// ConfigValidators asks for people or a group.
func (a *OnDemandAction) ConfigValidators(context.Context) []action.ConfigValidator {
	return []action.ConfigValidator{actionvalidator.ExactlyOneOf(path.MatchRoot("user_ids"), path.MatchRoot("group_id"))}
}

// Invoke provisions one subject after the other and fails at the end if any failed, naming the reasons.
func (a *OnDemandAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config onDemandConfig
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	ctx, cancel := timeout.Bound(ctx, config.Timeouts.Invoke, timeout.Long, &resp.Diagnostics)
	defer cancel()
	ref, diags := readRef(config.ConnectionID)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ruleID, subjects, diags := a.subjects(ctx, ref, config)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	say := func(format string, arguments ...any) {
		resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf(format, arguments...)})
	}
	var failures []string
	for i, subject := range subjects {
		result, err := a.data.Graph.ProvisionOnDemand(ctx, ref, ruleID, subject)
		if graph.IsAmbiguous(err) && ctx.Err() == nil {
			// The outcome is not visible soon, but people who were provisioned are only compared again.
			result, err = a.data.Graph.ProvisionOnDemand(ctx, ref, ruleID, subject)
		}
		if err != nil {
			hint := fmt.Sprintf("This was request %d of %d, for %s.", i+1, len(subjects), subjectText(subject))
			if graph.IsAmbiguous(err) {
				hint += " It is unknown whether it was carried out. Invoke the action again: people who were already provisioned are only compared again."
			}
			resp.Diagnostics.Append(graphdiag.Error("Cannot provision on demand", err, hint))
			break
		}
		for _, one := range append([]graph.OnDemandResult{result}, result.Others...) {
			who := one.SourceID
			if who == "" {
				who = subjectText(subject)
			}
			outcome := onDemandOutcome(one)
			say("%d of %d: %s: %s", i+1, len(subjects), who, outcome)
			if strings.EqualFold(one.Result, "Failure") {
				failures = append(failures, who+": "+outcome)
			}
		}
	}
	if len(failures) > 0 {
		resp.Diagnostics.AddError("Provisioning on demand failed",
			fmt.Sprintf("%d of the people could not be provisioned:\n%s\nFix the cause, and invoke the action again; `gotomeeting_provisioning_logs` shows the steps.",
				len(failures), graphdiag.Lines(failures)))
	}
}

// subjects determines the rule and the requests: a person each, or a group with up to five members each where the connector
// provisions groups. Where it does not, a group's members go one by one.
func (a *OnDemandAction) subjects(ctx context.Context, ref graph.JobRef, config onDemandConfig) (ruleID string, subjects []graph.OnDemandSubject, diags diag.Diagnostics) {
	schema, err := a.data.Graph.GetSchema(ctx, ref)
	if err != nil {
		return "", nil, diag.Diagnostics{graphdiag.Error("Cannot read the attribute mappings", whyMissing(ctx, a.data.Graph, ref, err))}
	}
	kind := "User"
	people := []string{}
	if config.GroupID.IsNull() {
		diags = config.UserIDs.ElementsAs(ctx, &people, false)
	} else {
		people, diags = a.members(ctx, config.GroupID.ValueString())
		if groupRule, err := schema.RuleFor("Group"); err == nil && groupRule != "" {
			kind, ruleID = "Group", groupRule
		}
	}
	if diags.HasError() {
		return "", nil, diags
	}
	if kind == "User" {
		if ruleID, err = schema.RuleFor("User"); err != nil || ruleID == "" {
			return "", nil, diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("connection_id"), "The connection does not provision people",
				"Its attribute mappings have no enabled mapping for users of the directory.")}
		}
		for _, id := range people {
			subjects = append(subjects, graph.OnDemandSubject{ObjectID: id, ObjectType: "User"})
		}
		return ruleID, subjects, nil
	}
	for len(people) > 0 {
		n := min(onDemandMembers, len(people))
		group := graph.OnDemandSubject{ObjectID: config.GroupID.ValueString(), ObjectType: "Group"}
		for _, id := range people[:n] {
			group.Members = append(group.Members, graph.OnDemandSubject{ObjectID: id, ObjectType: "User"})
		}
		subjects, people = append(subjects, group), people[n:]
	}
	return ruleID, subjects, nil
}

// members lists the people who are direct members of a group.
func (a *OnDemandAction) members(ctx context.Context, groupID string) ([]string, diag.Diagnostics) {
	members, err := a.data.Graph.ListGroupMembers(ctx, groupID)
	if graph.IsNotFound(err) {
		return nil, diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("group_id"), "No such group", fmt.Sprintf("The tenant has no group with the object id %q.", groupID))}
	}
	if err != nil {
		return nil, diag.Diagnostics{graphdiag.AttributeError(path.Root("group_id"), "Cannot list the group's members", err)}
	}
	var people []string
	for _, member := range members {
		if strings.EqualFold(member.Type, "User") {
			people = append(people, member.ID)
		}
	}
	if len(people) == 0 {
		return nil, diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("group_id"), "The group has no people",
			"None of the group's direct members is a user, and provisioning does not expand nested groups.")}
	}
	return people, nil
}

func subjectText(s graph.OnDemandSubject) string {
	if len(s.Members) == 0 {
		return s.ObjectID
	}
	return fmt.Sprintf("%d members of group %s", len(s.Members), s.ObjectID)
}

// onDemandOutcome describes the outcome for a person in one line. The service's texts may name the person, but never a secret.
func onDemandOutcome(r graph.OnDemandResult) string {
	text := r.Result
	if text == "" {
		text = "the service did not say how it ended"
	}
	if r.Action != "" && !strings.EqualFold(r.Action, "Other") {
		text += " (" + strings.ToLower(r.Action) + ")"
	}
	reason := r.ErrorMessage
	if reason == "" {
		reason = r.Reason
	}
	switch {
	case r.ErrorCode != "" && reason != "":
		text += ": " + r.ErrorCode + ": " + reason
	case r.ErrorCode != "" || reason != "":
		text += ": " + r.ErrorCode + reason
	}
	return text
}

// whyMissing turns a 404 into what is the matter with the job, such as a retired connector, if anything is.
func whyMissing(ctx context.Context, client *graph.Client, ref graph.JobRef, err error) error {
	if graph.IsNotFound(err) {
		if _, missing := client.RequireJob(ctx, ref); missing != nil {
			return missing
		}
	}
	return err
}
