// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package acctest is the harness of the tests that run the whole provider: one simulated tenant for each test, the
// provider in process, and the real Terraform CLI or the bare plugin protocol to drive it. Only test files import it.
package acctest

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/provider"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/workspace"
)

// Env is a simulated tenant and a provider that is pointed at it.
type Env struct {
	// Sim is the tenant: its store, faults, request log and clock.
	Sim *simulator.Server

	t      testing.TB
	caFile string
	goTo   bool
	within func() context.Context
	silent bool
	*record
}

// New starts a tenant for the test and stops it when the test ends. Each adjust may change the simulator's options.
func New(t testing.TB, adjust ...func(*simulator.Options)) *Env {
	t.Helper()
	var options simulator.Options
	for _, change := range adjust {
		change(&options)
	}
	sim, err := simulator.New(options)
	if err != nil {
		t.Fatalf("starting the simulator: %v", err)
	}
	t.Cleanup(sim.Close)
	caFile := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, sim.CACertificatePEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return &Env{Sim: sim, t: t, caFile: caFile, record: &record{}}
}

// CAFile is the PEM file of the authority that signed the simulator's certificate.
func (e *Env) CAFile() string { return e.caFile }

// factory makes providers that share the simulator's clock, so no wait takes real time, and that see no environment
// variable of the machine.
func (e *Env) factory() func() (tfprotov6.ProviderServer, error) {
	construct := e.construct()
	return func() (tfprotov6.ProviderServer, error) {
		srv := provider.NewServer(construct())
		whole, ok := srv.(wholeServer)
		if !ok {
			return nil, fmt.Errorf("%T lacks a part of the protocol", srv)
		}
		return recordingServer{whole, e.record}, nil
	}
}

func (e *Env) construct() func() frameworkprovider.Provider {
	return provider.New("test", provider.WithClock(e.Sim.Clock()), provider.WithGetenv(func(string) string { return "" }))
}

// ProviderFactories is what a resource.TestCase takes. It looks for the Terraform CLI, and skips the test, or fails it on
// CI, when there is none: the testing library would try to download one and take the whole package down.
func (e *Env) ProviderFactories() map[string]func() (tfprotov6.ProviderServer, error) {
	e.t.Helper()
	RequireCLI(e.t)
	return map[string]func() (tfprotov6.ProviderServer, error){provider.TypeName: e.factory()}
}

// UseGoTo gives the providers that are configured from now on the credentials for the simulated GoTo. CLI has them anyway.
func (e *Env) UseGoTo() { e.goTo = true }

// Within has the providers that are configured from now on make each call under the context that is current then, so a
// test can end it; nil is for the test's own, which does not end.
func (e *Env) Within(current func() context.Context) { e.within = current }

// WithoutImpact has the providers that are configured from now on say nothing of what changes do to accounts, for tests of
// something else.
func (e *Env) WithoutImpact() { e.silent = true }

// providerBlock is the provider block for this tenant, by attribute.
func (e *Env) providerBlock() map[string]any {
	block := map[string]any{
		"tenant_id":           e.Sim.TenantID(),
		"client_id":           e.Sim.ClientID(),
		"client_secret":       e.Sim.ClientSecret(),
		"graph_endpoint":      e.Sim.GraphURL(),
		"authority_host":      e.Sim.AuthorityURL(),
		"ca_certificate_file": e.caFile,
	}
	if e.silent {
		block["impact"] = map[string]any{"enabled": false}
	}
	if e.goTo {
		block["goto"] = map[string]any{
			"client_id":             simulator.DefaultGoToClientID,
			"client_secret":         simulator.DefaultGoToClientSecret,
			"personal_access_token": simulator.DefaultPersonalAccessToken,
			"endpoint":              e.Sim.GoToURL(),
			"token_endpoint":        e.Sim.GoToTokenURL(),
		}
	}
	return block
}

// ProviderBlock is the provider block for this tenant, by attribute.
func (e *Env) ProviderBlock() map[string]any { return e.providerBlock() }

