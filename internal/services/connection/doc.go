// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package connection manages the provisioning connection: the synchronization job of a service principal with the
// administrator's credentials, notification, scope and deletion settings, which the service keeps as "secrets".
package connection
