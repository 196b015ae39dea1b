// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

type tokenOf struct{ sim *simulator.Server }

func (c tokenOf) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: c.sim.AccessToken(), ExpiresOn: c.sim.Clock().Now().Add(time.Hour)}, nil
}

// tenant is a simulated tenant with a connection, two assigned users, an assigned group and one assigned user who was deleted.
type tenant struct {
	*testing.T
	sim    *simulator.Server
	client *graph.Client
	ref    graph.JobRef
	roleID string
}

func newTenant(t *testing.T) *tenant {
	t.Helper()
	w := &tenant{T: t}
	var err error
	w.sim, err = simulator.New(simulator.Options{})
	w.ok(err)
	t.Cleanup(w.sim.Close)
	w.client, err = graph.New(graph.Options{Endpoint: w.sim.GraphURL(), Credential: tokenOf{w.sim}, HTTPClient: w.sim.Client(), Clock: w.sim.Clock()})
	w.ok(err)
	_, principal, err := w.sim.Store().Instantiate(store.TemplateGoToMeeting, "GoTo", "")
	w.ok(err)
	job, err := w.sim.Store().CreateJob(principal.ID, store.ConnectorGoToMeeting)
	w.ok(err)
	w.ref = graph.JobRef{ServicePrincipalID: principal.ID, JobID: job.ID}
	for _, role := range principal.Roles {
		if role.DisplayName == store.RoleUser {
			w.roleID = role.ID
		}
	}
	for _, id := range []string{store.UserAna, store.UserEva, store.UserLeo, store.GroupMeetings} {
		_, err := w.sim.Store().Assign(principal.ID, id, w.roleID, store.AssignOptions{})
		w.ok(err)
	}
	w.ok(w.sim.Store().DeleteUser(store.UserLeo))
	return w
}

func (w *tenant) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *tenant) survey(setups ...*impact.Setup) *impact.Survey {
	w.Helper()
	s, err := impact.ReadSurvey(w.Context(), w.client, false, setups...)
	w.ok(err)
	s.AccountsRead = true
	for _, a := range w.sim.Store().Accounts() {
		s.Accounts = append(s.Accounts, impact.Account{Key: a.Key, Email: a.Email, Status: "ACTIVE"})
	}
	return s
}

// decided are the decisions about everybody, by user.
func decided(d impact.Decision) map[string]string {
	found := map[string]string{}
	for _, e := range d.Entries {
		found[e.UserID] = string(e.Action) + " " + string(e.Reason)
	}
	return found
}

// What is asked of one survey for today's setup and all proposed ones is what each of them would have been told alone.
func TestReadSurvey_servesSeveralSetups(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	today, err := impact.ReadSetup(t.Context(), w.client, w.ref, store.ConnectorGoToMeeting)
	w.ok(err)
	change := func(change func(*impact.Setup)) *impact.Setup {
		proposed := *today
		proposed.Mapping.Attributes = slices.Clone(today.Mapping.Attributes)
		change(&proposed)
		return &proposed
	}
	setups := []*impact.Setup{
		today,
		change(func(s *impact.Setup) {
			s.Mapping.Filters = []graph.FilterGroup{{Clauses: []graph.FilterClause{{Attribute: "city", Operator: "EQUALS", Values: []string{"Berlin"}}}}}
		}),
		change(func(s *impact.Setup) { s.Assignments = s.Assignments[:1] }),
		change(func(s *impact.Setup) {
			s.Assignments = append(slices.Clone(s.Assignments), graph.Assignment{PrincipalID: store.UserSam, PrincipalType: "User", AppRoleID: w.roleID})
		}),
		change(func(s *impact.Setup) { s.Assignments = nil }),
	}
	everybody := change(func(s *impact.Setup) { s.Scope = impact.ScopeAll })
	w.sim.Log().Reset()
	joint := w.survey(setups...)
	if sent := w.sim.Log().Sent(); len(sent) != 3 { // members, users, recycle bin
		t.Errorf("%d requests: %v", len(sent), sent)
	}
	wider := w.survey(append(setups, everybody)...)
	var answers []map[string]string
	for i, setup := range append(setups, everybody) {
		want := impact.Decide(w.survey(setup), setup)
		answers = append(answers, decided(want))
		for _, survey := range []*impact.Survey{joint, wider} {
			if setup == everybody && survey == joint {
				continue
			}
			got := impact.Decide(survey, setup)
			if diff := cmp.Diff(decided(want), decided(got)); diff != "" || want.Unmatched != got.Unmatched {
				t.Errorf("setup %d: unmatched %d and %d, (-alone +joint):\n%s", i, want.Unmatched, got.Unmatched, diff)
			}
			if diff := cmp.Diff(want.Problems, got.Problems); diff != "" {
				t.Errorf("setup %d: problems (-alone +joint):\n%s", i, diff)
			}
		}
	}
	ana, leo := store.UserAna, store.UserLeo
	if answers[0][ana] != "create no_account" || answers[0][leo] != "skip soft_deleted" || answers[1][store.UserBen] != "skip not_in_scoping_filter" ||
		len(answers[2]) != 1 || answers[3][store.UserSam] != "create no_account" || len(answers[4]) != 0 || len(answers[5]) < 15 || answers[5][leo] != "" {
		t.Errorf("decisions %v", answers)
	}
}

func TestReadSetup_saysWhatCouldNotBeRead(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/servicePrincipals/*/synchronization/jobs/*/schema": "the attribute mappings",
		"/servicePrincipals/*/synchronization/secrets":       "the connection's scope",
		"/servicePrincipals/*/appRoleAssignedTo":             "who is assigned",
		"/groups/*/members":                                  "the members of an assigned group",
		"/directoryObjects/getByIds":                         "the users in scope",
		"/directory/deletedItems/*":                          "the users in scope",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			w := newTenant(t)
			w.sim.Faults().Add(simulator.Fault{Path: path, Count: -1, Effect: simulator.Fails(500, "InternalError", "")})
			setup, err := impact.ReadSetup(t.Context(), w.client, w.ref, store.ConnectorGoToMeeting)
			if err == nil {
				_, err = impact.ReadSurvey(t.Context(), w.client, false, setup)
			}
			var read *impact.ReadError
			if !errors.As(err, &read) || read.What != want {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}
