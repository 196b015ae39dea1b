// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// The service has lost the password. As long as nobody sends it, every plan says that the connection cannot sign in; the plan that sends
// it does not, and neither does it refuse to switch provisioning on.
func TestAlarm_isSilentWhereThePlanSendsTheCredentials(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name              string
		enabled, password bool
		want              string // in what is said of the state
		refused           bool
	}{
		{"on, nobody sends it", true, false, "is on and cannot sign in", false},
		{"on, the plan sends it", true, true, "", false},
		{"off, nobody sends it", false, false, "The connection cannot sign in yet", true},
		{"off, the plan sends it", false, true, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			env := acctest.New(t)
			env.WithoutImpact()
			_, sp, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := env.Sim.Store().Assign(sp.ID, store.UserAna, sp.Roles[0].ID, store.AssignOptions{}); err != nil {
				t.Fatal(err)
			}
			w := &lossy{Env: env, t: t, sp: sp}
			connection, state := env.Managed("gotomeeting_provisioning_connection"), env.Managed("gotomeeting_provisioning_state")
			config := w.connectionConfig("identity-ops@example.com")
			if found := connection.Apply(config); found.HasError() {
				t.Fatal(found)
			}
			stateConfig := map[string]any{"connection_id": connection.Text("id"), "enabled": tt.enabled, "allow_default_mappings": true}
			if found := state.Apply(stateConfig); found.HasError() {
				t.Fatal(found)
			}
			if err := env.Sim.Store().PutSecrets(sp.ID, []store.KeyValue{{Key: "Password", Value: ""}}, store.SecretOptions{}); err != nil {
				t.Fatal(err)
			}
			if !tt.password {
				delete(config, "admin_password_wo")
			}
			stateConfig["enabled"] = true

			p := env.Protocol()
			connectionNow, found := p.Read(connection.Now)
			stateNow, more := p.Read(state.Now)
			if found = append(found, more...); found.HasError() {
				t.Fatal(found)
			}
			_, ofConnection := p.Plan("gotomeeting_provisioning_connection", connectionNow, config)
			if told := strings.Contains(ofConnection.String(), "has lost the password"); told == tt.password || ofConnection.HasError() {
				t.Errorf("the connection: %s", ofConnection)
			}
			_, ofState := p.Plan("gotomeeting_provisioning_state", stateNow, stateConfig)
			if ofState.HasError() != tt.refused || tt.want == "" && len(ofState) > 0 || !strings.Contains(ofState.String(), tt.want) {
				t.Errorf("the state: %s", ofState)
			}
			if tt.password {
				q := env.Protocol()
				if _, found := q.Change("gotomeeting_provisioning_connection", connectionNow, config); found.HasError() {
					t.Fatal(found)
				}
				env.Sim.Log().Reset()
				if _, found := q.Change("gotomeeting_provisioning_state", stateNow, stateConfig); found.HasError() {
					t.Fatal(found)
				}
				starts := len(env.Sim.Log().Match("POST", "/servicePrincipals/*/synchronization/jobs/*/start"))
				if want := map[bool]int{true: 0, false: 1}[tt.enabled]; starts != want {
					t.Errorf("%d starts instead of %d", starts, want)
				}
			}
		})
	}
}

// What a plan promised does not count at apply: without the credentials, nothing is started.
func TestAlarm_startsNothingWithoutThePromisedCredentials(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.WithoutImpact()
	_, sp, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		t.Fatal(err)
	}
	w := &lossy{Env: env, t: t, sp: sp}
	connection := env.Managed("gotomeeting_provisioning_connection")
	config := w.connectionConfig("identity-ops@example.com")
	if found := connection.Apply(config); found.HasError() {
		t.Fatal(found)
	}
	if err := env.Sim.Store().PutSecrets(sp.ID, []store.KeyValue{{Key: "Password", Value: ""}}, store.SecretOptions{}); err != nil {
		t.Fatal(err)
	}
	p := env.Protocol()
	now, found := p.Read(connection.Now)
	if found.HasError() {
		t.Fatal(found)
	}
	if _, found := p.Plan("gotomeeting_provisioning_connection", now, config); found.HasError() {
		t.Fatal(found)
	}
	planned, found := p.Plan("gotomeeting_provisioning_state", nil, map[string]any{"connection_id": connection.Text("id"), "enabled": true, "allow_default_mappings": true})
	if found.HasError() {
		t.Fatal(found)
	}
	if _, found := p.Apply(planned); !found.HasError() || !strings.Contains(found.String(), "The connection cannot sign in yet") {
		t.Errorf("got %s", found)
	}
	if starts := env.Sim.Log().Match("POST", "/servicePrincipals/*/synchronization/jobs/*/start"); len(starts) > 0 {
		t.Error("provisioning was started")
	}
}
