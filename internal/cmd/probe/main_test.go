// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/tenant"
)

func TestRun_writesTheReportWhereItIsTold(t *testing.T) {
	server, err := simulator.New(simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, server.CACertificatePEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	environment := server.Environment(ca)
	getenv := func(name string) string { return environment[name] }
	file := filepath.Join(t.TempDir(), "report.md")
	if err := run(t.Context(), []string{"-change", "-out", file}, getenv, server.Clock().Sleep, io.Discard); err == nil {
		t.Fatal("a tenant that nobody named was probed")
	}
	maps.Copy(environment, map[string]string{
		tenant.VariableTenant: server.TenantID(), tenant.VariableConfirm: server.TenantID(), tenant.VariableLedger: filepath.Join(t.TempDir(), "ledger.json"),
	})
	if err := run(t.Context(), []string{"-change", "-out", file}, getenv, server.Clock().Sleep, io.Discard); err != nil {
		t.Fatal(err)
	}
	report, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(report), "| 2 | Does the service still offer a synchronization template? | offered") {
		t.Errorf("%v:\n%s", err, report)
	}
	var printed strings.Builder
	if err := run(t.Context(), nil, getenv, server.Clock().Sleep, &printed); err != nil || !strings.Contains(printed.String(), "which only -change allows to make") {
		t.Errorf("%v:\n%s", err, printed.String())
	}
}
