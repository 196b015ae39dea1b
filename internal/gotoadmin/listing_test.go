// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUsers_readsAllPages(t *testing.T) {
	tests := []struct {
		name    string
		replies map[string][]reply
		want    int
		reads   []string // offsets
	}{
		{
			name: "of the size asked for",
			replies: map[string][]reply{
				usersFrom(0):    {pageOf(0, 1000, `,"fromIndex":0,"toIndex":999,"total":2500`)},
				usersFrom(1000): {pageOf(1000, 2000, `,"fromIndex":1000,"toIndex":1999,"total":2500`)},
				usersFrom(2000): {pageOf(2000, 2500, `,"fromIndex":2000,"toIndex":2499,"total":2500`)},
			},
			want: 2500, reads: []string{"0", "1000", "2000"},
		},
		{
			name: "smaller than asked for",
			replies: map[string][]reply{
				usersFrom(0):  {pageOf(0, 25, `,"toIndex":24,"total":57`)},
				usersFrom(25): {pageOf(25, 50, `,"toIndex":49,"total":57`)},
				usersFrom(50): {pageOf(50, 57, `,"toIndex":56,"total":57`)},
			},
			want: 57, reads: []string{"0", "25", "50"},
		},
		{
			name: "with nothing but results",
			replies: map[string][]reply{
				usersFrom(0):    {pageOf(0, 1000, "")},
				usersFrom(1000): {pageOf(1000, 1001, "")},
			},
			want: 1001, reads: []string{"0", "1000", "1001"},
		},
		{
			name: "with nothing but results, smaller than asked for",
			replies: map[string][]reply{
				usersFrom(0):   {pageOf(0, 100, "")},
				usersFrom(100): {pageOf(100, 200, "")},
				usersFrom(200): {pageOf(200, 250, "")},
				usersFrom(250): {answers(200, `{}`)},
			},
			want: 250, reads: []string{"0", "100", "200", "250"},
		},
		{
			name:    "all in one, with nothing but results whatever the offset",
			replies: map[string][]reply{usersPath: {pageOf(0, 999, "")}},
			want:    999, reads: []string{"0", "999"},
		},
		{
			name: "with nothing but results, the last one full, then none",
			replies: map[string][]reply{
				usersFrom(0):    {pageOf(0, 1000, "")},
				usersFrom(1000): {answers(200, `{"results":[]}`)},
			},
			want: 1000, reads: []string{"0", "1000"},
		},
		{
			name: "with nothing but results, the last one full, then not found",
			replies: map[string][]reply{
				usersFrom(0):    {pageOf(0, 1000, "")},
				usersFrom(1000): {answers(404, "")},
			},
			want: 1000, reads: []string{"0", "1000"},
		},
		{
			name: "total tells only at first",
			replies: map[string][]reply{
				usersFrom(0): {pageOf(0, 3, `,"total":5`)},
				usersFrom(3): {pageOf(3, 5, "")},
			},
			want: 5, reads: []string{"0", "3"},
		},
		{
			name:    "one full page and a total that says so",
			replies: map[string][]reply{usersFrom(0): {pageOf(0, 1000, `,"total":1000`)}},
			want:    1000, reads: []string{"0"},
		},
		{
			name: "with an empty one between",
			replies: map[string][]reply{
				usersFrom(0): {pageOf(0, 2, `,"toIndex":1,"total":5`)},
				usersFrom(2): {answers(200, `{"results":[],"toIndex":3,"total":5}`)},
				usersFrom(4): {pageOf(4, 5, `,"toIndex":4,"total":5`)},
			},
			want: 3, reads: []string{"0", "2", "4"},
		},
		{
			name: "shifted by somebody who joined meanwhile",
			replies: map[string][]reply{
				usersFrom(0): {pageOf(0, 3, `,"total":5`)},
				usersFrom(3): {pageOf(2, 5, `,"total":6`)},
			},
			want: 5, reads: []string{"0", "3"},
		},
		{
			name: "again when somebody left meanwhile",
			replies: map[string][]reply{
				usersFrom(0): {pageOf(0, 3, `,"total":5`), pageOf(1, 4, `,"total":4`)},
				usersFrom(3): {pageOf(4, 5, `,"total":4`)},
			},
			want: 4, reads: []string{"0", "3", "0", "3"},
		},
		{name: "none: total is zero", replies: map[string][]reply{usersPath: {answers(200, `{"results":[],"fromIndex":0,"toIndex":-1,"total":0}`)}}, reads: []string{"0"}},
		{name: "none: only a total of zero", replies: map[string][]reply{usersPath: {answers(200, `{"total":0}`)}}, reads: []string{"0"}},
		{name: "none: no results", replies: map[string][]reply{usersPath: {answers(200, `{}`)}}, reads: []string{"0"}},
		{name: "none: not found", replies: map[string][]reply{usersPath: {answers(404, `{"int_err_code":"NotFound"}`)}}, reads: []string{"0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, tt.replies)
			got, err := b.Users(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			keys := map[string]bool{}
			for i, u := range got {
				keys[u.Key] = true
				if i > 0 && got[i-1].Email > u.Email {
					t.Fatalf("%s comes before %s", got[i-1].Email, u.Email)
				}
			}
			var reads []string
			for _, target := range b.targets() {
				if _, offset, found := strings.Cut(target, "?pageSize=1000&offset="); found {
					reads = append(reads, offset)
				}
			}
			if diff := cmp.Diff([]any{tt.want, tt.want, tt.reads}, []any{len(got), len(keys), reads}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUsers_withoutKeysAreToldApart(t *testing.T) {
	b := newBench(t, map[string][]reply{usersPath: {answers(200, `{"results":[{"email":"a@example.com"},{"email":"b@example.com"},{"firstName":"C"}],"total":3}`)}})
	got, err := b.Users(t.Context())
	if diff := cmp.Diff([]User{{FirstName: "C"}, {Email: "a@example.com"}, {Email: "b@example.com"}}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestLicenses_withoutKeysAreToldApart(t *testing.T) {
	b := newBench(t, map[string][]reply{licensesPath: {answers(200, `{"results":[{"seats":1},{"seats":2}],"total":2}`)}})
	got, err := b.Licenses(t.Context())
	if diff := cmp.Diff([]License{{Seats: 1}, {Seats: 2}}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestUsers_rejectsListingsThatLoseOrRepeatPeople(t *testing.T) {
	tests := []struct {
		name    string
		replies map[string][]reply
		want    string
		reads   int
	}{
		{
			name:    "offset is ignored",
			replies: map[string][]reply{usersPath: {pageOf(0, 3, `,"fromIndex":0,"toIndex":2,"total":9`)}},
			want:    "the service returns the same records again instead of the next ones", reads: 2,
		},
		{
			name:    "offset is ignored, no total",
			replies: map[string][]reply{usersPath: {pageOf(0, 1000, "")}},
			want:    "the service returns the same records again instead of the next ones", reads: 2,
		},
		{
			name:    "offset is ignored, no keys",
			replies: map[string][]reply{usersPath: {answers(200, `{"results":[{"email":"a@example.com"}],"total":9}`)}},
			want:    "the service returns the same records again instead of the next ones", reads: 2,
		},
		{
			name: "ends early",
			replies: map[string][]reply{
				usersFrom(0): {pageOf(0, 3, `,"total":9`)},
				usersFrom(3): {answers(200, `{"results":[],"total":9}`)},
			},
			want: "the list ends after 3 of 9 records", reads: 2,
		},
		{
			name: "ends early with not found",
			replies: map[string][]reply{
				usersFrom(0): {pageOf(0, 3, `,"total":9`)},
				usersFrom(3): {answers(404, `{}`)},
			},
			want: "the list ends after 3 of 9 records", reads: 2,
		},
		{
			name:    "no results although there are some",
			replies: map[string][]reply{usersPath: {answers(200, `{"total":9}`)}},
			want:    "the list ends after 0 of 9 records", reads: 1,
		},
		{
			name: "people leave each time",
			replies: map[string][]reply{
				usersFrom(0): {pageOf(0, 3, `,"total":6`)},
				usersFrom(3): {pageOf(3, 5, `,"total":5`)},
			},
			want: "people kept leaving the account while the list was read; try again later", reads: 6,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, tt.replies)
			got, err := b.Users(t.Context())
			if err == nil {
				t.Fatalf("no error, but %d users", len(got))
			}
			want := "GET " + usersPath + ": 200 OK: " + tt.want
			if diff := cmp.Diff([]any{want, 0, tt.reads}, []any{err.Error(), len(got), b.count(usersPath)}); diff != "" {
				t.Error(diff)
			}
			if IsNotFound(err) || IsPermissionDenied(err) {
				t.Error("the error claims to be another")
			}
		})
	}
}

func TestUsers_takesNoProxyPageForNobody(t *testing.T) {
	b := newBench(t, map[string][]reply{usersPath: {answers(404, `<html>no such host</html>`, "Content-Type", "text/html")}})
	got, err := b.Users(t.Context())
	if err == nil {
		t.Fatalf("no error, but %v", got)
	}
	if IsNotFound(err) {
		t.Error("IsNotFound reports a proxy's page")
	}
}
