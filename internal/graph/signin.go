// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// clientOptions gives azidentity the same exchange, retry and log rules as the Graph calls have. A token may be asked
// for any number of times, so that everything but a refusal is repeated.
func (o CredentialOptions) clientOptions() policy.ClientOptions {
	noRedirects := *o.HTTPClient
	noRedirects.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	retry := &retryPolicy{clock: o.Clock, random: rand.Float64}
	perCall := []policy.Policy{observePolicy{}, discoveryPolicy{}, retry}
	if o.Method == MethodManagedIdentity {
		// Off Azure nothing listens at the address, and each attempt to connect takes its full time.
		retry.onceUnsent = true
		// The endpoint answers 404 while the identity is still being set up.
		retry.missing = waitForReplica(10 * time.Second)
		perCall = []policy.Policy{observePolicy{}, endpointPolicy{endpoint: o.MSIEndpoint}, retry}
	}
	return policy.ClientOptions{
		Cloud:           cloud.Configuration{ActiveDirectoryAuthorityHost: o.AuthorityHost},
		Retry:           policy.RetryOptions{MaxRetries: -1},
		Transport:       &noRedirects,
		PerCallPolicies: perCall,
		PerRetryPolicies: []policy.Policy{
			exchangePolicy{clock: o.Clock, log: o.Log},
		},
	}
}

type signInKey struct{}

// signInAnswer is what a sign-in came to, apart from what the libraries make of it.
type signInAnswer struct {
	status    int
	body      []byte
	err       error
	assertion error // why there is no federated token
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
	seen.err, seen.status, seen.body = err, 0, nil
	if err == nil && !succeeded(resp) {
		body, readErr := io.ReadAll(resp.Body) // buffered by exchangePolicy
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
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Request: req.Raw(),
		Body: io.NopCloser(bytes.NewReader(answer)), ContentLength: int64(len(answer)),
	}, nil
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
