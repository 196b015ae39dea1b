// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package gotoadmin reads the accounts that exist at GoTo, over GoTo's Admin API.
//
// A Client acts for one administrator, who is known by a personal access token of an OAuth client. It only reads. It signs
// in on its first call, keeps the access token while it lasts, stays below the service's ten requests in a second, and
// repeats what was throttled or failed in passing.
//
// What GoTo publishes about the API is incomplete, so that the client takes both forms wherever two have been seen: keys as
// text and as numbers, an empty list as no results, as a total of zero and as "not found", and a refused token as 401 and
// as 403.
package gotoadmin
