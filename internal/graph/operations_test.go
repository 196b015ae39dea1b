// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	sp  = "/v1.0/servicePrincipals/" + testSP
	job = sp + "/synchronization/jobs/" + testJob
)

func TestOperations_sendWhatTheServiceExpects(t *testing.T) {
	enabled, name := false, ""
	for _, test := range []struct {
		name  string
		call  func(context.Context, *Client) (any, error)
		reply reply
		want  string // request
		body  string
		got   any
	}{
		{
			"list gallery entries",
			func(ctx context.Context, c *Client) (any, error) { return c.ListApplicationTemplates(ctx, "O'Brien's") },
			answer(200, `{"value":[{"id":"1","displayName":"o'brien's"},{"id":"2","displayName":"O'Brien's","publisher":null,"supportedProvisioningTypes":["sync"]}]}`),
			"GET /v1.0/applicationTemplates?$filter=displayName%20eq%20%27O%27%27Brien%27%27s%27", "",
			[]ApplicationTemplate{{ID: "2", DisplayName: "O'Brien's", SupportedProvisioningTypes: []string{"sync"}}},
		},
		{
			"list gallery entries in another case",
			func(ctx context.Context, c *Client) (any, error) {
				return c.ListApplicationTemplates(ctx, "gotomeeting")
			},
			answer(200, `{"value":[{"id":"1","displayName":"GoToMeeting"},{"id":"2","displayName":"GoToMeeting II"}]}`),
			"GET /v1.0/applicationTemplates?$filter=displayName%20eq%20%27gotomeeting%27", "",
			[]ApplicationTemplate{{ID: "1", DisplayName: "GoToMeeting"}},
		},
		{
			"get a gallery entry",
			func(ctx context.Context, c *Client) (any, error) { return c.GetApplicationTemplate(ctx, "1") },
			answer(200, `{"id":"1"}`), "GET /v1.0/applicationTemplates/1", "", ApplicationTemplate{ID: "1"},
		},
		{
			"instantiate",
			func(ctx context.Context, c *Client) (any, error) {
				a, p, err := c.InstantiateApplicationTemplate(ctx, "1", NewApplication{DisplayName: "Name"})
				return []any{a, p}, err
			},
			answer(201, `{"application":{"id":"a","appId":"b"},"servicePrincipal":{"id":"p","appRoles":[{"id":"r","value":null,"isEnabled":true,"allowedMemberTypes":["User"]}]}}`),
			"POST /v1.0/applicationTemplates/1/instantiate", `{"displayName":"Name"}`,
			[]any{Application{ID: "a", AppID: "b"}, ServicePrincipal{ID: "p", AppRoles: []AppRole{{ID: "r", IsEnabled: true, AllowedMemberTypes: []string{"User"}}}}},
		},
		{
			"instantiate, older names",
			func(ctx context.Context, c *Client) (any, error) {
				a, p, err := c.InstantiateApplicationTemplate(ctx, "1", NewApplication{DisplayName: "Name"})
				return []any{a, p}, err
			},
			answer(201, `{"application":{"objectId":"a"},"servicePrincipal":{"objectId":"p"}}`),
			"POST /v1.0/applicationTemplates/1/instantiate", `{"displayName":"Name"}`,
			[]any{Application{ID: "a"}, ServicePrincipal{ID: "p"}},
		},
		{
			"get a service principal",
			func(ctx context.Context, c *Client) (any, error) { return c.GetServicePrincipal(ctx, testSP) },
			answer(200, `{"id":"`+testSP+`","preferredSingleSignOnMode":null,"tags":["a"]}`), "GET " + sp, "", ServicePrincipal{ID: testSP, Tags: []string{"a"}},
		},
		{
			"list service principals",
			func(ctx context.Context, c *Client) (any, error) {
				return c.ListServicePrincipals(ctx, ServicePrincipalFilter{DisplayName: "A&B", ApplicationTemplateID: "t"})
			},
			answer(200, `{"value":[{"id":"p","displayName":"A&B","applicationTemplateId":"T"},{"id":"q","displayName":"A&B"}]}`),
			"GET /v1.0/servicePrincipals?$filter=displayName%20eq%20%27A%26B%27%20and%20applicationTemplateId%20eq%20%27t%27", "", []ServicePrincipal{{ID: "p", DisplayName: "A&B", ApplicationTemplateID: "T"}},
		},
		{
			"list all service principals",
			func(ctx context.Context, c *Client) (any, error) {
				return c.ListServicePrincipals(ctx, ServicePrincipalFilter{})
			},
			answer(200, `{"value":[]}`), "GET /v1.0/servicePrincipals", "", []ServicePrincipal(nil),
		},
		{
			"find an application",
			func(ctx context.Context, c *Client) (any, error) { return c.GetApplicationByAppID(ctx, testClient) },
			answer(200, `{"value":[{"id":"o","appId":"other"},{"id":"a","appId":"`+testClient+`"}]}`), "GET /v1.0/applications?$filter=appId%20eq%20%27" + testClient + "%27", "", Application{ID: "a", AppID: testClient},
		},
		{
			"change an application",
			func(ctx context.Context, c *Client) (any, error) {
				return nil, c.UpdateApplication(ctx, "a", ApplicationPatch{DisplayName: &name})
			},
			answer(204, ""), "PATCH /v1.0/applications/a", `{"displayName":""}`, nil,
		},
		{
			"get an application",
			func(ctx context.Context, c *Client) (any, error) { return c.GetApplication(ctx, "a") },
			answer(200, `{"id":"a","serviceManagementReference":"SVC-1"}`), "GET /v1.0/applications/a", "", Application{ID: "a", ServiceManagementReference: "SVC-1"},
		},
		{
			"list owners",
			func(ctx context.Context, c *Client) (any, error) {
				return c.ListOwners(ctx, OwnedServicePrincipal(testSP))
			},
			answer(200, `{"value":[{"@odata.type":"#microsoft.graph.user","id":"B"},{"id":"a"}]}`), "GET " + sp + "/owners?$select=id", "", []string{"a", "b"},
		},
		{
			"remove an owner",
			func(ctx context.Context, c *Client) (any, error) {
				return nil, c.RemoveOwner(ctx, OwnedApplication("a"), "o")
			},
			answer(404, ""), "DELETE /v1.0/applications/a/owners/o/$ref", "", nil,
		},
		{
			"delete an application",
			func(ctx context.Context, c *Client) (any, error) { return nil, c.DeleteApplication(ctx, "a") },
			answer(404, ""), "DELETE /v1.0/applications/a", "", nil,
		},
		{
			"delete a service principal",
			func(ctx context.Context, c *Client) (any, error) { return nil, c.DeleteServicePrincipal(ctx, testSP) },
			answer(204, ""), "DELETE " + sp, "", nil,
		},
		{
			"list deleted applications",
			func(ctx context.Context, c *Client) (any, error) { return c.ListDeletedApplications(ctx, "A") },
			answer(200, `{"value":[{"id":"1","displayName":"A"},{"id":"2","displayName":"AB"}]}`),
			"GET /v1.0/directory/deletedItems/microsoft.graph.application?$filter=displayName%20eq%20%27A%27", "", []DeletedObject{{ID: "1", DisplayName: "A"}},
		},
		{
			"get an assignment",
			func(ctx context.Context, c *Client) (any, error) { return c.GetAssignment(ctx, testSP, "a_B/+") },
			answer(200, `{"id":"a_B/+","principalType":"Group"}`), "GET " + sp + "/appRoleAssignedTo/a_B%2F+", "", Assignment{ID: "a_B/+", PrincipalType: "Group"},
		},
		{
			"assign",
			func(ctx context.Context, c *Client) (any, error) { return c.CreateAssignment(ctx, testSP, "p", "r") },
			answer(201, `{"id":"1"}`), "POST " + sp + "/appRoleAssignedTo", `{"appRoleId":"r","principalId":"p","resourceId":"` + testSP + `"}`, Assignment{ID: "1"},
		},
		{
			"unassign",
			func(ctx context.Context, c *Client) (any, error) { return nil, c.DeleteAssignment(ctx, testSP, "1") },
			answer(404, ""), "DELETE " + sp + "/appRoleAssignedTo/1", "", nil,
		},
		{
			"get a user",
			func(ctx context.Context, c *Client) (any, error) { return c.GetUser(ctx, "ana_x#EXT#@example.com") },
			answer(200, `{"id":"1","mail":null,"accountEnabled":false}`),
			"GET /v1.0/users/ana_x%23EXT%23@example.com?$select=id%2CuserPrincipalName%2CdisplayName%2Cmail%2CaccountEnabled", "", User{ID: "1", AccountEnabled: &enabled},
		},
		{
			"get a user whose name starts with a dollar",
			func(ctx context.Context, c *Client) (any, error) { return c.GetUser(ctx, "$o'b@example.com") },
			answer(200, `{"id":"1"}`),
			"GET /v1.0/users(%27$o%27%27b@example.com%27)?$select=id%2CuserPrincipalName%2CdisplayName%2Cmail%2CaccountEnabled", "", User{ID: "1"},
		},
		{
			"list some users",
			func(ctx context.Context, c *Client) (any, error) { return c.FirstUsers(ctx, 2) },
			answer(200, `{"value":[{"id":"1","accountEnabled":false},{"id":"2"},{"id":"3"}],"@odata.nextLink":"https://other.example/not-asked-for"}`),
			"GET /v1.0/users?$select=id%2CuserPrincipalName%2CdisplayName%2CaccountEnabled&$top=999", "", []User{{ID: "1", AccountEnabled: &enabled}, {ID: "2"}},
		},
		{
			"resolve ids",
			func(ctx context.Context, c *Client) (any, error) {
				return c.GetPrincipals(ctx, []string{"a", "b", "A", "c"})
			},
			answer(200, `{"value":[{"@odata.type":"#microsoft.graph.user","id":"a","accountEnabled":false},{"@odata.type":"#microsoft.graph.group","id":"b"},{"@odata.type":"#microsoft.graph.servicePrincipal","id":"c"}]}`),
			"POST /v1.0/directoryObjects/getByIds?$select=id%2CdisplayName%2CuserPrincipalName%2CaccountEnabled%2CsecurityEnabled%2Cvisibility", `{"ids":["a","b","c"],"types":["user","group","servicePrincipal"]}`,
			[]Principal{{ID: "a", Type: "User", AccountEnabled: &enabled}, {ID: "b", Type: "Group"}, {ID: "c", Type: "ServicePrincipal"}},
		},
		{
			"read users",
			func(ctx context.Context, c *Client) (any, error) {
				return c.GetUsers(ctx, []string{"b", "a", "A"}, []string{"mail", "city", "mail"})
			},
			answer(200, `{"value":[{"id":"a","mail":null}]}`),
			"POST /v1.0/directoryObjects/getByIds?$select=city%2Cid%2Cmail", `{"ids":["a","b"],"types":["user"]}`,
			[]SelectedUser{{ID: "a", Properties: map[string]json.RawMessage{"id": json.RawMessage(`"a"`), "mail": json.RawMessage("null")}}},
		},
		{
			"list users",
			func(ctx context.Context, c *Client) (any, error) { return c.ListUsers(ctx, []string{"mail"}) },
			answer(200, `{"value":[{"id":"a"}]}`), "GET /v1.0/users?$select=id%2Cmail&$top=999", "",
			[]SelectedUser{{ID: "a", Properties: map[string]json.RawMessage{"id": json.RawMessage(`"a"`)}}},
		},
		{
			"list deleted users",
			func(ctx context.Context, c *Client) (any, error) {
				return c.ListDeletedUsers(ctx, []string{"userPrincipalName"})
			},
			answer(200, `{"value":[{"id":"d0-1","userPrincipalName":"D01tess@corp.example"},{"id":"d0-2","userPrincipalName":"other@corp.example"},{"id":"d0-3","userPrincipalName":null}]}`),
			"GET /v1.0/directory/deletedItems/microsoft.graph.user?$select=id%2CuserPrincipalName&$top=999", "",
			[]SelectedUser{
				{ID: "d0-1", Properties: map[string]json.RawMessage{"id": json.RawMessage(`"d0-1"`), "userPrincipalName": json.RawMessage(`"tess@corp.example"`)}},
				{ID: "d0-2", Properties: map[string]json.RawMessage{"id": json.RawMessage(`"d0-2"`), "userPrincipalName": json.RawMessage(`"other@corp.example"`)}},
				{ID: "d0-3", Properties: map[string]json.RawMessage{"id": json.RawMessage(`"d0-3"`), "userPrincipalName": json.RawMessage("null")}},
			},
		},
		{
			"get what was deleted",
			func(ctx context.Context, c *Client) (any, error) { return c.GetDeleted(ctx, "a") },
			answer(200, `{"id":"a","displayName":"A","deletedDateTime":"2030-01-02T03:04:05Z"}`),
			"GET /v1.0/directory/deletedItems/a", "", DeletedObject{ID: "a", DisplayName: "A", DeletedDateTime: "2030-01-02T03:04:05Z"},
		},
		{
			"list members",
			func(ctx context.Context, c *Client) (any, error) { return c.ListGroupMembers(ctx, "g") },
			answer(200, `{"value":[{"@odata.type":"#microsoft.graph.device","id":"a"}]}`),
			"GET /v1.0/groups/g/members?$select=id%2CdisplayName%2CuserPrincipalName%2CaccountEnabled&$top=999", "", []Principal{{ID: "a", Type: "device"}},
		},
		{
			"create a job",
			func(ctx context.Context, c *Client) (any, error) { return c.CreateJob(ctx, testSP, "T") },
			answer(201, `{"id":"T.1","templateId":"T","schedule":{"state":"Disabled","interval":"PT40M"}}`),
			"POST " + sp + "/synchronization/jobs", `{"templateId":"T"}`, Job{ID: "T.1", TemplateID: "T", Schedule: Schedule{State: "Disabled", Interval: "PT40M"}},
		},
		{
			"start", func(ctx context.Context, c *Client) (any, error) { return nil, c.StartJob(ctx, testRef) },
			answer(204, ""), "POST " + job + "/start", "", nil,
		},
		{
			"pause", func(ctx context.Context, c *Client) (any, error) { return nil, c.PauseJob(ctx, testRef) },
			answer(204, ""), "POST " + job + "/pause", "", nil,
		},
		{
			"restart", func(ctx context.Context, c *Client) (any, error) { return nil, c.RestartJob(ctx, testRef, "") },
			answer(204, ""), "POST " + job + "/restart", `{"criteria":{}}`, nil,
		},
		{
			"restart with a scope", func(ctx context.Context, c *Client) (any, error) {
				return nil, c.RestartJob(ctx, testRef, "ForceDeletes")
			},
			answer(204, ""), "POST " + job + "/restart", `{"criteria":{"resetScope":"ForceDeletes"}}`, nil,
		},
		{
			"delete a job", func(ctx context.Context, c *Client) (any, error) { return nil, c.DeleteJob(ctx, testRef) },
			answer(204, ""), "DELETE " + job, "", nil,
		},
		{
			"check credentials",
			func(ctx context.Context, c *Client) (any, error) {
				return nil, c.ValidateCredentials(ctx, testSP, "T", []KeyValue{{"UserName", "a"}})
			},
			answer(204, ""), "POST " + sp + "/synchronization/jobs/validateCredentials",
			`{"credentials":[{"key":"UserName","value":"a"}],"templateId":"T","useSavedCredentials":false}`, nil,
		},
		{
			"check stored credentials",
			func(ctx context.Context, c *Client) (any, error) {
				return nil, c.ValidateJobCredentials(ctx, testRef, nil)
			},
			answer(204, ""), "POST " + job + "/validateCredentials", `{"credentials":[],"useSavedCredentials":true}`, nil,
		},
		{
			"check a job's credentials",
			func(ctx context.Context, c *Client) (any, error) {
				return nil, c.ValidateJobCredentials(ctx, testRef, []KeyValue{{"UserName", "a"}})
			},
			answer(204, ""), "POST " + job + "/validateCredentials", `{"credentials":[{"key":"UserName","value":"a"}],"useSavedCredentials":false}`, nil,
		},
		{
			"read secrets", func(ctx context.Context, c *Client) (any, error) { return c.GetSecrets(ctx, testSP) },
			answer(200, `{"value":[{"key":"UserName","value":"a"},{"key":"Password","value":"*"}]}`), "GET " + sp + "/synchronization/secrets", "",
			[]KeyValue{{"UserName", "a"}, {"Password", MaskedValue}},
		},
		{
			"read secrets that were never set up", func(ctx context.Context, c *Client) (any, error) { return c.GetSecrets(ctx, testSP) },
			answer(404, ""), "GET " + sp + "/synchronization/secrets", "", []KeyValue(nil),
		},
		{
			"write secrets",
			func(ctx context.Context, c *Client) (any, error) {
				return nil, c.PutSecrets(ctx, testSP, []KeyValue{{"SyncAll", "false"}})
			},
			answer(204, ""), "PUT " + sp + "/synchronization/secrets", `{"value":[{"key":"SyncAll","value":"false"}]}`, nil,
		},
		{
			"list operators", func(ctx context.Context, c *Client) (any, error) { return c.FilterOperators(ctx, testRef) },
			answer(200, `{"value":[{"id":"EQUALS","arity":"Binary","supportedAttributeTypes":["String"]},{"id":"x","name":"IS NULL"}]}`),
			"GET " + job + "/schema/filterOperators", "", []FilterOperator{{ID: "EQUALS", Name: "EQUALS", Arity: "Binary", SupportedAttributeTypes: []string{"String"}}, {ID: "x", Name: "IS NULL"}},
		},
		{
			"list functions", func(ctx context.Context, c *Client) (any, error) { return c.Functions(ctx, testRef) },
			answer(200, `{"value":[{"id":"Append","name":"Append","parameters":[{"name":"source","type":"String","required":true,"allowMultipleOccurrences":false}]}]}`),
			"GET " + job + "/schema/functions", "", []string{"Append"},
		},
		{
			"parse", func(ctx context.Context, c *Client) (any, error) { return c.ParseExpression(ctx, testRef, "[mail") },
			answer(200, `{"parsingSucceeded":false,"parsedExpression":null,"error":{"code":"A","message":"outer","innerError":{"code":"B","message":"no ]"}}}`),
			"POST " + job + "/schema/parseExpression", `{"expression":"[mail","targetAttributeDefinition":null,"testInputObject":null}`,
			ParsedExpression{Expression: json.RawMessage("null"), ErrorCode: "B", ErrorMessage: "no ]"},
		},
		{
			"provision on demand",
			func(ctx context.Context, c *Client) (any, error) {
				r, err := c.ProvisionOnDemand(ctx, testRef, "rule", OnDemandSubject{ObjectID: "g", ObjectType: "Group", Members: []OnDemandSubject{{ObjectID: "u", ObjectType: "User"}}})
				return r.Result, err
			},
			answer(200, `{"key":"{\"result\":\"Success\"}","value":"{}"}`), "POST " + job + "/provisionOnDemand",
			`{"parameters":[{"ruleId":"rule","subjects":[{"links":{"members":[{"objectId":"u","objectTypeName":"User"}]},"objectId":"g","objectTypeName":"Group"}]}]}`, "Success",
		},
		{
			"read the log",
			func(ctx context.Context, c *Client) (any, error) {
				var ids []string
				for entry, err := range c.ListProvisioningLogs(ctx, ProvisioningLogFilter{JobID: "j'", Since: time.Date(2030, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600)), PageSize: 50}) {
					if err != nil {
						return nil, err
					}
					ids = append(ids, entry.ID)
				}
				return ids, nil
			},
			answer(200, `{"value":[{"id":"1"}]}`),
			"GET /v1.0/auditLogs/provisioning?$filter=jobId%20eq%20%27j%27%27%27%20and%20activityDateTime%20gt%202030-01-02T02%3A04%3A05Z&$orderby=activityDateTime%20desc&$top=50", "", []string{"1"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, test.reply)
			got, err := test.call(t.Context(), b.Client)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.got, got); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{test.want}, b.service.targets()); diff != "" {
				t.Fatalf("request (-want +got):\n%s", diff)
			}
			request := b.service.seen[0]
			if diff := cmp.Diff(test.body, request.body); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
			wantType := ""
			if test.body != "" {
				wantType = "application/json"
			}
			if got := request.header.Get("Content-Type"); got != wantType {
				t.Errorf("Content-Type %q", got)
			}
			if request.header.Get("Accept") != "application/json" || request.header.Get("Authorization") != "Bearer token-1" {
				t.Errorf("headers %v", request.header)
			}
		})
	}
}

