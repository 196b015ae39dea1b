// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graphdiag_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

const grant = "Grant the Microsoft Graph application permission `Synchronization.ReadWrite.All` with admin consent, or, for a signed-in person, " +
	"the directory role Cloud Application Administrator or Application Administrator. " +
	"Activate an eligible directory role first (Privileged Identity Management). After activation or consent, wait a few minutes and sign in again."

func TestDetail_explainsAnswersOfGraph(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		err  graph.Error
		want string
	}{
		{"missing permission of the synchronization service",
			graph.Error{StatusCode: 401, Code: "UnknownError", RequestID: "r-1"},
			"The signed-in identity lacks a permission. " + grant + "\n\nHTTP status: 401\nGraph code: UnknownError\nRequest: POST /v1.0/x\nRequest ID: r-1"},
		{"missing permission of the directory",
			graph.Error{StatusCode: 403, Code: "Authorization_RequestDenied", Message: "Insufficient privileges to complete the operation."},
			"The signed-in identity lacks a permission. Microsoft Graph said: Insufficient privileges to complete the operation. " + grant +
				"\n\nHTTP status: 403\nGraph code: Authorization_RequestDenied\nRequest: POST /v1.0/x"},
		{"claims challenge",
			graph.Error{StatusCode: 401, Code: "InvalidAuthenticationToken", Message: "Continuous access evaluation resulted in a challenge", Claims: `{"access_token":{}}`},
			"A Conditional Access policy has requirements that this sign-in does not meet (a claims challenge). Microsoft Graph said: Continuous access evaluation resulted in a challenge. " +
				"Exclude the workload identity from the policy, or use a sign-in method that meets its requirements.\n\nHTTP status: 401\nGraph code: InvalidAuthenticationToken\nRequest: POST /v1.0/x"},
		{"token of another cloud",
			graph.Error{StatusCode: 401, Code: "InvalidAuthenticationToken", Message: "Invalid audience."},
			"Microsoft Graph did not accept the access token. Microsoft Graph said: Invalid audience. Check that the provider signs in to the right cloud and tenant.\n\n" +
				"HTTP status: 401\nGraph code: InvalidAuthenticationToken\nRequest: POST /v1.0/x"},
		{"credentials that the target refuses are no matter of permission",
			graph.Error{StatusCode: 401, Code: "ExampleInvalidCredentials", Message: "The password is wrong."},
			"Microsoft Graph said: The password is wrong.\n\nHTTP status: 401\nGraph code: ExampleInvalidCredentials\nRequest: POST /v1.0/x"},
		{"throttled past the time allowed",
			graph.Error{StatusCode: 429, Code: "TooManyRequests", Message: "Too many requests.", Err: errors.New("the service required a wait of 5m0s: context deadline exceeded")},
			"Microsoft Graph throttled the request, and the required wait exceeds the time allowed. Microsoft Graph said: Too many requests. Try again later, or raise `timeouts`.\n\n" +
				"HTTP status: 429\nGraph code: TooManyRequests\nRequest: POST /v1.0/x\nCause: the service required a wait of 5m0s: context deadline exceeded"},
		{"server error",
			graph.Error{StatusCode: 500, Code: "InternalError", Message: "Something failed", RequestID: "r-2"},
			"Microsoft Graph failed. Microsoft Graph said: Something failed. Try again; if it persists, see the service health page or contact Microsoft support with the request id.\n\n" +
				"HTTP status: 500\nGraph code: InternalError\nRequest: POST /v1.0/x\nRequest ID: r-2"},
		{"server error of a write",
			graph.Error{StatusCode: 504, Ambiguous: true},
			"Microsoft Graph failed. It is unknown whether the change took effect; the next plan reads the current state. Try again; if it persists, " +
				"see the service health page or contact Microsoft support with the request id.\n\nHTTP status: 504\nRequest: POST /v1.0/x"},
		{"no connection",
			graph.Error{Err: errors.New("dial tcp: connection refused")},
			"Microsoft Graph could not be reached. Check the network, the proxy settings, and the provider's endpoints.\n\nRequest: POST /v1.0/x\nCause: dial tcp: connection refused"},
		{"connection broken under a write",
			graph.Error{Ambiguous: true, Err: errors.New("unexpected EOF")},
			"The connection was interrupted before the response arrived. It is unknown whether the change took effect; the next plan reads the current state.\n\nRequest: POST /v1.0/x\nCause: unexpected EOF"},
		{"unreadable answer to a write",
			graph.Error{StatusCode: 200, Ambiguous: true, Err: errors.New("the response does not have the expected form: id is not a string")},
			"Microsoft Graph returned a response that the provider cannot read. It is unknown whether the change took effect; the next plan reads the current state. " +
				"A proxy may have changed it; try again.\n\nHTTP status: 200\nRequest: POST /v1.0/x\nCause: the response does not have the expected form: id is not a string"},
		{"conflict",
			graph.Error{StatusCode: 409, Code: "Directory_ConcurrencyViolation", Message: "Concurrent update"},
			"Another process changed the object at the same time. Microsoft Graph said: Concurrent update. Plan and apply again.\n\nHTTP status: 409\nGraph code: Directory_ConcurrencyViolation\nRequest: POST /v1.0/x"},
		{"bad request", graph.Error{StatusCode: 400, Code: "InvalidNotificationSettings", Message: "Recipients is not valid!"},
			"Microsoft Graph said: Recipients is not valid!\n\nHTTP status: 400\nGraph code: InvalidNotificationSettings\nRequest: POST /v1.0/x"},
		{"bad request without a word", graph.Error{StatusCode: 400}, "Microsoft Graph refused the request without a reason.\n\nHTTP status: 400\nRequest: POST /v1.0/x"},
		{"not found without a word", graph.Error{StatusCode: 404}, "Microsoft Graph does not know the object.\n\nHTTP status: 404\nRequest: POST /v1.0/x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := test.err
			err.Method, err.Path = "POST", "/v1.0/x"
			err.Needs = graph.Permission{Application: []string{"Synchronization.ReadWrite.All"}, Role: "the directory role Cloud Application Administrator or Application Administrator"}
			got := graphdiag.Detail(fmt.Errorf("job x: %w", &err))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("detail (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDetail_explainsFailedSignIn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		err  graph.AuthError
		want string
	}{
		{"Conditional Access", graph.AuthError{Code: "invalid_grant", AADSTS: []int{53003}, Description: "AADSTS53003: Access has been blocked.", TraceID: "t-1"},
			"A Conditional Access policy blocks this sign-in. Exclude the workload identity from the policy, or meet its conditions. The service said: AADSTS53003: Access has been blocked.\n\n" +
				"OAuth error: invalid_grant\nCode: AADSTS53003\nTrace ID: t-1"},
		{"multi-factor authentication", graph.AuthError{AADSTS: []int{50076}},
			"The tenant requires multifactor authentication, which an unattended sign-in cannot perform. Sign in again with `az login`, or use a workload identity.\n\nCode: AADSTS50076"},
		{"expired secret", graph.AuthError{AADSTS: []int{7000222}},
			"The client secret has expired. Create a new one for the application registration, and configure it in the provider.\n\nCode: AADSTS7000222"},
		{"wrong secret", graph.AuthError{AADSTS: []int{7000215}},
			"The client secret is wrong. Use the value of the secret, not its id.\n\nCode: AADSTS7000215"},
		{"stale federated token", graph.AuthError{AADSTS: []int{700024}},
			"The federated token is outside its validity period. Request a fresh token for each run; long applies need `oidc_token_file_path` or a request URL rather than a fixed token.\n\nCode: AADSTS700024"},
		{"no federated credential", graph.AuthError{AADSTS: []int{70021}},
			"No federated credential of the application matches the token's issuer, subject or audience. Compare them with the federated credential in the application registration.\n\nCode: AADSTS70021"},
		{"federated credential of another subject", graph.AuthError{AADSTS: []int{700213}},
			"No federated credential of the application matches the token's subject. Compare it with the federated credential in the application registration.\n\nCode: AADSTS700213"},
		{"unknown client", graph.AuthError{AADSTS: []int{700016}}, "The tenant has no application with this `client_id`. Check `client_id` and `tenant_id`.\n\nCode: AADSTS700016"},
		{"unknown tenant", graph.AuthError{AADSTS: []int{90002}}, "The tenant does not exist in this cloud. Check `tenant_id` and `environment`.\n\nCode: AADSTS90002"},
		{"unknown certificate", graph.AuthError{AADSTS: []int{700027}},
			"The certificate is not registered with the application, or does not match the private key.\n\nCode: AADSTS700027"},
		{"a number without advice beside one with", graph.AuthError{AADSTS: []int{1, 53003}},
			"A Conditional Access policy blocks this sign-in. Exclude the workload identity from the policy, or meet its conditions.\n\nCode: AADSTS1\nCode: AADSTS53003"},
		{"no answer", graph.AuthError{Description: "no response from the sign-in service: connection refused"}, "No response from the sign-in service: connection refused."},
		{"proxy", graph.AuthError{Description: "no answer", Err: &wire.ProxyError{Proxy: "proxy.example.com:8080", Host: "login.example.com:443", Status: 407}},
			"No answer. The proxy requires credentials: add a user name and password to `HTTPS_PROXY`, as in \"http://user:password@proxy.example.com:8080\", or exempt the host with `NO_PROXY`."},
		{"unknown authority", graph.AuthError{Description: "no answer", Err: x509.UnknownAuthorityError{}},
			"No answer. The certificate is from an authority that this machine does not know, such as that of a proxy that inspects TLS: set `ca_certificate_file` to the certificate of the authority."},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := graphdiag.Detail(fmt.Errorf("reading: %w", &test.err))
			if diff := cmp.Diff("Signing in to Microsoft Entra ID failed. "+test.want, got); diff != "" {
				t.Errorf("detail (-want +got):\n%s", diff)
			}
		})
	}
}

