// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// Descriptions that the resource and the data source share, by attribute.
var entryDescriptions = map[string]string{
	"source_attribute": "Attribute of the person (or other source object) to take the value from, spelled as in the schema, such as `userPrincipalName`.",
	"constant":         "Fixed text for everybody.",
	"expression": "Expression in the [mapping language](https://learn.microsoft.com/entra/identity/app-provisioning/functions-for-customizing-application-data), " +
		"such as `Coalesce([surname], [displayName])`. Layout does not matter.",
	"default_value": "Value to write when the source has none; the service applies it when it creates the account. May stand alone.",
	"matching_priority": "Makes the attribute a matching attribute, by which the account that belongs to a person is found. The lowest number is tried first. " +
		"At least one entry needs it, and no two may share a number.",
	"apply": "When the value is written: `always`, `on_create` (only when the account is created), `if_target_empty`, or, for targets with several values, " +
		"`add_value` and `add_values` (add, never remove). A flow type that the service adds later can be given in the service's spelling. Defaults to `always`.",
}

var filterDescriptions = map[string]string{
	"name":      "Title of the group, as the portal shows it.",
	"clauses":   "Conditions that must all hold.",
	"attribute": "Source attribute to test. Attributes with several values, references and dates cannot be tested.",
	"operator": "Operator as the service names it, such as `EQUALS`, `NOT EQUALS`, `IS TRUE`, `IS FALSE`, `IS NULL`, `IS NOT NULL`, `REGEX MATCH` or `NOT REGEX MATCH`. " +
		"Case does not matter. Comparisons of text are case-sensitive.",
	"values": "What to compare with; left out for operators such as `IS NULL`.",
}

