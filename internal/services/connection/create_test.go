// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

const (
	validatePath  = "/servicePrincipals/*/synchronization/jobs/validateCredentials"
	jobsPath      = "/servicePrincipals/*/synchronization/jobs"
	jobPath       = "/servicePrincipals/*/synchronization/jobs/*"
	secretsPath   = "/servicePrincipals/*/synchronization/secrets"
	templatesPath = "/servicePrincipals/*/synchronization/templates"
)

func TestResource_createTestsTheCredentialsBeforeItWrites(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	clean(t, w.managed().Apply(w.object()))
	wantLines(t, w.sent(), "GET templates", "GET jobs", "GET secrets", // plan
		"GET templates", "GET jobs", "GET secrets", // the plan of the apply
		"POST validateCredentials", "POST jobs", "GET job", "GET secrets", "PUT secrets", "GET secrets")
	if schedule := w.job().Schedule; schedule != store.ScheduleDisabled {
		t.Errorf("the job is %s", schedule)
	}
}

func TestResource_refusedCredentialsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	const advice = " Check the user name and the password. The account needs team administrator rights at GoTo, and must be able to sign in without a second factor. Nothing was created or changed. " +
		"If the test is wrong, `test_connection = false` skips it."
	for name, tt := range map[string]struct {
		userName, password string
		said, code         string
	}{
		"wrong password":             {store.AdminUserName, "not-the-password", "The user name or the password is wrong.", "GoToMeetingInvalidCredentials"},
		"account without the rights": {store.PlainUserName, store.PlainPassword, "The account signed in, but it is not a team administrator.", "GoToMeetingInsufficientRights"},
	} {
		for _, attribute := range []string{"admin_password_wo", "admin_password"} {
			t.Run(name+" "+attribute, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				m := w.managed()
				config := w.bare("admin_username", tt.userName, attribute, tt.password)
				if attribute == "admin_password_wo" {
					config["admin_password_wo_version"] = "1"
				}
				wants(t, m.Apply(config), acctest.Diagnostic{Error: true, Path: attribute, Summary: "The connection test failed",
					Detail: "Microsoft Entra ID tried to sign in to the target with the credentials, and the target refused. The service said: " + tt.said + advice +
						facts(400, tt.code, "POST /v1.0/servicePrincipals/"+w.sp.ID+"/synchronization/jobs/validateCredentials")})
				if m.Now != nil {
					t.Error("something is in the state")
				}
				w.wantJobs(0)
				if err := w.wantDestroyed(); err != nil {
					t.Error(err)
				}
				if writes := w.Sim.Log().Writes(); len(writes) > 0 {
					t.Errorf("something was written: %v", acctest.Lines(writes))
				}
			})
		}
	}
}

func TestResource_wrongPasswordWithTheCLI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.test(
		resource.TestStep{
			Config:      w.config(fmt.Sprintf("admin_username = %q", store.AdminUserName), `admin_password_wo = "not-the-password"`, `admin_password_wo_version = "1"`),
			ExpectError: regexp.MustCompile(`(?s)The connection test failed.*The user name or the password is wrong\..*team\s+administrator`),
		},
		resource.TestStep{Config: w.config(withCredentials()...)},
	)
}

func TestResource_createsWithoutCredentials(t *testing.T) {
	t.Parallel()
	for name, generation := range map[string]store.Generation{"user name connector": store.ByPassword, "OAuth connector": store.ByAuthorization} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(o *simulator.Options) { o.Variants.Generation = generation })
			m := w.managed()
			config := w.bare("notification_email", "identity-ops@example.com")
			wants(t, m.Apply(config), acctest.Diagnostic{Path: "authorized", Summary: "The connection has no credentials yet",
				Detail: "The connection has its settings, but the service cannot sign in to the target. Open https://entra.microsoft.com/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Overview/objectId/" + w.sp.ID +
					", choose Provisioning, and authorize; or set `admin_username` and `admin_password_wo`. Until then, provisioning cannot run."})
			if m.Get("authorized") != false || m.Get("admin_username") != nil {
				t.Errorf("authorized is %v, admin_username %v", m.Get("authorized"), m.Get("admin_username"))
			}
			wantLines(t, w.did(), "POST jobs", "PUT secrets")
			// Authorizing in the portal is no drift, and what it stored is kept and not taken over.
			w.stores("Oauth2AccessToken", "access-for-somebody", "Oauth2AccessTokenCreationTime", "2030-01-02")
			if action, _, found := m.Plan(config); action != acctest.NoAction || len(found) > 0 {
				t.Errorf("afterward the plan is %s\n%s", action, found)
			}
			if m.Get("authorized") != true {
				t.Errorf("authorized is %v", m.Get("authorized"))
			}
		})
	}
}

