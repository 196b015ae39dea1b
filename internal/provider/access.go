// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Access is how a program that is not the provider reaches Graph: with the settings of the environment, as the provider would.
type Access struct {
	Endpoint   string // of Graph, without a version
	HTTPClient *http.Client
	Token      func(context.Context) (string, error)
}

// AccessFrom reads the settings from environment variables alone. Nothing is contacted.
func AccessFrom(getenv func(string) string) (Access, error) {
	s, diags := model{GoTo: types.ObjectNull(nil)}.resolve(getenv)
	if diags.HasError() {
		return Access{}, failed(diags)
	}
	httpClient, diags := s.httpClient()
	if diags.HasError() {
		return Access{}, failed(diags)
	}
	client, diags := (&Provider{getenv: getenv}).client(context.Background(), s, httpClient, "")
	if diags.HasError() {
		return Access{}, failed(diags)
	}
	return Access{Endpoint: s.graphEndpoint(), HTTPClient: httpClient, Token: client.AccessToken}, nil
}

// failed returns the errors among diagnostics as one.
func failed(diags diag.Diagnostics) error {
	var all []error
	for _, d := range diags.Errors() {
		all = append(all, errors.New(d.Summary()+": "+d.Detail()))
	}
	return errors.Join(all...)
}
