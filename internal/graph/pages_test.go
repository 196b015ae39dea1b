// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEntries_followsThePagesOfItsOwnHost(t *testing.T) {
	const base = "https://graph.example.com/v1.0/x"
	pageOf := func(link string, ids ...string) reply {
		body := `{"value":[`
		for i, id := range ids {
			if i > 0 {
				body += ","
			}
			body += `{"id":"` + id + `"}`
		}
		body += `]`
		if link != "" {
			body += `,"@odata.nextLink":"` + link + `"`
		}
		return answer(200, body+`}`)
	}
	for _, test := range []struct {
		name     string
		replies  []reply
		wantIDs  []string
		wantPath []string
		wantErr  error
	}{
		{"one page", []reply{pageOf("", "1", "2")}, []string{"1", "2"}, nil, nil},
		{"no entries", []reply{pageOf("")}, nil, nil, nil},
		{
			"links are followed as sent", []reply{pageOf(base+"?$skiptoken=a%2Fb+c'd&$top=1", "1"), pageOf("", "2")}, []string{"1", "2"},
			[]string{"/v1.0/x?$skiptoken=a%2Fb+c'd&$top=1"}, nil,
		},
		{
			"empty pages", []reply{pageOf(base + "?p=2"), pageOf(base+"?p=3", "1"), pageOf(base + "?p=4"), pageOf("", "2")}, []string{"1", "2"},
			[]string{"/v1.0/x?p=2", "/v1.0/x?p=3", "/v1.0/x?p=4"}, nil,
		},
		{"host in another case, with the default port", []reply{pageOf("https://Graph.EXAMPLE.com:443/v1.0/x?p=2", "1"), pageOf("", "2")}, []string{"1", "2"}, []string{"/v1.0/x?p=2"}, nil},
		{"another host", []reply{pageOf("https://graph.example.com.evil.example/v1.0/x", "1")}, nil, nil, errForeignLink},
		{"user information", []reply{pageOf("https://graph.example.com@evil.example/x", "1")}, nil, nil, errForeignLink},
		{"user information for its own host", []reply{pageOf("https://someone:secret@graph.example.com/v1.0/x?p=2", "1")}, nil, nil, errForeignLink},
		{"another port", []reply{pageOf("https://graph.example.com:8443/v1.0/x", "1")}, nil, nil, errForeignLink},
		{"without TLS", []reply{pageOf("http://graph.example.com:443/v1.0/x", "1")}, nil, nil, errForeignLink},
		{"relative to the host", []reply{pageOf("/v1.0/x?p=2", "1"), pageOf("", "2")}, []string{"1", "2"}, []string{"/v1.0/x?p=2"}, nil},
		{
			"relative to the listing", []reply{pageOf("jobs?p=2", "1"), pageOf("", "2")}, []string{"1", "2"},
			[]string{"/v1.0/servicePrincipals/" + testSP + "/synchronization/jobs?p=2"}, nil,
		},
		{"relative to the scheme", []reply{pageOf("//evil.example/v1.0/x", "1")}, nil, nil, errForeignLink},
		{"a circle", []reply{pageOf(base+"?p=2", "1"), pageOf(base+"?p=3", "2"), pageOf(base+"?p=2", "3")}, nil, []string{"/v1.0/x?p=2", "/v1.0/x?p=3"}, errEndlessList},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, test.replies...)
			jobs, err := b.ListJobs(t.Context(), testSP)
			var ids []string
			for _, job := range jobs {
				ids = append(ids, job.ID)
			}
			if diff := cmp.Diff(test.wantIDs, ids); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			if !errors.Is(err, test.wantErr) {
				t.Errorf("error %v, want %v", err, test.wantErr)
			}
			var followed []string
			for _, request := range b.service.seen[1:] {
				followed = append(followed, request.target)
				if request.header.Get("Authorization") == "" {
					t.Error("a page was asked for without a token")
				}
			}
			if diff := cmp.Diff(test.wantPath, followed); diff != "" {
				t.Errorf("links followed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEntries_endsAfterManyEmptyPages(t *testing.T) {
	b := newBench(t)
	for i := range 1000 {
		b.service.replies = append(b.service.replies, answer(200, fmt.Sprintf(`{"value":[],"@odata.nextLink":"https://graph.example.com/v1.0/x?p=%d"}`, i)))
	}
	if _, err := b.ListJobs(t.Context(), testSP); !errors.Is(err, errEndlessList) || len(b.service.seen) != maxEmptyPages+1 {
		t.Errorf("error %v after %d requests", err, len(b.service.seen))
	}
}

func TestEntries_followsManyPages(t *testing.T) {
	b := newBench(t)
	for i := range 3 * maxEmptyPages {
		entry := `{"id":"1"}`
		if i%2 == 0 {
			entry = ""
		}
		b.service.replies = append(b.service.replies, answer(200, fmt.Sprintf(`{"value":[%s],"@odata.nextLink":"https://graph.example.com/v1.0/x?p=%d"}`, entry, i)))
	}
	b.service.replies = append(b.service.replies, answer(200, `{"value":[]}`))
	if jobs, err := b.ListJobs(t.Context(), testSP); err != nil || len(jobs) != 3*maxEmptyPages/2 {
		t.Errorf("%d entries, %v", len(jobs), err)
	}
}

func TestEntries_asksForAPageOnlyWhenNeeded(t *testing.T) {
	b := newBench(t, answer(200, `{"value":[{"id":"1"},{"id":"2"}],"@odata.nextLink":"https://graph.example.com/v1.0/x?p=2"}`))
	for entry, err := range b.ListProvisioningLogs(t.Context(), ProvisioningLogFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if entry.ID == "2" {
			break
		}
	}
	if len(b.service.seen) != 1 {
		t.Errorf("requests %v", b.service.targets())
	}
}

func TestListWith_dropsOptionsThatTheServiceRefuses(t *testing.T) {
	refused := answer(400, `{"error":{"code":"Request_UnsupportedQuery","message":"no"}}`)
	path := "GET /v1.0/servicePrincipals/" + testSP + "/appRoleAssignedTo"
	t.Run("page size", func(t *testing.T) {
		b := newBench(t, refused, answer(200, `{"value":[{"id":"1"}]}`))
		got, err := b.ListAssignments(t.Context(), testSP)
		if err != nil || len(got) != 1 {
			t.Errorf("got %v, %v", got, err)
		}
		if diff := cmp.Diff([]string{path + "?$top=999", path}, b.service.targets()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	})
	t.Run("a real mistake", func(t *testing.T) {
		b := newBench(t, refused, refused)
		if _, err := b.ListAssignments(t.Context(), testSP); !IsBadRequest(err) {
			t.Errorf("error %v", err)
		}
	})
}
