// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Command assignments measures role assignments at scale from outside: the real CLI, the built provider in processes of
// its own, and the simulator. For each number of assignments it creates, plans again, changes one in a hundred and
// destroys, and prints requests, connections, seconds, processor time and memory, beside what a provider that does nothing
// costs for the same configuration. The table of the guide "Scale" is what it prints.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func main() {
	sizes := flag.String("sizes", "10,100,1000,10000", "how many assignments, for the exclusive resource")
	singles := flag.String("singles", "10,100,1000", "how many assignments, for single resources; Terraform itself takes many minutes for 10,000 instances")
	latencies := flag.String("latencies", "0s,50ms", "what the simulated service adds to each request")
	quota := flag.Int("quota", 10_000, "also create that many exclusive assignments under the quota of a small tenant, 0 for not")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *sizes, *singles, *latencies, *quota); err != nil {
		fmt.Fprintln(os.Stderr, "assignments:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, sizes, singles, latencies string, quota int) (err error) {
	b, err := newBench(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	ns, err := numbers(sizes)
	if err != nil {
		return err
	}
	singleNs, err := numbers(singles)
	if err != nil {
		return err
	}
	fmt.Printf("%s\n\n", b.machine())
	for text := range strings.SplitSeq(latencies, ",") {
		latency, err := time.ParseDuration(text)
		if err != nil {
			return err
		}
		fmt.Printf("### %s latency\n\n", latency)
		header()
		for _, n := range ns {
			if err := b.life(ctx, scenario{kind: exclusive, n: n, latency: latency}); err != nil {
				return err
			}
		}
		for _, n := range singleNs {
			if err := b.life(ctx, scenario{kind: single, n: n, latency: latency}); err != nil {
				return err
			}
		}
		fmt.Println()
	}
	if quota > 0 {
		fmt.Printf("### Quota of a small tenant: 3,500 units per 10 s, 3,000 writes per 150 s\n\n")
		header()
		small := simulator.Quota{Units: 3500, Writes: 3000}
		return b.life(ctx, scenario{kind: exclusive, n: quota, quota: small, createOnly: true})
	}
	return nil
}

func numbers(list string) ([]int, error) {
	var ns []int
	for text := range strings.SplitSeq(list, ",") {
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, err
		}
		ns = append(ns, n)
	}
	return ns, nil
}

type kind string

const (
	exclusive kind = "exclusive"
	single    kind = "single"
)

// scenario is one life of a number of assignments.
type scenario struct {
	kind       kind
	n          int
	latency    time.Duration
	quota      simulator.Quota
	createOnly bool
}

// configuration declares the assignments; the first `changed` of them have another role.
func (s scenario) configuration(servicePrincipalID string) string {
	const head = "variable \"changed\" {\n  default = 0\n}\n\nterraform {\n  required_providers {\n    gotomeeting = {\n      source = \"gotomeeting-provisioning/gotomeeting\"\n    }\n  }\n}\n\n"
	id := strings.ReplaceAll(store.PersonID(0), "000000000000", "%012d")
	if s.kind == single {
		return head + fmt.Sprintf(`resource "gotomeeting_user_role_assignment" "this" {
  count                = %d
  service_principal_id = %q
  principal_id         = format(%q, count.index)
  role                 = count.index < var.changed ? "Organizer" : "User"
}
`, s.n, servicePrincipalID, id)
	}
	// Terraform's range gives no more than 1,024 numbers.
	return head + fmt.Sprintf(`resource "gotomeeting_user_role_assignments_exclusive" "this" {
  service_principal_id = %[1]q
  assignments = merge([for k in range(0, %[2]d, 1000) :
    { for i in range(k, min(k + 1000, %[2]d)) : format(%[3]q, i) => i < var.changed ? "Organizer" : "User" }
  ]...)
}
`, servicePrincipalID, s.n, id)
}
