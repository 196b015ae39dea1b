// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestBatch_matchesAnswersToRequests(t *testing.T) {
	b := newBench(t, answer(200, `{"responses":[
		{"id":"4","status":504,"headers":{"Content-Type":"text/html"},"body":"<html>"},
		{"id":"3","status":429,"headers":{"retry-after":"17","request-id":"r3"},"body":{"error":{"code":"TooManyRequests","message":"slow"}}},
		{"id":"1","status":201,"headers":{"Content-Type":"application/json"},"body":{"id":"new"}},
		{"id":"2","status":204},
		{"id":"6","status":429,"headers":{"Retry-After":5}}
	]}`))
	got, err := b.Batch(t.Context(), []BatchRequest{
		NewAssignmentRequest(testSP, "p", "r"),
		DeleteAssignmentRequest(testSP, "a/b"),
		{Method: "GET", URL: "/users/ana@example.com?$select=id"},
		{Method: "DELETE", URL: "/groups/1"},
		{Method: "POST", URL: "/groups", Body: map[string]string{}},
		{Method: "GET", URL: "/groups/2"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []BatchResponse{
		{StatusCode: 201, Body: []byte(`{"id":"new"}`)},
		{StatusCode: 204},
		{StatusCode: 429, Err: &Error{
			Method: "GET", Path: "/v1.0/users/{redacted}", StatusCode: 429, Code: "TooManyRequests", OuterCode: "TooManyRequests", Message: "slow",
			RequestID: "r3", RetryAfter: 17 * time.Second,
		}},
		{StatusCode: 504, Err: &Error{Method: "DELETE", Path: "/v1.0/groups/1", StatusCode: 504, Message: "the response is 8 bytes of text, not a Graph error", Ambiguous: true}},
		{Err: &Error{Method: "POST", Path: "/v1.0/groups", Ambiguous: true, Err: cmpopts.AnyError}},
		{StatusCode: 429, Err: &Error{Method: "GET", Path: "/v1.0/groups/2", StatusCode: 429, RetryAfter: 5 * time.Second}},
	}
	compareErrors := cmp.FilterValues(func(a, b error) bool {
		_, isA := errors.AsType[*Error](a)
		_, isB := errors.AsType[*Error](b)
		return !isA || !isB
	}, cmpopts.EquateErrors())
	if diff := cmp.Diff(want, got, compareErrors); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	const sent = `{"requests":[` +
		`{"id":"1","method":"POST","url":"/servicePrincipals/` + testSP + `/appRoleAssignedTo","headers":{"Content-Type":"application/json"},"body":{"appRoleId":"r","principalId":"p","resourceId":"` + testSP + `"}},` +
		`{"id":"2","method":"DELETE","url":"/servicePrincipals/` + testSP + `/appRoleAssignedTo/a%2Fb"},` +
		`{"id":"3","method":"GET","url":"/users/ana@example.com?$select=id"},` +
		`{"id":"4","method":"DELETE","url":"/groups/1"},` +
		`{"id":"5","method":"POST","url":"/groups","headers":{"Content-Type":"application/json"},"body":{}},` +
		`{"id":"6","method":"GET","url":"/groups/2"}]}`
	if diff := cmp.Diff(sent, b.service.seen[0].body); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

func TestBatch_sendsSinglyWhereTheServiceDoesWithout(t *testing.T) {
	for _, status := range []int{404, 405, 501} {
		b := newBench(t,
			answer(status, `{"error":{"code":"BadRequest","message":"no $batch"}}`), answer(429, ``, "Retry-After", "7"), answer(201, `{"id":"new"}`), answer(204, ``), answer(400, `{}`),
			answer(200, `{"id":"g"}`))
		got, err := b.Batch(t.Context(), []BatchRequest{
			NewAssignmentRequest(testSP, "p", "r"), DeleteAssignmentRequest(testSP, "a/b"), DeleteAssignmentRequest(testSP, "c"),
			{Method: "POST", URL: "/groups", Body: map[string]string{}, Follows: true},
		})
		if err != nil {
			t.Fatal(err)
		}
		var statuses []int
		for _, response := range got {
			statuses = append(statuses, response.StatusCode)
		}
		if diff := cmp.Diff([]int{200, 200, 400, 424}, statuses); diff != "" || string(got[0].Body) != `{"id":"new"}` || got[3].Err == nil {
			t.Errorf("%d: (-want +got):\n%s\n%s", status, diff, got[0].Body)
		}
		if _, err := b.Batch(t.Context(), []BatchRequest{{Method: "GET", URL: "/groups/2?$select=id"}}); err != nil {
			t.Error(err)
		}
		assigned := "/v1.0/servicePrincipals/" + testSP + "/appRoleAssignedTo"
		want := []string{"POST /v1.0/$batch", "POST " + assigned, "POST " + assigned, "DELETE " + assigned + "/a%2Fb", "DELETE " + assigned + "/c", "GET /v1.0/groups/2?$select=id"}
		if diff := cmp.Diff(want, b.service.targets()); diff != "" {
			t.Errorf("%d: requests (-want +got):\n%s", status, diff)
		}
	}
}

func TestBatch_holdsAtMostTwenty(t *testing.T) {
	b := newBench(t, answer(200, `{}`))
	if _, err := b.Batch(t.Context(), slices.Repeat([]BatchRequest{{Method: "GET", URL: "/x"}}, MaxBatch+1)); err == nil {
		t.Error("21 requests were accepted")
	}
	if got, err := b.Batch(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
	if len(b.service.seen) != 0 {
		t.Errorf("requests %v", b.service.targets())
	}
}
