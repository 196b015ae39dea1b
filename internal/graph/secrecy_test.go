// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// The library quotes the answer that it cannot decode.
func TestSignIn_doesNotQuoteTheTokenOfAnAnswer(t *testing.T) {
	const token = "eyJ0eXAiOiJKV1QifQ.access.token"
	for _, body := range []string{
		`{"token_type":"Bearer","expires_in":"soon","access_token":"` + token + `"}`, `{"access_token":["` + token + `"]}`, `["` + token + `"]`, `"` + token + `"`,
		`access_token=` + token, `<html>` + token + `</html>`, `{"access_token":"` + token, `{"error":"` + token + `"}`,
	} {
		s := newLoginServer(t, answer(200, body), answer(200, body), answer(200, body), answer(200, body), answer(200, body))
		o := s.options(MethodClientSecret)
		o.ClientSecret = "a client secret"
		_, err := newTestCredential(t, o).GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{testScope}})
		if why, ok := errors.AsType[*AuthError](err); !ok || strings.Contains(fmt.Sprintf("%v %#v %v", err, why, why.Err), token) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestSignIn_hidesWhatItSends(t *testing.T) {
	const secret = `fed"rated&t<oken>+value/of=the job`
	for _, method := range []Method{MethodClientSecret, MethodOIDCToken, MethodOIDCTokenFile, MethodWorkloadIdentity} {
		for name, form := range map[string]string{
			"as it is": strings.ReplaceAll(secret, `"`, `\"`), "URL": url.QueryEscape(secret), "HTML": html.EscapeString(secret),
			"base64": base64.StdEncoding.EncodeToString([]byte("id:" + secret)), "folded": strings.ReplaceAll(strings.ReplaceAll(secret, `"`, `\"`), "t<o", `t<\r\n o`),
		} {
			s := newLoginServer(t, answer(400, `{"error":"invalid_client","error_description":"AADSTS700024: `+form+` is bad","trace_id":"`+form+`"}`))
			o := s.options(method)
			file := filepath.Join(t.TempDir(), "token")
			if err := os.WriteFile(file, []byte("\ufeff"+secret+"\r\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			o.ClientSecret, o.OIDCToken, o.OIDCTokenFilePath = secret, secret, file
			_, err := newTestCredential(t, o).GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{testScope}})
			want := "sign-in failed, invalid_client: AADSTS700024: (redacted) is bad (trace id (redacted))"
			if name == "base64" { // what surrounds the secret stays
				want = strings.ReplaceAll(want, "(redacted)", "aWQ6(redacted)g==")
			}
			if err == nil || err.Error() != want {
				t.Errorf("%s, %s: %v", method, name, err)
			}
		}
	}
}

func TestCall_hidesItsToken(t *testing.T) {
	b := newBench(t, answer(400, `{"error":{"code":"BadRequest","message":"Bearer token-1 is odd"}}`))
	err := b.StartJob(t.Context(), testRef)
	if err == nil || !strings.Contains(err.Error(), "Bearer (redacted) is odd") {
		t.Error(err)
	}
}
