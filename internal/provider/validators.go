// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/textfile"
)

// textChecks say in full sentences what keeps a value from being one of its attribute, "" for nothing. They hold wherever
// the value comes from: the block, the environment or a file.
var textChecks = map[string]func(string) string{
	"client_id_file_path":     pathProblem,
	"client_secret_file_path": pathProblem,
	"client_certificate_path": pathProblem,
	"oidc_token_file_path":    pathProblem,
	"ca_certificate_file":     pathProblem,
	"tenant_id":               tenantProblem,
	"client_id":               clientIDProblem,
	"environment":             environmentProblem,
	"oidc_request_url":        requestURLProblem,
	"msi_endpoint":            identityURLProblem,
	"graph_endpoint":          graphURLProblem,
	"authority_host":          authorityURLProblem,
	"goto.account_key":        accountKeyProblem,
	"goto.endpoint":           goToURLProblem,
	"goto.token_endpoint":     goToTokenURLProblem,
	"impact.timeout":          durationProblem,
	"impact.on_unknown":       onUnknownProblem,
	"impact.report_file":      pathProblem,
	"impact.report_detail":    reportDetailProblem,
}

// checked applies the check of an attribute to the block.
type checked struct {
	attribute, summary, description string
}

func (v checked) Description(context.Context) string { return v.description }

func (v checked) MarkdownDescription(context.Context) string { return v.description }

func (v checked) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	value := trimmed(v.attribute, req.ConfigValue.ValueString())
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || value == "" {
		return
	}
	if problem := textChecks[v.attribute](value); problem != "" {
		resp.Diagnostics.AddAttributeError(req.Path, v.summary, problem)
	}
}

func environmentProblem(name string) string {
	if _, ok := graph.LookupEnvironment(name); ok {
		return ""
	}
	return shown(name) + " is not a Microsoft cloud that this provider knows. Use `global`, `usgovernmentl4`, `usgovernmentl5`, or `china`."
}

// domain is a domain name with at least one dot.
var domain = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$`)
})

func tenantProblem(tenant string) string {
	if isGUID(tenant) || domain().MatchString(tenant) {
		return ""
	}
	return shown(tenant) + " is not a tenant. Use the tenant id, such as \"c0000000-0000-4000-8000-00000000000c\", or one of its verified domains, such as \"example.onmicrosoft.com\"."
}

// clientIDProblem accepts either case: unlike the ids of resources a client id is compared with nothing.
func clientIDProblem(id string) string {
	if isGUID(id) {
		return ""
	}
	return shown(id) + " is not a GUID. Use the application (client) id of the app registration or managed identity, such as \"a0000000-0000-4000-8000-0000000000aa\"."
}

// harmless is what may be repeated in a message: too short for a secret, or shaped like a GUID.
var harmless = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(-?[A-Za-z0-9 ]{1,12}|[{]?[A-Za-z0-9]{4,8}(-[A-Za-z0-9]{1,8}){1,3}-[A-Za-z0-9]{1,12}[}]?)$`)
})

// shown is how a message begins about a value, which may be a secret that was put into the wrong setting.
func shown(value string) string {
	if harmless().MatchString(value) {
		return fmt.Sprintf("%q", value)
	}
	return fmt.Sprintf("The value, %d characters that are not shown,", utf8.RuneCountInString(value))
}

// pathProblem finds what belongs in a file instead of its path.
func pathProblem(value string) string {
	if problem := textfile.PathProblem(value); problem != "" {
		return sentence(problem) + " Save it in a file, and use the path of the file."
	}
	return ""
}

func isGUID(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil }

// graphURLProblem accepts a base URL: https, or http on a loopback address, because access tokens travel on it.
func graphURLProblem(s string) string {
	u, problem := parseURL(s, "https://graph.example.com", false)
	if problem == "" && u.Scheme == "http" && !isLoopback(u.Hostname()) {
		return notEncrypted(s, "access tokens travel", "http is accepted only for a loopback address.")
	}
	if problem == "" && strings.HasSuffix(strings.TrimRight(u.Path, "/"), "/beta") {
		return "The URL ends with a version that this provider does not use. Omit the version: the provider adds `/v1.0`."
	}
	return problem
}

// authorityURLProblem accepts a base URL: https, or http on a loopback address, because credentials travel on it.
func authorityURLProblem(s string) string {
	u, problem := parseURL(s, "https://login.example.com", false)
	if problem == "" && u.Scheme == "http" && !isLoopback(u.Hostname()) {
		return notEncrypted(s, "credentials travel", "http is accepted only for a loopback address.")
	}
	return problem
}

// requestURLProblem accepts a URL whose query says which job asks.
func requestURLProblem(s string) string {
	u, problem := parseURL(s, "https://token.example.com/request?api-version=2.0", true)
	if problem == "" && u.Scheme == "http" && !isLoopback(u.Hostname()) {
		return notEncrypted(s, "identity tokens travel", "http is accepted only for a loopback address.")
	}
	return problem
}

// identityURLProblem accepts what managed identity endpoints have: plain http on an address of the machine or of its
// network, such as 169.254.169.254.
func identityURLProblem(s string) string {
	u, problem := parseURL(s, "http://169.254.169.254/metadata/identity/oauth2/token", false)
	if problem != "" || u.Scheme == "https" || isLoopback(u.Hostname()) {
		return problem
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil && (ip.IsLinkLocalUnicast() || ip.IsPrivate()) {
		return ""
	}
	return notEncrypted(s, "access tokens travel", "http is accepted only for loopback, link-local and private addresses.")
}

// goToURLProblem accepts a base URL: https, or http on a loopback address, because access tokens travel on it.
func goToURLProblem(s string) string {
	u, problem := parseURL(s, gotoadmin.DefaultEndpoint, false)
	if problem == "" && u.Scheme == "http" && !isLoopback(u.Hostname()) {
		return notEncrypted(s, "access tokens travel", "http is accepted only for a loopback address.")
	}
	return problem
}

// goToTokenURLProblem accepts what goToURLProblem accepts; a client secret and a personal access token travel on it.
func goToTokenURLProblem(s string) string {
	u, problem := parseURL(s, gotoadmin.DefaultTokenEndpoint, false)
	if problem == "" && u.Scheme == "http" && !isLoopback(u.Hostname()) {
		return notEncrypted(s, "credentials travel", "http is accepted only for a loopback address.")
	}
	return problem
}

// accountKeyProblem does not count digits: GoTo's own texts show keys of several lengths.
func accountKeyProblem(s string) string {
	if s != "" && strings.Trim(s, "0123456789") == "" {
		return ""
	}
	return shown(s) + " is not an account key. Use the decimal number of the account at GoTo, such as \"8000000000000000001\"."
}

func parseURL(s, example string, withQuery bool) (*url.URL, string) {
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Host == "", u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Sprintf("The value is not an absolute URL. Use a URL such as %q.", example)
	case u.User != nil:
		return nil, "The URL must not contain a user name or password."
	case u.Fragment != "" || u.RawQuery != "" && !withQuery:
		return nil, fmt.Sprintf("The URL must not have a query or fragment. Use a URL such as %q.", example)
	}
	return u, ""
}

func notEncrypted(s, what, exception string) string {
	s, _, _ = strings.Cut(s, "?")
	return strings.TrimSpace(fmt.Sprintf("%q is not encrypted, and %s over it. Use https. %s", s, what, exception))
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
