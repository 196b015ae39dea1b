// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

// Every fault of the simulator, on a read, an idempotent write and a write that must not be repeated: how often the
// service was asked, how long was waited, and what the caller learns.
func TestClient_survivesFaults(t *testing.T) {
	const (
		read = iota
		write
		create
	)
	type result struct {
		Requests  int
		Failed    bool
		Status    int
		Ambiguous bool
		Done      bool // whether what was to be written is there
	}
	ok := func(requests int) result { return result{Requests: requests, Done: true} }
	for _, test := range []struct {
		name   string
		effect simulator.Effect
		want   [3]result // read, write, create
		waited [3]time.Duration
	}{
		{"nothing", simulator.Delays(0), [3]result{ok(1), ok(1), ok(1)}, [3]time.Duration{}},
		{
			"throttled", simulator.Throttled(30 * time.Second),
			[3]result{ok(2), ok(2), ok(2)}, [3]time.Duration{30 * time.Second, 30 * time.Second, 30 * time.Second},
		},
		{
			"throttled for long, with a date", simulator.ThrottledUntil(10 * time.Minute),
			[3]result{ok(2), ok(2), ok(2)}, [3]time.Duration{10 * time.Minute, 10 * time.Minute, 10 * time.Minute},
		},
		{
			"throttled without a time", simulator.ThrottledBare(),
			[3]result{ok(2), ok(2), ok(2)}, [3]time.Duration{time.Second, time.Second, time.Second},
		},
		{
			"unavailable", simulator.Unavailable(45 * time.Second),
			[3]result{ok(2), ok(2), ok(2)}, [3]time.Duration{45 * time.Second, 45 * time.Second, 45 * time.Second},
		},
		{
			"failing before the effect", simulator.Fails(http.StatusInternalServerError, "InternalError", "broken"),
			[3]result{ok(2), ok(2), {Requests: 1, Failed: true, Status: 500, Ambiguous: true}}, [3]time.Duration{time.Second / 2, time.Second / 2},
		},
		{
			"failing after the effect", simulator.FailsAfter(http.StatusBadGateway, "UnknownError", ""),
			[3]result{ok(2), ok(2), {Requests: 1, Failed: true, Status: 502, Ambiguous: true, Done: true}}, [3]time.Duration{time.Second / 2, time.Second / 2},
		},
		{
			"dropped before the effect", simulator.DropsBefore(),
			[3]result{ok(2), ok(2), {Requests: 1, Failed: true, Ambiguous: true}}, [3]time.Duration{time.Second / 2, time.Second / 2},
		},
		{
			"dropped after the effect", simulator.DropsAfter(),
			[3]result{ok(2), ok(2), {Requests: 1, Failed: true, Ambiguous: true, Done: true}}, [3]time.Duration{time.Second / 2, time.Second / 2},
		},
		{
			"a page with an error", simulator.AnswersHTML(http.StatusGatewayTimeout),
			[3]result{ok(2), ok(2), {Requests: 1, Failed: true, Status: 504, Ambiguous: true}}, [3]time.Duration{time.Second / 2, time.Second / 2},
		},
		{
			"a page instead of the answer", simulator.AnswersHTML(http.StatusOK),
			[3]result{ok(2), ok(2), {Requests: 1, Failed: true, Status: 200, Ambiguous: true}}, [3]time.Duration{time.Second / 2, time.Second / 2},
		},
		{
			"an answer without a body", simulator.AnswersNothing(http.StatusBadGateway),
			[3]result{ok(2), ok(2), {Requests: 1, Failed: true, Status: 502, Ambiguous: true}}, [3]time.Duration{time.Second / 2, time.Second / 2},
		},
		{
			"half an answer", simulator.Truncates(),
			[3]result{ok(2), ok(1), {Requests: 1, Failed: true, Status: 200, Ambiguous: true, Done: true}}, [3]time.Duration{time.Second / 2},
		},
		{
			"a refusal", simulator.Fails(http.StatusBadRequest, "BadRequest", "no"),
			[3]result{{Requests: 1, Failed: true, Status: 400, Done: true}, {Requests: 1, Failed: true, Status: 400}, {Requests: 1, Failed: true, Status: 400}}, [3]time.Duration{},
		},
		{
			"a claims challenge", simulator.ClaimsChallenge(`{"access_token":{"nbf":{"essential":true,"value":"1"}}}`),
			[3]result{ok(2), ok(2), ok(2)}, [3]time.Duration{},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			n := newTenant(t)
			principal, ref := n.connection(t)
			_, other := n.application(t)
			template := strings.SplitN(ref.JobID, ".", 2)[0]
			synchronization := "/servicePrincipals/*/synchronization/"
			for kind, step := range []struct {
				fault simulator.Fault
				do    func() error
				done  func() bool
			}{
				read: {
					simulator.Fault{Method: "GET", Path: synchronization + "jobs/*"},
					func() error {
						job, err := n.GetJob(t.Context(), ref)
						if err == nil && job.ID != ref.JobID {
							return errors.New("not the job")
						}
						return err
					},
					func() bool { return true },
				},
				write: {
					simulator.Fault{Method: "PUT", Path: synchronization + "secrets"},
					func() error {
						return n.PutSecrets(t.Context(), principal.ID, []graph.KeyValue{{Key: "SyncAll", Value: "true"}})
					},
					func() bool {
						secrets, err := n.GetSecrets(t.Context(), principal.ID)
						return err == nil && slices.Contains(secrets, graph.KeyValue{Key: "SyncAll", Value: "true"})
					},
				},
				create: {
					simulator.Fault{Method: "POST", Path: synchronization + "jobs"},
					func() error { _, err := n.CreateJob(t.Context(), other.ID, template); return err },
					func() bool {
						jobs, err := n.ListJobs(t.Context(), other.ID)
						return err == nil && len(jobs) == 1
					},
				},
			} {
				step.fault.Effect = test.effect
				n.sim.Faults().Add(step.fault)
				n.sent()
				began := n.sim.Clock().Now()
				err := step.do()
				waited := n.sim.Clock().Now().Sub(began)
				got := result{Requests: len(n.sent()), Failed: err != nil, Ambiguous: graph.IsAmbiguous(err)}
				if e, ok := errors.AsType[*graph.Error](err); ok {
					got.Status = e.StatusCode
				}
				got.Done = step.done()
				if diff := cmp.Diff(test.want[kind], got); diff != "" {
					t.Errorf("%s %s: %v (-want +got):\n%s", step.fault.Method, step.fault.Path, err, diff)
				}
				// Pauses of our own vary by a fifth.
				if want := test.waited[kind]; waited < want*4/5 || waited > want*6/5 {
					t.Errorf("%s %s: waited %s, want %s", step.fault.Method, step.fault.Path, waited, want)
				}
				if pending := n.sim.Faults().Pending(); len(pending) != 0 {
					t.Errorf("faults that never struck: %+v", pending)
				}
			}
			if log := n.log.String(); strings.Contains(log, adminPassword) || strings.Contains(log, n.sim.ClientSecret()) || strings.Contains(log, "eyJ") {
				t.Errorf("a secret is in the log: %s", log)
			}
		})
	}
}

