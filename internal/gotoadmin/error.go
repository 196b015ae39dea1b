// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import "fmt"

// Error is a refusal or failure of the Admin API.
type Error struct {
	Method, Path string
	StatusCode   int    // 0 when no answer arrived
	Code         string // the service's int_err_code, "" when there is none
	Message      string // the service's words, "" when there are none
	Err          error  // what went wrong on the way, nil when the service answered
}

func (e *Error) Error() string { return fmt.Sprintf("%s %s: HTTP %d", e.Method, e.Path, e.StatusCode) }

// Unwrap returns what went wrong on the way.
func (e *Error) Unwrap() error { return e.Err }

// SignInError is a refusal or failure of the token endpoint. It never holds a secret.
type SignInError struct {
	StatusCode  int    // 0 when no answer arrived
	Code        string // OAuth's error, such as invalid_client or invalid_grant; "" when there is none
	Description string // OAuth's error_description, "" when there is none
	Err         error
}

func (e *SignInError) Error() string { return "signing in to GoTo: " + e.Code }

// Unwrap returns what went wrong on the way.
func (e *SignInError) Unwrap() error { return e.Err }

// AccountChoiceError says that the account to work on is not clear: the administrator looks after several and none was
// chosen, or the chosen one is not among them.
type AccountChoiceError struct {
	Chosen   string // "" when none was
	Accounts []Account
}

func (e *AccountChoiceError) Error() string { return "which account is not clear" }

// IsPermissionDenied reports whether the service knows the administrator and refuses.
func IsPermissionDenied(err error) bool { return false }
