// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Command meter runs instead of a provider: it starts the real one, and when that ends it writes down how much processor
// time and memory it took. Terraform starts a plugin several times for one command and tells nobody what it cost.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
)

// The environment says which provider to start and where to write.
const (
	providerVariable = "GOTOMEETING_BENCH_PROVIDER"
	resultVariable   = "GOTOMEETING_BENCH_RESULT"
)

func main() {
	// Terraform sends interrupts to the whole process group; the provider decides what they mean.
	signal.Ignore(os.Interrupt)
	provider := exec.Command(os.Getenv(providerVariable), os.Args[1:]...)
	provider.Stdin, provider.Stdout, provider.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := provider.Run()
	if state := provider.ProcessState; state != nil {
		if recordErr := record(state); recordErr != nil {
			fmt.Fprintln(os.Stderr, "meter:", recordErr)
		}
	}
	if err != nil {
		os.Exit(1)
	}
}

// record appends one line: microseconds of processor time and the most kilobytes that were resident.
func record(state *os.ProcessState) error {
	file, err := os.OpenFile(os.Getenv(resultVariable), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(file, "%d %d\n", (state.UserTime() + state.SystemTime()).Microseconds(), peak(state)); err != nil {
		return err
	}
	return file.Close()
}
