// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package syncstatus

import (
	"regexp"
	"strconv"
	"time"
)

var isoDuration = regexp.MustCompile(`^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$`)

// neverScheduled is more than any interval: the service sends some 29,000 years for a job without a schedule.
const neverScheduled = 366 * 24 * time.Hour

// parseDuration reads an ISO 8601 duration of days and smaller units, as the service sends them; fractions of a second do
// not matter here. It reports false for zero, for anything else, and for the placeholder that means "never".
func parseDuration(s string) (time.Duration, bool) {
	match := isoDuration.FindStringSubmatch(s)
	if match == nil {
		return 0, false
	}
	var total time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		if match[i+1] == "" {
			continue
		}
		n, err := strconv.Atoi(match[i+1])
		if err != nil || time.Duration(n) > neverScheduled/unit {
			return 0, false
		}
		total += time.Duration(n) * unit
	}
	return total, total > 0 && total <= neverScheduled
}
