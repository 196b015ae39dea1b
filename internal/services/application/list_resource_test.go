// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application_test

import (
	"fmt"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestListResource_findsApplicationsOfTheGalleryEntryUpToTheLimit(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	for i := range 3 {
		if _, _, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, fmt.Sprintf("GoToMeeting %d", i), ""); err != nil {
			t.Fatal(err)
		}
	}
	_, other, err := env.Sim.Store().Instantiate(store.TemplateGoTo, "GoTo", "")
	if err != nil {
		t.Fatal(err)
	}
	p := env.Protocol()
	for _, test := range []struct {
		config map[string]any
		limit  int64
		want   int
	}{
		{map[string]any{}, 100, 3},
		{map[string]any{}, 2, 2},
		{map[string]any{"gallery_name": "GoTo"}, 100, 1},
	} {
		results, diagnostics := p.List("gotomeeting_application", test.config, true, test.limit)
		if len(diagnostics) > 0 || len(results) != test.want {
			t.Fatalf("%v: %d results, not %d: %v", test.config, len(results), test.want, diagnostics)
		}
		for _, result := range results {
			if len(result.Diagnostics) > 0 || result.Identity["service_principal_id"] != result.Resource["id"] || result.DisplayName != result.Resource["display_name"] {
				t.Errorf("a result is not of one piece: %+v", result)
			}
			if (result.Resource["id"] == other.ID) != (test.config["gallery_name"] == "GoTo") {
				t.Errorf("the application %v is of another gallery entry", result.Resource["display_name"])
			}
		}
	}
	if _, diagnostics := p.List("gotomeeting_application", map[string]any{"gallery_name": ""}, false, 100); !diagnostics.HasError() {
		t.Error("an empty gallery name was accepted")
	}
}
