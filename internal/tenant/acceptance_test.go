// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/tenant"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/workspace"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// TestAcc_lifecycle runs against the tenant that the environment names: see "make testacc".
func TestAcc_lifecycle(t *testing.T) {
	if os.Getenv("TF_ACC") == "" {
		t.Skip("needs a tenant, and TF_ACC=1: see \"make testacc\"")
	}
	environment := map[string]string{}
	for _, entry := range os.Environ() {
		// What is set for a CLI, such as its configuration file, is for a different one than that of the test.
		if name, value, _ := strings.Cut(entry, "="); !strings.HasPrefix(name, "TF_") {
			environment[name] = value
		}
	}
	// An interrupt ends the command that runs; what was made is then removed as after any failure.
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt, syscall.SIGTERM)
	t.Cleanup(stop)
	lifecycle(ctx, t, environment, func(ctx context.Context, d time.Duration) error {
		select {
		case <-time.After(d):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

// The same against the simulator as a program of its own, of which nothing is known but what it prints.
func TestLifecycle_passesAgainstTheSimulatorAsAProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute of CLI runs")
	}
	acctest.RequireCLI(t)
	simulator := build(t)
	for name, test := range map[string]struct {
		flags   []string
		without []string // variables that this tenant does not offer
		steer   [][]string
		other   bool // another stand-in answers: see behindAnother
		command bool // as "make testacc" runs it
		starts  bool
	}{
		"everything": {flags: []string{"-plain-http"}, command: true, starts: true},
		"another sign-in, no logs and errors on the way": {
			flags: []string{"-variant", "generation=authorization", "-variant", "secrets-replace", "-variant", "no-jobs-not-found"}, without: []string{tenant.VariableGallery},
			steer: [][]string{
				{"fault", "add", "GET", "/auditLogs/**", "all", "error", "403", "Authentication_RequestFromNonPremiumTenantOrB2CTenant"},
				{"fault", "add", "GET", "/servicePrincipals/**", "3", "error", "502"},
			},
		},
		"retired connector": {flags: []string{"-variant", "no-template"}, without: []string{tenant.VariablePassword}},
		// What another stand-in may do otherwise, all at once.
		"another stand-in": {
			flags: []string{
				"-variant", "spelling.empty-defaults", "-variant", "spelling.no-parameters", "-variant", "spelling.unnamed-constants", "-variant", "spelling.entra-directory", "-variant", "spelling.lower-case-counts",
				"-variant", "not-found.job=UnknownError/NotFound", "-variant", "not-found.service-principal=ResourceNotFound", "-variant", "errors-when-unconfigured",
				"-variant", "page-size-cap=2", "-variant", "reject-stale-schema", "-variant", "legacy-object-id", "-variant", "no-owners", "-variant", "doubled-targets",
				"-variant", "goto.lower-case-status", "-variant", "goto.no-total", "-variant", "goto.page-size-cap=3", "-variant", "goto.keys=1",
			},
			steer: [][]string{
				{"lag", "servicePrincipal", "2"}, {"lag", "assignment", "2"}, {"lag", "synchronization", "3"}, {"lag", "job", "2"}, {"lag", "secrets", "2"},
				{"fault", "add", "*", "/**/provisionOnDemand", "all", "error", "501", "NotImplemented"},
			},
			other: true, starts: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			environment := simulate(t, simulator, append(test.flags, "-speed", "60")...)
			for _, variable := range test.without {
				delete(environment, variable)
			}
			for _, command := range test.steer {
				ctl(t, simulator, environment, command...)
			}
			before := ctl(t, simulator, environment, "accounts")
			if test.other {
				behindAnother(t, environment)
			}
			if test.command {
				makeTestacc(t, environment)
			} else {
				lifecycle(t.Context(), t, environment, func(context.Context, time.Duration) error { return nil })
			}
			if left := ctl(t, simulator, environment, "ids"); strings.Contains(left, "service_principal=") {
				t.Errorf("an application is left:\n%s", left)
			}
			sent := ctl(t, simulator, environment, "requests", "100000")
			if started := strings.Contains(sent, "/start"); started != test.starts {
				t.Errorf("started: %v, want %v", started, test.starts)
			}
			ctl(t, simulator, environment, "clock", "advance", "24h")
			if after := ctl(t, simulator, environment, "accounts"); !test.starts && after != before {
				t.Errorf("accounts changed although nothing was to start:\n%s", after)
			}
		})
	}
}

