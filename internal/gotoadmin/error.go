// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

// OAuth's and GoTo's codes that mean something here.
const (
	codeInvalidClient       = "invalid_client"
	codeInvalidGrant        = "invalid_grant"
	codeUnauthorizedClient  = "unauthorized_client"
	codeUnsupportedGrant    = "unsupported_grant_type"
	codeInvalidTokenOfGoTo  = "InvalidToken"
	codeInvalidTokenOfOAuth = "invalid_token"
)

func isInvalidToken(code string) bool {
	return strings.EqualFold(code, codeInvalidTokenOfGoTo) || strings.EqualFold(code, codeInvalidTokenOfOAuth)
}

// Error is a refusal or failure of the Admin API. It never holds a secret.
type Error struct {
	Method, Path string
	StatusCode   int    // 0 when no answer arrived
	Code         string // the service's int_err_code, "" when there is none
	Message      string // the service's words, "" when there are none
	Err          error  // what went wrong on the way, nil when the service answered
}

// Error tells all of it on one line, and what to do where that is known.
func (e *Error) Error() string {
	text := e.Method + " " + e.Path + ": " + statusText(e.StatusCode, e.Err)
	text += told(e.Code, e.Message, e.Err)
	if advice := e.advice(); advice != "" {
		text += "; " + advice
	}
	return text
}

func (e *Error) advice() string {
	switch {
	case ended(e.Err):
	case isInvalidToken(e.Code):
		return "GoTo's Admin API does not accept the access token that was just issued: check that the endpoint and the " +
			"token endpoint belong to the same service"
	case IsPermissionDenied(e):
		return "the OAuth client needs the scope \"identity:\" (Admin Center), and the owner of the personal access token " +
			"needs a role in the account that can read its users and licenses, such as Super admin"
	case e.StatusCode == http.StatusNotFound:
		return "check the endpoint"
	case e.StatusCode == http.StatusTooManyRequests:
		return "GoTo accepts only a few requests per second; try again later"
	case e.StatusCode >= 300 && e.StatusCode < 400:
		return "the Admin API never redirects: a proxy may require a sign-in, or the endpoint is wrong"
	}
	return remedy(e.Err)
}

// Unwrap returns what went wrong on the way.
func (e *Error) Unwrap() error { return e.Err }

// SignInError is a refusal or failure of the token endpoint. It never holds a secret.
type SignInError struct {
	StatusCode  int    // 0 when no answer arrived
	Code        string // OAuth's error, such as invalid_client or invalid_grant; "" when there is none
	Description string // OAuth's error_description, "" when there is none
	Err         error  // what went wrong on the way, nil when the service answered
}

// Error tells all of it on one line, and what to do where that is known.
func (e *SignInError) Error() string {
	text := "signing in to GoTo: " + statusText(e.StatusCode, e.Err)
	text += told(e.Code, e.Description, e.Err)
	if advice := e.advice(); advice != "" {
		text += "; " + advice
	}
	return text
}

func (e *SignInError) advice() string {
	switch {
	case ended(e.Err):
	case e.Code == codeInvalidClient, e.Code == "" && e.StatusCode == http.StatusUnauthorized:
		return "the client ID or the client secret is wrong, or the OAuth client was deleted"
	case e.Code == codeInvalidGrant:
		return "the personal access token is wrong, expired, or revoked: its owner can create a new one"
	case e.Code == codeUnauthorizedClient, e.Code == codeUnsupportedGrant:
		return "the OAuth client does not have the personal access token grant: enable it in the grant types of the client " +
			"in GoTo's developer portal"
	case e.StatusCode == http.StatusNotFound, e.StatusCode >= 300 && e.StatusCode < 400:
		return "check the token endpoint"
	case e.StatusCode == http.StatusTooManyRequests:
		return "GoTo accepts only a few requests per second; try again later"
	}
	return remedy(e.Err)
}

// isRefusal tells a verdict on the credentials from a failure in passing.
func (e *SignInError) isRefusal() bool {
	switch e.StatusCode {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return true
	}
	return false
}

// Unwrap returns what went wrong on the way.
func (e *SignInError) Unwrap() error { return e.Err }

// AccountChoiceError says that the account to work on is not clear: the administrator looks after several and none was
// chosen, or the chosen one is not among them, or there is none at all.
type AccountChoiceError struct {
	Chosen   string // "" when none was
	Accounts []Account
}

// Error names the accounts that there are.
func (e *AccountChoiceError) Error() string {
	names := make([]string, len(e.Accounts))
	for i, account := range e.Accounts {
		names[i] = account.Key
		if account.Name != "" {
			names[i] = fmt.Sprintf("%s (%s)", account.Key, account.Name)
		}
	}
	list := strings.Join(names, ", ")
	switch {
	case len(e.Accounts) == 0:
		return "the owner of the personal access token does not administer any GoTo account, and needs a role in one"
	case e.Chosen != "":
		return fmt.Sprintf("the administrator does not administer the GoTo account %q, but %s", e.Chosen, list)
	}
	return "the administrator administers several GoTo accounts; choose one by its key: " + list
}

// IsPermissionDenied reports whether the service knows the administrator and refuses: a 403, or a 401 although the access
// token was new. GoTo's APIs do not agree on the two. A token that is not
// accepted as such is not a matter of permission, nor is a proxy's page.
func IsPermissionDenied(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.StatusCode == http.StatusForbidden || e.StatusCode == http.StatusUnauthorized) &&
		!isInvalidToken(e.Code) && !errors.Is(e.Err, wire.ErrNotJSON)
}

// IsNotFound reports whether err is a 404 of the Admin API, not of a proxy before it.
func IsNotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.StatusCode == http.StatusNotFound && !errors.Is(e.Err, wire.ErrNotJSON)
}

// ended reports whether a caller's context is what ended an operation.
func ended(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// remedy is wire.Remedy as a part of a sentence.
func remedy(err error) string {
	text := wire.Remedy(err)
	if text == "" || errors.Is(err, wire.ErrNotJSON) { // which says enough
		return ""
	}
	return strings.ToLower(text[:1]) + strings.TrimSuffix(text[1:], ".")
}

func statusText(status int, err error) string {
	switch {
	case status == 0 && ended(err):
		return "ended before a response arrived"
	case status == 0:
		return "no answer"
	case http.StatusText(status) == "":
		return fmt.Sprint(status)
	}
	return fmt.Sprintf("%d %s", status, http.StatusText(status))
}

// told is what the service said and what went wrong on the way.
func told(code, message string, err error) string {
	var b strings.Builder
	if code != "" {
		b.WriteString(", " + code)
	}
	if message != "" {
		b.WriteString(": " + message)
	}
	if err != nil {
		b.WriteString(": " + tidy(err.Error()))
	}
	return b.String()
}
