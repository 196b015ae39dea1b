// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

func TestNew_checksTheEndpoint(t *testing.T) {
	for _, test := range []struct {
		endpoint, want string
	}{
		{"https://graph.example.com", ""},
		{"https://graph.example.com/", ""},
		{"https://gateway.example.com/graph", ""},
		{"http://127.0.0.1:8080", ""},
		{"http://localhost:8080", ""},
		{"http://graph.example.com", `endpoint "http://graph.example.com": credentials must not be sent without TLS, so the scheme must be https`},
		{"ftp://graph.example.com", `endpoint "ftp://graph.example.com": the scheme must be https`},
		{"", `endpoint "" is not a URL such as https://graph.microsoft.com`},
		{"graph.example.com", `endpoint "graph.example.com" is not a URL such as https://graph.microsoft.com`},
		{"https://a:secret@graph.example.com", `endpoint "https://redacted@graph.example.com" is not a URL such as https://graph.microsoft.com`},
		{"https://graph.example.com?x=1", `endpoint "https://graph.example.com?(redacted)" is not a URL such as https://graph.microsoft.com`},
	} {
		_, err := New(Options{Endpoint: test.endpoint, Credential: &fakeCredential{}})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", test.endpoint, got, test.want)
		}
	}
	if _, err := New(Options{Endpoint: "https://graph.example.com"}); err == nil {
		t.Error("a client without a credential was made")
	}
}

func TestNew_asksForTheScopeOfTheEndpoint(t *testing.T) {
	for _, test := range []struct{ scope, want string }{
		{"", "https://gateway.example.com/graph/.default"},
		{"https://graph.example.com/.default", "https://graph.example.com/.default"},
	} {
		service, credential := &script{replies: []reply{answer(204, "")}}, &fakeCredential{}
		client, err := New(Options{
			Endpoint: "https://gateway.example.com/graph/", Scope: test.scope, Credential: credential,
			HTTPClient: &http.Client{Transport: service}, UserAgent: "test/1",
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := client.StartJob(t.Context(), testRef); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{test.want}, credential.requests[0].Scopes); diff != "" {
			t.Errorf("scopes (-want +got):\n%s", diff)
		}
		if got := service.seen[0]; got.target != "/graph"+job+"/start" || got.header.Get("User-Agent") != "test/1" {
			t.Errorf("request %+v", got)
		}
	}
}

func TestPoll_pausesLongerAndLonger(t *testing.T) {
	b := newBench(t)
	n := 0
	err := b.Poll(t.Context(), "the job", func(context.Context) (bool, string, error) { n++; return n == 8, "", nil })
	if err != nil {
		t.Fatal(err)
	}
	want := []time.Duration{500 * ms, 1 * s, 2 * s, 4 * s, 8 * s, 10 * s, 10 * s}
	if diff := cmp.Diff(want, b.clock.sleeps); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
	}
}

