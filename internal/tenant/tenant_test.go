// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/control"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/tenant"
)

// world is a simulated tenant with the environment of somebody who works with it.
type world struct {
	*simulator.Server
	environment map[string]string
}

func start(t *testing.T, options simulator.Options) *world {
	t.Helper()
	server, err := simulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	folder := t.TempDir()
	ca := filepath.Join(folder, "ca.pem")
	if err := os.WriteFile(ca, server.CACertificatePEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	environment := server.Environment(ca)
	maps.Copy(environment, map[string]string{
		tenant.VariableTenant: server.TenantID(), tenant.VariableConfirm: server.TenantID(),
		tenant.VariableLedger: filepath.Join(folder, "ledger.json"),
		tenant.VariablePeople: store.UserAna + "," + store.UserBen, tenant.VariableMay: "assign,start",
		tenant.VariableUser: store.AdminUserName, tenant.VariablePassword: store.AdminPassword,
	})
	return &world{Server: server, environment: environment}
}

func (w *world) getenv(name string) string { return w.environment[name] }

func (w *world) open(t *testing.T) *tenant.Tenant {
	t.Helper()
	opened, err := tenant.Open(t.Context(), w.getenv, w.Clock().Sleep)
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// A tenant that is not named twice is not touched.
func TestOpen_refusesWhatIsNotNamedTwice(t *testing.T) {
	for name, change := range map[string]func(map[string]string){
		"tenant not named":         func(e map[string]string) { delete(e, tenant.VariableTenant) },
		"tenant not confirmed":     func(e map[string]string) { delete(e, tenant.VariableConfirm) },
		"another tenant named":     func(e map[string]string) { e[tenant.VariableTenant] = "c0000000-0000-4000-8000-0000000000ff" },
		"another tenant confirmed": func(e map[string]string) { e[tenant.VariableConfirm] = "c0000000-0000-4000-8000-0000000000ff" },
		"both name another": func(e map[string]string) {
			e[tenant.VariableTenant], e[tenant.VariableConfirm] = "corp.example", "corp.example"
		},
		"more than five people":    func(e map[string]string) { e[tenant.VariablePeople] = "a,b,c,d,e,f" },
		"nothing to sign in with":  func(e map[string]string) { delete(e, "ARM_CLIENT_SECRET") },
		"a ledger that is no list": func(e map[string]string) { _ = os.WriteFile(e[tenant.VariableLedger], []byte("{"), 0o600) },
	} {
		w := start(t, simulator.Options{})
		change(w.environment)
		if _, err := tenant.Open(t.Context(), w.getenv, w.Clock().Sleep); err == nil {
			t.Errorf("%s: opened", name)
		}
		if writes := w.Log().Writes(); len(writes) > 0 {
			t.Errorf("%s: wrote %v", name, writes)
		}
	}
}

// made is an application of the run with a job, credentials, limits and one assignment: all that has to be right.
func made(t *testing.T, w *world, opened *tenant.Tenant) store.ServicePrincipal {
	t.Helper()
	name, err := opened.NewName()
	if err != nil {
		t.Fatal(err)
	}
	_, p, err := w.Store().Instantiate(store.TemplateGoToMeeting, name, w.ClientID())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Store().PutSecrets(p.ID, []store.KeyValue{
		{Key: "UserName", Value: store.AdminUserName}, {Key: "SyncAll", Value: "false"}, {Key: "SyncNotificationSettings", Value: `{"DeleteThresholdEnabled":true,"DeleteThresholdValue":1}`},
	}, store.SecretOptions{}); err != nil {
		t.Fatal(err)
	}
	assign(t, w, p, store.UserAna)
	return p
}

func assign(t *testing.T, w *world, p store.ServicePrincipal, who string) {
	t.Helper()
	if _, err := w.Store().Assign(p.ID, who, p.Roles[0].ID, store.AssignOptions{}); err != nil {
		t.Fatal(err)
	}
}

func TestRefusal_readsAnewBeforeAnythingStarts(t *testing.T) {
	secret := func(key, value string) func(*testing.T, *world, store.ServicePrincipal) {
		return func(t *testing.T, w *world, p store.ServicePrincipal) {
			if err := w.Store().PutSecrets(p.ID, []store.KeyValue{{Key: key, Value: value}}, store.SecretOptions{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, test := range map[string]struct {
		environment map[string]string
		change      func(*testing.T, *world, store.ServicePrincipal)
		want        string
	}{
		"all right":            {},
		"no leave":             {environment: map[string]string{tenant.VariableMay: "assign"}, want: "does not allow"},
		"no credentials":       {environment: map[string]string{tenant.VariablePassword: ""}, want: "no credentials"},
		"no people":            {environment: map[string]string{tenant.VariablePeople: ""}, want: "no test people"},
		"a person who is gone": {change: func(t *testing.T, w *world, _ store.ServicePrincipal) { _ = w.Store().DeleteUser(store.UserBen) }, want: "cannot be read"},
		"somebody else":        {change: func(t *testing.T, w *world, p store.ServicePrincipal) { assign(t, w, p, store.UserLeo) }, want: "not one of the test people"},
		"a group":              {change: func(t *testing.T, w *world, p store.ServicePrincipal) { assign(t, w, p, store.GroupMeetings) }, want: "a Group"},
		"nobody assigned": {change: func(t *testing.T, w *world, p store.ServicePrincipal) {
			for _, a := range w.Store().Assignments(p.ID) {
				_ = w.Store().Unassign(p.ID, a.ID)
			}
		}, want: "0 people are assigned"},
		"no credentials stored": {change: secret("UserName", ""), want: "are not stored"},
		"everybody in scope":    {change: secret("SyncAll", "true"), want: "SyncAll"},
		"scope not set":         {change: secret("SyncAll", ""), want: "SyncAll"},
		"another threshold":     {change: secret("SyncNotificationSettings", `{"DeleteThresholdEnabled":true,"DeleteThresholdValue":2}`), want: "threshold"},
		"threshold off":         {change: secret("SyncNotificationSettings", `{"DeleteThresholdEnabled":false,"DeleteThresholdValue":1}`), want: "threshold"},
		"a foreign instance": {change: func(t *testing.T, w *world, p store.ServicePrincipal) {
			_ = w.Store().UpdateServicePrincipal(p.ID, func(p *store.ServicePrincipal) error { p.DisplayName = "GoToMeeting"; return nil })
		}, want: "not one of this run"},
	} {
		w := start(t, simulator.Options{})
		maps.Copy(w.environment, test.environment)
		opened := w.open(t)
		p := made(t, w, opened)
		if test.change != nil {
			test.change(t, w, p)
		}
		err := opened.Refusal(t.Context(), p.ID)
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
	}
}

// What a killed run has left goes with the next one, and nothing else does.
func TestCleanUp_deletesOnlyWhatTheLedgerHolds(t *testing.T) {
	w := start(t, simulator.Options{})
	first := w.open(t)
	p := made(t, w, first)
	if err := w.Store().PutSecrets(p.ID, []store.KeyValue{{Key: "UserName", Value: store.AdminUserName}, {Key: "Password", Value: store.AdminPassword}}, store.SecretOptions{}); err != nil {
		t.Fatal(err)
	}
	j, err := w.Store().CreateJob(p.ID, store.ConnectorGoToMeeting)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Engine().Start(p.ID, j.ID); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"GoToMeeting", "gotomeeting-provider-test-of-somebody-else"} {
		if _, _, err := w.Store().Instantiate(store.TemplateGoToMeeting, name, ""); err != nil {
			t.Fatal(err)
		}
	}
	w.Log().Reset()
	deleted, err := w.open(t).CleanUp(t.Context())
	if err != nil || deleted != 1 {
		t.Errorf("deleted %d: %v", deleted, err)
	}
	if left := w.Store().Applications(false); len(left) != 2 {
		t.Errorf("%d applications are left, want 2", len(left))
	}
	writes := w.Log().Writes()
	if len(writes) == 0 || !strings.HasSuffix(writes[0].Path, "/pause") {
		t.Error("the job was not paused first")
	}
	if _, err := os.Stat(w.environment[tenant.VariableLedger]); !os.IsNotExist(err) {
		t.Errorf("the ledger is still there: %v", err)
	}
}

func TestCleanUp_keepsInTheLedgerWhatCannotBeDeleted(t *testing.T) {
	w := start(t, simulator.Options{})
	opened := w.open(t)
	made(t, w, opened)
	w.Faults().Add(simulator.Fault{Method: "DELETE", Path: "/applications/*", Effect: simulator.Fails(400, "DeletingSamlSpNotAllowed", "")})
	if _, err := opened.CleanUp(t.Context()); err == nil {
		t.Error("a refused deletion went unnoticed")
	}
	if deleted, err := w.open(t).CleanUp(t.Context()); err != nil || deleted != 1 {
		t.Errorf("the next run deleted %d: %v", deleted, err)
	}
}

// want is the answer to a question, found by a part of it.
type want struct{ asks, answer string }

func probe(t *testing.T, w *world, change bool) []tenant.Finding {
	t.Helper()
	p := &tenant.Probe{Tenant: w.open(t), Change: change}
	findings, err := p.Run(t.Context())
	if err != nil {
		t.Error(err)
	}
	return findings
}

func check(t *testing.T, name string, findings []tenant.Finding, wants ...want) {
	t.Helper()
	for _, want := range wants {
		at := slices.IndexFunc(findings, func(f tenant.Finding) bool { return strings.Contains(f.Asks, want.asks) })
		if at < 0 {
			t.Fatalf("no question asks %q", want.asks)
		}
		if got := findings[at]; got.Answer != want.answer && got.Seen != want.answer {
			t.Errorf("%s: %s\n got %q (%s), want %q; %s", name, got.Asks, got.Answer, got.Seen, want.answer, got.NotAsked)
		}
	}
}

// usual are the answers of the simulator without a variant.
var usual = []want{
	{"in the gallery", "yes"}, {"instantiate name", "id"}, {"Which roles", "declared"}, {"still offer", "offered"}, {"connector sign in", "user name and password"},
	{"wrong credentials", "refused"}, {"unknown template", "refused"}, {"keys that it leaves out", "keeps them"}, {"members of the notification", "dropped"},
	{"several recipients", "accepted"}, {"1,024 bytes", "no"}, {"without jobs", "an empty list"}, {"second job", "refused"}, {"inside a batch", "yes"},
	{"restart start", "yes"}, {"job that is off read", "other than Active"}, {"missing service principal", "404 Request_ResourceNotFound"},
	{"missing job", "404 Request_ResourceNotFound"}, {"which one matches", "one matches"}, {"scoping filters spelled", "listed"}, {"older version", "no"},
	{"IIF", "yes"}, {"Switch compare", "no"}, {"Switch evaluate", "yes"}, {"credentials that are right", "accepted"}, {"masked value", "stored as such"}, {"application own it", "yes"},
	{"reference of the service management", "no"}, {"without a default value", "null"}, {"empty list of them", "yes"}, {"a constant have its value", "in its name"},
	{"directory called", "Azure Active Directory"}, {"read back", "yes"}, {"required attribute", "no"}, {"sources attributes", "yes"}, {"placeholders", "no"}, {"list the functions", "listed"},
	{"only the members that are selected", "yes"}, {"filtered by principal", "refused"}, {"accept a personal access token", "yes"}, {"keys of users", "text"},
	{"without entries", "an empty list"}, {"status of an account", "in capitals, all documented"}, {"bad access token", "401"}, {"several accounts", "one"}, {"entries it has in all", "yes"}, {"two mappings", "refused"}, {"default access role", "refused"}, {"with SAML", "yes"}, {"link between", ""},
}

// Each variant by itself, as the control door names it, changes the answer to its own question.
func TestProbe_reportsEachVariant(t *testing.T) {
	check(t, "no variant", probe(t, start(t, simulator.Options{}), true), usual...)
	covered := map[string]bool{}
	links := append(simulator.DefaultPermissions(), "SynchronizationMetadata.Read.All") // a new slice each time
	for _, test := range []struct {
		variant     string // as name or name=value, and further ones behind blanks
		permissions []string
		prepare     func(*testing.T, *world)
		wants       []want
	}{
		{variant: "secrets-replace", wants: []want{{"keys that it leaves out", "drops them"}}},
		{variant: "masked-unchanged", wants: []want{{"masked value", "unchanged"}}},
		{variant: "generation=authorization", wants: []want{{"connector sign in", "OAuth"}}},
		{variant: "generation=client_credentials", wants: []want{{"connector sign in", "OAuth"}}},
		{variant: "generation=token", wants: []want{{"connector sign in", "other fields"}}},
		{variant: "connection-test=unavailable", wants: []want{{"credentials that are right", "refused"}, {"masked value", ""}}},
		{variant: "connection-test=refuses", wants: []want{{"credentials that are right", "refused"}}},
		{variant: "spelling.empty-defaults", wants: []want{{"without a default value", "an empty text"}, {"read back", "no"}, {"read back", "other: defaultValue"}}},
		{variant: "spelling.no-parameters", wants: []want{{"empty list of them", "no"}, {"read back", "other: parameters"}}},
		{variant: "spelling.unnamed-constants", wants: []want{{"a constant have its value", "in its expression"}}},
		{variant: "spelling.entra-directory", wants: []want{{"directory called", "Microsoft Entra ID"}}},
		{variant: "spelling.lower-case-counts", prepare: ranOnce, wants: []want{{"entry counts", "with a small letter"}}},
		{variant: "no-template", wants: []want{{"still offer", "an empty list"}, {"in the gallery", "yes"}, {"with SAML", "yes"}}},
		{variant: "not-found.service-principal=ResourceNotFound", wants: []want{{"missing service principal", "404 ResourceNotFound"}}},
		{variant: "not-found.job=UnknownError/NotFound", wants: []want{{"missing job", "404 NotFound"}}},
		{variant: "not-found.connector=ResourceNotFound", wants: []want{{"missing synchronization template", "404 ResourceNotFound"}}},
		{variant: "no-jobs-not-found", wants: []want{{"without jobs", "an error"}}},
		{variant: "errors-when-unconfigured no-template", wants: []want{{"still offer", "an error"}}},
		{variant: "default-access-tolerant", wants: []want{{"default access role", "accepted"}}},
		{variant: "legacy-object-id", wants: []want{{"instantiate name", "objectId"}}},
		{variant: "page-size-cap=7", wants: []want{{"entries does a page hold", "7"}}},
		{variant: "reject-stale-schema", wants: []want{{"older version", "yes"}}},
		{variant: "doubled-targets", wants: []want{{"two mappings", "accepted"}}},
		{variant: "us-government", wants: []want{{"1,024 bytes", "yes"}}},
		{variant: "no-links", permissions: links, wants: []want{{"link between", "no"}}},
		{permissions: links, wants: []want{{"link between", "yes"}}},
		{variant: "no-owners", wants: []want{{"application own it", "no"}}},
		{variant: "needs-reference", wants: []want{{"reference of the service management", "yes"}, {"still offer", ""}}},
		{variant: "owned-by-insufficient", permissions: owner(), wants: []want{{"OwnedBy", "no"}}},
		{permissions: owner(), wants: []want{{"OwnedBy", "yes"}}},
		{variant: "readers-see-secrets", permissions: reader(), wants: []want{{"only reads jobs", "yes"}}},
		{permissions: reader(), wants: []want{{"only reads jobs", "no"}}},
		{variant: "goto.keys=1", wants: []want{{"keys of users", "numbers"}}},
		{variant: "goto.keys=2", wants: []want{{"keys of users", "text and numbers"}}},
		{variant: "goto.empty=1", wants: []want{{"without entries", "no list"}}},
		{variant: "goto.empty=2", wants: []want{{"without entries", "404"}}},
		{variant: "goto.lower-case-status", wants: []want{{"status of an account", "in small letters, all documented"}}},
		{variant: "goto.unknown-status", prepare: suspendedAccount, wants: []want{{"status of an account", "in capitals, not all documented"}}},
		{variant: "goto.forbids-bad-tokens", wants: []want{{"bad access token", "403"}}},
		{variant: "goto.several-accounts", wants: []want{{"several accounts", "several"}}},
		{variant: "goto.no-personal-tokens", wants: []want{{"accept a personal access token", "no"}, {"keys of users", ""}}},
		{variant: "goto.no-total", wants: []want{{"entries it has in all", "no"}}},
		{variant: "goto.page-size-cap=1", wants: []want{{"accounts does a page", "1"}}},
	} {
		var variants simulator.Variants
		for _, one := range strings.Fields(test.variant) {
			name, value, given := strings.Cut(one, "=")
			if !given {
				value = "true"
			}
			if err := control.SetVariant(&variants, name, value); err != nil {
				t.Fatal(err)
			}
			covered[name] = true
		}
		w := start(t, simulator.Options{Variants: variants, Permissions: test.permissions})
		if test.prepare != nil {
			test.prepare(t, w)
		}
		check(t, test.variant, probe(t, w, true), test.wants...)
	}
	for _, name := range control.VariantNames() {
		if !covered[name] {
			t.Errorf("no question tells whether the variant %s is there", name)
		}
	}
}

// ranOnce leaves an instance of somebody else's whose job has run.
func ranOnce(t *testing.T, w *world) {
	t.Helper()
	_, p, err := w.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Store().PutSecrets(p.ID, []store.KeyValue{{Key: "UserName", Value: store.AdminUserName}, {Key: "Password", Value: store.AdminPassword}}, store.SecretOptions{}); err != nil {
		t.Fatal(err)
	}
	assign(t, w, p, store.UserAna)
	j, err := w.Store().CreateJob(p.ID, store.ConnectorGoToMeeting)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Engine().Start(p.ID, j.ID); err != nil {
		t.Fatal(err)
	}
	w.Clock().Advance(time.Hour)
}

func suspendedAccount(t *testing.T, w *world) {
	t.Helper()
	accounts := w.Store().Accounts()
	if err := w.Store().UpdateAccount(accounts[len(accounts)-1].Key, func(a *store.Account) { a.Status = store.StatusSuspended }); err != nil {
		t.Fatal(err)
	}
}

func owner() []string {
	return []string{"Application.ReadWrite.OwnedBy", "User.Read.All", "AppRoleAssignment.ReadWrite.All", "Application.Read.All"}
}

func reader() []string {
	return []string{"Synchronization.Read.All", "Application.ReadWrite.All", "User.Read.All"}
}

// Without leave the probe changes nothing, and with it nothing stays.
func TestProbe_changesOnlyWhatIsItsOwn(t *testing.T) {
	w := start(t, simulator.Options{})
	_, foreign, err := w.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range probe(t, w, false) {
		if f.Changes && f.NotAsked == "" {
			t.Errorf("asked without leave: %s", f.Asks)
		}
	}
	if writes := w.Log().Writes(); len(writes) > 0 {
		t.Errorf("wrote without leave: %v", writes)
	}
	accounts := len(w.Store().Accounts())
	probe(t, w, true)
	for _, r := range w.Log().Writes() {
		if strings.Contains(r.Path, foreign.ID) {
			t.Errorf("touched a foreign application: %s %s", r.Method, r.Path)
		}
	}
	if left := w.Store().Applications(false); len(left) != 1 || len(w.Store().AllJobs()) != 0 {
		t.Errorf("%d applications and %d jobs are left", len(left), len(w.Store().AllJobs()))
	}
	if _, err := os.Stat(w.environment[tenant.VariableLedger]); !os.IsNotExist(err) {
		t.Errorf("the ledger is still there: %v", err)
	}
	w.Clock().Advance(24 * time.Hour)
	if got := len(w.Store().Accounts()); got != accounts {
		t.Errorf("the probe made %d accounts", got-accounts)
	}
}

// Without credentials for GoTo nothing is started.
func TestProbe_startsNothingWithoutCredentials(t *testing.T) {
	w := start(t, simulator.Options{})
	w.environment[tenant.VariablePassword] = ""
	probe(t, w, true)
	for _, pattern := range []string{"/servicePrincipals/*/synchronization/jobs/*/start", "/servicePrincipals/*/synchronization/jobs/*/restart", "/servicePrincipals/*/synchronization/jobs/*/provisionOnDemand"} {
		if sent := w.Log().Match("POST", pattern); len(sent) > 0 {
			t.Errorf("sent %s", sent[0].Path)
		}
	}
}

func TestReport_namesNobody(t *testing.T) {
	w := start(t, simulator.Options{})
	folder := t.TempDir()
	w.environment[tenant.VariableRecord] = folder
	findings := probe(t, w, true)
	report := tenant.Report(findings, "1.2.3", false, time.Now())
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d recordings: %v", len(files), err)
	}
	texts := map[string]string{"the report": report}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var e tenant.Exchange
		if err := json.Unmarshal(raw, &e); err != nil || e.Method == "" || e.Status == 0 {
			t.Errorf("%s: %v", file, err)
		}
		texts[filepath.Base(file)] = string(raw)
	}
	ids := []string{w.TenantID(), strings.ReplaceAll(w.TenantID(), "-", ""), store.UserAna, store.AdminUserName, store.AdminPassword, "Example", "corp.example", "127.0.0.1", w.ClientID(), "gotomeeting-provider-test-"}
	for name, content := range texts {
		for _, secret := range ids {
			if strings.Contains(content, secret) {
				t.Errorf("%s has %q:\n%s", name, secret, content)
			}
		}
	}
	for _, wanted := range []string{"| 4 |", "| 12 |", "as assumed", "Preview: predicted; checked against the live service: never"} {
		if !strings.Contains(report, wanted) {
			t.Errorf("the report lacks %q:\n%s", wanted, report)
		}
	}
	if live := tenant.Report(findings, "1.2.3", true, time.Date(2030, 1, 2, 0, 0, 0, 0, time.UTC)); !strings.Contains(live, "checked against the live service: 2030-01-02, provider 1.2.3") {
		t.Error("the footer does not name date and version")
	}
}

// What a stand-in on this machine did proves nothing about the preview.
func TestNotePreview_doesNotCountAStandIn(t *testing.T) {
	w := start(t, simulator.Options{})
	opened := w.open(t)
	if err := opened.NotePreview(time.Now()); err != nil {
		t.Fatal(err)
	}
	if at, checked := opened.PreviewChecked(); checked {
		t.Errorf("checked at %s", at)
	}
	if err := os.WriteFile(w.environment[tenant.VariableLedger]+".preview", []byte("2030-01-02T03:04:05Z\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if at, checked := opened.PreviewChecked(); !checked || at.Year() != 2030 {
		t.Errorf("checked %v at %s", checked, at)
	}
}

func TestDo_waitsWhereTheServiceAsksForPatience(t *testing.T) {
	w := start(t, simulator.Options{})
	opened := w.open(t)
	w.Faults().Add(simulator.Fault{Method: "GET", Path: "/users", Count: 2, Effect: simulator.Throttled(7 * time.Second)})
	before := w.Clock().Now()
	answer, err := opened.Do(context.Background(), http.MethodGet, "/users", nil)
	if err != nil || !answer.OK() || w.Clock().Now().Sub(before) != 14*time.Second {
		t.Errorf("%s after %s: %v", answer.Said(), w.Clock().Now().Sub(before), err)
	}
}

// Somebody who interrupts the probe finds nothing of it in the tenant, not even what the directory does not show yet.
func TestProbe_cleansUpAfterAnInterrupt(t *testing.T) {
	w := start(t, simulator.Options{})
	w.SetLag(simulator.KindServicePrincipal, simulator.Lag{Reads: 3})
	ctx, interrupt := context.WithCancel(t.Context())
	opened, err := tenant.Open(ctx, w.getenv, func(ctx context.Context, _ time.Duration) error {
		interrupt()
		return ctx.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (&tenant.Probe{Tenant: opened, Change: true}).Run(ctx); err != nil {
		t.Error(err)
	}
	if ctx.Err() == nil {
		t.Fatal("it was never interrupted")
	}
	if left := w.Store().Applications(false); len(left) != 0 {
		t.Errorf("%d applications are left", len(left))
	}
}

// What a killed run may have made, and no list shows yet, stays in the ledger until the next time.
func TestCleanUp_looksAgainForWhatIsNotShownYet(t *testing.T) {
	w := start(t, simulator.Options{})
	opened := w.open(t)
	name, err := opened.NewName()
	if err != nil {
		t.Fatal(err)
	}
	if deleted, err := opened.CleanUp(t.Context()); err != nil || deleted != 0 {
		t.Errorf("deleted %d: %v", deleted, err)
	}
	if _, _, err := w.Store().Instantiate(store.TemplateGoToMeeting, name, ""); err != nil {
		t.Fatal(err)
	}
	if deleted, err := w.open(t).CleanUp(t.Context()); err != nil || deleted != 1 {
		t.Errorf("the next run deleted %d: %v", deleted, err)
	}
	if _, err := w.open(t).NewName(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // nothing was made: the second time it is forgotten
		if _, err := w.open(t).CleanUp(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(w.environment[tenant.VariableLedger]); !os.IsNotExist(err) {
		t.Errorf("the ledger is still there: %v", err)
	}
}

// Pages of any size, and empty ones among them, do not hide who is assigned.
func TestRefusal_readsEveryPage(t *testing.T) {
	w := start(t, simulator.Options{Variants: simulator.Variants{PageSizeCap: 1}})
	opened := w.open(t)
	p := made(t, w, opened)
	assign(t, w, p, store.UserBen)
	if err := opened.Refusal(t.Context(), p.ID); err != nil {
		t.Error(err)
	}
	assign(t, w, p, store.UserLeo)
	if err := opened.Refusal(t.Context(), p.ID); err == nil {
		t.Error("somebody on the last page went unnoticed")
	}
}

// The list of what is not known about the service is asked from its first point to its last.
func TestQuestions_askEveryPoint(t *testing.T) {
	asked := map[string]bool{}
	for _, q := range tenant.Questions() {
		asked[q.Number] = true
		if q.Asks == "" || q.Assumed == "" || q.Expected == "" {
			t.Errorf("%s %s: without what the provider assumes", q.Number, q.Asks)
		}
	}
	for _, number := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "16.1", "GoTo"} {
		if !asked[number] {
			t.Errorf("nothing asks about point %s", number)
		}
	}
}
