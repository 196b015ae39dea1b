// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/tenant"
)

// small is a stand-in for Graph as somebody else could write it in an afternoon: documents by id, few checks, and none of the
// refinements of the simulator, of which it knows nothing. What is documented it does, and what is optional it leaves out.
type small struct {
	ways
	url string

	mu                       sync.Mutex
	log                      []string
	applications, principals []object
	assignments              map[string][]object // by service principal
	secrets                  map[string][]object
	jobs                     map[string]object
	schemas                  map[string]any // by job
}

// ways are how stand-ins differ.
type ways struct {
	lacks    []string // operations that are not offered: method and a part of the path, such as "POST /$batch"
	lacking  int      // with which status those are refused, 404 by default
	refuses  []string // query options that are refused, such as "$select"
	ignores  []string // and those that are ignored
	opaque   bool     // tokens are not JSON web tokens
	said     int      // the status of whatever succeeds
	silent   bool     // errors have no body
	heedless bool     // writes of settings, schemas and service principals are accepted and forgotten
	bare     bool     // jobs have no status and no interval, and assignments no display names
	plainID  bool     // ids of jobs and templates are numbers as text
}

const (
	smallTenant   = "11111111-1111-4111-8111-111111111111"
	smallTemplate = "22222222-2222-4222-8222-222222222222"
	smallAda      = "33333333-3333-4333-8333-333333333331"
	smallBob      = "33333333-3333-4333-8333-333333333332"
	smallGroup    = "33333333-3333-4333-8333-333333333333"
)

var smallPeople = []object{
	{"id": smallAda, "userPrincipalName": "ada@example.com", "mail": "ada@example.com", "displayName": "Ada", "givenName": "Ada", "surname": "One", "accountEnabled": true},
	{"id": smallBob, "userPrincipalName": "bob@example.com", "mail": "bob@example.com", "displayName": "Bob", "givenName": "Bob", "surname": "Two", "accountEnabled": true},
}

// smallSchema is a connector's default schema, with no more than has to be there.
func smallSchema(id string) any {
	attribute := func(target, source string, more object) object {
		m := object{"targetAttributeName": target, "source": object{"type": "Attribute", "name": source, "expression": "[" + source + "]"}}
		maps.Copy(m, more)
		return m
	}
	names := func(names ...string) (all []any) {
		for _, name := range names {
			all = append(all, object{"name": name, "type": "String"})
		}
		return all
	}
	document := object{
		"id": id, "version": "1",
		"directories": []any{
			object{"name": "Microsoft Entra ID", "objects": []any{object{"name": "User", "attributes": names("userPrincipalName", "givenName", "surname", "department", "IsSoftDeleted")}}},
			object{"name": "Meetings", "objects": []any{object{"name": "User", "attributes": names("email", "first", "last", "active")}}},
		},
		"synchronizationRules": []any{object{
			"id": "rule1", "name": "USERS", "sourceDirectoryName": "Microsoft Entra ID", "targetDirectoryName": "Meetings",
			"objectMappings": []any{object{
				"name": "Users", "enabled": true, "flowTypes": "Add, Update, Delete", "sourceObjectName": "User", "targetObjectName": "User",
				"attributeMappings": []any{
					attribute("email", "userPrincipalName", object{"matchingPriority": 1}), attribute("first", "givenName", nil), attribute("last", "surname", nil),
					object{"targetAttributeName": "active", "source": object{
						"type": "Function", "name": "Not", "expression": "Not([IsSoftDeleted])",
						"parameters": []any{object{"key": "source", "value": object{"type": "Attribute", "name": "IsSoftDeleted", "expression": "[IsSoftDeleted]"}}},
					}},
				},
			}},
		}},
	}
	return through(document)
}

// through is a document as it looks to whoever reads it off the wire.
func through(document any) (read any) {
	raw, _ := json.Marshal(document)
	_ = json.Unmarshal(raw, &read)
	return read
}

