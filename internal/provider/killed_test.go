// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// mortal is a configuration that an apply is about to change when the provider dies.
type mortal struct {
	name     string
	scope    string
	version  string // of the password
	lastName string
	anasRole string
	set      string // entries of an exclusive set, instead of single assignments
	enabled  bool
	trigger  string
	hold     int    // the threshold from which deletions are held, 0 for the default
	state    string // more of the last resource; BEGAN stands for the beginning of a quarantine
}

func (m mortal) hcl() string {
	assignments := fmt.Sprintf(`
resource "gotomeeting_user_role_assignment" "ana" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  principal_id         = %q
  role                 = %q
}

resource "gotomeeting_user_role_assignment" "group" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  principal_id         = %q
  role                 = "User"
}

locals {
  assignment_ids = [gotomeeting_user_role_assignment.ana.id, gotomeeting_user_role_assignment.group.id]
}
`, store.UserAna, m.anasRole, store.GroupMeetings)
	if m.set != "" {
		assignments = fmt.Sprintf(`
resource "gotomeeting_user_role_assignments_exclusive" "all" {
  service_principal_id = gotomeeting_application.this.service_principal_id
  assignments          = { %s }
}

locals {
  assignment_ids = [gotomeeting_user_role_assignments_exclusive.all.id]
}
`, m.set)
	}
	threshold := ""
	if m.hold > 0 {
		threshold = fmt.Sprintf("accidental_deletion_threshold = %d", m.hold)
	}
	return fmt.Sprintf(`
resource "gotomeeting_application" "this" {
  display_name = %q
}

resource "gotomeeting_provisioning_connection" "this" {
  service_principal_id      = gotomeeting_application.this.service_principal_id
  admin_username            = %q
  admin_password_wo         = %q
  admin_password_wo_version = %q
  scope                     = %q
  %s
}

resource "gotomeeting_attribute_mappings" "users" {
  connection_id = gotomeeting_provisioning_connection.this.id
  mappings = {
    email     = { source_attribute = "userPrincipalName", matching_priority = 1 }
    firstName = { source_attribute = "givenName" }
    lastName  = { expression = %q }
    active    = { expression = "Not([IsSoftDeleted])" }
  }
}
%s
resource "gotomeeting_provisioning_state" "this" {
  connection_id    = gotomeeting_provisioning_connection.this.id
  enabled          = %t
  mapping_ids      = [gotomeeting_attribute_mappings.users.id]
  assignment_ids   = local.assignment_ids
  restart_triggers = { on = %q }
  %s
}
`, m.name, store.AdminUserName, store.AdminPassword, m.version, m.scope, threshold, m.lastName, assignments, m.enabled, m.trigger, m.state)
}

// calm is the configuration before each update.
func calm() mortal {
	return mortal{name: "GoToMeeting", scope: "assigned", version: "1", lastName: "Coalesce([surname], [displayName])", anasRole: "User", enabled: true, trigger: "1"}
}

// doomed is a tenant in which a provider is to be killed.
type doomed struct {
	*acctest.Env
	t   *testing.T
	cli *acctest.CLI
	sp  store.ServicePrincipal
}

// prepare applies the configuration before an update, and lets a cycle pass.
func prepare(t *testing.T, before mortal, outside func(*doomed)) *doomed {
	t.Helper()
	env := acctest.New(t)
	d := &doomed{Env: env, t: t, cli: env.CLI(before.hcl())}
	d.cli.Setenv("GOTOMEETING_IMPACT_MAX_DISABLED", "100")
	d.cli.Run("apply", "-auto-approve", "-no-color")
	for _, sp := range env.Sim.Store().ServicePrincipals(false) {
		if sp.TemplateID == store.TemplateGoToMeeting {
			d.sp = sp
		}
	}
	d.cycle()
	if outside != nil {
		outside(d)
	}
	env.Sim.Log().Reset()
	return d
}

func (d *doomed) job() store.Job {
	d.t.Helper()
	jobs := d.Sim.Store().AllJobs()
	if len(jobs) != 1 {
		d.t.Fatalf("there are %d jobs", len(jobs))
	}
	return jobs[0]
}

func (d *doomed) cycle() { d.Sim.Clock().Advance(store.DefaultInterval + time.Hour) }

