// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package account looks at the people's accounts that exist at GoTo: the data source that lists them, and the preview of
// what provisioning would do with them. It only reads.
//
// GoTo calls a person's record a user, and the customer to which users and licences belong an account. Here, as everywhere
// in this provider, an account is the person's record; attributes about the customer begin with account_.
package account
