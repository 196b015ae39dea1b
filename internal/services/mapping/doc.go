// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package mapping manages the attribute mapping of a connection's object type: where each target attribute gets its value
// from, which attributes match accounts to people, which operations run and who is filtered out. The service keeps all of
// it in one schema document for each job, which can only be replaced as a whole; everything here edits that document
// and does not change the rest of it.
package mapping