// A 401 whose renewal failed is a matter of signing in.
func TestDetail_explainsTheSignInBehindARefusal(t *testing.T) {
	t.Parallel()
	err := &graph.Error{Method: "GET", Path: "/v1.0/x", StatusCode: 401, Code: "InvalidAuthenticationToken", Err: &graph.AuthError{AADSTS: []int{7000222}}}
	want := "Signing in to Microsoft Entra ID failed. The client secret has expired. Create a new one for the application registration, and configure it in the provider.\n\nCode: AADSTS7000222"
	if diff := cmp.Diff(want, graphdiag.Detail(err)); diff != "" {
		t.Errorf("detail (-want +got):\n%s", diff)
	}
}

func TestDetail_explainsWhatIsNoAnswer(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"timeout", fmt.Errorf("waiting for the job to be readable, last seen: not found: %w", context.DeadlineExceeded),
			"Waiting for the job to be readable, last seen: not found: context deadline exceeded. The time allowed ran out; raise it in `timeouts` if the service only needs longer."},
		{"interrupted", fmt.Errorf("reading: %w", context.Canceled), "The operation was interrupted. Reading: context canceled."},
		{"anything else", errors.New("no such file"), "No such file."},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, graphdiag.Detail(test.err)); diff != "" {
				t.Errorf("detail (-want +got):\n%s", diff)
			}
		})
	}
}