func TestResource_keepsWhatThePortalAuthorized(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *simulator.Options) { o.Variants.Generation = store.ByAuthorization })
	w.stores("Oauth2AccessToken", "access-for-somebody", "Oauth2AccessTokenCreationTime", "2030-01-02")
	m := w.managed()
	m.Apply(w.bare())
	wants(t, w.Diagnostics(), acctest.Diagnostic{Summary: "Secrets that this configuration cannot repeat",
		Detail: "The service has `Oauth2AccessToken` for service principal " + w.sp.ID + ", which it does not show and this configuration does not set. The service may keep or drop values that a write does not repeat; " +
			"the documentation does not define which. After the apply, the provider checks this and reports dropped values. The service renews these, and an older value would replace a newer one, so " +
			"they are not sent with this change. If they are dropped, authorize in the portal again, or set new tokens in `credentials_wo` with a new `credentials_wo_version`."})
	wantLines(t, w.did(), "POST jobs", "POST validateCredentials", "PUT secrets", "POST validateCredentials")
	w.wantSecrets("Oauth2AccessToken", "access-for-somebody", "Oauth2AccessTokenCreationTime", "2030-01-02")
	if m.Get("authorized") != true {
		t.Errorf("authorized is %v", m.Get("authorized"))
	}
}

func TestResource_warnsOfUserNameAndPasswordForAnOAuthConnector(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *simulator.Options) { o.Variants.Generation = store.ByAuthorization })
	m := w.managed()
	found := m.Apply(w.object())
	wantSummaries(t, found[:1], "warning: The connector signs in with OAuth")
	if last := found[len(found)-1]; last.Summary != "The connection test failed" || !strings.Contains(last.Detail, "The credential Oauth2AccessToken is missing.") {
		t.Errorf("messages:\n%s", found)
	}
	w.wantJobs(0)
}

func noConnector() acctest.Diagnostic {
	return acctest.Diagnostic{Error: true, Path: "service_principal_id", Summary: "The application offers no provisioning connector",
		Detail: "The service returned no synchronization template for this service principal, so a connection cannot be created. Either the application is not a provisioning " +
			"application from the gallery (a manually registered application never is), or the service has retired its connector: Microsoft has announced that it will retire the provisioning connector " +
			"of the GoToMeeting gallery application. Its successor is the gallery application `GoTo` (`gallery_name = \"GoTo\"` of `gotomeeting_application`). Outside the global cloud, few " +
			"gallery connectors exist. Nothing was created."}
}

func TestResource_explainsAServicePrincipalWithoutConnector(t *testing.T) {
	t.Parallel()
	for name, errors := range map[string]bool{"empty list": false, "error": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(o *simulator.Options) { o.Variants.NoTemplate, o.Variants.ErrorsWhenUnconfigured = true, errors })
			m := w.managed()
			_, _, found := m.Plan(w.object()) // already at plan
			wants(t, found, noConnector())
			planned, found := w.Protocol().Plan(typeName, nil, w.object("service_principal_id", acctest.Unknown))
			clean(t, found)
			if planned.State["template_id"] != acctest.Unknown {
				t.Errorf("template_id is planned as %v", planned.State["template_id"])
			}
			// At apply, when the plan could not know.
			w.test(resource.TestStep{
				Config: `resource "terraform_data" "id" { input = "` + w.sp.ID + "\" }\n" +
					strings.Replace(w.config(withCredentials()...), fmt.Sprintf("%q", w.sp.ID), "terraform_data.id.output", 1),
				ExpectError: regexp.MustCompile(`The application offers no provisioning connector`),
			})
			if writes := w.Sim.Log().Writes(); len(writes) > 0 {
				t.Errorf("something was written: %v", acctest.Lines(writes))
			}
		})
	}
}

func TestResource_saysThatThereIsNoSuchServicePrincipal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const absent = "b0000000-0000-4000-8000-0000000000ff"
	_, _, found := w.managed().Plan(w.object("service_principal_id", absent))
	wants(t, found, acctest.Diagnostic{Error: true, Path: "service_principal_id", Summary: "No such service principal",
		Detail: "The tenant has no service principal with the object id " + absent + ". Use the object id that the portal shows on the page of the enterprise application."})
}

