// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package tenant works with a real tenant, to find out whether the provider's assumptions about the service are correct:
// the acceptance tests ("make testacc") and the probe ("make probe"). It calls Graph directly, not through the provider's
// client, and knows only what the environment says about a tenant.
//
// It cannot harm a production tenant: it refuses to open a tenant that is not named twice, works on a separate application
// that is recorded in a ledger, and starts provisioning only for the named test people, at most five, with everybody else out
// of scope and a threshold of one.
package tenant

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/provider"
)

// Names of the environment variables, beside those that the provider itself signs in by.
const (
	VariableTenant   = "GOTOMEETING_TEST_TENANT_ID"
	VariableConfirm  = "GOTOMEETING_TEST_CONFIRM"
	VariableGallery  = "GOTOMEETING_TEST_GALLERY_NAME"
	VariableUser     = "GOTOMEETING_TEST_ADMIN_USERNAME"
	VariablePassword = "GOTOMEETING_TEST_ADMIN_PASSWORD"
	VariablePeople   = "GOTOMEETING_TEST_USER_IDS"
	VariableGroup    = "GOTOMEETING_TEST_GROUP_ID"
	VariableMay      = "GOTOMEETING_TEST_MAY"
	VariableLedger   = "GOTOMEETING_TEST_LEDGER"
	VariableRecord   = "GOTOMEETING_TEST_RECORDINGS"
)

// What VariableMay can allow, separated by commas. Creating the own application is what a run is for, and needs no leave.
const (
	MayAssign = "assign" // give the test people and the test group a role of the own application
	MayStart  = "start"  // let provisioning run for the test people, which makes or changes their accounts at GoTo
)

// MostPeople is how many test people there may be.
const MostPeople = 5

// Settings are what the environment says about the tenant.
type Settings struct {
	TenantID, Confirm string
	GalleryName       string // of the gallery entry, GoToMeeting by default
	AdminUser         string // empty: nothing is started
	AdminPassword     string
	People            []string // object ids of the test people
	Group             string   // object id of a test group, empty for none
	May               []string
	Ledger            string // file in which the objects of this run are noted
	Recordings        string // folder for the redacted exchanges, empty for none
}

// ReadSettings reads them from environment variables.
func ReadSettings(getenv func(string) string) Settings {
	list := func(name string) []string {
		return strings.FieldsFunc(strings.ToLower(getenv(name)), func(r rune) bool { return r == ',' || r == ' ' })
	}
	s := Settings{
		TenantID: getenv(VariableTenant), Confirm: getenv(VariableConfirm), GalleryName: getenv(VariableGallery),
		AdminUser: getenv(VariableUser), AdminPassword: getenv(VariablePassword), People: list(VariablePeople), Group: strings.ToLower(getenv(VariableGroup)),
		May: list(VariableMay), Ledger: getenv(VariableLedger), Recordings: getenv(VariableRecord),
	}
	if s.GalleryName == "" {
		s.GalleryName = "GoToMeeting"
	}
	return s
}

// HasCredentials says whether there is an administrator of GoTo to sign in as.
func (s Settings) HasCredentials() bool { return s.AdminUser != "" && s.AdminPassword != "" }

// Allows says whether something may be done.
func (s Settings) Allows(what string) bool { return slices.Contains(s.May, what) }

// Tenant is one that was opened.
type Tenant struct {
	Settings Settings

	access   provider.Access
	sleep    func(context.Context, time.Duration) error
	recorder *Recorder
	claims   claims
	ledger   *Ledger
}

// claims are the members of an access token that are looked at.
type claims struct {
	TenantID string   `json:"tid"`
	Roles    []string `json:"roles"`
}

