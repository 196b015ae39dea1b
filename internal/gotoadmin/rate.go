// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import (
	"context"
	"time"
)

// GoTo takes ten requests in a second from one client and API, and does not say how long to wait when there were more.
// Two are left for whoever else uses the same client.
const (
	paceRequests = 8
	paceLength   = time.Second
	// paceGap lies between requests once there are many. A burst each second would have the service see more than ten in
	// a second as soon as the first ones were under way a little longer than the next.
	paceGap = paceLength / paceRequests
	// paceCalm is how long the last requests must have taken to be no burst.
	paceCalm = 2 * paceLength
)

// pace lets paceRequests through within any paceLength: the first ones at once, what follows evenly. Refused requests
// count as well, so staying below the limit is quicker than being told.
type pace struct {
	lock gate
	sent []time.Time // the last ones, oldest first
}

// wait returns when another request fits, and counts it.
func (p *pace) wait(ctx context.Context, clock Clock) error {
	if err := p.lock.acquire(ctx); err != nil {
		return err
	}
	defer p.lock.release()
	if len(p.sent) == paceRequests {
		now := clock.Now()
		since := now.Sub(p.sent[0])
		if pause := max(paceLength-since, paceGap-now.Sub(p.sent[paceRequests-1])); since < paceCalm && pause > 0 {
			if err := clock.Sleep(ctx, pause); err != nil {
				return err
			}
		}
		copy(p.sent, p.sent[1:])
		p.sent = p.sent[:paceRequests-1]
	}
	p.sent = append(p.sent, clock.Now())
	return nil
}
