// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment_test

import (
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// provisioned gives the application a connection, whose first cycles have passed.
func (w *world) provisioned() {
	w.t.Helper()
	w.UseGoTo()
	w.Sim.Store().SetDomains()
	w.Sim.Store().SetLicenses(10_000)
	job, err := w.Sim.Store().CreateJob(w.sp.ID, store.ConnectorGoToMeeting)
	if err == nil {
		err = w.Sim.Store().PutSecrets(w.sp.ID, []store.KeyValue{{Key: "UserName", Value: store.AdminUserName}, {Key: "Password", Value: store.AdminPassword}, {Key: "Oauth2AccessToken", Value: "x"}}, store.SecretOptions{})
	}
	if err == nil {
		err = w.Sim.Engine().Start(w.sp.ID, job.ID)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	for range 2 {
		w.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
	}
}

// A single assignment is told by the accounts that it makes or takes, a group in people.
func TestResource_isToldInAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group := w.Sim.Store().AddGroup(store.Group{DisplayName: "Few", SecurityEnabled: true, Members: w.Sim.Store().AddUsers(7)})
	m := w.Managed(single)
	if found := m.Apply(w.one(group, "User")); found.HasError() {
		t.Fatal(found)
	}
	w.provisioned()
	titles := func(found acctest.Diagnostics) string {
		var all []string
		for _, d := range found {
			all = append(all, map[bool]string{true: "error ", false: "warning "}[d.Error]+d.Summary+"\n"+d.Detail)
		}
		return strings.Join(all, "\n\n")
	}
	_, found := w.Protocol().Plan(single, nil, w.one(store.UserAna, "User"))
	if got := titles(found); len(found) != 1 || !strings.HasPrefix(got, "warning 1 account will be created: assignment of ") {
		t.Errorf("one more: %s", got)
	}
	_, found = w.Protocol().Plan(single, m.Now, nil)
	if got := titles(found); found.HasError() || len(found) != 2 || !strings.Contains(got, "7 people lose access") || !strings.Contains(got, "- Disabled: 7") ||
		!strings.Contains(got, "would disable more accounts of") {
		t.Errorf("destroyed: %s", got)
	}
	for _, d := range found {
		if n := strings.Count(d.Detail, "If this disables people by mistake"); n > 1 {
			t.Errorf("%q says %d times how to undo it:\n%s", d.Summary, n, d.Detail)
		}
	}
}

// Of somebody whose two roles go in one plan, the text does not give one number for the plan and contradict it for the change.
func TestResource_tellsThePlanFromTheChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	people := w.Sim.Store().AddUsers(4)
	group, one := w.Managed(single), w.Managed(single)
	for m, id := range map[*acctest.Managed]string{group: w.Sim.Store().AddGroup(store.Group{DisplayName: "Few", SecurityEnabled: true, Members: people}), one: people[0]} {
		if found := m.Apply(w.one(id, "User")); found.HasError() {
			t.Fatal(found)
		}
	}
	w.provisioned()
	p := w.Protocol()
	p.Plan(single, one.Now, nil)
	_, found := p.Plan(single, group.Now, nil)
	if got := found.String(); !strings.Contains(got, "4 people lose access") || !strings.Contains(got, "Together with the other changes in this plan, destroying") || !strings.Contains(got, "alone, it would remove access from 3 people") ||
		!strings.Contains(got, "Unless this plan also ends provisioning, because of this change") || strings.Contains(got, "at most") || !strings.Contains(got, "- Disabled: 3") {
		t.Errorf("got:\n%s", got)
	}
}

// A plan that ends provisioning may be known to do so before or after it is asked about an assignment that it deletes: nothing
// that was said is wrong then.
func TestResource_destroyedWithItsProvisioningDisablesNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m, state := w.Managed(single), w.Managed("gotomeeting_provisioning_state")
	noErrors(t, m.Apply(w.one(w.Sim.Store().AddUsers(1)[0], "User")))
	w.provisioned()
	noErrors(t, state.Import(w.sp.ID+"/"+w.Sim.Store().AllJobs()[0].ID))
	for _, pausedFirst := range []bool{true, false} {
		p := w.Protocol()
		if pausedFirst {
			p.Plan("gotomeeting_provisioning_state", state.Now, nil)
		}
		_, found := p.Plan(single, m.Now, nil)
		got := found.String()
		if !strings.Contains(got, "1 person loses access") || strings.Contains(got, "Disabled: 1") == pausedFirst {
			t.Errorf("paused first %t:\n%s", pausedFirst, got)
		}
		if !pausedFirst && !strings.Contains(got, "Unless this plan also ends provisioning, because of this change") {
			t.Errorf("what spares the account may be planned later:\n%s", got)
		}
	}
}

