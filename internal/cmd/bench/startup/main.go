// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Command startup measures what the provider costs before it does anything: the size of the binary as released, the time
// from starting the process to the handshake that Terraform waits for, and the memory it then holds; each beside a provider
// with one empty resource, the least that any provider can cost. It fails when a limit is crossed.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/workspace"
)

const (
	above     = 8_000_000 // bytes more than the empty provider, as in .ci/size
	tolerance = 1.20      // of the empty provider
)

func main() {
	runs := flag.Int("runs", 200, "how often each binary is started")
	flag.Parse()
	err := workspace.InTemporary("bench", func(dir, root string) error { return run(context.Background(), *runs, dir, root) })
	if err != nil {
		fmt.Fprintln(os.Stderr, "startup:", err)
		os.Exit(1)
	}
}

// figures of one binary.
type figures struct {
	path  string
	bytes int64
	// times to the handshake, and resident kilobytes afterward, of every start.
	times    []time.Duration
	resident []int
}

func run(ctx context.Context, runs int, dir, root string) error {
	// The empty one without the flags that ours is released with: it stands for a provider as it usually is.
	emptyBinary := filepath.Join(dir, "empty")
	if err := workspace.Build(ctx, root, "./internal/cmd/bench/emptyprovider", emptyBinary); err != nil {
		return err
	}
	empty, err := weigh(emptyBinary)
	if err != nil {
		return err
	}
	ourBinary, err := workspace.BuildProvider(ctx, root, filepath.Join(dir, "plugins"))
	if err != nil {
		return err
	}
	ours, err := weigh(ourBinary)
	if err != nil {
		return err
	}
	// By turns, so what else the machine does meets both; the first round warms the file cache.
	for i := range runs + 1 {
		for _, f := range []*figures{empty, ours} {
			elapsed, kilobytes, err := start(ctx, f.path)
			if err != nil {
				return err
			}
			if i > 0 {
				f.times, f.resident = append(f.times, elapsed), append(f.resident, kilobytes)
			}
		}
	}
	return report(empty, ours)
}

// weigh looks at a binary on disk.
func weigh(path string) (*figures, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	return &figures{path: path, bytes: info.Size()}, nil
}

// start runs the plugin as Terraform does, waits for its handshake, looks at its memory, and ends it.
func start(ctx context.Context, path string) (elapsed time.Duration, kilobytes int, err error) {
	command := exec.CommandContext(ctx, path)
	command.Env = append(os.Environ(),
		// https://github.com/hashicorp/terraform-plugin-go: the value by which a plugin knows that Terraform started it.
		"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
		"PLUGIN_PROTOCOL_VERSIONS=6")
	stdout, err := command.StdoutPipe()
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if err := command.Start(); err != nil {
		return 0, 0, err
	}
	defer func() {
		err = errors.Join(err, command.Process.Kill())
		_ = command.Wait() // killed: there is no other news
	}()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	elapsed = time.Since(began)
	if err != nil {
		return 0, 0, fmt.Errorf("%s: no handshake: %w", filepath.Base(path), err)
	}
	if !strings.HasPrefix(line, "1|6|") {
		return 0, 0, fmt.Errorf("%s: handshake is %q", filepath.Base(path), line)
	}
	kilobytes, err = resident(command.Process.Pid)
	return elapsed, kilobytes, err
}

// resident reads how many kilobytes of memory a process holds; Linux only.
func resident(pid int) (int, error) {
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0, fmt.Errorf("memory is measured on Linux only: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		if value, found := strings.CutPrefix(line, "VmRSS:"); found {
			return strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")))
		}
	}
	return 0, errors.New("the process has no VmRSS")
}

func report(empty, ours *figures) error {
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(out, "lower quartile of %d starts\tempty provider\tours\tratio\tlimit\t\n", len(ours.times))
	var problems []error
	row := func(name, unit string, floor, value, limit float64, limitText string) {
		fmt.Fprintf(out, "%s\t%.1f %s\t%.1f %s\t%.2f\t%s\t\n", name, floor, unit, value, unit, value/floor, limitText)
		if value > limit {
			problems = append(problems, fmt.Errorf("%s: %.1f %s is more than %.1f %s", name, value, unit, limit, unit))
		}
	}
	ratio := func(name, unit string, floor, value float64) {
		row(name, unit, floor, value, floor*tolerance, fmt.Sprintf("ratio %.2f", tolerance))
	}
	row("binary", "MB", float64(empty.bytes)/1e6, float64(ours.bytes)/1e6, float64(empty.bytes+above)/1e6, fmt.Sprintf("%d MB above", above/1_000_000))
	milliseconds := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }
	ratio("start to handshake", "ms", milliseconds(quartile(empty.times)), milliseconds(quartile(ours.times)))
	ratio("memory at rest", "MB", float64(quartile(empty.resident))*1024/1e6, float64(quartile(ours.resident))*1024/1e6)
	return errors.Join(append(problems, out.Flush())...)
}

// quartile is the lower one: what else the machine does only ever adds.
func quartile[T int | time.Duration](values []T) T {
	slices.Sort(values)
	return values[len(values)/4]
}
