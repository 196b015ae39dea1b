// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
)

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
