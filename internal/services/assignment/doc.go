// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package assignment manages who holds which app role of an application: one assignment, the authoritative whole set,
// a data source and a list.
//
// Everything here reads through one view of a service principal for each Configure: its roles are read once, and its
// assignments come from one listing that all instances share, so refreshing a thousand of them costs a few pages.
package assignment