// update puts the configuration after the update in place of the one before.
func (d *doomed) update(before, after mortal) {
	d.t.Helper()
	content := d.cli.File("main.tf")
	next := strings.Replace(content, before.hcl(), after.hcl(), 1)
	if q := d.job().Status.Quarantine; q != nil {
		next = strings.ReplaceAll(next, "BEGAN", q.CurrentBegan.Format(time.RFC3339))
	}
	if next == content {
		d.t.Fatal("the update changes nothing")
	}
	d.cli.Write("main.tf", next)
}

// writes are what was done in a run, by what the paths end with. What was cut before it could do anything is left out.
func (d *doomed) writes(before bool) (did []string) {
	for _, request := range d.Sim.Log().Writes() {
		if request.Status == 0 && before || request.Status >= 300 {
			continue
		}
		name := path.Base(request.Path)
		if !strings.ContainsAny(name, "0123456789") {
			name = request.Method + " " + name
		} else {
			name = request.Method + " " + path.Base(path.Dir(request.Path))
		}
		did = append(did, name)
	}
	return did
}

// end is all that an update has brought about, the accounts after another cycle included.
func (d *doomed) end() (all []string) {
	d.t.Helper()
	all = append(all, "application "+d.Sim.Store().NameOf(d.sp.ID))
	secrets, err := d.Sim.Store().Secrets(d.sp.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, pair := range secrets {
		all = append(all, "secret "+pair.Key+" "+pair.Value)
	}
	for _, a := range d.Sim.Store().Assignments(d.sp.ID) {
		role := slices.IndexFunc(d.sp.Roles, func(r store.AppRole) bool { return r.ID == a.RoleID })
		all = append(all, "assignment "+a.PrincipalID+" "+d.sp.Roles[role].DisplayName)
	}
	job := d.job()
	all = append(all, "schedule "+job.Schedule, fmt.Sprintf("quarantine %t", job.Status.Quarantine != nil), "schema "+strings.ReplaceAll(string(job.Schema), job.ID, "JOB"))
	d.cycle()
	for _, account := range d.Sim.Store().Accounts() {
		all = append(all, fmt.Sprintf("account %s %t %v", account.Email, account.Active, account.Attributes))
	}
	slices.Sort(all)
	return all
}

func count(all []string, one string) (n int) {
	for _, each := range all {
		if each == one {
			n++
		}
	}
	return n
}

// Kind 4: an update whose provider is killed, as the machine kills what takes too much memory, at any of its writes, before
// or after its effect, and that is applied again, comes to the end that it has undisturbed: with every follow-up, and no
// restart more than that whose effect nothing has noted.
func TestKilled_atAnyWriteOfAnUpdateComesToTheSameEnd(t *testing.T) {
	t.Parallel()
	quarantine := func(d *doomed) {
		if err := d.Sim.Engine().Quarantine(d.sp.ID, d.job().ID, "EncounteredQuarantineException", store.SyncError{Code: "GoToMeetingInvalidCredentials"}); err != nil {
			d.t.Fatal(err)
		}
	}
	paused := func(d *doomed) {
		if err := d.Sim.Engine().Pause(d.sp.ID, d.job().ID); err != nil {
			d.t.Fatal(err)
		}
	}
	held := func(d *doomed) {
		if err := d.Sim.Store().RemoveMembers(store.GroupMeetings, store.UserBen, store.UserChloe, store.UserFaisal); err != nil {
			d.t.Fatal(err)
		}
		if d.cycle(); d.job().Status.Quarantine == nil {
			d.t.Fatal("nothing is held")
		}
	}
	with := func(changes ...func(*mortal)) mortal {
		m := calm()
		for _, change := range changes {
			change(&m)
		}
		return m
	}
	all := func(m *mortal) { m.scope = "all" }
	off := func(m *mortal) { m.enabled = false }
	careful := func(m *mortal) { m.hold = 2 }
	for _, test := range []struct {
		name          string
		before, after mortal
		outside       func(*doomed)
		follows       []string // the last writes, in order
		whole         bool     // Terraform dies, too, after the effect: the state has nothing of the run then
	}{
		{name: "scope", before: with(all), after: calm(), follows: []string{"PUT secrets", "POST restart"}},
		{name: "credentials", before: calm(), after: with(func(m *mortal) { m.version = "2" }), outside: quarantine, follows: []string{"PUT secrets", "POST start"}},
		{name: "restart", before: calm(), after: with(func(m *mortal) { m.lastName, m.trigger = "[surname]", "2" }), follows: []string{"PUT schema", "POST restart"}},
		{name: "switch on", before: with(off), after: with(func(m *mortal) { m.trigger = "2" }), follows: []string{"POST restart"}},
		{name: "switch off", before: calm(), after: with(off, func(m *mortal) { m.lastName = "[surname]" }), follows: []string{"PUT schema", "POST pause"}},
		{name: "resume", before: calm(), outside: paused, after: with(func(m *mortal) { m.state, m.lastName = `resume_token = "2"`, "[surname]" }), follows: []string{"PUT schema", "POST restart"}},
		{name: "release", before: with(careful), outside: held, after: with(careful, func(m *mortal) {
			m.state, m.anasRole = `release_deletions = { quarantine_began = "BEGAN", max = 3 }`, "Organizer"
		}), follows: []string{"POST restart"}},
		{name: "everything", before: with(all), outside: quarantine, whole: true,
			after: with(func(m *mortal) {
				m.name, m.version, m.lastName, m.anasRole, m.trigger = "Meetings", "2", "[surname]", "Organizer", "2"
			}),
			follows: []string{"POST restart"}},
		{name: "set", before: with(func(m *mortal) { m.set = fmt.Sprintf("%q = \"User\", %q = \"User\"", store.UserAna, store.UserBen) }),
			after: with(func(m *mortal) {
				m.set = fmt.Sprintf("%q = \"Organizer\", %q = \"User\"", store.UserAna, store.GroupMeetings)
				m.trigger = "2"
			}), follows: []string{"POST restart"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			undisturbed := prepare(t, test.before, test.outside)
			undisturbed.update(test.before, test.after)
			undisturbed.cli.Run("apply", "-auto-approve", "-no-color")
			whole := undisturbed.writes(false)
			if n := len(whole) - len(test.follows); n < 0 || !slices.Equal(whole[n:], test.follows) {
				t.Fatalf("the undisturbed update wrote %q", whole)
			}
			want := undisturbed.end()
			for at := range whole {
				for _, after := range []bool{false, true} {
					t.Run(fmt.Sprintf("%d %s, after %t", at, whole[at], after), func(t *testing.T) {
						t.Parallel()
						d := prepare(t, test.before, test.outside)
						d.update(test.before, test.after)
						kill := d.cli.KillProviders
						if test.whole && after {
							kill = d.cli.Kill
						}
						d.Sim.Faults().Add(simulator.Fault{Writes: true, Skip: at, Effect: simulator.Interrupts(after, kill)})
						out, log, err := d.cli.Try("apply", "-auto-approve", "-no-color")
						if err == nil || len(d.Sim.Faults().Pending()) > 0 {
							t.Fatalf("nothing was killed: %v\n%s%s", err, out, log)
						}
						first := d.writes(!after)
						d.Sim.Log().Reset()
						d.Sim.Clock().Advance(time.Minute) // the logs can be read only so often
						d.cli.Run("apply", "-auto-approve", "-no-color")
						again := d.writes(false)
						for _, follow := range []string{"POST restart", "POST start", "POST pause"} {
							n, most := count(first, follow)+count(again, follow), count(whole, follow)
							if after && len(first) > 0 && first[len(first)-1] == follow {
								most++ // done, and nothing that is left says so
							}
							if name, _ := d.cli.Product(); name == "OpenTofu" && test.whole {
								most += count(first, follow) // killed itself, it has not written what it did to the state, and does it again
							}
							if n < count(whole, follow) || n > most {
								t.Errorf("%s came %d times: %q, then %q; undisturbed %q", follow, n, first, again, whole)
							}
						}
						if out, log, err := d.cli.Try("plan", "-detailed-exitcode", "-no-color"); err != nil {
							t.Errorf("the plan afterward: %v\n%s%s", err, out, log)
						}
						if diff := cmp.Diff(want, d.end()); diff != "" {
							t.Errorf("(-undisturbed +killed) %q, then %q:\n%s", first, again, diff)
						}
					})
				}
			}
		})
	}
}
