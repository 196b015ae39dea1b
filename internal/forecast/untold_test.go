// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package forecast_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// withGoTo is a provider configuration that also reads the accounts at GoTo.
func (w *tenant) withGoTo(settings providerdata.Impact) *providerdata.Data {
	data := w.data(settings)
	data.GoTo = func() (*gotoadmin.Client, error) {
		return gotoadmin.New(gotoadmin.Options{
			ClientID: simulator.DefaultGoToClientID, ClientSecret: simulator.DefaultGoToClientSecret, PersonalAccessToken: simulator.DefaultPersonalAccessToken,
			Endpoint: w.sim.GoToURL(), TokenEndpoint: w.sim.GoToTokenURL(), Clock: w.sim.Clock(), HTTPClient: w.sim.Client(),
		})
	}
	return data
}

// denies refuses a path of Graph.
func (w *tenant) denies(path string) {
	w.sim.Faults().Add(simulator.Fault{Path: path, Count: -1, Effect: simulator.LacksPermission()})
}

// written is a report: for people, and its bounds of the one connection in it.
func (w *tenant) written(path string) (text string, atMost map[string]int, changes bool) {
	w.t.Helper()
	markdown, err := os.ReadFile(path)
	w.ok(err)
	raw, err := os.ReadFile(strings.TrimSuffix(path, ".md") + ".json")
	w.ok(err)
	var document struct {
		Changes     bool `json:"account_changes"`
		Connections []struct {
			AtMost map[string]int `json:"at_most"`
		} `json:"connections"`
	}
	w.ok(json.Unmarshal(raw, &document))
	if len(document.Connections) != 1 {
		w.t.Fatalf("%d connections in %s", len(document.Connections), raw)
	}
	return string(markdown), document.Connections[0].AtMost, document.Changes
}

// What is not known is never reported as no change, nor bounded by 0, and is said once, in the same words every time.
func TestReport_doesNotTakeTheUnknownForNothing(t *testing.T) {
	t.Parallel()
	beyond := func(p forecast.Proposal) forecast.Proposal {
		p.Unknown, p.Change = "The mapping contains values that are known only at apply.", nil
		return p
	}
	for name, test := range map[string]struct {
		prepare  func(*tenant)
		settings providerdata.Impact
		proposal forecast.Proposal
		title    string
		reason   string
		atMost   string
	}{
		"unknown values": {proposal: beyond(narrows("Sales")), title: "### GoToMeeting: The account changes are not known\n", reason: "values that are known only at apply", atMost: "map[]"},
		"a group":        {proposal: narrows("Sales"), prepare: func(w *tenant) { w.denies("/groups/*/members") }, title: "### GoToMeeting: The account changes are not known\n", reason: "`Group.Read.All`", atMost: "map[]"},
		"the job":        {proposal: narrows("Sales"), prepare: func(w *tenant) { w.denies("/servicePrincipals/*/synchronization/jobs/*") }, title: "### The connection: The account changes are not known\n", reason: "`Synchronization.Read.All`", atMost: "map[]"},
		"the budget":     {proposal: narrows("Sales"), settings: providerdata.Impact{MaxRequests: 1}, title: "### The connection: The account changes are not known\n", reason: "takes more than the 1 request that `impact.max_requests` allows.", atMost: "map[]"},
		"what only adds": {proposal: forecast.Proposal{Key: "more", Subject: "assignment", Unknown: "Who is assigned is known only at apply.", Adds: true}, title: "### GoToMeeting: The account changes are not known\n", reason: "Who is assigned is known only at apply.", atMost: "map[disabled:0]"},
		"an error": {proposal: narrows("Sales"), prepare: func(w *tenant) {
			w.sim.Faults().Add(simulator.Fault{Path: "/directoryObjects/getByIds", Count: -1, Effect: simulator.Fails(400, "Invalid", "Ask ana@corp.example")})
		}, title: "### The connection: The account changes are not known\n", reason: "Cannot read the users in scope. ", atMost: "map[]"},
		"nothing is not known": {proposal: keeps(), title: "## Impact on GoTo accounts\n\nNo account changes planned so far.\n", atMost: "map[created:0 disabled:0 updated:0]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTenant(t, 20)
			if test.prepare != nil {
				test.prepare(w)
			}
			report := func() (string, map[string]int, bool) {
				settings := test.settings
				settings.ReportFile = filepath.Join(t.TempDir(), "impact.md")
				forecast.Of(w.withGoTo(settings)).Plan(t.Context(), w.ref, test.proposal)
				return w.written(settings.ReportFile)
			}
			text, atMost, changes := report()
			if !strings.Contains(text, test.title) || strings.Count(text, test.reason) != 1 && test.reason != "" || fmt.Sprint(atMost) != test.atMost || changes != (test.reason != "") {
				t.Errorf("changes: %t, at most %v\n%s", changes, atMost, text)
			}
			if test.reason != "" && (strings.Contains(text, "No account changes") || strings.Contains(text, "no account changes by itself") || strings.Contains(text, "| Today |") || strings.Contains(text, "HTTP status") || strings.Contains(text, "ana@")) {
				t.Errorf("%s", text)
			}
			if again, _, _ := report(); again != text {
				t.Errorf("%s\nand again\n%s", text, again)
			}
		})
	}

	w := newTenant(t, 20)
	path := filepath.Join(t.TempDir(), "impact.md")
	f := forecast.Of(w.withGoTo(providerdata.Impact{ReportFile: path}))
	f.Plan(t.Context(), w.ref, narrows("Sales"))
	f.Plan(t.Context(), w.ref, forecast.Proposal{Key: "scope", Subject: "scope", Unknown: "The scope is known only at apply."})
	if text, atMost, _ := w.written(path); !strings.Contains(text, "### GoToMeeting: 15 accounts will be disabled, and more may change\n") || len(atMost) > 0 {
		t.Errorf("at most %v\n%s", atMost, text)
	}
}

