// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// storedConnection makes a connection as the portal would, with the given administrator.
func storedConnection(t *testing.T, env *acctest.Env, userName, password string) (servicePrincipalID, jobID string) {
	t.Helper()
	world := env.Sim.Store()
	_, sp, err := world.Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		t.Fatal(err)
	}
	job, err := world.CreateJob(sp.ID, store.ConnectorGoToMeeting)
	if err != nil {
		t.Fatal(err)
	}
	secrets := []store.KeyValue{{Key: "UserName", Value: userName}, {Key: "Password", Value: password}, {Key: "SyncAll", Value: "false"}}
	if err := world.PutSecrets(sp.ID, secrets, store.SecretOptions{}); err != nil {
		t.Fatal(err)
	}
	return sp.ID, job.ID
}

func TestTestAction_saysHowTheServiceFared(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, userName, password string
		wantProgress             []string
		wantError                []string
	}{
		{
			name: "right credentials", userName: store.AdminUserName, password: store.AdminPassword,
			wantProgress: []string{"Testing the connection with the stored credentials; the service may take a minute.", "The service signed in to the target with the stored credentials."},
		},
		{
			name: "wrong password", userName: store.AdminUserName, password: "wrong-password-1",
			wantProgress: []string{"Testing the connection with the stored credentials; the service may take a minute."},
			wantError:    []string{"The connection test failed", "The service said:", "team administrator rights"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			sp, job := storedConnection(t, env, test.userName, test.password)
			progress, diagnostics := env.Protocol().Invoke("gotomeeting_test_connection", map[string]any{"connection_id": sp + "/" + job})
			if diff := cmp.Diff(test.wantProgress, progress); diff != "" {
				t.Errorf("progress (-want +got):\n%s", diff)
			}
			text := diagnostics.String()
			if diagnostics.HasError() != (test.wantError != nil) {
				t.Errorf("diagnostics: %s", text)
			}
			for _, want := range test.wantError {
				if !strings.Contains(text, want) {
					t.Errorf("the error does not say %q:\n%s", want, text)
				}
			}
			if strings.Contains(text, test.password) {
				t.Error("the password is in the error")
			}
			if writes := env.Sim.Log().Match("PUT", "**"); len(writes) > 0 {
				t.Errorf("the test wrote something: %v", acctest.Lines(writes))
			}
		})
	}
}

func TestOnDemandAction_provisionsPeopleAndReportsEach(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	sp, job := storedConnection(t, env, store.AdminUserName, store.AdminPassword)
	role := ""
	principal, err := env.Sim.Store().ServicePrincipal(sp)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range principal.Roles {
		if r.DisplayName == "User" {
			role = r.ID
		}
	}
	if _, err := env.Sim.Store().Assign(sp, store.UserAna, role, store.AssignOptions{}); err != nil {
		t.Fatal(err)
	}
	progress, diagnostics := env.Protocol().Invoke("gotomeeting_provision_on_demand", map[string]any{
		"connection_id": sp + "/" + job, "user_ids": []any{store.UserAna, store.UserBen}})
	if len(progress) != 2 {
		t.Fatalf("progress %q, diagnostics %s", progress, diagnostics)
	}
	if want := "1 of 2: " + store.UserAna + ": Success"; !strings.HasPrefix(progress[0], want) {
		t.Errorf("first message %q does not begin with %q", progress[0], want)
	}
	if want := "2 of 2: " + store.UserBen + ": Skipped"; !strings.HasPrefix(progress[1], want) {
		t.Errorf("second message %q does not begin with %q: Ben is not assigned", progress[1], want)
	}
	if diagnostics.HasError() {
		t.Errorf("a skip is no failure: %s", diagnostics)
	}
	ana, err := env.Sim.Store().User(store.UserAna)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := env.Sim.Store().AccountByEmail(ana.UserPrincipalName); err != nil {
		t.Errorf("Ana has no account: %v", err)
	}
}

// A lost answer is requested again, since provisioning twice does no more than once; what stays open is said to be.
func TestOnDemandAction_lostAnswers(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		for lost := 1; lost <= 2; lost++ {
			env := acctest.New(t)
			sp, job := storedConnection(t, env, store.AdminUserName, store.AdminPassword)
			env.Sim.Faults().Add(simulator.Fault{Method: "POST", Path: "/**/provisionOnDemand", Count: lost, Effect: simulator.Interrupts(after, func() {})})
			progress, found := env.Protocol().Invoke("gotomeeting_provision_on_demand", map[string]any{"connection_id": sp + "/" + job, "user_ids": []any{store.UserAna}})
			if lost == 1 && (found.HasError() || len(progress) != 1) {
				t.Errorf("after %t: %q, %s", after, progress, found)
			}
			if lost == 2 && !strings.Contains(found.String(), "It is unknown whether it was carried out") {
				t.Errorf("after %t: %s", after, found)
			}
		}
	}
}