// serveSmall runs one until the test ends, and returns the environment of somebody who has such a tenant.
func serveSmall(t *testing.T, with ways) (*small, map[string]string) {
	t.Helper()
	s := &small{ways: with, assignments: map[string][]object{}, secrets: map[string][]object{}, jobs: map[string]object{}, schemas: map[string]any{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s, map[string]string{
		"GOTOMEETING_GRAPH_ENDPOINT": s.url, "GOTOMEETING_AUTHORITY_HOST": s.url, "ARM_TENANT_ID": smallTenant, "ARM_CLIENT_ID": uuid.NewString(), "ARM_CLIENT_SECRET": "secret",
		tenant.VariableTenant: smallTenant, tenant.VariableConfirm: smallTenant, tenant.VariableLedger: filepath.Join(t.TempDir(), "ledger.json"),
		tenant.VariableMay: "assign,start", tenant.VariablePeople: smallAda + "," + smallBob, tenant.VariableGroup: smallGroup,
		tenant.VariableUser: "admin@example.com", tenant.VariablePassword: "letmein",
	}
}

func (s *small) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, r.Method+" "+r.URL.RequestURI())
	status, body := s.answer(r)
	if status < 300 && s.said != 0 {
		if status = s.said; body == nil {
			body = object{}
		}
	}
	if status >= 300 && s.silent || body == nil {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func fails(status int, code string) (int, any) {
	return status, object{"error": object{"code": code, "message": "It was refused."}}
}

func (s *small) answer(r *http.Request) (int, any) {
	path := r.URL.EscapedPath()
	switch {
	case strings.HasSuffix(path, "/openid-configuration"):
		base := s.url + "/" + smallTenant
		return 200, object{"issuer": base + "/v2.0", "token_endpoint": base + "/oauth2/v2.0/token", "authorization_endpoint": base + "/oauth2/v2.0/authorize"}
	case strings.HasSuffix(path, "/oauth2/v2.0/token"):
		return 200, object{"token_type": "Bearer", "expires_in": 3600, "access_token": s.token()}
	case r.Header.Get("Authorization") != "Bearer "+s.token():
		return fails(401, "InvalidAuthenticationToken")
	}
	for _, operation := range s.lacks {
		if method, part, _ := strings.Cut(operation, " "); (method == "*" || method == r.Method) && strings.Contains(path, part) {
			if s.lacking == 0 || s.lacking == http.StatusNotFound {
				return http.StatusNotFound, object{"error": object{"code": "BadRequest", "message": "Resource not found for the segment '" + part + "'."}}
			}
			return fails(s.lacking, "NotImplemented")
		}
	}
	options := r.URL.Query()
	for name := range options {
		if slices.Contains(s.refuses, name) {
			return fails(400, "BadRequest")
		}
		if slices.Contains(s.ignores, name) {
			options.Del(name)
		}
	}
	rest, found := strings.CutPrefix(path, "/v1.0/")
	if !found {
		return fails(404, "BadRequest")
	}
	var body object
	_ = json.NewDecoder(r.Body).Decode(&body)
	segments := strings.Split(rest, "/")
	if write := r.Method == http.MethodPut || r.Method == http.MethodPatch; write && s.heedless {
		return 204, nil
	}
	id := ""
	if len(segments) > 1 {
		id = strings.ToLower(segments[1])
	}
	switch segments[0] {
	case "applicationTemplates":
		return s.gallery(r.Method, segments, options.Get("$filter"), body)
	case "applications":
		if r.Method == http.MethodDelete {
			for _, o := range s.applications {
				if o["id"] == id {
					s.principals = slices.DeleteFunc(s.principals, func(p object) bool { return p["appId"] == o["appId"] })
				}
			}
		}
		return objectsOf(&s.applications, r.Method, id, segments, options.Get("$filter"), body)
	case "users":
		people := slices.Clone(smallPeople)
		return objectsOf(&people, http.MethodGet, id, segments, "", nil)
	case "groups":
		if id == smallGroup && len(segments) > 2 {
			return 200, object{"value": []any{object{"@odata.type": "#microsoft.graph.user", "id": smallAda}}}
		}
		if id == smallGroup {
			return 200, smallGroupObject
		}
	case "directoryObjects":
		return 200, object{"value": byIDs(body)}
	case "organization":
		return 200, object{"value": []any{object{"id": smallTenant}}}
	case "directory", "auditLogs":
		return 200, object{"value": []any{}}
	case "servicePrincipals":
		if len(segments) > 2 {
			if one := slices.IndexFunc(s.principals, func(o object) bool { return o["id"] == id }); one < 0 {
				return fails(404, "Request_ResourceNotFound")
			}
		}
		switch {
		case len(segments) > 2 && segments[2] == "appRoleAssignedTo":
			return s.assigned(r.Method, id, segments[3:], body)
		case len(segments) > 2 && segments[2] == "owners":
			return 200, object{"value": []any{}}
		case len(segments) > 3 && segments[2] == "synchronization":
			return s.synchronization(r.Method, id, segments[3:], body)
		}
		return objectsOf(&s.principals, r.Method, id, segments, options.Get("$filter"), body)
	}
	return fails(404, "Request_ResourceNotFound")
}

var smallGroupObject = object{"@odata.type": "#microsoft.graph.group", "id": smallGroup, "displayName": "Everyone", "securityEnabled": true}

func byIDs(body object) []any {
	ids, _ := body["ids"].([]any)
	found := []any{}
	for _, id := range ids {
		for _, person := range smallPeople {
			if strings.EqualFold(fmt.Sprint(id), fmt.Sprint(person["id"])) {
				o := maps.Clone(person)
				o["@odata.type"] = "#microsoft.graph.user"
				found = append(found, o)
			}
		}
		if strings.EqualFold(fmt.Sprint(id), smallGroup) {
			found = append(found, smallGroupObject)
		}
	}
	return found
}

func (s *small) token() string {
	if s.opaque {
		return "0a1b2c3d4e5f"
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(`{"tid":"`+smallTenant+`","roles":["Synchronization.ReadWrite.All"]}`)) + "." + encode([]byte("signed"))
}

var equality = regexp.MustCompile(`(\w+) eq '([^']*)'`)

// objectsOf answers for a collection of documents.
func objectsOf(all *[]object, method, id string, segments []string, filter string, body object) (int, any) {
	if id == "" {
		found := []any{}
		for _, o := range *all {
			fits := true
			for _, term := range equality.FindAllStringSubmatch(filter, -1) {
				fits = fits && strings.EqualFold(fmt.Sprint(o[term[1]]), term[2])
			}
			if fits {
				found = append(found, o)
			}
		}
		return 200, object{"value": found}
	}
	at := slices.IndexFunc(*all, func(o object) bool { return o["id"] == id || o["userPrincipalName"] == id })
	switch {
	case at < 0 || len(segments) > 2:
		return fails(404, "Request_ResourceNotFound")
	case method == http.MethodGet:
		return 200, (*all)[at]
	case method == http.MethodPatch:
		maps.Copy((*all)[at], body)
		return 204, nil
	case method == http.MethodDelete:
		*all = slices.Delete(*all, at, at+1)
		return 204, nil
	}
	return fails(405, "BadRequest")
}

func (s *small) gallery(method string, segments []string, filter string, body object) (int, any) {
	entries := []object{
		{"id": uuid.NewString(), "displayName": "Something else", "supportedProvisioningTypes": []any{}},
		{"id": smallTemplate, "displayName": "GoToMeeting", "supportedProvisioningTypes": []any{"sync"}},
	}
	if method != http.MethodPost {
		id := ""
		if len(segments) > 1 {
			id = segments[1]
		}
		return objectsOf(&entries, method, id, segments, filter, nil)
	}
	appID, name := uuid.NewString(), body["displayName"]
	roles := []any{object{"id": uuid.NewString(), "displayName": "User", "isEnabled": true, "allowedMemberTypes": []any{"User"}}}
	application := object{"id": uuid.NewString(), "appId": appID, "displayName": name, "applicationTemplateId": smallTemplate}
	principal := object{"id": uuid.NewString(), "appId": appID, "displayName": name, "applicationTemplateId": smallTemplate, "accountEnabled": true, "appRoles": roles}
	s.applications, s.principals = append(s.applications, application), append(s.principals, principal)
	return 201, object{"application": application, "servicePrincipal": principal}
}

func (s *small) assigned(method, principal string, rest []string, body object) (int, any) {
	list := s.assignments[principal]
	switch {
	case method == http.MethodPost:
		kind, name := "", ""
		for _, o := range byIDs(object{"ids": []any{body["principalId"]}}) {
			kind, name = "User", fmt.Sprint(asObject(o)["displayName"])
			if asObject(o)["id"] == smallGroup {
				kind = "Group"
			}
		}
		if kind == "" {
			return fails(404, "Request_ResourceNotFound")
		}
		made := object{"id": strings.ReplaceAll(uuid.NewString(), "-", ""), "principalId": body["principalId"], "principalType": kind, "principalDisplayName": name, "resourceId": principal, "appRoleId": body["appRoleId"]}
		if s.bare {
			delete(made, "principalDisplayName")
		}
		s.assignments[principal] = append(list, made)
		return 201, made
	case len(rest) == 0:
		return 200, object{"value": append([]object{}, list...)}
	}
	at := slices.IndexFunc(list, func(o object) bool { return o["id"] == rest[0] })
	switch {
	case at < 0:
		return fails(404, "Request_ResourceNotFound")
	case method == http.MethodDelete:
		s.assignments[principal] = slices.Delete(list, at, at+1)
		return 204, nil
	}
	return 200, list[at]
}

func (s *small) connector() string {
	if s.plainID {
		return "7"
	}
	return "goto"
}

func (s *small) synchronization(method, principal string, rest []string, body object) (int, any) {
	switch rest[0] {
	case "templates":
		if len(rest) == 1 {
			return 200, object{"value": []any{object{"id": s.connector(), "factoryTag": "goto"}}}
		}
		if rest[1] != s.connector() {
			return fails(404, "NotFound")
		}
		return 200, smallSchema(s.connector())
	case "secrets":
		return s.settings(method, principal, body)
	case "jobs":
	default:
		return fails(404, "NotFound")
	}
	job, made := s.jobs[principal]
	switch {
	case len(rest) == 1 && method == http.MethodPost:
		if body["templateId"] != s.connector() || made {
			return fails(400, "BadRequest")
		}
		id := s.connector() + "." + strings.ReplaceAll(smallTenant, "-", "")
		if s.plainID {
			id = strconv.Itoa(1000 + len(s.schemas))
		}
		job = object{"id": id, "templateId": s.connector(), "schedule": object{"state": "Disabled", "interval": "PT40M"}, "status": object{"code": "Paused"}}
		if s.bare {
			job["schedule"] = object{"state": "Disabled"}
			delete(job, "status")
		}
		s.jobs[principal], s.schemas[id] = job, smallSchema(s.connector())
		return 201, job
	case len(rest) == 1:
		value := []any{}
		if made {
			value = append(value, job)
		}
		return 200, object{"value": value}
	case rest[len(rest)-1] == "validateCredentials":
		for _, e := range s.secrets[principal] {
			if body["useSavedCredentials"] == true && e["key"] == "Password" && e["value"] == "letmein" {
				return 204, nil
			}
		}
		if strings.Contains(fmt.Sprint(body["credentials"]), "letmein") {
			return 204, nil
		}
		return fails(400, "GotoInvalidCredentials")
	case !made || rest[1] != job["id"]:
		return fails(404, "NotFound")
	case len(rest) == 2 && method == http.MethodDelete:
		delete(s.jobs, principal)
		return 204, nil
	case len(rest) == 2:
		return 200, job
	}
	id := fmt.Sprint(job["id"])
	switch rest[2] {
	case "start", "restart":
		job["schedule"] = object{"state": "Active", "interval": "PT40M"}
		ran := object{"state": "Succeeded", "timeBegan": "2030-01-02T03:04:05Z", "timeEnded": "2030-01-02T03:05:05Z"}
		job["status"] = object{"code": "Active", "lastExecution": ran, "lastSuccessfulExecution": ran}
		return 204, nil
	case "pause":
		job["schedule"], job["status"] = object{"state": "Disabled", "interval": "PT40M"}, object{"code": "Paused"}
		if s.bare {
			delete(job, "status")
		}
		return 204, nil
	case "provisionOnDemand":
		return 200, object{"key": "Microsoft.Something", "value": `{"action":"Create","modifiedProperties":[{"displayName":"email","newValue":"ada@example.com"}]}`}
	case "schema":
		return s.schema(method, id, rest[3:], body)
	}
	return fails(404, "NotFound")
}

func (s *small) schema(method, job string, rest []string, body object) (int, any) {
	switch {
	case len(rest) == 0 && method == http.MethodPut:
		before := asObject(s.schemas[job])
		n, _ := strconv.Atoi(fmt.Sprint(before["version"]))
		body["version"] = strconv.Itoa(n + 1)
		s.schemas[job] = body
		return 204, nil
	case len(rest) == 0 && method == http.MethodDelete:
		s.schemas[job] = smallSchema(s.connector())
		return 204, nil
	case len(rest) == 0:
		return 200, s.schemas[job]
	case rest[0] == "filterOperators":
		return 200, object{"value": []any{object{"name": "EQUALS"}, object{"name": "NOT EQUALS"}}}
	case rest[0] == "functions":
		return 200, object{"value": []any{object{"name": "Trim"}, object{"name": "Not"}}}
	case rest[0] == "parseExpression":
		text := fmt.Sprint(body["expression"])
		name, inner, _ := strings.Cut(strings.TrimSuffix(text, ")"), "(")
		return 200, object{"parsingSucceeded": true, "parsedExpression": object{"type": "Function", "name": name, "expression": text, "parameters": []any{
			object{"key": "source", "value": object{"type": "Attribute", "name": strings.Trim(inner, "[]"), "expression": inner}},
		}}}
	}
	return fails(404, "NotFound")
}

func (s *small) settings(method, principal string, body object) (int, any) {
	if method == http.MethodPut {
		entries, _ := body["value"].([]any)
		for _, e := range entries {
			s.secrets[principal] = slices.DeleteFunc(s.secrets[principal], func(o object) bool { return o["key"] == asObject(e)["key"] })
			if asObject(e)["value"] != "" {
				s.secrets[principal] = append(s.secrets[principal], asObject(e))
			}
		}
		return 204, nil
	}
	shown := []any{}
	for _, e := range s.secrets[principal] {
		o := maps.Clone(e)
		if o["key"] == "Password" {
			o["value"] = "*"
		}
		shown = append(shown, o)
	}
	return 200, object{"value": shown}
}

func TestLifecycle_passesAgainstASmallStandIn(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute of CLI runs")
	}
	for name, test := range map[string]ways{
		"few words": {opaque: true, plainID: true, bare: true, said: 200, lacks: []string{"POST /$batch"}},
		"no query options": {
			refuses: []string{"$select", "$top", "$filter", "$orderby", "$count"}, lacking: 405, silent: true,
			lacks: []string{"POST /directoryObjects/getByIds", "POST /$batch", "GET /directory/deletedItems", "POST validateCredentials", "POST parseExpression", "GET /identityGovernance"},
		},
		"query options ignored": {
			ignores: []string{"$select", "$top", "$filter", "$orderby", "$count"}, lacking: 501,
			lacks: []string{"POST /directoryObjects/getByIds", "POST /$batch", "GET /auditLogs", "POST provisionOnDemand", "GET filterOperators", "GET functions", "GET /owners", "POST validateCredentials", "GET /templates/goto/schema"},
		},
		"settings are not listed": {lacks: []string{"GET /synchronization/secrets"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, environment := serveSmall(t, test)
			lifecycle(t.Context(), t, environment, func(ctx context.Context, _ time.Duration) error { return ctx.Err() })
			if len(s.applications) > 0 || len(s.jobs) > 0 {
				t.Errorf("left: %v %v", s.applications, s.jobs)
			}
		})
	}
}

// An operation that the service does not offer has not answered the question.
func TestProbe_takesAnAbsentOperationForNoAnswer(t *testing.T) {
	lacks := []string{
		"POST validateCredentials", "POST parseExpression", "GET filterOperators", "GET functions", "POST /$batch", "POST getByIds", "GET /synchronization/secrets",
		"GET /owners", "GET /jobs/no-such-job", "GET /templates/no-such-template", "GET ffffffff-ffff-4fff-8fff-ffffffffffff", "PATCH /servicePrincipals",
	}
	for _, lacking := range []int{404, 405, 501} {
		_, environment := serveSmall(t, ways{lacks: lacks, lacking: lacking})
		found := probeOf(t, environment)
		for _, asks := range []string{
			"wrong credentials", "credentials that are right", "masked value", "keys that it leaves out", "members of the notification", "several recipients", "1,024 bytes", "inside a batch",
			"missing service principal", "missing job", "missing synchronization template", "IIF", "Switch compare", "Switch evaluate", "scoping filters spelled", "list the functions",
			"only the members that are selected", "application own it", "with SAML",
		} {
			check(t, fmt.Sprint(lacking), found, want{asks, ""})
		}
		check(t, fmt.Sprint(lacking), found, want{"still offer", "offered"}, want{"link between", "no"}, want{"job that is off read", "other than Active"}, want{"filtered by principal", "ignored"})
	}
}

// A request that succeeds has not had its effect where nothing shows it.
func TestProbe_verifiesWhatSucceeds(t *testing.T) {
	_, environment := serveSmall(t, ways{heedless: true})
	for _, asks := range []string{"keys that it leaves out", "members of the notification", "several recipients", "1,024 bytes", "IIF", "Switch evaluate", "Switch compare", "older version", "with SAML"} {
		check(t, "a service that does nothing", probeOf(t, environment), want{asks, ""})
	}
}

func probeOf(t *testing.T, environment map[string]string) []tenant.Finding {
	t.Helper()
	opened, err := tenant.Open(t.Context(), func(name string) string { return environment[name] }, func(ctx context.Context, _ time.Duration) error { return ctx.Err() })
	if err != nil {
		t.Fatal(err)
	}
	found, err := (&tenant.Probe{Tenant: opened, Change: true}).Run(t.Context())
	if err != nil {
		t.Error(err)
	}
	return found
}

// Ids mean the same in any case, links can be relative, and annotations can be missing.
func TestProbe_readsWhatIsSaidInAnotherWay(t *testing.T) {
	w := start(t, simulator.Options{Variants: simulator.Variants{PageSizeCap: 2}})
	behindAnother(t, w.environment)
	differ := []string{"inside a batch", "page", "read back", "required attribute", "filtered by principal", "without a default value", "only the members"}
	check(t, "another", probe(t, w, true), slices.DeleteFunc(slices.Clone(usual), func(u want) bool {
		return slices.ContainsFunc(differ, func(asks string) bool { return strings.Contains(u.asks, asks) })
	})...)
}

// The tenant of a token that does not name it is asked for, and where nothing tells, nothing is done.
func TestOpen_asksForTheTenantOfAnOpaqueToken(t *testing.T) {
	for name, test := range map[string]struct {
		ways ways
		id   string
		want string
	}{
		"the service tells":         {ways{opaque: true}, smallTenant, ""},
		"of another tenant":         {ways{opaque: true}, smallAda, "the token is for tenant \"" + smallTenant},
		"the service does not tell": {ways{opaque: true, lacks: []string{"GET /organization"}}, smallTenant, "does not say which tenant it is for"},
	} {
		s, environment := serveSmall(t, test.ways)
		environment[tenant.VariableConfirm] = test.id
		_, err := tenant.Open(t.Context(), func(name string) string { return environment[name] }, nil)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
		if slices.ContainsFunc(s.log, func(r string) bool { return strings.Contains(r, "/v1.0/") && r != "GET /v1.0/organization" }) {
			t.Errorf("%s: sent %v", name, s.log)
		}
	}
}
