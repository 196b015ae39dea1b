// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Command simulator runs the stand-in for Entra ID, Microsoft Graph and GoTo by itself, on a loopback address, until it
// is interrupted. It prints what to export so that the provider talks to it, and the ids that the examples need. With a
// command behind "--" it runs that with all of this in its environment instead, and ends with it.
//
// "simulator ctl" steers a simulator that runs: "simulator ctl help" lists what can be done, and "simulator ctl script FILE"
// does what a file says, a command a line. Where the simulator is, it takes from the environment variable that the simulator
// prints.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/control"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if len(os.Args) > 1 && os.Args[1] == "ctl" {
		err = steer(ctx, os.Args[2:], os.Stdin, os.Stdout, os.Stderr)
	} else {
		err = run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "simulator:", err)
		os.Exit(1)
	}
}

// settings are the flags of the program.
type settings struct {
	port, controlPort, users   int
	speed                      int
	caFile, seed, scenario     string
	application, plain, frozen bool
	latency                    time.Duration
	variants                   simulator.Variants
	command                    []string // to run, in place of waiting to be interrupted
}

func parse(args []string, stderr io.Writer) (settings, error) {
	var s settings
	if at := slices.Index(args, "--"); at >= 0 {
		if args, s.command = args[:at], args[at+1:]; len(s.command) == 0 {
			return s, errors.New("there is no command after --")
		}
	}
	flags := flag.NewFlagSet("simulator", flag.ContinueOnError)
	flags.IntVar(&s.port, "port", 0, "loopback `port` of Graph and GoTo; 0 for a free one")
	flags.IntVar(&s.controlPort, "control-port", 0, "loopback `port` of the control door, which \"simulator ctl\" uses; 0 for a free one")
	flags.StringVar(&s.caFile, "ca-file", "", "`file` to write the certificate authority to; a temporary file by default")
	flags.StringVar(&s.seed, "seed", "", "`file` with the people, groups, and accounts to start with, instead of the invented ones")
	flags.StringVar(&s.scenario, "scenario", "", "`name` of the scenario to start with: existing, quarantined, retired, or large")
	flags.IntVar(&s.users, "users", 0, "number of `people` to add to the directory")
	flags.BoolVar(&s.application, "application", false, "start with an instance of the GoToMeeting application")
	flags.BoolVar(&s.plain, "plain-http", false, "serve Graph and GoTo without TLS; sign-in uses TLS on another port, because Azure's libraries require it")
	flags.BoolVar(&s.frozen, "frozen-clock", false, "stop the simulated clock")
	flags.IntVar(&s.speed, "speed", 1, "run the simulated clock that many `times` as fast as real time")
	flags.DurationVar(&s.latency, "latency", 0, "real `time` to add to every request")
	flags.Func("variant", "choose a behavior that the documentation of the real service does not define, as `name` or name=value; can be repeated", func(text string) error {
		name, value, given := strings.Cut(text, "=")
		if !given {
			value = "true"
		}
		return control.SetVariant(&s.variants, name, value)
	})
	if err := parseFlags(flags, args, stderr); err != nil {
		return s, err
	}
	if s.speed < 1 {
		return s, fmt.Errorf("-speed is %d; the minimum is 1", s.speed)
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return s, nil
}

// parseFlags parses flags, and prints their list only to who asks for it: an error is short without it.
func parseFlags(flags *flag.FlagSet, args []string, stderr io.Writer) error {
	flags.SetOutput(io.Discard)
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(stderr)
		flags.Usage()
	}
	return err
}

// run serves until the context ends and leaves nothing behind.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	clock := store.NewClock(time.Now())
	if !s.frozen {
		clock.Run(s.speed)
	}
	server, err := simulator.New(simulator.Options{
		Address: fmt.Sprintf("127.0.0.1:%d", s.port), Clock: clock, PlainHTTP: s.plain, Latency: s.latency, Variants: s.variants, Empty: s.seed != "",
		// Clients keep their tokens by real time.
		TokenLifetime: time.Duration(max(s.speed, 1)) * time.Hour,
	})
	if err != nil {
		return err
	}
	defer server.Close()
	server.AddClient(control.Planner())
	if err := s.prepare(server); err != nil {
		return err
	}
	door, err := control.Open(server, fmt.Sprintf("127.0.0.1:%d", s.controlPort))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, door.Close()) }()
	name, err := writeAuthority(s.caFile, server.CACertificatePEM())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(name)) }()
	environment := environmentOf(server, door, name)
	if len(s.command) > 0 {
		return accompany(ctx, s.command, environment, stdout, stderr)
	}
	if err := printEnvironment(stdout, server, environment, s.users); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "Serving on %s. Interrupt to stop.\n", server.GraphURL())
	<-ctx.Done()
	return nil
}

