// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// output collects what the program prints and says when a text has appeared.
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

// serve runs the program until the test ends and returns what it exported, and what it printed.
func serve(t *testing.T, args ...string) (exported map[string]string, printed string) {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	stdout, stderr := &bytes.Buffer{}, newOutput("Interrupt to stop.")
	done := make(chan error, 1)
	go func() { done <- run(ctx, args, stdout, stderr) }()
	select {
	case <-stderr.seen:
	case err := <-done:
		interrupt()
		t.Fatalf("ended at once: %v", err)
	}
	exported = map[string]string{}
	for line := range strings.Lines(stdout.String()) {
		if assignment, ok := strings.CutPrefix(strings.TrimSpace(line), "export "); ok {
			name, value, _ := strings.Cut(assignment, "=")
			exported[name] = strings.Trim(value, "'")
		}
	}
	t.Cleanup(func() {
		interrupt()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(exported["GOTOMEETING_CA_CERTIFICATE_FILE"]); !os.IsNotExist(err) {
			t.Errorf("the certificate is still there: %v", err)
		}
	})
	return exported, stdout.String()
}

// get asks for an address with the certificate that the program wrote.
func get(t *testing.T, exported map[string]string, address string) int {
	t.Helper()
	certificate, err := os.ReadFile(exported["GOTOMEETING_CA_CERTIFICATE_FILE"])
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(certificate) {
		t.Fatal("the file holds no certificate")
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	response, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	return response.StatusCode
}

// freePort returns a port that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return port
}

func TestRun_servesUntilInterruptedAndCleansUp(t *testing.T) {
	caFile := filepath.Join(t.TempDir(), "ca.pem")
	exported, printed := serve(t, "-ca-file", caFile, "-users", "3", "-application", "-frozen-clock")
	if exported["GOTOMEETING_CA_CERTIFICATE_FILE"] != caFile {
		t.Errorf("exported %v", exported)
	}
	for _, name := range []string{
		"GOTO_CLIENT_ID", "GOTO_CLIENT_SECRET", "GOTO_PERSONAL_ACCESS_TOKEN", "GOTO_ENDPOINT", "GOTO_TOKEN_ENDPOINT",
		"GOTOMEETING_SIMULATOR", "TF_VAR_gotomeeting_admin_password", "TF_VAR_meetings_team_group_id",
	} {
		if exported[name] == "" {
			t.Errorf("%s was not exported", name)
		}
	}
	if got := get(t, exported, exported["GOTOMEETING_AUTHORITY_HOST"]+"/metadata/endpoints"); got != http.StatusOK {
		t.Errorf("got status %d", got)
	}
	for _, want := range []string{
		"# people: d1000000-0000-4000-8000-000000000000 to d1000000-0000-4000-8000-000000000002", "# service_principal=", "# role:User=",
		"# group:Meetings Users=d0000000-0000-4000-8000-0000000000d1", "# a client that can only read: ARM_CLIENT_ID=",
	} {
		if !strings.Contains(printed, want) {
			t.Errorf("%q was not printed:\n%s", want, printed)
		}
	}
}

// Graph and GoTo on the port that was asked for, with or without TLS; sign-in on TLS always, as Azure's libraries want it.
func TestRun_servesOnThePortThatItIsTold(t *testing.T) {
	for _, plain := range []bool{false, true} {
		port, args := freePort(t), []string{}
		graph := "https://127.0.0.1:" + port
		if plain {
			graph, args = "http://127.0.0.1:"+port, append(args, "-plain-http")
		}
		exported, _ := serve(t, append(args, "-port", port)...)
		if exported["GOTOMEETING_GRAPH_ENDPOINT"] != graph || exported["GOTO_ENDPOINT"] != graph {
			t.Errorf("plain %v, port %s: exported %v", plain, port, exported)
		}
		if got := get(t, exported, graph+"/v1.0/servicePrincipals"); got != http.StatusUnauthorized {
			t.Errorf("plain %v: Graph answers %d without a token", plain, got)
		}
		if got := get(t, exported, exported["GOTOMEETING_AUTHORITY_HOST"]+"/metadata/endpoints"); got != http.StatusOK || !strings.HasPrefix(exported["GOTOMEETING_AUTHORITY_HOST"], "https:") {
			t.Errorf("plain %v: sign-in at %s answers %d", plain, exported["GOTOMEETING_AUTHORITY_HOST"], got)
		}
	}
}

// ctl steers the simulator that serves, by its command line alone.
func ctl(t *testing.T, exported map[string]string, stdin string, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	err := steer(t.Context(), append([]string{"-door", exported["GOTOMEETING_SIMULATOR"]}, args...), strings.NewReader(stdin), &out, io.Discard)
	return out.String(), err
}

