// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package forecast

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
)

// productMeeting is GoTo Meeting among the products that a license is for.
const productMeeting = "G2M"

// Seats are the seats of the licenses for GoTo Meeting.
type Seats struct {
	Free  int64 `json:"free"`
	Total int64 `json:"total"`
}

// readSeats reads the seats at GoTo if accounts are created, nil if none are or if the seats cannot be read within the rest of the
// budget.
func (c *connection) readSeats(ctx context.Context, of *impact.Comparison) *Seats {
	if of.Count(impact.Created) == 0 || !accountsRead(of) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(c.forecast.data.Impact.Timeout, defaultTimeout)-c.took)
	defer cancel()
	began := time.Now()
	licenses, err := c.forecast.data.Customer().Licenses(ctx)
	c.took += time.Since(began)
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