// makeTestacc runs the acceptance tests in a process of their own, with the variables that .ci/environment sets.
func makeTestacc(t *testing.T, environment map[string]string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self, "-test.v", "-test.run", "^TestAcc_")
	command.Env = append(os.Environ(), "TF_ACC=1", "TF_CLI_CONFIG_FILE="+os.DevNull)
	for name, value := range environment {
		command.Env = append(command.Env, name+"="+value)
	}
	out, err := command.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestAcc_lifecycle") || strings.Contains(string(out), "--- SKIP") {
		t.Errorf("make testacc: %v\n%s", err, out)
	}
}

// build builds the simulator's program into a folder of the test.
func build(t *testing.T) string {
	t.Helper()
	root, err := workspace.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "simulator")
	if err := workspace.Build(t.Context(), root, "./internal/cmd/simulator", program); err != nil {
		t.Fatal(err)
	}
	return program
}

// simulate runs that program until the test ends and returns the environment of somebody who has such a tenant.
func simulate(t *testing.T, simulator string, flags ...string) map[string]string {
	t.Helper()
	program := exec.Command(simulator, flags...)
	program.Stderr = os.Stderr
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = program.Process.Signal(syscall.SIGTERM)
		if err := program.Wait(); err != nil {
			t.Error(err)
		}
	})
	environment := map[string]string{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		line := lines.Text()
		if assignment, ok := strings.CutPrefix(line, "export "); ok {
			name, value, _ := strings.Cut(assignment, "=")
			environment[name] = strings.Trim(value, "'")
		}
		if strings.HasPrefix(line, "# group:Groups Only") { // the last line
			break
		}
	}
	go func() {
		for lines.Scan() { // so that the program never waits for a reader
		}
	}()
	maps.Copy(environment, map[string]string{
		tenant.VariableTenant: environment["ARM_TENANT_ID"], tenant.VariableConfirm: environment["ARM_TENANT_ID"],
		tenant.VariableLedger: filepath.Join(t.TempDir(), "ledger.json"), tenant.VariableMay: "assign,start",
		tenant.VariablePeople: strings.TrimSpace(ctl(t, simulator, environment, "id", "ana")) + "," + strings.TrimSpace(ctl(t, simulator, environment, "id", "ben")),
		tenant.VariableGroup:  strings.TrimSpace(ctl(t, simulator, environment, "id", "group:Meetings Users")),
		tenant.VariableUser:   "provisioning@example.com", tenant.VariablePassword: environment["TF_VAR_gotomeeting_admin_password"],
	})
	return environment
}

func ctl(t *testing.T, simulator string, environment map[string]string, command ...string) string {
	t.Helper()
	c := exec.CommandContext(context.WithoutCancel(t.Context()), simulator, append([]string{"ctl", "-door", environment["GOTOMEETING_SIMULATOR"]}, command...)...)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", command, err, out)
	}
	return string(out)
}

// object is a piece of a configuration.
type object = map[string]any

// asObject is a value of a state as an object, empty if it is not one.
func asObject(value any) object {
	o, _ := value.(object)
	return o
}

// run is one pass through the life of every object.
type run struct {
	t      *testing.T
	ctx    context.Context
	sleep  func(context.Context, time.Duration) error
	tenant *tenant.Tenant
	cli    *acctest.CLI
	config object // what is in the configuration now
	// password says that the connector takes the credentials.
	password bool
}