// What is destroyed as one resource and created as another changes nobody's account, whichever is planned first.
func TestResource_handedOverChangesNobody(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, to string }{{single, single}, {single, exclusive}, {exclusive, single}} {
		w := newWorld(t)
		group := w.Sim.Store().AddGroup(store.Group{DisplayName: "Few", SecurityEnabled: true, Members: w.Sim.Store().AddUsers(7)})
		configs := map[string]map[string]any{single: w.one(group, "User"), exclusive: w.set(map[string]any{group: "User"})}
		m := w.Managed(c.from)
		noErrors(t, m.Apply(configs[c.from]))
		w.provisioned()
		for _, destroyedFirst := range []bool{true, false} {
			report := path.Join(t.TempDir(), "impact.md")
			p := w.Protocol(func(block map[string]any) {
				block["impact"] = map[string]any{"max_disabled": 0, "report_file": report}
			})
			for i := range 2 {
				resource, prior, wanted := c.to, (*acctest.Instance)(nil), configs[c.to]
				if destroyedFirst == (i == 0) {
					resource, prior, wanted = c.from, m.Now, nil
				}
				_, found := p.Plan(resource, prior, wanted)
				noErrors(t, found)
			}
			if text, err := os.ReadFile(report); err != nil || !strings.Contains(string(text), "No account changes") {
				t.Errorf("from %s to %s, destroyed first %t: %s%v", c.from, c.to, destroyedFirst, text, err)
			}
		}
	}
}

// Sets of different roles of one application count together against the limits, whichever is planned first.
func TestExclusive_setsOfDifferentRolesCountTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	people := w.Sim.Store().AddUsers(8)
	entries := func(role string, ids ...string) map[string]any {
		found := map[string]any{}
		for _, id := range ids {
			found[id] = role
		}
		return found
	}
	users, organizers := w.Managed(exclusive), w.Managed(exclusive)
	noErrors(t, users.Apply(w.setOf(entries("User", people[:4]...), "User")))
	noErrors(t, organizers.Apply(w.setOf(entries("Organizer", people[4:]...), "Organizer")))
	w.provisioned()
	for _, usersFirst := range []bool{true, false} {
		p := w.Protocol(func(block map[string]any) { block["impact"] = map[string]any{"max_disabled": 5} })
		plans := []func() acctest.Diagnostics{
			func() acctest.Diagnostics {
				_, found := p.Plan(exclusive, users.Now, w.setOf(entries("User", people[0]), "User"))
				return found
			},
			func() acctest.Diagnostics {
				_, found := p.Plan(exclusive, organizers.Now, w.setOf(entries("Organizer", people[4]), "Organizer"))
				return found
			},
		}
		if !usersFirst {
			plans[0], plans[1] = plans[1], plans[0]
		}
		noErrors(t, plans[0]())
		if found := plans[1]().String(); !strings.Contains(found, "This plan would disable 6 accounts") {
			t.Errorf("users first %t: three of each:\n%s", usersFirst, found)
		}
	}
}

// Where the detail `counts` is asked for, messages list nobody either: whoever reads a pipeline's log need not see ids.
func TestResource_countsPeopleWhereOnlyCountsAreAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	people := w.Sim.Store().AddUsers(7)
	group := w.Sim.Store().AddGroup(store.Group{DisplayName: "Few", SecurityEnabled: true, Members: people[:4]})
	m := w.Managed(exclusive)
	noErrors(t, m.Apply(w.set(map[string]any{group: "User", people[4]: "User", people[5]: "User", people[6]: "User"})))
	for _, detail := range []string{"", "counts"} {
		p := w.Protocol(func(block map[string]any) {
			if detail != "" {
				block["impact"] = map[string]any{"report_detail": detail}
			}
		})
		_, found := p.Plan(exclusive, m.Now, w.set(map[string]any{people[6]: "User"}))
		text := found.String()
		if !strings.Contains(text, "6 people lose access") || !strings.Contains(text, "Few ("+group) {
			t.Errorf("with %q: %s", detail, text)
		}
		for _, id := range people[:6] {
			if listed := strings.Contains(text, id); listed != (detail == "") {
				t.Errorf("with %q, %s is listed: %t\n%s", detail, id, listed, text)
			}
		}
		if counted := strings.Contains(text, "4 of whom lose access") && strings.Contains(text, "- 2 users"); counted != (detail == "counts") {
			t.Errorf("with %q: %s", detail, text)
		}
	}
}