// Where `enabled` is false, nothing is determined, and the report says so.
func TestReport_saysThatNothingIsDetermined(t *testing.T) {
	t.Parallel()
	w := newTenant(t, 3)
	path := filepath.Join(t.TempDir(), "impact.md")
	data := w.data(providerdata.Impact{ReportFile: path})
	data.Impact.Enabled = false
	w.ok(forecast.Of(data).Begin())
	forecast.Of(data).Plan(t.Context(), w.ref, narrows("Sales"))
	if text, atMost, changes := w.written(path); !changes || len(atMost) > 0 || !strings.Contains(text, "### All connections: The account changes are not known\n") || !strings.Contains(text, "`impact.enabled` is false") {
		t.Errorf("changes: %t, at most %v\n%s", changes, atMost, text)
	}
}

// People whom nobody may see are not left out of the bound of a new connection, which has mappings of its own.
func TestPlanNew_isNotBoundedByWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	most := int64(1000)
	for name, test := range map[string]struct{ path, want string }{
		"a group":         {"/groups/*/members", "`Group.Read.All`"},
		"people":          {"/directoryObjects/getByIds", "`User.Read.All`"},
		"who is assigned": {"/servicePrincipals/*/appRoleAssignedTo", "`Application.Read.All`"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTenant(t, 12)
			w.ok(w.sim.Store().DeleteJob(w.ref.ServicePrincipalID, w.ref.JobID))
			w.denies(test.path)
			path := filepath.Join(t.TempDir(), "impact.md")
			plan := func(settings providerdata.Impact) diag.Diagnostics {
				settings.ReportFile = path
				f := forecast.Of(w.data(settings))
				f.New(w.ref.ServicePrincipalID, store.ConnectorGoToMeeting, impact.Settings{Scope: impact.ScopeAssigned})
				f.NewMapping()
				found, _ := f.PlanNew(t.Context(), forecast.Proposal{Key: "state", Subject: "provisioning", Change: func(s *impact.Setup) { s.Off = false }})
				return found
			}
			for limit, settings := range map[string]providerdata.Impact{"max_created": {MaxCreated: &most}, "max_updated": {MaxUpdated: &most}} {
				found := plan(settings)
				if !found.HasError() || !strings.Contains(found[0].Detail(), test.want) || strings.Contains(found[0].Detail(), "at most as many") {
					t.Errorf("%s: %v", limit, found)
				}
			}
			if found := plan(providerdata.Impact{}); found.HasError() || len(found) != 1 || !strings.Contains(found[0].Detail(), test.want) {
				t.Errorf("without a limit: %v", found)
			}
			if text, atMost, _ := w.written(path); len(atMost) > 0 || !strings.Contains(text, "### GoToMeeting: The account changes are not known\n") && test.want != "`Application.Read.All`" || !strings.Contains(text, test.want) {
				t.Errorf("at most %v\n%s", atMost, text)
			}
		})
	}
}

