// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package functions_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/functions"
)

// onlyFunctions is a provider with nothing but the functions.
type onlyFunctions struct{}

func (onlyFunctions) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "test"
}
func (onlyFunctions) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}
func (onlyFunctions) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}
func (onlyFunctions) Resources(context.Context) []func() resource.Resource       { return nil }
func (onlyFunctions) DataSources(context.Context) []func() datasource.DataSource { return nil }
func (onlyFunctions) Functions(context.Context) []func() function.Function       { return functions.All() }

func server(t *testing.T) tfprotov6.ProviderServer {
	t.Helper()
	s, err := providerserver.NewProtocol6WithError(onlyFunctions{})()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Short forms of Terraform values.
func text(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }

func object(members map[string]tftypes.Value) tftypes.Value {
	types := map[string]tftypes.Type{}
	for name, v := range members {
		types[name] = v.Type()
	}
	return tftypes.NewValue(tftypes.Object{AttributeTypes: types}, members)
}

func list(values ...string) tftypes.Value {
	elements := make([]tftypes.Value, len(values))
	for i, s := range values {
		elements[i] = text(s)
	}
	return tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, elements)
}

func tuple(values ...tftypes.Value) tftypes.Value {
	types := make([]tftypes.Type, len(values))
	for i, v := range values {
		types[i] = v.Type()
	}
	return tftypes.NewValue(tftypes.Tuple{ElementTypes: types}, values)
}

var (
	null    = tftypes.NewValue(tftypes.DynamicPseudoType, nil)
	unknown = tftypes.NewValue(tftypes.DynamicPseudoType, tftypes.UnknownValue)
)

