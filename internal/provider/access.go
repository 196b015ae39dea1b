// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
)

// Access is how a program that is not the provider reaches Graph: with the settings of the environment, as the provider would.
type Access struct {
	Endpoint   string // of Graph, without a version
	HTTPClient *http.Client
	Token      func(context.Context) (string, error)
	GoTo       GoToAccess
}

// GoToAccess is how GoTo's Admin API is reached; without a client id it is not.
type GoToAccess struct {
	Endpoint, TokenEndpoint                     string
	ClientID, ClientSecret, PersonalAccessToken string
	AccountKey                                  string
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
	return Access{Endpoint: s.graphEndpoint(), HTTPClient: httpClient, Token: client.AccessToken, GoTo: GoToAccess{
		Endpoint:      cmp.Or(strings.TrimRight(s.get("goto.endpoint"), "/"), gotoadmin.DefaultEndpoint),
		TokenEndpoint: cmp.Or(s.get("goto.token_endpoint"), gotoadmin.DefaultTokenEndpoint),
		ClientID:      s.get("goto.client_id"), ClientSecret: s.get("goto.client_secret"),
		PersonalAccessToken: s.get("goto.personal_access_token"), AccountKey: s.get("goto.account_key"),
	}}, nil
}

// failed returns the errors among diagnostics as one.
func failed(diags diag.Diagnostics) error {
	var all []error
	for _, d := range diags.Errors() {
		all = append(all, errors.New(d.Summary()+": "+d.Detail()))
	}
	return errors.Join(all...)
}
