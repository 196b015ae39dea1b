// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// setScope stores the connection's scope.
func (c *connected) setScope(all string) {
	c.t.Helper()
	if err := c.Sim.Store().PutSecrets(c.job.ServicePrincipalID, []store.KeyValue{{Key: "SyncAll", Value: all}}, store.SecretOptions{}); err != nil {
		c.t.Fatal(err)
	}
}

// upToStatus drops the machine facts that differ between runs.
func upToStatus(texts []string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		before, _, cut := strings.Cut(text, "HTTP status: ")
		if cut {
			text = before + "HTTP status: " + text[len(before)+len("HTTP status: "):][:3]
		}
		out[i] = text
	}
	return out
}
