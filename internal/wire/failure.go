// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// Why an answer cannot be used. The answer itself is never shown: it may hold personal data or secrets.
var (
	ErrNotJSON   = errors.New("the response is not JSON: it is probably from a proxy and not from the service, or the endpoint is wrong")
	ErrMalformed = errors.New("the response is not valid JSON")
	ErrTooLong   = errors.New("the response is too long")
	ErrTooSlow   = errors.New("the response took too long")
)

// Broken is an exchange that brought no answer, or one that cannot be used.
type Broken struct {
	Err error
	// sent is false if the request surely never left.
	sent bool
	// final is set when trying again cannot help, such as for a certificate that does not verify.
	final bool
}

func (e *Broken) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Broken) Unwrap() error { return e.Err }

// ProxyError says that a proxy does not let a request through.
type ProxyError struct {
	Proxy, Host string // which proxy, and where the request was to go
	Status      int
}

func (e *ProxyError) Error() string {
	return fmt.Sprintf("the proxy %s refuses the connection to %s: %d %s", e.Proxy, e.Host, e.Status, http.StatusText(e.Status))
}

// RefusedByProxy is for http.Transport.OnProxyConnectResponse; the transport's own error is the bare status.
func RefusedByProxy(_ context.Context, proxy *url.URL, asked *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return &ProxyError{Proxy: proxy.Host, Host: asked.Host, Status: answer.StatusCode}
}

// Remedy says in a full sentence what to do about a failure of the network, "" where that is not known.
func Remedy(err error) string {
	if proxy, ok := errors.AsType[*ProxyError](err); ok {
		if proxy.Status == http.StatusProxyAuthRequired {
			return "The proxy requires credentials: add a user name and password to `HTTPS_PROXY`, as in \"http://user:password@proxy.example.com:8080\", " +
				"or exempt the host with `NO_PROXY`."
		}
		return "Allow the host in the proxy, or exempt the host with `NO_PROXY`."
	}
	if unknown, ok := errors.AsType[*net.DNSError](err); ok {
		return "The name " + unknown.Name + " could not be resolved: check its spelling, the DNS server, and whether a proxy is needed (`HTTPS_PROXY`)."
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "The certificate is from an authority that this machine does not know, such as that of a proxy that inspects TLS: " +
			"set `ca_certificate_file` to the certificate of the authority."
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "The server has a certificate for a different host: check the endpoint, and whether a proxy responds instead of it."
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "The server does not use TLS on this port: check the endpoint and the scheme in `HTTPS_PROXY`."
	}
	if connection, ok := errors.AsType[*net.OpError](err); ok && (connection.Op == "dial" || connection.Op == "proxyconnect") {
		return "The host cannot be reached: check host and port, firewalls, and whether a proxy is needed or down (`HTTPS_PROXY`, `NO_PROXY`)."
	}
	if errors.Is(err, ErrNotJSON) {
		return "Check the endpoint, and whether the network or a proxy requires a separate sign-in in a browser."
	}
	return ""
}

// Cause returns what broke an exchange, without the wrapping; any other error as it is.
func Cause(err error) error {
	if broken, ok := err.(*Broken); ok { // what is joined with the end of a wait stays
		return broken.Err
	}
	return err
}

// neverSent reports whether a request that failed with err surely did not reach the server. asked and connected tell
// whether the transport looked for a connection and got one; a transport that does not report this leaves both false.
func neverSent(err error, asked, connected bool) bool {
	if asked && !connected {
		return true
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" {
		return true
	}
	_, unresolved := errors.AsType[*net.DNSError](err)
	return unresolved || hopeless(err)
}

// hopeless reports whether another attempt must fail the same way: the server's certificate is not to be trusted, its name
// does not exist, or the proxy says no.
func hopeless(err error) bool {
	if proxy, ok := errors.AsType[*ProxyError](err); ok {
		return proxy.Status < 500
	}
	if unknown, ok := errors.AsType[*net.DNSError](err); ok {
		return unknown.IsNotFound && !unknown.IsTemporary
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return true
	}
	_, ok := errors.AsType[tls.RecordHeaderError](err) // the server does not speak TLS
	return ok
}

// bareError drops the wrapping of net/http, which repeats the whole URL with its query.
func bareError(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
