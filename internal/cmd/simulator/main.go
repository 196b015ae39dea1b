// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Command simulator runs the stand-in for Entra ID, Microsoft Graph and GoTo by itself, on a loopback address, until it
// is interrupted. It prints what to export so that the provider talks to it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "simulator:", err)
		os.Exit(1)
	}
}

// run serves until the context ends and leaves nothing behind.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	flags := flag.NewFlagSet("simulator", flag.ContinueOnError)
	flags.SetOutput(stderr)
	port := flags.Int("port", 0, "loopback `port` to listen on; 0 takes a free one")
	caFile := flags.String("ca-file", "", "`file` to write the certificate authority to; a temporary one by default")
	users := flags.Int("users", 0, "how many `people` to add to the directory")
	application := flags.Bool("application", false, "start with an instance of the GoToMeeting application")
	plain := flags.Bool("plain-http", false, "serve sign-in, Graph and GoTo without TLS")
	frozen := flags.Bool("frozen-clock", false, "let the simulated time stand still")
	latency := flags.Duration("latency", 0, "real `time` that every request takes longer")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	clock := store.NewRunningClock(time.Now())
	if *frozen {
		clock = store.NewClock(time.Now())
	}
	server, err := simulator.New(simulator.Options{
		Address: fmt.Sprintf("127.0.0.1:%d", *port), Clock: clock, PlainHTTP: *plain, Latency: *latency,
	})
	if err != nil {
		return err
	}
	defer server.Close()
	name, err := writeAuthority(*caFile, server.CACertificatePEM())
	if err != nil {
		return err
	}
	defer func() {
		if removed := os.Remove(name); err == nil {
			err = removed
		}
	}()
	printEnvironment(stdout, server, name)
	if *users > 0 {
		server.Store().AddUsers(*users)
		fmt.Fprintf(stdout, "# people: %s to %s\n", store.PersonID(0), store.PersonID(*users-1))
	}
	if *application {
		if err := instantiate(stdout, server.Store()); err != nil {
			return err
		}
	}
	fmt.Fprintf(stderr, "Serving on %s. Interrupt to stop.\n", server.GraphURL())
	<-ctx.Done()
	return nil
}

// writeAuthority writes the certificate of the authority and returns the name of the file.
func writeAuthority(name string, certificate []byte) (string, error) {
	create := func() (*os.File, error) { return os.CreateTemp("", "gotomeeting-simulator-*.pem") }
	if name != "" {
		// An existing file is somebody's: it would be lost when this program cleans up.
		create = func() (*os.File, error) { return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) }
	}
	file, err := create()
	if err != nil {
		return "", err
	}
	_, err = file.Write(certificate)
	return file.Name(), errors.Join(err, file.Close())
}

func printEnvironment(out io.Writer, server *simulator.Server, caFile string) {
	environment := server.Environment(caFile)
	for _, name := range slices.Sorted(maps.Keys(environment)) {
		fmt.Fprintf(out, "export %s=%s\n", name, quoted(environment[name]))
	}
	fmt.Fprintf(out, "# another Entra client: ARM_METADATA_HOSTNAME=%s SSL_CERT_FILE=%s\n", server.MetadataHost(), quoted(caFile))
	fmt.Fprintf(out, "# GoTo administrator: %s, password %s\n", store.AdminUserName, store.AdminPassword)
}

// quoted puts a value into quotes that a shell takes literally.
func quoted(value string) string { return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'" }

func instantiate(out io.Writer, s *store.Store) error {
	_, principal, err := s.Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "# service principal: %s, synchronization template %s\n", principal.ID, store.ConnectorGoToMeeting)
	for _, role := range principal.Roles {
		fmt.Fprintf(out, "# role %q: %s\n", role.DisplayName, role.ID)
	}
	return nil
}
