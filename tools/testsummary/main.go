// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Command testsummary reads what "go test -json" prints and shows it as "go test" does: a line for each package, and what failing
// tests have written. At the end it counts the skipped tests with their reasons, and fails if there are more than are known
// for the CLI, so a new gate swallows no test unnoticed.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func main() {
	known := flag.String("known", "", "`file` with the number of skipped tests by CLI")
	cli := flag.String("cli", "", "`name` of the CLI, such as the first line of terraform version")
	flag.Parse()
	if err := run(os.Stdin, os.Stdout, *known, *cli); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// event is a line of the input.
type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64
}

func run(in io.Reader, out io.Writer, known, cli string) error {
	outputs := map[string][]string{} // by package and test
	skipped, passed, failed := map[string]int{}, 0, 0
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(out, lines.Text()) // a build that failed, for instance
			continue
		}
		key := e.Package + " " + e.Test
		switch e.Action {
		case "output":
			if e.Test == "" && (strings.HasPrefix(e.Output, "ok ") || strings.HasPrefix(e.Output, "FAIL") || strings.HasPrefix(e.Output, "panic:") || strings.HasPrefix(e.Output, "?")) {
				fmt.Fprint(out, e.Output)
			}
			outputs[key] = append(outputs[key], e.Output)
		case "build-output":
			fmt.Fprint(out, e.Output)
		case "pass", "skip", "fail":
			if e.Test == "" {
				if e.Action == "fail" {
					failed++
					fmt.Fprint(out, strings.Join(outputs[key], ""))
				}
				break
			}
			switch e.Action {
			case "pass":
				passed++
			case "skip":
				skipped[reason(outputs[key])]++
			case "fail":
				failed++
				fmt.Fprint(out, strings.Join(outputs[key], ""))
			}
			delete(outputs, key)
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	total := 0
	for _, n := range skipped {
		total += n
	}
	fmt.Fprintf(out, "\n%d passed, %d failed, %d skipped\n", passed, failed, total)
	for _, why := range slices.Sorted(maps.Keys(skipped)) {
		fmt.Fprintf(out, "%5d  %s\n", skipped[why], why)
	}
	if failed > 0 {
		return fmt.Errorf("tests failed")
	}
	return compare(out, known, cli, total)
}

var (
	where  = regexp.MustCompile(`^\s*\S+\.go:\d+: `)
	number = regexp.MustCompile(`v?\d+\.\d+\.\d+(-\S+)?`)
)

// reason is the last line that a test wrote before it was skipped.
func reason(output []string) string {
	for _, line := range slices.Backward(output) {
		if at := where.FindString(line); at != "" {
			return number.ReplaceAllStringFunc(strings.TrimSpace(strings.TrimPrefix(line, at)), func(v string) string {
				return v[:strings.LastIndexByte(v, '.')]
			})
		}
	}
	return "no reason given"
}

// compare holds the number against the known one of the CLI: a line such as "Terraform v1.11: 12".
func compare(out io.Writer, known, cli string, total int) error {
	if known == "" {
		return nil
	}
	raw, err := os.ReadFile(known)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(raw)) {
		name, count, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || !strings.HasPrefix(cli, name+".") {
			continue
		}
		most, err := strconv.Atoi(count)
		switch {
		case err != nil:
			return err
		case total > most:
			return fmt.Errorf("%d tests were skipped, and %s says %d for %s: either the new gate is wrong, or the number is", total, known, most, name)
		case total < most:
			fmt.Fprintf(out, "Fewer than the %d that %s says for %s: lower the number there.\n", most, known, name)
		}
		return nil
	}
	fmt.Fprintf(out, "%s says nothing about %s.\n", known, cli)
	return nil
}
