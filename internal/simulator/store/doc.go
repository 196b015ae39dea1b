// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package store holds the state of the simulated services: a small directory of invented people and groups, the
// application gallery, applications with their assignments and synchronization jobs, and the accounts at the simulated
// GoTo. It is plain Go behind one lock and knows nothing of HTTP; the face that speaks Microsoft Graph is package
// simulator, and the provisioning cycles are package engine.
//
// Every method is safe for concurrent use. Values that are returned are copies: changing them changes nothing in the
// store, the Update methods do that.
package store