func TestGetApplicationByAppID_isNotFoundWithoutAMatch(t *testing.T) {
	b := newBench(t, answer(200, `{"value":[]}`))
	if _, err := b.GetApplicationByAppID(t.Context(), testClient); !IsNotFound(err) {
		t.Errorf("error %v", err)
	}
}

func TestGetApplicationByAppID_waitsForReplicas(t *testing.T) {
	none := answer(200, `{"value":[]}`)
	b := newBench(t, none, none, answer(200, `{"value":[{"id":"a","appId":"`+testClient+`"}]}`))
	got, err := b.GetApplicationByAppID(WithReplicationWait(t.Context(), time.Minute), testClient)
	if err != nil || got.ID != "a" || !cmp.Equal(b.clock.sleeps, []time.Duration{500 * ms, 1 * s}) {
		t.Errorf("got %+v, %v after waits %v", got, err, b.clock.sleeps)
	}
	b = newBench(t, none)
	_, err = b.GetApplicationByAppID(WithReplicationWait(t.Context(), 10*s), testClient)
	if !IsNotFound(err) || !cmp.Equal(b.clock.sleeps, []time.Duration{500 * ms, 1 * s, 2 * s, 4 * s}) {
		t.Errorf("error %v after waits %v", err, b.clock.sleeps)
	}
}

