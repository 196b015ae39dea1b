// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package engine runs the provisioning cycles of the simulated service: it starts, pauses and restarts jobs, lets their
// cycles happen as the simulated time passes, and records what came of them.
package engine
