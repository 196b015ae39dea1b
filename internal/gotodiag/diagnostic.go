// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package gotodiag turns errors of the GoTo client into Terraform diagnostics: what happened, the likely cause, the remedy, and
// the facts for GoTo's support.
package gotodiag

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// Error is the diagnostic for err of an operation. Summary names the action and the object, as in "Cannot read the accounts at
// GoTo"; a sign-in that failed has a summary of its own.
func Error(summary string, err error) diag.Diagnostic {
	if _, ok := errors.AsType[*gotoadmin.SignInError](err); ok {
		summary = "Cannot sign in to GoTo"
	}
	return diag.NewErrorDiagnostic(summary, Detail(err))
}

// Detail is the text of the diagnostic for err.
func Detail(err error) string {
	var none *providerdata.NoGoToError
	var choice *gotoadmin.AccountChoiceError
	var refused *gotoadmin.SignInError
	var answer *gotoadmin.Error
	var late []string
	if errors.Is(err, context.DeadlineExceeded) {
		late = []string{"The time allowed ran out; raise it in `timeouts` if the service only needs longer."}
	}
	switch {
	case errors.As(err, &none):
		return noCredentials(none)
	case errors.As(err, &choice):
		return whichAccount(choice)
	case errors.Is(err, context.Canceled):
		return "The operation was interrupted."
	case errors.As(err, &refused):
		return compose(append(signInSentences(refused), late...), signInFacts(refused))
	case errors.As(err, &answer):
		return compose(append(answerSentences(answer), late...), answerFacts(answer))
	}
	return compose(append([]string{sentence(err.Error())}, late...), nil)
}

// Refusal says what to change about the provider's `goto` block, or about the rights of who is behind it, without a word of
// GoTo's own, which may name people. It is "" for an error that has another cause.
func Refusal(err error) string {
	var none *providerdata.NoGoToError
	var choice *gotoadmin.AccountChoiceError
	var refused *gotoadmin.SignInError
	switch {
	case errors.As(err, &none):
		return fmt.Sprintf("The provider's `goto` block lacks %s (environment variables %s).", enumerate(none.Missing, ""), enumerate(none.Missing, "GOTO_"))
	case errors.As(err, &choice):
		return "The GoTo account to use is not clear, or the owner of the token does not administer it. Set `account_key` in the provider's `goto` block."
	case errors.As(err, &refused) && signInAdvice[refused.Code] != "":
		return "The sign-in was refused. " + signInAdvice[refused.Code]
	case gotoadmin.IsPermissionDenied(err):
		return "GoTo refused the request. " + scope + " " + role
	}
	return ""
}

// Cause says why GoTo could not be read. Like Refusal, it has no words of GoTo's own, only its code.
func Cause(err error) string {
	refused, isRefused := errors.AsType[*gotoadmin.SignInError](err)
	answer, isAnswer := errors.AsType[*gotoadmin.Error](err)
	switch refusal := Refusal(err); {
	case refusal != "":
		return refusal
	case isRefused:
		silent := *refused
		silent.Description = silent.Code
		return compose(signInSentences(&silent), nil)
	case isAnswer:
		silent := *answer
		silent.Message = silent.Code
		return compose(answerSentences(&silent), nil)
	}
	return Detail(err)
}

func compose(sentences, facts []string) string {
	text := strings.Join(slices.DeleteFunc(sentences, func(s string) bool { return s == "" }), " ")
	if len(facts) > 0 {
		text += "\n\n" + strings.Join(facts, "\n")
	}
	return text
}

func noCredentials(e *providerdata.NoGoToError) string {
	if len(e.Given) > 0 {
		return fmt.Sprintf("The provider's credentials for GoTo are incomplete: found %s, but not %s. Set %s, or the attributes in the `goto` block of the provider.",
			enumerate(e.Given, ""), enumerate(e.Missing, ""), enumerate(e.Missing, "GOTO_"))
	}
	return fmt.Sprintf(`GoTo is not configured. Configure an OAuth client at GoTo and the personal access token of an administrator in the provider:

provider "gotomeeting" {
  goto = {
    client_id             = "the OAuth client's id"
    client_secret         = var.goto_client_secret
    personal_access_token = var.goto_personal_access_token
  }
}

Or set the environment variables %s. The provider's documentation page explains how to get them.`, enumerate(e.Missing, "GOTO_"))
}

