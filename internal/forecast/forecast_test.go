// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package forecast_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/forecast"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

type tokenOf struct{ sim *simulator.Server }

func (c tokenOf) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: c.sim.AccessToken(), ExpiresOn: c.sim.Clock().Now().Add(time.Hour)}, nil
}

// tenant is a connection that has provisioned the members of a group.
type tenant struct {
	t     testing.TB
	sim   *simulator.Server
	ref   graph.JobRef
	group string
}

func newTenant(t testing.TB, people int) *tenant {
	t.Helper()
	w := &tenant{t: t}
	var err error
	w.sim, err = simulator.New(simulator.Options{})
	w.ok(err)
	t.Cleanup(w.sim.Close)
	w.sim.Store().SetDomains()
	w.sim.Store().SetLicenses(1_000_000)
	w.ref, w.group = w.connect(people)
	return w
}

// connect adds an application with a connection that has provisioned the members of a group.
func (w *tenant) connect(people int) (ref graph.JobRef, group string) {
	w.t.Helper()
	world := w.sim.Store()
	_, sp, err := world.Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	w.ok(err)
	w.ok(world.PutSecrets(sp.ID, []store.KeyValue{{Key: "UserName", Value: store.AdminUserName}, {Key: "Password", Value: store.AdminPassword}}, store.SecretOptions{}))
	job, err := world.CreateJob(sp.ID, store.ConnectorGoToMeeting)
	w.ok(err)
	group = world.AddGroup(store.Group{DisplayName: "Many", SecurityEnabled: true, Members: world.AddUsers(people)})
	for _, role := range sp.Roles {
		if role.DisplayName == store.RoleUser {
			_, err := world.Assign(sp.ID, group, role.ID, store.AssignOptions{})
			w.ok(err)
		}
	}
	w.ok(w.sim.Engine().Start(sp.ID, job.ID))
	for range 3 {
		w.sim.Clock().Advance(store.DefaultInterval + time.Hour)
	}
	return graph.JobRef{ServicePrincipalID: sp.ID, JobID: job.ID}, group
}

func (w *tenant) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// data is a provider configuration.
func (w *tenant) data(settings providerdata.Impact) *providerdata.Data {
	w.t.Helper()
	client, err := graph.New(graph.Options{Endpoint: w.sim.GraphURL(), Credential: tokenOf{w.sim}, HTTPClient: w.sim.Client(), Clock: w.sim.Clock()})
	w.ok(err)
	settings.Enabled = true
	return &providerdata.Data{Graph: client, Impact: settings}
}

func narrows(value string) forecast.Proposal {
	return forecast.Proposal{Key: "mapping", Subject: "attribute mappings", Change: func(s *impact.Setup) {
		s.Mapping.Filters = []graph.FilterGroup{{Clauses: []graph.FilterClause{{Attribute: "department", Operator: "EQUALS", Values: []string{value}}}}}
	}}
}

func keeps() forecast.Proposal {
	return forecast.Proposal{Key: "connection", Subject: "scope", Change: func(s *impact.Setup) { s.KeepsOutOfScope = true }}
}

func summaries(found diag.Diagnostics) []string {
	var all []string
	for _, d := range found {
		all = append(all, strings.ToLower(d.Severity().String())+" "+d.Summary())
	}
	return all
}

