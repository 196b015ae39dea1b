// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package roster is who holds which app role of an application: reading it, changing it by thousands, and what speaks
// for or against a change. It knows nothing of Terraform.
//
// A Roster is what one run shares. Its Application is the one view of a service principal: the roles are read once, and the
// assignments come from one Listing that everybody shares, so that refreshing a thousand of them costs a few pages. What
// is to change is said by assignment Key; Assign writes one, Converge a whole set. Changes and Losses say what a change
// does before it is made.
//
// Errors are those of the Graph client (and answer to its predicates) unless a function says otherwise.
package roster