func TestError_putsHintsBeforeTheFacts(t *testing.T) {
	t.Parallel()
	err := &graph.Error{Method: "POST", Path: "/v1.0/x", StatusCode: 400, Message: "No credentials"}
	const detail = "Microsoft Graph said: No credentials. Give them. Or authorize.\n\nHTTP status: 400\nRequest: POST /v1.0/x"
	for name, got := range map[string]diag.Diagnostic{
		"Error":          graphdiag.Error("Cannot start", err, "Give them.", "Or authorize."),
		"AttributeError": graphdiag.AttributeError(path.Root("enabled"), "Cannot start", err, "Give them.", "Or authorize."),
	} {
		if got.Severity() != diag.SeverityError || got.Summary() != "Cannot start" || got.Detail() != detail {
			t.Errorf("%s: %v: %s\n%s", name, got.Severity(), got.Summary(), got.Detail())
		}
	}
	if at, ok := graphdiag.AttributeError(path.Root("enabled"), "", err).(diag.DiagnosticWithPath); !ok || !at.Path().Equal(path.Root("enabled")) {
		t.Error("the attribute is lost")
	}
}

func TestDetail_namesWhatTheOperationNeeds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		needs []string
		want  string
	}{
		{"one permission", []string{"A.Read"}, " Grant the Microsoft Graph application permission `A.Read` with admin consent, or, for a signed-in person, the role R."},
		{"several", []string{"A.Read", "B.Read"}, " Grant the Microsoft Graph application permissions `A.Read` and `B.Read` with admin consent, or, for a signed-in person, the role R."},
		{"unknown", nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			want := "The signed-in identity lacks a permission." + test.want + " Activate an eligible directory role first (Privileged " +
				"Identity Management). After activation or consent, wait a few minutes and sign in again.\n\nHTTP status: 403\nRequest: GET /v1.0/x"
			got := graphdiag.Detail(&graph.Error{Method: "GET", Path: "/v1.0/x", StatusCode: 403, Needs: graph.Permission{Application: test.needs, Role: "the role R"}})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("detail (-want +got):\n%s", diff)
			}
		})
	}
}

// A license that is missing is not a permission that somebody could grant.
func TestDetail_tellsALicenseFromAPermission(t *testing.T) {
	t.Parallel()
	err := &graph.Error{Method: "GET", Path: "/v1.0/auditLogs/provisioning", StatusCode: 403,
		Code: "Authentication_RequestFromNonPremiumTenantOrB2CTenant", Message: "Neither tenant is B2C or tenant doesn't have premium license"}
	got := graphdiag.Detail(err)
	if graph.IsPermissionDenied(err) || !strings.HasPrefix(got, "The tenant lacks a license of Microsoft Entra ID P1 or P2,") || strings.Contains(got, "lacks a permission") || strings.Contains(got, "Grant") {
		t.Error(got)
	}
}

func TestDetail_firstContact(t *testing.T) {
	t.Parallel()
	got := graphdiag.Detail(&graph.AuthError{Method: graph.MethodCLI, Description: "Azure CLI: executable not found on path"})
	if !strings.Contains(got, "no other sign-in method is configured") || !strings.Contains(got, "`ARM_CLIENT_SECRET`") || !strings.Contains(got, "`az login`") {
		t.Error(got)
	}
}
