// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/contract"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

// tenant is a simulated tenant and a client that signs in to it.
type tenant struct {
	*graph.Client
	sim *simulator.Server

	mu  sync.Mutex
	log bytes.Buffer
}

func newTenant(t *testing.T, adjust ...func(*simulator.Options)) *tenant {
	t.Helper()
	var options simulator.Options
	for _, change := range adjust {
		change(&options)
	}
	sim, err := simulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, sim.CACertificatePEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	httpClient, err := graph.NewHTTPClient(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(httpClient.CloseIdleConnections)
	httpClient.Transport = contractTransport{t: t, next: httpClient.Transport}
	n := &tenant{sim: sim}
	n.Client = n.clientFor(t, httpClient, func(*graph.CredentialOptions) {})
	return n
}

// clientFor makes a client that signs in with a secret unless change says otherwise.
func (n *tenant) clientFor(t *testing.T, httpClient *http.Client, change func(*graph.CredentialOptions)) *graph.Client {
	t.Helper()
	options := graph.CredentialOptions{
		Method: graph.MethodClientSecret, TenantID: n.sim.TenantID(), ClientID: n.sim.ClientID(), ClientSecret: n.sim.ClientSecret(),
		AuthorityHost: n.sim.AuthorityURL(), HTTPClient: httpClient, Clock: n.sim.Clock(), Log: n.note,
	}
	change(&options)
	credential, err := graph.NewCredential(options)
	if err != nil {
		t.Fatal(err)
	}
	client, err := graph.New(graph.Options{
		Endpoint: n.sim.GraphURL(), Credential: credential, HTTPClient: httpClient, Clock: n.sim.Clock(), Log: n.note,
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func (n *tenant) note(_ context.Context, e graph.Exchange) {
	n.mu.Lock()
	defer n.mu.Unlock()
	fmt.Fprintf(&n.log, "%+v\n", e)
}

// sent lists the requests that reached the service since the last call, without sign-in.
func (n *tenant) sent() []string {
	var all []string
	for _, r := range n.sim.Log().Sent() {
		if path, ok := strings.CutPrefix(r.Path, "/v1.0"); ok {
			all = append(all, r.Method+" "+path)
		}
	}
	n.sim.Log().Reset()
	return all
}

// contractTransport checks every request that the client sends, and every answer that it accepts, against the contract.
type contractTransport struct {
	t    *testing.T
	next http.RoundTripper
}

// leftOut are the operations of the client that the published subset does not hold.
var leftOut = regexp.MustCompile(`^GET /directory/deletedItems/(microsoft\.graph\.user|[0-9a-f-]{36})$|/owners(/|$)`)

func (c contractTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	path, isGraph := strings.CutPrefix(r.URL.Path, "/v1.0")
	document, err := contract.Load()
	if !isGraph || errors.Is(err, contract.ErrMissing) || leftOut.MatchString(r.Method+" "+path) {
		return c.next.RoundTrip(r)
	}
	if err != nil {
		return nil, err
	}
	var request []byte
	if r.Body != nil {
		if request, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(request))
	}
	if err := checkRequest(document, r.Method, path, request); err != nil {
		c.t.Errorf("request %s %s: %v", r.Method, path, err)
	}
	response, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	response.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{err}))
	if err == nil && response.StatusCode < 300 && json.Valid(body) {
		if err := checkResponse(document, r.Method, path, response.StatusCode, body); err != nil {
			c.t.Errorf("answer %d to %s %s: %v", response.StatusCode, r.Method, path, err)
		}
	}
	return response, nil
}

// failing passes on how the reading of a body ended.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err == nil {
		return 0, io.EOF
	}
	return 0, f.err
}

func checkRequest(document *openapi3.T, method, path string, body []byte) error {
	operation := contract.Operation(document, method, path)
	if operation == nil {
		return errors.New("the contract has no such operation")
	}
	if operation.RequestBody == nil {
		if len(body) > 0 {
			return errors.New("the operation takes no body")
		}
		return nil
	}
	schema := operation.RequestBody.Value.Content.Get("application/json").Schema.Value
	if err := fits(schema, body); err != nil {
		return err
	}
	if path != "/$batch" {
		return nil
	}
	var batch struct {
		Requests []struct {
			Method, URL string
			Body        json.RawMessage
		}
	}
	if err := json.Unmarshal(body, &batch); err != nil {
		return err
	}
	for _, inner := range batch.Requests {
		path, _, _ := strings.Cut(inner.URL, "?")
		if err := checkRequest(document, inner.Method, path, inner.Body); err != nil {
			return fmt.Errorf("%s %s: %w", inner.Method, inner.URL, err)
		}
	}
	return nil
}

func checkResponse(document *openapi3.T, method, path string, status int, body []byte) error {
	described := contract.Operation(document, method, path).Responses.Status(status)
	if described == nil {
		return errors.New("the contract has no such status")
	}
	media := described.Value.Content.Get("application/json")
	if media == nil {
		if len(body) > 0 {
			return errors.New("the contract has no body")
		}
		return nil
	}
	return fits(media.Schema.Value, body)
}

func fits(schema *openapi3.Schema, body []byte) error {
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return err
	}
	return schema.VisitJSON(value, openapi3.MultiErrors())
}

// unknownMembers are found by the contract's own types only, so this makes sure that the check of requests is not idle.
func TestContract_catchesAMisspelledRequest(t *testing.T) {
	document, err := contract.Load()
	if errors.Is(err, contract.ErrMissing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, method, path, body string }{
		{"path", "POST", "/servicePrincipals/1/synchronizations/jobs", `{}`},
		{"type", "POST", "/servicePrincipals/1/synchronization/jobs", `{"templateId":7}`},
		{"enumeration", "PUT", "/servicePrincipals/1/synchronization/secrets", `{"value":[{"key":"userName","value":"x"}]}`},
		{"body", "POST", "/servicePrincipals/1/synchronization/jobs/1/start", `{}`},
		{"inside a batch", "POST", "/$batch", `{"requests":[{"id":"1","method":"GET","url":"/nothing"}]}`},
	} {
		if checkRequest(document, test.method, test.path, []byte(test.body)) == nil {
			t.Errorf("%s passes", test.name)
		}
	}
}
