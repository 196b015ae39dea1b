// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"encoding/json"
	"maps"
	"testing"
)

// What provisioning on demand did comes as an object or a list, as such or as text, alone or in several entries.
func TestModified_readsEveryForm(t *testing.T) {
	const entry = `{"action":"Create","modifiedProperties":[{"displayName":"email","newValue":"\"a@b.example\""},{"displayName":"active","newValue":"True"}]}`
	want := map[string]string{"email": "a@b.example", "active": "True"}
	asText := func(s string) string {
		raw, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	for name, answer := range map[string]string{
		"an object": entry, "a list": "[" + entry + "]", "an object as text": asText(entry), "a list as text": asText(" [" + entry + "] "),
		"two entries": `[{"modifiedProperties":[{"displayName":"email","newValue":"a@b.example"}]},{"modifiedProperties":[{"displayName":"active","newValue":"True"}]}]`,
	} {
		var value any
		if err := json.Unmarshal([]byte(answer), &value); err != nil {
			t.Fatal(err)
		}
		if got, err := modified(value); err != nil || !maps.Equal(got, want) {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	if _, err := modified("not JSON"); err == nil {
		t.Error("what cannot be read was read")
	}
}
