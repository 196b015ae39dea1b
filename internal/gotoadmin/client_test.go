// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

func discardLogger() *log.Logger { return log.New(io.Discard, "", 0) }

func TestNew_checksOptions(t *testing.T) {
	good := Options{ClientID: "a", ClientSecret: "b", PersonalAccessToken: "c"}
	tests := []struct {
		name   string
		adjust func(*Options)
		want   string // "" for no error
	}{
		{"defaults", func(*Options) {}, ""},
		{"endpoints", func(o *Options) {
			o.Endpoint, o.TokenEndpoint = "https://goto.example.com/base/", "https://example.com/oauth/token"
		}, ""},
		{"loopback", func(o *Options) { o.Endpoint, o.TokenEndpoint = "http://127.0.0.1:8080", "http://[::1]:8080/token" }, ""},
		{"loopback by name", func(o *Options) { o.Endpoint = "http://localhost:8080" }, ""},
		{
			"nothing", func(o *Options) { *o = Options{} },
			"signing in to GoTo requires a client ID, a client secret, and a personal access token; missing: client ID, client secret, personal access token",
		},
		{
			"blank secret", func(o *Options) { o.ClientSecret = " \n" },
			"signing in to GoTo requires a client ID, a client secret, and a personal access token; missing: client secret",
		},
		{"no TLS", func(o *Options) { o.Endpoint = "http://goto.example.com" }, `endpoint "http://goto.example.com": credentials must not be sent without TLS, so the scheme must be https`},
		{
			"no TLS for sign-in", func(o *Options) { o.TokenEndpoint = "http://goto.example.com/t" },
			`token endpoint "http://goto.example.com/t": credentials must not be sent without TLS, so the scheme must be https`,
		},
		{"a name that begins like loopback", func(o *Options) { o.Endpoint = "http://127.0.0.1.example.com" }, `endpoint "http://127.0.0.1.example.com": credentials must not be sent without TLS, so the scheme must be https`},
		{"another scheme", func(o *Options) { o.Endpoint = "ftp://goto.example.com" }, `endpoint "ftp://goto.example.com": the scheme must be https`},
		{"only a host", func(o *Options) { o.Endpoint = "goto.example.com" }, `endpoint "goto.example.com" is not a URL such as https://api.getgo.com`},
		{"a query", func(o *Options) { o.TokenEndpoint = "https://example.com/t?pat=hush" }, `token endpoint "https://example.com/t?(redacted)" is not a URL such as https://authentication.logmeininc.com/oauth/token`},
		{"a password", func(o *Options) { o.Endpoint = "https://me:hush@example.com" }, `endpoint "https://redacted@example.com" is not a URL such as https://api.getgo.com`},
		{"not a URL", func(o *Options) { o.Endpoint = "https://hush:hush:%zz" }, `endpoint "(not a URL)" is not a URL such as https://api.getgo.com`},
		{"no host", func(o *Options) { o.Endpoint = "https://:443" }, `endpoint "https://:443" is not a URL such as https://api.getgo.com`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := good
			o.HTTPClient = &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				t.Error("New contacts somebody")
				return nil, errors.New("no")
			})}
			tt.adjust(&o)
			client, err := New(o)
			var got string
			if err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if (client == nil) != (err != nil) {
				t.Error("not either a client or an error")
			}
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestNew_usesTheServiceUnlessTold(t *testing.T) {
	var urls []string
	client, err := New(Options{
		ClientID: "a", ClientSecret: "b", PersonalAccessToken: "c", Clock: newFakeClock(),
		HTTPClient: &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			urls = append(urls, r.Method+" "+r.URL.String()+" "+r.UserAgent())
			body := `{"access_token":"t","accountKey":"1"}`
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		})},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Users(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"POST https://authentication.logmeininc.com/oauth/token terraform-provider-gotomeeting",
		"GET https://api.getgo.com/admin/rest/v1/me terraform-provider-gotomeeting",
		"GET https://api.getgo.com/admin/rest/v1/accounts/1/users?pageSize=1000&offset=0 terraform-provider-gotomeeting",
	}
	if diff := cmp.Diff(want, urls); diff != "" {
		t.Error(diff)
	}
}

