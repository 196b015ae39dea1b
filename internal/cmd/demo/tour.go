// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-exec/tfexec"
	tfjson "github.com/hashicorp/terraform-json"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/workspace"
)

// guide is the demo under way.
type guide struct {
	*steps
	sim *simulator.Server
	dir string // of the configuration
	tf  *workspace.Workspace

	expected int // accounts after the first cycle
}

// tour is the demo itself.
func tour(ctx context.Context, parts *steps, dir, root, cli, plugins string) error {
	// The simulated world starts now and runs along, so its times make sense to the provider, which has the real clock.
	sim, err := simulator.New(simulator.Options{Clock: store.NewRunningClock(time.Now())})
	if err != nil {
		return err
	}
	defer sim.Close()
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, sim.CACertificatePEM(), 0o600); err != nil {
		return err
	}
	say("Started the simulated Microsoft Entra ID and GoTo on %s.", sim.GraphURL())

	work := filepath.Join(dir, "work")
	if err := os.Mkdir(work, 0o700); err != nil {
		return err
	}
	g := &guide{steps: parts, sim: sim, dir: work}
	if err := g.writeVariables(store.AdminPassword, "1"); err != nil {
		return err
	}
	g.tf, err = workspace.New(ctx, work, workspace.Options{
		CLI: cli, Plugins: plugins, Config: filepath.Join(root, "examples", "complete"), Env: sim.Environment(ca)})
	if err != nil {
		return err
	}
	for _, part := range []func(context.Context) error{g.planAndApply, g.preview, g.showStatus, g.planAgain, g.repair, g.review, g.leave, g.rotate, g.destroy} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (g *guide) planAndApply(ctx context.Context) error {
	g.step("terraform plan: what examples/complete declares")
	changes, err := g.plan(ctx)
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		return errors.New("the first plan has no changes")
	}
	g.step("terraform apply")
	g.sim.Log().Reset()
	began := time.Now()
	if err := g.tf.Apply(ctx); err != nil {
		return err
	}
	say("Applied in %.1f seconds with %d requests.", time.Since(began).Seconds(), len(g.sim.Log().Sent()))
	for _, write := range g.sim.Log().Writes() {
		say("  %-6s %s", write.Method, shorten(write.Path))
	}
	return g.checkOrder()
}

// checkOrder makes sure that provisioning was switched on after everything else.
func (g *guide) checkOrder() error {
	writes := g.sim.Log().Writes()
	if len(writes) == 0 || !strings.HasSuffix(writes[len(writes)-1].Path, "/start") {
		return errors.New("starting the job was not the last write")
	}
	say("Provisioning was switched on last.")
	return nil
}

// previewOfDemo reads what the next cycle would do.
const previewOfDemo = `data "gotomeeting_provisioning_preview" "demo" {
  connection_id = gotomeeting_provisioning_connection.this.id
}

output "next_cycle" {
  value = { for action, people in data.gotomeeting_provisioning_preview.demo.counts : action => people if people > 0 }
}
`

// preview shows what the first cycle is going to do, and that it is what then happens.
func (g *guide) preview(ctx context.Context) error {
	g.step("Preview of the first cycle: gotomeeting_provisioning_preview")
	file := filepath.Join(g.dir, "preview.tf")
	if err := os.WriteFile(file, []byte(previewOfDemo), 0o600); err != nil {
		return err
	}
	if err := g.tf.Apply(ctx); err != nil {
		return err
	}
	var counts map[string]int
	if err := g.output(ctx, "next_cycle", &counts); err != nil {
		return err
	}
	for _, action := range slices.Sorted(maps.Keys(counts)) {
		say("  %-18s %d", action, counts[action])
	}
	if counts["create"] == 0 {
		return errors.New("the preview creates no account")
	}
	g.expected = len(g.sim.Store().Accounts()) + counts["create"]
	return os.Remove(file)
}

func (g *guide) showStatus(ctx context.Context) error {
	g.step("The sync status, before and after the first cycle")
	if err := g.printStatus(ctx, "pending"); err != nil {
		return err
	}
	if err := g.later(ctx, 10*time.Minute); err != nil {
		return err
	}
	if err := g.printStatus(ctx, "healthy"); err != nil {
		return err
	}
	if n := len(g.sim.Store().Accounts()); n != g.expected {
		return fmt.Errorf("there are %d accounts, and the preview said %d", n, g.expected)
	}
	say("As many accounts were created as the preview said.")
	return g.printAccounts(1)
}

