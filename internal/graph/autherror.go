// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

// authError makes an *AuthError of a credential's failure of which nothing but the error is known.
func authError(err error, secrets wire.Secrets) *AuthError {
	return (&signInAnswer{}).authError(err, secrets)
}

// authError makes an *AuthError of a failed sign-in. The libraries' errors quote whole answers over many lines, so the
// text comes from the answer itself where there is one.
func (a *signInAnswer) authError(err error, secrets wire.Secrets) *AuthError {
	e := &AuthError{}
	switch {
	case a.assertion != nil:
		e.Description, e.Err = a.assertion.Error(), a.assertion
	case a.status != 0:
		e.fromAnswer(a.status, a.body)
	case a.err != nil:
		e.Description, e.Err = "no response from the sign-in service: "+a.err.Error(), wire.Cause(a.err)
		if refused, ok := errors.AsType[*Error](a.err); ok && refused.StatusCode != 0 {
			e.Description = fmt.Sprintf("the sign-in service answered %d %s: %s", refused.StatusCode, http.StatusText(refused.StatusCode), refused.Err)
		}
	case a.length > 0:
		// The library quotes the whole answer, in which the access token stands.
		e.Description = fmt.Sprintf("the response of the sign-in service, %d bytes, does not contain a token in the expected form", a.length)
	default:
		text := oneLine(err.Error())
		if advice := strings.Index(text, " To troubleshoot, visit "); advice >= 0 {
			text = text[:advice]
		}
		// The library puts the name of its type in front.
		if name, rest, found := strings.Cut(text, ": "); found && strings.Contains(name, "Credential") && !strings.Contains(name, " ") {
			text = rest
			if strings.HasPrefix(name, "AzureCLI") {
				text = "Azure CLI: " + rest
			}
		}
		e.Description, e.Err = text, errors.Unwrap(err)
	}
	e.Description, e.Code, e.TraceID = oneLine(secrets.Blank(e.Description)), secrets.Blank(e.Code), secrets.Blank(e.TraceID)
	if len(e.AADSTS) == 0 {
		e.AADSTS = errorNumbers(e.Description)
	}
	return e
}

// fromAnswer reads an OAuth error.
func (e *AuthError) fromAnswer(status int, body []byte) {
	var wire struct {
		Error            string `json:"error"`
		ErrorDescription string `json:"error_description"`
		ErrorCodes       []int  `json:"error_codes"`
		TraceID          string `json:"trace_id"`
	}
	if json.Unmarshal(body, &wire) != nil || wire.Error == "" {
		e.Description = fmt.Sprintf("the sign-in service answered %d %s", status, http.StatusText(status))
		if text := readErrorBody(body).message; text != "" {
			e.Description += ": " + text
		}
		return
	}
	e.Code, e.AADSTS, e.TraceID = wire.Error, wire.ErrorCodes, wire.TraceID
	e.Description = oneLine(wire.ErrorDescription)
	// The service repeats in the text what it also sends in members of their own.
	for _, repeated := range []string{" Trace ID: ", " Correlation ID: ", " Timestamp: "} {
		if at := strings.Index(e.Description, repeated); at >= 0 {
			e.Description = e.Description[:at]
		}
	}
}

// errorNumbers finds the numbers of Microsoft Entra ID's errors, as in AADSTS50076, in a text.
func errorNumbers(text string) []int {
	var numbers []int
	for {
		_, rest, found := strings.Cut(text, "AADSTS")
		if !found {
			return numbers
		}
		end := 0
		for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
			end++
		}
		if number, err := strconv.Atoi(rest[:end]); err == nil {
			numbers = append(numbers, number)
		}
		text = rest[end:]
	}
}
