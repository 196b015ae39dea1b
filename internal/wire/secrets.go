// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// Redacted stands where a secret was.
const Redacted = "(redacted)"

// Secrets are texts that must not be shown, should a service repeat them.
type Secrets []string

// leastSecret is the length from which a text is blanked. Shorter ones protect nothing, and stand in every other word.
const leastSecret = 2

// NewSecrets also covers the forms in which the values travel.
func NewSecrets(values ...string) Secrets {
	var s Secrets
	for _, value := range values {
		if len(value) < leastSecret {
			continue
		}
		s = append(s, value)
		forms := []string{url.QueryEscape(value), url.PathEscape(value), base64.StdEncoding.EncodeToString([]byte(value))}
		if quoted, err := json.Marshal(value); err == nil {
			forms = append(forms, string(quoted[1:len(quoted)-1]))
		}
		for _, form := range forms {
			if form != value {
				s = append(s, form)
			}
		}
	}
	slices.SortFunc(s, func(a, b string) int { return len(b) - len(a) }) // a secret may be part of another
	return s
}

// And returns the secrets with more of them.
func (s Secrets) And(values ...string) Secrets {
	both := slices.Concat(s, NewSecrets(values...))
	slices.SortFunc(both, func(a, b string) int { return len(b) - len(a) })
	return both
}

// Blank returns a text without the secrets.
func (s Secrets) Blank(text string) string {
	for _, secret := range s {
		text = strings.ReplaceAll(text, secret, Redacted)
	}
	return text
}
