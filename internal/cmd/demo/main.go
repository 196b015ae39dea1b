// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Command demo shows the main job of the provider, on this machine and without a tenant: it starts the simulator, and has
// the real Terraform or OpenTofu CLI declare GoToMeeting provisioning with examples/complete, look at it, repair a change
// made "in the portal", review a dangerous proposal and a harmless one, and take everything away again. It leaves nothing behind and exits 0 only if every step was right.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/workspace"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := workspace.InTemporary("demo", func(dir, root string) error { return run(ctx, dir, root) })
	if err != nil {
		fmt.Fprintln(os.Stderr, "\nThe demo failed:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, dir, root string) error {
	began := time.Now()
	var parts steps
	parts.step("Preparing")
	cli, err := workspace.Supply{Progress: os.Stdout}.CLI(ctx)
	if err != nil {
		return err
	}
	say("Using %s.", cli)
	plugins := filepath.Join(dir, "plugins")
	if _, err := workspace.BuildProvider(ctx, root, plugins); err != nil {
		return err
	}
	say("Built the provider.")

	if err := tour(ctx, &parts, dir, root, cli, plugins); err != nil {
		return err
	}
	fmt.Printf("\nEvery step succeeded, in %.0f seconds. Nothing remains.\n", time.Since(began).Seconds())
	return nil
}

// steps counts the parts of the demo.
type steps int

// step begins a numbered part of the demo.
func (s *steps) step(title string) {
	*s++
	fmt.Printf("\n%d. %s\n", *s, title)
}

// say prints a line below the current step.
func say(format string, arguments ...any) { fmt.Printf("   "+format+"\n", arguments...) }
