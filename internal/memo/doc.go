// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package memo remembers, within one run of the provider, what was read (Value), what was handed from a plan to the action
// that follows it (Handover), and what was seen or said already (Set). It knows neither Terraform nor a service.
package memo

import "time"

// Clock tells the time.
type Clock interface{ Now() time.Time }
