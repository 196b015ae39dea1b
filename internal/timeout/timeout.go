// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package timeout creates the attribute `timeouts` of resources, data sources, list resources, and actions. It is that of
// terraform-plugin-framework-timeouts, which describes each operation but not the attribute itself.
package timeout

import (
	"context"
	"fmt"
	"time"

	actions "github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	datasources "github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	lists "github.com/hashicorp/terraform-plugin-framework-timeouts/list/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	actionschema "github.com/hashicorp/terraform-plugin-framework/action/schema"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

const attributeName = "timeouts"

const description = "Maximum duration of operations, including retries and waits, such as `30s` or `2h45m`."

// Defaults of what has no resource: Usual where a few requests do, Long where thousands may be needed.
const (
	Usual = 10 * time.Minute
	Long  = time.Hour
)

// Attribute is the attribute for the operations of a resource.
func Attribute(ctx context.Context, operations timeouts.Opts) schema.Attribute {
	attribute := timeouts.Attributes(ctx, operations)
	if nested, ok := attribute.(schema.SingleNestedAttribute); ok {
		each(nested.Attributes, func(text *schema.StringAttribute) { text.Validators = []validator.String{duration()} })
		nested.MarkdownDescription = description
		return nested
	}
	return attribute
}

// DataSource is the attribute of a data source, by the time that it is given by default.
func DataSource(ctx context.Context, byDefault time.Duration) datasourceschema.Attribute {
	attribute := datasources.AttributesWithOpts(ctx, datasources.Opts{ReadDescription: defaults(byDefault)})
	if nested, ok := attribute.(datasourceschema.SingleNestedAttribute); ok {
		each(nested.Attributes, func(text *datasourceschema.StringAttribute) { text.Validators = []validator.String{duration()} })
		nested.MarkdownDescription = description
		return nested
	}
	return attribute
}

// Action is the attribute of an action, by the time that it is given by default.
func Action(ctx context.Context, byDefault time.Duration) actionschema.Attribute {
	attribute := actions.AttributesWithOpts(ctx, actions.Opts{InvokeDescription: defaults(byDefault)})
	if nested, ok := attribute.(actionschema.SingleNestedAttribute); ok {
		each(nested.Attributes, func(text *actionschema.StringAttribute) { text.Validators = []validator.String{duration()} })
		nested.MarkdownDescription = description
		return nested
	}
	return attribute
}

// each changes those of some attributes that are of one type.
func each[Any, One any](attributes map[string]Any, change func(*One)) {
	for name, attribute := range attributes {
		if one, ok := any(attribute).(One); ok {
			change(&one)
			attributes[name], _ = any(one).(Any)
		}
	}
}

func defaults(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("Defaults to `%dh`.", d/time.Hour)
	}
	return fmt.Sprintf("Defaults to `%dm`.", d/time.Minute)
}

// duration accepts what an operation may be allowed to take.
func duration() validator.String {
	return validate.Text("must be a duration such as 30s or 2h45m", func(text string) (summary, detail string) {
		if allowed, err := time.ParseDuration(text); err == nil && allowed > 0 {
			return "", ""
		}
		return "Invalid duration", fmt.Sprintf("%q is not a duration greater than zero. Use a number with a unit, such as \"30s\", \"10m\", or \"2h45m\".", text)
	})
}

// Bound ends ctx when an operation has taken as long as its member of `timeouts` allows, such as plan.Timeouts.Create, or by
// default. The caller looks at diags before anything else, and always cancels.
func Bound(ctx context.Context, limit func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), byDefault time.Duration, diags *diag.Diagnostics) (context.Context, context.CancelFunc) {
	allowed, problems := limit(ctx, byDefault)
	diags.Append(problems...)
	return context.WithTimeout(ctx, allowed)
}

// limited is a list resource with the attribute, which its own schema need not have.
type limited struct {
	list.ListResourceWithConfigure
}

// List gives a list resource the attribute, and keeps it within the time until its last result was taken.
func List(construct func() list.ListResource) func() list.ListResource {
	return func() list.ListResource {
		inner, ok := construct().(list.ListResourceWithConfigure)
		if !ok {
			panic("a list resource that asks nothing needs no time") // none that this module has
		}
		return limited{inner}
	}
}

// ListResourceConfigSchema adds the attribute.
func (l limited) ListResourceConfigSchema(ctx context.Context, req list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	l.ListResourceWithConfigure.ListResourceConfigSchema(ctx, req, resp)
	attribute := lists.AttributesWithOpts(ctx, lists.Opts{ListDescription: defaults(Usual)})
	if nested, ok := attribute.(listschema.SingleNestedAttribute); ok {
		each(nested.Attributes, func(text *listschema.StringAttribute) { text.Validators = []validator.String{duration()} })
		nested.MarkdownDescription = description
		attribute = nested
	}
	resp.Schema.Attributes[attributeName] = attribute
}

// List lists within the time.
func (l limited) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var value lists.Value
	diags := req.Config.GetAttribute(ctx, path.Root(attributeName), &value)
	ctx, cancel := Bound(ctx, value.List, Usual, &diags)
	if diags.HasError() {
		cancel()
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	l.ListResourceWithConfigure.List(ctx, req, stream)
	results := stream.Results
	stream.Results = func(push func(list.ListResult) bool) {
		defer cancel()
		results(push)
	}
}
