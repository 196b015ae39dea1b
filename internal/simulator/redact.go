// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/url"
	"slices"
	"strings"
)

// redacted takes the place of GoTo's secrets in the log. Access tokens stay: they end by themselves, and tests look for
// them where they must not be.
const redacted = "(redacted)"

// redact takes the secrets out of the record of a request to GoTo: at the token endpoint whatever is not known to be
// harmless, so that a mistyped secret is not kept either, and elsewhere the secrets that are known, which a client may
// have sent by mistake. Requests to others are left alone: there a secret of GoTo is a fault that tests want to see.
func (a *gotoAuthority) redact(r *Request) {
	if !isGoTo(r.Path) {
		return
	}
	if r.Path == gotoTokenPath {
		form, _ := url.ParseQuery(string(r.Body)) // what is not a form has no harmless fields
		r.Query, r.Body = redactForm(r.Query), []byte(redactForm(form).Encode())
	}
	known := a.secrets()
	for name, values := range r.Header {
		for i, value := range values {
			switch {
			case name == "Authorization" && strings.HasPrefix(value, "Basic "):
				values[i] = "Basic " + redacted
			case name == "Authorization" && r.Path == gotoTokenPath:
				values[i] = redacted
			default:
				values[i] = redactText(value, known)
			}
		}
	}
	for _, values := range r.Query {
		for i, value := range values {
			values[i] = redactText(value, known)
		}
	}
	r.Path, r.Body = redactText(r.Path, known), []byte(redactText(string(r.Body), known))
}

// redactAnswer takes the secrets out of the record of an answer of GoTo; new refresh tokens are such.
func (a *gotoAuthority) redactAnswer(requestPath string, body []byte) []byte {
	if !isGoTo(requestPath) {
		return body
	}
	return []byte(redactText(string(body), a.secrets()))
}

// redactForm keeps the values of the fields that are not secret, the names of those that are, and nothing of others.
func redactForm(form url.Values) url.Values {
	harmless := url.Values{}
	for name, values := range form {
		switch name {
		case "grant_type", "scope", "client_id":
			harmless[name] = values
		case "pat", "refresh_token", "client_secret", "code", "password":
			harmless.Set(name, redacted)
		default:
			harmless.Set(redacted, redacted)
		}
	}
	return harmless
}

func redactText(text string, secrets []string) string {
	for _, secret := range secrets {
		text = strings.ReplaceAll(text, secret, redacted)
	}
	return text
}

// secrets returns what must not be recorded, as it is and as forms and addresses spell it.
func (a *gotoAuthority) secrets() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var secrets []string
	add := func(secret string) {
		if secret == "" {
			return
		}
		secrets = append(secrets, secret, url.QueryEscape(secret), url.PathEscape(secret))
	}
	for _, c := range a.clients {
		add(c.Secret)
	}
	for token := range a.personal {
		add(token)
	}
	for token := range a.refresh {
		add(token)
	}
	// The longest first, so that nothing is left of one that contains another.
	slices.SortFunc(secrets, func(x, y string) int { return len(y) - len(x) })
	return secrets
}