func TestListSyncTemplates_tellsNoConnectorFromNoServicePrincipal(t *testing.T) {
	gone := answer(404, `{"error":{"code":"Request_ResourceNotFound","message":"gone"}}`)
	none := answer(404, `{"error":{"code":"UnknownError","message":"{\"error\":{\"code\":\"TemplateNotFound\",\"message\":\"\"}}"}}`)
	for _, code := range []reply{gone, none} {
		b := newBench(t, code, answer(200, `{"id":"`+testSP+`"}`))
		if got, err := b.ListSyncTemplates(t.Context(), testSP); err != nil || len(got) != 0 {
			t.Errorf("got %v, %v", got, err)
		}
		b = newBench(t, code, gone)
		if _, err := b.ListSyncTemplates(t.Context(), testSP); !IsNotFound(err) {
			t.Errorf("error %v", err)
		}
	}
}

func TestDeleteAssignment_looksWhenTheServiceRefuses(t *testing.T) {
	refused := answer(400, `{"error":{"code":"Request_BadRequest","message":"not found"}}`)
	t.Run("gone", func(t *testing.T) {
		b := newBench(t, refused, answer(404, ""))
		if err := b.DeleteAssignment(t.Context(), testSP, "1"); err != nil {
			t.Error(err)
		}
	})
	t.Run("still there", func(t *testing.T) {
		b := newBench(t, refused, answer(200, `{"id":"1"}`))
		if err := b.DeleteAssignment(t.Context(), testSP, "1"); !IsBadRequest(err) {
			t.Errorf("error %v", err)
		}
	})
}