func TestNew_leavesTheCallersHTTPClientAlone(t *testing.T) {
	theirs := &http.Client{Timeout: time.Hour}
	own := prepared(theirs)
	if theirs.CheckRedirect != nil || theirs.Timeout != time.Hour {
		t.Error("the caller's client was changed")
	}
	if own.Timeout != time.Hour || prepared(nil).Timeout != longestExchange || prepared(&http.Client{}).Timeout != longestExchange {
		t.Error("exchanges are not bounded as they should be")
	}
	if prepared(nil).Transport == nil {
		t.Error("the connections are shared with everybody in the process")
	}
}

func TestEndpoint_mayHaveAPath(t *testing.T) {
	b := newBench(t, map[string][]reply{"/base" + mePath: {answers(403, "")}}, func(o *Options) { o.Endpoint += "/base/" })
	_, err := b.Account(t.Context())
	if !IsPermissionDenied(err) || !strings.HasPrefix(err.Error(), "GET /base"+mePath+": 403 ") {
		t.Errorf("got %v", err)
	}
	if last := b.exchanges[len(b.exchanges)-1]; last.Path != "/base"+mePath {
		t.Errorf("the log tells %s", last.Path)
	}
}

func TestAccountKey_isEscapedInPaths(t *testing.T) {
	b := newBench(t, map[string][]reply{mePath: {answers(200, `{"accountKey":"../x?y"}`)}})
	_, _ = b.Users(t.Context())
	if got := b.targets()[2]; got != "GET /admin/rest/v1/accounts/..%2Fx%3Fy/users"+firstPage {
		t.Error(got)
	}
}

func TestError_tellsWhatToDo(t *testing.T) {
	const permission = `; the OAuth client needs the scope "identity:" (Admin Center), and the owner of the personal access token ` +
		`needs a role in the account that can read its users and licenses, such as Super admin`
	tests := []struct {
		name             string
		reply            reply
		want             Error
		text             string
		denied, notFound bool
	}{
		{
			name: "403", reply: answers(403, `{"int_err_code":"NotAllowed","msg":"no\n\trights\u001b[31m"}`), want: Error{StatusCode: 403, Code: "NotAllowed", Message: "no rights[31m"},
			text: "403 Forbidden, NotAllowed: no rights[31m" + permission, denied: true,
		},
		{name: "403 without words", reply: answers(403, ""), want: Error{StatusCode: 403}, text: "403 Forbidden" + permission, denied: true},
		{
			name: "401", reply: answers(401, `{"code":"not.authorized","uri":"/v1/Users"}`), want: Error{StatusCode: 401, Code: "not.authorized"},
			text: "401 Unauthorized, not.authorized" + permission, denied: true,
		},
		{
			name: "bad token", reply: answers(403, `{"int_err_code":"InvalidToken","msg":"Invalid token passed"}`),
			want: Error{StatusCode: 403, Code: "InvalidToken", Message: "Invalid token passed"},
			text: "403 Forbidden, InvalidToken: Invalid token passed; GoTo's Admin API does not accept the access token that was just issued: " +
				"check that the endpoint and the token endpoint belong to the same service",
		},
		{
			name: "404", reply: answers(404, `{"errorCode":"NotFound","message":"what?","more":[1]}`), want: Error{StatusCode: 404, Code: "NotFound", Message: "what?"},
			text: "404 Not Found, NotFound: what?; check the endpoint", notFound: true,
		},
		{name: "400 with two codes", reply: answers(400, `{"error":"e","int_err_code":"i"}`), want: Error{StatusCode: 400, Code: "i"}, text: "400 Bad Request, i"},
		{name: "400 with JSON of no use", reply: answers(400, `["hush"]`), want: Error{StatusCode: 400}, text: "400 Bad Request"},
		{name: "400 with strange members", reply: answers(400, `{"int_err_code":5,"error":"e","msg":{}}`), want: Error{StatusCode: 400, Code: "e"}, text: "400 Bad Request, e"},
		{name: "a status without a name", reply: answers(499, ""), want: Error{StatusCode: 499}, text: "499"},
		{name: "a proxy's page", reply: answers(403, "<html>hush</html>"), want: Error{StatusCode: 403, Err: wire.ErrNotJSON}, text: "403 Forbidden: " + wire.ErrNotJSON.Error()},
		{
			name: "a long text", reply: answers(400, `{"msg":"`+strings.Repeat("ü", 400)+`"}`), want: Error{StatusCode: 400, Message: strings.Repeat("ü", 250) + "…"},
			text: "400 Bad Request: " + strings.Repeat("ü", 250) + "…",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, map[string][]reply{mePath: {tt.reply}})
			_, err := b.Account(t.Context())
			e, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("%v is not an *Error", err)
			}
			tt.want.Method, tt.want.Path = "GET", mePath
			if *e != tt.want {
				t.Errorf("got %#v", e)
			}
			if want := "GET " + mePath + ": " + tt.text; err.Error() != want {
				t.Errorf("got  %s\nwant %s", err, want)
			}
			if strings.Contains(err.Error(), "hush") {
				t.Error("the error shows the body")
			}
			wrapped := fmt.Errorf("reading accounts: %w", err)
			if diff := cmp.Diff([]bool{tt.denied, tt.notFound}, []bool{IsPermissionDenied(wrapped), IsNotFound(wrapped)}); diff != "" {
				t.Errorf("denied and not found: %s", diff)
			}
		})
	}
}

