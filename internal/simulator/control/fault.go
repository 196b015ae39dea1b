// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package control

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

func faultVerbs() []verb {
	return []verb{
		{"fault add", "METHOD PATH COUNT EFFECT [VALUE...]", "make requests fail: * for any method, a path such as /users/* or /**, a number of requests or all", do(addFault)},
		{"fault list", "", "list the remaining faults", func(w *world, _ []string) (string, error) {
			var out strings.Builder
			for _, f := range w.Faults().Pending() {
				fmt.Fprintf(&out, "%s %s %d\n", f.Method, f.Path, f.Count)
			}
			return out.String(), nil
		}},
		{"fault clear", "", "remove all faults", do(func(w *world, _ []string) error { w.Faults().Clear(); return nil })},
		{"quota", "UNITS [WRITES] [ADMIN]", "limit requests: directory units per 10 s, writes per 150 s, requests to GoTo per second; 0 is no limit", do(setQuota)},
		{"lag", "KIND READS", "make that many reads of a kind of object not show recent writes: " + lagKinds(), do(setLag)},
	}
}

// faultKind is an effect of a fault by name.
type faultKind struct {
	name, args, does string
	effect           func(args []string) (simulator.Effect, error)
}

func faultKinds() []faultKind {
	always := func(effect simulator.Effect) func([]string) (simulator.Effect, error) {
		return func([]string) (simulator.Effect, error) { return effect, nil }
	}
	inSeconds := func(effect func(time.Duration) simulator.Effect) func([]string) (simulator.Effect, error) {
		return func(args []string) (simulator.Effect, error) {
			seconds, err := number(args, 10)
			return effect(time.Duration(seconds) * time.Second), err
		}
	}
	status := func(effect func(status int, code, message string) simulator.Effect) func([]string) (simulator.Effect, error) {
		return func(args []string) (simulator.Effect, error) {
			status, err := number(args, http.StatusInternalServerError)
			return effect(status, argument(args, 1, "UnknownError"), argument(args, 2, "Scripted.")), err
		}
	}
	return []faultKind{
		{"throttle", "[SECONDS]", "429, and when to retry", inSeconds(simulator.Throttled)},
		{"unavailable", "[SECONDS]", "503, and when to retry", inSeconds(simulator.Unavailable)},
		{"error", "[STATUS] [CODE] [MESSAGE]", "an error before anything was done", status(simulator.Fails)},
		{"error-after", "[STATUS] [CODE] [MESSAGE]", "an error after it was done", status(simulator.FailsAfter)},
		{"drop", "", "the connection is closed before anything was done", always(simulator.DropsBefore())},
		{"drop-after", "", "the connection is closed after it was done", always(simulator.DropsAfter())},
		{"missing", "", "404, as from a replica that lags behind", always(simulator.Misses())},
		{"forbidden", "", "as if the permission were missing", always(simulator.LacksPermission())},
		{"html", "[STATUS]", "an HTML page, as from a proxy", func(args []string) (simulator.Effect, error) {
			status, err := number(args, http.StatusBadGateway)
			return simulator.AnswersHTML(status), err
		}},
		{"truncate", "", "half of a response", always(simulator.Truncates())},
		{"delay", "DURATION", "the response takes that long on the simulated clock", func(args []string) (simulator.Effect, error) {
			d, err := time.ParseDuration(argument(args, 0, ""))
			return simulator.Delays(d), err
		}},
		{"sign-in", "NUMBER", "a sign-in error, such as 7000222 for an expired secret; the path is /*/oauth2/v2.0/token", func(args []string) (simulator.Effect, error) {
			code, err := number(args, 7000222)
			return simulator.RefusesSignIn(code), err
		}},
	}
}

func addFault(w *world, args []string) error {
	fault := simulator.Fault{Method: strings.ToUpper(args[0]), Path: args[1]}
	if fault.Method == "*" {
		fault.Method = ""
	}
	var err error
	if fault.Count = -1; args[2] != "all" {
		if fault.Count, err = strconv.Atoi(args[2]); err != nil || fault.Count < 1 {
			return fmt.Errorf("%q is neither a number of requests nor all", args[2])
		}
	}
	for _, kind := range faultKinds() {
		if kind.name == args[3] {
			if fault.Effect, err = kind.effect(args[4:]); err == nil {
				w.Faults().Add(fault)
			}
			return err
		}
	}
	return fmt.Errorf("there is no effect %q; \"help\" lists them", args[3])
}

func setQuota(w *world, args []string) error {
	var limits [3]int
	for i := range args {
		n, err := number(args[i:], 0)
		if err != nil {
			return err
		}
		limits[i] = n
	}
	w.SetQuota(simulator.Quota{Units: limits[0], Writes: limits[1], AdminRequests: limits[2]})
	return nil
}

// lagKinds names the kinds of objects that reads can lag behind for.
func lagKinds() string {
	var names []string
	for _, kind := range simulator.ObjectKinds() {
		names = append(names, string(kind))
	}
	return strings.Join(names, ", ")
}

func setLag(w *world, args []string) error {
	kind := simulator.ObjectKind(args[0])
	if !slices.Contains(simulator.ObjectKinds(), kind) {
		return fmt.Errorf("there is no kind %q; there are %s", args[0], lagKinds())
	}
	reads, err := number(args[1:], 0)
	if err == nil {
		w.SetLag(kind, simulator.Lag{Reads: reads})
	}
	return err
}