func TestPoll_saysWhatItWaitedFor(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := b.Poll(ctx, "the job to pause", func(context.Context) (bool, string, error) { return false, "state Active", nil })
	if !errors.Is(err, context.DeadlineExceeded) || err.Error() != "waiting for the job to pause, last seen: state Active: context deadline exceeded" {
		t.Errorf("error %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	err = b.Poll(ctx, "the job to pause", func(context.Context) (bool, string, error) { return false, "", nil })
	if !errors.Is(err, context.Canceled) || err.Error() != "waiting for the job to pause: context canceled" {
		t.Errorf("error %v", err)
	}
	refused := &Error{StatusCode: 403}
	err = b.Poll(t.Context(), "x", func(context.Context) (bool, string, error) { return false, "", refused })
	if !errors.Is(err, refused) || strings.Contains(err.Error(), "waiting") {
		t.Errorf("error %v", err)
	}
}

// newServed is a client on a real server, so the behavior of net/http's transport is part of the test.
func newServed(t *testing.T, handler http.HandlerFunc, adapt ...func(*httptest.Server)) (*Client, *httptest.Server, *fakeClock) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // connections are cut off on purpose
	for _, change := range adapt {
		change(server)
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	httpClient, err := NewHTTPClient("")
	if err != nil {
		t.Fatal(err)
	}
	transport, ok := httpClient.Transport.(*http.Transport)
	if !ok {
		t.Fatalf("transport %T", httpClient.Transport)
	}
	transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())
	t.Cleanup(httpClient.CloseIdleConnections)
	clock := newFakeClock()
	client, err := New(Options{Endpoint: server.URL, Credential: &fakeCredential{}, HTTPClient: httpClient, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	return client, server, clock
}

func cutOff(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func TestCall_overRealConnections(t *testing.T) {
	t.Run("a POST that is cut off is sent once", func(t *testing.T) {
		var requests atomic.Int32
		client, _, clock := newServed(t, func(w http.ResponseWriter, r *http.Request) { requests.Add(1); cutOff(w, r) })
		err := client.StartJob(t.Context(), testRef)
		if !IsAmbiguous(err) || requests.Load() != 1 || len(clock.sleeps) != 0 {
			t.Errorf("error %v after %d requests", err, requests.Load())
		}
	})
	t.Run("a POST that is cut off on a used connection is sent once", func(t *testing.T) {
		var requests atomic.Int32
		client, _, _ := newServed(t, func(w http.ResponseWriter, r *http.Request) {
			if requests.Add(1) > 1 {
				cutOff(w, r)
			}
			w.WriteHeader(http.StatusNoContent)
		})
		if err := client.StartJob(t.Context(), testRef); err != nil {
			t.Fatal(err)
		}
		if err := client.StartJob(t.Context(), testRef); !IsAmbiguous(err) || requests.Load() != 2 {
			t.Errorf("error %v after %d requests", err, requests.Load())
		}
	})
	t.Run("a GET that is cut off is repeated", func(t *testing.T) {
		var requests atomic.Int32
		client, _, _ := newServed(t, func(w http.ResponseWriter, r *http.Request) {
			if requests.Add(1) == 1 {
				cutOff(w, r)
			}
			_, _ = io.WriteString(w, `{"id":"EXAMPLE.job.1"}`)
		})
		if _, err := client.GetJob(t.Context(), testRef); err != nil || requests.Load() != 2 {
			t.Errorf("error %v after %d requests", err, requests.Load())
		}
	})
	t.Run("nothing listens", func(t *testing.T) {
		client, server, clock := newServed(t, cutOff)
		server.Close()
		err := client.StartJob(t.Context(), testRef)
		e, ok := errors.AsType[*Error](err)
		if _, isDial := errors.AsType[*net.OpError](err); !ok || !isDial || e.Ambiguous || len(clock.sleeps) != wire.MaxFaults {
			t.Errorf("error %v after %d retries", err, len(clock.sleeps))
		}
	})
	t.Run("a handshake that is cut off", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = listener.Close() })
		go func() {
			for {
				socket, err := listener.Accept()
				if err != nil {
					return
				}
				_ = socket.Close()
			}
		}()
		clock := newFakeClock()
		client, err := New(Options{Endpoint: "https://" + listener.Addr().String(), Credential: &fakeCredential{}, Clock: clock})
		if err != nil {
			t.Fatal(err)
		}
		if err := client.StartJob(t.Context(), testRef); err == nil || IsAmbiguous(err) || len(clock.sleeps) != wire.MaxFaults {
			t.Errorf("error %v after %d retries", err, len(clock.sleeps))
		}
	})
	t.Run("an unknown authority", func(t *testing.T) {
		_, server, clock := newServed(t, cutOff)
		stranger, err := NewHTTPClient("")
		if err != nil {
			t.Fatal(err)
		}
		client, err := New(Options{Endpoint: server.URL, Credential: &fakeCredential{}, HTTPClient: stranger, Clock: clock})
		if err != nil {
			t.Fatal(err)
		}
		err = client.StartJob(t.Context(), testRef)
		if err == nil || IsAmbiguous(err) || len(clock.sleeps) != 0 || !strings.Contains(err.Error(), "unknown authority") {
			t.Errorf("error %v after %d retries", err, len(clock.sleeps))
		}
	})
	t.Run("a body is whole on every attempt", func(t *testing.T) {
		var mu sync.Mutex
		var bodies []string
		client, _, _ := newServed(t, func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			if len(bodies) == 0 {
				// Answered before the body is read: the transport may still be sending it during the next attempt.
				bodies = append(bodies, "")
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			body, _ := io.ReadAll(r.Body)
			bodies = append(bodies, string(body))
			w.WriteHeader(http.StatusNoContent)
		})
		value := strings.Repeat("x", 4<<20)
		if err := client.PutSecrets(t.Context(), testSP, []KeyValue{{"Url", value}}); err != nil {
			t.Fatal(err)
		}
		if want := `{"value":[{"key":"Url","value":"` + value + `"}]}`; bodies[1] != want {
			t.Errorf("%d bytes arrived, %d were meant", len(bodies[1]), len(want))
		}
	})
}

func TestNewHTTPClient_sharesFewConnections(t *testing.T) {
	for _, test := range []struct {
		name  string
		http2 bool
		most  int32
	}{
		{"HTTP/1.1", false, maxConnections},
		{"HTTP/2", true, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			var connections atomic.Int32
			client, _, _ := newServed(t,
				func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"id":"EXAMPLE.job.1"}`) },
				func(server *httptest.Server) {
					server.EnableHTTP2 = test.http2
					server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
						if state == http.StateNew {
							connections.Add(1)
						}
					}
				})
			get := func() {
				if _, err := client.GetJob(t.Context(), testRef); err != nil {
					t.Error(err)
				}
			}
			get()
			var group sync.WaitGroup
			for range 200 {
				group.Go(get)
			}
			group.Wait()
			if got := connections.Load(); got == 0 || got > test.most {
				t.Errorf("%d connections", got)
			}
		})
	}
}
