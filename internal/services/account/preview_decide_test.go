// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

func from(name string) *graph.MappingSource {
	return &graph.MappingSource{Type: graph.SourceAttribute, Name: name}
}

func computed(text string) *graph.MappingSource {
	return &graph.MappingSource{Type: graph.SourceFunction, Expression: text}
}

// user is a person with text attributes.
func user(id string, pairs ...string) *person {
	p := &person{id: id, found: true, provisions: true, attributes: map[string]expression.Value{"IsSoftDeleted": boolean(false)}}
	for i := 0; i < len(pairs); i += 2 {
		p.attributes[pairs[i]] = expression.String(pairs[i+1])
	}
	return p
}

// shut is somebody who may not sign in.
func shut() *person {
	p := user("ana", "mail", "ana@corp.example")
	p.blocked, p.attributes["IsSoftDeleted"] = true, boolean(true)
	return p
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
	ana := user("ana", "mail", "ana@corp.example", "surname", "Example")
	account := gotoadmin.User{Key: "1", Email: "ANA@corp.example", LastName: "Example", Status: "ACTIVE"}
	tests := []struct {
		name     string
		given    situation
		mapping  graph.ObjectMapping
		want     []string
		problems []string
	}{
		{"accounts not read", situation{people: []*person{ana}}, byMail(), []string{"ana unknown accounts_not_read "}, nil},
		{"matching by what GoTo does not report", situation{people: []*person{ana}, accounts: []gotoadmin.User{account}, accountsRead: true},
			mapping(graph.AttributeMapping{Target: "externalId", Source: from("surname"), MatchingPriority: 1}),
			[]string{"ana unknown matching_attribute_not_reported "}, []string{"MatchingAttributeNotReported"}},
		{"but found before that", situation{people: []*person{ana}, accounts: []gotoadmin.User{account}, accountsRead: true},
			byMail(graph.AttributeMapping{Target: "externalId", Source: from("surname"), MatchingPriority: 2}), []string{"ana matched account_fits 1"}, nil},
		{"a source attribute that Graph has not", situation{people: []*person{ana}, accounts: []gotoadmin.User{account}, accountsRead: true},
			byMail(graph.AttributeMapping{Target: "lastName", Source: from("userType")}),
			[]string{"ana unknown source_attribute_not_read 1"}, []string{"SourceAttributeNotRead"}},
		{"the same where GoTo reports nothing", situation{people: []*person{ana}, accounts: []gotoadmin.User{account}, accountsRead: true},
			byMail(graph.AttributeMapping{Target: "costCenter", Source: from("userType")}),
			[]string{"ana matched account_fits 1"}, []string{"SourceAttributeNotRead"}},
		{"an expression that needs the service", situation{people: []*person{ana}, accounts: []gotoadmin.User{account}, accountsRead: true},
			byMail(graph.AttributeMapping{Target: "lastName", Source: computed("Guid()")}),
			[]string{"ana unknown expression_not_computable 1"}, []string{"ExpressionNotComputable"}},
		{"the same, but something differs anyway", situation{people: []*person{ana}, accounts: []gotoadmin.User{{Key: "1", Email: "ana@corp.example", FirstName: "X", LastName: "Y"}}, accountsRead: true},
			byMail(graph.AttributeMapping{Target: "firstName", Source: computed("Guid()")}, graph.AttributeMapping{Target: "lastName", Source: from("surname")}),
			[]string{"ana update account_differs 1"}, []string{"ExpressionNotComputable"}},
		{"a function that nobody knows", situation{people: []*person{ana}, accountsRead: true},
			mapping(graph.AttributeMapping{Target: "email", Source: computed("Unheard([mail])"), MatchingPriority: 1}),
			[]string{"ana unknown expression_not_computable "}, []string{"ExpressionNotComputable"}},
		{"creating somebody of whom something is not known", situation{people: []*person{ana}, accountsRead: true},
			byMail(graph.AttributeMapping{Target: "department", Source: from("userType")}), []string{"ana create no_account "}, []string{"SourceAttributeNotRead"}},
		{"a filter by such an attribute", situation{people: []*person{ana}, accountsRead: true}, func() graph.ObjectMapping {
			m := byMail()
			m.Filters = []graph.FilterGroup{{Clauses: []graph.FilterClause{{Attribute: "userType", Operator: "EQUALS", Values: []string{"Guest"}}}}}
			return m
		}(), []string{"ana unknown filter_not_computable "}, []string{"SourceAttributeNotRead"}},
		{"another group of the filter decides", situation{people: []*person{ana}, accountsRead: true}, func() graph.ObjectMapping {
			m := byMail()
			m.Filters = []graph.FilterGroup{{Clauses: []graph.FilterClause{{Attribute: "userType", Operator: "EQUALS", Values: []string{"Guest"}}}},
				{Clauses: []graph.FilterClause{{Attribute: "surname", Operator: "IS NOT NULL"}}}}
			return m
		}(), []string{"ana create no_account "}, []string{"SourceAttributeNotRead"}},
		{"an operator that nobody knows", situation{people: []*person{ana}, accountsRead: true}, func() graph.ObjectMapping {
			m := byMail()
			m.CategoryFilters = []graph.FilterGroup{{Clauses: []graph.FilterClause{{Attribute: "mail", Operator: "LIKE", Values: []string{"a"}}}}}
			return m
		}(), []string{"ana unknown filter_not_computable "}, []string{"FilterOperatorNotUnderstood"}},
		{"a status that nobody knows", situation{people: []*person{shut()},
			accounts: []gotoadmin.User{{Key: "1", Email: "ana@corp.example", Status: "INVITED"}}, accountsRead: true, ranBefore: true},
			byMail(graph.AttributeMapping{Target: "active", Source: computed("Not([IsSoftDeleted])")}), []string{"ana unknown account_status_not_understood 1"}, nil},
		{"an account that may be somebody's", situation{people: []*person{ana}, accounts: []gotoadmin.User{account}, accountsRead: true, ranBefore: true},
			mapping(graph.AttributeMapping{Target: "externalId", Source: from("surname"), MatchingPriority: 1}),
			[]string{"ana unknown matching_attribute_not_reported ", " unknown owner_not_known 1"}, []string{"MatchingAttributeNotReported"}},
		{"somebody whom the directory does not show", situation{people: []*person{{id: "ben", provisions: true}}, accountsRead: true}, byMail(),
			[]string{"ben unknown not_found_in_directory "}, nil},
		{"no matching attribute", situation{people: []*person{ana}, accountsRead: true}, mapping(graph.AttributeMapping{Target: "email", Source: from("mail")}),
			[]string{"ana skip no_matching_value "}, []string{"NoMatchingAttribute"}},
		{"a status written by name", situation{people: []*person{shut()}, accounts: []gotoadmin.User{account}, accountsRead: true, ranBefore: true},
			byMail(graph.AttributeMapping{Target: "status", Source: computed(`Switch([IsSoftDeleted], , "False", "ACTIVE", "True", "SUSPENDED")`)}),
			[]string{"ana disable sign_in_blocked 1"}, nil},
		{"SCIM spellings", situation{people: []*person{ana}, accounts: []gotoadmin.User{{Key: "1", Email: "ana@corp.example", LastName: "Other", Status: "suspended"}}, accountsRead: true},
			mapping(graph.AttributeMapping{Target: `emails[type eq "work"].value`, Source: from("mail"), MatchingPriority: 1},
				graph.AttributeMapping{Target: "urn:ietf:params:scim:schemas:core:2.0:User:name.familyName", Source: from("surname")},
				graph.AttributeMapping{Target: "Active", Source: computed("Not([IsSoftDeleted])")}),
			[]string{"ana update account_differs 1"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.given.peopleRead = true
			test.given.rules = compile(test.mapping, nil, time.Now())
			verdicts, _ := test.given.decide()
			var got []string
			for _, v := range verdicts {
				got = append(got, v.principalID()+" "+v.action+" "+v.reason+" "+v.accountKey())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			var found problems
			found.conclude(test.given, verdicts)
			var codes []string
			for _, p := range found.list {
				if p.code != problemNotCompared && p.code != problemLinks && p.code != problemDeletes {
					codes = append(codes, p.code)
				}
			}
			if diff := cmp.Diff(test.problems, codes); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if found.complete() != (codes == nil) {
				t.Errorf("complete is %t with %v", found.complete(), codes)
			}
		})
	}
}

// What the target's description says of an attribute counts.
func TestDecide_heedsTheTarget(t *testing.T) {
	t.Parallel()
	ana := user("ana", "mail", "ana@corp.example", "surname", "EXAMPLE")
	account := gotoadmin.User{Key: "1", Email: "ana@corp.example", LastName: "Example", Status: "ACTIVE"}
	tests := []struct {
		name     string
		lastName graph.AttributeDefinition
		accounts []gotoadmin.User
		want     string
		changes  int
	}{
		{"case does not matter", graph.AttributeDefinition{}, []gotoadmin.User{account}, actionMatched, 0},
		{"case matters", graph.AttributeDefinition{CaseExact: true}, []gotoadmin.User{account}, actionUpdate, 1},
		{"immutable", graph.AttributeDefinition{CaseExact: true, Mutability: "Immutable"}, []gotoadmin.User{account}, actionMatched, 0},
		{"immutable, on creation", graph.AttributeDefinition{Mutability: "Immutable"}, nil, actionCreate, 2},
		{"read-only", graph.AttributeDefinition{CaseExact: true, Mutability: "ReadOnly"}, []gotoadmin.User{account}, actionMatched, 0},
		{"read-only, on creation", graph.AttributeDefinition{Mutability: "ReadOnly", Required: true}, nil, actionCreate, 1},
		{"an integer", graph.AttributeDefinition{Type: "Integer"}, nil, actionSkip, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.lastName.Name = "lastName"
			target := &graph.ObjectDefinition{Attributes: []graph.AttributeDefinition{{Name: "email", Required: true}, test.lastName}}
			s := situation{people: []*person{ana}, peopleRead: true, accounts: test.accounts, accountsRead: true,
				rules: compile(byMail(graph.AttributeMapping{Target: "LastName", Source: from("surname")}), target, time.Now())}
			verdicts, _ := s.decide()
			if len(verdicts) != 1 || verdicts[0].action != test.want || len(verdicts[0].changes) != test.changes {
				t.Errorf("got %+v, want %s with %d changes", verdicts, test.want, test.changes)
			}
		})
	}
}

