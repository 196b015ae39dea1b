// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import (
	"context"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

type tokenOf struct{ sim *simulator.Server }

func (c tokenOf) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: c.sim.AccessToken(), ExpiresOn: c.sim.Clock().Now().Add(time.Hour)}, nil
}

func newGallery(t *testing.T, entries ...store.GalleryTemplate) *graph.Client {
	t.Helper()
	sim, err := simulator.New(simulator.Options{Empty: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	for _, entry := range entries {
		sim.Store().AddGalleryTemplate(entry)
	}
	client, err := graph.New(graph.Options{Endpoint: sim.GraphURL(), Credential: tokenOf{sim}, HTTPClient: sim.Client(), Clock: sim.Clock()})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestFindTemplate(t *testing.T) {
	t.Parallel()
	const (
		first  = "5a5a0001-0000-4000-8000-00000000ff01"
		second = "5a5a0001-0000-4000-8000-00000000ff02"
		third  = "5a5a0001-0000-4000-8000-00000000ff03"
		fourth = "5a5a0001-0000-4000-8000-00000000ff04"
		none   = "5a5a0001-0000-4000-8000-00000000ff0f"
	)
	sync := []string{"sync"}
	client := newGallery(t,
		store.GalleryTemplate{ID: first, DisplayName: "Twin", Publisher: "Example Ltd"},
		store.GalleryTemplate{ID: second, DisplayName: "Twin", Publisher: "Example Ltd", ProvisioningTypes: sync},
		store.GalleryTemplate{ID: third, DisplayName: "Pair's end", Publisher: "Example Ltd", ProvisioningTypes: sync},
		store.GalleryTemplate{ID: fourth, DisplayName: "Pair's end", Publisher: "Other Ltd", ProvisioningTypes: sync},
	)
	for _, tt := range []struct {
		name       string
		gallery    string
		templateID string
		want       string // id
		wantError  string // attribute: summary: detail
	}{
		{name: "neither is given", want: store.TemplateGoToMeeting},
		{name: "by name", gallery: "GoTo", want: store.TemplateGoTo},
		{name: "by id", templateID: store.TemplateGoTo, want: store.TemplateGoTo},
		{name: "by both", gallery: "GoTo", templateID: store.TemplateGoTo, want: store.TemplateGoTo},
		{name: "one that cannot provision is found all the same", gallery: "Example Wiki", want: store.TemplateWiki},
		{name: "the only one of that name that can provision", gallery: "Twin", want: second},
		{
			name: "unknown name", gallery: "GoToMeetings",
			wantError: "gallery_name: No such gallery application: The application gallery of this cloud has no application named \"GoToMeetings\". Gallery names are spelled exactly as the portal shows them; " +
				"few gallery applications exist in the national clouds.",
		},
		{
			name: "wrong case", gallery: "gotomeeting",
			wantError: "gallery_name: Gallery name is spelled differently: The gallery has no application named \"gotomeeting\", but one named \"GoToMeeting\". Use that spelling.",
		},
		{
			name: "wrong case of several", gallery: "PAIR'S END",
			wantError: "gallery_name: Several gallery applications have this name: 2 gallery applications are named \"PAIR'S END\". Set `application_template_id` to the id of the intended one:\n" +
				"- " + third + " (Pair's end, publisher Example Ltd)\n- " + fourth + " (Pair's end, publisher Other Ltd)",
		},
		{
			name: "several that can provision", gallery: "Pair's end",
			wantError: "gallery_name: Several gallery applications have this name: 2 gallery applications are named \"Pair's end\". Set `application_template_id` to the id of the intended one:\n" +
				"- " + third + " (Pair's end, publisher Example Ltd)\n- " + fourth + " (Pair's end, publisher Other Ltd)",
		},
		{
			name: "unknown id", templateID: none,
			wantError: "application_template_id: No such gallery application: The gallery has no application with the id \"" + none + "\". Set `gallery_name` to the name of the gallery entry instead.",
		},
		{
			name: "name and id disagree", gallery: "GoToMeeting", templateID: store.TemplateGoTo,
			wantError: "gallery_name: Gallery name and template id disagree: `application_template_id` is the id of \"GoTo\", but `gallery_name` is \"GoToMeeting\". Make them agree, or omit one.",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, diags := findTemplate(t.Context(), client, tt.gallery, tt.templateID)
			if diff := cmp.Diff(tt.wantError, flat(diags)); diff != "" {
				t.Fatalf("error (-want +got):\n%s", diff)
			}
			if tt.want != got.ID && tt.wantError == "" {
				t.Errorf("got %s, want %s", got.ID, tt.want)
			}
		})
	}
}

// flat writes diagnostics as "attribute: summary: detail".
func flat(diags diag.Diagnostics) string {
	text := ""
	for _, d := range diags {
		if at, ok := d.(diag.DiagnosticWithPath); ok {
			text += at.Path().String() + ": "
		}
		text += d.Summary() + ": " + d.Detail()
	}
	return text
}

func TestWarnDeleted_namesTheOneOfTheSameGalleryEntry(t *testing.T) {
	deleted := []graph.DeletedObject{
		{ID: "other", DisplayName: "Meetings", ApplicationTemplateID: "AAAA", DeletedDateTime: "2030-01-01T00:00:00Z"},
		{ID: "same", DisplayName: "Meetings", ApplicationTemplateID: "BBBB", DeletedDateTime: "2030-01-02T00:00:00Z"},
	}
	want := "display_name: A deleted application has the same name: The tenant's recycle bin contains an application named \"Meetings\" (deleted 2030-01-02T00:00:00Z). This plan creates a new one. " +
		"If you want the old one back with its settings, restore it within 30 days of its deletion (Microsoft Graph `POST /directory/deletedItems/same/restore`) and import it."
	if diff := cmp.Diff(want, flat(warnDeleted(deleted, "bbbb"))); diff != "" {
		t.Errorf("warning (-want +got):\n%s", diff)
	}
	if got := warnDeleted(deleted[:1], "bbbb"); got != nil {
		t.Errorf("an application of another gallery entry is mentioned: %v", got)
	}
}