func TestResource_choosesAmongConnectors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	second, err := w.Sim.Store().Connector(store.ConnectorGoToMeeting)
	if err != nil {
		t.Fatal(err)
	}
	second.ID, second.Default = "inventedSecond", false
	w.Sim.Store().AddConnector(second)
	m := w.created("template_id", "inventedSecond")
	if got := w.job().ConnectorID; got != "inventedSecond" {
		t.Errorf("the connector is %s", got)
	}
	// Leaving it out keeps it; naming another replaces.
	if action, _, found := m.Plan(w.object()); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("without template_id the plan is %s\n%s", action, found)
	}
	action, _, found := m.Plan(w.object("template_id", store.ConnectorGoToMeeting))
	if action != acctest.Replace {
		t.Errorf("the plan is %s", action)
	}
	clean(t, found)
	_, _, found = m.Plan(w.object("template_id", "inventedThird"))
	wants(t, found.Errors(), acctest.Diagnostic{Error: true, Path: "template_id", Summary: "Unknown provisioning connector",
		Detail: "The application offers no connector \"inventedThird\". It offers:\n- " + store.ConnectorGoToMeeting + "\n- inventedSecond"})
}

func exists(ref string) acctest.Diagnostic {
	return acctest.Diagnostic{Error: true, Path: "service_principal_id", Summary: "A provisioning connection already exists",
		Detail: "The application has a job of the same connector that was set up elsewhere. A second one would provision the same people twice. " +
			"Import it with this block, replacing NAME with the name of the resource:\n\nimport {\n  to = gotomeeting_provisioning_connection.NAME\n  id = \"" + ref + "\"\n}"}
}

func TestResource_refusesAForeignJobWithTheImportBlock(t *testing.T) {
	t.Parallel()
	for name, touch := range map[string]func(*world){
		"it has credentials":  func(w *world) { w.stores("Password", "somebody-else's") },
		"it has a user name":  func(w *world) { w.stores("UserName", "somebody@example.com") },
		"it runs":             func(w *world) { w.changeJob(func(j *store.Job) { j.Schedule = store.ScheduleActive }) },
		"it has run":          func(w *world) { w.changeJob(func(j *store.Job) { j.Status.SteadyStateFirst = store.Epoch }) },
		"it maps differently": func(w *world) { w.customize() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			job := w.addJob()
			touch(w)
			m := w.managed()
			wants(t, m.Apply(w.object()), exists(w.sp.ID+"/"+job.ID))
			w.wantJobs(1)
			clean(t, m.Import(w.sp.ID+"/"+job.ID)) // as the block says
			if writes := w.Sim.Log().Writes(); len(writes) > 0 {
				t.Errorf("something was written: %v", acctest.Lines(writes))
			}
		})
	}
}

// customize changes the mappings of the job as somebody in the portal would.
func (w *world) customize() {
	w.t.Helper()
	w.changeJob(func(j *store.Job) {
		j.Schema = []byte(strings.Replace(string(j.Schema), `"flowTypes":"Add, Update, Delete"`, `"flowTypes":"Add, Update"`, 1))
		j.SchemaVersion++
	})
	if !strings.Contains(string(w.job().Schema), `"Add, Update"`) {
		w.t.Fatal("the schema is not as expected")
	}
}

func TestResource_adoptsItsOwnOrphan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	job := w.addJob()
	m := w.managed()
	found := m.Apply(w.object())
	wants(t, found[:1], acctest.Diagnostic{Path: "service_principal_id", Summary: "An unfinished connection will be taken over",
		Detail: "The application has a job \"" + job.ID + "\" of the same connector that has never run, has no credentials, and has the default mappings, as an interrupted apply leaves behind. " +
			"This plan takes it over instead of creating a second one. If it belongs to another configuration, do not apply this plan."})
	if len(found.Errors()) > 0 {
		t.Fatal(found)
	}
	if m.Text("job_id") != job.ID {
		t.Errorf("job_id is %s, want %s", m.Text("job_id"), job.ID)
	}
	w.wantJobs(1)
	wantLines(t, w.did(), "POST validateCredentials", "PUT secrets")
}

// An orphan beside a job that is in use must not hide that one.
func TestResource_looksAtEveryJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	job := w.addJob()
	w.fault(simulator.Fault{Method: "GET", Path: jobsPath, Effect: simulator.Answers(200, "application/json", fmt.Sprintf(
		`{"value":[{"id":%q,"templateId":%q,"schedule":{"state":"Disabled"}},{"id":"used","templateId":%q,"schedule":{"state":"Active"}}]}`, job.ID, job.ConnectorID, job.ConnectorID))})
	_, _, found := w.managed().Plan(w.object())
	wants(t, found, exists(w.sp.ID+"/used"))
}