func TestOnDemandAction_refusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	sp, job := storedConnection(t, env, store.AdminUserName, store.AdminPassword)
	p := env.Protocol()
	for _, test := range []struct {
		name   string
		config map[string]any
		want   string
	}{
		{"neither people nor group", map[string]any{}, "Exactly one of these attributes must be configured"},
		{"both", map[string]any{"user_ids": []any{store.UserAna}, "group_id": store.GroupMeetings}, "Exactly one of these attributes must be configured"},
		{"name for an id", map[string]any{"user_ids": []any{"ana@corp.example"}}, "is not a GUID"},
		{"no such group", map[string]any{"group_id": "d0000000-0000-4000-8000-00000000ffff"}, "No such group"},
		{"group without people", map[string]any{"group_id": store.GroupOnlyNest}, "The group has no people"},
	} {
		test.config["connection_id"] = sp + "/" + job
		if _, diagnostics := p.Invoke("gotomeeting_provision_on_demand", test.config); !strings.Contains(diagnostics.String(), test.want) {
			t.Errorf("%s: %q is not in: %s", test.name, test.want, diagnostics)
		}
	}
}

// Terraform from 1.16 on checks ephemeral values and then leaves them out of what it passes to `-invoke`. The stored credentials
// are not tested in their place.
func TestTestAction_saysThatCredentialsWereLeftOut(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	sp, job := storedConnection(t, env, store.AdminUserName, store.AdminPassword)
	for attribute, config := range map[string]map[string]any{
		"admin_password": {"admin_username": store.AdminUserName},
		"credentials":    {"credentials": map[string]any{"BaseAddress": "https://goto.example", "SecretToken": nil}},
	} {
		config["connection_id"] = sp + "/" + job
		progress, found := env.Protocol().InvokeUnchecked("gotomeeting_test_connection", config)
		if len(progress) > 0 || !strings.Contains(found.String(), "The credentials to test were omitted") || !strings.Contains(found.String(), "`"+attribute+"`") {
			t.Errorf("%s: %v, %v", attribute, progress, found)
		}
	}
	if tests := env.Sim.Log().Match("POST", "**/validateCredentials"); len(tests) > 0 {
		t.Errorf("%d tests", len(tests))
	}
}

// Actions have no state, but a saved plan would hold what is not write-only.
func TestTestAction_takesSecretsWriteOnly(t *testing.T) {
	t.Parallel()
	schemas, err := acctest.New(t).Protocol().Server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, attribute := range schemas.ActionSchemas["gotomeeting_test_connection"].Schema.Block.Attributes {
		got[attribute.Name] = attribute.WriteOnly
	}
	if diff := cmp.Diff(map[string]bool{"connection_id": false, "admin_username": false, "admin_password": true, "credentials": true, "timeouts": false}, got); diff != "" {
		t.Errorf("write-only (-want +got):\n%s", diff)
	}
}

// Under a retired connector, and without a job, each action says what is the matter.
func TestActions_sayWhyThereIsNoConnection(t *testing.T) {
	t.Parallel()
	for want, happens := range map[string]func(env *acctest.Env, sp, job string) error{
		"The connector is retired": func(env *acctest.Env, _, _ string) error {
			return env.Sim.Store().UpdateConnector(store.ConnectorGoToMeeting, func(c *store.Connector) { c.Retired = true })
		},
		"The connection does not exist": func(env *acctest.Env, sp, job string) error { return env.Sim.Store().DeleteJob(sp, job) },
	} {
		env := acctest.New(t)
		sp, job := storedConnection(t, env, store.AdminUserName, store.AdminPassword)
		if err := happens(env, sp, job); err != nil {
			t.Fatal(err)
		}
		for name, config := range map[string]map[string]any{
			"gotomeeting_test_connection": {}, "gotomeeting_provision_on_demand": {"user_ids": []any{store.UserAna}}, "gotomeeting_restart_provisioning": {},
		} {
			config["connection_id"] = sp + "/" + job
			if _, found := env.Protocol().Invoke(name, config); len(found) != 1 || found[0].Path != "connection_id" || !strings.HasPrefix(found[0].Summary, want) {
				t.Errorf("%s: %s, want %s", name, found, want)
			}
		}
	}
}