func TestHold_tellsWhoseRolesProvision(t *testing.T) {
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
			found := map[string]holder{}
			for _, role := range test.roles {
				hold(found, "ANA", role, test.declared)
			}
			if diff := cmp.Diff(map[string]holder{"ana": test.want}, found, cmp.AllowUnexported(holder{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
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
		want     truth
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

func TestSourceValue_readsWhereGraphKeepsIt(t *testing.T) {
	t.Parallel()
	var p graph.SelectedUser
	const shown = `{"id": "1", "accountEnabled": false, "userPrincipalName": "gil_h_partner.example#EXT#@corp.example", "mobilePhone": "2",
		"businessPhones": ["3", "4"], "otherMails": ["a", "b"], "onPremisesExtensionAttributes": {"extensionAttribute1": "one", "extensionAttribute12": "twelve"},
		"extension_c0_Cost": "5", "extension_c0_level": 6, "officeLocation": "7", "faxNumber": null, "onPremisesSyncEnabled": null}`
	if err := json.Unmarshal([]byte(shown), &p); err != nil {
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
		if diff := cmp.Diff(test.want, sourceValue(test.attribute, p, []string{"User"}).Values()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.attribute, diff)
		}
	}
	for _, name := range []string{"manager", "userType", "extensionAttribute0", "extensionAttribute16", "extensionAttribute01", "shoeSize"} {
		if property, known := propertyOf(name); known {
			t.Errorf("%s is said to be in %q", name, property)
		}
	}
}
