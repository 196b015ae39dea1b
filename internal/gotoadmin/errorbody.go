// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"unicode"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
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

// newError is the error of an answer to a GET outside 2xx, or of one that ended with err.
func newError(path string, a wire.Answer, err error, s wire.Secrets) *Error {
	body, err := readAnswer(a, err, s)
	return &Error{Method: http.MethodGet, Path: path, StatusCode: a.Status, Code: body.code, Message: body.message, Err: err}
}

// newSignInError is newError for the token endpoint.
func newSignInError(a wire.Answer, err error, s wire.Secrets) *SignInError {
	body, err := readAnswer(a, err, s)
	return &SignInError{StatusCode: a.Status, Code: body.code, Description: body.message, Err: err}
}

// readAnswer returns what an answer says and what went wrong on the way, as they may be shown.
func readAnswer(a wire.Answer, err error, s wire.Secrets) (errorBody, error) {
	body, isJSON := readErrorBody(a.Body)
	if err == nil && !isJSON {
		err = wire.ErrNotJSON
	}
	return errorBody{code: clean(body.code, s), message: clean(body.message, s)}, cleanError(err, s)
}

// maxText is how much of a service's text is passed on.
const maxText = 500

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

// clean returns a service's text as it may be shown.
func clean(text string, s wire.Secrets) string { return tidy(s.Blank(text)) }

// cleanError returns err, of a broken exchange its cause, unless its text shows a secret.
func cleanError(err error, s wire.Secrets) error {
	if err = wire.Cause(err); err == nil || s.Blank(err.Error()) == err.Error() {
		return err
	}
	return errors.New(clean(err.Error(), s))
}

// cleanLog returns log without the secrets that a transport's error may show.
func cleanLog(log func(context.Context, wire.Exchange), s wire.Secrets) func(context.Context, wire.Exchange) {
	if log == nil {
		return nil
	}
	return func(ctx context.Context, e wire.Exchange) {
		e.Err = cleanError(e.Err, s)
		log(ctx, e)
	}
}