func TestLog_hearsOfEachExchange(t *testing.T) {
	b := newBench(t, map[string][]reply{
		usersPath: {answers(500, "{}"), answers(200, "<html>"), answers(200, `{}`)},
	})
	b.decide = func(r seen) *reply {
		b.clock.advance(time.Millisecond)
		return nil
	}
	if _, err := b.Users(t.Context()); !errors.Is(err, wire.ErrNotJSON) {
		t.Fatal(err)
	}
	want := []wire.Exchange{
		{Method: "POST", Path: tokenPath, StatusCode: 200, Attempt: 1, Duration: time.Millisecond},
		{Method: "GET", Path: mePath, StatusCode: 200, Attempt: 1, Duration: time.Millisecond},
		{Method: "GET", Path: usersPath, StatusCode: 500, Attempt: 1, Duration: time.Millisecond},
		{Method: "GET", Path: usersPath, StatusCode: 200, Attempt: 2, Duration: time.Millisecond, Err: wire.ErrNotJSON},
	}
	if diff := cmp.Diff(want, b.exchanges, cmp.Comparer(func(a, b error) bool { return errors.Is(a, b) })); diff != "" {
		t.Error(diff)
	}
}

func TestLog_getsTheCallersContext(t *testing.T) {
	type mark struct{}
	heard := 0
	b := newBench(t, nil, func(o *Options) {
		o.Log = func(ctx context.Context, _ wire.Exchange) {
			if ctx.Value(mark{}) == true {
				heard++
			}
		}
	})
	if _, err := b.Account(context.WithValue(t.Context(), mark{}, true)); err != nil || heard != 2 {
		t.Errorf("heard %d, %v", heard, err)
	}
}

