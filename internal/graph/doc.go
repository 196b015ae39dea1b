// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package graph is the Microsoft Graph client of the provider: sign-in, one request pipeline with retry rules that
// never replay a write blindly, typed errors, paging, $batch, and one typed operation for each call the provider
// makes. It knows nothing of Terraform.
//
// # What is retried
//
// The rules are those of package wire. GET, PUT, PATCH, DELETE and POST that only reads may be repeated; any other POST must
// not take effect twice, so a POST with an unknown outcome is an *Error with Ambiguous. A 404 is repeated only within
// WithReplicationWait, for every method except DELETE. A write that was cut off and then could not be repeated to a definite
// answer is Ambiguous too.
//
// A 401 is answered with one more attempt only if another token may help: a claims challenge gets a token with these
// claims; a token that Graph rejects as such is renewed; with any other 401, the synchronization service reports
// a missing permission, and the token is renewed only if it is not fresh, in case the permission was granted
// since it was issued.
//
// # Signing in
//
// Every method goes through azidentity, whose token requests run through the same exchange, retry and log rules. A
// sign-in is one request, or two if a federated token must first be requested from a CI system: the tenant's
// endpoints are fixed and are not requested. One token serves all calls of a client; it is replaced five minutes before
// it expires, with a new federated token. A refusal is remembered for a minute.
//
// All waits use Options.Clock. The log hook and errors never contain headers, bodies, query values or user names.
package graph
