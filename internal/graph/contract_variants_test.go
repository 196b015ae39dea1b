// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

// The service is not known in every point; the client copes with either reading.

func TestClient_takesErrorsForNothingSetUp(t *testing.T) {
	n := newTenant(t, func(o *simulator.Options) { o.Variants.ErrorsWhenUnconfigured = true })
	_, principal := n.application(t)
	if secrets, err := n.GetSecrets(t.Context(), principal.ID); err != nil || len(secrets) != 0 {
		t.Errorf("secrets %v, %v", secrets, err)
	}
	n.sim.SetVariants(func(v *simulator.Variants) { v.NoTemplate = true })
	if templates, err := n.ListSyncTemplates(t.Context(), principal.ID); err != nil || len(templates) != 0 {
		t.Errorf("templates %v, %v", templates, err)
	}
	if _, err := n.ListSyncTemplates(t.Context(), missingID); !graph.IsNotFound(err) {
		t.Errorf("error %v", err)
	}
}

func TestClient_readsAnOAuthConnector(t *testing.T) {
	n := newTenant(t, func(o *simulator.Options) { o.Variants.Generation = "authorization" })
	_, principal := n.application(t)
	templates, err := n.ListSyncTemplates(t.Context(), principal.ID)
	if err != nil || len(templates) != 1 {
		t.Fatalf("templates %v, %v", templates, err)
	}
	want := []graph.ConfigurationField{{Name: "Oauth2AccessToken", Known: true, Secret: true, Hidden: true}}
	if diff := cmp.Diff(want, templates[0].ConfigurationFields); diff != "" || !templates[0].OAuthEnabled {
		t.Errorf("template %+v\n%s", templates[0], diff)
	}
}

func TestClient_readsTheInnermostError(t *testing.T) {
	n := newTenant(t, func(o *simulator.Options) { o.Variants.USGovernment = true })
	principal, ref := n.connection(t)
	for _, test := range []struct {
		name string
		call func() error
	}{
		{"too many bytes of secrets", func() error {
			return n.PutSecrets(t.Context(), principal.ID, []graph.KeyValue{{Key: "Password", Value: strings.Repeat("geheim", 200)}})
		}},
		{"unknown template", func() error { _, err := n.CreateJob(t.Context(), principal.ID, "nothing"); return err }},
		{"no schema of ours", func() error { return n.PutSchema(t.Context(), ref, &graph.Schema{}) }},
	} {
		err := test.call()
		if test.name == "no schema of ours" {
			if err == nil {
				t.Errorf("%s: no error", test.name)
			}
			continue
		}
		e, ok := errors.AsType[*graph.Error](err)
		if !ok || e.OuterCode != "UnknownError" || e.Code == e.OuterCode || e.Code == "" || strings.Contains(e.Message, "{") || e.RequestID == "" ||
			e.ClientRequestID == "" || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %+v", test.name, err)
		}
	}
}

func TestClient_paceIsTheDirectorysQuota(t *testing.T) {
	n := newTenant(t, func(o *simulator.Options) { o.Quota = simulator.Quota{Units: 50} })
	began := n.sim.Clock().Now()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 25 {
				if _, err := n.ListGroupMembers(t.Context(), groupMeetings); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if waited := n.sim.Clock().Now().Sub(began); waited < 10*time.Second {
		t.Errorf("200 requests within %s", waited)
	}
}
