// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package syncstatus reports how provisioning is doing: the data source that shows everything the service says about a
// job's cycles, judged into a state, a list of problems and one Boolean for check blocks.
package syncstatus
