// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

// maxText is how much of a text that is not a Graph error is passed on.
const maxText = 200

// errorBody is what an error answer says, in whichever of the known shapes.
type errorBody struct {
	code      string
	outerCode string
	message   string
	requestID string
}

// wireError is the Graph error object. The synchronization service and older gateways capitalize members; encoding/json
// matches them all the same.
type wireError struct {
	Code       string          `json:"code"`
	Message    string          `json:"message"`
	InnerError *wireInnerError `json:"innerError"`
}

type wireInnerError struct {
	Code       string          `json:"code"`
	Message    string          `json:"message"`
	RequestID  string          `json:"request-id"`
	InnerError *wireInnerError `json:"innerError"`
}

// readErrorBody finds the most specific code and the innermost message of an error answer.
//
// The synchronization endpoints stand before another service and wrap its error, as JSON text, into the message of an
// error whose own code is UnknownError; the layers are peeled as long as there are any.
func readErrorBody(body []byte) errorBody {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return errorBody{}
	}
	outer, ok := decodeError(body)
	if !ok {
		return errorBody{message: foreignText(body)}
	}
	b := errorBody{code: outer.Code, outerCode: outer.Code, message: outer.Message}
	for inner := outer.InnerError; inner != nil; inner = inner.InnerError {
		if inner.Code != "" {
			b.code = inner.Code
		}
		if inner.RequestID != "" && b.requestID == "" {
			b.requestID = inner.RequestID
		}
	}
	for range 4 {
		text := strings.TrimSpace(b.message)
		if !strings.HasPrefix(text, "{") {
			break
		}
		nested, ok := decodeError([]byte(text))
		if !ok {
			break
		}
		b.message = nested.Message
		if nested.Code != "" {
			b.code = nested.Code
		}
		for inner := nested.InnerError; inner != nil; inner = inner.InnerError {
			if inner.Code != "" {
				b.code = inner.Code
			}
			if inner.Message != "" {
				b.message = inner.Message
			}
		}
	}
	b.message = strings.TrimSpace(b.message)
	return b
}

// decodeError reads {"error": {...}}, {"error": "code", "error_description": "..."}, {"Message": "..."} and the bare
// error object.
func decodeError(data []byte) (wireError, bool) {
	var envelope struct {
		Error            json.RawMessage `json:"error"`
		ErrorDescription string          `json:"error_description"`
		wireError
	}
	if err := json.Unmarshal(data, &envelope); err != nil {
		return wireError{}, false
	}
	if len(envelope.Error) == 0 {
		return envelope.wireError, true
	}
	var e wireError
	if json.Unmarshal(envelope.Error, &e) == nil {
		return e, true
	}
	if json.Unmarshal(envelope.Error, &e.Code) == nil {
		return wireError{Code: e.Code, Message: envelope.ErrorDescription}, true
	}
	return wireError{}, false
}

// foreignText says what a body is that no part of Graph wrote: a proxy's page, by its title, a plain sentence. The text itself
// is left out, it may carry anything.
func foreignText(body []byte) string {
	switch body[0] {
	case '{', '[':
		return "the body is not a Graph error"
	case '<':
		text := "the response is an HTML page, not a Graph error"
		lower := bytes.ToLower(body)
		start := bytes.Index(lower, []byte("<title>"))
		if start < 0 {
			return text
		}
		title := body[start+len("<title>"):]
		end := bytes.IndexByte(title, '<')
		if end < 0 {
			return text
		}
		return text + `: "` + shorten(string(title[:end])) + `"`
	}
	return fmt.Sprintf("the response is %d bytes of text, not a Graph error", len(body))
}

func shorten(s string) string {
	s = oneLine(strings.ToValidUTF8(s, "?"))
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "") + "…"
}

// newError is the *Error for an answer outside 2xx.
func newError(method, path string, status int, header http.Header, body []byte, now time.Time) *Error {
	b := readErrorBody(body)
	e := &Error{
		Method:          method,
		Path:            path,
		StatusCode:      status,
		Code:            b.code,
		OuterCode:       b.outerCode,
		Message:         b.message,
		RequestID:       header.Get("request-id"),
		ClientRequestID: header.Get("client-request-id"),
		RetryAfter:      wire.RetryAfter(header, now),
	}
	if e.RequestID == "" {
		e.RequestID = b.requestID
	}
	if e.RequestID == "" {
		e.RequestID = header.Get("x-ms-request-id")
	}
	if status == http.StatusUnauthorized {
		e.Claims = claimsChallenge(header)
	}
	return e
}

// claimsChallenge returns the claims that a 401 demands of the next token, decoded, "" if none.
func claimsChallenge(header http.Header) string {
	for _, challenge := range header.Values("WWW-Authenticate") {
		_, rest, found := strings.Cut(challenge, "claims=")
		if !found {
			continue
		}
		value := rest
		if strings.HasPrefix(rest, `"`) {
			value, _, _ = strings.Cut(rest[1:], `"`)
		} else if end := strings.IndexAny(rest, ", "); end >= 0 {
			value = rest[:end]
		}
		unpadded := strings.TrimRight(value, "=")
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if claims, err := encoding.DecodeString(unpadded); err == nil && json.Valid(claims) {
				return string(claims)
			}
		}
	}
	return ""
}