// Whatever keeps a number from being bounded, a limit that is set refuses, and the default warns; a planned delete is never
// refused, and `on_unknown = "warn"` is the way through.
func TestPlan_refusesWhatCannotBeBounded(t *testing.T) {
	t.Parallel()
	denied := func(path string) func(*tenant) {
		return func(w *tenant) {
			w.sim.Faults().Add(simulator.Fault{Path: path, Count: -1, Effect: simulator.LacksPermission()})
		}
	}
	causes := map[string]struct {
		prepare func(*tenant)
		unknown string
		timeout time.Duration
		most    int64 // requests
	}{
		"the mapping":           {prepare: denied("/servicePrincipals/*/synchronization/jobs/*/schema")},
		"the job":               {prepare: denied("/servicePrincipals/*/synchronization/jobs/*")},
		"the scope":             {prepare: denied("/servicePrincipals/*/synchronization/secrets")},
		"who is assigned":       {prepare: denied("/servicePrincipals/*/appRoleAssignedTo")},
		"a group":               {prepare: denied("/groups/*/members")},
		"people":                {prepare: denied("/directoryObjects/getByIds")},
		"unknown values":        {prepare: func(*tenant) {}, unknown: "It holds unknown values."},
		"the time that it took": {prepare: func(*tenant) {}, timeout: time.Nanosecond},
		"the requests":          {prepare: func(*tenant) {}, most: 6},
	}
	most := int64(1000) // more than there are: only what is not known can exceed it
	limits := map[string]providerdata.Impact{
		"max_disabled": {MaxDisabled: &most}, "max_created": {MaxCreated: &most}, "max_updated": {MaxUpdated: &most}, "max_left_active": {MaxLeftActive: &most},
	}
	for cause, c := range causes {
		for name, settings := range limits {
			t.Run(cause+", "+name, func(t *testing.T) {
				t.Parallel()
				w := newTenant(t, 3)
				c.prepare(w)
				settings.Timeout, settings.MaxRequests = c.timeout, c.most
				p := narrows("Sales")
				p.Unknown = c.unknown
				if found := forecast.Of(w.data(settings)).Plan(t.Context(), w.ref, p).Diagnostics; !found.HasError() {
					t.Errorf("passes: %v", summaries(found))
				}
				warns := settings
				warns.WarnOnUnknown = true
				if found := forecast.Of(w.data(warns)).Plan(t.Context(), w.ref, p).Diagnostics; found.HasError() || len(found) == 0 {
					t.Errorf("with `warn`: %v", summaries(found))
				}
				if found := forecast.Of(w.data(providerdata.Impact{Timeout: c.timeout, MaxRequests: c.most})).Plan(t.Context(), w.ref, p).Diagnostics; found.HasError() || len(found) == 0 {
					t.Errorf("by default: %v", summaries(found))
				}
				p.Destroys = true
				if found := forecast.Of(w.data(settings)).Plan(t.Context(), w.ref, p).Diagnostics; found.HasError() {
					t.Errorf("a delete: %v", summaries(found))
				}
			})
		}
	}
}

// In whatever order resources are planned, each says the same of itself, and the report is the same.
func TestPlan_doesNotDependOnTheOrder(t *testing.T) {
	t.Parallel()
	w := newTenant(t, 20)
	limit := int64(100)
	run := func(proposals ...forecast.Proposal) (texts []string, report string) {
		path := filepath.Join(t.TempDir(), "impact.md")
		f := forecast.Of(w.data(providerdata.Impact{MaxDisabled: &limit, ReportFile: path}))
		w.ok(f.Begin())
		for _, p := range proposals {
			for _, d := range f.Plan(t.Context(), w.ref, p).Diagnostics {
				texts = append(texts, d.Summary()+"\n"+d.Detail())
			}
		}
		slices.Sort(texts)
		for _, name := range []string{path, strings.TrimSuffix(path, ".md") + ".json"} {
			content, err := os.ReadFile(name)
			w.ok(err)
			report += string(content)
		}
		return texts, report
	}
	texts, report := run(narrows("Sales"), keeps())
	again, same := run(keeps(), narrows("Sales"))
	if !slices.Equal(texts, again) || report != same {
		t.Errorf("%q\n%s\nand in the other order\n%q\n%s", texts, report, again, same)
	}
	if len(texts) != 1 || !strings.HasPrefix(texts[0], "At most 15 accounts will be disabled: attribute mappings of GoToMeeting") || !strings.Contains(report, "left active although their users leave") {
		t.Errorf("%q\n%s", texts, report)
	}
}

