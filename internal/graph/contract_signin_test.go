// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

func TestClient_signsInByEveryMethod(t *testing.T) {
	n := newTenant(t)
	data, err := os.ReadFile(filepath.Join("testdata", "rsa-modern.pfx"))
	if err != nil {
		t.Fatal(err)
	}
	_, certificate, err := pkcs12.Decode(data, "geheim")
	if err != nil {
		t.Fatal(err)
	}
	n.sim.RegisterCertificate(certificate)
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(n.sim.FederatedToken()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		method   graph.Method
		requests int // of a sign-in
		change   func(*graph.CredentialOptions)
	}{
		{graph.MethodClientSecret, 1, func(*graph.CredentialOptions) {}},
		{graph.MethodClientCertificate, 1, func(o *graph.CredentialOptions) {
			o.ClientCertificatePath, o.ClientCertificatePassword = filepath.Join("testdata", "rsa-modern.pfx"), "geheim"
		}},
		{graph.MethodOIDCToken, 1, func(o *graph.CredentialOptions) { o.OIDCToken = n.sim.FederatedToken() }},
		{graph.MethodOIDCTokenFile, 1, func(o *graph.CredentialOptions) { o.OIDCTokenFilePath = file }},
		{graph.MethodOIDCRequest, 2, func(o *graph.CredentialOptions) {
			o.OIDCRequestURL, o.OIDCRequestToken = n.sim.GitHubRequestURL(), simulator.GitHubRequestToken
		}},
		{graph.MethodAzureDevOps, 2, func(o *graph.CredentialOptions) {
			o.OIDCRequestURL, o.OIDCRequestToken, o.ADOPipelineServiceConnectionID = n.sim.AzureDevOpsRequestURL(), simulator.AzureDevOpsToken, "connection"
		}},
		{graph.MethodWorkloadIdentity, 1, func(o *graph.CredentialOptions) { o.OIDCTokenFilePath = file }},
		{graph.MethodManagedIdentity, 1, func(o *graph.CredentialOptions) { o.MSIEndpoint = n.sim.ManagedIdentityURL() }},
	} {
		t.Run(test.method.String(), func(t *testing.T) {
			ca := filepath.Join(t.TempDir(), "ca.pem")
			if err := os.WriteFile(ca, n.sim.CACertificatePEM(), 0o600); err != nil {
				t.Fatal(err)
			}
			httpClient, err := graph.NewHTTPClient(ca)
			if err != nil {
				t.Fatal(err)
			}
			defer httpClient.CloseIdleConnections()
			client := n.clientFor(t, httpClient, func(o *graph.CredentialOptions) {
				o.Method = test.method
				test.change(o)
			})
			n.sim.Log().Reset()
			if _, err := client.GetUser(t.Context(), userAna); err != nil {
				t.Fatal(err)
			}
			if all := n.sim.Log().Sent(); len(all) != test.requests+1 {
				t.Errorf("%d requests: %+v", len(all), all)
			}
		})
	}
	if log := n.log.String(); strings.Contains(log, n.sim.ClientSecret()) || strings.Contains(log, "eyJ") || strings.Contains(log, simulator.GitHubRequestToken) {
		t.Error("a secret is in the log")
	}
}

func TestClient_longRunsRenewFederatedTokens(t *testing.T) {
	n := newTenant(t)
	httpClient := n.sim.Client()
	defer httpClient.CloseIdleConnections()
	client := n.clientFor(t, httpClient, func(o *graph.CredentialOptions) {
		o.Method, o.OIDCRequestURL, o.OIDCRequestToken = graph.MethodOIDCRequest, n.sim.GitHubRequestURL(), simulator.GitHubRequestToken
	})
	for range 3 { // a federated token lives for ten minutes
		if _, err := client.GetUser(t.Context(), userAna); err != nil {
			t.Fatal(err)
		}
		n.sim.Clock().Advance(time.Hour)
	}
	fixed := n.clientFor(t, httpClient, func(o *graph.CredentialOptions) {
		o.Method, o.OIDCToken = graph.MethodOIDCToken, n.sim.FederatedToken()
	})
	if _, err := fixed.GetUser(t.Context(), userAna); err != nil {
		t.Fatal(err)
	}
	n.sim.Clock().Advance(time.Hour)
	_, err := fixed.GetUser(t.Context(), userAna)
	if why, ok := errors.AsType[*graph.AuthError](err); !ok || !cmp.Equal(why.AADSTS, []int{700024}) {
		t.Errorf("error %+v", err)
	}
}

func TestClient_saysWhySignInFails(t *testing.T) {
	for _, number := range []int{7000215, 7000222, 700016, 90002, 53003, 50076, 700024, 70021} {
		n := newTenant(t)
		n.sim.Faults().Add(simulator.Fault{Method: "POST", Path: "/*/oauth2/v2.0/token", Effect: simulator.RefusesSignIn(number)})
		_, err := n.GetUser(t.Context(), userAna)
		why, ok := errors.AsType[*graph.AuthError](err)
		if !ok || !cmp.Equal(why.AADSTS, []int{number}) || why.Code == "" || why.TraceID == "" || !strings.HasPrefix(why.Description, "AADSTS") ||
			strings.Contains(why.Description, "Trace ID") || strings.Contains(err.Error(), n.sim.ClientSecret()) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%d: %+v", number, err)
		}
		if all := n.sim.Log().Sent(); len(all) != 1 {
			t.Errorf("%d: %d requests", number, len(all))
		}
	}
}

func TestClient_signInSurvivesFaults(t *testing.T) {
	for _, test := range []struct {
		name   string
		effect simulator.Effect
	}{
		{"throttled", simulator.Throttled(2 * time.Minute)},
		{"unavailable", simulator.Unavailable(time.Minute)},
		{"failing", simulator.AnswersNothing(500)},
		{"dropped", simulator.DropsBefore()},
		{"dropped after", simulator.DropsAfter()},
		{"a page", simulator.AnswersHTML(502)},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := newTenant(t)
			n.sim.Faults().Add(simulator.Fault{Method: "POST", Path: "/*/oauth2/v2.0/token", Effect: test.effect})
			if _, err := n.GetUser(t.Context(), userAna); err != nil {
				t.Error(err)
			}
			if all := n.sim.Log().Match("POST", "/*/oauth2/v2.0/token"); len(all) != 2 {
				t.Errorf("%d token requests", len(all))
			}
		})
	}
}
