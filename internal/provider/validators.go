// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"net"
	"net/url"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// environmentName accepts the clouds and their aliases.
type environmentName struct{}

func (environmentName) Description(context.Context) string { return "must name a Microsoft cloud" }

func (v environmentName) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (environmentName) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || req.ConfigValue.ValueString() == "" {
		return
	}
	if problem := environmentProblem(req.ConfigValue.ValueString()); problem != "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Unknown environment", problem)
	}
}

func environmentProblem(name string) string {
	if _, ok := graph.LookupEnvironment(name); ok {
		return ""
	}
	return fmt.Sprintf("%q is no Microsoft cloud that this provider knows. Use `global`, `usgovernmentl4`, `usgovernmentl5` or `china`.", name)
}

// httpURL accepts an absolute https URL without a query; http only for a loopback address, because a bearer token
// travels on it.
type httpURL struct{}

func (httpURL) Description(context.Context) string { return "must be an https URL" }

func (v httpURL) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (httpURL) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || req.ConfigValue.ValueString() == "" {
		return
	}
	if problem := urlProblem(req.ConfigValue.ValueString()); problem != "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid URL", problem)
	}
}

func urlProblem(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Host == "", u.Scheme != "https" && u.Scheme != "http":
		return fmt.Sprintf("%q is no absolute URL. Give one such as \"https://graph.example.com\".", s)
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return "The URL must have no user, query or fragment."
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return fmt.Sprintf("%q is not encrypted, and access tokens travel on it. Use https; http is accepted only for a loopback address.", s)
	}
	return ""
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
