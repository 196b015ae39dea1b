// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// Environment is a Microsoft cloud.
type Environment struct {
	Name          string // global, usgovernmentl4, usgovernmentl5 or china
	AuthorityHost string
	GraphEndpoint string
	PortalURL     string // Entra admin center
	USGovernment  bool   // stored credentials and addresses share 1,024 bytes
}

// Environments are the clouds there are.
// https://learn.microsoft.com/graph/deployments
func Environments() []Environment {
	return []Environment{
		{
			Name:          "global",
			AuthorityHost: "https://login.microsoftonline.com",
			GraphEndpoint: "https://graph.microsoft.com",
			PortalURL:     "https://entra.microsoft.com",
		},
		{
			Name:          "usgovernmentl4",
			AuthorityHost: "https://login.microsoftonline.us",
			GraphEndpoint: "https://graph.microsoft.us",
			PortalURL:     "https://entra.microsoft.us",
			USGovernment:  true,
		},
		{
			Name:          "usgovernmentl5",
			AuthorityHost: "https://login.microsoftonline.us",
			GraphEndpoint: "https://dod-graph.microsoft.us",
			PortalURL:     "https://entra.microsoft.us",
			USGovernment:  true,
		},
		{
			Name:          "china",
			AuthorityHost: "https://login.chinacloudapi.cn",
			GraphEndpoint: "https://microsoftgraph.chinacloudapi.cn",
			PortalURL:     "https://entra.microsoftonline.cn",
		},
	}
}

// LookupEnvironment finds a cloud by its name or one of azuread's and azurerm's aliases, in any case.
func LookupEnvironment(name string) (Environment, bool) {
	name = strings.ToLower(name)
	switch name {
	case "public":
		name = "global"
	case "usgovernment":
		name = "usgovernmentl4"
	case "dod":
		name = "usgovernmentl5"
	}
	for _, environment := range Environments() {
		if environment.Name == name {
			return environment, true
		}
	}
	return Environment{}, false
}

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
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dialer.DialContext,
		TLSClientConfig:     config,
		TLSHandshakeTimeout: 10 * time.Second,
		ForceAttemptHTTP2:   true,
		MaxConnsPerHost:     maxConnections,
		MaxIdleConns:        2 * maxConnections,
		MaxIdleConnsPerHost: maxConnections,
		IdleConnTimeout:     90 * time.Second,
		// Checking credentials has the service call the target, which takes it a minute at times.
		ResponseHeaderTimeout: 3 * time.Minute,
		// A connection that died in silence, as behind some firewalls, is noticed before a request waits on it for ever.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second},
	}}, nil
}

func certificateAuthorities(file string) (*x509.CertPool, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading certificate authorities: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a system without its own trusts the file's alone
	}
	if !pool.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("reading certificate authorities: %s holds no PEM certificate", file)
	}
	return pool, nil
}