func TestSteer_carriesOutCommandsAndScripts(t *testing.T) {
	exported, _ := serve(t, "-frozen-clock", "-scenario", "existing", "-variant", "secrets-replace", "-variant", "page-size-cap=7")
	before, err := ctl(t, exported, "", "clock")
	if err != nil {
		t.Fatal(err)
	}
	after, err := ctl(t, exported, "", "clock", "advance", "1h")
	if err != nil || before == after {
		t.Errorf("the clock went from %s to %s: %v", before, after, err)
	}
	file := filepath.Join(t.TempDir(), "leaver.script")
	if err := os.WriteFile(file, []byte("# somebody leaves\nperson leave \"Alba Abel\"\ncycle\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := ctl(t, exported, "", "script", file); err != nil || !strings.Contains(said, "disable success 1") {
		t.Errorf("the script says %q: %v", said, err)
	}
	if said, err := ctl(t, exported, "job\n", "script", "-"); err != nil || !strings.Contains(said, "schedule Active") {
		t.Errorf("the script says %q: %v", said, err)
	}
	if said, err := ctl(t, exported, "", "id", "ana"); err != nil || said != "d0000000-0000-4000-8000-000000000001\n" {
		t.Errorf("got %q: %v", said, err)
	}
	if said, err := ctl(t, exported, ""); err != nil || !strings.Contains(said, "portal mapping TARGET [EXPRESSION]") {
		t.Errorf("help says %q: %v", said, err)
	}
	for _, wrong := range [][]string{{"fly"}, {"clock", "advance"}, {"person", "leave", "nobody"}, {"script"}, {"script", file + "x"}} {
		if _, err := ctl(t, exported, "", wrong...); err == nil {
			t.Errorf("%v was accepted", wrong)
		}
	}
	if _, err := ctl(t, map[string]string{}, "", "clock"); err == nil {
		t.Error("no address was accepted")
	}
}

func TestRun_accompaniesACommand(t *testing.T) {
	var out strings.Builder
	caFile := filepath.Join(t.TempDir(), "ca.pem")
	err := run(t.Context(), []string{"-ca-file", caFile, "--", "sh", "-c", `echo "$GOTOMEETING_GRAPH_ENDPOINT $GOTOMEETING_SIMULATOR $TF_VAR_meetings_team_group_id"; test -f "$GOTOMEETING_CA_CERTIFICATE_FILE"`}, &out, io.Discard)
	if words := strings.Fields(out.String()); err != nil || len(words) != 3 {
		t.Errorf("the command says %q: %v", out.String(), err)
	}
	if _, err := os.Stat(caFile); !os.IsNotExist(err) {
		t.Errorf("the certificate is still there: %v", err)
	}
	if err := run(t.Context(), []string{"--", "sh", "-c", "exit 3"}, io.Discard, io.Discard); err == nil {
		t.Error("a command that failed went unnoticed")
	}
	if err := run(t.Context(), []string{"--"}, io.Discard, io.Discard); err == nil {
		t.Error("no command was accepted")
	}
}

func TestRun_startsFromASeedFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "seed.json")
	seed := `{"people": [{"userPrincipalName": "pat@corp.example", "givenName": "Pat", "surname": "Poe"}], "groups": [{"displayName": "Team", "members": ["pat"]}]}`
	if err := os.WriteFile(file, []byte(seed), 0o600); err != nil {
		t.Fatal(err)
	}
	exported, printed := serve(t, "-seed", file)
	people, err := ctl(t, exported, "", "people")
	if err != nil || strings.Count(people, "\n") != 2 || !strings.Contains(people, "Pat Poe") {
		t.Errorf("people: %s, %v", people, err)
	}
	if !strings.Contains(printed, "# group:Team="+exported["TF_VAR_meetings_team_group_id"]) {
		t.Errorf("printed %s", printed)
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
	for _, wrong := range [][]string{{"-unknown"}, {"-scenario", "unknown"}, {"-speed", "0"}, {"-variant", "unknown"}, {"-seed", "unknown"}} {
		var said strings.Builder
		if err := run(t.Context(), wrong, io.Discard, &said); err == nil || said.Len() > 0 {
			t.Errorf("%v: %v, and said %q", wrong, err, said.String())
		}
	}
	var said strings.Builder
	if err := run(t.Context(), []string{"-h"}, io.Discard, &said); !errors.Is(err, flag.ErrHelp) || !strings.Contains(said.String(), "-scenario name") {
		t.Errorf("%v: %s", err, said.String())
	}
}
