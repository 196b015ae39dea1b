// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestLog_recordsWhatWasSentAndAnswered(t *testing.T) {
	c := start(t)
	c.must(http.StatusNotFound, "GET", "/users/gil_partner.example%23EXT%23@other.example?$select=id,mail", nil, "X-Trace", "1")
	all := c.Log().All()
	if len(all) != 1 {
		t.Fatalf("recorded %d requests", len(all))
	}
	r := all[0]
	if r.Number != 1 || r.Method != "GET" || r.Path != "/v1.0/users/gil_partner.example#EXT#@other.example" || r.Query.Get("$select") != "id,mail" ||
		r.Header.Get("X-Trace") != "1" || r.Status != http.StatusNotFound || len(r.Response) == 0 || !r.At.Equal(store.Epoch) || r.Connection != 1 || r.Took <= 0 {
		t.Errorf("recorded %+v", r)
	}
}

func TestLog_tellsWritesFromQuestions(t *testing.T) {
	c := start(t)
	walkThroughEverything(c)
	var got []string
	for _, r := range c.Log().Writes() {
		got = append(got, r.Method)
		if r.Method == "GET" {
			t.Errorf("%s %s counts as a write", r.Method, r.Path)
		}
	}
	for _, pattern := range []string{"/**/validateCredentials", "/**/parseExpression", "/directoryObjects/getByIds", "/$batch", "/**/discover"} {
		for _, r := range c.Log().Match("POST", pattern) {
			if r.IsWrite() {
				t.Errorf("%s counts as a write", r.Path)
			}
		}
	}
	if len(c.Log().Match("", "/**/start")) != 1 || len(c.Log().Match("GET", "/**/start")) != 0 {
		t.Error("matching by method or path does not work")
	}
	if len(got) < 10 {
		t.Errorf("only %d writes", len(got))
	}
	c.Log().Reset()
	if diff := cmp.Diff(0, len(c.Log().All())); diff != "" {
		t.Error(diff)
	}
}

func TestLog_countsConnections(t *testing.T) {
	c := start(t)
	for range 3 {
		c.must(http.StatusOK, "GET", "/users", nil)
	}
	if got := c.Log().Connections(); got != 1 {
		t.Errorf("got %d connections for one client, want 1", got)
	}
	c.client = c.Server.Client()
	c.must(http.StatusOK, "GET", "/users", nil)
	if got := c.Log().Connections(); got != 2 {
		t.Errorf("got %d connections for two clients, want 2", got)
	}
}
