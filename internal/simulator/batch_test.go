// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// batch sends requests together and returns the answers by id.
func (c *tester) batch(requests ...map[string]any) map[string]map[string]any {
	c.t.Helper()
	a := c.must(http.StatusOK, "POST", "/$batch", map[string]any{"requests": requests})
	answers := map[string]map[string]any{}
	for i := range a.list("responses") {
		o, ok := a.at("responses", i).(map[string]any)
		if !ok {
			c.t.Fatalf("no object: %s", a.raw)
		}
		answers[a.text("responses", i, "id")] = o
	}
	return answers
}

func statusesOf(answers map[string]map[string]any) map[string]any {
	statuses := map[string]any{}
	for id, a := range answers {
		statuses[id] = a["status"]
	}
	return statuses
}

func assignRequest(a app, id, principalID string) map[string]any {
	return map[string]any{
		"id": id, "method": "POST", "url": "/servicePrincipals/" + a.principal + "/appRoleAssignedTo", "headers": map[string]string{"Content-Type": "application/json"},
		"body": map[string]string{"principalId": principalID, "resourceId": a.principal, "appRoleId": a.roles["User"]},
	}
}

func TestBatch_judgesEachRequestByItself(t *testing.T) {
	c := start(t)
	made := c.instantiate(store.TemplateGoToMeeting)
	c.Log().Reset()
	c.Faults().Add(Fault{Method: "POST", Path: "/**/appRoleAssignedTo", Skip: 1, Effect: Throttled(7 * time.Second)})
	answers := c.batch(
		assignRequest(made, "1", store.UserAna), assignRequest(made, "2", store.UserBen), assignRequest(made, "3", store.UserAna),
		map[string]any{"id": "4", "method": "GET", "url": "/users/" + store.UserAna + "?$select=id"},
		map[string]any{"id": "5", "method": "GET", "url": "users/nobody"},
	)
	if diff := cmp.Diff(map[string]any{"1": 201.0, "2": 429.0, "3": 400.0, "4": 200.0, "5": 404.0}, statusesOf(answers)); diff != "" {
		t.Error(diff)
	}
	headers, _ := answers["2"]["headers"].(map[string]any)
	if headers["Retry-After"] != "7" {
		t.Errorf("got headers %v", headers)
	}
	body, _ := answers["4"]["body"].(map[string]any)
	if body["id"] != store.UserAna || body["displayName"] != nil {
		t.Errorf("got body %v", body)
	}
	if got := len(c.Store().Assignments(made.principal)); got != 1 {
		t.Errorf("%d assignments exist, want 1", got)
	}
	sent, all, writes := c.Log().Sent(), c.Log().All(), c.Log().Writes()
	if len(sent) != 1 || len(all) != 6 || len(writes) != 3 {
		t.Fatalf("recorded %d, %d and %d requests", len(sent), len(all), len(writes))
	}
	for _, r := range all[1:] {
		if r.Batch != all[0].Number || r.Connection != all[0].Connection {
			t.Errorf("request %d is not recorded as part of the batch", r.Number)
		}
	}
	if all[4].Path != "/v1.0/users/"+store.UserAna || all[4].Query.Get("$select") != "id" {
		t.Errorf("recorded %s with query %v", all[4].Path, all[4].Query)
	}
}

func TestBatch_failsWhatDependsOnFailures(t *testing.T) {
	c := start(t)
	answers := c.batch(
		map[string]any{"id": "a", "method": "GET", "url": "/users/nobody"},
		map[string]any{"id": "b", "method": "GET", "url": "/users/" + store.UserAna, "dependsOn": []string{"A"}},
		map[string]any{"id": "c", "method": "GET", "url": "/users/" + store.UserAna, "dependsOn": []string{"b"}},
		map[string]any{"id": "d", "method": "GET", "url": "/users/" + store.UserAna},
		map[string]any{"id": "e", "method": "GET", "url": "/users/" + store.UserAna, "dependsOn": []string{"d"}},
	)
	if diff := cmp.Diff(map[string]any{"a": 404.0, "b": 424.0, "c": 424.0, "d": 200.0, "e": 200.0}, statusesOf(answers)); diff != "" {
		t.Error(diff)
	}
}

func TestBatch_isRefusedAsAWhole(t *testing.T) {
	c := start(t)
	c.client = c.Server.Client() // some requests break the contract on purpose
	read := func(id string) map[string]any {
		return map[string]any{"id": id, "method": "GET", "url": "/users"}
	}
	var many []map[string]any
	for i := range 21 {
		many = append(many, read(strconv.Itoa(i)))
	}
	tests := []struct {
		name     string
		requests []map[string]any
	}{
		{"empty", nil},
		{"too many", many},
		{"same id", []map[string]any{read("a"), read("A")}},
		{"no id", []map[string]any{{"method": "GET", "url": "/users"}}},
		{"no method", []map[string]any{{"id": "1", "url": "/users"}}},
		{"absolute url", []map[string]any{{"id": "1", "method": "GET", "url": c.GraphURL() + "/v1.0/users"}}},
		{"body without content type", []map[string]any{{"id": "1", "method": "POST", "url": "/users", "body": map[string]any{}}}},
		{"dependency that comes later", []map[string]any{{"id": "1", "method": "GET", "url": "/users", "dependsOn": []string{"2"}}, read("2")}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c.must(http.StatusBadRequest, "POST", "/$batch", map[string]any{"requests": test.requests})
		})
	}
	c.must(http.StatusOK, "POST", "/$batch", map[string]any{"requests": many[:20]})
}

func TestBatch_reportsLostAnswersAsTimeouts(t *testing.T) {
	c := start(t)
	made := c.instantiate(store.TemplateGoToMeeting)
	c.Faults().Add(
		Fault{Method: "POST", Path: "/**/appRoleAssignedTo", Effect: DropsAfter()},
		Fault{Method: "POST", Path: "/**/appRoleAssignedTo", Effect: DropsBefore()},
	)
	answers := c.batch(assignRequest(made, "1", store.UserAna), assignRequest(made, "2", store.UserBen))
	if diff := cmp.Diff(map[string]any{"1": 504.0, "2": 504.0}, statusesOf(answers)); diff != "" {
		t.Error(diff)
	}
	if got := c.Store().Assignments(made.principal); len(got) != 1 || got[0].PrincipalID != store.UserAna {
		t.Errorf("got %v", got)
	}
}

func TestBatch_usesTheIdentityOfItsEnvelope(t *testing.T) {
	c := start(t)
	answers := c.batch(map[string]any{"id": "1", "method": "GET", "url": "/users", "headers": map[string]string{"Authorization": "Bearer other"}})
	if diff := cmp.Diff(map[string]any{"1": 200.0}, statusesOf(answers)); diff != "" {
		t.Error(diff)
	}
}
