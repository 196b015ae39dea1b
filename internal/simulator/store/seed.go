// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"fmt"
	"strings"
	"time"
)

// Everything in this file is invented: the tenant, the people, the groups and the accounts at the simulated GoTo.

// TenantID is the id of the simulated tenant unless another is asked for.
const TenantID = "c0000000-0000-4000-8000-00000000000c"

// DefaultDomain is the default verified domain of the tenant.
const DefaultDomain = "corp.example"

// People with something particular about them; the rest have the ids that follow.
const (
	UserAna      = "d0000000-0000-4000-8000-000000000001" // ordinary
	UserBen      = "d0000000-0000-4000-8000-000000000002" // ordinary
	UserChloe    = "d0000000-0000-4000-8000-000000000003" // no surname
	UserDavid    = "d0000000-0000-4000-8000-000000000004" // sign-in blocked
	UserEva      = "d0000000-0000-4000-8000-000000000005" // has an account at GoTo already
	UserFaisal   = "d0000000-0000-4000-8000-000000000006" // no preferred language
	UserGuest    = "d0000000-0000-4000-8000-000000000007" // guest with # in the name
	UserHelen    = "d0000000-0000-4000-8000-000000000008" // quote in the name
	UserIvan     = "d0000000-0000-4000-8000-000000000009" // diacritics
	UserJun      = "d0000000-0000-4000-8000-00000000000a" // manager of the others
	UserKim      = "d0000000-0000-4000-8000-00000000000b" // mail differs from the user principal name
	UserLeo      = "d0000000-0000-4000-8000-00000000000c"
	UserMaria    = "d0000000-0000-4000-8000-00000000000d"
	UserNils     = "d0000000-0000-4000-8000-00000000000e"
	UserOlga     = "d0000000-0000-4000-8000-00000000000f"
	UserPaul     = "d0000000-0000-4000-8000-000000000010"
	UserQuinn    = "d0000000-0000-4000-8000-000000000011"
	UserRosa     = "d0000000-0000-4000-8000-000000000012"
	UserSam      = "d0000000-0000-4000-8000-000000000013"
	UserDeleted  = "d0000000-0000-4000-8000-000000000014" // in the recycle bin
	personPrefix = "d1000000-0000-4000-8000-"
)

// Groups, one of each kind that matters.
const (
	GroupMeetings = "d0000000-0000-4000-8000-0000000000d1" // security group with people
	GroupEngineer = "d0000000-0000-4000-8000-0000000000d2" // dynamic membership
	GroupSocial   = "d0000000-0000-4000-8000-0000000000d3" // Microsoft 365, not security-enabled
	GroupNested   = "d0000000-0000-4000-8000-0000000000d4" // contains GroupMeetings and one person
	GroupEmpty    = "d0000000-0000-4000-8000-0000000000d5" // no members
	GroupOnlyNest = "d0000000-0000-4000-8000-0000000000d6" // contains a group and no people
)

// Sign-ins to the simulated GoTo.
const (
	AdminUserName   = "provisioning@example.com"
	AdminPassword   = "correct-horse-battery"
	PlainUserName   = "member@example.com" // right password, but not a team administrator
	PlainPassword   = "member-without-rights"
	firstAccountKey = 4_000_000_000_000_000_000 // above 2^53 on purpose
	firstSignInKey  = 4_500_000_000_000_000_001 // of sign-ins without a record
)

// What the simulated GoTo keeps besides people.
const (
	MainCompany   = "8000000000000000001"
	OtherCompany  = "8000000000000000002" // nobody looks after it unless asked for
	MainLicense   = "7000000000000000001"
	RoleSetOfDesk = "6500000000000000001"
)

// PersonID is the id of the i-th person that AddUsers adds, counted from 0.
func PersonID(i int) string { return fmt.Sprintf("%s%012d", personPrefix, i) }

var (
	givenNames  = []string{"Alba", "Bruno", "Clara", "Dario", "Elena", "Felix", "Greta", "Hugo", "Ines", "Jonas"}
	familyNames = []string{"Abel", "Brandt", "Costa", "Duarte", "Ekberg", "Falk", "Grau", "Holm", "Ibarra", "Jansen"}
	departments = []string{"Engineering", "Sales", "Support", "Finance"}
)

