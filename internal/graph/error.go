// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import "time"

// Error is an answer of Graph outside 2xx, or a write whose outcome is unknown.
type Error struct {
	Method          string
	Path            string // without the query
	StatusCode      int    // 0 when the connection broke before an answer
	Code            string // the most specific code known: of the innermost JSON where the message carries one
	OuterCode       string // error.code as sent
	Message         string // the innermost message; "" when the body had none
	RequestID       string
	ClientRequestID string
	RetryAfter      time.Duration
	Claims          string // the claims challenge of a 401, decoded, "" if none
	// Ambiguous reports that a write may have taken effect although no success was seen.
	Ambiguous bool
	// Err is the transport error behind a broken exchange.
	Err error
}

func (e *Error) Error() string { return e.Code }

// Unwrap returns the transport error, if any.
func (e *Error) Unwrap() error { return e.Err }

// AuthError says why no token could be had.
type AuthError struct {
	Code        string // OAuth error such as invalid_client
	AADSTS      []int  // error_codes, such as 7000215
	Description string // the service's text, without secrets
	TraceID     string
	Err         error
}

func (e *AuthError) Error() string { return e.Description }

// Unwrap returns the cause.
func (e *AuthError) Unwrap() error { return e.Err }

// IsNotFound reports whether err says that the addressed object does not exist: a 404 from Graph.
func IsNotFound(err error) bool { return false }

// IsPermissionDenied reports whether err is a 403, or a 401 that a fresh token did not cure and that carries no claims
// challenge (the synchronization service answers 401 UnknownError for a missing permission).
func IsPermissionDenied(err error) bool { return false }

// IsConflict reports whether err is a 409 or 412.
func IsConflict(err error) bool { return false }

// IsBadRequest reports whether err is a 400.
func IsBadRequest(err error) bool { return false }

// IsAmbiguous reports whether err leaves open whether the write took effect.
func IsAmbiguous(err error) bool { return false }