// Nothing orders an assignment and the end of provisioning in a plan that destroys both, unless the user writes it down.
func TestDestroy_pausesProvisioningThatThePlanEndsFirst(t *testing.T) {
	t.Parallel()
	const connection, state = "gotomeeting_provisioning_connection", "gotomeeting_provisioning_state"
	for _, test := range []struct {
		name, ends, created string
		set                 bool
		want                string
	}{
		{"an assignment with its connection", connection, "", false, "POST pause"},
		{"a set with its connection", connection, "", true, "POST pause"},
		{"an assignment with the state", state, "", false, "POST pause"},
		{"an assignment alone", "", "", false, "DELETE"},
		{"an assignment while the state gets a new name", state, state, false, "DELETE"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			typeName, config := single, w.one(store.UserAna, "User")
			if test.set {
				typeName, config = exclusive, w.set(map[string]any{store.UserAna: "User"})
			}
			m := w.Managed(typeName)
			if found := m.Apply(config); found.HasError() {
				t.Fatal(found)
			}
			w.provisioned()
			ref := w.sp.ID + "/" + w.Sim.Store().AllJobs()[0].ID
			p := w.Protocol()
			if test.ends != "" {
				other := w.Managed(test.ends)
				if found := other.Import(ref); found.HasError() {
					t.Fatal(found)
				}
				other.Refresh()
				p.Plan(test.ends, other.Now, nil)
			}
			if test.created != "" {
				p.Plan(test.created, nil, map[string]any{"connection_id": ref, "enabled": true})
			}
			planned, found := p.Plan(typeName, m.Now, nil)
			if found.HasError() {
				t.Fatal(found)
			}
			w.Sim.Log().Reset()
			if left, found := w.Protocol().Apply(planned); left != nil || found.HasError() {
				t.Fatal(found)
			}
			writes := w.Sim.Log().Writes()
			if first := writes[0].Method + " " + path.Base(writes[0].Path); !strings.HasPrefix(first, test.want) && (test.want != "DELETE" || writes[0].Method != "DELETE") {
				t.Errorf("the first write is %s", first)
			}
		})
	}
}

// Whoever cannot read the roles of the application, or who is going to be assigned, does not get past a limit: what is added is
// not taken for nothing, and the reason is named as it is.
func TestResource_unreadableAdditionsAreRefusedByALimit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ path, want string }{
		"roles":  {"/servicePrincipals/*", "The roles that the application offers cannot be read."},
		"people": {"/directoryObjects/getByIds", "The users and groups that are assigned cannot be read."},
	} {
		for _, typeName := range []string{single, exclusive} {
			t.Run(name+", "+typeName, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				noErrors(t, w.Managed(exclusive).Apply(w.set(map[string]any{store.UserAna: "User"})))
				w.provisioned()
				count := -1
				if name == "people" {
					count = 1 // who reads the people of the scope afterward gets an answer
				}
				w.Sim.Faults().Add(simulator.Fault{Path: test.path, Count: count, Effect: simulator.LacksPermission()})
				config := w.one(store.UserMaria, "User")
				if typeName == exclusive {
					config = w.setOf(map[string]any{store.UserMaria: "Organizer"}, "Organizer")
				}
				_, found := w.Protocol(func(block map[string]any) { block["impact"] = map[string]any{"max_created": 1000} }).Plan(typeName, nil, config)
				if refusals := found.Errors(); len(refusals) != 1 || !strings.Contains(refusals.String(), test.want) || !strings.Contains(refusals.String(), "`impact.max_created` allows 1000") || strings.Contains(refusals.String(), "known only at apply") {
					t.Errorf("%s", found)
				}
			})
		}
	}
}

// A check that could not run for lack of a permission names it.
func TestResource_namesThePermissionToReadMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group := w.Sim.Store().AddGroup(store.Group{DisplayName: "Few", SecurityEnabled: true, Members: w.Sim.Store().AddUsers(2)})
	w.Sim.SetPermissions("Application.Read.All", "User.Read.All", "Synchronization.Read.All")
	_, found := w.Protocol().Plan(single, nil, w.one(group, "User"))
	if got := found.String(); !strings.Contains(got, "whether users come into scope by the groups. Grant the Microsoft Graph application permissions `User.Read.All` and `Group.Read.All`") {
		t.Error(got)
	}
}

// A set whose own limits are known only at apply is held against those of the provider at plan.
func TestExclusive_countsWhatItsOwnLimitsDoNotJudgeYet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	people := w.Sim.Store().AddUsers(12)
	entries := map[string]any{}
	for _, id := range people {
		entries[id] = "User"
	}
	m := w.Managed(exclusive)
	noErrors(t, m.Apply(w.set(entries)))
	w.provisioned()
	for _, id := range people[:6] {
		delete(entries, id)
	}
	for _, limit := range []string{"max_removals", "allow_empty", "max_foreign_removals"} {
		p := w.Protocol(func(block map[string]any) { block["impact"] = map[string]any{"max_disabled": 1} })
		config := w.set(entries)
		config[limit] = acctest.Unknown
		if _, found := p.Plan(exclusive, m.Now, config); !strings.Contains(found.Errors().String(), "This plan would disable 6 accounts") {
			t.Errorf("%s: %s", limit, found)
		}
	}
}