// Several limits on numbers that are unknown for the same reasons are one error.
func TestPlan_refusesForOneReasonOnce(t *testing.T) {
	t.Parallel()
	w := newTenant(t, 3)
	most := int64(7)
	p := narrows("Sales")
	p.Unknown = "It is known only at apply."
	found := forecast.Of(w.data(providerdata.Impact{MaxDisabled: &most, MaxCreated: &most, MaxUpdated: &most, MaxLeftActive: &most})).Plan(t.Context(), w.ref, p).Diagnostics
	if len(found) != 1 || found[0].Summary() != "Cannot determine how many accounts of GoToMeeting this plan would disable, create, update, or leave active: attribute mappings" ||
		!strings.Contains(found[0].Detail(), "`impact.max_disabled` allows 7, `impact.max_created` allows 7, `impact.max_updated` allows 7, and `impact.max_left_active` allows 7, and an unknown number is refused.") {
		t.Errorf("%v", found)
	}
	// What the plan could not read is said once for several limits that are exceeded, too.
	none := int64(0)
	data := w.data(providerdata.Impact{MaxDisabled: &none, MaxLeftActive: &none})
	texts := ""
	for _, d := range forecast.Of(data).Plan(t.Context(), w.ref, narrows("Sales")).Diagnostics {
		texts += d.Summary() + "\n" + d.Detail() + "\n"
	}
	if strings.Count(texts, "The accounts at GoTo were not read.") != 1 || !strings.Contains(texts, "This plan would disable 2 accounts of GoToMeeting, and the limit is 0") {
		t.Errorf("%s", texts)
	}
	left := narrows("Sales")
	left.Change = func(s *impact.Setup) {
		s.KeepsOutOfScope = true
		narrows("Sales").Change(s)
	}
	if got := summaries(forecast.Of(data).Plan(t.Context(), w.ref, left).Diagnostics); len(got) == 0 || got[len(got)-1] != "error This plan would leave 2 accounts of GoToMeeting active, and the limit is 0" {
		t.Errorf("%q", got)
	}
}

// An apply may have changed other resources before one is refused.
func TestPlan_saysWhatWasNotChanged(t *testing.T) {
	t.Parallel()
	w := newTenant(t, 3)
	none := int64(0)
	data := w.data(providerdata.Impact{MaxDisabled: &none})
	f, unknown := forecast.Of(data), narrows("Sales")
	unknown.Key, unknown.Unknown = "unknown", "It is known only at apply."
	for _, want := range []string{"Nothing was changed. ", "Nothing of this resource was changed. "} {
		for _, p := range []forecast.Proposal{narrows("Sales"), unknown} {
			if found := f.Plan(t.Context(), w.ref, p).Diagnostics.Errors(); len(found) != 1 || !strings.Contains(found[0].Detail(), want) {
				t.Errorf("%s: %v", want, found)
			}
		}
		w.ok(data.Graph.PauseJob(t.Context(), w.ref))
	}
}

