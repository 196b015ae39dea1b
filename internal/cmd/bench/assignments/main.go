// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Command assignments measures role assignments at scale from outside: the real CLI, the built provider in processes of
// its own, and the simulator. For each number of assignments it creates, plans again, changes one in a hundred and
// destroys, and prints requests, connections, seconds, processor time and memory, beside what a provider that does nothing
// costs for the same configuration. It also measures the plan that changes an expression of a connection with many people, and
// reading many accounts at GoTo. The tables of the guide "Scale" are what it prints.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/workspace"
)

func main() {
	sizes := flag.String("sizes", "10,100,1000,10000", "number of assignments, for the exclusive resource")
	singles := flag.String("singles", "10,100,1000", "number of assignments, for single resources; Terraform itself takes many minutes for 10,000 instances")
	latencies := flag.String("latencies", "0s,50ms", "latency that the simulated service adds to each request")
	quota := flag.Int("quota", 10_000, "also create that many exclusive assignments under the quota of a small tenant, 0 for not")
	people := flag.String("people", "1000,10000", "number of provisioned people, for the plan that changes one expression")
	accounts := flag.String("accounts", "20000,100000", "number of accounts at GoTo, for reading them all")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *sizes, *singles, *people, *accounts, *latencies, *quota); err != nil {
		fmt.Fprintln(os.Stderr, "assignments:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, sizes, singles, people, accounts, latencies string, quota int) (err error) {
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
	peopleNs, err := numbers(people)
	if err != nil {
		return err
	}
	accountNs, err := numbers(accounts)
	if err != nil {
		return err
	}
	fmt.Printf("%s\n\n", b.machine())
	if len(peopleNs)+len(accountNs) > 0 {
		peopleHeader()
	}
	for _, n := range peopleNs {
		if err := b.expression(ctx, n); err != nil {
			return err
		}
	}
	for _, n := range accountNs {
		if err := b.accounts(ctx, n); err != nil {
			return err
		}
	}
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

// bench is what all scenarios share: the binaries, of which the CLI is offered the meter.
type bench struct {
	dir, cli, plugins string
	provider, floor   string
	version           string
	workspaces        int
}

func newBench(ctx context.Context) (b *bench, err error) {
	b = &bench{}
	if b.dir, err = os.MkdirTemp("", "gotomeeting-bench-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.close())
		}
	}()
	root, err := workspace.ModuleRoot()
	if err != nil {
		return nil, err
	}
	supply := workspace.Supply{Progress: os.Stderr}
	if b.cli, err = supply.CLI(ctx); err != nil {
		return nil, err
	}
	b.plugins = filepath.Join(b.dir, "plugins")
	offered, err := workspace.BuildProvider(ctx, root, b.plugins)
	if err != nil {
		return nil, err
	}
	b.provider, b.floor = filepath.Join(b.dir, "provider"), filepath.Join(b.dir, "floor")
	if err := copyFile(offered, b.provider); err != nil {
		return nil, err
	}
	if err := workspace.Build(ctx, root, "./internal/cmd/bench/floorprovider", b.floor); err != nil {
		return nil, err
	}
	meter := filepath.Join(b.dir, "meter")
	if err := workspace.Build(ctx, root, "./internal/cmd/bench/meter", meter); err != nil {
		return nil, err
	}
	// The tree has links to one file for both registries: rewrite it in place.
	if err := copyFile(meter, offered); err != nil {
		return nil, err
	}
	version, err := exec.CommandContext(ctx, b.cli, "version").Output()
	if err != nil {
		return nil, err
	}
	b.version, _, _ = strings.Cut(string(version), "\n")
	return b, nil
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o700)
}

func (b *bench) close() error { return os.RemoveAll(b.dir) }

func (b *bench) machine() string {
	return fmt.Sprintf("%s, %s/%s, %d processors", b.version, runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
}

// cost is what one command took.
type cost struct {
	requests, connections int
	wall                  time.Duration
	total                 time.Duration // processor time of the CLI and its plugins
	provider              time.Duration // processor time of the plugin's processes
	peak                  int64         // kilobytes of the largest of them
}

// life takes a scenario through its steps, each with our provider and with the floor.
func (b *bench) life(ctx context.Context, s scenario) error {
	sim, err := simulator.New(simulator.Options{Clock: store.NewRunningClock(time.Now()), Latency: s.latency, Quota: s.quota, Empty: true})
	if err != nil {
		return err
	}
	defer sim.Close()
	_, sp, err := sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		return err
	}
	sim.Store().AddUsers(s.n)
	ours, err := b.prepare(ctx, s, sp.ID, b.provider, sim)
	if err != nil {
		return err
	}
	floor, err := b.prepare(ctx, s, sp.ID, b.floor, sim)
	if err != nil {
		return err
	}
	steps := []struct {
		name string
		want int
		args []string
	}{
		{"create", s.n, []string{"apply", "-auto-approve"}},
		{"plan without change", s.n, []string{"plan", "-detailed-exitcode"}},
		{"change of 1 %", s.n, []string{"apply", "-auto-approve", fmt.Sprintf("-var=changed=%d", max(1, s.n/100))}},
		{"destroy", 0, []string{"apply", "-destroy", "-auto-approve"}},
	}
	if s.createOnly {
		steps = steps[:1]
	}
	for _, step := range steps {
		measured, err := b.measure(ctx, ours, sim, step.args)
		if err != nil {
			return fmt.Errorf("%s of %d %s: %w", step.name, s.n, s.kind, err)
		}
		if n := len(sim.Store().Assignments(sp.ID)); n != step.want {
			return fmt.Errorf("%s of %d %s: the tenant has %d assignments instead of %d", step.name, s.n, s.kind, n, step.want)
		}
		least, err := b.measure(ctx, floor, sim, step.args)
		if err != nil {
			return fmt.Errorf("floor of %s of %d %s: %w", step.name, s.n, s.kind, err)
		}
		row(s, step.name, measured, least)
	}
	return nil
}

