// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"sync"
	"time"
)

// Some parts of Graph take only a handful of requests a window from an application and tenant: the reports and
// provisioning on demand. https://learn.microsoft.com/graph/throttling-limits
const (
	windowRequests = 5
	windowLength   = 10 * time.Second
)

// window paces requests to windowRequests within any windowLength. Requests that are refused count as well, so staying
// below the limit is quicker than being told.
type window struct {
	mu   sync.Mutex
	sent []time.Time
}

// wait returns when another request fits, and counts it.
func (w *window) wait(ctx context.Context, clock Clock) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.sent) == windowRequests {
		if pause := windowLength - clock.Now().Sub(w.sent[0]); pause > 0 {
			if err := clock.Sleep(ctx, pause); err != nil {
				return err
			}
		}
		w.sent = w.sent[1:]
	}
	w.sent = append(w.sent, clock.Now())
	return nil
}
