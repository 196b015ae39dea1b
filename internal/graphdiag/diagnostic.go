// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package graphdiag turns errors of the Graph client into Terraform diagnostics: what was done, what the service
// said, which permission or directory role the operation needs, and the facts for Microsoft support.
package graphdiag

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

// Error is the diagnostic for err of an operation. Summary names the action and the object, as in "Cannot start
// provisioning job". Hints are full sentences about likely causes and remedies that only the caller knows.
//
// A *graph.NoJobError brings its own summary and stands at `connection_id`, whatever was being done. So does a sign-in that
// failed, which has nothing to do with what it was for.
func Error(summary string, err error, hints ...string) diag.Diagnostic {
	if failed := signInFailed(summary, err); failed != nil {
		return failed
	}
	if missing, ok := errors.AsType[*graph.NoJobError](err); ok {
		return diag.NewAttributeErrorDiagnostic(path.Root("connection_id"), noJobSummary(missing.Presence), Detail(err, hints...))
	}
	return diag.NewErrorDiagnostic(summary, Detail(err, hints...))
}

// AttributeError is Error attached to the attribute at fault.
func AttributeError(at path.Path, summary string, err error, hints ...string) diag.Diagnostic {
	if failed := signInFailed(summary, err); failed != nil {
		return failed
	}
	return diag.NewAttributeErrorDiagnostic(at, summary, Detail(err, hints...))
}

// signInFailed is the diagnostic for a sign-in that failed, nil for any other error. No attribute of the object is at fault, and
// hints about what was being done lead away from the cause.
func signInFailed(summary string, err error) diag.Diagnostic {
	if _, ok := errors.AsType[*graph.AuthError](err); !ok {
		return nil
	}
	var consequence string
	if action, ok := strings.CutPrefix(summary, "Cannot "); ok {
		consequence = "As a result, the provider cannot " + action + "."
	}
	return diag.NewErrorDiagnostic("Cannot sign in to Microsoft Entra ID", Detail(err, compact(consequence)...))
}

// Detail is the text of the diagnostic for err: what happened, the likely cause, the remedy, and the machine facts.
func Detail(err error, hints ...string) string {
	sentences, facts := explain(err)
	sentences = append(sentences, hints...)
	text := strings.Join(sentences, " ")
	if len(facts) > 0 {
		text += "\n\n" + strings.Join(facts, "\n")
	}
	return text
}

// Cause is what happened, the likely cause, and the remedy, with the service's code in place of its words, which may name people, and
// without the machine facts.
func Cause(err error) string {
	sentences, _ := explain(err)
	if answer, ok := errors.AsType[*graph.Error](err); ok {
		silent := *answer
		silent.Message = silent.Code
		sentences, _ = explain(&silent)
	}
	return strings.Join(sentences, " ")
}

// Facts is the machine part of Detail: HTTP status, Graph code, request and request id, a line each.
func Facts(err error) string {
	var answer *graph.Error
	if !errors.As(err, &answer) {
		return ""
	}
	return strings.Join(answerFacts(answer), "\n")
}

func explain(err error) (sentences, facts []string) {
	var auth *graph.AuthError
	var answer *graph.Error
	var missing *graph.NoJobError
	switch {
	case errors.As(err, &missing):
		return noJob(missing), nil
	case errors.As(err, &auth):
		return explainAuth(auth)
	case errors.As(err, &answer):
		return explainAnswer(answer), answerFacts(answer)
	case errors.Is(err, context.DeadlineExceeded):
		return []string{ownSentence(err), "The time allowed ran out; raise it in `timeouts` if the service only needs longer."}, nil
	case errors.Is(err, context.Canceled):
		return []string{"The operation was interrupted.", ownSentence(err)}, nil
	}
	return []string{ownSentence(err)}, nil
}

// unsettled is for a write that may have taken effect although no success was seen.
const unsettled = "It is unknown whether the change took effect; the next plan reads the current state."

// eligibleRole is said with every refusal: Graph answers the same for a role that a person could activate as for none.
// https://learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-how-to-activate-role
const eligibleRole = "Activate an eligible directory role first (Privileged Identity Management). After " +
	"activation or consent, wait a few minutes and sign in again."

func explainAnswer(e *graph.Error) []string {
	var said, open string
	if e.Message != "" {
		said = "Microsoft Graph said: " + sentence(e.Message)
	}
	if e.Ambiguous {
		open = unsettled
	}
	switch {
	case e.Claims != "":
		return compact("A Conditional Access policy has requirements that this sign-in does not meet (a claims challenge).", said,
			"Exclude the workload identity from the policy, or use a sign-in method that meets its requirements.")
	case graph.IsLicenseMissing(e):
		return compact("The tenant lacks a license of Microsoft Entra ID P1 or P2, without which Microsoft Graph does not offer this.", said,
			"A permission does not help: get the license for the tenant, or remove whatever requires it from the configuration. After a purchase, wait a few minutes.")
	case graph.IsPermissionDenied(e):
		return compact("The signed-in identity lacks a permission.", said, grant(e.Needs), eligibleRole)
	case e.StatusCode == 0 && e.Ambiguous:
		return compact("The connection was interrupted before the response arrived.", open)
	case e.StatusCode == 0:
		return compact("Microsoft Graph could not be reached.",
			cmp.Or(wire.Remedy(e), "Check the network, the proxy settings, and the provider's endpoints."))
	case e.StatusCode == http.StatusProxyAuthRequired:
		return compact("A proxy requires credentials.", wire.Remedy(&wire.ProxyError{Status: e.StatusCode}))
	case e.StatusCode < 300 && errors.Is(e, wire.ErrNotJSON):
		return compact("The response is not from Microsoft Graph.", open, wire.Remedy(e))
	case e.StatusCode < 300:
		return compact("Microsoft Graph returned a response that the provider cannot read.", open, "A proxy may have changed it; try again.")
	case graph.IsTokenRejected(e):
		return compact("Microsoft Graph did not accept the access token.", said, "Check that the provider signs in to the right cloud and tenant.")
	case e.StatusCode == http.StatusTooManyRequests:
		return compact("Microsoft Graph throttled the request, and the required wait exceeds the time allowed.", said, open, "Try again later, or raise `timeouts`.")
	case e.StatusCode >= 500:
		return compact("Microsoft Graph failed.", said, open,
			"Try again; if it persists, see the service health page or contact Microsoft support with the request id.")
	case graph.IsConflict(e):
		return compact("Another process changed the object at the same time.", said, "Plan and apply again.")
	case said == "" && e.StatusCode == http.StatusNotFound:
		return compact("Microsoft Graph does not know the object.")
	case said == "":
		return compact("Microsoft Graph refused the request without a reason.")
	}
	return compact(said)
}

