// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"
)

// Why an answer cannot be used. The answer itself is never shown: it may hold personal data or secrets.
var (
	ErrNotJSON   = errors.New("the answer is not JSON, so that it is probably not the service's but a proxy's, or the endpoint is wrong")
	ErrMalformed = errors.New("the answer is not valid JSON")
	ErrTooLong   = errors.New("the answer is too long")
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

// hopeless reports whether another attempt must fail the same way: the server's certificate is not to be trusted.
func hopeless(err error) bool {
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