// Terraform plans the resources of several connections at once: none of them writes a report that is older than another's.
func TestReport_hasEveryConnection(t *testing.T) {
	t.Parallel()
	w := newTenant(t, 2)
	refs := []graph.JobRef{w.ref}
	for range 7 {
		ref, _ := w.connect(2)
		refs = append(refs, ref)
	}
	settings := providerdata.Impact{ReportFile: filepath.Join(t.TempDir(), "impact.md")}
	f := forecast.Of(w.data(settings))
	w.ok(f.Begin())
	for round, p := range slices.Repeat([]forecast.Proposal{narrows("Nowhere"), {Key: "mapping", Change: func(*impact.Setup) {}}}, 20) {
		var all sync.WaitGroup
		for _, ref := range refs {
			all.Go(func() { f.Plan(t.Context(), ref, p) })
		}
		all.Wait()
		report, err := os.ReadFile(settings.ReportFile)
		if n, want := strings.Count(string(report), "At most 2 accounts will be disabled"), len(refs)*(1-round%2); err != nil || n != want {
			t.Fatalf("round %d: %d of %d connections change accounts, %v:\n%s", round, n, want, err, report)
		}
	}
}

// The limits apply to a run, so connections count together. What is deleted, or is a repair that is refused, does not count for others.
func TestPlan_countsConnectionsTogether(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		most   int64 // 0 for none
		first  func(*forecast.Proposal)
		second string // the error, "" for none
	}{
		"together too many":   {most: 7, second: "error This plan would disable 8 accounts of GoToMeeting and other connections, and the limit is 7"},
		"together few enough": {most: 8},
		"deleted":             {most: 7, first: func(p *forecast.Proposal) { p.Destroys = true }},
		"a refused repair":    {most: 3, first: func(p *forecast.Proposal) { p.Repairs = true }},
		"the default":         {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTenant(t, 5)
			other, _ := w.connect(3)
			var settings providerdata.Impact
			if c.most > 0 {
				settings.MaxDisabled = &c.most
			}
			f := forecast.Of(w.data(settings))
			p := narrows("Nowhere")
			if c.first != nil {
				c.first(&p)
			}
			if found := f.Plan(t.Context(), w.ref, p).Diagnostics; found.HasError() {
				t.Fatal(summaries(found))
			}
			found := f.Plan(t.Context(), other, narrows("Nowhere")).Diagnostics
			if got := summaries(found.Errors()); strings.Join(got, "\n") != c.second {
				t.Errorf("got %q", got)
			}
			if c.second != "" && (!strings.Contains(found.Errors()[0].Detail(), "- attribute mappings: 3\n- other connections: 5") || !strings.Contains(found.Errors()[0].Detail(), "`GOTOMEETING_IMPACT_MAX_DISABLED=8`")) {
				t.Errorf("got %s", found.Errors()[0].Detail())
			}
		})
	}
}

