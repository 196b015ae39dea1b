// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package providerdata

import (
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
)

// NoGoToError says why there is no client of GoTo's Admin API: credentials that neither the provider block nor the
// environment gives.
type NoGoToError struct {
	Given   []string // attributes of `goto`; none when GoTo is not configured at all
	Missing []string // attributes of `goto`
}

func (e *NoGoToError) Error() string {
	return "the provider's GoTo credentials lack " + strings.Join(e.Missing, ", ")
}

// GoToCredentials are the attributes of `goto` without which nobody signs in to GoTo.
func GoToCredentials() []string {
	return []string{"client_id", "client_secret", "personal_access_token"}
}

// GoToClient returns the client of GoTo's Admin API, the same one on every call; it signs in on its first request. When
// credentials are missing the error is a *NoGoToError.
func (d *Data) GoToClient() (*gotoadmin.Client, error) {
	if d.GoTo == nil {
		return nil, &NoGoToError{Missing: GoToCredentials()}
	}
	return d.GoTo()
}
