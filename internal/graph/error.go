// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Error is an answer of Graph outside 2xx, or a write whose outcome is unknown.
type Error struct {
	Method          string
	Path            string // without the query, user names redacted
	StatusCode      int    // 0 when the connection broke before an answer
	Code            string // the most specific code known: of the innermost JSON where the message carries one
	OuterCode       string // error.code as sent
	Message         string // the innermost message; "" when the body had none
	RequestID       string
	ClientRequestID string
	Needs           Permission // what the operation must be granted
	RetryAfter      time.Duration
	Claims          string // the claims challenge of a 401, decoded, "" if none
	// Ambiguous reports that a write may have taken effect although no success was seen.
	Ambiguous bool
	// Err is what lies behind a broken exchange: the transport error, the end of the context while waiting for a
	// retry, or the *AuthError of a renewal that a 401 made necessary.
	Err error
}

// Error tells all of it on one line.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: ", e.Method, e.Path)
	switch {
	case e.StatusCode == 0:
		b.WriteString("no answer")
	case http.StatusText(e.StatusCode) == "":
		fmt.Fprintf(&b, "%d", e.StatusCode)
	default:
		fmt.Fprintf(&b, "%d %s", e.StatusCode, http.StatusText(e.StatusCode))
	}
	if e.Code != "" {
		b.WriteString(", " + e.Code)
	}
	if e.Message != "" {
		b.WriteString(": " + oneLine(e.Message))
	}
	if e.Err != nil {
		b.WriteString(": " + oneLine(e.Err.Error()))
	}
	if e.Ambiguous {
		b.WriteString("; whether it took effect is unknown")
	}
	if e.RequestID != "" {
		b.WriteString(" (request id " + e.RequestID + ")")
	}
	return b.String()
}

// Unwrap returns what lies behind a broken exchange, if anything.
func (e *Error) Unwrap() error { return e.Err }

// AuthError says why no token could be had.
type AuthError struct {
	Code        string // OAuth error such as invalid_client
	AADSTS      []int  // error_codes, such as 7000215
	Description string // the service's text, without secrets
	TraceID     string
	Method      Method // how it was tried, MethodNone when that is not known
	Err         error
}

func (e *AuthError) Error() string {
	text := "sign-in failed"
	if e.Code != "" {
		text += ", " + e.Code
	}
	if e.Description != "" {
		text += ": " + oneLine(e.Description)
	}
	if e.TraceID != "" {
		text += " (trace id " + e.TraceID + ")"
	}
	return text
}

// Unwrap returns the cause.
func (e *AuthError) Unwrap() error { return e.Err }

// codeNoResource is the directory's code for an object that it does not have.
const codeNoResource = "Request_ResourceNotFound"

// codeNoPremium is the directory's code for a feature that needs a license of Microsoft Entra ID P1 or P2 in the tenant.
const codeNoPremium = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"

// IsLicenseMissing reports whether err says that the tenant lacks the license that the operation needs.
func IsLicenseMissing(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.StatusCode == http.StatusForbidden && e.Code == codeNoPremium
}

// IsNotFound reports whether err says that the addressed object does not exist: a 404 from Graph.
func IsNotFound(err error) bool { return hasStatus(err, http.StatusNotFound) }

// IsUnsupported reports whether err says that the service does without the operation: a 405 or 501. A 404 can say so, too.
func IsUnsupported(err error) bool {
	return hasStatus(err, http.StatusMethodNotAllowed) || hasStatus(err, http.StatusNotImplemented)
}

// IsPermissionDenied reports whether err is a 403, or a 401 that a fresh token did not cure and that carries no claims
// challenge (the synchronization service answers 401 UnknownError for a missing permission). A token that Graph does
// not accept at all is not a matter of permission, nor are credentials that the provisioning target refuses, although
// both come with the same statuses.
func IsPermissionDenied(err error) bool {
	var e *Error
	if !errors.As(err, &e) || targetRefused(e.Code) {
		return false
	}
	switch e.StatusCode {
	case http.StatusForbidden:
		return e.Code != codeNoPremium
	case http.StatusUnauthorized:
		return e.Claims == "" && !tokenRejected(e.Code)
	}
	return false
}

// IsTokenRejected reports whether err is a 401 that says that Graph does not accept the access token as such.
func IsTokenRejected(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.StatusCode == http.StatusUnauthorized && tokenRejected(e.Code)
}

