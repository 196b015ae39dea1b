// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

func from(name string) *graph.MappingSource {
	return &graph.MappingSource{Type: graph.SourceAttribute, Name: name}
}

func computed(text string) *graph.MappingSource {
	return &graph.MappingSource{Type: graph.SourceFunction, Expression: text}
}

// tenant is a survey of users who can sign in and have text properties, each assigned with a role that provisions.
type tenant struct {
	Survey
	setup Setup
}

const roleID = "r1"

func newTenant(accounts ...Account) *tenant {
	return &tenant{
		Survey{Now: time.Now(), UsersRead: true, Accounts: accounts, AccountsRead: true},
		Setup{Scope: ScopeAssigned, Roles: []graph.AppRole{{ID: roleID, DisplayName: "User", AllowedMemberTypes: []string{"User"}, IsEnabled: true}}},
	}
}

// assign assigns somebody whom the directory need not show.
func (w *tenant) assign(id string) *tenant {
	w.setup.Assignments = append(w.setup.Assignments, graph.Assignment{PrincipalID: id, PrincipalType: "User", AppRoleID: roleID})
	return w
}

// user adds an assigned user.
func (w *tenant) user(id string, pairs ...string) *tenant {
	w.Users = append(w.Users, User{ID: id, Properties: properties(pairs...)})
	return w.assign(id)
}

func properties(pairs ...string) map[string]json.RawMessage {
	found := map[string]json.RawMessage{}
	for i := 0; i < len(pairs); i += 2 {
		found[pairs[i]], _ = json.Marshal(pairs[i+1])
	}
	return found
}

// blocked keeps everybody from signing in to the directory, after a first cycle.
func (w *tenant) blocked() *tenant {
	w.RanBefore = true
	for i := range w.Users {
		w.Users[i].Properties[propertyEnabled] = json.RawMessage("false")
	}
	return w
}

func (w *tenant) adjusted(change func(*tenant)) *tenant {
	change(w)
	return w
}

func mapping(attributes ...graph.AttributeMapping) graph.ObjectMapping {
	return graph.ObjectMapping{Enabled: true, FlowTypes: []string{"Add", "Update", "Delete"}, Attributes: attributes}
}

func byMail(more ...graph.AttributeMapping) graph.ObjectMapping {
	return mapping(append([]graph.AttributeMapping{{Target: "email", Source: from("mail"), MatchingPriority: 1}}, more...)...)
}