// However the service fails while a connection is made, there is one job in the end or none.
func TestResource_failuresOfCreateLeaveNothingDoubled(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault simulator.Fault
		want  []string // messages
	}{
		"job: connection drops before":  {simulator.Fault{Method: "POST", Path: jobsPath, Effect: simulator.DropsBefore()}, nil},
		"job: connection drops after":   {simulator.Fault{Method: "POST", Path: jobsPath, Effect: simulator.DropsAfter()}, nil},
		"job: 500 before":               {simulator.Fault{Method: "POST", Path: jobsPath, Effect: simulator.Fails(500, "InternalServerError", "Oops.")}, nil},
		"job: 500 before, twice":        {simulator.Fault{Method: "POST", Path: jobsPath, Count: 2, Effect: simulator.Fails(500, "InternalServerError", "Oops.")}, []string{"error: Cannot determine whether the provisioning job was created"}},
		"job: 504 after":                {simulator.Fault{Method: "POST", Path: jobsPath, Effect: simulator.FailsAfter(504, "GatewayTimeout", "")}, nil},
		"job: answer cut in half":       {simulator.Fault{Method: "POST", Path: jobsPath, Effect: simulator.Truncates()}, nil},
		"job: 400":                      {simulator.Fault{Method: "POST", Path: jobsPath, Effect: simulator.Fails(400, "BadRequest", "No.")}, []string{"error: Cannot create the provisioning job"}},
		"job: throttled":                {simulator.Fault{Method: "POST", Path: jobsPath, Effect: simulator.Throttled(90 * time.Second)}, nil},
		"secrets: dropped before":       {simulator.Fault{Method: "PUT", Path: secretsPath, Effect: simulator.DropsBefore()}, nil},
		"secrets: dropped after":        {simulator.Fault{Method: "PUT", Path: secretsPath, Effect: simulator.DropsAfter()}, nil},
		"secrets: 500 after":            {simulator.Fault{Method: "PUT", Path: secretsPath, Effect: simulator.FailsAfter(500, "InternalServerError", "Oops.")}, nil},
		"secrets: throttled until":      {simulator.Fault{Method: "PUT", Path: secretsPath, Effect: simulator.ThrottledUntil(2 * time.Minute)}, nil},
		"secrets: 400":                  {simulator.Fault{Method: "PUT", Path: secretsPath, Effect: simulator.Fails(400, "BadRequest", "No.")}, []string{"error: Cannot store the credentials and settings"}},
		"secrets: 400 after the effect": {simulator.Fault{Method: "PUT", Path: secretsPath, Effect: simulator.FailsAfter(400, "BadRequest", "No.")}, []string{"error: Cannot store the credentials and settings"}},
		"secrets cannot be read":        {simulator.Fault{Method: "GET", Path: secretsPath, Skip: 2, Effect: simulator.Fails(403, "Authorization_RequestDenied", "No.")}, []string{"error: Cannot read the connection's settings"}},
		"test: connection drops":        {simulator.Fault{Method: "POST", Path: validatePath, Effect: simulator.DropsAfter()}, nil},
		"test: 503":                     {simulator.Fault{Method: "POST", Path: validatePath, Effect: simulator.Unavailable(5 * time.Second)}, nil},
		"test: 500 again and again":     {simulator.Fault{Method: "POST", Path: validatePath, Count: 5, Effect: simulator.Fails(500, "InternalError", "Oops.")}, []string{"error: Cannot test the connection"}},
		"new job cannot be read":        {simulator.Fault{Method: "GET", Path: jobPath, Effect: simulator.Fails(403, "Authorization_RequestDenied", "No.")}, []string{"error: Cannot read the new job"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.fault(tt.fault)
			m := w.managed()
			found := m.Apply(w.object())
			wantSummaries(t, found, tt.want...)
			if tt.want != nil {
				if m.Now != nil {
					t.Error("something is in the state")
				}
				w.wantJobs(0)
				if err := w.wantDestroyed(); err != nil {
					t.Error(err)
				}
				clean(t, m.Apply(w.object()))
			}
			w.wantJobs(1)
			w.wantSecrets("UserName", store.AdminUserName, "Password", store.AdminPassword)
			if m.Text("job_id") != w.job().ID {
				t.Errorf("job_id is %s, the job %s", m.Text("job_id"), w.job().ID)
			}
		})
	}
}

