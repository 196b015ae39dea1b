// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"testing"
	"time"
)

// fixedClock says what it is told.
type fixedClock struct{ now time.Time }

func (c *fixedClock) Now() time.Time { return c.now }

func TestJustWritten_endsAfterAWhile(t *testing.T) {
	clock := &fixedClock{now: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}
	private := writtenNow(clock)
	if !justWritten(clock, private) {
		t.Error("not recent right after the write")
	}
	clock.now = clock.now.Add(3 * time.Minute)
	if justWritten(clock, private) || justWritten(clock, nil) || justWritten(clock, []byte(`{}`)) {
		t.Error("recent for ever")
	}
}
