// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// errorBody is what the body of a refusal tells.
type errorBody struct{ code, message string }

// readErrorBody reads the shapes that GoTo's services have been seen to answer with, and OAuth's. It reports false for
// what is not JSON; nothing at all is no words, but no page of somebody else either.
func readErrorBody(body []byte) (errorBody, bool) {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return errorBody{}, true
	}
	if !json.Valid(body) {
		return errorBody{}, false
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return errorBody{}, true // JSON of no use
	}
	first := func(names ...string) string {
		for _, name := range names {
			var text string
			if json.Unmarshal(members[name], &text) == nil && text != "" {
				return text
			}
		}
		return ""
	}
	return errorBody{
		code:    first("int_err_code", "error", "errorCode", "code"),
		message: first("msg", "error_description", "message", "description"),
	}, true
}

// newError is the error of an answer outside 2xx, or of an exchange that ended with err.
func newError(where place, a answer, err error, s secrets) *Error {
	body, isJSON := readErrorBody(a.body)
	if err == nil && !isJSON {
		err = errNotJSON
	}
	return &Error{
		Method: where.method, Path: where.path, StatusCode: a.status,
		Code: s.clean(body.code), Message: s.clean(body.message), Err: err,
	}
}

// newSignInError is newError for the token endpoint.
func newSignInError(a answer, err error, s secrets) *SignInError {
	body, isJSON := readErrorBody(a.body)
	if err == nil && !isJSON {
		err = errNotJSON
	}
	return &SignInError{StatusCode: a.status, Code: s.clean(body.code), Description: s.clean(body.message), Err: err}
}

// maxText is how much of a service's text is passed on.
const maxText = 500

const redacted = "(redacted)"

// tidy makes one line of a text and drops what would steer a terminal.
func tidy(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	return text
}

// secrets are texts that must not be shown, should a service repeat them.
type secrets []string

// leastSecret is the length from which a text is blanked. Shorter ones protect nothing, and stand in every other word.
const leastSecret = 4

// newSecrets also covers the forms in which the values travel.
func newSecrets(values ...string) secrets {
	var s secrets
	for _, value := range values {
		if len(value) < leastSecret {
			continue
		}
		s = append(s, value)
		for _, form := range []string{url.QueryEscape(value), url.PathEscape(value), base64.StdEncoding.EncodeToString([]byte(value))} {
			if form != value {
				s = append(s, form)
			}
		}
	}
	slices.SortFunc(s, func(a, b string) int { return len(b) - len(a) }) // a secret may be part of another
	return s
}

// and returns the secrets with more of them.
func (s secrets) and(values ...string) secrets {
	return append(s[:len(s):len(s)], newSecrets(values...)...)
}

// clean returns a service's text as it may be shown.
func (s secrets) clean(text string) string {
	for _, secret := range s {
		text = strings.ReplaceAll(text, secret, redacted)
	}
	return tidy(text)
}

// cleanError returns err itself unless its text shows a secret.
func (s secrets) cleanError(err error) error {
	for _, secret := range s {
		if strings.Contains(err.Error(), secret) {
			return errors.New(s.clean(err.Error()))
		}
	}
	return err
}
