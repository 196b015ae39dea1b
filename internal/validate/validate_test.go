// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package validate_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

const (
	expected = "Expected the `id` of a `gotomeeting_provisioning_connection`, in the form `{service principal id}/{job id}`."
	example  = "such as \"identity-ops@example.com\""
	noGUID   = " is not a GUID. Use the object id, such as \"b0000000-0000-4000-8000-000000000001\"; names and e-mail addresses are not accepted here."
)

func TestValidators_explainWhatTheyRefuse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		validator validator.String
		value     types.String
		summary   string
		detail    string
	}{
		{"object id", validate.ObjectID(), types.StringValue("b0000000-0000-4000-8000-00000000abcd"), "", ""},
		{"null object id", validate.ObjectID(), types.StringNull(), "", ""},
		{"unknown object id", validate.ObjectID(), types.StringUnknown(), "", ""},
		{"empty object id", validate.ObjectID(), types.StringValue(""), "Invalid object id",
			"The value is empty. Use the object id, such as \"b0000000-0000-4000-8000-000000000001\"; if the attribute is optional, you can omit it instead."},
		{"upper-case object id", validate.ObjectID(), types.StringValue("B0000000-0000-4000-8000-00000000ABCD"), "Invalid object id",
			"\"B0000000-0000-4000-8000-00000000ABCD\" is a GUID in uppercase. Write it in lowercase, as Microsoft Graph returns it: \"b0000000-0000-4000-8000-00000000abcd\"."},
		{"object id in braces", validate.ObjectID(), types.StringValue("{b0000000-0000-4000-8000-00000000abcd}"), "Invalid object id",
			"\"{b0000000-0000-4000-8000-00000000abcd}\" has braces or spaces around the GUID. Use \"b0000000-0000-4000-8000-00000000abcd\"."},
		{"object id with a line break", validate.ObjectID(), types.StringValue("b0000000-0000-4000-8000-00000000abcd\n"), "Invalid object id",
			"\"b0000000-0000-4000-8000-00000000abcd\\n\" has braces or spaces around the GUID. Use \"b0000000-0000-4000-8000-00000000abcd\"."},
		{"name for an object id", validate.ObjectID(), types.StringValue("Meetings team"), "Invalid object id", "\"Meetings team\"" + noGUID},
		{"object id without dashes", validate.ObjectID(), types.StringValue("b0000000000040008000000000000001"), "Invalid object id", "\"b0000000000040008000000000000001\"" + noGUID},

		{"connection id", validate.ConnectionID(), types.StringValue("b0000000-0000-4000-8000-000000000001/EXAMPLE.job"), "", ""},
		{"null connection id", validate.ConnectionID(), types.StringNull(), "", ""},
		{"unknown connection id", validate.ConnectionID(), types.StringUnknown(), "", ""},
		{"empty connection id", validate.ConnectionID(), types.StringValue(""), "Invalid connection id", "The value is empty. " + expected},
		{"service principal id for a connection id", validate.ConnectionID(), types.StringValue("b0000000-0000-4000-8000-000000000001"), "Invalid connection id",
			"\"b0000000-0000-4000-8000-000000000001\" is the id of a service principal alone. " + expected},
		{"path for a connection id", validate.ConnectionID(), types.StringValue("/servicePrincipals/b0000000-0000-4000-8000-000000000001/synchronization/jobs/EXAMPLE.job"), "Invalid connection id",
			"\"/servicePrincipals/b0000000-0000-4000-8000-000000000001/synchronization/jobs/EXAMPLE.job\" is not a connection id. " + expected},
		{"upper-case connection id", validate.ConnectionID(), types.StringValue("B0000000-0000-4000-8000-000000000001/EXAMPLE.job"), "Invalid connection id",
			"The service principal id in it is malformed. \"B0000000-0000-4000-8000-000000000001\" is a GUID in uppercase. Write it in lowercase, as Microsoft Graph returns it: \"b0000000-0000-4000-8000-000000000001\"."},
		{"connection id without dashes", validate.ConnectionID(), types.StringValue("b0000000000040008000000000000001/EXAMPLE.job"), "Invalid connection id",
			"The service principal id in it is malformed. \"b0000000000040008000000000000001\"" + noGUID},

		{"address", validate.Email(), types.StringValue("identity-ops@example.com"), "", ""},
		{"address with a plus", validate.Email(), types.StringValue("identity+ops@mail.example.com"), "", ""},
		{"null address", validate.Email(), types.StringNull(), "", ""},
		{"unknown address", validate.Email(), types.StringUnknown(), "", ""},
		{"empty address", validate.Email(), types.StringValue(""), "Invalid e-mail address", "The value is empty. Use a single address without a name, " + example + ", or omit the attribute."},
		{"no address", validate.Email(), types.StringValue("identity-ops"), "Invalid e-mail address", "\"identity-ops\" is not an e-mail address. Use a single address without a name, " + example + "."},
		{"address without a domain", validate.Email(), types.StringValue("identity-ops@localhost"), "Invalid e-mail address",
			"\"identity-ops@localhost\" is not an e-mail address. Use a single address without a name, " + example + "."},
		{"address with a name", validate.Email(), types.StringValue("Ops <identity-ops@example.com>"), "Invalid e-mail address",
			"\"Ops <identity-ops@example.com>\" is not an e-mail address. Use a single address without a name, " + example + "."},
		{"address with a blank", validate.Email(), types.StringValue("identity-ops@example.com "), "Invalid e-mail address",
			"\"identity-ops@example.com \" is not an e-mail address. Use a single address without a name, " + example + "."},
		{"two addresses", validate.Email(), types.StringValue("a@example.com; b@example.com"), "Invalid e-mail address",
			"\"a@example.com; b@example.com\" looks like several addresses. The service accepts a single address; to reach several people, use the address of a group."},

		{"text", validate.NotEmpty(), types.StringValue(" "), "", ""},
		{"null text", validate.NotEmpty(), types.StringNull(), "", ""},
		{"unknown text", validate.NotEmpty(), types.StringUnknown(), "", ""},
		{"good text", validate.NoStrayCharacters(), types.StringValue("pass word "), "", ""},
		{"no good text yet", validate.NoStrayCharacters(), types.StringUnknown(), "", ""},
		{"password from a file", validate.NoStrayCharacters(), types.StringValue("pw\n"), "Stray characters in the value",
			"The value ends with a line break, as `file(…)` returns it. Remove it with `chomp(…)`, or remove all surrounding white space with `trimspace(…)`."},
		{"mark before an object id", validate.ObjectID(), types.StringValue("\ufeffb0000000-0000-4000-8000-000000000001"), "Invalid object id",
			"The value has a byte-order mark, an invisible character that Windows programs add at the start of a file. Save the file as UTF-8 without a byte-order mark, or remove the mark with `trimprefix(…, \"\\ufeff\")`."},
		{"line break after a connection id", validate.ConnectionID(), types.StringValue("b0000000-0000-4000-8000-000000000001/EXAMPLE.job\n"), "Invalid connection id",
			"The value ends with a line break, as `file(…)` returns it. Remove it with `chomp(…)`, or remove all surrounding white space with `trimspace(…)`."},
		{"line break after an address", validate.Email(), types.StringValue("identity-ops@example.com\n"), "Invalid e-mail address",
			"The value ends with a line break, as `file(…)` returns it. Remove it with `chomp(…)`, or remove all surrounding white space with `trimspace(…)`."},
		{"empty text", validate.NotEmpty(), types.StringValue(""), "Empty value", "The value is empty. Set a value; if the attribute is optional, you can omit it instead."},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got validator.StringResponse
			test.validator.ValidateString(t.Context(), validator.StringRequest{Path: path.Root("a"), ConfigValue: test.value}, &got)
			var want diag.Diagnostics
			if test.summary != "" {
				want = diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("a"), test.summary, test.detail)}
			}
			if diff := cmp.Diff(want, got.Diagnostics); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
			if test.validator.Description(t.Context()) == "" || test.validator.MarkdownDescription(t.Context()) == "" {
				t.Error("the validator has no description")
			}
		})
	}
}

func TestNoStrayCharacters_warnsOfQuotationMarks(t *testing.T) {
	t.Parallel()
	var got validator.StringResponse
	validate.NoStrayCharacters().ValidateString(t.Context(), validator.StringRequest{Path: path.Root("a"), ConfigValue: types.StringValue("'pw'")}, &got)
	if got.Diagnostics.HasError() || got.Diagnostics.WarningsCount() != 1 {
		t.Errorf("%v", got.Diagnostics)
	}
}
