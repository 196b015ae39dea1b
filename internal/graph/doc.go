// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package graph is the Microsoft Graph client of the provider: sign-in, one request pipeline with retry rules that
// never replay a write blindly, typed errors, paging, $batch, and one typed operation for each call the provider
// makes. It knows nothing of Terraform.
//
// # What is retried
//
// The rules are those of package wire. GET, PUT, PATCH, DELETE and POST that only reads may be repeated; any other POST must
// not take effect twice, so that one whose outcome is open is an *Error with Ambiguous. A 404 is repeated only below
// WithReplicationWait, for every method but DELETE. A write that was cut off and then could not be repeated to a definite
// answer is Ambiguous too.
//
// A 401 is answered with one more attempt only if another token may help: a claims challenge gets a token with these
// claims; a token that Graph rejects as such is renewed; any other 401 is how the synchronization service says that a
// permission is missing, and there the token is renewed only if it is not fresh, in case the permission was granted
// since it was issued.
//
// # Signing in
//
// Every method goes through azidentity, whose token requests run through the same exchange, retry and log rules. A
// sign-in is one request, two where a CI system has to be asked for a federated token first: the tenant's endpoints,
// which are fixed, are not asked for. One token serves all calls of a client; it is replaced five minutes before its end,
// and federated tokens are fetched anew for that. A refusal stands for a minute.
//
// All waits are on Options.Clock. The log hook and errors never carry headers, bodies, query values or user names.
package graph
