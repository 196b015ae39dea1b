// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Command cli prints the path of a Terraform or OpenTofu CLI. Where the machine has none, it gets one first: see
// workspace.Supply.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/workspace"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	path, err := workspace.Supply{Progress: os.Stderr}.CLI(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cli:", err)
		os.Exit(1)
	}
	fmt.Println(path)
}
