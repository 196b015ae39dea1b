// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/textfile"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

// exchangeAudience is the audience that Microsoft Entra ID expects of a federated token.
const exchangeAudience = "api://AzureADTokenExchange"

// assertion returns what yields the federated token. It is called for each sign-in, so a long run gets a new
// token where there is one to be had.
func (o CredentialOptions) assertion() (func(context.Context) (string, error), error) {
	var get func(context.Context) (string, error)
	switch o.Method {
	case MethodOIDCToken:
		if o.OIDCToken == "" {
			return nil, errors.New("no OpenID Connect token is set")
		}
		get = func(context.Context) (string, error) { return o.OIDCToken, nil } //nolint:unparam // the other sources can fail
	case MethodOIDCTokenFile, MethodWorkloadIdentity:
		if o.OIDCTokenFilePath == "" {
			return nil, errors.New("no OpenID Connect token file is set")
		}
		get = o.tokenFromFile
	default:
		address, err := url.Parse(o.OIDCRequestURL)
		if err != nil || address.Host == "" || (address.Scheme != "https" && (address.Scheme != "http" || !wire.IsLoopback(address.Hostname()))) {
			return nil, errors.New("the OpenID Connect request URL is not an https URL")
		}
		get = func(ctx context.Context) (string, error) { return o.requestToken(ctx, *address) }
	}
	return func(ctx context.Context) (string, error) {
		token, err := get(ctx)
		if seen, ok := ctx.Value(signInKey{}).(*signInAnswer); ok {
			seen.assertion, seen.federated = err, token // the library passes on only the error's text
		}
		return token, err
	}, nil
}

func (o CredentialOptions) tokenFromFile(context.Context) (string, error) {
	data, err := textfile.Read(o.OIDCTokenFilePath)
	if err != nil {
		return "", fmt.Errorf("reading the OpenID Connect token: %w", err)
	}
	token := strings.TrimSpace(string(data))
	if token == "" {
		return "", fmt.Errorf("reading the OpenID Connect token: %s is empty", o.OIDCTokenFilePath)
	}
	return token, nil
}

// requestToken asks the CI system for a federated token: GitHub Actions by GET with the audience, Azure DevOps by POST
// with the service connection.
// https://docs.github.com/actions/reference/security/oidc
// https://learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken/create
func (o CredentialOptions) requestToken(ctx context.Context, address url.URL) (string, error) {
	method := http.MethodGet
	values := address.Query()
	if o.Method == MethodAzureDevOps {
		method = http.MethodPost
		values.Set("serviceConnectionId", o.ADOPipelineServiceConnectionID)
		if !values.Has("api-version") {
			values.Set("api-version", "7.1")
		}
	} else if !values.Has("audience") {
		values.Set("audience", exchangeAudience)
	}
	address.RawQuery = values.Encode()
	const doing = "requesting the OpenID Connect token"
	header := http.Header{"Accept": {"application/json"}, "Authorization": {"Bearer " + o.OIDCRequestToken}}
	if o.Method == MethodAzureDevOps {
		// It answers a bad token with a redirect to a sign-in page unless told otherwise.
		header.Set("X-TFS-FedAuthRedirect", "Suppress")
	}
	a, err := newWire(o.HTTPClient, o.Clock, o.Log).Do(ctx, wire.Request{
		Method: method, URL: address.String(), Path: redactPath(address.EscapedPath()), Header: header,
	})
	if err != nil {
		return "", fmt.Errorf("%s from %s: %w", doing, address.Host, err)
	}
	if !a.Succeeded() {
		text := readErrorBody(a.Body).message
		if text != "" {
			text = ": " + text
		}
		return "", fmt.Errorf("%s: %s answered %d %s%s", doing, address.Host, a.Status, http.StatusText(a.Status), text)
	}
	var answer struct {
		Value     string `json:"value"`
		OIDCToken string `json:"oidcToken"`
	}
	if json.Unmarshal(a.Body, &answer) != nil || answer.Value+answer.OIDCToken == "" {
		return "", fmt.Errorf("%s: the response of %s does not contain a token", doing, address.Host)
	}
	if answer.OIDCToken != "" {
		return answer.OIDCToken, nil
	}
	return answer.Value, nil
}
