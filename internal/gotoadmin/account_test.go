// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAccount_isChosenByKeyOrTheOnlyOne(t *testing.T) {
	two := `"accounts":[{"key":"8000000000000000001","name":"Example Corp"},{"key":8000000000000000002,"name":"Example Labs"}]`
	tests := []struct {
		name, me, wanted string
		want             Account
		wantErr          string
	}{
		{
			name: "the only one of the list",
			me:   `{"accountKey":"8000000000000000001","accounts":[{"key":"8000000000000000001","name":"Example Corp"}]}`,
			want: Account{Key: "8000000000000000001", Name: "Example Corp"},
		},
		{name: "no list", me: `{"accountKey":8000000000000000001}`, want: Account{Key: "8000000000000000001"}},
		{name: "an empty list", me: `{"accountKey":"8000000000000000001","accounts":[]}`, want: Account{Key: "8000000000000000001"}},
		{name: "the same twice", me: `{"accounts":[{"key":"1"},{"key":1}]}`, want: Account{Key: "1"}},
		{name: "chosen", me: `{` + two + `}`, wanted: "8000000000000000002", want: Account{Key: "8000000000000000002", Name: "Example Labs"}},
		{name: "chosen, with a line break", me: `{` + two + `}`, wanted: "8000000000000000002\n", want: Account{Key: "8000000000000000002", Name: "Example Labs"}},
		{name: "chosen, primary, not in the list", me: `{"accountKey":"7",` + two + `}`, wanted: "7", want: Account{Key: "7"}},
		{
			name: "several", me: `{"accountKey":"8000000000000000001",` + two + `}`,
			wantErr: "the administrator administers several GoTo accounts; choose one by its key: " +
				"8000000000000000001 (Example Corp), 8000000000000000002 (Example Labs)",
		},
		{
			name: "another one chosen", me: `{` + two + `}`, wanted: "8",
			wantErr: `the administrator does not administer the GoTo account "8", but 8000000000000000001 (Example Corp), 8000000000000000002 (Example Labs)`,
		},
		{
			name: "another one than the only one chosen", me: `{"accountKey":"9"}`, wanted: "8",
			wantErr: `the administrator does not administer the GoTo account "8", but 9`,
		},
		{
			name: "none", me: `{"email":"admin@example.com"}`,
			wantErr: "the owner of the personal access token does not administer any GoTo account, and needs a role in one",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, map[string][]reply{mePath: {answers(200, tt.me)}}, func(o *Options) { o.AccountKey = tt.wanted })
			got, err := b.Account(t.Context())
			var text string
			if err != nil {
				text = err.Error()
				if _, ok := errors.AsType[*AccountChoiceError](err); !ok {
					t.Errorf("%T is not an *AccountChoiceError", err)
				}
			}
			if diff := cmp.Diff([]any{tt.want, tt.wantErr}, []any{got, text}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAccountChoiceError_carriesTheAccounts(t *testing.T) {
	b := newBench(t, map[string][]reply{mePath: {answers(200, `{"accounts":[{"key":"1","name":"A"},{"key":"2"}]}`)}})
	_, err := b.Users(t.Context())
	e, ok := errors.AsType[*AccountChoiceError](err)
	if !ok {
		t.Fatalf("%v is not an *AccountChoiceError", err)
	}
	if diff := cmp.Diff(&AccountChoiceError{Accounts: []Account{{Key: "1", Name: "A"}, {Key: "2"}}}, e); diff != "" {
		t.Error(diff)
	}
}

func TestAccount_isReadOnce(t *testing.T) {
	for _, me := range []string{`{"accountKey":"1"}`, `{"accounts":[{"key":"1"},{"key":"2"}]}`} {
		b := newBench(t, map[string][]reply{mePath: {answers(200, me)}})
		var group sync.WaitGroup
		for range 5 {
			group.Go(func() { _, _ = b.Account(t.Context()) })
		}
		group.Wait()
		first, err := b.Account(t.Context())
		if n := b.count(mePath); n != 1 {
			t.Errorf("%s was read %d times", mePath, n)
		}
		if (first.Key == "1") == (err != nil) {
			t.Errorf("kept %v, %v", first, err)
		}
	}
}

func TestAccount_isAskedForAgainAfterAFailure(t *testing.T) {
	b := newBench(t, map[string][]reply{mePath: {answers(400, `{}`), answers(200, `{"accountKey":"1"}`)}})
	if _, err := b.Account(t.Context()); err == nil {
		t.Fatal("no error")
	}
	if account, err := b.Account(t.Context()); err != nil || account.Key != "1" {
		t.Errorf("got %v, %v", account, err)
	}
}

func TestUsers_readsAllFieldsInEitherForm(t *testing.T) {
	b := newBench(t, map[string][]reply{usersPath: {answers(200, `{"results":[
		{"key":12345678901234567890123456,"email":"Zoe@example.com","firstName":"Zoe","lastName":"Example","status":"ACTIVE","locale":"en_US",
		 "admin":true,"adminRoles":["SUPER_USER"],"roleSets":["r1"],"licenseKeys":[7000000000000000001,null,"7000000000000000003"],
		 "products":["G2M","JIVE"],"groupKey":6000000000000000001,"groupName":"Sales","settings":{"JIVE":{"x":1}},"new":[1]},
		{"key":"4000000000000000003","email":"Ana@example.com","status":"Invited","adminRoles":[],"licenseKeys":null,"groupKey":null,"firstName":null},
		{"key":4000000000000000006,"email":"ben@example.com","admin":false,"roleSets":[17]},
		{"key":4000000000000000005,"email":"Ben@example.com","adminRoles":["RUN_REPORTS",null]},
		{"key":" 4000000000000000007 ","email":"cleo@example.com","roleSets":["r1"]},
		null
	],"fromIndex":0,"toIndex":5,"total":6}`)}})
	got, err := b.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []User{
		{Key: "4000000000000000003", Email: "Ana@example.com", Status: "Invited"},
		{Key: "4000000000000000005", Email: "Ben@example.com", Admin: true, AdminRoles: []string{"RUN_REPORTS"}},
		{Key: "4000000000000000006", Email: "ben@example.com", RoleSets: []string{"17"}},
		{Key: "4000000000000000007", Email: "cleo@example.com", Admin: true, RoleSets: []string{"r1"}},
		{
			Key: "12345678901234567890123456", Email: "Zoe@example.com", FirstName: "Zoe", LastName: "Example", Status: "ACTIVE", Locale: "en_US",
			Admin: true, AdminRoles: []string{"SUPER_USER"}, RoleSets: []string{"r1"}, LicenseKeys: []string{"7000000000000000001", "7000000000000000003"},
			Products: []string{"G2M", "JIVE"}, GroupKey: "6000000000000000001", GroupName: "Sales",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"POST " + tokenPath, "GET " + mePath, "GET " + usersPath + firstPage}, b.targets()); diff != "" {
		t.Error(diff)
	}
	if got := b.last(t, usersPath).header.Get("Accept"); got != "application/json" {
		t.Errorf("Accept is %q", got)
	}
}

func TestLicenses_readsAllFieldsInEitherForm(t *testing.T) {
	b := newBench(t, map[string][]reply{licensesPath: {answers(200, `{"results":[
		{"key":"7000000000000000002","description":"GoTo Webinar","products":["G2W","G2M"],"seats":"5"},
		{"key":7000000000000000001,"description":"GoTo Meeting Business","products":["G2M"],"seats":50,"userCount":31,"enabled":true,
		 "userKeys":[4000000000000000002,"4000000000000000004"],"invitedUserKeys":[4000000000000000003],"deviceKeys":[],"entitlements":{"g2m":{"a":true}}}
	],"total":2}`)}})
	got, err := b.Licenses(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []License{
		{
			Key: "7000000000000000001", Description: "GoTo Meeting Business", Products: []string{"G2M"}, Seats: 50, UserCount: 31, Enabled: true,
			UserKeys: []string{"4000000000000000002", "4000000000000000004"}, InvitedUserKeys: []string{"4000000000000000003"},
		},
		{Key: "7000000000000000002", Description: "GoTo Webinar", Products: []string{"G2W", "G2M"}, Seats: 5},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUsers_reportsWrongTypesWithoutValues(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"key is a fraction", `{"results":[{"key":4.5}]}`, "results.key is not a key, which is text or a whole number"},
		{"key is a large power", `{"results":[{"key":4e18}]}`, "results.key is not a key, which is text or a whole number"},
		{"key is an object", `{"results":[{"key":{"secret":77}}]}`, "results.key is not a key, which is text or a whole number"},
		{"email is a number", `{"results":[{"email":77}]}`, "results.email is not text"},
		{"admin is text", `{"results":[{"admin":"77"}]}`, "results.admin is not true or false"},
		{"products is text", `{"results":[{"products":"77"}]}`, "results.products is not a list"},
		{"a user is text", `{"results":["77"]}`, "results is not an object"},
		{"results is an object", `{"results":{"a":77}}`, "results is not a list"},
		{"total is a word", `{"results":[],"total":"s77"}`, "total is not a whole number"},
		{"a list in place of the envelope", `[{"key":77}]`, "it is not an object"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, map[string][]reply{usersPath: {answers(200, tt.body)}})
			got, err := b.Users(t.Context())
			if err == nil {
				t.Fatalf("no error, but %v", got)
			}
			want := "GET " + usersPath + ": 200 OK: the response does not have the expected form: " + tt.want
			if err.Error() != want {
				t.Errorf("got  %s\nwant %s", err, want)
			}
			if strings.Contains(err.Error(), "77") {
				t.Error("the error shows the value")
			}
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Errorf("%T is not an *Error", err)
			}
			if n := b.count(usersPath); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

func TestAccount_waitsNoLongerThanItsContextForAnotherCaller(t *testing.T) {
	b := newBench(t, nil)
	asked, answer := make(chan struct{}), make(chan struct{})
	b.decide = func(r seen) *reply {
		if strings.HasPrefix(r.target, mePath) {
			close(asked)
			<-answer
		}
		return nil
	}
	var group sync.WaitGroup
	group.Go(func() { _, _ = b.Account(t.Context()) })
	<-asked
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := b.Account(ctx)
	if want := "GET " + mePath + ": ended before a response arrived: context canceled"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	close(answer)
	group.Wait()
}
