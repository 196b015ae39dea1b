// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package preview_test

import (
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
)

// TestMain lets the test binary be the provider for the tests that start it as a process.
func TestMain(m *testing.M) { acctest.Main(m) }