// ProviderConfig is the provider block for this tenant.
func (e *Env) ProviderConfig() string {
	return "\nprovider \"gotomeeting\" {\n" + settings(e.providerBlock(), "  ") + "}\n"
}

// settings writes attributes as HCL, a line each.
func settings(values map[string]any, indent string) string {
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		value := fmt.Sprintf("%q", values[name])
		if flag, ok := values[name].(bool); ok {
			value = strconv.FormatBool(flag)
		}
		if nested, ok := values[name].(map[string]any); ok {
			value = "{\n" + settings(nested, indent+"  ") + indent + "}"
		}
		fmt.Fprintf(&lines, "%s%s = %s\n", indent, name, value)
	}
	return lines.String()
}

// Config is the provider block followed by hcl.
func (e *Env) Config(hcl string) string { return e.ProviderConfig() + hcl }

// Protocol returns a driver whose provider is configured for this tenant. Each adjust may change the provider block.
func (e *Env) Protocol(adjust ...func(block map[string]any)) *Protocol {
	e.t.Helper()
	server, err := e.factory()()
	if err != nil {
		e.t.Fatal(err)
	}
	block := e.providerBlock()
	for _, change := range adjust {
		change(block)
	}
	p := newProtocol(e.t, server)
	p.within = e.within
	if diagnostics := p.configure(block); len(diagnostics) > 0 {
		e.t.Fatalf("configuring the provider: %v", diagnostics)
	}
	return p
}

// Framework returns a driver of the same provider as the framework alone serves it, to compare with.
func (e *Env) Framework() *Protocol {
	e.t.Helper()
	p := newProtocol(e.t, providerserver.NewProtocol6(e.construct()())())
	if diagnostics := p.configure(e.providerBlock()); len(diagnostics) > 0 {
		e.t.Fatalf("configuring the provider: %v", diagnostics)
	}
	return p
}

// Managed returns a resource that is not in the state yet. Each adjust may change the provider block.
func (e *Env) Managed(typeName string, adjust ...func(block map[string]any)) *Managed {
	return &Managed{t: e.t, typeName: typeName, connect: func() *Protocol { return e.Protocol(adjust...) }}
}

// CLI prepares a directory with a configuration. The provider is configured by the environment, so hcl needs no
// provider block and no file holds its secret. The package needs Main.
func (e *Env) CLI(hcl string) *CLI {
	e.t.Helper()
	return NewCLI(e.t, hcl, e.Sim.Environment(e.caFile))
}

var quiet = sync.OnceFunc(func() {
	// Terraform must neither look for a newer version nor read the developer's own settings.
	environment := map[string]string{"CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.DevNull}
	if cli, err := workspace.FindCLI(); err == nil && strings.HasPrefix(filepath.Base(cli), "tofu") && os.Getenv("TF_ACC_TERRAFORM_PATH") == "" {
		// The testing library looks for Terraform alone, and names the provider in a way that OpenTofu refuses.
		maps.Copy(environment, map[string]string{"TF_ACC_TERRAFORM_PATH": cli, "TF_ACC_PROVIDER_NAMESPACE": "hashicorp", "TF_ACC_PROVIDER_HOST": "registry.opentofu.org"})
	}
	for name, value := range environment {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
})

// RequireCLI skips the test when no Terraform CLI is found, and fails it on CI. It returns the CLI's path.
func RequireCLI(t testing.TB) string {
	t.Helper()
	quiet()
	if found, err := workspace.FindCLI(); err == nil {
		return found
	}
	const message = "no Terraform CLI: make test gets one; for go test, install Terraform 1.11 or newer, or name one in TF_ACC_TERRAFORM_PATH"
	if os.Getenv("CI") != "" {
		t.Fatal(message)
	}
	t.Skip(message)
	return ""
}

// Lines shows requests as "METHOD path" lines, for comparing with what a test expects.
func Lines(requests []simulator.Request) []string {
	lines := make([]string, len(requests))
	for i, request := range requests {
		lines[i] = request.Method + " " + request.Path
	}
	return lines
}
