// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package suggest_test

import (
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/suggest"
)

func TestNearest_isWhatWasProbablyMeant(t *testing.T) {
	for _, test := range []struct {
		name       string
		candidates []string
		want       string
	}{
		{"emial", []string{"firstName", "email"}, "email"},
		{"EMAIL", []string{"mail", "email"}, "email"},
		{"userPrincipleName", []string{"displayName", "userPrincipalName"}, "userPrincipalName"},
		{"preferedLanguages", []string{"preferredLanguage"}, "preferredLanguage"},
		{"Überprüfer", []string{"Uberprufer"}, "Uberprufer"},
		{"abcd", []string{"abce", "abcf"}, "abce"}, // the first of two
		{"IF", []string{"Mid", "IIF"}, "IIF"},
		{"If", []string{"Len", "Now"}, ""}, // of short names nearly everything is near
		{"department", []string{"email"}, ""},
		{"ab", []string{""}, ""},
		{"a", nil, ""},
	} {
		if got := suggest.Nearest(test.name, test.candidates); got != test.want {
			t.Errorf("%q of %q: got %q, want %q", test.name, test.candidates, got, test.want)
		}
	}
}

func TestNearestWithin_isAsStrictAsAsked(t *testing.T) {
	if got := suggest.NearestWithin(2, "BaseAdd", []string{"BaseAddress"}); got != "" {
		t.Errorf("four letters away: %q", got)
	}
	if got := suggest.NearestWithin(2, "baseadres", []string{"BaseAddress"}); got != "BaseAddress" {
		t.Errorf("two letters away: %q", got)
	}
}

func TestDidYouMean_isASentenceOrNothing(t *testing.T) {
	if got := suggest.DidYouMean("emial", []string{"email"}); got != ` Did you mean "email"?` {
		t.Errorf("got %q", got)
	}
	if got := suggest.DidYouMean("department", []string{"email"}); got != "" {
		t.Errorf("got %q", got)
	}
}