// The budget also bounds what is asked of GoTo: the accounts and, where accounts are created, the free seats. What is left out for
// it is said in the words of the setting, and without a word of GoTo's own.
func TestPlan_staysWithinItsBudgetAtGoTo(t *testing.T) {
	t.Parallel()
	w := newTenant(t, 10)
	more := w.sim.Store().AddUsers(3)
	creates := func(role string) forecast.Proposal {
		return forecast.Proposal{Key: "more", Subject: "assignments", Principals: more, Change: func(s *impact.Setup) {
			for _, id := range more {
				s.Assignments = append(s.Assignments[:len(s.Assignments):len(s.Assignments)], graph.Assignment{PrincipalID: id, PrincipalType: "User", AppRoleID: role})
			}
		}}
	}
	sp, err := w.sim.Store().ServicePrincipal(w.ref.ServicePrincipalID)
	w.ok(err)
	role := ""
	for _, r := range sp.Roles {
		if r.DisplayName == store.RoleUser {
			role = r.ID
		}
	}
	plan := func(settings providerdata.Impact) (text string, asked, atGoTo int64) {
		w.sim.Log().Reset()
		for _, d := range forecast.Of(w.withGoTo(settings)).Plan(t.Context(), w.ref, creates(role)).Diagnostics {
			text += d.Summary() + "\n" + d.Detail() + "\n"
		}
		for _, r := range w.sim.Log().Sent() {
			if !strings.Contains(r.Path, "/oauth") {
				asked++
			}
			if strings.Contains(r.Path, "/admin/rest/") {
				atGoTo++
			}
		}
		return text, asked, atGoTo
	}
	whole, all, _ := plan(providerdata.Impact{})
	if !strings.Contains(whole, "3 accounts will be created") || !strings.Contains(whole, "seats for GoTo Meeting are free") {
		t.Fatal(whole)
	}
	const spent = "takes more than the %d requests that `impact.max_requests` allows."
	accounts, seats := 0, 0
	for most := int64(2); most <= all+1; most++ {
		text, asked, atGoTo := plan(providerdata.Impact{MaxRequests: most})
		if asked > most {
			t.Errorf("%d requests where %d are allowed", asked, most)
		}
		switch {
		case strings.Contains(text, "seats for GoTo Meeting"):
			if text != whole {
				t.Errorf("%d: %s", most, text)
			}
		case strings.Contains(text, "The accounts at GoTo were not read."):
			accounts++
			if !strings.Contains(text, fmt.Sprintf("not read. Determining who is affected "+spent, most)) {
				t.Errorf("%d: %s", most, text)
			}
		case atGoTo > 0:
			seats++
			if !strings.Contains(text, "3 accounts will be created") || strings.Contains(text, "not read") {
				t.Errorf("%d: %s", most, text)
			}
		}
	}
	if accounts == 0 || seats == 0 {
		t.Errorf("ended %d times with the accounts, and %d times with the seats", accounts, seats)
	}

	w.sim.Faults().Add(simulator.Fault{Path: "/admin/**", Count: -1, Effect: simulator.Throttled(time.Hour)})
	if text, _, _ := plan(providerdata.Impact{Timeout: time.Minute}); !strings.Contains(text, "not read. Determining who is affected takes longer than the 1m0s that `impact.timeout` allows.") {
		t.Error(text)
	}
	w.sim.Faults().Clear()
	w.sim.Faults().Add(simulator.Fault{Path: "/admin/**", Count: -1, Effect: simulator.Answers(400, "application/json", `{"int_err_code": "Invalid", "msg": "Ask ana@corp.example"}`)})
	if text, _, _ := plan(providerdata.Impact{}); !strings.Contains(text, "The accounts at GoTo were not read. GoTo refused the request") || strings.Contains(text, "ana@") || strings.Contains(text, "GET ") {
		t.Error(text)
	}
}

