// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package forecast reports, while Terraform plans, what the changes of a run do to people's accounts. Each planned resource
// makes a [Proposal]; [Of] is the [Forecast] that all resources of one provider configuration share. It reads the current
// setup and the people concerned once, lets package impact compare them, and returns one warning for each proposal about
// its own change, or an error if all proposals together exceed the limits of the provider block. It also writes the report.
package forecast
