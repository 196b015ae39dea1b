// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
)

// A failure that trying again cannot cure ends at once, and each says what to do.
func TestDo_failuresOfTheNetwork(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	for _, test := range []struct {
		err    error
		sleeps int
		remedy string
	}{
		{&ProxyError{"proxy.example.com:8080", "graph.example.com:443", 407}, 0, "`HTTPS_PROXY`, as in"},
		{&ProxyError{"proxy.example.com:8080", "graph.example.com:443", 403}, 0, "`NO_PROXY`"},
		{&ProxyError{"proxy.example.com:8080", "graph.example.com:443", 502}, MaxFaults, "`NO_PROXY`"},
		{&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "graph.example.com", IsNotFound: true}}, 0, "The name graph.example.com could not be resolved"},
		{&net.OpError{Op: "dial", Err: &net.DNSError{Err: "try again", Name: "graph.example.com", IsTemporary: true}}, MaxFaults, "could not be resolved"},
		{&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, 0, "`ca_certificate_file`"},
		{&tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}}}, 0, "a different host"},
		{tls.RecordHeaderError{Msg: "no TLS"}, 0, "does not use TLS"},
		{refused, MaxFaults, "The host cannot be reached"},
		{errors.New("reset"), MaxFaults, ""},
	} {
		t.Run(test.err.Error(), func(t *testing.T) {
			clock := newFakeClock()
			client := &Client{HTTP: &http.Client{Transport: failing{test.err}}, Clock: clock, Random: func() float64 { return 0.5 }}
			_, err := client.Do(t.Context(), Request{Method: http.MethodGet, URL: "https://graph.example.com"})
			if len(clock.sleeps) != test.sleeps {
				t.Errorf("waited %v", clock.sleeps)
			}
			if got := Remedy(fmt.Errorf("signing in: %w", err)); !strings.Contains(got, test.remedy) || (got == "") != (test.remedy == "") {
				t.Errorf("remedy %q", got)
			}
		})
	}
}

type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

func TestRefusedByProxy_namesHostAndProxy(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
	defer proxy.Close()
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	clock := newFakeClock()
	client := &Client{HTTP: &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(address), OnProxyConnectResponse: RefusedByProxy}}, Clock: clock}
	_, err = client.Do(t.Context(), Request{Method: http.MethodGet, URL: "https://graph.example.com/"})
	want := "the proxy " + address.Host + " refuses the connection to graph.example.com:443: 407 Proxy Authentication Required"
	if err == nil || err.Error() != want || len(clock.sleeps) != 0 {
		t.Errorf("%v after %v", err, clock.sleeps)
	}
}
