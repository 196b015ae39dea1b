// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAccounts_followTheRulesOfTheCompany(t *testing.T) {
	tests := []struct {
		name    string
		account Account
		want    Account // without key, e-mail and attributes
	}{
		{"active", Account{Active: true}, Account{Active: true, Status: StatusActive, Company: MainCompany, LicenseKeys: []string{MainLicense}}},
		{"suspended", Account{}, Account{Status: StatusSuspended, Company: MainCompany}},
		{"no license", Account{Active: true, LicenseKeys: []string{}}, Account{Active: true, Status: StatusActive, Company: MainCompany, LicenseKeys: []string{}}},
		{"status of its own", Account{Active: true, Status: "LOCKED"}, Account{Active: true, Status: "LOCKED", Company: MainCompany, LicenseKeys: []string{MainLicense}}},
		{"other company", Account{Active: true, Company: OtherCompany}, Account{Active: true, Status: StatusActive, Company: OtherCompany}},
		{"administrator by sign-in", Account{Email: AdminUserName, Active: true},
			Account{Active: true, Status: StatusActive, Company: MainCompany, AdminRoles: []string{RoleSuperUser}, LicenseKeys: []string{MainLicense}}},
		{"suspended administrator", Account{Email: AdminUserName}, Account{Status: StatusSuspended, Company: MainCompany}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := New(Config{Empty: true})
			if test.account.Email == "" {
				test.account.Email = "somebody@corp.example"
			}
			if _, err := s.AddAccount(test.account); err != nil {
				t.Fatal(err)
			}
			company := MainCompany
			if test.account.Company != "" {
				company = test.account.Company
			}
			list := s.AccountsOf(company)
			if len(list) != 1 {
				t.Fatalf("got %d accounts", len(list))
			}
			got := list[0]
			got.Key, got.Email, got.Attributes = "", "", nil
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAccount_statusOfItsOwnEndsWithTheState(t *testing.T) {
	s := New(Config{Empty: true})
	key, err := s.AddAccount(Account{Email: "a@corp.example", Active: true, Status: StatusInvited, AdminRoles: []string{"A"}})
	if err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		change func(*Account)
		want   string
	}{
		{func(a *Account) { a.Email = "b@corp.example" }, StatusInvited},
		{func(a *Account) { a.Active = false }, StatusSuspended},
		{func(a *Account) { a.Active, a.Status = true, "NEW" }, "NEW"},
	}
	for _, step := range steps {
		if err := s.UpdateAccount(key, step.change); err != nil {
			t.Fatal(err)
		}
		if got := s.AccountsOf(MainCompany)[0].Status; got != step.want {
			t.Errorf("got %s, want %s", got, step.want)
		}
	}
	s.AccountsOf(MainCompany)[0].AdminRoles[0] = "changed outside"
	if got := s.AccountsOf(MainCompany)[0].AdminRoles[0]; got != "A" {
		t.Errorf("a caller changed the store: %s", got)
	}
}

func TestPerson_isWhoSignsIn(t *testing.T) {
	s := New(Config{})
	s.SetAdmin(Admin{UserName: "eva@corp.example", Companies: []string{OtherCompany, MainCompany}})
	if _, err := s.AddAccount(Account{Email: "gone@corp.example"}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, userName string
		wantKey        string // "": nobody
		wantRoles      []string
		wantCompanies  []string
	}{
		{"administrator with a record", "Provisioning@Example.com", "4000000000000000001", []string{RoleSuperUser}, []string{MainCompany}},
		{"sign-in without a record", PlainUserName, "4500000000000000002", nil, []string{MainCompany}},
		{"record without a sign-in", "former@corp.example", "4000000000000000003", nil, []string{MainCompany}},
		{"looks after several", "eva@corp.example", "4000000000000000002", nil, []string{OtherCompany, MainCompany}},
		{"suspended", "gone@corp.example", "", nil, nil},
		{"unknown", "nobody@corp.example", "", nil, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			account, companies, err := s.Person(test.userName)
			if (err != nil) != (test.wantKey == "") || err != nil && !errors.Is(err, ErrNotFound) {
				t.Fatalf("got error %v", err)
			}
			if account.Key != test.wantKey {
				t.Errorf("got key %q, want %q", account.Key, test.wantKey)
			}
			if diff := cmp.Diff(test.wantRoles, account.AdminRoles); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.wantCompanies, companies); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCompanies_canBeAddedAndRenamed(t *testing.T) {
	s := New(Config{Empty: true})
	s.AddCompany(Company{Key: "8000000000000000003", Name: "Third"})
	s.AddCompany(Company{Key: OtherCompany, Name: "Renamed"})
	want := []Company{{MainCompany, "Example Ltd"}, {OtherCompany, "Renamed"}, {"8000000000000000003", "Third"}}
	if diff := cmp.Diff(want, s.Companies()); diff != "" {
		t.Error(diff)
	}
}

func TestLicenses_seatsOfTheSeededOneFollowTheLimit(t *testing.T) {
	s := New(Config{Empty: true})
	if got := s.LicensesOf(MainCompany)[0].Seats; got < 100_000 {
		t.Errorf("got %d seats without a limit", got)
	}
	s.SetLicenses(3)
	s.AddLicense(License{Key: "7000000000000000002", Seats: 7})
	var got []int
	for _, l := range s.LicensesOf(MainCompany) {
		got = append(got, l.Seats)
	}
	if diff := cmp.Diff([]int{3, 7}, got); diff != "" {
		t.Error(diff)
	}
}
