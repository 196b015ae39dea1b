// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// ParseEndpoint reads the base address of a service. what and example are for the error.
func ParseEndpoint(what, address, example string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, fmt.Errorf("%s %q is not a URL such as %s", what, RedactedURL(address), example)
	}
	switch {
	case u.Scheme == "https", u.Scheme == "http" && IsLoopback(u.Hostname()):
		return u, nil
	case u.Scheme == "http":
		return nil, fmt.Errorf("%s %q: credentials must not be sent without TLS, so the scheme must be https", what, address)
	}
	return nil, fmt.Errorf("%s %q: the scheme must be https", what, address)
}

// IsLoopback reports whether a host is this machine, to which secrets may travel without TLS.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || (ip != nil && ip.IsLoopback())
}

// RedactedURL keeps what may be a password or token out of messages.
func RedactedURL(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(not a URL)"
	}
	if u.User != nil {
		u.User = url.User("redacted")
	}
	if u.RawQuery != "" {
		u.RawQuery = "(redacted)"
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String()
}
