// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import "testing"

func TestCasingOf_readsNamesOfCultures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		casing casing
		ok     bool
	}{
		{"", casingInvariant, true},
		{"en", casingOther, true},
		{"en-US", casingOther, true},
		{"xx-YY", casingOther, true},
		{"es-419", casingOther, true},
		{"es-ES_tradnl", casingOther, true},
		{"ca-ES-valencia", casingOther, true},
		{"zh-CHS", casingOther, true},
		{"qps-Latn-x-sh", casingOther, true},
		{"x-IV_mathan", casingOther, true},
		{"de-u-co-phonebk", casingOther, true},
		{"tr", casingTurkish, true},
		{"TR_tr", casingTurkish, true},
		{"tur-TR", casingTurkish, true},
		{"az-Latn-AZ", casingTurkish, true},
		{"en-TR", casingOther, true},
		{"no culture", casingInvariant, false},
		{"english", casingInvariant, false},
		{"e", casingInvariant, false},
		{"en-", casingInvariant, false},
		{"en--US", casingInvariant, false},
		{"en-U", casingInvariant, false},
		{"tr\n", casingInvariant, false},
		{"türk", casingInvariant, false},
	}
	for _, tt := range tests {
		if got, ok := casingOf(tt.name); got != tt.casing || ok != tt.ok {
			t.Errorf("%q: got %d, %v", tt.name, got, ok)
		}
	}
}