// grant says what to do about a missing permission; nothing when it is not known.
func grant(needs graph.Permission) string {
	if len(needs.Application) == 0 {
		return ""
	}
	what := "the Microsoft Graph application permission"
	if len(needs.Application) > 1 {
		what += "s"
	}
	return "Grant " + what + " `" + strings.Join(needs.Application, "` and `") + "` with admin consent, or, for a signed-in person, " + needs.Role + "."
}

func answerFacts(e *graph.Error) []string {
	var facts []string
	if e.StatusCode != 0 {
		facts = append(facts, fmt.Sprintf("HTTP status: %d", e.StatusCode))
	}
	if e.Code != "" {
		facts = append(facts, "Graph code: "+e.Code)
	}
	facts = append(facts, "Request: "+e.Method+" "+e.Path)
	if e.RequestID != "" {
		facts = append(facts, "Request ID: "+e.RequestID)
	}
	if e.Err != nil {
		facts = append(facts, "Cause: "+strings.TrimSuffix(e.Err.Error(), "."))
	}
	return facts
}

// authAdvice explains the sign-in failures that need different remedies. The numbers are documented at
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
var authAdvice = map[int]string{
	53003:   "A Conditional Access policy blocks this sign-in. Exclude the workload identity from the policy, or meet its conditions.",
	50076:   "The tenant requires multifactor authentication, which an unattended sign-in cannot perform. Sign in again with `az login`, or use a workload identity.",
	7000222: "The client secret has expired. Create a new one for the application registration, and configure it in the provider.",
	7000215: "The client secret is wrong. Use the value of the secret, not its id.",
	700024:  "The federated token is outside its validity period. Request a fresh token for each run; long applies need `oidc_token_file_path` or a request URL rather than a fixed token.",
	70021:   "No federated credential of the application matches the token's issuer, subject or audience. Compare them with the federated credential in the application registration.",
	700213:  "No federated credential of the application matches the token's subject. Compare it with the federated credential in the application registration.",
	700016:  "The tenant has no application with this `client_id`. Check `client_id` and `tenant_id`.",
	90002:   "The tenant does not exist in this cloud. Check `tenant_id` and `environment`.",
	700027:  "The certificate is not registered with the application, or does not match the private key.",
}

// firstContact is for a provider that nobody has told how to sign in.
const firstContact = "Set `tenant_id`, `client_id`, and `client_secret` in the provider block, or `ARM_TENANT_ID`, `ARM_CLIENT_ID`, and `ARM_CLIENT_SECRET` in " +
	"the environment. A certificate, `use_oidc`, `use_aks_workload_identity`, or `use_msi` works too. Alternatively, install the Azure CLI and run `az login`."

func explainAuth(e *graph.AuthError) (sentences, facts []string) {
	if e.Method == graph.MethodCLI {
		return []string{"Signing in to Microsoft Entra ID failed: no other sign-in method is configured, so the provider tried the Azure CLI.",
			sentence(e.Description), firstContact}, nil
	}
	sentences = []string{"Signing in to Microsoft Entra ID failed."}
	advice := slices.IndexFunc(e.AADSTS, func(code int) bool { return authAdvice[code] != "" })
	if advice >= 0 {
		sentences = append(sentences, authAdvice[e.AADSTS[advice]])
	}
	switch {
	case e.Description == "":
	case e.Code != "":
		sentences = append(sentences, "The service said: "+sentence(e.Description))
	default:
		sentences = append(sentences, ownSentence(errors.New(e.Description)))
	}
	if remedy := wire.Remedy(e); remedy != "" {
		sentences = append(sentences, remedy)
	}
	if e.Code != "" {
		facts = append(facts, "OAuth error: "+e.Code)
	}
	for _, code := range e.AADSTS {
		facts = append(facts, fmt.Sprintf("Code: AADSTS%d", code))
	}
	if e.TraceID != "" {
		facts = append(facts, "Trace ID: "+e.TraceID)
	}
	return sentences, facts
}

// sentence ends a text of another program with a full stop.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

// ownSentence makes a full sentence of an error of this provider's libraries.
func ownSentence(err error) string {
	text := sentence(err.Error())
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

func compact(sentences ...string) []string {
	return slices.DeleteFunc(sentences, func(s string) bool { return s == "" })
}