// Open signs in, and refuses unless both variables name the tenant that the token is for.
func Open(ctx context.Context, getenv func(string) string, sleep func(context.Context, time.Duration) error) (*Tenant, error) {
	settings := ReadSettings(getenv)
	if settings.TenantID == "" || settings.Confirm == "" {
		return nil, fmt.Errorf("set %s and %s, both to the id of the tenant: what runs here makes an application in it", VariableTenant, VariableConfirm)
	}
	if len(settings.People) > MostPeople {
		return nil, fmt.Errorf("%s names %d people, and %d is the most", VariablePeople, len(settings.People), MostPeople)
	}
	access, err := provider.AccessFrom(getenv)
	if err != nil {
		return nil, err
	}
	t := &Tenant{Settings: settings, access: access, sleep: sleep}
	token, err := access.Token(ctx)
	if err != nil {
		return nil, err
	}
	t.claims, err = readClaims(token)
	if err == nil && t.claims.TenantID == "" {
		t.claims.TenantID, err = t.organization(ctx)
	}
	if err != nil {
		return nil, err
	}
	for _, named := range []struct{ variable, value string }{{VariableTenant, settings.TenantID}, {VariableConfirm, settings.Confirm}} {
		if t.claims.TenantID == "" || !strings.EqualFold(named.value, t.claims.TenantID) {
			return nil, fmt.Errorf("%s is %q, and the token is for tenant %q: nothing was done", named.variable, named.value, t.claims.TenantID)
		}
	}
	if t.ledger, err = openLedger(settings.Ledger, t.claims.TenantID); err != nil {
		return nil, err
	}
	if settings.Recordings != "" {
		t.recorder = &Recorder{folder: settings.Recordings}
	}
	return t, nil
}

// readClaims reads what a token says, which is nothing if it is not a JSON web token.
func readClaims(token string) (claims, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claims{}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return claims{}, fmt.Errorf("the access token cannot be read: %w", err)
	}
	var c claims
	if err := json.Unmarshal(raw, &c); err != nil {
		return claims{}, fmt.Errorf("the access token cannot be read: %w", err)
	}
	return c, nil
}

// organization asks which tenant a token is for that does not say so itself. Those of Microsoft always do.
//
// https://learn.microsoft.com/graph/api/organization-list
func (t *Tenant) organization(ctx context.Context) (string, error) {
	answer, err := t.Do(ctx, http.MethodGet, "/organization", nil)
	if err != nil {
		return "", err
	}
	if found := answer.List(); answer.OK() && len(found) == 1 && text(found[0], "id") != "" {
		return text(found[0], "id"), nil
	}
	return "", fmt.Errorf("the access token does not say which tenant it is for (it has no claim tid), and neither does the service (GET /organization: %s): nothing was done", answer.Said())
}

// Answer is what Graph said.
type Answer struct {
	Status int
	Body   map[string]any
}

// OK says whether the request was carried out.
func (a Answer) OK() bool { return a.Status >= 200 && a.Status < 300 }

// Code returns the code of an error: the one inside the message, where the synchronization service puts it, if there is one.
func (a Answer) Code() string {
	e, _ := a.Body["error"].(map[string]any)
	code, _ := e["code"].(string)
	message, _ := e["message"].(string)
	var nested struct {
		Error struct{ Code string }
	}
	if json.Unmarshal([]byte(message), &nested) == nil && nested.Error.Code != "" {
		return nested.Error.Code
	}
	return code
}

// Absent says whether the service does without the operation, and so has not answered what was asked.
func (a Answer) Absent() bool {
	switch a.Status {
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	case http.StatusBadRequest, http.StatusNotFound:
		e, _ := a.Body["error"].(map[string]any)
		message := text(e, "message")
		return strings.Contains(message, "Resource not found for the segment") || strings.Contains(message, "No HTTP resource was found")
	}
	return false
}

// Said is status and code in a few words.
func (a Answer) Said() string { return strings.TrimSpace(strconv.Itoa(a.Status) + " " + a.Code()) }

// List returns the entries of a collection.
func (a Answer) List() []map[string]any { return objects(a.Body["value"]) }

// Text returns a member that is text.
func (a Answer) Text(name string) string { return text(a.Body, name) }

func text(o map[string]any, name string) string {
	value, _ := o[name].(string)
	return value
}

// objects returns the objects of a JSON list.
func objects(list any) []map[string]any {
	items, _ := list.([]any)
	found := make([]map[string]any, 0, len(items))
	for _, item := range items {
		if o, ok := item.(map[string]any); ok {
			found = append(found, o)
		}
	}
	return found
}