// later lets simulated time pass and reads the status again.
func (g *guide) later(ctx context.Context, d time.Duration) error {
	g.sim.Clock().Advance(d)
	say("... %.0f simulated minutes later ...", d.Minutes())
	return g.tf.Apply(ctx)
}

// printAccounts shows the accounts at the simulated GoTo that provisioning made or took over, at least so many.
func (g *guide) printAccounts(least int) error {
	say("  %-28s %-10s %-12s %s", "account", "first name", "last name", "active")
	shown := 0
	for _, account := range g.sim.Store().Accounts() {
		if !strings.HasSuffix(account.Email, "@corp.example") {
			continue
		}
		shown++
		say("  %-28s %-10s %-12s %t", account.Email, first(account.Attributes["firstName"]), first(account.Attributes["lastName"]), account.Active)
	}
	if shown < least {
		return fmt.Errorf("%d accounts, expected at least %d", shown, least)
	}
	return nil
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// leave takes a person out of the assigned group; the next cycle disables the account.
func (g *guide) leave(ctx context.Context) error {
	g.step("A person leaves the group; the next cycle disables the account")
	world := g.sim.Store()
	group, err := world.Group(store.GroupMeetings)
	if err != nil {
		return err
	}
	person, err := world.User(group.Members[0])
	if err != nil {
		return err
	}
	if err := world.RemoveMembers(group.ID, person.ID); err != nil {
		return err
	}
	say("%s is no longer a member of %s.", person.DisplayName, group.DisplayName)
	if err := g.later(ctx, 45*time.Minute); err != nil {
		return err
	}
	account, err := world.AccountByEmail(person.UserPrincipalName)
	if err != nil {
		return err
	}
	if account.Active {
		return fmt.Errorf("the account %s is still active", account.Email)
	}
	return g.printAccounts(1)
}

// rotate has the administrator's password change at GoTo, which puts the job into quarantine, and Terraform bring the new one.
func (g *guide) rotate(ctx context.Context) error {
	g.step("The administrator's password changes at GoTo: the status turns unhealthy")
	const password = "another-correct-horse"
	g.sim.Store().SetAdmin(store.Admin{UserName: store.AdminUserName, Password: password, TeamAdmin: true})
	if err := g.later(ctx, 45*time.Minute); err != nil {
		return err
	}
	if err := g.printStatus(ctx, "failed"); err != nil {
		return err
	}
	g.step("terraform apply with the new password: tested, stored, quarantine lifted")
	if err := g.writeVariables(password, "2"); err != nil {
		return err
	}
	if err := g.tf.Apply(ctx); err != nil {
		return err
	}
	if err := g.later(ctx, 45*time.Minute); err != nil {
		return err
	}
	return g.printStatus(ctx, "healthy")
}

// writeVariables gives the configuration its variables. The CLI reads the file by itself, as an ephemeral variable has to
// be given to every command.
func (g *guide) writeVariables(password, version string) error {
	return os.WriteFile(filepath.Join(g.dir, "demo.auto.tfvars"), fmt.Appendf(nil,
		"gotomeeting_admin_password = %q\ngotomeeting_admin_password_version = %q\nmeetings_team_group_id = %q\n", password, version, store.GroupMeetings), 0o600)
}

// output reads an output of the configuration.
func (g *guide) output(ctx context.Context, name string, into any) error {
	outputs, err := g.tf.Output(ctx)
	if err != nil {
		return err
	}
	return json.Unmarshal(outputs[name].Value, into)
}

func (g *guide) printStatus(ctx context.Context, want string) error {
	var status map[string]any
	if err := g.output(ctx, "sync_status", &status); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(status)) {
		text, err := json.Marshal(status[name])
		if err != nil {
			return err
		}
		say("  %-10s %s", name, text)
	}
	if status["state"] != want {
		return fmt.Errorf("the state is %v, not %s", status["state"], want)
	}
	return nil
}

func (g *guide) planAgain(ctx context.Context) error {
	g.step("terraform plan again: nothing to do")
	changes, err := g.plan(ctx)
	if err != nil {
		return err
	}
	if len(changes) > 0 {
		return errors.New("the second plan has changes")
	}
	say("No changes.")
	return nil
}

// repair has somebody change the mapping and the threshold in the portal, and Terraform put them back.
func (g *guide) repair(ctx context.Context) error {
	g.step("Somebody changes two things in the portal; the plan shows both")
	if err := g.changeInPortal(ctx); err != nil {
		return err
	}
	changes, err := g.plan(ctx)
	if err != nil {
		return err
	}
	if len(changes) != 2 {
		return fmt.Errorf("the plan shows %d changed resources, not 2", len(changes))
	}
	g.step("terraform apply repairs them")
	if err := g.tf.Apply(ctx); err != nil {
		return err
	}
	if changes, err = g.plan(ctx); err != nil {
		return err
	}
	if len(changes) > 0 {
		return errors.New("the repaired configuration still has changes")
	}
	say("Repaired; the plan is empty again.")
	return nil
}

