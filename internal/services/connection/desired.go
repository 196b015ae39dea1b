// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// desired is the state that one write should result in.
type desired struct {
	// settings are those that are always written, by attribute.
	settings map[string]any
	// plain are other readable values by key; "" removes the key.
	plain map[string]string
	// secret are values that the service masks on read, by key.
	secret map[string]string
	// secretFrom is the attribute to blame when the target refuses them.
	secretFrom string
	// withheld says that a seed is omitted, so the connection test does not get everything that it needs.
	withheld bool
}

// toDesired is what the configuration requests. m must be the plan with the write-only values of the configuration
// filled in; prior is the state, for the settings that are no longer wanted.
func (m model) toDesired(prior *model) desired {
	want := desired{settings: map[string]any{}, plain: map[string]string{}, secret: map[string]string{}}
	seeding := prior == nil || !m.CredentialsWOVersion.Equal(prior.CredentialsWOVersion)
	for _, a := range managedAttributes {
		if a.always() {
			want.settings[a.attribute] = toPlain(m.value(a.attribute))
			continue
		}
		if prior != nil && a.kind == setting {
			for key := range a.entries(*prior) {
				if !renewed(key) {
					want.plain[key] = ""
				}
			}
		}
		for key, value := range a.entries(m) {
			if renewed(key) && !seeding {
				want.withheld = true
				continue
			}
			if a.kind != secret {
				want.plain[key] = value.ValueString()
				continue
			}
			want.secret[key] = value.ValueString()
			if want.secretFrom == "" {
				want.secretFrom = a.attribute
			}
		}
	}
	return want
}

// target is where the connection of the configuration signs in, nil where that is not known yet.
func (m model) target() graph.Target {
	if m.ConnectorSettings.IsUnknown() || m.CredentialsWO.IsUnknown() {
		return nil
	}
	var pairs []graph.KeyValue
	for _, a := range managedAttributes {
		if a.key != "" {
			continue
		}
		for key, value := range a.entries(m) {
			if graph.IsAddress(key) && value.IsUnknown() {
				return nil
			}
			pairs = append(pairs, graph.KeyValue{Key: key, Value: value.ValueString()})
		}
	}
	return graph.TargetOf(pairs)
}

// credentials are the values that the connection test signs in with, or nil when none are managed here.
func (d desired) credentials() []graph.KeyValue {
	given := maps.Clone(d.plain)
	maps.Copy(given, d.secret)
	var result []graph.KeyValue
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if given[key] != "" {
			result = append(result, graph.KeyValue{Key: key, Value: given[key]})
		}
	}
	return result
}

// governmentLimit is how many bytes the US Government clouds keep for all credentials together with the addresses.
// https://learn.microsoft.com/entra/identity/app-provisioning/known-issues
const governmentLimit = 1024

func (d desired) refuseOversize() diag.Diagnostics {
	email, _ := d.settings["notification_email"].(string)
	total := len(email)
	for _, pair := range d.credentials() {
		total += len(pair.Value)
	}
	if total <= governmentLimit {
		return nil
	}
	return diag.Diagnostics{diag.NewErrorDiagnostic("Credentials too long for this cloud",
		fmt.Sprintf("In the US Government clouds, the total size of all credentials and the notification address is limited to %d bytes; these have %d. Use a shorter password, user name, or address.",
			governmentLimit, total))}
}
