// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

func TestGoTo_tellsWhatIsMissingWhenItIsNeeded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name           string
		block          map[string]any
		environment    map[string]string
		given, missing []string
	}{
		{"nothing", nil, nil, nil, []string{"client_id", "client_secret", "personal_access_token"}},
		{"no credentials", map[string]any{"goto.endpoint": "https://api.example.com"}, map[string]string{"GOTO_ACCOUNT_KEY": "1"}, nil, []string{"client_id", "client_secret", "personal_access_token"}},
		{"half a set in the environment", nil, map[string]string{"GOTO_CLIENT_ID": "c", "GOTO_PERSONAL_ACCESS_TOKEN": "\n"}, []string{"client_id"}, []string{"client_secret", "personal_access_token"}},
		{"from both places", map[string]any{"goto.client_id": "c"}, map[string]string{"GOTO_CLIENT_SECRET": "s", "GOTO_PERSONAL_ACCESS_TOKEN": "p"}, nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, found := block(t, test.block).resolve(lookup(test.environment))
			if len(found) > 0 {
				t.Fatal(found)
			}
			data := providerdata.Data{GoTo: (&Provider{}).goTo(s, nil, "")}
			client, err := data.GoToClient()
			var none *providerdata.NoGoToError
			if errors.As(err, &none) != (len(test.missing) > 0) || (client == nil) != (len(test.missing) > 0) {
				t.Fatalf("got %v, %v", client, err)
			}
			if none == nil {
				again, err := data.GoToClient()
				if again != client || err != nil {
					t.Errorf("another client the second time: %v", err)
				}
				return
			}
			if diff := cmp.Diff(providerdata.NoGoToError{Given: test.given, Missing: test.missing}, *none); diff != "" {
				t.Errorf("what is missing (-want +got):\n%s", diff)
			}
		})
	}
}
