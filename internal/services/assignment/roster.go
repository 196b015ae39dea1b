// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/roster"
)

type rosterKey struct{}

// rosterOf returns the roster that the objects of this package share in one Configure.
func rosterOf(data *providerdata.Data) *roster.Roster {
	return providerdata.Shared(data, rosterKey{}, func() *roster.Roster {
		r := roster.New(data.Graph)
		r.OnlyCounts = !data.Impact.ListsPeople()
		return r
	})
}
