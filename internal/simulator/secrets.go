// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

type secretDTO struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// governmentLimit is how many bytes of credentials and addresses a government cloud stores.
const governmentLimit = 1024

func (c *call) getSecrets(p store.ServicePrincipal) (*reply, error) {
	entries, err := c.s.store.Secrets(p.ID)
	if err != nil {
		return nil, err
	}
	if ghost, stale := c.s.replica.read(KindSecrets, p.ID); stale {
		entries, _ = ghost.([]store.KeyValue)
	}
	if len(entries) == 0 && c.s.Variants().ErrorsWhenUnconfigured {
		return nil, refuseSync(http.StatusNotFound, "SecretsNotFound", "No secrets are stored for this application.")
	}
	for i := range entries {
		if store.IsMasked(entries[i].Key) {
			entries[i].Value = "*"
		}
	}
	return respond(object{{"@odata.context", c.context(syncSet(p.ID, "secrets"))}, {"value", renderPairs("key", entries)}})
}

func (c *call) putSecrets(p store.ServicePrincipal) (*reply, error) {
	var body struct {
		Value *[]secretDTO `json:"value"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.Value == nil {
		return nil, refuseSync(http.StatusBadRequest, "InvalidRequestBody", "The secrets must come in a list named value.")
	}
	entries := make([]store.KeyValue, len(*body.Value))
	for i, e := range *body.Value {
		entries[i] = store.KeyValue(e)
	}
	before, err := c.s.store.Secrets(p.ID)
	if err != nil {
		return nil, err
	}
	variants := c.s.Variants()
	opts := store.SecretOptions{Replace: variants.SecretsReplace}
	if variants.USGovernment {
		opts.Limit = governmentLimit
	}
	if err := c.s.store.PutSecrets(p.ID, entries, opts); err != nil {
		return nil, err
	}
	c.s.replica.written(KindSecrets, p.ID, before)
	return done(nil)
}

// acquireAccessToken swaps an authorization code for the tokens of an OAuth connector.
func (c *call) acquireAccessToken(p store.ServicePrincipal) (*reply, error) {
	var body struct {
		Credentials []secretDTO `json:"credentials"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	code := ""
	for _, e := range body.Credentials {
		if !store.IsSecretKey(e.Key) {
			return nil, &store.UnknownKeyError{Key: e.Key}
		}
		if e.Key == "Oauth2AuthorizationCode" {
			code = e.Value
		}
	}
	if code == "" {
		return nil, refuseSync(http.StatusBadRequest, "MissingCredentials", "An authorization code is needed.")
	}
	return done(c.s.store.PutSecrets(p.ID, []store.KeyValue{
		{Key: "Oauth2AccessToken", Value: "access-for-" + code},
		{Key: "Oauth2RefreshToken", Value: "refresh-for-" + code},
		{Key: "Oauth2AccessTokenCreationTime", Value: timestamp(c.s.clock.Now())},
	}, store.SecretOptions{}))
}