func TestResource_saysWhatItUndid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fault(simulator.Fault{Method: "PUT", Path: secretsPath, Effect: simulator.Fails(400, "BadRequest", "No.")})
	m := w.managed()
	wants(t, m.Apply(w.object()), acctest.Diagnostic{Error: true, Summary: "Cannot store the credentials and settings",
		Detail: detail(400, "BadRequest", "No.", "PUT /v1.0/servicePrincipals/"+w.sp.ID+"/synchronization/secrets", synchronizationWrite) +
			"\n\nThe new job was removed again. Nothing remains."})
	// And what it could not undo: the connection is tainted, then.
	w.fault(simulator.Fault{Method: "PUT", Path: secretsPath, Effect: simulator.Fails(400, "BadRequest", "No.")},
		simulator.Fault{Method: "DELETE", Path: jobPath, Effect: simulator.Fails(403, "Authorization_RequestDenied", "No.")})
	wants(t, m.Apply(w.object()), acctest.Diagnostic{Error: true, Summary: "Cannot store the credentials and settings",
		Detail: detail(400, "BadRequest", "No.", "PUT /v1.0/servicePrincipals/"+w.sp.ID+"/synchronization/secrets", synchronizationWrite) +
			"\n\nThe job was created and could not be removed again. Terraform marks the connection as tainted and would replace it. To keep it instead, run " +
			"`terraform untaint` with the address of this resource and apply again."})
	if !m.Tainted {
		t.Fatal("the connection is not tainted")
	}
	w.wantJobs(1)
	// Untainted it is completed.
	m.Tainted = false
	if found := m.Apply(w.object()); len(found.Errors()) > 0 {
		t.Fatal(found)
	}
	w.wantJobs(1)
}

// `-replace` and a tainted connection: Terraform asks for a plan as if nothing were there.
func TestResource_replacesOneOfItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.created()
	before := m.Text("job_id")
	w.changeJob(func(j *store.Job) { j.Status.SteadyStateFirst = store.Epoch })
	m.Tainted = true
	found := m.Apply(w.object())
	wants(t, found[:1], acctest.Diagnostic{Path: "service_principal_id", Summary: "The connection is replaced",
		Detail: "The state contains a connection of this application. Replacing it deletes its job with the attribute mappings, the links to existing accounts, and the history. " +
			"If it is only marked as tainted, `terraform untaint` keeps it. If this plan does not replace it, the apply will refuse to create a second one. " +
			"Accounts that the new one does not match with people in its scope are never disabled. The number of provisioned people is unknown. " +
			"The provider has no credentials for GoTo (its `goto` block), so the accounts there were not counted." + graphdiag.LeftActive})
	if len(found.Errors()) > 0 {
		t.Fatal(found)
	}
	w.wantJobs(1)
	if m.Text("job_id") == before {
		t.Error("it was not replaced")
	}
}

func TestResource_aLostJobThatAppearsLaterIsTakenOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.SetLag(simulator.KindJob, simulator.Lag{For: 10 * time.Minute})
	w.fault(simulator.Fault{Method: "POST", Path: jobsPath, Effect: simulator.DropsAfter()})
	m := w.managed()
	found := m.Apply(w.object())
	wantSummaries(t, found, "error: Cannot determine whether the provisioning job was created")
	const hint = "No job of the connector has appeared. Apply again: a job that appears later without credentials and with default mappings is taken over, and no second one is created."
	if !strings.Contains(found[0].Detail, hint) {
		t.Errorf("the hint is missing:\n%s", found[0].Detail)
	}
	w.Sim.Clock().Advance(10 * time.Minute)
	if found := m.Apply(w.object()); len(found.Errors()) > 0 {
		t.Fatal(found)
	}
	w.wantJobs(1)
	if m.Text("job_id") != w.job().ID {
		t.Errorf("job_id is %s", m.Text("job_id"))
	}
}

func TestResource_waitsForReplication(t *testing.T) {
	t.Parallel()
	for name, lag := range map[string]simulator.Lag{"reads": {Reads: 4}, "time": {For: 50 * time.Second}, "replicas that disagree": {Reads: 5, Flicker: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Sim.SetLag(simulator.KindJob, lag)
			w.Sim.SetLag(simulator.KindSecrets, lag)
			m := w.created()
			w.wantJobs(1)
			w.wantSecrets("Password", store.AdminPassword)
			clean(t, m.Apply(w.object("notification_email", "other@example.com")))
			if got := m.Get("notification_email"); got != "other@example.com" {
				t.Errorf("notification_email is %v", got)
			}
			clean(t, m.Destroy())
			w.wantJobs(0)
		})
	}
}