const (
	mappingsDescription = "Where each target attribute gets its value from, by target attribute, spelled as in the schema. This is the whole mapping: an attribute that is not here is not written. " +
		"The exception is an attribute mapping that an entry cannot express, such as a workflow: it is left alone and named in a warning, unless an entry has its target attribute. " +
		"Each entry has one of `source_attribute`, `constant` and `expression`, or only `default_value`."
	objectMappingDescription = "Which objects are mapped: the kind of source object, such as `User` or `Group`. Where that fits several mappings, source and target object, as in `User to Contact`, " +
		"or the mapping's name as the portal shows it. Defaults to `User`."
)

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	d := entryDescriptions
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages the attribute mapping of one kind of object of a provisioning connection: the mappings by target attribute, the matching attributes, the operations and the scoping filters. " +
			"Whatever else the connection's schema holds is left as it is. Any change makes the service evaluate everybody again in its next cycle. " +
			"Destroying the resource puts the connector's default mapping back.\n\n" +
			"Planning needs the Microsoft Graph permission `Synchronization.Read.All`, applying `Synchronization.ReadWrite.All`; with the latter a plan also has the connection's own parser read changed expressions. " +
			"An import cannot recover `allow_no_deprovisioning` and `timeouts`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "The id to import by: `{service principal id}/{job id}/{object mapping}`."},
			"connection_id": schema.StringAttribute{Required: true, Validators: []validator.String{validate.ConnectionID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "`id` of the `gotomeeting_provisioning_connection`. A change replaces the resource, because the schema belongs to the connection's job."},
			"object_mapping": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(defaultObject),
				Validators: []validator.String{validate.NotEmpty(), validate.NoStrayCharacters()}, PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: objectMappingDescription + " A change replaces the resource: the old mapping returns to its default."},
			"mappings": schema.MapNestedAttribute{Required: true, MarkdownDescription: mappingsDescription,
				Validators: []validator.Map{validate.Some(), mapvalidator.KeysAre(attributeName())},
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"source_attribute": schema.StringAttribute{Optional: true, MarkdownDescription: d["source_attribute"], Validators: []validator.String{attributeName()}},
					"constant":         schema.StringAttribute{Optional: true, MarkdownDescription: d["constant"], Validators: []validator.String{validate.NotEmpty()}},
					"expression": schema.StringAttribute{Optional: true, CustomType: expressionType{}, MarkdownDescription: d["expression"],
						Validators: []validator.String{expressionSyntax{}}, PlanModifiers: []planmodifier.String{keepSameExpression{}}},
					"default_value":     schema.StringAttribute{Optional: true, MarkdownDescription: d["default_value"], Validators: []validator.String{validate.NotEmpty()}},
					"matching_priority": schema.Int64Attribute{Optional: true, MarkdownDescription: d["matching_priority"], Validators: []validator.Int64{int64validator.Between(1, 1<<31-1)}},
					"apply": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(applyAlways),
						MarkdownDescription: d["apply"], Validators: []validator.String{applyWord()}},
				}}},
			"operations": schema.SetAttribute{Optional: true, Computed: true, ElementType: types.StringType,
				Default: setdefault.StaticValue(types.SetValueMust(types.StringType, []attr.Value{
					types.StringValue(operationCreate), types.StringValue(operationDelete), types.StringValue(operationUpdate)})),
				Validators: []validator.Set{setvalidator.ValueStringsAre(stringvalidator.OneOf(operationCreate, operationUpdate, operationDelete))},
				MarkdownDescription: "What provisioning may do to accounts: `create`, `update` (which includes disabling) and `delete`. Defaults to all three. " +
					"An operation that is left out is switched off."},
			"enabled": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether objects of this kind are provisioned. The user mapping cannot be disabled. Defaults to `true`."},
			"scoping_filters": schema.ListNestedAttribute{Optional: true, PlanModifiers: []planmodifier.List{keepSameFilters{}},
				Validators: []validator.List{validate.Some()},
				MarkdownDescription: "Who of those in the connection's scope is provisioned: whoever matches at least one group. Whoever no longer matches is deprovisioned. " +
					"Without it nobody is filtered out.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"name": schema.StringAttribute{Optional: true, MarkdownDescription: filterDescriptions["name"], Validators: []validator.String{validate.NotEmpty()}},
					"clauses": schema.ListNestedAttribute{Required: true, MarkdownDescription: filterDescriptions["clauses"],
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
							"attribute": schema.StringAttribute{Required: true, MarkdownDescription: filterDescriptions["attribute"], Validators: []validator.String{attributeName()}},
							"operator":  schema.StringAttribute{Required: true, MarkdownDescription: filterDescriptions["operator"], Validators: []validator.String{validate.NotEmpty()}},
							"values": schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: filterDescriptions["values"],
								Validators: []validator.List{validate.Some()}},
						}}},
				}}},
			"custom_target_attributes": schema.MapNestedAttribute{Optional: true, Validators: []validator.Map{validate.Some(), mapvalidator.KeysAre(attributeName())},
				MarkdownDescription: "Target attributes to add to those that the connector lists, by name. Only some connectors accept this; the service refuses it for the others.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"type": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString("String"),
						Validators:          []validator.String{stringvalidator.OneOf("String", "Integer", "Boolean", "Binary", "Reference", "DateTime")},
						MarkdownDescription: "Type of the attribute: `String`, `Integer`, `Boolean`, `Binary`, `Reference` or `DateTime`. Defaults to `String`."},
					"multivalued": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false),
						MarkdownDescription: "Whether the attribute can have several values. Defaults to `false`."},
				}}},
			"allow_no_deprovisioning": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Accept a change by which the accounts of people who are unassigned, blocked from signing in or deleted stay active, or those of people in scope are disabled. " +
					"The plan works out what the mapping yields for each of them. Defaults to `false`."},
			"timeouts": timeout.Attribute(ctx, timeouts.Opts{Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "Defaults to `10m`.",
				ReadDescription:   "Defaults to `5m`.",
				UpdateDescription: "Defaults to `10m`.",
				DeleteDescription: "Defaults to `10m`."}),
		},
	}
}

// IdentitySchema describes what identifies a mapping across states.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"service_principal_id": identityschema.StringAttribute{RequiredForImport: true, Description: "Object id of the service principal."},
		"job_id":               identityschema.StringAttribute{RequiredForImport: true, Description: "Id of the synchronization job."},
		"object_mapping":       identityschema.StringAttribute{OptionalForImport: true, Description: "Kind of source object, such as User, which is the default."},
	}}
}
