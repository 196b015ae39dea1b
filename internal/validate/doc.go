// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package validate has the attribute validators that several resources share, one rule a file.
package validate