// What the service accepted and does not show for minutes is no failure.
func TestResource_warnsWhenWhatItStoredDoesNotAppear(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.SetLag(simulator.KindSecrets, simulator.Lag{For: 10 * time.Minute})
	m := w.managed()
	found := m.Apply(w.object())
	wants(t, found, acctest.Diagnostic{Summary: "The stored settings are not visible yet",
		Detail: "The service accepted the credentials and settings but does not show them yet. The next plan reads them again and shows any differences.\n\n" +
			graphdiag.Detail(fmt.Errorf("waiting for the stored settings to be visible, last seen: `Password` is not listed: %w", context.DeadlineExceeded))})
	if m.Now == nil || m.Tainted || m.Get("authorized") != nil || m.Get("notification_email") != "identity-ops@example.com" {
		t.Errorf("state %v", m.Now)
	}
	w.Sim.Clock().Advance(10 * time.Minute)
	w.Sim.SetLag(simulator.KindSecrets, simulator.Lag{})
	if action, _, found := m.Plan(w.object()); action != acctest.NoAction || len(found) > 0 {
		t.Errorf("afterward the plan is %s\n%s", action, found)
	}
	if m.Get("authorized") != true {
		t.Errorf("authorized is %v", m.Get("authorized"))
	}
}

// A service principal that was made moments ago may offer nothing yet.
func TestResource_waitsForTheConnectorOfANewApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fault(simulator.Fault{Method: "GET", Path: templatesPath, Count: 4, Effect: simulator.Answers(200, "application/json", `{"value":[]}`)})
	w.test(resource.TestStep{
		Config: "resource \"gotomeeting_application\" \"this\" {\n  display_name = \"New\"\n}\n" +
			strings.Replace(w.config(withCredentials()...), fmt.Sprintf("%q", w.sp.ID), "gotomeeting_application.this.id", 1),
	})
}

func TestResource_replacesAlsoBehindTheLag(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]bool{"answered": false, "answer lost": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := w.created()
			before := m.Text("job_id")
			w.changeJob(func(j *store.Job) { j.Status.SteadyStateFirst = store.Epoch })
			w.Sim.SetLag(simulator.KindJob, simulator.Lag{Reads: 3, For: 20 * time.Second})
			if lost {
				w.fault(simulator.Fault{Method: "POST", Path: jobsPath, Effect: simulator.DropsAfter()})
			}
			w.listsDeleted(t)
			m.Tainted = true
			if found := m.Apply(w.object()); len(found.Errors()) > 0 {
				t.Fatal(found)
			}
			w.wantJobs(1)
			if got := m.Text("job_id"); got == before || got != w.job().ID {
				t.Errorf("job_id is %s, was %s, the job is %s", got, before, w.job().ID)
			}
		})
	}
}

// listsDeleted makes listings show the present job for a while after it was deleted, as lagging replicas do.
func (w *world) listsDeleted(t *testing.T) {
	t.Helper()
	job := w.job()
	ghost := fmt.Sprintf(`{"value":[{"id":%q,"templateId":%q,"schedule":{"state":"Disabled"},"status":{"steadyStateFirstAchievedTime":"2030-01-01T00:00:00Z"}}]}`, job.ID, job.ConnectorID)
	w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: jobsPath, Count: 4, Effect: simulator.Answers(200, "application/json", ghost)})
}

// A service that does not say which of the two is missing.
func TestResource_tellsAMissingConnectorFromAMissingApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Sim.Faults().Add(simulator.Fault{Method: "GET", Path: templatesPath, Count: -1, Effect: simulator.Fails(404, "Request_ResourceNotFound", "Not there.")})
	_, _, found := w.managed().Plan(w.object())
	wants(t, found, noConnector())
}

func TestResource_addedCredentialsAuthorize(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.managed()
	wantSummaries(t, m.Apply(w.bare()), "warning: The connection has no credentials yet")
	if m.Get("authorized") != false {
		t.Fatalf("authorized is %v", m.Get("authorized"))
	}
	clean(t, m.Apply(w.object()))
	if m.Get("authorized") != true {
		t.Errorf("authorized is %v", m.Get("authorized"))
	}
	w.wantSecrets("Password", store.AdminPassword)
}
