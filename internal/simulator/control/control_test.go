// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package control

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func start(t *testing.T) *simulator.Server {
	t.Helper()
	server, err := simulator.New(simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

// must carries out the lines of a script and returns what they said.
func must(t *testing.T, server *simulator.Server, script string) string {
	t.Helper()
	var said strings.Builder
	if err := Script(strings.NewReader(script), &said, func(command ...string) (string, error) { return Do(server, command...) }); err != nil {
		t.Fatalf("%v\n%s", err, script)
	}
	return said.String()
}

// everyVerb uses each verb once; each line ends with what has to be true afterward.
var everyVerb = []struct {
	line string
	want func(server *simulator.Server, said string) bool
}{
	{`clock`, says("2030-01-02T03:04:05Z")},
	{`clock run`, nil},
	{`clock freeze`, nil},
	{`clock advance 24h`, says("2030-01-03T03:04:0")},
	{`portal application Meetings`, after(func(s *store.Store) bool { return only(s).DisplayName == "Meetings" })},
	{`portal sso saml`, after(func(s *store.Store) bool { return only(s).Properties["preferredSingleSignOnMode"] == "saml" })},
	{`portal sso none`, after(func(s *store.Store) bool { return only(s).Properties["preferredSingleSignOnMode"] == nil })},
	{`portal delete-application`, after(func(s *store.Store) bool { return len(s.Applications(false)) == 0 })},
	{`portal restore-application`, after(func(s *store.Store) bool { return len(s.Applications(false)) == 1 })},
	{`portal credentials`, stores("Password", store.AdminPassword)},
	{`variant generation authorization`, nil},
	{`portal authorize`, stores("Oauth2AccessToken", "access-for-authorization-1")},
	{`variant generation password`, nil},
	{`portal secret Sandbox yes`, stores("Sandbox", "yes")},
	{`portal secret Sandbox`, stores("Sandbox", "")},
	{`portal scope all`, stores("SyncAll", "true")},
	{`portal scope assigned`, stores("SyncAll", "false")},
	{`portal notification it@example.com`, stores("SyncNotificationSettings", `{"Enabled":true,"Recipients":"it@example.com"}`)},
	{`portal threshold 9`, stores("SyncNotificationSettings", `{"DeleteThresholdEnabled":true,"DeleteThresholdValue":9,"Enabled":true,"Recipients":"it@example.com"}`)},
	{`portal job`, says("inventedGoToMeeting.")},
	{`portal assign "Meetings Users"`, after(func(s *store.Store) bool { return len(s.Assignments(only(s).ID)) == 1 })},
	{`portal assign ana Organizer`, after(func(s *store.Store) bool { return len(s.Assignments(only(s).ID)) == 2 })},
	{`portal unassign ana`, after(func(s *store.Store) bool { return len(s.Assignments(only(s).ID)) == 1 })},
	{`portal mapping lastName "Coalesce([surname], ""none"")"`, schemaHas("Coalesce([surname]", true)},
	{`portal mapping jobTitle [jobTitle]`, schemaHas(`"[jobTitle]"`, true)},
	{`portal mapping jobTitle`, schemaHas(`"[jobTitle]"`, false)},
	{`portal reset-mappings`, schemaHas("Coalesce([surname]", false)},
	{`portal start`, after(func(s *store.Store) bool { return s.AllJobs()[0].Schedule == store.ScheduleActive })},
	{`cycle`, says("create success 4")},
	{`portal pause`, after(func(s *store.Store) bool { return s.AllJobs()[0].Schedule == store.SchedulePaused })},
	{`portal restart ForceDeletes`, after(func(s *store.Store) bool { return s.AllJobs()[0].Schedule == store.ScheduleActive })},
	{`portal client 11111111-1111-4111-8111-111111111111 secret read-only`, nil},
	{`portal permissions 11111111-1111-4111-8111-111111111111 User.Read.All`, nil},
	{`person join pat Pat Poe`, person("pat@corp.example", func(u store.User) bool { return u.DisplayName == "Pat Poe" && u.AccountEnabled })},
	{`person rename pat paula@corp.example`, person("paula@corp.example", func(u store.User) bool { return u.Mail == u.UserPrincipalName })},
	{`person set paula department Sales`, person("paula@corp.example", func(u store.User) bool { return u.Department == "Sales" })},
	{`person block paula`, person("paula@corp.example", func(u store.User) bool { return !u.AccountEnabled })},
	{`person unblock paula`, person("paula@corp.example", func(u store.User) bool { return u.AccountEnabled })},
	{`person add 2`, says("d1000000-0000-4000-8000-000000000000 to d1000000-0000-4000-8000-000000000001")},
	{`group create "New Team"`, nil},
	{`group join "New Team" paula ben`, members("New Team", 2)},
	{`group leave "New Team" ben`, members("New Team", 1)},
	{`person leave paula`, members("New Team", 0)},
	{`group join "New Team" ben`, members("New Team", 1)},
	{`group fill "New Team" 3`, members("New Team", 4)},
	{`group clear "New Team"`, members("New Team", 0)},
	{`group delete "New Team"`, after(func(s *store.Store) bool {
		for g := range s.EachGroup() {
			if g.DisplayName == "New Team" {
				return false
			}
		}
		return true
	})},
	{`person delete paula`, after(func(s *store.Store) bool { _, err := s.FindUser("paula@corp.example"); return err != nil })},
	{`person restore paula`, person("paula@corp.example", func(u store.User) bool { return u.DeletedAt.IsZero() })},
	{`goto password changed`, after(func(s *store.Store) bool { return s.Admins()[0].Password == "changed" && s.Admins()[0].TeamAdmin })},
	{`goto secret-token changed`, after(func(s *store.Store) bool {
		return s.SignIn(store.Connector{}, store.ByToken, map[string]string{"BaseAddress": store.TenantURL, "SecretToken": "changed"}) == nil
	})},
	{`goto client-secret changed`, nil},
	{`goto licenses 0`, after(func(s *store.Store) bool { return !s.HasFreeLicense() })},
	{`goto domains other.example`, after(func(s *store.Store) bool { return !s.AcceptsDomain("ana@corp.example") })},
	{`goto account new@other.example New Person`, account("new@other.example", func(a store.Account) bool { return a.Active && a.Attributes["lastName"][0] == "Person" })},
	{`goto suspend new@other.example`, account("new@other.example", func(a store.Account) bool { return !a.Active })},
	{`goto activate new@other.example`, account("new@other.example", func(a store.Account) bool { return a.Active })},
	{`goto delete new@other.example`, after(func(s *store.Store) bool { _, err := s.AccountByEmail("new@other.example"); return err != nil })},
	{`fault add get /users 2 throttle 7`, nil},
	{`fault list`, says("GET /users 2")},
	{`fault clear`, func(server *simulator.Server, _ string) bool { return len(server.Faults().Pending()) == 0 }},
	{`quota 3500 3000 10`, nil},
	{`lag assignment 1`, nil},
	{`variant secrets-replace`, func(server *simulator.Server, _ string) bool { return server.Variants().SecretsReplace }},
	{`ids`, says("role:User=")},
	{`id group:Meetings\ Users`, nil},
	{`people`, says("Ana Example")},
	{`groups`, says("Meetings Users")},
	{`assignments`, says("Meetings Users")},
	{`accounts`, says("ana@corp.example")},
	{`job`, says("schedule Active")},
	{`log 3`, says("success")},
	{`requests`, nil},
	{`forget-requests`, nil},
	{`environment`, says("sign-in https://")},
	{`portal delete-job`, after(func(s *store.Store) bool { return len(s.AllJobs()) == 0 })},
	{`retire`, func(server *simulator.Server, _ string) bool { return server.Variants().NoTemplate }},
	{`retire off`, func(server *simulator.Server, _ string) bool { return !server.Variants().NoTemplate }},
	{`portal delete-application`, nil},
	{`scenarios`, says("quarantined")},
	{`scenario large`, func(server *simulator.Server, _ string) bool {
		_, err := server.Store().User(store.PersonID(4999))
		return err == nil
	}},
}

func says(text string) func(*simulator.Server, string) bool {
	return func(_ *simulator.Server, said string) bool { return strings.Contains(said, text) }
}

func after(check func(*store.Store) bool) func(*simulator.Server, string) bool {
	return func(server *simulator.Server, _ string) bool { return check(server.Store()) }
}

func only(s *store.Store) store.ServicePrincipal { return s.ServicePrincipals(false)[0] }

func stores(key, value string) func(*simulator.Server, string) bool {
	return after(func(s *store.Store) bool { return s.Secret(only(s).ID, key) == value })
}

func schemaHas(text string, want bool) func(*simulator.Server, string) bool {
	return after(func(s *store.Store) bool { return strings.Contains(string(s.AllJobs()[0].Schema), text) == want })
}

func person(name string, check func(store.User) bool) func(*simulator.Server, string) bool {
	return after(func(s *store.Store) bool { u, err := s.FindUser(name); return err == nil && check(u) })
}

func account(email string, check func(store.Account) bool) func(*simulator.Server, string) bool {
	return after(func(s *store.Store) bool { a, err := s.AccountByEmail(email); return err == nil && check(a) })
}

func members(name string, want int) func(*simulator.Server, string) bool {
	return after(func(s *store.Store) bool {
		for g := range s.EachGroup() {
			if g.DisplayName == name {
				return len(g.Members) == want
			}
		}
		return false
	})
}

func TestDo_carriesOutEveryVerb(t *testing.T) {
	server := start(t)
	used := map[string]bool{}
	for _, step := range everyVerb {
		command, err := Words(strings.ReplaceAll(step.line, `group:Meetings\ Users`, `"group:Meetings Users"`))
		if err != nil {
			t.Fatal(err)
		}
		v, _, err := find(command)
		if err != nil {
			t.Fatal(err)
		}
		used[v.name] = true
		said, err := Do(server, command...)
		if err != nil {
			t.Fatalf("%s: %v", step.line, err)
		}
		if step.want != nil && !step.want(server, said) {
			t.Errorf("%s did not do it, and said %q", step.line, said)
		}
	}
	for _, s := range sections() {
		for _, v := range s.verbs {
			if !used[v.name] {
				// "scenario" and "cycle" stand for what they are made of.
				t.Errorf("no test uses %q", v.name)
			}
			if _, err := Do(server, append(strings.Fields(v.name), "a", "b", "c", "d", "e", "f")...); err == nil && !strings.Contains(v.args, "...") {
				t.Errorf("%s takes any number of arguments", v.name)
			}
		}
	}
}

func TestDo_makesRequestsFailInEveryWay(t *testing.T) {
	values := map[string]string{"delay": "1m"}
	for _, kind := range faultKinds() {
		server := start(t)
		must(t, server, "fault add * /** all "+kind.name+" "+values[kind.name])
		if pending := server.Faults().Pending(); len(pending) != 1 || pending[0].Count != -1 || pending[0].Method != "" {
			t.Errorf("%s: %+v", kind.name, pending)
		}
		response, err := server.Client().Get(server.GraphURL() + "/v1.0/users")
		if err == nil {
			_ = response.Body.Close()
		}
		if cut := strings.HasPrefix(kind.name, "drop"); cut != (err != nil) {
			t.Errorf("%s: %v", kind.name, err)
		}
	}
	for _, wrong := range []string{"fault add GET /users many throttle", "fault add GET /users 0 drop", "fault add GET /users 1 explode", "fault add GET /users 1 delay soon", "lag nonsense 2"} {
		if _, err := Do(start(t), strings.Fields(wrong)...); err == nil {
			t.Errorf("%s was accepted", wrong)
		}
	}
}

func TestRunScenario_bringsEachAbout(t *testing.T) {
	for name, check := range map[string]func(server *simulator.Server) bool{
		"existing": func(server *simulator.Server) bool {
			s := server.Store()
			active := 0
			for _, a := range s.Accounts() {
				if strings.Contains(a.Email, "corp.example") && a.Active {
					active++
				}
			}
			j := s.AllJobs()[0]
			return only(s).Properties["preferredSingleSignOnMode"] == "saml" && active == 30+2 && j.Status.Quarantine == nil && j.Schedule == store.ScheduleActive
		},
		"quarantined": func(server *simulator.Server) bool { return server.Store().AllJobs()[0].Status.Quarantine != nil },
		"retired": func(server *simulator.Server) bool {
			return server.Variants().NoTemplate && len(server.Store().AllJobs()) == 0
		},
		"large": func(server *simulator.Server) bool {
			_, err := server.Store().User(store.PersonID(4999))
			return err == nil
		},
	} {
		server := start(t)
		if err := RunScenario(server, name); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !check(server) {
			t.Errorf("%s is not what it says", name)
		}
	}
	if err := RunScenario(start(t), "none"); err == nil {
		t.Error("an unknown scenario was accepted")
	}
}

func TestSetVariant_knowsEveryVariant(t *testing.T) {
	for _, name := range VariantNames() {
		var v simulator.Variants
		value := map[string]string{"generation": string(store.ByToken), "connection-test": string(simulator.TestRefuses)}[name]
		if err := SetVariant(&v, name, cmp.Or(value, "1")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if v == (simulator.Variants{}) {
			t.Errorf("%s changes nothing", name)
		}
	}
	for _, want := range []string{"secrets-replace", "generation", "connection-test", "spelling.empty-defaults", "legacy-object-id", "us-government", "not-found.service-principal", "goto.page-size-cap"} {
		if !slices.Contains(VariantNames(), want) {
			t.Errorf("%s is not among %v", want, VariantNames())
		}
	}
	for _, wrong := range []string{"none", "not-found", "not-found.none", "secrets-replace.x"} {
		if err := SetVariant(&simulator.Variants{}, wrong, "1"); err == nil {
			t.Errorf("%s was accepted", wrong)
		}
	}
	for name, value := range map[string]string{"page-size-cap": "many", "generation": "fifth", "connection-test": "maybe", "secrets-replace": "perhaps"} {
		if err := SetVariant(&simulator.Variants{}, name, value); err == nil {
			t.Errorf("%s was accepted for %s", value, name)
		}
	}
}

func TestSeed_fillsDirectoryAndGoTo(t *testing.T) {
	server, err := simulator.New(simulator.Options{Empty: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	err = Seed(server, []byte(`{
		"people": [
			{"id": "d7000000-0000-4000-8000-000000000001", "userPrincipalName": "lea@corp.example", "displayName": "Lea Leader"},
			{"userPrincipalName": "pat@corp.example", "givenName": "Pat", "surname": "Poe", "department": "Sales", "manager": "lea", "accountEnabled": false}
		],
		"groups": [{"displayName": "All", "members": ["lea@corp.example", "Pat Poe"]}, {"displayName": "More", "members": ["All"]}],
		"accounts": [{"email": "old@corp.example", "active": false, "attributes": {"firstName": ["Old"]}}],
		"licenses": 3,
		"domains": ["corp.example"]
	}`))
	if err != nil {
		t.Fatal(err)
	}
	s := server.Store()
	pat, err := s.FindUser("pat@corp.example")
	if err != nil || pat.ManagerID != "d7000000-0000-4000-8000-000000000001" || pat.AccountEnabled || pat.Department != "Sales" || pat.DisplayName != "Pat Poe" {
		t.Errorf("%+v, %v", pat, err)
	}
	if lea, err := s.User("d7000000-0000-4000-8000-000000000001"); err != nil || !lea.AccountEnabled {
		t.Errorf("%+v, %v", lea, err)
	}
	if !members("All", 2)(server, "") || !members("More", 1)(server, "") {
		t.Error("the groups have other members")
	}
	if a, err := s.AccountByEmail("old@corp.example"); err != nil || a.Active || a.Attributes["firstName"][0] != "Old" {
		t.Errorf("%+v, %v", a, err)
	}
	if s.AcceptsDomain("x@example.com") || !s.AcceptsDomain("x@corp.example") || !s.HasFreeLicense() {
		t.Error("licenses or domains are others")
	}
	for _, wrong := range []string{
		`{`, `{"persons": []}`, `{"people": [{"givenName": "X"}]}`, `{"groups": [{"displayName": "G", "members": ["nobody"]}]}`,
		`{"people": [{"userPrincipalName": "x@corp.example", "manager": "nobody"}]}`, `{"accounts": [{"email": "old@corp.example"}]}`,
	} {
		if err := Seed(server, []byte(wrong)); err == nil {
			t.Errorf("%s was accepted", wrong)
		}
	}
}

func TestDoor_isForProgramsOnThisMachine(t *testing.T) {
	door, err := Open(start(t), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = door.Close() })
	ask := func(method string, change func(*http.Request)) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, door.URL(), strings.NewReader(`["clock"]`))
		if err != nil {
			t.Fatal(err)
		}
		change(r)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return response.StatusCode
	}
	for name, test := range map[string]struct {
		method string
		change func(*http.Request)
		want   int
	}{
		"program":       {"POST", func(*http.Request) {}, 200},
		"help":          {"GET", func(*http.Request) {}, 200},
		"localhost":     {"POST", func(r *http.Request) { r.Host = "localhost:1" }, 200},
		"page":          {"POST", func(r *http.Request) { r.Header.Set("Origin", "https://example.com") }, 403},
		"rebound name":  {"POST", func(r *http.Request) { r.Host = "example.com:80" }, 403},
		"other method":  {"DELETE", func(*http.Request) {}, 405},
		"not a command": {"POST", func(r *http.Request) { r.Body = http.NoBody }, 400},
	} {
		if got := ask(test.method, test.change); got != test.want {
			t.Errorf("%s: got %d, want %d", name, got, test.want)
		}
	}
	if _, err := (Client{URL: door.URL()}).Do(t.Context(), "nothing"); err == nil || !strings.Contains(err.Error(), "there is no command") {
		t.Errorf("got %v", err)
	}
}

func TestWords_splitsLikeAShellDoes(t *testing.T) {
	for line, want := range map[string][]string{
		`a b`: {"a", "b"}, `a "b c" ""`: {"a", "b c", ""}, `a # rest`: {"a"}, `# all`: nil, `a "b ""c"""`: {"a", `b "c"`}, `  `: nil, "a#b": {"a#b"},
	} {
		if got, err := Words(line); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v", line, got, err)
		}
	}
	if _, err := Words(`a "b`); err == nil {
		t.Error("an open quote was accepted")
	}
}

func TestCycle_waitsForAnAttemptOutOfQuarantine(t *testing.T) {
	server := start(t)
	if err := RunScenario(server, "quarantined"); err != nil {
		t.Fatal(err)
	}
	began := server.Clock().Now()
	if said := must(t, server, "cycle"); !strings.Contains(said, "in quarantine") || server.Clock().Now().Sub(began) > cyclePatience {
		t.Errorf("said %q after %s", said, server.Clock().Now().Sub(began))
	}
	must(t, server, "portal credentials \"\" changed-at-goto")
	must(t, server, "portal credentials "+store.AdminUserName+" changed-at-goto\nportal restart")
	if said := must(t, server, "cycle"); strings.Contains(said, "quarantine") {
		t.Errorf("said %q", said)
	}
	must(t, server, "portal pause")
	before := server.Clock().Now()
	if _, err := Do(server, "cycle"); err == nil || server.Clock().Now().Sub(before) < 24*time.Hour {
		t.Errorf("a paused job ran a cycle: %v", err)
	}
}
