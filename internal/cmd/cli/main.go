// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Command cli prints the path of a Terraform or OpenTofu CLI, with -opentofu that of an OpenTofu. Where the machine has none,
// it gets one first: see workspace.Supply.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/workspace"
)

func main() {
	openTofu := flag.Bool("opentofu", false, "use OpenTofu, even if Terraform is available")
	within := flag.Duration("within", 0, "stop after this `time`; 0 for no limit")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if *within > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, *within, fmt.Errorf("it took longer than %s", *within))
		defer cancel()
	}
	supply := workspace.Supply{Progress: os.Stderr}
	get := supply.CLI
	if *openTofu {
		get = supply.OpenTofu
	}
	path, err := get(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cli:", err)
		os.Exit(1)
	}
	fmt.Println(path)
}