// Whoever only reads does not see the scope. A change of assignments is bounded all the same, whether the connection was planned
// before or not: it concerns the most people where the scope is `assigned`.
func TestPlan_boundsAssignmentsWhoseScopeCannotBeRead(t *testing.T) {
	t.Parallel()
	w := newTenant(t, 20)
	w.sim.Faults().Add(simulator.Fault{Path: "/servicePrincipals/*/synchronization/secrets", Count: -1, Effect: simulator.LacksPermission()})
	removes := forecast.Proposal{Key: "assignment", Subject: "an assignment", Principals: []string{w.group}, Change: func(s *impact.Setup) { s.Assignments = nil }}
	run := func(settings providerdata.Impact, prepare func(*forecast.Forecast)) diag.Diagnostics {
		f := forecast.Of(w.data(settings))
		prepare(f)
		return f.Plan(t.Context(), w.ref, removes).Diagnostics
	}
	alone := func(*forecast.Forecast) {}
	after := func(f *forecast.Forecast) { f.Settings(w.ref, impact.Settings{Scope: impact.ScopeAll}) }
	enough, few := int64(20), int64(19)
	for name, prepare := range map[string]func(*forecast.Forecast){"before the connection": alone, "after the connection": after} {
		if found := run(providerdata.Impact{MaxDisabled: &enough}, prepare); found.HasError() || len(found) != 1 || found[0].Summary() != "At most 20 accounts will be disabled: an assignment of GoToMeeting" {
			t.Errorf("%s, within the limit: %v", name, summaries(found))
		}
		for limit, settings := range map[string]providerdata.Impact{"max_disabled": {MaxDisabled: &few}, "max_left_active": {MaxDisabled: &enough, MaxLeftActive: &few}} {
			if found := run(settings, prepare); !found.HasError() {
				t.Errorf("%s, beyond %s: %v", name, limit, summaries(found))
			}
		}
	}
	role := narrows("Sales")
	role.Change = func(s *impact.Setup) {
		s.Mapping.Filters = []graph.FilterGroup{{Clauses: []graph.FilterClause{{Attribute: "appRoleAssignments", Operator: "IS NOT NULL"}}}}
	}
	f := forecast.Of(w.data(providerdata.Impact{MaxDisabled: &enough}))
	if found := f.Plan(t.Context(), w.ref, role).Diagnostics; !found.HasError() {
		t.Errorf("a mapping without the state: %v", summaries(found))
	}
}

func TestReport_isWrittenOnceByOneAndNotWhileApplying(t *testing.T) {
	t.Parallel()
	w := newTenant(t, 3)
	path := filepath.Join(t.TempDir(), "impact.md")
	applying := false
	first, second := w.data(providerdata.Impact{ReportFile: path}), w.data(providerdata.Impact{ReportFile: path})
	first.Applying = func() bool { return applying }
	w.ok(forecast.Of(first).Begin())
	w.ok(forecast.Of(second).Begin())
	if found := forecast.Of(first).Plan(t.Context(), w.ref, narrows("Sales")).Diagnostics; found.HasError() {
		t.Fatal(summaries(found))
	}
	if found := forecast.Of(second).Plan(t.Context(), w.ref, narrows("Support")).Diagnostics; !found.HasError() {
		t.Errorf("two writers of one file: %v", summaries(found))
	}
	before, err := os.ReadFile(path)
	w.ok(err)
	applying = true
	forecast.Of(first).Plan(t.Context(), w.ref, narrows("Support"))
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("written while applying: %v\n%s", err, after)
	}
	if files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); err != nil || len(files) != 2 {
		t.Errorf("%v, %v", files, err)
	}
}

// Who left while provisioning was off may have an account that the service disables next, even if the plan changes nobody else.
func TestPlan_saysThatWhoLeftWhileItWasOffMayBeDisabled(t *testing.T) {
	t.Parallel()
	w := newTenant(t, 9)
	w.ok(w.sim.Engine().Pause(w.ref.ServicePrincipalID, w.ref.JobID))
	group, err := w.sim.Store().Group(w.group)
	w.ok(err)
	w.ok(w.sim.Store().RemoveMembers(w.group, group.Members[:6]...))
	on := forecast.Proposal{Key: "state", Subject: "provisioning", Change: func(s *impact.Setup) { s.Off = false }}
	answer := forecast.Of(w.withGoTo(providerdata.Impact{MaxDisabled: new(int64(100))})).Plan(t.Context(), w.ref, on)
	if got := summaries(answer.Diagnostics); len(got) != 1 || got[0] != "warning At most 9 accounts may be disabled: provisioning of GoToMeeting" {
		t.Errorf("%q", got)
	}
}

