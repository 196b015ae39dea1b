// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package forecast tells, while Terraform plans, what the changes of a run do to people's accounts. Each resource that is planned
// makes a [Proposal]; [Of] is the [Forecast] that all of one provider configuration share. It reads today's setup and the people
// whom the proposals concern once, has package impact compare them, and answers each proposal with one warning about its own
// change, or with an error where all proposals together go beyond the limits of the provider block. It also writes the report.
package forecast
