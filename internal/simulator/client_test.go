// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// tester speaks to one simulator as a client that knows nothing of its insides.
type tester struct {
	*Server
	t      *testing.T
	client *http.Client
	token  string
}

func start(t *testing.T, opts ...func(*Options)) *tester {
	t.Helper()
	var o Options
	for _, opt := range opts {
		opt(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	client := s.Client()
	client.Transport = checkedTransport{t: t, next: client.Transport}
	return &tester{Server: s, t: t, client: client, token: s.AccessToken()}
}

func withVariants(v Variants) func(*Options) { return func(o *Options) { o.Variants = v } }

// answer is what came back.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	raw    []byte
	body   map[string]any
}

// do sends a request to Graph. The body is JSON text or anything that encodes to it.
func (c *tester) do(method, path string, body any, headers ...string) answer {
	c.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = c.GraphURL() + "/v1.0" + path
	}
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			c.t.Fatal(err)
		}
		content = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, path, content)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := c.client.Do(r)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	a := answer{t: c.t, status: response.StatusCode, header: response.Header, raw: raw}
	_ = json.Unmarshal(raw, &a.body) // not every answer is an object
	return a
}

// must is do with a status that has to come back.
func (c *tester) must(status int, method, path string, body any, headers ...string) answer {
	c.t.Helper()
	a := c.do(method, path, body, headers...)
	if a.status != status {
		c.t.Fatalf("%s %s: got status %d, want %d: %s", method, path, a.status, status, a.raw)
	}
	return a
}

// at follows member names and list indexes into the body.
func (a answer) at(path ...any) any {
	a.t.Helper()
	var value any = a.body
	for _, step := range path {
		switch s := step.(type) {
		case string:
			o, ok := value.(map[string]any)
			if !ok {
				a.t.Fatalf("no object at %v of %s", path, a.raw)
			}
			value = o[s]
		case int:
			l, ok := value.([]any)
			if !ok || s >= len(l) {
				a.t.Fatalf("no entry at %v of %s", path, a.raw)
			}
			value = l[s]
		}
	}
	return value
}

func (a answer) text(path ...any) string {
	a.t.Helper()
	text, ok := a.at(path...).(string)
	if !ok {
		a.t.Fatalf("no text at %v of %s", path, a.raw)
	}
	return text
}

func (a answer) list(path ...any) []any {
	a.t.Helper()
	if len(path) == 0 {
		path = []any{"value"}
	}
	entries, ok := a.at(path...).([]any)
	if !ok {
		a.t.Fatalf("no list at %v of %s", path, a.raw)
	}
	return entries
}

// column returns one member of all objects of a list answer.
func (a answer) column(name string) []string {
	a.t.Helper()
	texts := []string{}
	for i := range a.list() {
		texts = append(texts, a.text("value", i, name))
	}
	return texts
}

// nested decodes the JSON document inside the message of a synchronization error and returns its code.
func (a answer) nested() string {
	a.t.Helper()
	if code := a.text("error", "code"); code != "UnknownError" {
		a.t.Fatalf("got code %s, want UnknownError: %s", code, a.raw)
	}
	var inner struct {
		Error struct{ Code string }
	}
	if err := json.Unmarshal([]byte(a.text("error", "message")), &inner); err != nil {
		a.t.Fatalf("message is not a JSON document: %s", a.raw)
	}
	return inner.Error.Code
}

// app is an instance of the GoToMeeting entry.
type app struct {
	application, principal, sync string
	roles                        map[string]string // by display name
}

func (c *tester) instantiate(templateID string) app {
	c.t.Helper()
	a := c.must(http.StatusCreated, "POST", "/applicationTemplates/"+templateID+"/instantiate", map[string]string{"displayName": "GoToMeeting"})
	made := app{
		application: a.text("application", "id"), principal: a.text("servicePrincipal", "id"), roles: map[string]string{},
	}
	made.sync = "/servicePrincipals/" + made.principal + "/synchronization"
	for i := range a.list("servicePrincipal", "appRoles") {
		made.roles[a.text("servicePrincipal", "appRoles", i, "displayName")] = a.text("servicePrincipal", "appRoles", i, "id")
	}
	return made
}

// meeting makes an instance with a job and working credentials and returns the path of the job.
func (c *tester) meeting() (app, string) {
	c.t.Helper()
	a := c.instantiate(store.TemplateGoToMeeting)
	c.must(http.StatusNoContent, "PUT", a.sync+"/secrets", map[string]any{"value": credentials()})
	job := c.must(http.StatusCreated, "POST", a.sync+"/jobs", map[string]string{"templateId": store.ConnectorGoToMeeting})
	return a, a.sync + "/jobs/" + job.text("id")
}

func credentials() []map[string]string {
	return []map[string]string{
		{"key": "UserName", "value": store.AdminUserName}, {"key": "Password", "value": store.AdminPassword},
	}
}

func (c *tester) assign(a app, principalID, role string) string {
	c.t.Helper()
	made := c.must(http.StatusCreated, "POST", "/servicePrincipals/"+a.principal+"/appRoleAssignedTo", map[string]string{
		"principalId": principalID, "resourceId": a.principal, "appRoleId": a.roles[role],
	})
	return made.text("id")
}