// lifecycle makes, plans, changes, imports and destroys every resource and reads every data source, on an application of
// its own. What the tenant does not offer is skipped with the reason.
func lifecycle(ctx context.Context, t *testing.T, environment map[string]string, sleep func(context.Context, time.Duration) error) {
	getenv := func(name string) string { return environment[name] }
	opened, err := tenant.Open(ctx, getenv, sleep)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		// Also when a step failed, was interrupted or panicked.
		if _, err := opened.CleanUp(context.WithoutCancel(ctx)); err != nil {
			t.Errorf("cleaning up: %v", err)
		}
	}()
	if deleted, err := opened.CleanUp(ctx); err != nil || deleted > 0 {
		t.Logf("an earlier run left %d applications: %v", deleted, err)
	}
	name, err := opened.NewName()
	if err != nil {
		t.Fatal(err)
	}
	r := &run{t: t, ctx: ctx, sleep: sleep, tenant: opened, cli: acctest.NewCLI(t, "", environment), config: object{}}
	r.cli.Setenv("TF_VAR_password", opened.Settings.AdminPassword)
	r.variable("password")

	if !r.part("application", func(r *run) { r.application(name) }) {
		return
	}
	if !r.part("connection", (*run).connection) {
		r.part("destroy", (*run).destroy)
		return
	}
	r.part("mappings", (*run).mappings)
	r.part("assignments", (*run).assignments)
	r.part("status and log", (*run).status)
	r.part("accounts", (*run).accounts)
	r.part("preview", (*run).preview)
	r.part("state", (*run).state)
	r.part("destroy", (*run).destroy)
}

// part runs a part as a test of its own and says whether it was done. What it has not got done is not left for the others.
func (r *run) part(name string, do func(*run)) (done bool) {
	outer := r.t
	before, err := json.Marshal(r.config)
	if err != nil {
		outer.Fatal(err)
	}
	outer.Run(name, func(t *testing.T) {
		r.t = t
		do(r)
		done = true
	})
	r.t = outer
	if !done {
		r.config = object{}
		if err := json.Unmarshal(before, &r.config); err != nil {
			outer.Fatal(err)
		}
		r.write()
	}
	return done && !outer.Failed()
}

func (r *run) block(kind, typeName, label string, body object) {
	blocks, _ := r.config[kind].(object)
	if blocks == nil {
		blocks = object{}
		r.config[kind] = blocks
	}
	labels, _ := blocks[typeName].(object)
	if labels == nil {
		labels = object{}
		blocks[typeName] = labels
	}
	if labels[label] = body; body == nil {
		if delete(labels, label); len(labels) == 0 {
			delete(blocks, typeName)
		}
	}
}

func (r *run) variable(name string) {
	r.config["variable"] = object{name: object{"type": "string", "ephemeral": true, "default": ""}}
}

func (r *run) write() {
	raw, err := json.MarshalIndent(r.config, "", "  ")
	if err != nil {
		r.t.Fatal(err)
	}
	r.cli.Write("test.tf.json", string(raw))
}

// terraform runs a command that has to succeed.
func (r *run) terraform(args ...string) string {
	r.t.Helper()
	stdout, stderr, err := r.cli.Try(args...)
	if r.ctx.Err() != nil {
		r.t.Fatal("interrupted")
	}
	if err != nil {
		r.t.Fatalf("terraform %s: %v\n%s\n%s", strings.Join(args, " "), err, stdout, stderr)
	}
	return stdout
}

// apply applies, and then expects nothing to do.
func (r *run) apply() {
	r.t.Helper()
	r.write()
	r.terraform("apply", "-auto-approve", "-no-color", "-input=false")
	stdout, stderr, err := r.cli.Try("plan", "-detailed-exitcode", "-no-color", "-input=false")
	if err != nil {
		r.t.Errorf("a second plan has changes: %v\n%s\n%s", err, stdout, stderr)
	}
}