// enumerate writes attributes, or their environment variables, as a phrase.
func enumerate(attributes []string, prefix string) string {
	names := make([]string, len(attributes))
	for i, name := range attributes {
		if prefix != "" {
			name = prefix + strings.ToUpper(name)
		}
		names[i] = "`" + name + "`"
	}
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func whichAccount(e *gotoadmin.AccountChoiceError) string {
	const remedy = "Set `account_key` in the provider's `goto` block, or `GOTO_ACCOUNT_KEY`, to the key of the account to read:\n\n"
	list := make([]string, len(e.Accounts))
	for i, account := range e.Accounts {
		list[i] = account.Key
		if account.Name != "" {
			list[i] += " (" + account.Name + ")"
		}
	}
	accounts := strings.Join(list, "\n")
	switch {
	case len(e.Accounts) == 0 && e.Chosen == "":
		return "The owner of the personal access token does not administer any account at GoTo. Use the token of a person who does, or assign an administrator role to this person in the GoTo admin center."
	case len(e.Accounts) == 0:
		return fmt.Sprintf("The owner of the personal access token does not administer the account %s, or any other account. "+
			"Use the token of a person who does, or assign an administrator role to this person in the GoTo admin center.", e.Chosen)
	case e.Chosen == "":
		return "The owner of the personal access token administers several accounts at GoTo. " + remedy + accounts
	}
	return fmt.Sprintf("The owner of the personal access token does not administer the account %s. ", e.Chosen) + remedy + accounts
}

// Sentences that several failures share.
const (
	unreachable = "Check the network, the proxy settings, and `%s` in the provider's `goto` block. An endpoint with a private certificate authority needs `ca_certificate_file`."
	busy        = "GoTo allows ten requests per second in total for this account. Try again later, when no other program uses the API."
	failing     = "Try again; GoTo reports outages at https://status.goto.com."
	again       = "Try again. If the problem persists, a proxy may be changing the responses."
	foreign     = "A proxy may require a separate sign-in, or `%s` in the provider's `goto` block is wrong."
)

// signInAdvice is by OAuth error code. GoTo documents only the first; the others are RFC 6749's words for what can be wrong.
// https://developer.goto.com/guides/Authentication/03.1_HOW_accessTokenPAT
var signInAdvice = map[string]string{
	"invalid_client": "GoTo does not know the OAuth client, or the client secret is wrong. Check `client_id` and `client_secret` of the provider's `goto` block " +
		"(`GOTO_CLIENT_ID`, `GOTO_CLIENT_SECRET`); replace a lost secret with a new one in GoTo's developer portal.",
	"invalid_grant": "GoTo does not accept the personal access token: it is wrong, was revoked, or was created for another OAuth client. " +
		"Have the administrator create a new one and set it as `personal_access_token` of the provider's `goto` block (`GOTO_PERSONAL_ACCESS_TOKEN`).",
	"unauthorized_client":    grantSwitchedOff,
	"unsupported_grant_type": grantSwitchedOff,
	"invalid_scope":          "The personal access token lacks a scope of the OAuth client, or the other way around. " + scope,
}

const (
	grantSwitchedOff = "The OAuth client is not enabled for personal access tokens. Enable that grant type for the client in GoTo's developer portal."
	scope            = "Select the scope `identity:` (Admin Center) for the OAuth client in GoTo's developer portal, and create a new personal access token with it."
	role             = "The owner of the token must be an administrator of the account who can manage users, such as a super admin: a scope never grants more than the person's role."
)

func signInSentences(e *gotoadmin.SignInError) []string {
	said, advice := quote(e.Description), signInAdvice[e.Code]
	if e.Code == "" && e.StatusCode == http.StatusUnauthorized && e.Err == nil {
		advice = signInAdvice["invalid_client"]
	}
	if e.StatusCode != 0 && advice != "" {
		return []string{"Signing in to GoTo failed.", advice, said}
	}
	if found := failure("GoTo's sign-in", "token_endpoint", e.StatusCode, said, e.Err); found != nil {
		return found
	}
	return []string{"GoTo refused the sign-in.", said, "Check the credentials and `token_endpoint` of the provider's `goto` block."}
}

func signInFacts(e *gotoadmin.SignInError) []string {
	return facts(e.StatusCode, e.Err, fact("OAuth error: ", e.Code))
}

func answerSentences(e *gotoadmin.Error) []string {
	said := quote(e.Message)
	if gotoadmin.IsPermissionDenied(e) {
		return []string{"GoTo recognized the administrator and refused the request.", said, scope, role}
	}
	if found := failure("GoTo", "endpoint", e.StatusCode, said, e.Err); found != nil {
		return found
	}
	switch {
	case e.StatusCode == http.StatusUnauthorized, e.StatusCode == http.StatusForbidden:
		return []string{"GoTo did not accept the access token that it just issued.", said,
			"Check that `endpoint` and `token_endpoint` in the provider's `goto` block belong together."}
	case e.StatusCode == http.StatusNotFound:
		return []string{"GoTo did not find what was requested.", said, "Check `endpoint` and `account_key` in the provider's `goto` block."}
	case said == "":
		return []string{"GoTo refused the request without a reason."}
	}
	return []string{"GoTo refused the request.", said}
}

// failure is what sign-in and API can fail with alike; nil for a refusal of theirs.
func failure(who, endpoint string, status int, said string, err error) []string {
	switch {
	case status == 0:
		return []string{who + " could not be reached.", fmt.Sprintf(unreachable, endpoint)}
	case status == http.StatusTooManyRequests:
		return []string{who + " kept throttling the provider.", said, busy}
	case status >= 500:
		return []string{who + " failed.", said, failing}
	case status < 300:
		return []string{who + " returned a response that the provider cannot use.", said, again}
	case err != nil:
		return []string{"The answer did not come from " + who + ".", fmt.Sprintf(foreign, endpoint)}
	}
	return nil
}

func answerFacts(e *gotoadmin.Error) []string {
	return facts(e.StatusCode, e.Err, fact("GoTo code: ", e.Code), "Request: "+e.Method+" "+e.Path)
}

func facts(status int, err error, more ...string) []string {
	if status != 0 {
		more = slices.Insert(more, 0, fmt.Sprintf("HTTP status: %d", status))
	}
	if err != nil {
		more = append(more, "Cause: "+strings.TrimSuffix(err.Error(), "."))
	}
	return slices.DeleteFunc(more, func(s string) bool { return s == "" })
}

func fact(name, value string) string {
	if value == "" {
		return ""
	}
	return name + value
}

func quote(message string) string {
	if strings.TrimSpace(message) == "" {
		return ""
	}
	return "GoTo said: " + sentence(message)
}

// sentence makes a full sentence of another program's text.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".!?") {
		return s
	}
	return s + "."
}
