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

func (c *call) getSecrets() {
	p, ok := c.principal()
	if !ok {
		return
	}
	entries, err := c.s.store.Secrets(p.ID)
	if err != nil {
		c.fail(err, p.ID)
		return
	}
	if ghost, stale := c.s.replica.read(KindSecrets, p.ID); stale {
		entries, _ = ghost.([]store.KeyValue)
	}
	if len(entries) == 0 && c.s.Variants().ErrorsWhenUnconfigured {
		c.syncError(http.StatusNotFound, "SecretsNotFound", "No secrets are stored for this application.")
		return
	}
	for i := range entries {
		if store.IsMasked(entries[i].Key) {
			entries[i].Value = "*"
		}
	}
	c.ok(object{{"@odata.context", c.context(syncSet(p.ID, "secrets"))}, {"value", renderPairs("key", entries)}})
}

func (c *call) putSecrets() {
	p, ok := c.principal()
	if !ok {
		return
	}
	var body struct {
		Value *[]secretDTO `json:"value"`
	}
	if !c.decode(&body) {
		return
	}
	if body.Value == nil {
		c.syncError(http.StatusBadRequest, "InvalidRequestBody", "The secrets must come in a list named value.")
		return
	}
	entries := make([]store.KeyValue, len(*body.Value))
	for i, e := range *body.Value {
		entries[i] = store.KeyValue(e)
	}
	before, err := c.s.store.Secrets(p.ID)
	if err != nil {
		c.fail(err, p.ID)
		return
	}
	variants := c.s.Variants()
	opts := store.SecretOptions{Replace: variants.SecretsReplace}
	if variants.USGovernment {
		opts.Limit = governmentLimit
	}
	if err := c.s.store.PutSecrets(p.ID, entries, opts); err != nil {
		c.failSync(err, p.ID)
		return
	}
	c.s.replica.written(KindSecrets, p.ID, before)
	c.noContent()
}

// acquireAccessToken swaps an authorization code for the tokens of an OAuth connector.
func (c *call) acquireAccessToken() {
	p, ok := c.principal()
	if !ok {
		return
	}
	var body struct {
		Credentials []secretDTO `json:"credentials"`
	}
	if !c.decode(&body) {
		return
	}
	code := ""
	for _, e := range body.Credentials {
		if !store.IsSecretKey(e.Key) {
			c.failSync(&store.UnknownKeyError{Key: e.Key}, p.ID)
			return
		}
		if e.Key == "Oauth2AuthorizationCode" {
			code = e.Value
		}
	}
	if code == "" {
		c.syncError(http.StatusBadRequest, "MissingCredentials", "An authorization code is needed.")
		return
	}
	err := c.s.store.PutSecrets(p.ID, []store.KeyValue{
		{Key: "Oauth2AccessToken", Value: "access-for-" + code},
		{Key: "Oauth2RefreshToken", Value: "refresh-for-" + code},
		{Key: "Oauth2AccessTokenCreationTime", Value: timestamp(c.s.clock.Now())},
	}, store.SecretOptions{})
	c.finishSync(err, p.ID)
}
