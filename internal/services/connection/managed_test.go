// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// steering are the attributes that the service does not keep among the secrets: they say which job is meant, and how the
// provider goes about it.
var steering = []string{"service_principal_id", "template_id", "timeouts", "test_connection"}

// A new attribute has three places: the schema, model, managedAttributes. This names the one that was forgotten.
func TestManagedAttributes_agreeWithSchemaAndModel(t *testing.T) {
	var schema resource.SchemaResponse
	(&Resource{}).Schema(t.Context(), resource.SchemaRequest{}, &schema)
	rows := map[string]bool{}
	for _, a := range managedAttributes {
		rows[a.attribute], rows[a.version] = true, true
		for _, name := range []string{a.attribute, a.version} {
			if _, ok := schema.Schema.Attributes[name]; name != "" && !ok {
				t.Errorf("managedAttributes has a row with %q, but the schema has no such attribute", name)
			}
		}
		attribute := schema.Schema.Attributes[a.attribute]
		if attribute == nil || !(&model{}).field(a.attribute).IsValid() {
			continue
		}
		empty := (&model{}).field(a.attribute).Interface()
		var ok bool
		switch empty.(type) {
		case types.Map:
			ok = a.key == "" && !a.always()
		case types.String:
			ok = a.key != ""
		default:
			ok = a.key != "" && a.always()
		}
		if !ok {
			t.Errorf("managedAttributes: %q is a %T, which its row does not fit: a map names the keys itself, text has a key, all else a key and what it is when unset", a.attribute, empty)
		}
		if attribute.IsWriteOnly() != (a.version != "" && a.noun != "") || attribute.IsWriteOnly() && a.kind != secret {
			t.Errorf("managedAttributes: %q is write-only %t, but its row has the kind %d, the version %q and the noun %q", a.attribute, attribute.IsWriteOnly(), a.kind, a.version, a.noun)
		}
		if attribute.IsSensitive() != (a.kind == secret) {
			t.Errorf("managedAttributes: %q is sensitive %t, but its row says %t", a.attribute, attribute.IsSensitive(), a.kind == secret)
		}
		if a.always() && (a.member == "") != (a.words != nil) {
			t.Errorf("managedAttributes: %q needs either the member of a JSON object or the service's words for its values", a.attribute)
		}
	}
	for name, attribute := range schema.Schema.Attributes {
		if !(&model{}).field(name).IsValid() {
			t.Errorf("the schema has an attribute %q, but model has no field for it", name)
		}
		if configurable := attribute.IsRequired() || attribute.IsOptional(); configurable && rows[name] == slices.Contains(steering, name) {
			t.Errorf("the attribute %q has to be either in managedAttributes or in the list of those that only steer the provider", name)
		}
	}
}
