// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package application manages the gallery application: the registration and service principal that provisioning hangs on.
package application
