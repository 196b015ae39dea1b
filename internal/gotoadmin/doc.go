// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package gotoadmin reads the accounts that exist at GoTo, over GoTo's Admin API.
//
// A Client acts for one administrator, who is known by a personal access token of an OAuth client. It only reads. It signs
// in on its first call and keeps the access token until five minutes before its end; a token that is refused is replaced
// once for each request.
//
// All callers of a Client together send at most eight requests in a second. What was throttled (429, 503) is sent again
// after the pause that the service asks for, or else a growing one, at most eight times. So is, at most four times, what
// broke in passing: 408, 500, 502, 504, lost connections and answers that broke off. Repeating is safe, since there are
// only reads and sign-ins. The pauses end with the caller's context.
//
// What GoTo publishes about the API is incomplete, so that the client takes both forms wherever two have been seen: keys as
// text and as numbers, an empty list as no results, as a total of zero and as "not found", and a refused token as 401 and
// as 403.
package gotoadmin
