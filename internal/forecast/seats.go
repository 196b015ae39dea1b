// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package forecast

import (
	"context"
	"fmt"
	"slices"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// productMeeting is GoTo Meeting among the products that a license is for.
const productMeeting = "G2M"

// Seats are the seats of the licenses for GoTo Meeting.
type Seats struct {
	Free  int64 `json:"free"`
	Total int64 `json:"total"`
}

// readSeats reads the seats, nil if they cannot be read.
func readSeats(ctx context.Context, data *providerdata.Data) *Seats {
	licenses, err := data.Customer().Licenses(ctx)
	if err != nil {
		return nil
	}
	seats := &Seats{}
	for _, l := range licenses {
		if l.Enabled && slices.Contains(l.Products, productMeeting) {
			seats.Total += l.Seats
			seats.Free += max(0, l.Seats-l.UserCount)
		}
	}
	return seats
}

// text says how many seats are free beside the accounts that are created.
func (s *Seats) text(created int) string {
	text := fmt.Sprintf("At GoTo, %d of %s for GoTo Meeting are free.", s.Free, graphdiag.Counted(int(s.Total), "seat"))
	if int64(created) > s.Free {
		text += fmt.Sprintf(" The change creates %s: those beyond the free seats cannot use it, or are not created.", graphdiag.Counted(created, "account"))
	}
	return text
}
