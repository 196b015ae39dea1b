// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

// signInTransport gives azidentity the same exchange, retry and log rules as the Graph calls have. A token may be asked for
// any number of times, so everything but a refusal is repeated.
type signInTransport struct {
	wire        *wire.Client
	connectOnce bool
	missing     time.Duration // how long a 404 is repeated
	plain       string        // the host that is asked without TLS, "" for none
}

// Do carries out a request of the library's.
func (t signInTransport) Do(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	path := redactPath(req.URL.EscapedPath())
	address := *req.URL
	if t.plain != "" && address.Host == t.plain {
		address.Scheme = "http"
	}
	a, err := t.wire.Do(req.Context(), wire.Request{
		Method: req.Method, URL: address.String(), Path: path, Header: req.Header, Body: body,
		ConnectOnce: t.connectOnce, Missing: t.missing,
	})
	switch {
	case err != nil && a.Status != 0:
		return nil, failure(req.Method, path, a, err, t.wire.Clock.Now())
	case err != nil:
		return nil, err
	}
	return response(req, a.Status, a.Header, a.Body), nil
}

func response(req *http.Request, status int, header http.Header, body []byte) *http.Response {
	return &http.Response{
		Status: fmt.Sprintf("%d %s", status, http.StatusText(status)), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Request: req, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}
}

type signInKey struct{}

// signInAnswer is what a sign-in came to, apart from what the libraries make of it.
type signInAnswer struct {
	status    int
	body      []byte
	err       error
	assertion error // why there is no federated token
	federated string
	length    int // of the body of a success
}

// observePolicy keeps the last failure for the error's text.
type observePolicy struct{}

func (observePolicy) Do(req *policy.Request) (*http.Response, error) {
	runtime.SkipBodyDownload(req)
	resp, err := req.Next()
	seen, ok := req.Raw().Context().Value(signInKey{}).(*signInAnswer)
	if !ok {
		return resp, err
	}
	seen.err, seen.status, seen.body, seen.length = err, 0, nil, 0
	if err == nil && resp.StatusCode >= 200 && resp.StatusCode < 300 {
		seen.length = int(resp.ContentLength) // it is in memory
	}
	if err == nil && (resp.StatusCode < 200 || resp.StatusCode > 299) {
		body, readErr := io.ReadAll(resp.Body) // in memory
		if readErr == nil {
			resp.Body = io.NopCloser(bytes.NewReader(body))
		}
		seen.status, seen.body = resp.StatusCode, body
	}
	return resp, err
}

// discoveryPolicy answers the library's question for the tenant's endpoints, which Microsoft documents as fixed for
// Entra ID, and so saves each process a request.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
type discoveryPolicy struct{}

func (discoveryPolicy) Do(req *policy.Request) (*http.Response, error) {
	const document = "/v2.0/.well-known/openid-configuration"
	address, _, _ := strings.Cut(req.Raw().URL.String(), "?")
	tenant, found := strings.CutSuffix(address, document)
	if !found || req.Raw().Method != http.MethodGet {
		return req.Next()
	}
	answer, err := json.Marshal(map[string]string{
		"issuer":                 tenant + "/v2.0",
		"authorization_endpoint": tenant + "/oauth2/v2.0/authorize",
		"token_endpoint":         tenant + "/oauth2/v2.0/token",
	})
	if err != nil {
		return nil, err
	}
	return response(req.Raw(), http.StatusOK, http.Header{"Content-Type": {"application/json"}}, answer), nil
}

// endpointPolicy sends requests for managed identity tokens to an address of the operator's choice.
type endpointPolicy struct{ endpoint string }

func (p endpointPolicy) Do(req *policy.Request) (*http.Response, error) {
	if p.endpoint != "" {
		to, err := url.Parse(p.endpoint)
		if err != nil {
			return nil, err
		}
		at := req.Raw().URL
		at.Scheme, at.Host, at.Path, at.RawPath = to.Scheme, to.Host, to.Path, to.RawPath
		req.Raw().Host = to.Host
	}
	return req.Next()
}
