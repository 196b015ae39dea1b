// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/tenant"
)

// behindAnother puts a stand-in between the simulator and whoever asks it that says the same in another way: members without a
// value are left out, annotations too, there are members that nobody knows, successful answers have another status, those that had
// no body have one, objects are named in uppercase, links are relative, and there are no batches.
func behindAnother(t *testing.T, environment map[string]string) {
	t.Helper()
	target, err := url.Parse(environment["GOTOMEETING_GRAPH_ENDPOINT"])
	if err != nil {
		t.Fatal(err)
	}
	authority, err := os.ReadFile(environment["GOTOMEETING_CA_CERTIFICATE_FILE"])
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	token := tokenFor(t, &http.Client{Transport: transport}, target.String(), environment)
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Header.Set("Authorization", "Bearer "+token) // the one that came along is for this stand-in
			r.Out.Header.Del("Accept-Encoding")
		},
		ModifyResponse: func(response *http.Response) error {
			body, err := io.ReadAll(response.Body)
			if err != nil {
				return err
			}
			var document any
			if json.Unmarshal(body, &document) == nil && response.StatusCode < http.StatusBadRequest {
				if body, err = json.Marshal(otherwise(document, strings.Contains(response.Request.URL.Path, "/synchronization/"))); err != nil {
					return err
				}
			}
			switch response.StatusCode {
			case http.StatusCreated:
				response.StatusCode = http.StatusOK
			case http.StatusNoContent:
				response.StatusCode, body = http.StatusOK, []byte("{}")
				response.Header.Set("Content-Type", "application/json")
			}
			response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			response.Header.Del("Content-Length")
			return nil
		},
		Transport: transport,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/$batch") {
			w.WriteHeader(http.StatusNotImplemented)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	environment["GOTOMEETING_GRAPH_ENDPOINT"] = server.URL
	for _, variable := range []string{tenant.VariablePeople, tenant.VariableGroup} {
		environment[variable] = strings.ToUpper(environment[variable])
	}
}

// tokenFor signs in as the simulator wants it.
func tokenFor(t *testing.T, client *http.Client, audience string, environment map[string]string) string {
	t.Helper()
	response, err := client.PostForm(environment["GOTOMEETING_AUTHORITY_HOST"]+"/"+environment["ARM_TENANT_ID"]+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {environment["ARM_CLIENT_ID"]}, "client_secret": {environment["ARM_CLIENT_SECRET"]}, "scope": {audience + "/.default"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it was read
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.Token == "" {
		t.Fatalf("no token: %s %v", response.Status, err)
	}
	return answer.Token
}

// otherwise says a value in the other way. What refers to other parts of a document stays as it is.
func otherwise(value any, asIs bool) any {
	switch value := value.(type) {
	case map[string]any:
		other := map[string]any{"aMemberThatNobodyKnows": true}
		for name, inner := range value {
			switch {
			case inner == nil:
			case name == "@odata.nextLink":
				link, _ := inner.(string)
				_, path, _ := strings.Cut(link, "/v1.0/")
				other[name] = "/v1.0/" + path
			case !asIs && uuid.Validate(fmt.Sprint(inner)) == nil:
				other[name] = strings.ToUpper(fmt.Sprint(inner))
			case strings.Contains(name, "@odata.") && name != "@odata.type":
			default:
				other[name] = otherwise(inner, asIs)
			}
		}
		return other
	case []any:
		for i := range value {
			value[i] = otherwise(value[i], asIs)
		}
	}
	return value
}