// IsConflict reports whether err is a 409 or 412.
func IsConflict(err error) bool {
	return hasStatus(err, http.StatusConflict) || hasStatus(err, http.StatusPreconditionFailed)
}

// IsBadRequest reports whether err is a 400.
func IsBadRequest(err error) bool { return hasStatus(err, http.StatusBadRequest) }

// IsAmbiguous reports whether err leaves open whether the write took effect.
func IsAmbiguous(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Ambiguous
}

func hasStatus(err error, status int) bool {
	var e *Error
	return errors.As(err, &e) && e.StatusCode == status
}

// tokenRejected reports whether the code of a 401 is about the token itself.
func tokenRejected(code string) bool {
	switch code {
	case "InvalidAuthenticationToken", "Authentication_ExpiredToken", "Authentication_MissingOrMalformed":
		return true
	}
	return false
}

// targetRefused reports whether a code is a connector's verdict on the credentials of the provisioning target; they are
// named {connector}InvalidCredentials.
func targetRefused(code string) bool { return strings.HasSuffix(code, "InvalidCredentials") }

// oneLine folds white space, line breaks included, into single blanks.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Permission is what the caller of an operation must be granted. Every operation of this package declares its own, and an
// Error carries the one of the operation that failed.
type Permission struct {
	// Application lists Microsoft Graph application permissions; all of them are needed.
	Application []string
	// Role is the directory role that gives a signed-in person the same, as the object of "grant". "" if unknown.
	Role string
}

const administrators = "the directory role Cloud Application Administrator or Application Administrator"

// What the operations need. Where several permissions are enough it is the least one that Microsoft's tables name, leaving
// out those that were reported not to be enough.
var (
	// needsNothing is for what a signed-in identity may do without any permission.
	// https://learn.microsoft.com/graph/api/applicationtemplate-list
	needsNothing = Permission{}
	// readsSynchronization covers jobs, schemas and templates.
	// https://learn.microsoft.com/graph/api/synchronization-synchronizationjob-get
	readsSynchronization = Permission{[]string{"Synchronization.Read.All"}, "a custom role with `microsoft.directory/applications/synchronization/standard/read`"}
	// readsLinks covers the links between objects and accounts that a job keeps.
	// https://learn.microsoft.com/graph/api/synchronization-objectconnection-get?view=graph-rest-beta
	readsLinks = Permission{[]string{"SynchronizationMetadata.Read.All"}, administrators}
	// writesSynchronization covers writing jobs, schemas and secrets, what the service is asked to check, and reading secrets,
	// which it may refuse to those who only read.
	// https://learn.microsoft.com/graph/api/synchronization-synchronization-post-jobs
	writesSynchronization = Permission{[]string{"Synchronization.ReadWrite.All"}, administrators}
	// readsApplications covers applications, service principals and their assignments.
	// https://learn.microsoft.com/graph/api/serviceprincipal-get
	readsApplications = Permission{[]string{"Application.Read.All"}, "the directory role Directory Readers"}
	// writesApplications covers instantiating, changing and deleting applications.
	// https://learn.microsoft.com/graph/api/applicationtemplate-instantiate
	writesApplications = Permission{[]string{"Application.ReadWrite.All"}, administrators}
	// writesAssignments needs both permissions.
	// https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto
	writesAssignments = Permission{[]string{"AppRoleAssignment.ReadWrite.All", "Application.Read.All"}, administrators}
	// writesOwners needs both permissions; to own an application is not enough to add another owner.
	// https://learn.microsoft.com/graph/api/application-post-owners
	writesOwners = Permission{[]string{"Application.ReadWrite.All", "Directory.Read.All"}, administrators}
	// readsUsers covers users, deleted ones included.
	// https://learn.microsoft.com/graph/api/user-get
	readsUsers = Permission{[]string{"User.Read.All"}, "the directory role Directory Readers"}
	// readsGroups covers groups and their members, who are named only with the permission to read them, too.
	// https://learn.microsoft.com/graph/api/group-list-members
	readsGroups = Permission{[]string{"User.Read.All", "Group.Read.All"}, "the directory role Directory Readers"}
	// readsLogs covers the provisioning logs.
	// https://learn.microsoft.com/graph/api/provisioningobjectsummary-list
	readsLogs = Permission{[]string{"ProvisioningLog.Read.All"}, "the directory role Reports Reader or Security Reader"}
)
