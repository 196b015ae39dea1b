// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package engine runs the provisioning of the simulated service: it starts, pauses and restarts jobs, lets their cycles
// happen as the simulated time passes, and writes to the accounts of the simulated GoTo, to the job's status and to the
// provisioning log what came of them.
//
// The rules are those that Microsoft documents for Entra's provisioning service; scenarios.md lists them, each with the
// test that guards it. What happens in the target, such as refused domains and used-up licences, is invented.
package engine
