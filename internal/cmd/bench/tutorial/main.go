// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Command tutorial measures the main job from outside: the real CLI, the built provider as a process of its own, and the
// simulator without injected latency. It applies examples/complete with ten more assignments, plans again, rotates the
// administrator's password, and destroys, and prints requests, connections and seconds of each.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hashicorp/terraform-exec/tfexec"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/workspace"
)

const planFile = "bench.tfplan"

func main() {
	err := workspace.InTemporary("bench", func(dir, root string) error { return run(context.Background(), dir, root) })
	if err != nil {
		fmt.Fprintln(os.Stderr, "tutorial:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir, root string) error {
	cli, err := workspace.Supply{Progress: os.Stderr}.CLI(ctx)
	if err != nil {
		return err
	}
	plugins := filepath.Join(dir, "plugins")
	if _, err := workspace.BuildProvider(ctx, root, plugins); err != nil {
		return err
	}
	sim, err := simulator.New(simulator.Options{Clock: store.NewRunningClock(time.Now())})
	if err != nil {
		return err
	}
	defer sim.Close()
	tf, err := prepare(ctx, dir, root, cli, plugins, sim)
	if err != nil {
		return err
	}

	fmt.Printf("%-28s %9s %12s %8s\n", "step", "requests", "connections", "seconds")
	measure := func(name string, action func() error) error {
		sim.Log().Reset()
		connections, began := sim.Log().Connections(), time.Now()
		if err := action(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Printf("%-28s %9d %12d %8.2f\n", name, len(sim.Log().Sent()), sim.Log().Connections()-connections, time.Since(began).Seconds())
		return nil
	}
	plan := func(options ...tfexec.PlanOption) func() error {
		return func() error {
			_, err := tf.Plan(ctx, append(options, tfexec.Out(planFile))...)
			return err
		}
	}
	apply := func(options ...tfexec.ApplyOption) func() error {
		return func() error { return tf.Apply(ctx, append(options, tfexec.DirOrPlan(planFile))...) }
	}
	rotated := "gotomeeting_admin_password_version=2"
	for _, step := range []struct {
		name   string
		action func() error
	}{
		{"plan, empty state", plan()},
		{"apply of that plan", apply()},
		{"plan without change", plan()},
		{"plan, new password", plan(tfexec.Var(rotated))},
		{"apply of that plan", apply()},
		{"destroy", func() error {
			// A cycle in progress would be waited for, which is not what is measured.
			sim.Clock().Advance(10 * time.Minute)
			return tf.Destroy(ctx)
		}},
	} {
		if err := measure(step.name, step.action); err != nil {
			return err
		}
	}
	return nil
}

func prepare(ctx context.Context, dir, root, cli, plugins string, sim *simulator.Server) (*workspace.Workspace, error) {
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, sim.CACertificatePEM(), 0o600); err != nil {
		return nil, err
	}
	work := filepath.Join(dir, "work")
	if err := os.Mkdir(work, 0o700); err != nil {
		return nil, err
	}
	people := []string{store.UserAna, store.UserBen, store.UserChloe, store.UserEva, store.UserFaisal,
		store.UserHelen, store.UserIvan, store.UserJun, store.UserKim, store.UserLeo}
	files := map[string]string{
		"bench.auto.tfvars": fmt.Sprintf("gotomeeting_admin_password = %q\nmeetings_team_group_id = %q\n", store.AdminPassword, store.GroupMeetings),
		"bench.tf": fmt.Sprintf(`
resource "gotomeeting_user_role_assignment" "person" {
  for_each             = toset(["%s"])
  service_principal_id = gotomeeting_application.this.service_principal_id
  principal_id         = each.key
  role                 = "User"
}
`, strings.Join(people, `", "`)),
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(work, name), []byte(content), 0o600); err != nil {
			return nil, err
		}
	}
	return workspace.New(ctx, work, workspace.Options{
		CLI: cli, Plugins: plugins, Config: filepath.Join(root, "examples", "complete"), Env: sim.Environment(ca)})
}