// eventually refreshes until a data source shows what was done, which a service with several replicas may take a while for.
func (r *run) eventually(what string, shows func() bool) {
	r.t.Helper()
	for range 10 {
		if shows() {
			return
		}
		if err := r.sleep(r.ctx, 6*time.Second); err != nil {
			r.t.Fatal(err)
		}
		r.terraform("apply", "-refresh-only", "-auto-approve", "-no-color", "-input=false")
	}
	if !shows() {
		r.t.Error(what)
	}
}

// values are the attributes of an object in the state.
func (r *run) values(address string) object {
	r.t.Helper()
	var state struct {
		Values struct {
			RootModule struct {
				Resources []struct {
					Address string
					Values  object
				}
			} `json:"root_module"`
		}
	}
	if err := json.Unmarshal([]byte(r.terraform("show", "-json")), &state); err != nil {
		r.t.Fatal(err)
	}
	for _, resource := range state.Values.RootModule.Resources {
		if resource.Address == address {
			return resource.Values
		}
	}
	r.t.Fatalf("%s is not in the state", address)
	return nil
}

func (r *run) text(address, attribute string) string {
	r.t.Helper()
	text, _ := r.values(address)[attribute].(string)
	return text
}

// imports takes an object out of the state and in again, after which there has to be nothing to do, apart from what cannot be
// read.
func (r *run) imports(address, id string, unreadable bool) {
	r.t.Helper()
	r.terraform("state", "rm", address)
	r.terraform("import", "-no-color", "-input=false", address, id)
	plan := r.terraform("plan", "-no-color", "-input=false")
	if !unreadable && !strings.Contains(plan, "No changes.") || strings.Contains(plan, "must be replaced") || strings.Contains(plan, "will be destroyed") {
		r.t.Errorf("after the import of %s:\n%s", address, plan)
	}
	if unreadable {
		r.apply()
	}
}

const (
	applicationAddress = "gotomeeting_application.test"
	connectionAddress  = "gotomeeting_provisioning_connection.test"
	principalReference = "${gotomeeting_application.test.service_principal_id}"
	connectionID       = "${gotomeeting_provisioning_connection.test.id}"
)

func (r *run) application(name string) {
	r.block("resource", "gotomeeting_application", "test", object{"display_name": name, "gallery_name": r.tenant.Settings.GalleryName})
	r.block("data", "gotomeeting_application", "test", object{"service_principal_id": principalReference})
	r.write()
	if _, stderr, err := r.cli.Try("apply", "-auto-approve", "-no-color", "-input=false"); err != nil && strings.Contains(stderr, "The gallery application cannot provision accounts") {
		r.t.Skip("the service offers no synchronization template for this application: the connector is retired here")
	}
	r.apply()
	if err := r.tenant.Note(name, r.text(applicationAddress, "application_object_id"), r.text(applicationAddress, "service_principal_id")); err != nil {
		r.t.Fatal(err)
	}
	r.eventually("the data source did not find the application", func() bool {
		return r.text("data.gotomeeting_application.test", "display_name") == name
	})
	r.imports(applicationAddress, r.text(applicationAddress, "id"), false)
}

