// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package providerdata_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

const principal = "b0000000-0000-4000-8000-000000000001"

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(_ context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return nil
}

type signedIn struct{}

func (signedIn) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "token", ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// newData returns data whose client talks to handle, and the client's clock.
func newData(t *testing.T, handle http.HandlerFunc) (*providerdata.Data, *clock) {
	t.Helper()
	server := httptest.NewTLSServer(handle)
	t.Cleanup(server.Close)
	c := &clock{now: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}
	client, err := graph.New(graph.Options{Endpoint: server.URL, Credential: signedIn{}, HTTPClient: server.Client(), Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	return &providerdata.Data{Graph: client}, c
}

func TestFrom_tellsNotConfiguredFromABug(t *testing.T) {
	t.Parallel()
	data := &providerdata.Data{PortalURL: "https://entra.example.com"}
	for _, test := range []struct {
		name  string
		given any
		want  *providerdata.Data
		found diag.Diagnostics
	}{
		{"not configured yet", nil, nil, nil},
		{"configured", data, data, nil},
		{"something else", "text", nil, diag.Diagnostics{diag.NewErrorDiagnostic("Unexpected provider data",
			"Got string instead of *providerdata.Data. This is a bug in the provider; please report it.")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, found := providerdata.From(test.given)
			if got != test.want {
				t.Errorf("got %p, want %p", got, test.want)
			}
			if diff := cmp.Diff(test.found, found); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLock_letsOneWriterOfAServicePrincipalInAtATime(t *testing.T) {
	t.Parallel()
	var data providerdata.Data
	unlock := data.Lock(principal)
	data.Lock("another")() // does not wait

	var inside, together atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			defer data.Lock(principal)()
			if inside.Add(1) > 1 {
				together.Add(1)
			}
			runtime.Gosched()
			inside.Add(-1)
		})
	}
	for range 1000 {
		runtime.Gosched()
		if n := inside.Load(); n > 0 {
			t.Fatalf("%d writers beside the one that holds the lock", n)
		}
	}
	unlock()
	all.Wait()
	if n := together.Load(); n > 0 {
		t.Errorf("%d writers were not alone", n)
	}
}

func TestShared_buildsOnceForEachKey(t *testing.T) {
	t.Parallel()
	type key string
	type otherKey string
	var data providerdata.Data
	var built atomic.Int32
	build := func() *int { return new(int(built.Add(1))) }
	var all sync.WaitGroup
	values := make([]*int, 16)
	for i := range values {
		all.Go(func() { values[i] = providerdata.Shared(&data, key("a"), build) })
	}
	all.Wait()
	for _, value := range values {
		if value != values[0] {
			t.Fatal("two values for one key")
		}
	}
	if other := providerdata.Shared(&data, otherKey("a"), build); other == values[0] {
		t.Error("packages share a key")
	}
	if built.Load() != 2 {
		t.Errorf("built %d times", built.Load())
	}
}

func TestSyncTemplates_areKnownForAMinute(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		answer string
		after  time.Duration
		want   int32 // requests for two questions
	}{
		{"right after", `{"value":[{"id":"EXAMPLE"}]}`, 0, 1},
		{"a minute later", `{"value":[{"id":"EXAMPLE"}]}`, time.Minute, 1},
		{"after that", `{"value":[{"id":"EXAMPLE"}]}`, time.Minute + 1, 2},
		{"none yet", `{"value":[]}`, 0, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			data, clock := newData(t, func(w http.ResponseWriter, _ *http.Request) {
				asked.Add(1)
				_, _ = fmt.Fprint(w, test.answer)
			})
			var answers [2][]graph.SyncTemplate
			for i := range answers {
				if i > 0 {
					if err := clock.Sleep(t.Context(), test.after); err != nil {
						t.Fatal(err)
					}
				}
				var err error
				if answers[i], err = data.SyncTemplates(t.Context(), principal); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(answers[0], answers[1]); diff != "" {
				t.Errorf("the answers differ:\n%s", diff)
			}
			if asked.Load() != test.want {
				t.Errorf("asked %d times, want %d", asked.Load(), test.want)
			}
		})
	}
}

func TestSyncTemplates_keepsNoErrorAndNoOthersTemplates(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	data, _ := newData(t, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 1 {
			http.Error(w, `{"error":{"code":"Authorization_RequestDenied"}}`, http.StatusForbidden)
			return
		}
		_, _ = fmt.Fprintf(w, `{"value":[{"id":%q}]}`, r.URL.Path)
	})
	if _, err := data.SyncTemplates(t.Context(), principal); !graph.IsPermissionDenied(err) {
		t.Fatalf("got %v", err)
	}
	for _, id := range []string{principal, "b0000000-0000-4000-8000-000000000002"} {
		templates, err := data.SyncTemplates(t.Context(), id)
		if want := "/v1.0/servicePrincipals/" + id + "/synchronization/templates"; err != nil || len(templates) != 1 || templates[0].ID != want {
			t.Errorf("got %v, %v; want %s", templates, err, want)
		}
	}
}