// Each provider configuration is a process of its own, which may begin when another has planned everything already.
func TestReport_isNotTakenFromAnotherConfigurationOfTheSameRun(t *testing.T) {
	t.Parallel()
	w := newTenant(t, 3)
	path := filepath.Join(t.TempDir(), "impact.md")
	by := func(writer string) *forecast.Forecast {
		data := w.data(providerdata.Impact{ReportFile: path})
		data.Writer = writer
		return forecast.Of(data)
	}
	first := by("1/a")
	w.ok(first.Begin())
	if found := first.Plan(t.Context(), w.ref, narrows("Sales")).Diagnostics; found.HasError() {
		t.Fatal(summaries(found))
	}
	before, err := os.ReadFile(path)
	w.ok(err)
	const want = "another provider configuration, or another run, also writes a report to "
	if err := by("1/b").Begin(); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("another configuration: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("%v: overwritten with\n%s", err, after)
	}
	for _, allowed := range []string{"1/a", "2/b", "", "12/b"} { // the apply that follows, the next run, and one that does not know
		if err := by(allowed).Begin(); err != nil {
			t.Errorf("%s: %v", allowed, err)
		}
	}
}

// Hundreds of assignments of one person each fill no pull request with the same line.
func TestReport_saysTheSameOnce(t *testing.T) {
	t.Parallel()
	w := newTenant(t, 3)
	path := filepath.Join(t.TempDir(), "impact.md")
	f := forecast.Of(w.data(providerdata.Impact{ReportFile: path}))
	w.ok(f.Begin())
	for _, key := range []string{"a", "b", "c"} {
		f.Plan(t.Context(), w.ref, forecast.Proposal{Key: key, Subject: "assignment", Unknown: "It holds unknown values.", Change: func(*impact.Setup) {}})
	}
	f.Plan(t.Context(), w.ref, narrows("Sales"))
	content, err := os.ReadFile(path)
	w.ok(err)
	_, lists, _ := strings.Cut(string(content), "Changes:\n")
	for _, want := range []string{"\n- assignment: not known, see below (3 times)\n- attribute mappings: ", "\n- assignment: It holds unknown values. (3 times)\n"} {
		if !strings.Contains(lists, want) {
			t.Errorf("%q is not in\n%s", want, content)
		}
	}
	if got := strings.Count(lists, "- assignment: "); got != 2 {
		t.Errorf("%d lines on assignments:\n%s", got, content)
	}
}

// BenchmarkPlan_tenThousand is one proposal over ten thousand people, with everything that it reads.
func BenchmarkPlan_tenThousand(b *testing.B) {
	w := newTenant(b, 10_000)
	limit := int64(1_000_000)
	for b.Loop() {
		answer := forecast.Of(w.data(providerdata.Impact{MaxDisabled: &limit})).Plan(b.Context(), w.ref, narrows("Sales"))
		if answer.Headline == "" {
			b.Fatal(fmt.Sprint(summaries(answer.Diagnostics)))
		}
	}
}

// A budget that is used up ends in how many people are in scope, as far as they were read, for one run in one step: later
// resources do not begin anew.
func TestPlan_countsPeopleBeyondItsBudget(t *testing.T) {
	t.Parallel()
	w := newTenant(t, 40)
	w.sim.Log().Reset()
	if found := forecast.Of(w.data(providerdata.Impact{})).Plan(t.Context(), w.ref, narrows("Sales")).Diagnostics; found.HasError() && len(found) == 0 {
		t.Fatal(found)
	}
	whole := int64(len(w.sim.Log().All()))
	var texts []string
	for most := int64(1); most <= whole; most++ {
		w.sim.Log().Reset()
		report := filepath.Join(t.TempDir(), "impact.md")
		f := forecast.Of(w.data(providerdata.Impact{MaxRequests: most, ReportFile: report}))
		found := f.Plan(t.Context(), w.ref, narrows("Sales")).Diagnostics
		found.Append(f.Plan(t.Context(), w.ref, keeps()).Diagnostics...)
		if sent := int64(len(w.sim.Log().All())); sent > most+1 { // the sign-in does not count
			t.Errorf("%d requests where %d are allowed", sent, most)
		}
		text, err := os.ReadFile(report)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "takes more than") {
			if !strings.Contains(found[0].Detail(), "takes more than the "+graphdiag.Counted(int(most), "request")+" that `impact.max_requests` allows.") {
				t.Errorf("%d: %v", most, found)
			}
			texts = append(texts, found[0].Detail())
		}
	}
	all := strings.Join(texts, "\n")
	for _, want := range []string{"allows. Today, at least 0 people are in scope.", "allows. Today, 40 people are in scope."} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is missing in\n%s", want, all)
		}
	}
}