func (r *run) connection() {
	answer, err := r.tenant.Await(r.ctx, "/servicePrincipals/"+r.text(applicationAddress, "service_principal_id")+"/synchronization/templates", func(a tenant.Answer) bool {
		return len(a.List()) > 0
	})
	if err != nil {
		r.t.Fatal(err)
	}
	if len(answer.List()) == 0 {
		r.t.Skip("the service offers no synchronization template for this application: the connector is retired here")
	}
	if why := r.hidesSettings(); why != "" {
		r.t.Skip(why)
	}
	r.password = r.tenant.Settings.HasCredentials()
	if way := tenant.SignIn(answer.List()[0]); r.password && way != tenant.Password {
		r.t.Logf("no credentials are stored: the connector does not sign in by %s but by %s", tenant.Password, way)
		r.password = false
	}
	body := object{"service_principal_id": principalReference, "scope": "assigned", "prevent_accidental_deletions": true, "accidental_deletion_threshold": 1}
	if r.password {
		maps.Copy(body, object{"admin_username": r.tenant.Settings.AdminUser, "admin_password_wo": "${var.password}", "admin_password_wo_version": "1"})
		if said := r.offers(http.MethodPost, "/servicePrincipals/"+r.text(applicationAddress, "service_principal_id")+"/synchronization/jobs/validateCredentials",
			object{"templateId": answer.List()[0]["id"], "useSavedCredentials": true, "credentials": []any{}}); said != "" {
			r.t.Logf("the credentials are not tested: the service does not offer that: %s", said)
			body["test_connection"] = false
		}
	}
	r.block("resource", "gotomeeting_provisioning_connection", "test", body)
	r.apply()
	if r.password {
		if authorized, _ := r.values(connectionAddress)["authorized"].(bool); !authorized {
			r.t.Error("the credentials were not stored")
		}
	}
	body["skip_out_of_scope_deletions"] = true
	r.apply()
	delete(body, "skip_out_of_scope_deletions")
	r.apply()
	r.imports(connectionAddress, r.text(connectionAddress, "id"), r.password)
}

// hidesSettings says why the settings of a connection cannot be managed, "" if they can: the service has to list them. Where it
// may only have none yet, one is written into the own application.
func (r *run) hidesSettings() string {
	path := "/servicePrincipals/" + r.text(applicationAddress, "service_principal_id") + "/synchronization/secrets"
	answer, err := r.tenant.Do(r.ctx, http.MethodGet, path, nil)
	if err == nil && !answer.OK() && !answer.Absent() {
		if answer, err = r.tenant.Do(r.ctx, http.MethodPut, path, object{"value": []any{object{"key": "SyncAll", "value": "false"}}}); err == nil {
			answer, err = r.tenant.Await(r.ctx, path, func(a tenant.Answer) bool { return len(a.List()) > 0 })
		}
	}
	if err != nil {
		r.t.Fatal(err)
	}
	if answer.OK() {
		return ""
	}
	return "the service does not list what is stored for a connection: " + answer.Said()
}