const (
	attempts = 6
	// pauseAtMost bounds what a Retry-After can ask for.
	pauseAtMost = time.Minute
	mostAnswer  = 32 << 20
)

// beta begins the path of an operation that only the beta version has.
const beta = "/beta"

// Do sends a request to Graph v1.0, or to what beta begins, again where the service asks for patience. An error is one of the way there; what the
// service refuses is an answer.
func (t *Tenant) Do(ctx context.Context, method, path string, body any) (Answer, error) {
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return Answer{}, err
		}
	}
	for attempt := 1; ; attempt++ {
		answer, pause, err := t.once(ctx, method, path, raw)
		patience := answer.Status == http.StatusTooManyRequests || answer.Status == http.StatusServiceUnavailable
		if method == http.MethodGet { // which can be repeated whatever happened
			patience = patience || err != nil || answer.Status >= http.StatusInternalServerError && answer.Status != http.StatusNotImplemented
		}
		if !patience || attempt == attempts || ctx.Err() != nil {
			return answer, err
		}
		if pause <= 0 {
			pause = time.Second << (attempt - 1)
		}
		if err := t.sleep(ctx, min(pause, pauseAtMost)); err != nil {
			return answer, err
		}
	}
}

// All asks for a collection, page after page, and returns its entries up to a number. Pages can be of any size, and empty ones
// can be among them. An answer that is not OK is the last one.
func (t *Tenant) All(ctx context.Context, path string, most int) (entries []map[string]any, last Answer, err error) {
	for {
		last, err = t.Do(ctx, http.MethodGet, path, nil)
		if err != nil || !last.OK() {
			return entries, last, err
		}
		entries = append(entries, last.List()...)
		next, err := url.Parse(last.Text("@odata.nextLink"))
		if err != nil {
			return entries, last, err
		}
		_, rest, more := strings.Cut(next.EscapedPath(), "/v1.0/")
		if !more || len(entries) > most {
			return entries, last, nil
		}
		path = "/" + rest + "?" + next.RawQuery // whatever host it names, the token goes to the one that was configured
	}
}

// named selects the objects of a collection that have a display name.
func named(name string) string {
	return "?$filter=" + strings.ReplaceAll(url.QueryEscape("displayName eq '"+strings.ReplaceAll(name, "'", "''")+"'"), "+", "%20")
}

func (t *Tenant) once(ctx context.Context, method, path string, body []byte) (answer Answer, pause time.Duration, err error) {
	token, err := t.access.Token(ctx)
	if err != nil {
		return Answer{}, 0, err
	}
	address := t.access.Endpoint + path
	if !strings.HasPrefix(path, beta+"/") {
		address = t.access.Endpoint + "/v1.0" + path
	}
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return Answer{}, 0, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if len(body) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := t.access.HTTPClient.Do(r)
	if err != nil {
		return Answer{}, 0, err
	}
	defer func() { _ = response.Body.Close() }() // it was read
	raw, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer))
	if err != nil {
		return Answer{}, 0, err
	}
	answer.Status = response.StatusCode
	_ = json.Unmarshal(raw, &answer.Body) // a 204 has no body, and that of a proxy is not JSON
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
	if t.recorder != nil {
		if err := t.recorder.add(method, path, body, answer); err != nil {
			return answer, 0, err
		}
	}
	return answer, time.Duration(seconds) * time.Second, nil
}

// Await asks again until the answer satisfies or two minutes are over, for a service whose replicas lag behind.
func (t *Tenant) Await(ctx context.Context, path string, satisfies func(Answer) bool) (Answer, error) {
	const most = 40
	for attempt := 1; ; attempt++ {
		answer, err := t.Do(ctx, http.MethodGet, path, nil)
		if err != nil || satisfies(answer) || answer.Absent() || attempt == most {
			return answer, err
		}
		if err := t.sleep(ctx, 3*time.Second); err != nil {
			return answer, err
		}
	}
}

// Has says whether the token carries an application permission.
func (t *Tenant) Has(permission string) bool { return slices.Contains(t.claims.Roles, permission) }