func TestGetPrincipals_asksForAThousandAtOnce(t *testing.T) {
	var ids []string
	for i := range 2500 {
		ids = append(ids, fmt.Sprintf("d0000000-0000-4000-8000-%012d", i))
	}
	b := newBench(t, answer(200, `{"value":[{"id":"x"}]}`))
	got, err := b.GetPrincipals(t.Context(), ids)
	if err != nil || len(got) != 3 {
		t.Errorf("got %v, %v", got, err)
	}
	var sizes []int
	for _, request := range b.service.seen {
		sizes = append(sizes, strings.Count(request.body, "d0000000-"))
	}
	slices.Sort(sizes)
	if diff := cmp.Diff([]int{500, 1000, 1000}, sizes); diff != "" {
		t.Errorf("ids a call (-want +got):\n%s", diff)
	}
	if got, err := b.GetPrincipals(t.Context(), nil); err != nil || len(got) != 0 || len(b.service.seen) != 3 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestParseJobRef_readsBothForms(t *testing.T) {
	want := JobRef{ServicePrincipalID: testSP, JobID: testJob}
	for _, text := range []string{
		testSP + "/" + testJob,
		"/servicePrincipals/" + testSP + "/synchronization/jobs/" + testJob,
		"servicePrincipals/" + testSP + "/synchronization/jobs/" + testJob,
	} {
		if got, err := ParseJobRef(text); err != nil || got != want {
			t.Errorf("%s is %v, %v", text, got, err)
		}
	}
	if want.String() != testSP+"/"+testJob {
		t.Errorf("text %s", want)
	}
	for _, text := range []string{
		"", "/", testSP, testSP + "/", "/" + testJob, "x/" + testJob, testSP + "/a/b", testSP + "/ a",
		"/applications/" + testSP + "/synchronization/jobs/" + testJob, "/servicePrincipals/" + testSP + "/synchronization/templates/x",
	} {
		if got, err := ParseJobRef(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

// Well-formed JSON of another shape, or about another object, is not an answer.
func TestOperations_believeNoAnswerUnread(t *testing.T) {
	for _, test := range []struct {
		name string
		body string
		call func(*Client) error
	}{
		{"a service principal without an id", `{}`, func(c *Client) error { _, err := c.GetServicePrincipal(t.Context(), testSP); return err }},
		{"another service principal", `{"id":"b0000000-0000-4000-8000-000000000002"}`, func(c *Client) error { _, err := c.GetServicePrincipal(t.Context(), testSP); return err }},
		{"another job", `{"id":"EXAMPLE.job.2"}`, func(c *Client) error { _, err := c.GetJob(t.Context(), testRef); return err }},
		{"another assignment", `{"id":"b"}`, func(c *Client) error { _, err := c.GetAssignment(t.Context(), testSP, "a"); return err }},
		{"another gallery entry", `{"id":"b"}`, func(c *Client) error { _, err := c.GetApplicationTemplate(t.Context(), "a"); return err }},
		{"a listing without a list", `{}`, func(c *Client) error { _, err := c.ListAssignments(t.Context(), testSP); return err }},
		{"secrets without a list", `{"@odata.context":"x"}`, func(c *Client) error { _, err := c.GetSecrets(t.Context(), testSP); return err }},
		{"an object in place of a listing", `{"id":"1"}`, func(c *Client) error { _, err := c.ListJobs(t.Context(), testSP); return err }},
		{"users without a list", `{"users":[]}`, func(c *Client) error { _, err := c.GetPrincipals(t.Context(), []string{testSP}); return err }},
	} {
		b := newBench(t, answer(200, test.body))
		e, ok := errors.AsType[*Error](test.call(b.Client))
		if !ok || e.StatusCode != 200 || e.Err == nil || e.Ambiguous {
			t.Errorf("%s: %+v", test.name, e)
		}
	}
}

func TestAnswers_nameObjectsInLowerCase(t *testing.T) {
	b := newBench(t, answer(200, `{"value":[{"id":"AbC-opaque_ID","principalId":"D0000000-0000-4000-8000-0000000000D1","appRoleId" : "A0000000-0000-4000-8000-0000000000c1","principalDisplayName":"D0000000-0000-4000-8000-0000000000D1"}]}`))
	got, err := b.ListAssignments(t.Context(), testSP)
	want := []Assignment{{
		ID: "AbC-opaque_ID", PrincipalID: "d0000000-0000-4000-8000-0000000000d1", AppRoleID: "a0000000-0000-4000-8000-0000000000c1",
		PrincipalDisplayName: "D0000000-0000-4000-8000-0000000000D1",
	}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// A gateway in front of Graph, or a stand-in, may not offer getByIds, nor know $select.
func TestGetPrincipals_asksOneByOneWithoutGetByIDs(t *testing.T) {
	for _, status := range []int{404, 405, 501} {
		b := newBench(t,
			answer(status, ""), answer(status, ""), // with the options and, for 501, without
			answer(200, `{"id":"A0000000-0000-4000-8000-00000000000A","displayName":"Ana","accountEnabled":true}`),
			answer(404, ""), answer(400, ""), answer(200, `{"id":"a0000000-0000-4000-8000-00000000000b","displayName":"Everyone","securityEnabled":true}`),
			answer(404, ""), answer(404, ""), answer(404, ""))
		if status != 501 {
			b.service.replies = b.service.replies[1:]
		}
		ids := []string{"a0000000-0000-4000-8000-00000000000a", "a0000000-0000-4000-8000-00000000000b", "a0000000-0000-4000-8000-00000000000c"}
		got, err := b.GetPrincipals(t.Context(), ids)
		on, off := true, (*bool)(nil)
		want := []Principal{{ID: ids[0], Type: "User", DisplayName: "Ana", AccountEnabled: &on, SecurityEnabled: off}, {ID: ids[1], Type: "Group", DisplayName: "Everyone", SecurityEnabled: &on}}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%d: %v (-want +got):\n%s\n%v", status, err, diff, b.service.targets())
		}
		sent := len(b.service.targets())
		b.service.replies = []reply{answer(200, `{"id":"`+ids[0]+`"}`)}
		if _, err := b.GetUsers(t.Context(), ids[:1], []string{"mail"}); err != nil || len(b.service.targets()) != sent+1 {
			t.Errorf("%d: %v, asked for getByIds again: %v", status, err, b.service.targets()[sent:])
		}
	}
}

// Without $select, users have all properties where the service does not know it; otherwise only those that it sends by default.
func TestGetUsers_doesWithoutSelectWhereEverythingIsSent(t *testing.T) {
	for body, want := range map[string]int{
		`{"value":[{"id":"a","accountEnabled":true,"department":"Sales"}]}`: 1,
		`{"value":[{"id":"a","displayName":"Ana"}]}`:                        0,
	} {
		b := newBench(t, answer(400, `{"error":{"code":"BadRequest"}}`), answer(200, body))
		got, err := b.GetUsers(t.Context(), []string{"a"}, []string{"department"})
		if len(got) != want || IsBadRequest(err) != (want == 0) {
			t.Errorf("%s: %v, %v", body, got, err)
		}
	}
}

// A service may ignore a filter.
func TestListProvisioningLogs_passesOverEntriesOfOtherJobs(t *testing.T) {
	b := newBench(t, answer(200, `{"value":[{"id":"1","jobId":"other"},{"id":"2","jobId":"mine"},{"id":"3"}]}`))
	var got []string
	for entry, err := range b.ListProvisioningLogs(t.Context(), ProvisioningLogFilter{JobID: "mine"}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, entry.ID)
	}
	if diff := cmp.Diff([]string{"2", "3"}, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}
