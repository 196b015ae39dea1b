// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// output collects what the program prints and tells when a text has appeared.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	want string
	seen chan struct{}
}

func newOutput(want string) *output { return &output{want: want, seen: make(chan struct{})} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	had := strings.Contains(o.text.String(), o.want)
	o.text.Write(p)
	if !had && strings.Contains(o.text.String(), o.want) {
		close(o.seen)
	}
	return len(p), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func TestRun_servesUntilInterruptedAndCleansUp(t *testing.T) {
	caFile := filepath.Join(t.TempDir(), "ca.pem")
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	stdout, stderr := &bytes.Buffer{}, newOutput("Interrupt to stop.")
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, []string{"-ca-file", caFile, "-users", "3", "-application", "-frozen-clock"}, stdout, stderr)
	}()
	select {
	case <-stderr.seen:
	case err := <-done:
		t.Fatalf("ended at once: %v", err)
	}
	exported := map[string]string{}
	for line := range strings.Lines(stdout.String()) {
		if assignment, ok := strings.CutPrefix(strings.TrimSpace(line), "export "); ok {
			name, value, _ := strings.Cut(assignment, "=")
			exported[name] = strings.Trim(value, "'")
		}
	}
	if exported["GOTOMEETING_CA_CERTIFICATE_FILE"] != caFile {
		t.Errorf("exported %v", exported)
	}
	for _, name := range []string{"GOTO_CLIENT_ID", "GOTO_CLIENT_SECRET", "GOTO_PERSONAL_ACCESS_TOKEN", "GOTO_ENDPOINT", "GOTO_TOKEN_ENDPOINT"} {
		if exported[name] == "" {
			t.Errorf("%s was not exported", name)
		}
	}
	certificate, err := os.ReadFile(caFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(certificate) {
		t.Fatal("the file holds no certificate")
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	response, err := client.Get(exported["GOTOMEETING_AUTHORITY_HOST"] + "/metadata/endpoints")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("got status %d", response.StatusCode)
	}
	for _, want := range []string{"# people: d1000000-0000-4000-8000-000000000000 to d1000000-0000-4000-8000-000000000002", "# service principal: ", `# role "User": `} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("%q was not printed:\n%s", want, stdout)
		}
	}
	interrupt()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(caFile); !os.IsNotExist(err) {
		t.Errorf("the certificate is still there: %v", err)
	}
}

func TestRun_overwritesNoFile(t *testing.T) {
	caFile := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), []string{"-ca-file", caFile}, io.Discard, io.Discard); err == nil {
		t.Error("an existing file was accepted")
	}
	if content, err := os.ReadFile(caFile); err != nil || string(content) != "mine" {
		t.Errorf("the file holds %q: %v", content, err)
	}
}

func TestRun_refusesArgumentsItDoesNotKnow(t *testing.T) {
	if err := run(t.Context(), []string{"extra"}, io.Discard, io.Discard); err == nil {
		t.Error("an extra argument was accepted")
	}
	if err := run(t.Context(), []string{"-unknown"}, io.Discard, io.Discard); err == nil {
		t.Error("an unknown flag was accepted")
	}
}
