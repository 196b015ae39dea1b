// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
)

// Refusal is why provisioning is not started, nil where it may be. Everything is read anew, from the service and not from
// what was meant to be written: who is assigned, who that is, how far the scope goes, and how many removals it takes.
func (t *Tenant) Refusal(ctx context.Context, principal string) error {
	s := t.Settings
	switch {
	case !s.Allows(MayStart):
		return fmt.Errorf("%s does not allow %q", VariableMay, MayStart)
	case !s.HasCredentials():
		return fmt.Errorf("there are no credentials for GoTo (%s and %s)", VariableUser, VariablePassword)
	case len(s.People) == 0:
		return fmt.Errorf("there are no test people (%s)", VariablePeople)
	case len(s.People) > MostPeople:
		return fmt.Errorf("there are %d test people, and %d is the most", len(s.People), MostPeople)
	}
	own, err := t.Do(ctx, http.MethodGet, "/servicePrincipals/"+principal, nil)
	if err != nil {
		return err
	}
	if !t.ledger.holds(own.Text("displayName")) {
		return fmt.Errorf("the application %q is not one of this run", own.Text("displayName"))
	}
	for _, id := range s.People {
		person, err := t.Do(ctx, http.MethodGet, "/users/"+id+"?$select=id,accountEnabled", nil)
		if err == nil && person.Status == http.StatusBadRequest { // nothing is selected here
			person, err = t.Do(ctx, http.MethodGet, "/users/"+id, nil)
		}
		if err != nil {
			return err
		}
		if !person.OK() || !strings.EqualFold(person.Text("id"), id) {
			return fmt.Errorf("the test person %s cannot be read: %s", id, person.Said())
		}
	}
	// What was written a moment ago may not be shown yet.
	const patience = 5
	for attempt := 1; ; attempt++ {
		refusal, err := t.refusalOfScope(ctx, principal)
		if err != nil || refusal == nil || attempt == patience {
			return errors.Join(refusal, err)
		}
		if err := t.sleep(ctx, 3*time.Second); err != nil {
			return errors.Join(refusal, err)
		}
	}
}

// refusalOfScope looks at who would be provisioned. The error is one of the way there.
func (t *Tenant) refusalOfScope(ctx context.Context, principal string) (refusal, err error) {
	list := "/servicePrincipals/" + principal + "/appRoleAssignedTo"
	assigned, answer, err := t.All(ctx, list+"?$top=999", MostPeople)
	if err == nil && answer.Status == http.StatusBadRequest { // no page sizes here
		assigned, answer, err = t.All(ctx, list, MostPeople)
	}
	if err != nil {
		return nil, err
	}
	if !answer.OK() {
		return fmt.Errorf("the assignments cannot be read: %s", answer.Said()), nil
	}
	for _, a := range assigned {
		known := slices.ContainsFunc(t.Settings.People, func(id string) bool { return strings.EqualFold(id, text(a, "principalId")) })
		if !strings.EqualFold(text(a, "principalType"), "User") || !known {
			return fmt.Errorf("somebody is assigned who is not one of the test people: a %s", text(a, "principalType")), nil
		}
	}
	if len(assigned) == 0 || len(assigned) > MostPeople {
		return fmt.Errorf("%d people are assigned, and it has to be one to %d", len(assigned), MostPeople), nil
	}
	secrets, _, err := t.All(ctx, "/servicePrincipals/"+principal+"/synchronization/secrets", most)
	if err != nil {
		return nil, err
	}
	stored := map[string]string{}
	for _, e := range secrets {
		stored[strings.ToLower(text(e, "key"))] = text(e, "value")
	}
	if stored["username"] != t.Settings.AdminUser {
		return errors.New("the credentials for GoTo are not stored in this application"), nil
	}
	if !strings.EqualFold(stored["syncall"], "false") {
		return fmt.Errorf("the scope is not limited to who is assigned: SyncAll is %q", stored["syncall"]), nil
	}
	var limits struct {
		DeleteThresholdEnabled bool
		DeleteThresholdValue   int
	}
	if err := json.Unmarshal([]byte(stored["syncnotificationsettings"]), &limits); err != nil || !limits.DeleteThresholdEnabled || limits.DeleteThresholdValue != 1 {
		return fmt.Errorf("the threshold of accidental deletions is not 1: %+v", limits), nil
	}
	return nil, nil
}

// holds says whether a name is that of an application of this run.
func (l *Ledger) holds(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.entries, func(e entry) bool { return e.TenantID == l.tenant && e.DisplayName == name })
}

// OnDemand provisions one test person at once and returns what was written, by target attribute. It refuses where provisioning
// may not be started.
func (t *Tenant) OnDemand(ctx context.Context, principal, job, person string) (map[string]string, error) {
	if err := t.Refusal(ctx, principal); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(t.Settings.People, func(id string) bool { return strings.EqualFold(id, person) }) {
		return nil, fmt.Errorf("%s is not one of the test people", person)
	}
	onJob := "/servicePrincipals/" + principal + "/synchronization/jobs/" + job
	schema, err := t.Do(ctx, http.MethodGet, onJob+"/schema", nil)
	if err != nil {
		return nil, err
	}
	rule := ruleOfPeople(schema.Body)
	if rule == "" {
		return nil, fmt.Errorf("the schema has no rule for people: %s", schema.Said())
	}
	answer, err := t.Do(ctx, http.MethodPost, onJob+"/provisionOnDemand", map[string]any{"parameters": []any{map[string]any{
		"ruleId": rule, "subjects": []any{map[string]string{"objectId": person, "objectTypeName": "User"}},
	}}})
	if err != nil {
		return nil, err
	}
	if !answer.OK() {
		return nil, Reason("the service does not provision on demand here: " + answer.Said())
	}
	return modified(answer.Body["value"])
}

// modified reads what was written, by target attribute, out of an answer that holds it as an object or a list of them, as such or
// as text.
func modified(value any) (map[string]string, error) {
	if inner, ok := value.(string); ok {
		if err := json.Unmarshal([]byte(inner), &value); err != nil {
			return nil, fmt.Errorf("the answer to provisioning on demand cannot be read: %w", err)
		}
	}
	if one, ok := value.(map[string]any); ok {
		value = []any{one}
	}
	written := map[string]string{}
	for _, entry := range objects(value) {
		for _, m := range objects(entry["modifiedProperties"]) {
			written[text(m, "displayName")] = strings.Trim(text(m, "newValue"), `"`)
		}
	}
	return written, nil
}

// A note beside the ledger says when the preview was last held against what the live service did. A stand-in on this machine does
// not count.

// NotePreview notes that what provisioning on demand did was what the preview had predicted.
func (t *Tenant) NotePreview(at time.Time) error {
	if !t.live() {
		return nil
	}
	return os.WriteFile(t.ledger.file+".preview", []byte(at.UTC().Format(time.RFC3339)), 0o600)
}

// PreviewChecked returns when that was, and false if it never was.
func (t *Tenant) PreviewChecked() (at time.Time, checked bool) {
	raw, err := os.ReadFile(t.ledger.file + ".preview")
	if err != nil {
		return time.Time{}, false
	}
	at, err = time.Parse(time.RFC3339, strings.TrimSpace(string(raw)))
	return at, err == nil
}

// live says whether Graph is not on this machine.
func (t *Tenant) live() bool {
	u, err := url.Parse(t.access.Endpoint)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback())
}
