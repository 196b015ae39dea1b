// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Command probe asks a tenant what Microsoft's documentation leaves open, and writes a report: each point, what was observed,
// and what the provider assumed. It reads, and with -change makes an application of its own, asks that, and deletes it.
// Names, ids and secrets do not get into the report.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/tenant"
)

// version is set by the linker in a release.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, pause, os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "probe:", err)
		os.Exit(1)
	}
}

// pause waits in real time.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func run(ctx context.Context, args []string, getenv func(string) string, sleep func(context.Context, time.Duration) error, out io.Writer) error {
	flags := flag.NewFlagSet("probe", flag.ContinueOnError)
	change := flags.Bool("change", false, "create a separate application, and change and delete it")
	file := flags.String("out", "", "`file` to write the report to; standard output by default")
	if err := flags.Parse(args); err != nil {
		return err
	}
	t, err := tenant.Open(ctx, getenv, sleep)
	if err != nil {
		return err
	}
	probe := &tenant.Probe{Tenant: t, Change: *change}
	findings, failed := probe.Run(ctx)
	at, live := t.PreviewChecked()
	report := tenant.Report(findings, version, live, at)
	if *file != "" {
		return errors.Join(failed, os.WriteFile(*file, []byte(report), 0o600))
	}
	_, err = io.WriteString(out, report)
	return errors.Join(failed, err)
}