// What a cycle of the simulated service cannot show: that what cannot be known is unknown.
func TestDecide_admitsWhatItCannotKnow(t *testing.T) {
	t.Parallel()
	ana := func(accounts ...Account) *tenant {
		return newTenant(accounts...).user("ana", "mail", "ana@corp.example", "surname", "Example")
	}
	account := Account{Key: "1", Email: "ANA@corp.example", LastName: "Example", Status: "ACTIVE"}
	tests := []struct {
		name     string
		given    *tenant
		mapping  graph.ObjectMapping
		want     []string
		problems []string
	}{
		{"accounts not read", ana().adjusted(func(w *tenant) { w.AccountsRead = false }), byMail(), []string{"ana unknown accounts_not_read "}, nil},
		{"matching by what GoTo does not report", ana(account),
			mapping(graph.AttributeMapping{Target: "externalId", Source: from("surname"), MatchingPriority: 1}),
			[]string{"ana unknown matching_attribute_not_reported "}, []string{"MatchingAttributeNotReported"}},
		{"but found before that", ana(account),
			byMail(graph.AttributeMapping{Target: "externalId", Source: from("surname"), MatchingPriority: 2}), []string{"ana matched account_fits 1"}, nil},
		{"a source attribute that Graph has not", ana(account),
			byMail(graph.AttributeMapping{Target: "lastName", Source: from("userType")}),
			[]string{"ana unknown source_attribute_not_read 1"}, []string{"SourceAttributeNotRead"}},
		{"the same where GoTo reports nothing", ana(account),
			byMail(graph.AttributeMapping{Target: "costCenter", Source: from("userType")}),
			[]string{"ana matched account_fits 1"}, []string{"SourceAttributeNotRead"}},
		{"an expression that needs the service", ana(account),
			byMail(graph.AttributeMapping{Target: "lastName", Source: computed("Guid()")}),
			[]string{"ana unknown expression_not_computable 1"}, []string{"ExpressionNotComputable"}},
		{"an expression of which a branch fails that is not chosen", ana(account),
			byMail(graph.AttributeMapping{Target: "lastName", Source: computed(`IIF([surname] = "nobody's", CDate([surname]), [surname])`)}),
			[]string{"ana unknown expression_not_computable 1"}, []string{"ExpressionNotComputable"}},
		{"the same, but something differs anyway", ana(Account{Key: "1", Email: "ana@corp.example", FirstName: "X", LastName: "Y"}),
			byMail(graph.AttributeMapping{Target: "firstName", Source: computed("Guid()")}, graph.AttributeMapping{Target: "lastName", Source: from("surname")}),
			[]string{"ana update account_differs 1"}, []string{"ExpressionNotComputable"}},
		{"a function that nobody knows", ana(),
			mapping(graph.AttributeMapping{Target: "email", Source: computed("Unheard([mail])"), MatchingPriority: 1}),
			[]string{"ana unknown expression_not_computable "}, []string{"ExpressionNotComputable"}},
		{"creating somebody of whom something is not known", ana(),
			byMail(graph.AttributeMapping{Target: "department", Source: from("userType")}), []string{"ana create no_account "}, []string{"SourceAttributeNotRead"}},
		{"a filter by such an attribute", ana(), func() graph.ObjectMapping {
			m := byMail()
			m.Filters = []graph.FilterGroup{{Clauses: []graph.FilterClause{{Attribute: "userType", Operator: "EQUALS", Values: []string{"Guest"}}}}}
			return m
		}(), []string{"ana unknown filter_not_computable "}, []string{"SourceAttributeNotRead"}},
		{"another group of the filter decides", ana(), func() graph.ObjectMapping {
			m := byMail()
			m.Filters = []graph.FilterGroup{{Clauses: []graph.FilterClause{{Attribute: "userType", Operator: "EQUALS", Values: []string{"Guest"}}}},
				{Clauses: []graph.FilterClause{{Attribute: "surname", Operator: "IS NOT NULL"}}}}
			return m
		}(), []string{"ana create no_account "}, []string{"SourceAttributeNotRead"}},
		{"an operator that nobody knows", ana(), func() graph.ObjectMapping {
			m := byMail()
			m.CategoryFilters = []graph.FilterGroup{{Clauses: []graph.FilterClause{{Attribute: "mail", Operator: "LIKE", Values: []string{"a"}}}}}
			return m
		}(), []string{"ana unknown filter_not_computable "}, []string{"FilterOperatorNotUnderstood"}},
		{"a status that nobody knows", ana(Account{Key: "1", Email: "ana@corp.example", Status: "INVITED"}).blocked(),
			byMail(graph.AttributeMapping{Target: "active", Source: computed("Not([IsSoftDeleted])")}), []string{"ana unknown account_status_not_understood 1"}, nil},
		{"an account that may be somebody's", ana(account).adjusted(func(w *tenant) { w.RanBefore = true }),
			mapping(graph.AttributeMapping{Target: "externalId", Source: from("surname"), MatchingPriority: 1}),
			[]string{"ana unknown matching_attribute_not_reported ", " unknown owner_not_known 1"}, []string{"MatchingAttributeNotReported"}},
		{"somebody whom the directory does not show", newTenant().assign("ben"), byMail(),
			[]string{"ben unknown not_found_in_directory "}, []string{"PeopleNotFound"}},
		{"no matching attribute", ana(), mapping(graph.AttributeMapping{Target: "email", Source: from("mail")}),
			[]string{"ana skip no_matching_value "}, []string{"NoMatchingAttribute"}},
		{"a status written by name", ana(account).blocked(),
			byMail(graph.AttributeMapping{Target: "status", Source: computed(`Switch([IsSoftDeleted], , "False", "ACTIVE", "True", "SUSPENDED")`)}),
			[]string{"ana disable_or_unmanaged sign_in_blocked 1"}, nil},
		{"SCIM spellings", ana(Account{Key: "1", Email: "ana@corp.example", LastName: "Other", Status: "suspended"}),
			mapping(graph.AttributeMapping{Target: `emails[type eq "work"].value`, Source: from("mail"), MatchingPriority: 1},
				graph.AttributeMapping{Target: "urn:ietf:params:scim:schemas:core:2.0:User:name.familyName", Source: from("surname")},
				graph.AttributeMapping{Target: "Active", Source: computed("Not([IsSoftDeleted])")}),
			[]string{"ana update account_differs 1"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.given.setup.Mapping = test.mapping
			decision := Decide(&test.given.Survey, &test.given.setup)
			var got []string
			for _, e := range decision.Entries {
				got = append(got, e.UserID+" "+string(e.Action)+" "+string(e.Reason)+" "+e.AccountKey())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			var codes []string
			for _, p := range decision.Problems {
				known := p.Code == problemNotCompared || p.Code == problemLinks || p.Code == problemDeletes
				if p.Incomplete == known {
					t.Errorf("%s makes the decision incomplete: %t", p.Code, p.Incomplete)
				}
				if !known {
					codes = append(codes, p.Code)
				}
			}
			if diff := cmp.Diff(test.problems, codes); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// What the target's description says of an attribute counts.
func TestDecide_followsTheTargetsDescription(t *testing.T) {
	t.Parallel()
	account := Account{Key: "1", Email: "ana@corp.example", LastName: "Example", Status: "ACTIVE"}
	tests := []struct {
		name     string
		lastName graph.AttributeDefinition
		accounts []Account
		want     Action
		changes  int
	}{
		{"case does not matter", graph.AttributeDefinition{}, []Account{account}, Matched, 0},
		{"case matters", graph.AttributeDefinition{CaseExact: true}, []Account{account}, Update, 1},
		{"immutable", graph.AttributeDefinition{CaseExact: true, Mutability: "Immutable"}, []Account{account}, Matched, 0},
		{"immutable, on creation", graph.AttributeDefinition{Mutability: "Immutable"}, nil, Create, 2},
		{"read-only", graph.AttributeDefinition{CaseExact: true, Mutability: "ReadOnly"}, []Account{account}, Matched, 0},
		{"read-only, on creation", graph.AttributeDefinition{Mutability: "ReadOnly", Required: true}, nil, Create, 1},
		{"an integer", graph.AttributeDefinition{Type: "Integer"}, nil, Skip, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.lastName.Name = "lastName"
			w := newTenant(test.accounts...).user("ana", "mail", "ana@corp.example", "surname", "EXAMPLE")
			w.setup.Mapping = byMail(graph.AttributeMapping{Target: "LastName", Source: from("surname")})
			w.setup.Target = &graph.ObjectDefinition{Attributes: []graph.AttributeDefinition{{Name: "email", Required: true}, test.lastName}}
			entries := Decide(&w.Survey, &w.setup).Entries
			if len(entries) != 1 || entries[0].Action != test.want || len(entries[0].Changes) != test.changes {
				t.Errorf("got %+v, want %s with %d changes", entries, test.want, test.changes)
			}
		})
	}
}

func TestSetup_tellsWhoseRolesProvision(t *testing.T) {
	t.Parallel()
	people, programs := []string{"User"}, []string{"Application"}
	declared := []graph.AppRole{
		{ID: "r1", DisplayName: "User", AllowedMemberTypes: people, IsEnabled: true},
		{ID: "r2", DisplayName: "Retired", AllowedMemberTypes: people},
		{ID: "r3", DisplayName: "Robot", Value: "robot", AllowedMemberTypes: programs, IsEnabled: true},
	}
	tests := []struct {
		name     string
		roles    []string
		declared []graph.AppRole
		want     holder
	}{
		{"a good role", []string{"R1"}, declared, holder{true, []string{"User"}}},
		{"a disabled one", []string{"r2"}, declared, holder{false, []string{"Retired"}}},
		{"one for programs", []string{"r3"}, declared, holder{false, []string{"robot"}}},
		{"one is enough", []string{"r2", "r1", "r1"}, declared, holder{true, []string{"Retired", "User"}}},
		{"one that is gone", []string{"r9"}, declared, holder{}},
		{"default access beside others", []string{graph.DefaultAccessRoleID}, declared, holder{}},
		{"default access alone", []string{graph.DefaultAccessRoleID}, declared[1:], holder{true, nil}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, kind := range []string{"User", "Group"} {
				s := Setup{Roles: test.declared}
				for _, role := range test.roles {
					s.Assignments = append(s.Assignments, graph.Assignment{PrincipalID: "ANA", PrincipalType: kind, AppRoleID: role})
				}
				members := map[string][]string{"ana": {"ben"}}
				want := map[string]holder{map[string]string{"User": "ana", "Group": "ben"}[kind]: test.want}
				if diff := cmp.Diff(want, s.holders(members), cmp.AllowUnexported(holder{})); diff != "" {
					t.Errorf("%s (-want +got):\n%s", kind, diff)
				}
			}
		})
	}
}

func TestFilter_operators(t *testing.T) {
	t.Parallel()
	text, null, empty := expression.String("Berlin"), expression.Null(), expression.String("")
	tests := []struct {
		operator string
		values   []string
		value    expression.Value
		want     ternary
	}{
		{"EQUALS", []string{"Berlin"}, text, yes},
		{"equals", []string{"Berlin"}, text, yes},
		{"EQUALS", []string{"berlin"}, text, no},
		{"EQUALS", []string{""}, empty, no},
		{"NOT EQUALS", []string{"Bonn"}, text, yes},
		{"NOT EQUALS", []string{"Bonn"}, null, no},
		{"IS NULL", nil, null, yes},
		{"IS NULL", nil, empty, yes},
		{"IS NULL", nil, text, no},
		{"IS NOT NULL", nil, text, yes},
		{"IS NOT NULL", nil, expression.List(), no},
		{"IS TRUE", nil, boolean(true), yes},
		{"IS TRUE", nil, null, no},
		{"IS FALSE", nil, boolean(false), yes},
		{"REGEX MATCH", []string{`(?<=B)er`}, text, yes},
		{"REGEX MATCH", []string{`^ber`}, text, no},
		{"REGEX MATCH", []string{`(`}, text, no},
		{"NOT REGEX MATCH", []string{`^ber`}, text, yes},
		{"NOT REGEX MATCH", []string{`^ber`}, empty, no},
		{"REGEX MATCH", []string{`^(a+)+$`}, expression.String("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"), maybe},
		{"GREATER_THAN", []string{"41"}, expression.String("42"), yes},
		{"Greater_Than", []string{"42"}, expression.String("42"), no},
		{"Greater_Than_OR_EQUALS", []string{"42"}, expression.String("42"), yes},
		{"GREATER_THAN", []string{"1"}, text, no},
		{"Includes", []string{"erl"}, text, yes},
		{"INCLUDES", []string{"ERL"}, text, no},
		{"ENDS_WITH", []string{"lin"}, text, yes},
		{"&", []string{"Bonn;Berlin"}, text, yes},
		{"!&", []string{"Bonn;Berlin"}, text, no},
		{"EQUALS", []string{"Berlin", "Bonn"}, text, maybe},
		{"EQUALS", []string{"Berlin"}, expression.List("Berlin"), maybe},
		{"LIKE", []string{"Berlin"}, text, maybe},
	}
	for _, test := range tests {
		t.Run(test.operator, func(t *testing.T) {
			t.Parallel()
			holds, _ := operatorOf(graph.FilterClause{Attribute: "city", Operator: test.operator, Values: test.values})
			if got := holds(test.value); got != test.want {
				t.Errorf("%s %q of %v is %d, want %d", test.operator, test.values, test.value.Values(), got, test.want)
			}
		})
	}
}

func TestUser_readsSourceAttributesWhereGraphKeepsThem(t *testing.T) {
	t.Parallel()
	u := User{ID: "1"}
	const shown = `{"id": "1", "accountEnabled": false, "userPrincipalName": "gil_h_partner.example#EXT#@corp.example", "mobilePhone": "2",
		"businessPhones": ["3", "4"], "otherMails": ["a", "b"], "onPremisesExtensionAttributes": {"extensionAttribute1": "one", "extensionAttribute12": "twelve"},
		"extension_c0_Cost": "5", "extension_c0_level": 6, "officeLocation": "7", "faxNumber": null, "onPremisesSyncEnabled": null}`
	if err := json.Unmarshal([]byte(shown), &u.Properties); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		attribute, property string
		want                []string
	}{
		{"objectId", "id", []string{"1"}},
		{"accountEnabled", "accountEnabled", []string{"False"}},
		{"IsSoftDeleted", "accountEnabled", []string{"True"}},
		{"userPrincipalName", "userPrincipalName", []string{"gil_h@partner.example"}},
		{"originalUserPrincipalName", "userPrincipalName", []string{"gil_h_partner.example#EXT#@corp.example"}},
		{"mobile", "mobilePhone", []string{"2"}},
		{"MobilePhone", "mobilePhone", []string{"2"}},
		{"telephoneNumber", "businessPhones", []string{"3"}},
		{"otherMails", "otherMails", []string{"a", "b"}},
		{"physicalDeliveryOfficeName", "officeLocation", []string{"7"}},
		{"facsimileTelephoneNumber", "faxNumber", nil},
		{"dirSyncEnabled", "onPremisesSyncEnabled", nil},
		{"extensionAttribute1", "onPremisesExtensionAttributes", []string{"one"}},
		{"ExtensionAttribute12", "onPremisesExtensionAttributes", []string{"twelve"}},
		{"extensionAttribute2", "onPremisesExtensionAttributes", nil},
		{"extension_c0_Cost", "extension_c0_Cost", []string{"5"}},
		{"extension_c0_level", "extension_c0_level", []string{"6"}},
		{"appRoleAssignments", "", []string{"User"}},
	}
	for _, test := range tests {
		property, known := propertyOf(test.attribute)
		if !known || property != test.property {
			t.Errorf("%s is in %q, %t; want %q", test.attribute, property, known, test.property)
		}
		if diff := cmp.Diff(test.want, u.source(test.attribute, u.State(), []string{"User"}).Values()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.attribute, diff)
		}
	}
	for _, name := range []string{"manager", "userType", "extensionAttribute0", "extensionAttribute16", "extensionAttribute01", "shoeSize"} {
		if property, known := propertyOf(name); known {
			t.Errorf("%s is said to be in %q", name, property)
		}
	}
}

// What a mapping yields is asked for users in states that nobody is in yet.
func TestOutcomes_dependOnTheState(t *testing.T) {
	t.Parallel()
	setup := &Setup{Mapping: byMail(
		graph.AttributeMapping{Target: "active", Source: computed("Not([IsSoftDeleted])")},
		graph.AttributeMapping{Target: "status", Source: computed(`IIF([accountEnabled], "on", "off")`)},
		graph.AttributeMapping{Target: "locale", Source: from("preferredLanguage"), FlowType: flowOnCreate},
		graph.AttributeMapping{Target: "manager", Source: from("manager")},
	)}
	u := &User{ID: "ana", Properties: properties("mail", "ana@corp.example", "preferredLanguage", "de")}
	u.Properties[propertyEnabled] = json.RawMessage("true")
	for state, want := range map[State][]string{
		InScope:       {"ana@corp.example", "True", "on", "de", string(reasonReference)},
		Unassigned:    {"ana@corp.example", "False", "on", "de", string(reasonReference)},
		SignInBlocked: {"ana@corp.example", "False", "off", "de", string(reasonReference)},
		SoftDeleted:   {"ana@corp.example", "False", "on", "de", string(reasonReference)},
	} {
		var got []string
		for _, o := range Outcomes(setup, u, state, nil, time.Now()) {
			got = append(got, display(o.Value)+string(o.Reason))
			if o.Updates == (o.Target == "locale") {
				t.Errorf("%s updates: %t", o.Target, o.Updates)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("state %d (-want +got):\n%s", state, diff)
		}
	}
	u.Properties[propertyEnabled] = json.RawMessage("false")
	if got := u.State(); got != SignInBlocked {
		t.Errorf("blocked is %d", got)
	}
	if got := (&User{Deleted: true}).State(); got != SoftDeleted {
		t.Errorf("deleted is %d", got)
	}
}

// A filter that tests more than the state does not decide by the state alone.
func TestExcludes_goesByTheStateAlone(t *testing.T) {
	t.Parallel()
	enabled := graph.FilterClause{Attribute: "AccountEnabled", Operator: "IS TRUE"}
	sales := graph.FilterClause{Attribute: "department", Operator: "EQUALS", Values: []string{"Sales"}}
	u := &User{Properties: map[string]json.RawMessage{propertyEnabled: json.RawMessage("true")}}
	for _, test := range []struct {
		name   string
		groups []graph.FilterGroup
		want   bool
	}{
		{"none", nil, false},
		{"the state", []graph.FilterGroup{{Clauses: []graph.FilterClause{enabled}}}, true},
		{"the state and more", []graph.FilterGroup{{Clauses: []graph.FilterClause{sales, enabled}}}, true},
		{"the state or more", []graph.FilterGroup{{Clauses: []graph.FilterClause{enabled}}, {Clauses: []graph.FilterClause{sales}}}, false},
	} {
		if got := Excludes(test.groups, u, SignInBlocked); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
		if Excludes(test.groups, u, Unassigned) {
			t.Errorf("%s: keeps out who can sign in", test.name)
		}
	}
}