// call runs a function over the plugin protocol. Every argument but the first is dynamic.
func call(t *testing.T, name string, result tftypes.Type, arguments ...tftypes.Value) (tftypes.Value, *tfprotov6.FunctionError) {
	t.Helper()
	request := &tfprotov6.CallFunctionRequest{Name: name}
	for i, argument := range arguments {
		var as tftypes.Type = tftypes.DynamicPseudoType
		if i == 0 {
			as = tftypes.String
		}
		encoded, err := tfprotov6.NewDynamicValue(as, argument)
		if err != nil {
			t.Fatal(err)
		}
		request.Arguments = append(request.Arguments, &encoded)
	}
	response, err := server(t).CallFunction(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if response.Error != nil {
		return tftypes.Value{}, response.Error
	}
	value, err := response.Result.Unmarshal(result)
	if err != nil {
		t.Fatal(err)
	}
	return value, nil
}

func TestEvaluateExpression_yieldsTextListOrNull(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		expression string
		attributes tftypes.Value
		want       tftypes.Value
	}{
		{"text", `Append([a], "!")`, object(map[string]tftypes.Value{"a": text("x")}), text("x!")},
		{"empty text", `[a]`, object(map[string]tftypes.Value{"a": text("")}), text("")},
		{"list", `Split([a], ",")`, object(map[string]tftypes.Value{"a": text("x,y")}), list("x", "y")},
		{"empty list", `RemoveDuplicates([a])`, object(map[string]tftypes.Value{"a": list()}), list()},
		{"number", `Count([a])`, object(map[string]tftypes.Value{"a": list("x", "y")}), text("2")},
		{"Boolean", `IsPresent([a])`, object(map[string]tftypes.Value{"a": text("x")}), text("True")},
		{"null attribute", `[a]`, object(map[string]tftypes.Value{"a": null}), null},
		{"null text attribute", `[a]`, object(map[string]tftypes.Value{"a": tftypes.NewValue(tftypes.String, nil)}), null},
		{"missing attribute", `[a]`, object(nil), null},
		{"target left untouched", `IgnoreFlowIfNullOrEmpty([a])`, object(nil), null},
		{"numbers and Booleans as attributes", `Join(" ", [n], [d], [b], [c])`, object(map[string]tftypes.Value{
			"n": tftypes.NewValue(tftypes.Number, 13), "d": tftypes.NewValue(tftypes.Number, -1.5),
			"b": tftypes.NewValue(tftypes.Bool, true), "c": tftypes.NewValue(tftypes.Bool, false)}), text("13 -1.5 True False")},
		{"large number", `[n]`, object(map[string]tftypes.Value{"n": tftypes.NewValue(tftypes.Number, 129699324000000000)}), text("129699324000000000")},
		{"tuple of several types", `Join(",", [a])`, object(map[string]tftypes.Value{"a": tuple(text("x"), tftypes.NewValue(tftypes.Number, 2))}), text("x,2")},
		{"set", `Count([a])`, object(map[string]tftypes.Value{
			"a": tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, []tftypes.Value{text("x"), text("y")})}), text("2")},
		{"map of attributes", `[a]`, tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, map[string]tftypes.Value{"a": text("x")}), text("x")},
		{"name with blanks and brackets", `[emails[type eq "work"].value]`,
			object(map[string]tftypes.Value{`emails[type eq "work"].value`: text("x")}), text("x")},
		{"unknown attribute that is read", `Append([a], "!")`, object(map[string]tftypes.Value{"a": unknown}), unknown},
		{"list with an unknown element", `Join(",", [a])`, object(map[string]tftypes.Value{
			"a": tuple(text("x"), tftypes.NewValue(tftypes.String, tftypes.UnknownValue))}), unknown},
		{"unknown attribute that is not read", `[b]`, object(map[string]tftypes.Value{"a": unknown, "b": text("x")}), text("x")},
		{"unknown attributes", `[a]`, unknown, unknown},
		{"unknown attributes of which none is read", `"x"`, unknown, text("x")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := call(t, "evaluate_expression", tftypes.DynamicPseudoType, text(tt.expression), tt.attributes)
			if err != nil {
				t.Fatal(err.Text)
			}
			if !got.Equal(tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestEvaluateExpression_takesOptions(t *testing.T) {
	t.Parallel()
	option := func(name string, v tftypes.Value) tftypes.Value { return object(map[string]tftypes.Value{name: v}) }
	tests := []struct {
		name       string
		expression string
		options    tftypes.Value
		want       tftypes.Value
	}{
		{"now", `Now()`, option("now", text("2025-07-30T15:05:09+02:00")), text("7/30/2025 1:05:09 PM")},
		{"existing values", `SelectUniqueValue("a", "b")`, option("existing_values", tuple(text("a"))), text("b")},
		{"no existing values", `SelectUniqueValue("a", "b")`, option("existing_values", tuple()), text("a")},
		{"default domain", `Join("@", "ana", DefaultDomain())`, option("default_domain", text("corp.example")), text("ana@corp.example")},
		{"a branch that is not chosen fails", `IIF("a" = "a", "fine", CDate("soon"))`, null, text("fine")},
		{"the same, and not strict", `IIF("a" = "a", "fine", CDate("soon"))`, option("strict", tftypes.NewValue(tftypes.Bool, false)), text("fine")},
		{"strict where nothing fails", `IIF("a" = "a", "fine", "other")`, option("strict", tftypes.NewValue(tftypes.Bool, true)), text("fine")},
		{"null options", `"x"`, null, text("x")},
		{"null option", `"x"`, option("now", null), text("x")},
		{"empty options", `"x"`, object(nil), text("x")},
		{"options as a map", `Now()`, tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, map[string]tftypes.Value{"now": text("2025-07-30T00:00:00Z")}),
			text("7/30/2025 12:00:00 AM")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := call(t, "evaluate_expression", tftypes.DynamicPseudoType, text(tt.expression), object(nil), tt.options)
			if err != nil {
				t.Fatal(err.Text)
			}
			if !got.Equal(tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestEvaluateExpression_randomValuesFollowTheSeed(t *testing.T) {
	t.Parallel()
	run := func(seed tftypes.Value) tftypes.Value {
		got, err := call(t, "evaluate_expression", tftypes.DynamicPseudoType, text(`Guid()`), object(nil), object(map[string]tftypes.Value{"seed": seed}))
		if err != nil {
			t.Fatal(err.Text)
		}
		return got
	}
	if !run(text("1")).Equal(run(tftypes.NewValue(tftypes.Number, 1))) || run(text("1")).Equal(run(text("2"))) {
		t.Error("the GUID does not follow the seed")
	}
}

func TestEvaluateExpression_reportsOnTheRightArgument(t *testing.T) {
	t.Parallel()
	const closing = "\n\nLines and columns count within the expression"
	tests := []struct {
		name      string
		arguments []tftypes.Value
		argument  int64
		want      string
	}{
		{"expression that cannot be parsed", []tftypes.Value{text(`Append([a] "b")`), unknown}, 0,
			"A comma is missing before text in quotes in the arguments of `Append`.\n\nline 1, column 12:\n  Append([a] \"b\")\n             ^^^" + closing},
		{"expression that the checker refuses", []tftypes.Value{text("Join(\",\",\n  ToLowr([a]))"), unknown}, 0,
			"There is no function `ToLowr`. Did you mean `ToLower`?\n\nline 2, column 3:\n    ToLowr([a]))\n    ^^^^^^" + closing},
		{"value that does not suit", []tftypes.Value{text(`CDate([a])`), object(map[string]tftypes.Value{"a": text("personal")})}, 0,
			"The argument `expression` of `CDate` must be a date, and its value is not one.\n\nline 1, column 7:\n  CDate([a])\n        ^^^" + closing},
		{"no time", []tftypes.Value{text(`Now()`), object(nil)}, 0,
			"`Now` needs the current time, which is not set. Pass it in the options, as in `{ now = \"2025-01-31T08:00:00Z\" }`: " +
				"a function must return the same result every time.\n\nline 1, column 1:\n  Now()\n  ^^^^^" + closing},
		{"no seed", []tftypes.Value{text(`Guid()`), object(nil)}, 0,
			"`Guid` returns random values and needs a seed, which is not set. Pass one in the options, as in `{ seed = \"any text\" }`: " +
				"a function must return the same result every time.\n\nline 1, column 1:\n  Guid()\n  ^^^^^^" + closing},
		{"no default domain", []tftypes.Value{text(`DefaultDomain()`), object(nil)}, 0,
			"`DefaultDomain` needs the default domain of the tenant, which is not set. Pass it in the options, as in `{ default_domain = \"example.com\" }`: " +
				"a function cannot look it up.\n\nline 1, column 1:\n  DefaultDomain()\n  ^^^^^^^^^^^^^^^" + closing},
		{"strict about a branch that is not chosen", []tftypes.Value{text(`IIF("a" = "a", "fine", CDate("soon"))`), object(nil), object(map[string]tftypes.Value{"strict": tftypes.NewValue(tftypes.Bool, true)})}, 0,
			"Whether the whole fails is not known: this stands where `IIF` does not choose it, and Microsoft's pages contradict each other on whether it is evaluated. " +
				"The argument `expression` of `CDate` must be a date, and `soon` is not one.\n\nline 1, column 30:\n  IIF(\"a\" = \"a\", \"fine\", CDate(\"soon\"))\n                               ^^^^^^" + closing},
		{"strict that is neither", []tftypes.Value{text(`[a]`), object(nil), object(map[string]tftypes.Value{"strict": text("very")})}, 2, "The option `strict` must be true or false"},
		{"no unique value", []tftypes.Value{text(`SelectUniqueValue("a", "a")`), object(nil), object(map[string]tftypes.Value{"existing_values": list("a")})}, 0,
			"All values that `SelectUniqueValue` offers already exist. The service would hold the object back." +
				"\n\nline 1, column 1:\n  SelectUniqueValue(\"a\", \"a\")\n  ^^^^^^^^^^^^^^^^^^^^^^^^^^^" + closing},
		{"attributes of a wrong type", []tftypes.Value{text(`[a]`), text("a")}, 1,
			"The attributes must be an object or a map, as in `{ mail = \"ana@example.com\" }`"},
		{"attribute of a wrong type", []tftypes.Value{text(`[a]`), object(map[string]tftypes.Value{"b": object(nil)})}, 1,
			"The attribute `b` must be text, a list of texts or null"},
		{"list with null", []tftypes.Value{text(`[a]`), object(map[string]tftypes.Value{"b": tuple(text("x"), null)})}, 1,
			"The attribute `b` must be text, a list of texts or null"},
		{"unknown option", []tftypes.Value{text(`[a]`), object(nil), object(map[string]tftypes.Value{"today": text("x")})}, 2,
			"There is no option `today`; the options are `default_domain`, `existing_values`, `now`, `seed` and `strict`"},
		{"options of a wrong type", []tftypes.Value{text(`[a]`), object(nil), text("x")}, 2,
			"The options must be an object, as in `{ now = \"2025-01-31T08:00:00Z\" }`"},
		{"two objects of options", []tftypes.Value{text(`[a]`), object(nil), object(nil), object(nil)}, 3, "There can be only one object of options"},
		{"time that is none", []tftypes.Value{text(`[a]`), object(nil), object(map[string]tftypes.Value{"now": text("today")})}, 2,
			"The option `now` must be a time as in `2025-01-31T08:00:00Z` (RFC 3339)"},
		{"seed of a wrong type", []tftypes.Value{text(`[a]`), object(nil), object(map[string]tftypes.Value{"seed": list("x")})}, 2,
			"The option `seed` must be text or a number"},
		{"existing values of a wrong type", []tftypes.Value{text(`[a]`), object(nil), object(map[string]tftypes.Value{"existing_values": text("x")})}, 2,
			"The option `existing_values` must be a list of texts"},
		{"option that is an object", []tftypes.Value{text(`[a]`), object(nil), object(map[string]tftypes.Value{"seed": object(nil)})}, 2,
			"The option `seed` has a value of the wrong type"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := call(t, "evaluate_expression", tftypes.DynamicPseudoType, tt.arguments...)
			if err == nil || err.FunctionArgument == nil {
				t.Fatalf("got error %+v", err)
			}
			if diff := cmp.Diff(tt.want, err.Text); diff != "" || *err.FunctionArgument != tt.argument {
				t.Errorf("argument %d (-want +got)\n%s", *err.FunctionArgument, diff)
			}
		})
	}
}

func TestExpressionAttributes_listsSortedNames(t *testing.T) {
	t.Parallel()
	stringList := tftypes.List{ElementType: tftypes.String}
	for input, want := range map[string]tftypes.Value{
		`Switch([b], [a], "", [b])`: list("a", "b"),
		`"text"`:                    list(),
		`Unknown([x])`:              list("x"),
	} {
		got, err := call(t, "expression_attributes", stringList, text(input))
		if err != nil || !got.Equal(want) {
			t.Errorf("%s: got %s, error %+v", input, got, err)
		}
	}
	if _, err := call(t, "expression_attributes", stringList, text(`[a`)); err == nil || err.FunctionArgument == nil || *err.FunctionArgument != 0 ||
		!strings.Contains(err.Text, "line 1, column 1:\n  [a\n  ^") {
		t.Errorf("got error %+v", err)
	}
}

func TestNormalizeExpression_writesCanonicalText(t *testing.T) {
	t.Parallel()
	got, err := call(t, "normalize_expression", tftypes.String, text("Switch( [a],,\n  \"b\",[c] )"))
	if err != nil || !got.Equal(text(`Switch([a], , "b", [c])`)) {
		t.Errorf("got %s, error %+v", got, err)
	}
	if _, err := call(t, "normalize_expression", tftypes.String, text(`Now(`)); err == nil || err.FunctionArgument == nil || *err.FunctionArgument != 0 ||
		!strings.Contains(err.Text, "line 1, column 4:\n  Now(\n     ^") {
		t.Errorf("got error %+v", err)
	}
}

func TestAll_documentsEveryFunctionAndParameter(t *testing.T) {
	t.Parallel()
	schema, err := server(t).GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || len(schema.Diagnostics) > 0 {
		t.Fatal(err, schema.Diagnostics)
	}
	if len(schema.Functions) != 3 {
		t.Errorf("got %d functions", len(schema.Functions))
	}
	for name, f := range schema.Functions {
		if f.Summary == "" || f.Description == "" || f.DescriptionKind != tfprotov6.StringKindMarkdown {
			t.Errorf("%s is not described", name)
		}
		parameters := f.Parameters
		if f.VariadicParameter != nil {
			parameters = append(parameters, f.VariadicParameter)
		}
		for _, p := range parameters {
			if p.Description == "" || p.DescriptionKind != tfprotov6.StringKindMarkdown {
				t.Errorf("%s: the parameter %s is not described", name, p.Name)
			}
		}
	}
}

func TestEvaluateExpression_documentsTheDeclaredFunctions(t *testing.T) {
	t.Parallel()
	schema, err := server(t).GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(schema.Functions["evaluate_expression"].Description, "can be repeated.\n\n")
	lines := strings.Split(strings.TrimSpace(table), "\n")
	declared := expression.Declarations()
	if len(lines) != len(declared) {
		t.Fatalf("the page has %d functions, %d are declared", len(lines), len(declared))
	}
	for i, f := range declared {
		if want := "- `" + f.Signature() + "`: " + f.Summary; !strings.HasPrefix(lines[i], want) {
			t.Errorf("got %q, want %q", lines[i], want)
		}
		if strings.Contains(lines[i], "Cannot be computed offline") != f.ServiceOnly {
			t.Errorf("%q does not say what can be computed", lines[i])
		}
	}
}
