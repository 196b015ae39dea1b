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
	"source_attribute": "Attribute of the person (or other source object) that provides the value, spelled as in the schema, such as `userPrincipalName`.",
	"constant":         "Fixed text for everybody.",
	"expression": "Expression in the [mapping language](https://learn.microsoft.com/entra/identity/app-provisioning/functions-for-customizing-application-data), " +
		"such as `Coalesce([surname], [displayName])`. White space does not matter.",
	"default_value": "Value to write if the source has none; the service applies it when it creates the account. It can be set without a source.",
	"matching_priority": "Makes the attribute a matching attribute, by which the service finds the account of a person. The lowest number is tried first. " +
		"At least one entry needs it, and each number must be unique.",
	"apply": "When the value is written: `always`, `on_create` (only when the account is created), `if_target_empty`, or, for targets with several values, " +
		"`add_value` and `add_values` (add, never remove). A flow type that the service introduces later can be set in the spelling of the service. Defaults to `always`.",
}

var filterDescriptions = map[string]string{
	"name":      "Title of the group, as the portal shows it.",
	"clauses":   "Conditions that must all be true.",
	"attribute": "Source attribute to test. Attributes with several values, references, and dates cannot be tested.",
	"operator": "Operator as the service names it, such as `EQUALS`, `NOT EQUALS`, `IS TRUE`, `IS FALSE`, `IS NULL`, `IS NOT NULL`, `REGEX MATCH`, or `NOT REGEX MATCH`. The case " +
		"of the operator does not matter. Text comparisons are case-sensitive.",
	"values": "Values to compare with; omit it for operators such as `IS NULL`.",
}

const (
	mappingsDescription = "Source of each target attribute's value, by target attribute, spelled as in the schema. This is the whole mapping: a target attribute that is not listed is not " +
		"written. The exception is an attribute mapping that an entry cannot express, such as a workflow: it is kept and named in a warning, unless an entry has its target attribute. " +
		"Each entry has one of `source_attribute`, `constant`, and `expression`, or only `default_value`."
	objectMappingDescription = "Objects that are mapped: the kind of source object, such as `User` or `Group`. If this matches several mappings, use the source and target object, as in `User to " +
		"Contact`, or the mapping's name as the portal shows it. Defaults to `User`."
)

// Schema describes the resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	d := entryDescriptions
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages the attribute mapping of one kind of object of a provisioning connection: the mappings by target attribute, the matching attributes, the operations, and the scoping filters. " +
			"Everything else in the connection's schema stays as it is. After any change, the service evaluates everybody again in its next cycle. " +
			"Destroying the resource restores the connector's default mapping. If only the address of the resource changes, add a `moved` block: a plan that destroys and creates the same mapping while provisioning is on is " +
			"refused if Terraform plans the destroy first. Between two provider configurations or two states, the provider cannot detect this; the plan then only shows what the default mapping would do.\n\n" +
			"A plan needs the Microsoft Graph permission `Synchronization.Read.All`, an apply needs `Synchronization.ReadWrite.All`. With the latter, a plan also checks changed expressions with the connection's own parser. " +
			"An import cannot recover `allow_no_deprovisioning` and `timeouts`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "`{service principal id}/{job id}/{object mapping}`. Use it as the id for importing."},
			"connection_id": schema.StringAttribute{Required: true, Validators: []validator.String{validate.ConnectionID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "`id` of the `gotomeeting_provisioning_connection`. A change replaces the resource, because the schema belongs to the connection's job."},
			"object_mapping": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(defaultObject),
				Validators: []validator.String{validate.NotEmpty(), validate.NoStrayCharacters()}, PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: objectMappingDescription + " A change replaces the resource: the default of the old mapping is restored."},
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
				MarkdownDescription: "What provisioning can do to accounts: `create`, `update` (which includes disabling), and `delete`. Defaults " +
					"to all three. Omit an operation to switch it off."},
			"enabled": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether objects of this kind are provisioned. The user mapping cannot be disabled. Defaults to `true`."},
			"scoping_filters": schema.ListNestedAttribute{Optional: true, PlanModifiers: []planmodifier.List{keepSameFilters{}},
				Validators: []validator.List{validate.Some()},
				MarkdownDescription: "Groups of conditions that select who in the connection's scope is provisioned: people who match at least one group. People who no longer match are " +
					"deprovisioned. If omitted, nobody is filtered out.",
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
						MarkdownDescription: "Type of the attribute: `String`, `Integer`, `Boolean`, `Binary`, `Reference`, or `DateTime`. Defaults to `String`."},
					"multivalued": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false),
						MarkdownDescription: "Whether the attribute can have several values. Defaults to `false`."},
				}}},
			"allow_no_deprovisioning": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether to accept a change after which the accounts of people who are unassigned, blocked from signing in, or deleted stay active, or the accounts of people in " +
					"scope are disabled. The plan evaluates the mapping for each of these cases. While it is `false`, every plan warns about a mapping that disables nobody. Defaults to `false`."},
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
