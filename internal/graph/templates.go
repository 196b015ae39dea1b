// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// SyncTemplate is a provisioning connector that a service principal offers.
type SyncTemplate struct {
	ID            string
	ApplicationID string
	Default       bool
	FactoryTag    string
	// ConfigurationFields are the secret keys that the connector asks for, spelled as the service accepts them on write
	// where the name is a known key. Nil when the template does not tell.
	ConfigurationFields []ConfigurationField
	OAuthEnabled        bool
	Metadata            map[string]string // keys in lowercase; the first of duplicates
}

// ConfigurationField is one secret or setting that a connector asks for.
type ConfigurationField struct {
	Name         string // exact spelling of the synchronizationSecret key; as sent when it is not a known one
	Known        bool   // whether Name is a member of synchronizationSecret
	Secret       bool
	Optional     bool
	Hidden       bool
	ReadOnly     bool
	DefaultValue string
}

// SecretKey returns the spelling under which the service accepts a secret key, found without regard to case.
func SecretKey(name string) (key string, known bool) {
	for _, key := range SecretKeys {
		if strings.EqualFold(key, name) {
			return key, true
		}
	}
	return name, false
}

// ListSyncTemplates returns the connectors that a service principal offers, without their schemas; empty when it has
// none, which the service may also answer with 404. IsNotFound(err) when the directory does not have the service principal.
func (c *Client) ListSyncTemplates(ctx context.Context, servicePrincipalID string) ([]SyncTemplate, error) {
	templates, err := c.syncTemplates(ctx, servicePrincipalID)
	if !IsNotFound(err) {
		return templates, err
	}
	// Which code a 404 carries is not documented; only the directory knows whether the service principal exists.
	_, err = c.GetServicePrincipal(ctx, servicePrincipalID)
	return nil, err
}

// How long a new service principal is given to offer a connector: the synchronization service hears of it later than the
// directory, and one that it knows may have nothing to offer for a moment.
const (
	templatesKnown = 2 * time.Minute  // while the service answers 404
	templatesShown = 15 * time.Second // while it answers with an empty list
)

// AwaitSyncTemplates is ListSyncTemplates for a service principal that may have been made moments ago: IsNotFound(err) when
// the synchronization service does not answer for it within two minutes.
func (c *Client) AwaitSyncTemplates(ctx context.Context, servicePrincipalID string) (templates []SyncTemplate, err error) {
	begin := c.clock.Now()
	err = c.Poll(ctx, "the application's connectors", func(ctx context.Context) (bool, string, error) {
		var err error
		templates, err = c.syncTemplates(ctx, servicePrincipalID)
		waited := c.clock.Now().Sub(begin)
		switch {
		case IsNotFound(err) && waited < templatesKnown:
			return false, "not found", nil
		case err == nil && len(templates) == 0 && waited < templatesShown:
			return false, "none", nil
		}
		return err == nil, "", err
	})
	return templates, err
}

func (c *Client) syncTemplates(ctx context.Context, servicePrincipalID string) ([]SyncTemplate, error) {
	// Each template carries its whole default schema unless the service honors the selection.
	return listWith[SyncTemplate](ctx, c,
		call{method: http.MethodGet, path: syncPath(servicePrincipalID, "templates"), needs: readsSynchronization, mayBeNone: true},
		query("$select", "id,applicationId,default,discoverable,factoryTag,metadata"))
}

// UnmarshalJSON reads the template and, from its metadata, the fields that the connector asks for. Metadata keys come
// in varying case and sometimes twice.
func (t *SyncTemplate) UnmarshalJSON(data []byte) error {
	var wire struct {
		ID            string `json:"id"`
		ApplicationID string `json:"applicationId"`
		Default       bool   `json:"default"`
		FactoryTag    string `json:"factoryTag"`
		Metadata      []struct {
			Key   string `json:"key"`
			Value string `json:"value"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*t = SyncTemplate{
		ID: wire.ID, ApplicationID: wire.ApplicationID, Default: wire.Default, FactoryTag: wire.FactoryTag,
		Metadata: make(map[string]string, len(wire.Metadata)),
	}
	for _, entry := range wire.Metadata {
		key := strings.ToLower(entry.Key)
		if _, double := t.Metadata[key]; !double {
			t.Metadata[key] = entry.Value
		}
	}
	t.OAuthEnabled = strings.EqualFold(t.Metadata["isoauthenabled"], "true")
	t.ConfigurationFields = configurationFields(t.Metadata["configurationfields"])
	return nil
}

// configurationFields reads the JSON text that names what a connector asks for; nil if it cannot be read.
func configurationFields(text string) []ConfigurationField {
	var wire []struct {
		Name         string    `json:"name"`
		Secret       flag      `json:"secret"`
		Optional     flag      `json:"optional"`
		Hidden       flag      `json:"hidden"`
		ReadOnly     flag      `json:"readOnly"`
		DefaultValue looseText `json:"defaultValue"`
	}
	if json.Unmarshal([]byte(text), &wire) != nil {
		return nil
	}
	fields := make([]ConfigurationField, 0, len(wire))
	for _, w := range wire {
		key, known := SecretKey(w.Name)
		fields = append(fields, ConfigurationField{
			Name: key, Known: known, Secret: bool(w.Secret), Optional: bool(w.Optional), Hidden: bool(w.Hidden), ReadOnly: bool(w.ReadOnly),
			DefaultValue: string(w.DefaultValue),
		})
	}
	return fields
}
