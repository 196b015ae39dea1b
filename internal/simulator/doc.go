// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package simulator is a stand-in for the services that the provider talks to: sign-in at Entra ID, Microsoft Graph, the
// identity endpoints of build systems, and sign-in and Admin API of GoTo, all served on one loopback address, with a
// store and a provisioning engine behind them. Tests, demonstrations and a user's own pipeline run against it instead of a tenant.
//
// It is a second reading of the services' documentation and shares nothing with the client, so that a mistake in the
// one is not repeated in the other. What the documentation leaves open can be switched (Variants), faults can be
// scripted (Faults), every request is recorded (Log), and time stands still unless somebody moves it (Clock).
//
// The connector, the people and the accounts are invented, and so is what the code calls invented: the services do
// something there, and nobody has written down what.
package simulator
