// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Texts of each length that MessagePack writes in another way arrive at the library's decoder, and come back.
func TestModel_encodesTextsOfAnyLength(t *testing.T) {
	t.Parallel()
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}
	for _, name := range attributes {
		object.AttributeTypes[name] = tftypes.String
	}
	for _, length := range []int{0, 1, 31, 32, 255, 256, 65_535, 65_536} {
		text := strings.Repeat("x", length)
		m := model{Role: types.StringValue(text), ID: types.StringUnknown()}
		value, err := (tfprotov6.DynamicValue{MsgPack: m.encode()}).Unmarshal(object)
		var members map[string]tftypes.Value
		var got string
		if err != nil || value.As(&members) != nil || members["role"].As(&got) != nil || got != text || members["id"].IsKnown() || !members["timeouts"].IsNull() {
			t.Errorf("%d bytes: %v, %d bytes", length, err, len(got))
		}
		var back model
		if ok := back.decode(m.encode()); ok != (length < 65_536) || ok && !back.equals(m) { // the framework takes what is longer
			t.Errorf("%d bytes: %t", length, ok)
		}
		for cut := range min(len(m.encode()), 400) {
			if (&model{}).decode(m.encode()[:cut]) {
				t.Errorf("the first %d bytes of a text of %d were taken for an object", cut, length)
			}
		}
	}
}
