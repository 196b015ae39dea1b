// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Quota limits what a client may ask, on the simulated clock: of the directory by a token bucket, as Graph describes it,
// and of GoTo's Admin API by counting.
type Quota struct {
	Units         int // Units of cost per ten seconds; 3,500, 5,000 or 8,000 in real tenants, 0 for no limit
	Writes        int // Writes per two and a half minutes; 3,000 in real tenants, 0 for no limit
	AdminRequests int // AdminRequests to GoTo within any one second; 10 at the real service, 0 for no limit
}

const (
	unitPeriod   = 10 * time.Second
	writePeriod  = 150 * time.Second
	slowRequests = 5 // of reports and of provisioning on demand, per slowPeriod
	slowPeriod   = 10 * time.Second
	adminPeriod  = time.Second // GoTo counts requests per second
)

type throttle struct {
	clock *Clock

	mu      sync.Mutex
	quota   Quota
	buckets map[string]*bucket
	// admitted are the moments of the last requests to GoTo, by client.
	admitted map[string][]time.Time
}

// bucket holds up to size tokens and is full again after period.
type bucket struct {
	size   float64
	period time.Duration
	tokens float64
	at     time.Time
}

func newThrottle(clock *Clock, quota Quota) *throttle {
	return &throttle{clock: clock, quota: quota, buckets: map[string]*bucket{}, admitted: map[string][]time.Time{}}
}

// setQuota changes the quota and refills all buckets.
func (t *throttle) setQuota(quota Quota) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.quota, t.buckets, t.admitted = quota, map[string]*bucket{}, map[string][]time.Time{}
}

// take takes tokens from a bucket, or returns how long to wait until they are there.
func (t *throttle) take(name string, size int, period time.Duration, tokens int) time.Duration {
	now := t.clock.Now()
	b, ok := t.buckets[name]
	if !ok {
		b = &bucket{size: float64(size), period: period, tokens: float64(size), at: now}
		t.buckets[name] = b
	}
	rate := b.size / b.period.Seconds()
	b.tokens = min(b.size, b.tokens+now.Sub(b.at).Seconds()*rate)
	b.at = now
	if b.tokens < float64(tokens) {
		return time.Duration((float64(tokens) - b.tokens) / rate * float64(time.Second))
	}
	b.tokens -= float64(tokens)
	return 0
}

// directory charges a directory request and returns what part of the quota is used up, and how long the client has to
// wait, 0 for not at all.
func (t *throttle) directory(client string, r *http.Request) (cost int, used float64, wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	cost = resourceUnits(r)
	if t.quota.Units > 0 {
		wait = t.take(client+" units", t.quota.Units, unitPeriod, cost)
		b := t.buckets[client+" units"]
		used = 1 - b.tokens/b.size
	}
	if wait == 0 && t.quota.Writes > 0 && r.Method != http.MethodGet {
		wait = t.take(client+" writes", t.quota.Writes, writePeriod, 1)
	}
	return cost, used, wait
}

// admin says whether a request to GoTo is one too many. What is refused does not count.
func (t *throttle) admin(client string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.quota.AdminRequests == 0 {
		return false
	}
	now := t.clock.Now()
	recent := slices.DeleteFunc(t.admitted[client], func(at time.Time) bool { return now.Sub(at) >= adminPeriod })
	if len(recent) >= t.quota.AdminRequests {
		return true
	}
	t.admitted[client] = append(recent, now)
	return false
}

// noteworthy is the part of the quota from which on answers tell how much is used up.
const noteworthy = 0.8

// slow charges one of the requests that are limited to a few.
func (t *throttle) slow(client, class string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.take(client+" "+class, slowRequests, slowPeriod, 1)
}

// resourceUnits is what a request costs of the directory's quota.
func resourceUnits(r *http.Request) int {
	cost := 1
	requestPath := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, stable), beta)
	if r.Method == http.MethodGet && (requestPath == "/users" || requestPath == "/applications") {
		cost = 2
	}
	query := r.URL.Query()
	if query.Get("$select") != "" {
		cost--
	}
	if query.Get("$expand") != "" {
		cost++
	}
	if top, err := strconv.Atoi(query.Get("$top")); err == nil && top < 20 {
		cost--
	}
	return max(cost, 1)
}

// tooMany answers 429 with the time to wait, in whole seconds.
func (c *call) tooMany(wait time.Duration, access string) error {
	return refuse(http.StatusTooManyRequests, "TooManyRequests", "Too many requests.").
		with("Retry-After", strconv.Itoa(max(1, int(math.Ceil(wait.Seconds()))))).
		with("x-ms-throttle-scope", "Tenant_Application/"+access+"/"+c.client.ID+"/"+c.s.TenantID()).
		with("x-ms-throttle-information", "ResourceUnitLimitExceeded")
}