func (s *Store) seedPeople() {
	s.domains = []string{"corp.example", "example.com"}
	person := func(id, upn, given, family, department, city, language string, change ...func(*User)) {
		u := User{
			ID: id, UserPrincipalName: upn + "@corp.example", Mail: upn + "@corp.example", MailNickname: upn,
			DisplayName: strings.TrimSpace(given + " " + family), GivenName: given, Surname: family,
			Department: department, JobTitle: department + " specialist", CompanyName: "Example Ltd", City: city,
			Country: "Germany", UsageLocation: "DE", PreferredLanguage: language, AccountEnabled: true,
			EmployeeID: "E" + id[len(id)-4:], ManagerID: UserJun, EmployeeHireDate: time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC),
			ProxyAddresses: []string{"SMTP:" + upn + "@corp.example"},
		}
		for _, c := range change {
			c(&u)
		}
		s.addUser(u)
	}
	person(UserAna, "ana", "Ana", "Example", "Engineering", "Berlin", "en-US")
	person(UserBen, "ben", "Ben", "Sample", "Engineering", "Hamburg", "de-DE")
	person(UserChloe, "chloe", "Chloe", "", "Sales", "Berlin", "fr-FR")
	person(UserDavid, "david", "David", "Blocked", "Sales", "Berlin", "en-GB", func(u *User) { u.AccountEnabled = false })
	person(UserEva, "eva", "Eva", "Known", "Support", "Munich", "de-DE")
	person(UserFaisal, "faisal", "Faisal", "Terse", "Support", "Munich", "")
	person(UserGuest, "guest", "Gil", "Visitor", "", "", "en-US", func(u *User) {
		u.UserPrincipalName = "gil_partner.example#EXT#@corp.example"
		u.Mail, u.UserType, u.EmployeeID = "gil@partner.example", "Guest", ""
	})
	person(UserHelen, "helen", "Helen", "O'Brien", "Finance", "Dublin", "en-IE", func(u *User) {
		u.UserPrincipalName, u.Mail = "helen.o'brien@corp.example", "helen.obrien@corp.example"
	})
	person(UserIvan, "ivan", "Željko", "Müller-Łącki", "Engineering", "Berlin", "pl-PL")
	person(UserJun, "jun", "Jun", "Leader", "Engineering", "Berlin", "en-US", func(u *User) { u.ManagerID = "" })
	person(UserKim, "kim", "Kim", "Moved", "Finance", "Berlin", "en-US", func(u *User) { u.Mail = "kim.new@corp.example" })
	person(UserLeo, "leo", "Leo", "North", "Sales", "Hamburg", "de-DE")
	person(UserMaria, "maria", "Maria", "South", "Sales", "Munich", "es-ES")
	person(UserNils, "nils", "Nils", "West", "Support", "Berlin", "sv-SE")
	person(UserOlga, "olga", "Olga", "East", "Support", "Berlin", "en-US")
	person(UserPaul, "paul", "Paul", "River", "Finance", "Hamburg", "en-GB")
	person(UserQuinn, "quinn", "Quinn", "Field", "Engineering", "Munich", "en-US")
	person(UserRosa, "rosa", "Rosa", "Hill", "Engineering", "Berlin", "it-IT")
	person(UserSam, "sam", "Sam", "Lake", "Sales", "Berlin", "en-US")
	person(UserDeleted, "tess", "Tess", "Gone", "Sales", "Berlin", "en-US", func(u *User) { u.DeletedAt = s.now() })

	s.addGroup(Group{
		ID: GroupMeetings, DisplayName: "Meetings Users", Description: "May hold online meetings.",
		SecurityEnabled: true, MailNickname: "meetings", Members: []string{UserAna, UserBen, UserChloe, UserEva, UserFaisal},
	})
	s.addGroup(Group{
		ID: GroupEngineer, DisplayName: "All Engineers", SecurityEnabled: true, MailNickname: "engineers",
		GroupTypes: []string{"DynamicMembership"}, MembershipRule: `(user.department -eq "Engineering")`,
		Members: []string{UserAna, UserBen, UserIvan, UserJun, UserQuinn, UserRosa},
	})
	s.addGroup(Group{
		ID: GroupSocial, DisplayName: "Social Club", MailEnabled: true, Mail: "social@corp.example", MailNickname: "social",
		GroupTypes: []string{"Unified"}, Members: []string{UserLeo, UserMaria},
	})
	s.addGroup(Group{
		ID: GroupNested, DisplayName: "Everybody Who Meets", SecurityEnabled: true, MailNickname: "nested",
		Members: []string{GroupMeetings, UserSam},
	})
	s.addGroup(Group{ID: GroupEmpty, DisplayName: "Nobody Yet", SecurityEnabled: true, MailNickname: "empty"})
	s.addGroup(Group{
		ID: GroupOnlyNest, DisplayName: "Groups Only", SecurityEnabled: true, MailNickname: "onlynested",
		Members: []string{GroupMeetings},
	})
}

// seedCompanies makes what even an empty GoTo has: customers, what they bought, and who may sign in.
func (s *Store) seedCompanies() {
	s.companies = []Company{{Key: MainCompany, Name: "Example Ltd"}, {Key: OtherCompany, Name: "Example Labs"}}
	s.pools = []License{{Key: MainLicense, Company: MainCompany, Description: "Meetings for everybody", Products: []string{"G2M"}}}
	s.roleSets = []RoleSet{{ID: RoleSetOfDesk, Company: MainCompany, Name: "Help desk"}}
	s.admins = []Admin{
		{UserName: AdminUserName, Password: AdminPassword, TeamAdmin: true},
		{UserName: PlainUserName, Password: PlainPassword},
	}
}

func (s *Store) seedAccounts() {
	for _, a := range []Account{
		{Email: AdminUserName, Active: true, Attributes: map[string][]string{"firstName": {"Provisioning"}, "lastName": {"Service"}}},
		{Email: "eva@corp.example", Active: true, Attributes: map[string][]string{"firstName": {"Eva"}, "lastName": {"Known"}}},
		{Email: "former@corp.example", Active: true, Attributes: map[string][]string{"firstName": {"Former"}, "lastName": {"Colleague"}}},
	} {
		s.putAccount(a)
	}
}
