// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package control

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

func clockVerbs() []verb {
	return []verb{
		{"clock", "", "the simulated time", func(w *world, _ []string) (string, error) { return moment(w), nil }},
		{"clock advance", "DURATION", "advance the clock, such as by 45m or 24h, and run everything that is due", func(w *world, args []string) (string, error) {
			d, err := time.ParseDuration(args[0])
			if err != nil || d < 0 {
				return "", fmt.Errorf("%q is not a duration; use a duration such as 45m or 24h", args[0])
			}
			w.Clock().Advance(d)
			return moment(w), nil
		}},
		{"clock freeze", "", "stop the clock", do(func(w *world, _ []string) error { w.Clock().Freeze(); return nil })},
		{"clock run", "[SPEED]", "run the clock with real time, or that many times as fast", do(func(w *world, args []string) error {
			speed, err := number(args, 1)
			if err == nil {
				w.Clock().Run(speed)
			}
			return err
		})},
		{"cycle", "[COUNT]", "advance the clock until the next cycle has ended, and print what it did", runCycles},
	}
}

func moment(w *world) string { return w.Clock().Now().UTC().Format(time.RFC3339) + "\n" }

const (
	cycleStep = time.Minute
	// cyclePatience is longer than any pause between the attempts of a job in quarantine.
	cyclePatience = 3 * 24 * time.Hour
)

func runCycles(w *world, args []string) (string, error) {
	count, err := number(args, 1)
	if err != nil {
		return "", err
	}
	var said strings.Builder
	for range count {
		text, err := oneCycle(w)
		if err != nil {
			return "", err
		}
		said.WriteString(text)
	}
	return said.String(), nil
}

// oneCycle lets time pass until a cycle has ended.
func oneCycle(w *world) (string, error) {
	j, err := w.job()
	if err != nil {
		return "", err
	}
	last := func() (ended time.Time, state string) {
		if e := j.Status.LastExecution; e != nil {
			return e.Ended, e.State
		}
		return time.Time{}, ""
	}
	before, _ := last()
	logged := len(w.Store().Log())
	for waited := time.Duration(0); waited < cyclePatience; waited += cycleStep {
		w.Clock().Advance(cycleStep)
		if j, err = w.Store().Job(j.ServicePrincipalID, j.ID); err != nil {
			return "", err
		}
		ended, state := last()
		if ended.Equal(before) {
			continue
		}
		did := map[string]int{}
		for _, entry := range w.Store().Log()[logged:] {
			did[entry.Action+" "+entry.Status]++
		}
		text := "cycle ended: " + state
		for _, what := range slices.Sorted(maps.Keys(did)) {
			text += fmt.Sprintf(", %s %d", what, did[what])
		}
		if q := j.Status.Quarantine; q != nil {
			text += fmt.Sprintf("; in quarantine: %s", q.Reason)
		}
		return text + "\n", nil
	}
	return "", errors.New("no cycle ended within three days; check that the job is on: \"portal start\" starts it")
}