func TestClient_reportsAMissingPermissionAtOnce(t *testing.T) {
	n := newTenant(t)
	principal, ref := n.connection(t)
	n.sim.SetPermissions("Application.Read.All")
	n.sent()
	for _, test := range []struct {
		name   string
		call   func() error
		status int
	}{
		{"job", func() error { _, err := n.GetJob(t.Context(), ref); return err }, 401},
		{"secrets", func() error { _, err := n.GetSecrets(t.Context(), principal.ID); return err }, 401},
		{"start", func() error { return n.StartJob(t.Context(), ref) }, 401},
		{"assign", func() error {
			_, err := n.CreateAssignment(t.Context(), principal.ID, userAna, principal.ID)
			return err
		}, 403},
		{"user", func() error { _, err := n.GetUser(t.Context(), userAna); return err }, 403},
	} {
		err := test.call()
		e, ok := errors.AsType[*graph.Error](err)
		if !ok || e.StatusCode != test.status || !graph.IsPermissionDenied(err) || graph.IsAmbiguous(err) {
			t.Errorf("%s: %v", test.name, err)
		}
		if requests := n.sent(); len(requests) != 1 {
			t.Errorf("%s: requests %v", test.name, requests)
		}
	}
	// A token that has been in use for a while may be older than a grant, so it is renewed, once.
	n.sim.Clock().Advance(10 * time.Minute)
	if _, err := n.GetJob(t.Context(), ref); !graph.IsPermissionDenied(err) {
		t.Errorf("error %v", err)
	}
	if requests := n.sent(); len(requests) != 2 {
		t.Errorf("requests %v", requests)
	}
}

