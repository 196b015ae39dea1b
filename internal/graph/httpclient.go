// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/textfile"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

// maxConnections is how many connections there may be to one host. More would not be faster, the service's quota counts
// requests, and some proxies count connections.
const maxConnections = 16

// NewHTTPClient returns the client that all calls share: the system's certificate authorities and those of the PEM file
// (none when ""), at most 16 connections a host, proxies from the environment.
func NewHTTPClient(caCertificateFile string) (*http.Client, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if caCertificateFile != "" {
		authorities, err := certificateAuthorities(caCertificateFile)
		if err != nil {
			return nil, err
		}
		config.RootCAs = authorities
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Client{Transport: &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: wire.RefusedByProxy,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxConnsPerHost:        maxConnections,
		MaxIdleConns:           2 * maxConnections,
		MaxIdleConnsPerHost:    maxConnections,
		IdleConnTimeout:        90 * time.Second,
		// Checking credentials has the service call the target, which takes it a minute at times.
		ResponseHeaderTimeout: 3 * time.Minute,
		// A connection that died in silence, as behind some firewalls, is noticed before a request waits on it for ever.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second},
	}}, nil
}

func certificateAuthorities(file string) (*x509.CertPool, error) {
	data, err := textfile.Read(file)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a system without its own trusts the file's alone
	}
	if !pool.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("the file %q does not contain a PEM certificate: use a file with the certificate of the authority, which begins with -----BEGIN CERTIFICATE-----", file)
	}
	return pool, nil
}
