// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestQuota_limitsUnitsOnTheSimulatedClock(t *testing.T) {
	c := start(t, func(o *Options) { o.Quota = Quota{Units: 10} })
	path := "/users/" + store.UserAna
	for i := range 10 {
		if a := c.do("GET", path, nil); a.status != http.StatusOK || a.header.Get("x-ms-resource-unit") != "1" {
			t.Fatalf("request %d: got status %d, cost %s", i+1, a.status, a.header.Get("x-ms-resource-unit"))
		} else if got, want := a.header.Get("x-ms-throttle-limit-percentage"), map[int]string{7: "0.8", 8: "0.9", 9: "1.0"}[i]; got != want {
			t.Errorf("request %d: got %q of the quota used, want %q", i+1, got, want)
		}
	}
	a := c.must(http.StatusTooManyRequests, "GET", path, nil)
	if a.header.Get("Retry-After") != "1" || a.header.Get("x-ms-throttle-scope") == "" {
		t.Errorf("got headers %v", a.header)
	}
	c.must(http.StatusTooManyRequests, "GET", "/groups", nil)
	c.Clock().Advance(time.Second)
	c.must(http.StatusOK, "GET", path, nil)
	c.must(http.StatusTooManyRequests, "GET", path, nil)
	c.SetQuota(Quota{})
	c.must(http.StatusOK, "GET", path, nil)
}

func TestQuota_countsWritesApart(t *testing.T) {
	c := start(t, func(o *Options) { o.Quota = Quota{Writes: 2} })
	made := c.instantiate(store.TemplateGoToMeeting)
	c.assign(made, store.UserAna, "User")
	a := c.do("POST", "/servicePrincipals/"+made.principal+"/appRoleAssignedTo", map[string]string{
		"principalId": store.UserBen, "resourceId": made.principal, "appRoleId": made.roles["User"],
	})
	if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") != "75" {
		t.Errorf("got status %d, Retry-After %s", a.status, a.header.Get("Retry-After"))
	}
	c.must(http.StatusOK, "GET", "/users", nil)
	c.Clock().Advance(75 * time.Second)
	c.assign(made, store.UserBen, "User")
}

func TestQuota_chargesByKindOfRequest(t *testing.T) {
	tests := []struct {
		path string
		want int
	}{
		{"/v1.0/users", 2},
		{"/v1.0/users?$select=id", 1},
		{"/v1.0/users?$top=10", 1},
		{"/v1.0/applications?$expand=owners", 3},
		{"/v1.0/servicePrincipals/x/appRoleAssignedTo", 1},
		{"/v1.0/servicePrincipals/x/appRoleAssignedTo?$top=10&$select=id", 1},
	}
	for _, test := range tests {
		t.Run(test.path, func(t *testing.T) {
			if got := resourceUnits(httptest.NewRequest("GET", test.path, nil)); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

func TestLatency_takesRealTime(t *testing.T) {
	c := start(t, func(o *Options) { o.Latency = 30 * time.Millisecond })
	began := time.Now()
	c.must(http.StatusOK, "GET", "/users", nil)
	if took := time.Since(began); took < 30*time.Millisecond {
		t.Errorf("took %v", took)
	}
}
