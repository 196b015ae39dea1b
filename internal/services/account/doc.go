// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package account lists the accounts that exist at GoTo. It only reads.
//
// GoTo calls a person's record a user, and the customer to which users and licenses belong an account. Here, as everywhere
// in this provider, an account is the person's record; attributes about the customer begin with account_.
package account