// A report that cannot be written says which folder or file is at fault, and leaves nothing behind.
func TestReport_saysWhyItCannotBeWritten(t *testing.T) {
	t.Parallel()
	w := newTenant(t, 1)
	folder := t.TempDir()
	closed := filepath.Join(folder, "closed")
	w.ok(os.Mkdir(closed, 0o755))
	for _, test := range []struct{ path, want string }{
		{filepath.Join(folder, "none", "impact.md"), "the folder " + filepath.Join(folder, "none") + " does not exist. Create it before the plan, or use another path"},
		{closed, closed + " is a folder. Use the name of a file"},
		{filepath.Join(folder, "impact.json"), "this is the name of the Markdown report; the JSON report is written next to it. Use a name that does not end in .json"},
		{filepath.Join(folder, strings.Repeat("n", 300)), "cannot write to " + filepath.Join(folder, strings.Repeat("n", 300)) + ": file name too long"},
	} {
		if err := forecast.Of(w.data(providerdata.Impact{ReportFile: test.path})).Begin(); err == nil || err.Error() != test.want {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
	if left, err := filepath.Glob(filepath.Join(folder, "*")); err != nil || len(left) != 1 {
		t.Errorf("left %v, %v", left, err)
	}
	// The JSON report is one of two that differ only in the extension.
	first, second := w.data(providerdata.Impact{ReportFile: filepath.Join(folder, "impact.md")}), w.data(providerdata.Impact{ReportFile: filepath.Join(folder, "impact.txt")})
	w.ok(forecast.Of(first).Begin())
	w.ok(forecast.Of(second).Begin())
	if found := forecast.Of(first).Plan(t.Context(), w.ref, narrows("Sales")).Diagnostics; found.HasError() {
		t.Fatal(summaries(found))
	}
	found := forecast.Of(second).Plan(t.Context(), w.ref, narrows("Support")).Diagnostics
	if want := "`impact.report_file`: another provider configuration, or another run, also writes a report to " + filepath.Join(folder, "impact.json") + ". Use a different name for each, not only a different extension."; !found.HasError() ||
		found.Errors()[0].Detail() != want {
		t.Errorf("got %v, want %s", found, want)
	}
}

// How many accounts there are to disable decides whether the service holds them back, so nobody can say it without them.
func TestReport_saysWhetherDeletionsAreHeldOnlyWhereItIsKnown(t *testing.T) {
	t.Parallel()
	w := newTenant(t, 20)
	holds := narrows("Sales")
	holds.Change = func(s *impact.Setup) {
		s.HeldFrom = 15
		narrows("Sales").Change(s)
	}
	for _, read := range []bool{true, false} {
		settings := providerdata.Impact{ReportFile: filepath.Join(t.TempDir(), "impact.md")}
		data := w.data(settings)
		if read {
			data = w.withGoTo(settings)
		}
		found := forecast.Of(data).Plan(t.Context(), w.ref, holds).Diagnostics
		want := "\n\nIf as many accounts exist, accidental-deletion prevention stops that cycle: "
		if read {
			want = "\n\nAccidental-deletion prevention stops that cycle: "
		}
		if text, _, _ := w.written(settings.ReportFile); len(found) == 0 || !strings.Contains(found[0].Detail(), want) || !strings.Contains(text, want) {
			t.Errorf("read %t: %v\n%s", read, found, text)
		}
	}
}

// Accounts that stayed active when people left are disabled once nothing keeps them: where nobody can count them, they are not bounded, and
// no number is called the most.
func TestReport_doesNotBoundAccountsThatWereKept(t *testing.T) {
	t.Parallel()
	for _, read := range []bool{true, false} {
		w := newTenant(t, 20)
		world := w.sim.Store()
		w.ok(world.PutSecrets(w.ref.ServicePrincipalID, []store.KeyValue{{Key: "SkipOutOfScopeDeletions", Value: "True"}}, store.SecretOptions{}))
		w.ok(world.UpdateGroup(w.group, func(g *store.Group) { g.Members = g.Members[2:] }))
		w.sim.Clock().Advance(store.DefaultInterval + time.Hour)
		settings := providerdata.Impact{ReportFile: filepath.Join(t.TempDir(), "impact.md")}
		data, want, most := w.data(settings), "14 accounts will be disabled, and more may be disabled", "map[created:0 updated:0]"
		if read {
			data = w.withGoTo(settings)
			most = "map[created:0 disabled:19 updated:0]" // with those of the two, and three that nobody in scope matches
		}
		forgets := narrows("Sales")
		forgets.Change = func(s *impact.Setup) {
			s.KeepsOutOfScope = false
			narrows("Sales").Change(s)
		}
		found := summaries(forecast.Of(data).Plan(t.Context(), w.ref, forgets).Diagnostics)
		text, atMost, _ := w.written(settings.ReportFile)
		if len(found) == 0 || !strings.Contains(found[0], want) || !strings.Contains(text, want) || strings.Contains(text+found[0], "At most") || fmt.Sprint(atMost) != most {
			t.Errorf("read %t: %q, at most %v\n%s", read, found, atMost, text)
		}
		alone := forecast.Proposal{Key: "connection", Subject: "scope", Change: func(s *impact.Setup) { s.KeepsOutOfScope = false }}
		settings.ReportFile = filepath.Join(t.TempDir(), "impact.md")
		data = w.data(settings)
		forecast.Of(data).Plan(t.Context(), w.ref, alone)
		if text, atMost, _ := w.written(settings.ReportFile); !strings.Contains(text, ": The account changes are not known\n") || fmt.Sprint(atMost) != "map[created:0 updated:0]" {
			t.Errorf("alone: at most %v\n%s", atMost, text)
		}
	}
}