// A service that repeats whatever it is sent must not make secrets visible.
func TestSecrets_appearNowhere(t *testing.T) {
	const secret, pat, access = "s3cr3t+value", "p4t/value=", "acc3ss-token"
	basic := base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(testClientID) + ":" + url.QueryEscape(secret)))
	kept := []string{
		secret, pat, basic, url.QueryEscape(secret), url.QueryEscape(pat), url.PathEscape(pat),
		base64.StdEncoding.EncodeToString([]byte(pat)), base64.StdEncoding.EncodeToString([]byte(testClientID + ":" + secret)),
	}
	hidden := append(kept, access)
	echo := strings.Join(kept, " and ")
	refusal := func(status int, also string) reply {
		return answers(status, fmt.Sprintf(`{"int_err_code":%q,"error":"e","msg":%q}`, pat, echo+also))
	}
	granted := answers(200, `{"access_token":"`+access+`","expires_in":3600}`)
	tests := []struct {
		name    string
		replies map[string][]reply
	}{
		{"sign-in", map[string][]reply{tokenPath: {refusal(400, "")}}},
		{"sign-in, both ways", map[string][]reply{tokenPath: {refusal(401, "")}}},
		{"sign-in, a page", map[string][]reply{tokenPath: {answers(400, echo)}}},
		{"sign-in, wrong form", map[string][]reply{tokenPath: {answers(200, `{"access_token":["`+access+`"]}`)}}},
		{"sign-in, renewed", map[string][]reply{tokenPath: {granted, refusal(400, access)}, usersPath: {refusal(401, access)}}},
		{"me", map[string][]reply{tokenPath: {granted}, mePath: {refusal(403, access)}}},
		{"users", map[string][]reply{tokenPath: {granted}, usersPath: {refusal(401, access)}}},
		{"users, failing", map[string][]reply{tokenPath: {granted}, usersPath: {refusal(500, access)}}},
		{"users, a page", map[string][]reply{tokenPath: {granted}, usersPath: {answers(200, echo+access)}}},
		{"users, wrong form", map[string][]reply{tokenPath: {granted}, usersPath: {answers(200, fmt.Sprintf(`{"results":%q}`, echo))}}},
		{"connection", map[string][]reply{tokenPath: {granted}, usersPath: {{drop: true}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, tt.replies, func(o *Options) {
				o.ClientSecret, o.PersonalAccessToken = secret, pat
				o.Endpoint += "/"
			})
			_, err := b.Users(t.Context())
			if err == nil {
				t.Fatal("no error")
			}
			var all strings.Builder
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
				for _, value := range []any{err, errors.Unwrap(err), b.options, &b.options, b.Client, *b.Client, []Options{b.options}} {
					fmt.Fprintf(&all, verb+"\n", value)
				}
			}
			text := all.String() + b.log.String()
			for _, s := range hidden {
				if strings.Contains(text, s) || strings.Contains(text, fmt.Sprintf("%x", s)) {
					t.Errorf("%q appears in\n%s", s, text)
				}
			}
		})
	}
}

func TestOptions_printWhatIsNotSecret(t *testing.T) {
	o := Options{
		ClientID: "client-1", ClientSecret: "hush", AccountKey: "8", Endpoint: "https://me:hush@example.com/?t=hush#hush",
		TokenEndpoint: "https://example.com/token", UserAgent: "example/1",
	}
	want := `{ClientID:"client-1" ClientSecret:(redacted) PersonalAccessToken:"" AccountKey:"8" Endpoint:"https://redacted@example.com/?(redacted)" ` +
		`TokenEndpoint:"https://example.com/token" UserAgent:"example/1"}`
	if got := fmt.Sprintf("%+v", o); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTransport_cleansErrorsOfStrangers(t *testing.T) {
	b := newBench(t, nil, func(o *Options) {
		o.HTTPClient = &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			return nil, errors.New("proxy refuses " + testPAT)
		})}
	})
	_, err := b.Users(t.Context())
	if want := "signing in to GoTo: no answer: proxy refuses (redacted)"; err == nil || err.Error() != want || strings.Contains(b.log.String(), testPAT) {
		t.Errorf("got %v, log %s", err, b.log.String())
	}
}
