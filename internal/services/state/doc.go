// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package state switches provisioning on and off, restarts it, and waits for its first cycle. Its resource comes last in
// a configuration, after mappings and assignments, and is destroyed first.
package state