// offers asks for an operation that changes nothing, and returns what is said where the service does without it, else "".
func (r *run) offers(method, path string, body any) string {
	r.t.Helper()
	answer, err := r.tenant.Do(r.ctx, method, path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	if answer.Absent() || answer.Status == http.StatusNotFound {
		return answer.Said()
	}
	return ""
}

// plainText are attributes of the directory that any function of text takes.
var plainText = []string{"city", "companyName", "country", "department", "displayName", "givenName", "jobTitle", "surname"}

func (r *run) mappings() {
	r.block("data", "gotomeeting_attribute_mappings", "test", object{"connection_id": connectionID})
	r.apply()
	found, _ := r.values("data.gotomeeting_attribute_mappings.test")["mappings"].(object)
	if len(found) == 0 {
		r.t.Skip("the connector maps no attribute by default")
	}
	mappings := object{}
	changed := ""
	for _, target := range slices.Sorted(maps.Keys(found)) {
		kept := object{}
		for name, value := range asObject(found[target]) {
			if value != nil {
				kept[name] = value
			}
		}
		mappings[target] = kept
		if source, _ := kept["source_attribute"].(string); slices.Contains(plainText, source) && kept["matching_priority"] == nil && changed == "" {
			changed = target
		}
	}
	body := object{"connection_id": connectionID, "mappings": mappings}
	r.block("resource", "gotomeeting_attribute_mappings", "test", body)
	r.apply()
	if said := r.offers(http.MethodPost, "/servicePrincipals/"+r.text(applicationAddress, "service_principal_id")+"/synchronization/jobs/"+
		url.PathEscape(r.text(connectionAddress, "job_id"))+"/schema/parseExpression", object{"expression": "[mail]"}); said != "" {
		r.t.Logf("no expression is written: the service does not parse any: %s", said)
		changed = ""
	}
	if changed != "" {
		entry := asObject(mappings[changed])
		source := entry["source_attribute"]
		delete(entry, "source_attribute")
		entry["expression"] = fmt.Sprintf("Trim([%s])", source)
		r.apply()
		delete(entry, "expression")
		entry["source_attribute"] = source
		r.apply()
	}
	const address = "gotomeeting_attribute_mappings.test"
	r.imports(address, r.text(address, "id"), false)
}

func (r *run) assignments() {
	settings := r.tenant.Settings
	if !settings.Allows(tenant.MayAssign) {
		r.t.Skip(tenant.VariableMay + " does not allow to assign")
	}
	if len(settings.People) == 0 {
		r.t.Skip("there are no test people: " + tenant.VariablePeople)
	}
	role := r.role()
	if role == "" {
		r.t.Skip("the application declares no role for people that provisions")
	}
	single := object{"service_principal_id": principalReference, "principal_id": settings.People[0], "role": role}
	r.block("resource", "gotomeeting_user_role_assignment", "person", single)
	const address = "gotomeeting_user_role_assignment.person"
	if settings.Group != "" {
		r.block("resource", "gotomeeting_user_role_assignment", "group", object{"service_principal_id": principalReference, "principal_id": settings.Group, "role": role})
	}
	r.apply()
	r.imports(address, r.text(address, "id"), false)
	// Nobody but the test people may be assigned when something starts.
	r.block("resource", "gotomeeting_user_role_assignment", "group", nil)
	r.block("resource", "gotomeeting_user_role_assignment", "person", nil)
	r.apply()
	if _, err := r.tenant.Await(r.ctx, "/servicePrincipals/"+r.text(applicationAddress, "service_principal_id")+"/appRoleAssignedTo", func(a tenant.Answer) bool {
		return a.OK() && len(a.List()) == 0
	}); err != nil {
		r.t.Fatal(err)
	}
	all := object{}
	for _, person := range settings.People {
		all[person] = role
	}
	r.block("resource", "gotomeeting_user_role_assignments_exclusive", "test", object{"service_principal_id": principalReference, "assignments": all})
	r.apply()
	r.imports("gotomeeting_user_role_assignments_exclusive.test", r.text("gotomeeting_user_role_assignments_exclusive.test", "id"), false)
	r.block("data", "gotomeeting_user_role_assignments", "test", object{"service_principal_id": principalReference})
	r.apply()
	r.eventually("the data source does not list the test people alone", func() bool {
		return len(asObject(r.values("data.gotomeeting_user_role_assignments.test")["roles_by_principal"])) == len(settings.People)
	})
}

// role is a role that provisions, by its display name.
func (r *run) role() string {
	roles, _ := r.values(applicationAddress)["app_roles"].([]any)
	found := ""
	for _, entry := range roles {
		role := asObject(entry)
		provisions, _ := role["can_provision"].(bool)
		kinds := fmt.Sprint(role["allowed_member_types"])
		name, _ := role["display_name"].(string)
		if provisions && strings.Contains(kinds, "User") && (found == "" || strings.EqualFold(name, "User")) {
			found = name
		}
	}
	return found
}

func (r *run) status() {
	r.block("data", "gotomeeting_sync_status", "test", object{"connection_id": connectionID})
	// Its log is a matter of the tenant's licenses, and of a permission of its own.
	filter := "?$filter=" + url.PathEscape("jobId eq '"+r.text(connectionAddress, "job_id")+"'") + "&$orderby=" + url.PathEscape("activityDateTime desc") + "&$top=1"
	if answer, err := r.tenant.Do(r.ctx, http.MethodGet, "/auditLogs/provisioning"+filter, nil); err != nil || !answer.OK() {
		r.t.Logf("the provisioning logs are left out: %s %v", answer.Said(), err)
	} else {
		r.block("data", "gotomeeting_provisioning_logs", "test", object{"connection_id": connectionID, "limit": 5})
	}
	r.apply()
	if state := r.text("data.gotomeeting_sync_status.test", "state"); state == "" {
		r.t.Error("there is no state")
	}
}

func (r *run) accounts() {
	if !r.cli.Has("GOTO_CLIENT_ID") {
		r.t.Skip("there are no credentials for GoTo's Admin API (GOTO_CLIENT_ID)")
	}
	// Only the test people's accounts, and of them what the state then forgets again.
	r.block("data", "gotomeeting_accounts", "test", object{"emails": []string{}})
	r.apply()
	r.block("data", "gotomeeting_accounts", "test", nil)
	r.apply()
}

func (r *run) preview() {
	r.block("data", "gotomeeting_provisioning_preview", "test", object{"connection_id": connectionID})
	r.apply()
	counts, _ := r.values("data.gotomeeting_provisioning_preview.test")["counts"].(object)
	if scope, _ := counts["in_scope"].(float64); int(scope) > tenant.MostPeople {
		r.t.Errorf("%v people are in scope", scope)
	}
	r.onDemand()
	r.block("data", "gotomeeting_provisioning_preview", "test", nil)
	r.apply()
}

// onDemand provisions one test person at once, where that is allowed, and holds what happened against what the preview said,
// attribute by attribute.
func (r *run) onDemand() {
	principal := r.text(applicationAddress, "service_principal_id")
	if err := r.tenant.Refusal(r.ctx, principal); err != nil {
		r.t.Logf("nobody is provisioned on demand: %v", err)
		return
	}
	person := r.tenant.Settings.People[0]
	r.block("data", "gotomeeting_provisioning_preview", "test", object{"connection_id": connectionID, "detail": "people"})
	r.apply()
	preview := r.values("data.gotomeeting_provisioning_preview.test")
	predicted := map[string]string{}
	people, _ := preview["people"].([]any)
	entries, _ := preview["entries"].([]any)
	for i, e := range entries {
		if strings.EqualFold(fmt.Sprint(asObject(e)["principal_id"]), person) && i < len(people) {
			changes, _ := asObject(people[i])["changes"].([]any)
			for _, c := range changes {
				predicted[fmt.Sprint(asObject(c)["target_attribute"])] = fmt.Sprint(asObject(c)["planned"])
			}
		}
	}
	done, err := r.tenant.OnDemand(r.ctx, principal, r.text(connectionAddress, "job_id"), person)
	if _, is := errors.AsType[tenant.Reason](err); is {
		r.t.Logf("nobody is provisioned on demand: %v", err)
		return
	}
	if err != nil {
		r.t.Fatal(err)
	}
	for name, value := range predicted {
		if written, ok := done[name]; ok && !strings.EqualFold(written, value) {
			r.t.Errorf("%s: another value was written than the preview predicted", name) // values are personal
		} else if !ok {
			r.t.Logf("%s: predicted, and not reported as written", name)
		}
	}
	if !r.t.Failed() && len(done) > 0 {
		if err := r.tenant.NotePreview(time.Now()); err != nil {
			r.t.Error(err)
		}
	}
	r.t.Logf("preview: predicted %d attributes; provisioning on demand reported %d", len(predicted), len(done))
}

func (r *run) state() {
	body := object{"connection_id": connectionID, "enabled": false, "allow_default_mappings": true}
	r.block("resource", "gotomeeting_provisioning_state", "test", body)
	r.apply()
	const address = "gotomeeting_provisioning_state.test"
	r.imports(address, r.text(address, "id"), true)
	if err := r.tenant.Refusal(r.ctx, r.text(applicationAddress, "service_principal_id")); err != nil {
		r.t.Skipf("provisioning is not started: %v", err)
	}
	body["enabled"] = true
	r.apply()
	r.eventually("provisioning is on, and its status says off", func() bool { return r.text("data.gotomeeting_sync_status.test", "state") != "off" })
	body["enabled"] = false
	r.apply()
}

func (r *run) destroy() { r.terraform("destroy", "-auto-approve", "-no-color", "-input=false") }