func TestClient_renewsItsToken(t *testing.T) {
	n := newTenant(t)
	_, ref := n.connection(t)
	tokens := func() int { return len(n.sim.Log().Match("POST", "/*/oauth2/v2.0/token")) }
	if got := tokens(); got != 1 {
		t.Errorf("%d tokens so far", got)
	}
	if all := n.sim.Log().Match("GET", "**/openid-configuration"); len(all) != 0 {
		t.Errorf("asked for %s", all[0].Path)
	}
	for range 3 {
		n.sim.Clock().Advance(56 * time.Minute)
		if _, err := n.GetJob(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
	}
	if got := tokens(); got != 4 {
		t.Errorf("%d tokens in three hours", got)
	}
	n.sim.Faults().Add(simulator.Fault{Path: "/servicePrincipals/**", Effect: simulator.Fails(http.StatusUnauthorized, "InvalidAuthenticationToken", "revoked")})
	if _, err := n.GetJob(t.Context(), ref); err != nil {
		t.Error(err)
	}
	if got := tokens(); got != 5 {
		t.Errorf("%d tokens after one was revoked", got)
	}
}

func TestClient_claimsChallengeForEver(t *testing.T) {
	n := newTenant(t)
	_, ref := n.connection(t)
	const claims = `{"access_token":{"nbf":{"essential":true,"value":"1"}}}`
	n.sim.Faults().Add(simulator.Fault{Path: "/servicePrincipals/**", Count: -1, Effect: simulator.ClaimsChallenge(claims)})
	n.sent()
	_, err := n.GetJob(t.Context(), ref)
	e, ok := errors.AsType[*graph.Error](err)
	if !ok || e.Claims != claims || graph.IsPermissionDenied(err) {
		t.Errorf("error %+v", err)
	}
	if requests := n.sent(); len(requests) != 2 {
		t.Errorf("requests %v", requests)
	}
}

// What the client itself made moments ago is waited for in every call about it, whatever the context says; a 404 about
// anything else, and one after a deletion, is an answer.
func TestClient_doesNotBelieveA404AboutWhatItJustMade(t *testing.T) {
	n := newTenant(t)
	for _, kind := range []simulator.ObjectKind{simulator.KindServicePrincipal, simulator.KindSynchronization, simulator.KindJob} {
		n.sim.SetLag(kind, simulator.Lag{Reads: 6, Flicker: true})
	}
	_, principal := n.application(t)
	if _, err := n.GetServicePrincipal(t.Context(), principal.ID); err != nil {
		t.Error(err)
	}
	job, err := n.CreateJob(t.Context(), principal.ID, "inventedGoToMeeting")
	if err != nil {
		t.Fatal(err)
	}
	ref := graph.JobRef{ServicePrincipalID: principal.ID, JobID: job.ID}
	for range 4 {
		if _, err := n.GetJob(t.Context(), ref); err != nil {
			t.Error(err)
		}
	}
	if err := n.DeleteJob(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	began := n.sim.Clock().Now()
	if err := n.WaitUntilJobGone(t.Context(), ref); err != nil || n.sim.Clock().Now().Sub(began) > time.Minute {
		t.Errorf("waiting for the end: %v after %s", err, n.sim.Clock().Now().Sub(began))
	}
	if _, err := n.GetServicePrincipal(t.Context(), missingID); !graph.IsNotFound(err) {
		t.Errorf("error %v", err)
	}
}

func TestClient_waitsForReplicas(t *testing.T) {
	n := newTenant(t)
	for _, kind := range []simulator.ObjectKind{simulator.KindServicePrincipal, simulator.KindApplication, simulator.KindSynchronization, simulator.KindJob, simulator.KindAssignment} {
		n.sim.SetLag(kind, simulator.Lag{For: 20 * time.Second})
	}
	_, principal := n.application(t)
	ctx := graph.WithReplicationWait(t.Context(), time.Minute)
	if _, err := n.GetServicePrincipal(ctx, principal.ID); err != nil {
		t.Error(err)
	}
	templates, err := n.ListSyncTemplates(ctx, principal.ID)
	if err != nil || len(templates) != 1 {
		t.Fatalf("templates %v, %v", templates, err)
	}
	job, err := n.CreateJob(ctx, principal.ID, templates[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	ref := graph.JobRef{ServicePrincipalID: principal.ID, JobID: job.ID}
	if _, err := n.GetJob(ctx, ref); err != nil {
		t.Error(err)
	}
	assignment, err := n.CreateAssignment(ctx, principal.ID, userAna, userRole(t, principal))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.GetAssignment(ctx, principal.ID, assignment.ID); err != nil {
		t.Error(err)
	}
	began := n.sim.Clock().Now()
	if _, err := n.GetJob(ctx, graph.JobRef{ServicePrincipalID: principal.ID, JobID: "missing"}); !graph.IsNotFound(err) {
		t.Errorf("error %v", err)
	}
	if waited := n.sim.Clock().Now().Sub(began); waited > time.Minute || waited < 30*time.Second {
		t.Errorf("waited %s for what never came", waited)
	}
}

func TestClient_polls(t *testing.T) {
	n := newTenant(t)
	n.sim.SetLag(simulator.KindServicePrincipal, simulator.Lag{For: 20 * time.Second, Flicker: true})
	_, principal := n.application(t)
	hits := 0
	err := n.Poll(t.Context(), "the service principal to appear", func(ctx context.Context) (bool, string, error) {
		_, err := n.GetServicePrincipal(ctx, principal.ID)
		switch {
		case graph.IsNotFound(err):
			hits = 0
			return false, "not found", nil
		case err != nil:
			return false, "", err
		}
		hits++
		return hits == 3, "found", nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestClient_batchKeepsItemsApart(t *testing.T) {
	n := newTenant(t)
	_, principal := n.application(t)
	role := userRole(t, principal)
	people := n.sim.Store().AddUsers(5)
	assigned := "/servicePrincipals/*/appRoleAssignedTo"
	n.sim.Faults().Add(
		simulator.Fault{Method: "POST", Path: assigned, Skip: 1, Effect: simulator.Throttled(17 * time.Second)},
		simulator.Fault{Method: "POST", Path: assigned, Skip: 1, Effect: simulator.DropsAfter()},
		simulator.Fault{Method: "POST", Path: assigned, Skip: 1, Effect: simulator.LacksPermission()},
	)
	var requests []graph.BatchRequest
	for _, id := range people {
		requests = append(requests, graph.NewAssignmentRequest(principal.ID, id, role))
	}
	answers, err := n.Batch(t.Context(), requests)
	if err != nil {
		t.Fatal(err)
	}
	var throttled, ambiguous, denied, done int
	for _, answer := range answers {
		e, _ := errors.AsType[*graph.Error](answer.Err)
		switch {
		case answer.Err == nil && answer.StatusCode == http.StatusCreated:
			done++
		case e != nil && e.StatusCode == http.StatusTooManyRequests && e.RetryAfter == 17*time.Second:
			throttled++
		case graph.IsAmbiguous(answer.Err):
			ambiguous++
		case graph.IsPermissionDenied(answer.Err):
			denied++
		default:
			t.Errorf("answer %+v", answer)
		}
	}
	if throttled != 1 || ambiguous != 1 || denied != 1 || done != 2 {
		t.Errorf("throttled %d, ambiguous %d, denied %d, done %d", throttled, ambiguous, denied, done)
	}
	if requests := n.sent(); len(requests) == 0 || requests[len(requests)-1] != "POST /$batch" {
		t.Errorf("requests %v", requests)
	}
}

func TestClient_goneConnector(t *testing.T) {
	n := newTenant(t)
	principal, ref := n.connection(t)
	n.sim.SetVariants(func(v *simulator.Variants) { v.NoTemplate = true })
	if templates, err := n.ListSyncTemplates(t.Context(), principal.ID); err != nil || len(templates) != 0 {
		t.Errorf("templates %v, %v", templates, err)
	}
	if _, err := n.GetJob(t.Context(), ref); !graph.IsNotFound(err) {
		t.Errorf("error %v", err)
	}
	if err := n.DeleteJob(t.Context(), ref); err != nil {
		t.Error(err)
	}
}
