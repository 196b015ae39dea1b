// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Command providerschema prints the provider's schema as `terraform providers schema -json` would, without a Terraform
// binary. The documentation is generated from it: a released CLI leaves out what it does not know yet (identity before
// 1.12, list resources and actions before 1.14), so pages made with one would depend on the version at hand.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/provider"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "providerschema:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	server := providerserver.NewProtocol6(provider.New("dev")())()
	schema, err := read(ctx, server)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	// The documentation generator looks for the bare name, not for a registry address.
	return encoder.Encode(schemas{
		FormatVersion: "1.0",
		Providers:     map[string]providerSchema{provider.TypeName: schema},
	})
}