// changeInPortal does to the store what two clicks in the portal would.
func (g *guide) changeInPortal(ctx context.Context) error {
	var connectionID string
	if err := g.output(ctx, "connection_id", &connectionID); err != nil {
		return err
	}
	servicePrincipalID, jobID, _ := strings.Cut(connectionID, "/")
	world := g.sim.Store()
	settings := `{"Enabled":true,"Recipients":"identity-ops@example.com","DeleteThresholdEnabled":true,"DeleteThresholdValue":400,"HumanResourcesLookaheadQueryEnabled":false}`
	if err := world.PutSecrets(servicePrincipalID, []store.KeyValue{{Key: "SyncNotificationSettings", Value: settings}}, store.SecretOptions{}); err != nil {
		return err
	}
	say("The accidental-deletion threshold goes from 25 to 400.")
	job, err := world.Job(servicePrincipalID, jobID)
	if err != nil {
		return err
	}
	schema := strings.ReplaceAll(string(job.Schema), `Coalesce([surname], [displayName])`, `Coalesce([surname], [mailNickname])`)
	schema = strings.ReplaceAll(schema, `"name":"displayName","expression":"[displayName]"`, `"name":"mailNickname","expression":"[mailNickname]"`)
	if err := world.PutSchema(servicePrincipalID, jobID, []byte(schema), store.SchemaOptions{}); err != nil {
		return err
	}
	say("The mapping of lastName falls back to mailNickname instead of displayName.")
	return nil
}

func (g *guide) destroy(ctx context.Context) error {
	g.step("terraform destroy")
	g.sim.Log().Reset()
	if err := g.tf.Destroy(ctx); err != nil {
		return err
	}
	writes := g.sim.Log().Writes()
	if len(writes) == 0 || !strings.HasSuffix(writes[0].Path, "/pause") {
		return errors.New("pausing was not the first write of the destroy")
	}
	say("Provisioning was paused first.")
	if jobs := g.sim.Store().AllJobs(); len(jobs) > 0 {
		return fmt.Errorf("%d jobs are left", len(jobs))
	}
	for _, sp := range g.sim.Store().ServicePrincipals(false) {
		if sp.DisplayName == "GoToMeeting" {
			return errors.New("the application is left")
		}
	}
	say("No job and no application are left in the tenant.")
	return nil
}

// plan plans and prints what would change, a line each.
func (g *guide) plan(ctx context.Context) ([]*tfjson.ResourceChange, error) {
	const file = "demo.tfplan"
	if _, err := g.tf.Plan(ctx, tfexec.Out(file)); err != nil {
		return nil, err
	}
	plan, err := g.tf.ShowPlanFile(ctx, file)
	if err != nil {
		return nil, err
	}
	changes := slices.DeleteFunc(plan.ResourceChanges, func(change *tfjson.ResourceChange) bool {
		return change.Mode == tfjson.DataResourceMode || change.Change.Actions.NoOp()
	})
	for _, change := range changes {
		say("  %s %s", change.Change.Actions[0], change.Address)
		if change.Change.Actions.Update() {
			for _, line := range differences("", change.Change.Before, change.Change.After) {
				say("      %s", line)
			}
		}
	}
	return changes, nil
}

// differences lists the attributes that two values of a plan differ in.
func differences(at string, before, after any) []string {
	b, beforeIsObject := before.(map[string]any)
	a, afterIsObject := after.(map[string]any)
	if beforeIsObject && afterIsObject {
		var lines []string
		for _, name := range slices.Sorted(maps.Keys(a)) {
			lines = append(lines, differences(strings.TrimPrefix(at+"."+name, "."), b[name], a[name])...)
		}
		return lines
	}
	was, errBefore := json.Marshal(before)
	is, errAfter := json.Marshal(after)
	if errBefore != nil || errAfter != nil || string(was) == string(is) {
		return nil
	}
	return []string{fmt.Sprintf("%s: %s -> %s", at, was, is)}
}

// shorten makes a request path readable by cutting ids down to their beginnings.
func shorten(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if len(part) > 30 {
			parts[i] = part[:8] + "…"
		}
	}
	return strings.TrimPrefix(strings.Join(parts, "/"), "/v1.0")
}
