// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Command terraform-provider-gotomeeting serves the provider to Terraform and OpenTofu.
package main

import (
	"flag"
	"log"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/provider"
)

// version is set by the linker in releases.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "keep running and print how to attach Terraform, for use with a debugger")
	flag.Parse()
	if !*debug { // a debugged provider writes to its own terminal
		if err := provider.LimitLog(); err != nil {
			log.Fatal(err)
		}
	}

	var options []tf6server.ServeOpt
	if *debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	if err := provider.Serve(provider.New(version)(), options...); err != nil {
		log.Fatal(err)
	}
}
