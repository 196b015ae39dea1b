// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/provider"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestProvider_sendsTheUserAgentOfTheEnvironment(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	construct := provider.New("1.2.3", provider.WithClock(env.Sim.Clock()), provider.WithGetenv(values{"TF_APPEND_USER_AGENT": "ci/7"}.get))
	p, found := acctest.Configure(t, construct, map[string]any{"tenant_id": env.Sim.TenantID(), "client_id": env.Sim.ClientID(), "client_secret": env.Sim.ClientSecret(),
		"graph_endpoint": env.Sim.GraphURL(), "authority_host": env.Sim.AuthorityURL(), "ca_certificate_file": env.CAFile()})
	if len(found) > 0 {
		t.Fatal(found)
	}
	_, sp, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "Meetings", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, found := p.ReadData("gotomeeting_application", map[string]any{"service_principal_id": sp.ID}); found.HasError() {
		t.Fatal(found)
	}
	requests := env.Sim.Log().Match("GET", "/**")
	if len(requests) == 0 {
		t.Error("there are no requests")
	}
	for _, request := range requests {
		if got := request.Header.Get("User-Agent"); !strings.HasPrefix(got, "terraform-provider-gotomeeting/1.2.3 ") || !strings.HasSuffix(got, " ci/7") {
			t.Errorf("%s came from %q", request.Path, got)
		}
	}
}