// A new connection of a known service principal is told by the connector's default mapping, as its first cycle then is, with
// whoever is assigned by the same plan, in any order. With mappings of its own, people in scope bound it.
func TestPlanNew_isWhatTheFirstCycleDoes(t *testing.T) {
	t.Parallel()
	w := newTenant(t, 12)
	world := w.sim.Store()
	role := ""
	sp, err := world.ServicePrincipal(w.ref.ServicePrincipalID)
	w.ok(err)
	for _, r := range sp.Roles {
		if r.DisplayName == store.RoleUser {
			role = r.ID
		}
	}
	w.ok(world.DeleteJob(w.ref.ServicePrincipalID, w.ref.JobID))
	more := world.AddUsers(3)
	assigned := func() forecast.Proposal {
		return forecast.Proposal{Key: "more", Subject: "assignments", Principals: more, Later: func(context.Context) (func(*impact.Setup), string) {
			return func(s *impact.Setup) {
				s.Assignments = slices.Clone(s.Assignments)
				for _, id := range more {
					s.Assignments = append(s.Assignments, graph.Assignment{PrincipalID: id, PrincipalType: "User", AppRoleID: role})
				}
			}, ""
		}}
	}
	state := forecast.Proposal{Key: "state", Subject: "provisioning", Change: func(s *impact.Setup) { s.Off = false }}
	settings := impact.Settings{Scope: impact.ScopeAssigned}
	at := func(n int64) *int64 { return &n }
	var reports []string
	for _, test := range []struct {
		name     string
		mappings bool
		settings providerdata.Impact
		last     bool // the assignments come last
		want     []string
		report   string
	}{
		{name: "default", want: []string{"warning 12 accounts may change: provisioning of GoToMeeting"}, report: ": 15 accounts may change"},
		{name: "assigned last", last: true, want: []string{"warning 12 accounts may change: provisioning of GoToMeeting"}, report: ": 15 accounts may change"},
		{name: "limit", settings: providerdata.Impact{MaxCreated: at(14)}, want: []string{"warning 12 accounts", "error This plan would create 15 accounts"}, report: ": 15 accounts"},
		{name: "limit kept", settings: providerdata.Impact{MaxCreated: at(15), MaxDisabled: at(0)}, want: []string{"warning 12 accounts"}, report: ": 15 accounts"},
		{name: "mappings", mappings: true, settings: providerdata.Impact{MaxCreated: at(15), MaxDisabled: at(0)}, want: []string{"warning Cannot determine yet what the first cycle does to accounts: provisioning of GoToMeeting"}, report: "15 people are in scope"},
		{name: "mappings beyond a limit", mappings: true, settings: providerdata.Impact{MaxUpdated: at(14)}, want: []string{"error Cannot determine how many accounts of GoToMeeting this plan would update"}, report: "15 people are in scope"},
	} {
		test.settings.ReportFile = filepath.Join(t.TempDir(), "impact.md")
		f := forecast.Of(w.data(test.settings))
		var found diag.Diagnostics
		assign := func() {
			found.Append(f.PlanAssignments(t.Context(), w.ref.ServicePrincipalID, assigned()).Diagnostics...)
		}
		f.New(w.ref.ServicePrincipalID, store.ConnectorGoToMeeting, settings)
		if test.mappings {
			f.NewMapping()
		}
		if !test.last {
			assign()
		}
		more, told := f.PlanNew(t.Context(), state)
		found.Append(more...)
		if test.last {
			assign()
		}
		got := summaries(found)
		if !told || len(got) != len(test.want) {
			t.Errorf("%s: told %t: %q", test.name, told, got)
			continue
		}
		for i := range got {
			if !strings.HasPrefix(got[i], test.want[i]) {
				t.Errorf("%s: got %q, want %q", test.name, got, test.want)
			}
		}
		text, err := os.ReadFile(test.settings.ReportFile)
		if err != nil || !strings.Contains(string(text), test.report) {
			t.Errorf("%s: %v\n%s", test.name, err, text)
		}
		if test.settings.MaxCreated == nil && !test.mappings {
			reports = append(reports, string(text))
		}
	}
	if len(reports) != 2 || reports[0] != reports[1] {
		t.Errorf("the order shows: %q", reports)
	}

	for name, prepare := range map[string]func(*forecast.Forecast){
		"an unknown service principal": func(f *forecast.Forecast) { f.New("", "", settings) },
		"two connections": func(f *forecast.Forecast) {
			f.New(w.ref.ServicePrincipalID, store.ConnectorGoToMeeting, settings)
			f.New("", "", settings)
		},
		"one from elsewhere": func(*forecast.Forecast) {},
	} {
		path := filepath.Join(t.TempDir(), "impact.md")
		f := forecast.Of(w.data(providerdata.Impact{ReportFile: path}))
		prepare(f)
		w.sim.Log().Reset()
		if found, told := f.PlanNew(t.Context(), state); told || len(found) > 0 || len(w.sim.Log().Sent()) > 0 {
			t.Errorf("%s: told %t: %v after %v", name, told, found, w.sim.Log().Sent())
		}
		unidentified := state
		unidentified.Change, unidentified.Unknown = nil, "The connection is known only at apply."
		if found := f.PlanUnidentified(unidentified, true); len(found) > 0 {
			t.Errorf("%s: without a limit: %v", name, summaries(found))
		}
		if report, err := os.ReadFile(path); err != nil || !strings.Contains(string(report), ": The account changes are not known\n") || strings.Contains(string(report), "No account changes") {
			t.Errorf("%s: the report says, with %v:\n%s", name, err, report)
		}
	}

	before := len(world.Accounts())
	for _, id := range more {
		_, err := world.Assign(w.ref.ServicePrincipalID, id, role, store.AssignOptions{})
		w.ok(err)
	}
	job, err := world.CreateJob(w.ref.ServicePrincipalID, store.ConnectorGoToMeeting)
	w.ok(err)
	w.ok(w.sim.Engine().Start(w.ref.ServicePrincipalID, job.ID))
	w.sim.Clock().Advance(store.DefaultInterval - time.Minute)
	if created := len(world.Accounts()) - before; created != 3 { // GoTo, which could not be read, has the others already
		t.Errorf("%d accounts were created", created)
	}
}

// The first cycle links people as it goes, so a change before its end may already concern their accounts.
func TestPlan_countsWhomTheFirstCycleMayHaveLinked(t *testing.T) {
	t.Parallel()
	w := newTenant(t, 20)
	w.ok(w.sim.Store().UpdateJob(w.ref.ServicePrincipalID, w.ref.JobID, func(j *store.Job) {
		j.Status = store.Status{Code: j.Status.Code, Progress: []store.Progress{{Completed: 15, Total: 20, Units: "objects", ObservedAt: w.sim.Clock().Now()}}}
	}))
	f := forecast.Of(w.withGoTo(providerdata.Impact{MaxDisabled: new(int64(1))}))
	if found := summaries(f.Plan(t.Context(), w.ref, narrows("Nowhere")).Diagnostics.Errors()); len(found) != 1 || !strings.HasPrefix(found[0], "error This plan would disable 20 accounts") {
		t.Errorf("%q", found)
	}
}
