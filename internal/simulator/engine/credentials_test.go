// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func (w *world) generation(g store.Generation) {
	w.t.Helper()
	w.ok(w.store.UpdateConnector(store.ConnectorGoToMeeting, func(c *store.Connector) { c.Generate(g) }))
}

func TestCredentials_tokensAreRenewedAtEachCycle(t *testing.T) {
	for generation, pairs := range map[store.Generation][]string{
		store.ByAuthorization:     {"Oauth2RefreshToken", "refresh-for-seed"},
		store.ByClientCredentials: {"Oauth2ClientId", store.TargetClientID, "Oauth2ClientSecret", store.TargetClientSecret, "Oauth2TokenExchangeUri", store.TokenExchangeURI, "BaseAddress", store.TenantURL},
	} {
		t.Run(string(generation), func(t *testing.T) {
			w := newWorld(t)
			w.generation(generation)
			w.ok(w.store.UpdateJob(w.app, w.id, func(j *store.Job) { j.Generation = generation }))
			w.secret("Oauth2AccessToken", store.SeedToken)
			w.secret(pairs...)
			w.start()
			first := w.store.Secret(w.app, "Oauth2AccessToken")
			w.next()
			second := w.store.Secret(w.app, "Oauth2AccessToken")
			if first == store.SeedToken || second == first || w.job().Status.Quarantine != nil {
				t.Errorf("tokens %q and %q, quarantine %v", first, second, w.job().Status.Quarantine)
			}
			if at := w.store.Secret(w.app, "Oauth2AccessTokenCreationTime"); at == "" || at > w.clock.Now().Format(time.RFC3339) {
				t.Errorf("created at %q", at)
			}
			w.secret("Oauth2AccessToken", store.SeedToken)
			w.next()
			if q := w.job().Status.Quarantine; q == nil || q.Error.Code != "GoToMeetingInvalidCredentials" {
				t.Errorf("with the seed again: quarantine %v", q)
			}
		})
	}
}

func TestCredentials_aJobOutlivesTheChangeOfItsTemplate(t *testing.T) {
	w := newWorld(t)
	w.start()
	w.generation(store.ByToken)
	w.next()
	if q := w.job().Status.Quarantine; q != nil {
		t.Errorf("quarantine %v", q)
	}
	w.secret("Password", "wrong")
	w.next()
	if w.job().Status.Quarantine == nil {
		t.Error("a wrong password still works")
	}
	w.secret("BaseAddress", store.TenantURL, "SecretToken", store.SecretToken)
	w.ok(w.Start(w.app, w.id))
	w.next()
	if q := w.job().Status.Quarantine; q != nil {
		t.Errorf("with what the template asks for now: quarantine %v", q)
	}
}