// prepare brings about what the simulator is to start with.
func (s settings) prepare(server *simulator.Server) error {
	if s.seed != "" {
		raw, err := os.ReadFile(s.seed)
		if err != nil {
			return err
		}
		if err := control.Seed(server, raw); err != nil {
			return err
		}
	}
	server.Store().AddUsers(s.users)
	if s.application {
		if _, err := control.Do(server, "portal", "application"); err != nil {
			return err
		}
	}
	if s.scenario != "" {
		return control.RunScenario(server, s.scenario)
	}
	return nil
}

// steer sends a command, or those of a script, to a simulator that runs.
func steer(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("simulator ctl", flag.ContinueOnError)
	address := flags.String("door", os.Getenv(control.AddressVariable), "`address` of the control door; "+control.AddressVariable+" by default")
	if err := parseFlags(flags, args, stderr); err != nil {
		return err
	}
	command := flags.Args()
	client := control.Client{URL: *address}
	carryOut := func(command ...string) (string, error) { return client.Do(ctx, command...) }
	switch {
	case len(command) == 0 || command[0] == "help":
		_, err := io.WriteString(stdout, control.Help())
		return err
	case command[0] != "script":
		said, err := carryOut(command...)
		fmt.Fprint(stdout, said)
		return err
	case len(command) != 2:
		return errors.New("usage: simulator ctl script FILE, where - is standard input")
	case command[1] == "-":
		return control.Script(stdin, stdout, carryOut)
	}
	script, err := os.Open(command[1])
	if err != nil {
		return err
	}
	defer func() { _ = script.Close() }() // it was only read
	return control.Script(script, stdout, carryOut)
}

// writeAuthority writes the certificate of the authority and returns the name of the file.
func writeAuthority(name string, certificate []byte) (string, error) {
	create := func() (*os.File, error) { return os.CreateTemp("", "gotomeeting-simulator-*.pem") }
	if name != "" {
		// An existing file is somebody's: it would be lost when this program cleans up.
		create = func() (*os.File, error) { return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) }
	}
	file, err := create()
	if err != nil {
		return "", err
	}
	_, err = file.Write(certificate)
	return file.Name(), errors.Join(err, file.Close())
}

// accompany runs a command with the environment added to that of this program.
func accompany(ctx context.Context, command []string, environment map[string]string, stdout, stderr io.Writer) error {
	run := exec.CommandContext(ctx, command[0], command[1:]...)
	run.Stdin, run.Stdout, run.Stderr, run.Env = os.Stdin, stdout, stderr, os.Environ()
	for name, value := range environment {
		run.Env = append(run.Env, name+"="+value)
	}
	// It gets the interruption too, and has time to end by itself.
	run.Cancel = func() error { return run.Process.Signal(os.Interrupt) }
	run.WaitDelay = time.Minute
	return run.Run()
}

// environmentOf is what a client of the simulator, ctl and the variables of examples/complete need.
func environmentOf(server *simulator.Server, door *control.Door, caFile string) map[string]string {
	environment := server.Environment(caFile)
	environment[control.AddressVariable] = door.URL()
	environment["TF_VAR_gotomeeting_admin_password"] = store.AdminPassword
	for group := range server.Store().EachGroup() {
		environment["TF_VAR_meetings_team_group_id"] = group.ID
		break
	}
	return environment
}

// printEnvironment prints what a shell can evaluate: where everything is, and the ids that configurations need.
func printEnvironment(out io.Writer, server *simulator.Server, environment map[string]string, users int) error {
	caFile := environment["GOTOMEETING_CA_CERTIFICATE_FILE"]
	for _, name := range slices.Sorted(maps.Keys(environment)) {
		fmt.Fprintf(out, "export %s=%s\n", name, quoted(environment[name]))
	}
	fmt.Fprintf(out, "# another Entra client: ARM_METADATA_HOSTNAME=%s SSL_CERT_FILE=%s\n", server.MetadataHost(), quoted(caFile))
	fmt.Fprintf(out, "# a client that can only read: ARM_CLIENT_ID=%s ARM_CLIENT_SECRET=%s\n", control.PlannerID, control.PlannerSecret)
	fmt.Fprintf(out, "# GoTo administrator: %s, password %s\n", store.AdminUserName, store.AdminPassword)
	if users > 0 {
		fmt.Fprintf(out, "# people: %s to %s\n", store.PersonID(0), store.PersonID(users-1))
	}
	ids, err := control.Do(server, "ids")
	for line := range strings.Lines(ids) {
		fmt.Fprintf(out, "# %s", line)
	}
	return err
}

// quoted puts a value into quotes that a shell takes literally.
func quoted(value string) string { return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'" }
