// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

// AddressVariable names the environment variable that holds the address of the door.
const AddressVariable = "GOTOMEETING_SIMULATOR"

// A command on the wire is a POST of its words as a JSON list; the answer is plain text, with status 400 if it failed. GET
// answers with the list of verbs.

const maximumCommand = 1 << 20

// Door serves commands for a simulator.
type Door struct {
	server   *http.Server
	listener net.Listener
}

// Open starts to serve on a loopback address.
func Open(sim *simulator.Server, address string) (*Door, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("control door: %w", err)
	}
	d := &Door{listener: listener, server: &http.Server{Handler: handler(sim), ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}}
	go func() { _ = d.server.Serve(listener) }() // ends with Close
	return d, nil
}

// URL returns where the door is.
func (d *Door) URL() string { return "http://" + d.listener.Addr().String() }

// Close stops serving.
func (d *Door) Close() error { return d.server.Close() }

func handler(sim *simulator.Server) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		out.Header().Set("Content-Type", "text/plain; charset=utf-8")
		// A page in a browser on this machine must not reach the door, whatever name it has made resolve to loopback.
		host, _, err := net.SplitHostPort(r.Host)
		if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) || r.Header.Get("Origin") != "" {
			http.Error(out, "the control door accepts only programs on this machine", http.StatusForbidden)
			return
		}
		switch r.Method {
		case http.MethodGet:
			_, _ = io.WriteString(out, Help()) // who asked is gone if that fails
		case http.MethodPost:
			var command []string
			if err := json.NewDecoder(io.LimitReader(r.Body, maximumCommand)).Decode(&command); err != nil {
				http.Error(out, "a command is a JSON list of words", http.StatusBadRequest)
				return
			}
			said, err := Do(sim, command...)
			if err != nil {
				http.Error(out, err.Error(), http.StatusBadRequest)
				return
			}
			_, _ = io.WriteString(out, said)
		default:
			http.Error(out, "GET lists the commands, POST runs one", http.StatusMethodNotAllowed)
		}
	})
}

// Client sends commands to a door.
type Client struct{ URL string }

// Do sends one command and returns what there is to say.
func (c Client) Do(ctx context.Context, command ...string) (string, error) {
	if u, err := url.Parse(c.URL); err != nil || u.Host == "" {
		return "", fmt.Errorf("%q is not the address of a control door; the simulator prints it, and %s holds it", c.URL, AddressVariable)
	}
	body, err := json.Marshal(command)
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", fmt.Errorf("no simulator responds: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // it was read
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", errors.New(strings.TrimSpace(string(text)))
	}
	return string(text), nil
}