// place is a working folder of the CLI with a provider.
type place struct {
	dir, result string
	env         []string
}

func (b *bench) prepare(ctx context.Context, s scenario, servicePrincipalID, provider string, sim *simulator.Server) (place, error) {
	return b.prepareHCL(ctx, s.configuration(servicePrincipalID), provider, sim)
}

func (b *bench) prepareHCL(ctx context.Context, hcl, provider string, sim *simulator.Server) (place, error) {
	b.workspaces++
	base := filepath.Join(b.dir, fmt.Sprint("workspace", b.workspaces))
	p := place{dir: filepath.Join(base, "work"), result: filepath.Join(base, "result")}
	config := filepath.Join(base, "config")
	for _, dir := range []string{config, p.dir} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return p, err
		}
	}
	ca := filepath.Join(base, "ca.pem")
	for name, content := range map[string]string{
		ca: string(sim.CACertificatePEM()), filepath.Join(config, "main.tf"): hcl,
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			return p, err
		}
	}
	env := sim.Environment(ca)
	env["GOTOMEETING_BENCH_PROVIDER"], env["GOTOMEETING_BENCH_RESULT"] = provider, p.result
	if provider == b.floor { // log lines that nobody sees cost more than everything else; ours does without them by itself
		env["TF_LOG_SDK"], env["TF_LOG_SDK_PROTO"], env["TF_LOG_SDK_FRAMEWORK"] = "OFF", "OFF", "OFF"
	}
	w, err := workspace.New(ctx, p.dir, workspace.Options{CLI: b.cli, Plugins: b.plugins, Config: config, Env: env})
	if err != nil {
		return p, err
	}
	env["CHECKPOINT_DISABLE"], env["TF_CLI_CONFIG_FILE"], env["TF_IN_AUTOMATION"] = "1", filepath.Join(w.Dir, "cli.tfrc"), "1"
	for _, name := range []string{"PATH", "HOME", "TMPDIR"} {
		env[name] = os.Getenv(name)
	}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		p.env = append(p.env, name+"="+env[name])
	}
	return p, nil
}

// measure runs one command of the CLI. The cost is told also where the command fails.
func (b *bench) measure(ctx context.Context, p place, sim *simulator.Server, args []string) (cost, error) {
	if err := os.RemoveAll(p.result); err != nil {
		return cost{}, err
	}
	sim.Log().Reset()
	connections := sim.Log().Connections()
	var output bytes.Buffer
	command := exec.CommandContext(ctx, b.cli, append(args, "-input=false", "-no-color")...)
	command.Dir, command.Env, command.Stdout, command.Stderr = p.dir, p.env, &output, &output
	began := time.Now()
	failure := command.Run()
	if failure != nil {
		text := output.String()
		failure = fmt.Errorf("%w\n%s", failure, text[max(0, len(text)-3000):])
	}
	c := cost{
		wall: time.Since(began), requests: len(sim.Log().Sent()), connections: sim.Log().Connections() - connections,
		total: command.ProcessState.UserTime() + command.ProcessState.SystemTime(),
	}
	lines, err := os.ReadFile(p.result)
	if err != nil {
		return c, errors.Join(failure, err)
	}
	for line := range strings.Lines(string(lines)) {
		var microseconds, peak int64
		if _, err := fmt.Sscan(line, &microseconds, &peak); err != nil {
			return c, errors.Join(failure, err)
		}
		c.provider += time.Duration(microseconds) * time.Microsecond
		c.peak = max(c.peak, peak)
	}
	return c, failure
}

func header() {
	fmt.Println("| resource | assignments | step | requests | connections | wall s | CPU s | provider CPU s | provider MB | floor: wall s | floor: CPU s | floor: provider CPU s | floor: provider MB |")
	fmt.Println("|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
}

func row(s scenario, step string, ours, floor cost) {
	fmt.Printf("| %s | %d | %s | %d | %d | %.2f | %.2f | %.2f | %.0f | %.2f | %.2f | %.2f | %.0f |\n", s.kind, s.n, step, ours.requests, ours.connections,
		ours.wall.Seconds(), ours.total.Seconds(), ours.provider.Seconds(), float64(ours.peak)*1024/1e6, floor.wall.Seconds(), floor.total.Seconds(), floor.provider.Seconds(), float64(floor.peak)*1024/1e6)
}
