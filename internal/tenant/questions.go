// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Questions are the unknowns of the service that can be asked, in the order of the reference's list.
func Questions() []Question {
	return slices.Concat(galleryQuestions(), settingQuestions(), jobQuestions(), schemaQuestions(), spellingQuestions(), goToQuestions(), directoryQuestions())
}

const (
	yes     = "yes"
	no      = "no"
	refused = "refused"
	taken   = "accepted"
)

// outcome tells a refusal from an acceptance.
func outcome(a Answer) (answer, seen string, err error) {
	if a.OK() {
		return taken, a.Said(), nil
	}
	return refused, a.Said(), nil
}

func galleryQuestions() []Question {
	return []Question{
		{
			Number: "1", Asks: "Is the application in the gallery, and can it provision?", Expected: yes,
			Assumed: "found by its name; its ids are asked for, never known beforehand",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				entry, err := p.gallery(ctx)
				if err != nil {
					return "", "", err
				}
				kinds := fmt.Sprint(entry["supportedProvisioningTypes"])
				answer := no
				if strings.Contains(kinds, "sync") {
					answer = yes
				}
				return answer, "provisioning " + kinds + ", single sign-on " + fmt.Sprint(entry["supportedSingleSignOnModes"]), nil
			},
		},
		{
			Number: "1", Asks: "How does instantiate name the ids of what it made?", Expected: "id", Changes: true,
			Assumed: "id, or objectId as older documentation has it: either is read",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.own(ctx); err != nil {
					return "", "", err
				}
				made, _ := p.instance.Body["servicePrincipal"].(map[string]any)
				if _, old := made["objectId"]; old {
					return "objectId", "", nil
				}
				return "id", "", nil
			},
		},
		{
			Number: "1", Asks: "Which roles does an instance declare?", Expected: "declared", Changes: true,
			Assumed: "whatever there is; a role is named by its display name, value or id",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.own(ctx); err != nil {
					return "", "", err
				}
				made, err := p.Do(ctx, http.MethodGet, "/servicePrincipals/"+p.principal, nil)
				if err != nil {
					return "", "", err
				}
				var names []string
				for _, role := range objects(made.Body["appRoles"]) {
					names = append(names, fmt.Sprintf("%s (value %q, for %v)", text(role, "displayName"), text(role, "value"), role["allowedMemberTypes"]))
				}
				if len(names) == 0 {
					return "none", "", nil
				}
				return "declared", strings.Join(names, ", "), nil
			},
		},
		{
			Number: "8", Asks: "Does whoever makes an application own it?", Expected: yes, Changes: true,
			Assumed: "either: what needs an owner says so, and owner_ids sets them",
			Ask:     instanceOwner,
		},
		{
			Number: "16.1", Asks: "Does the tenant demand a reference of the service management?", Expected: no, Changes: true,
			Assumed: "either: service_management_reference gives it, and the error names that",
			Ask:     demandsReference,
		},
		{
			Number: "2", Asks: "Does the service still offer a synchronization template?", Expected: "offered", Changes: true,
			Assumed: "the connector may be retired: an empty list and an error both mean that there is none",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.own(ctx); err != nil {
					return "", "", err
				}
				switch {
				case !p.templates.OK():
					return "an error", p.templates.Said(), nil
				case p.template == "":
					return "an empty list", p.templates.Said(), nil
				}
				return "offered", p.template, nil
			},
		},
		{
			Number: "2", Asks: "How does the connector sign in?", Expected: Password, Changes: true,
			Assumed: "user name and password; with another sign-in credentials_wo or the portal's Authorize is asked for",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.own(ctx); err != nil {
					return "", "", err
				}
				if p.template == "" {
					return "", "", Reason("the service offers no synchronization template")
				}
				template := p.templates.List()[0]
				return SignIn(template), metadata(template, "configurationFields"), nil
			},
		},
	}
}

// Password is how a connector signs in that the credentials of the settings are for.
const Password = "user name and password"

// SignIn says how the connector of a synchronization template signs in.
func SignIn(template map[string]any) string {
	fields := strings.ToLower(metadata(template, "configurationFields"))
	switch {
	case strings.EqualFold(metadata(template, "isOAuthEnabled"), "true"):
		return "OAuth"
	case fields == "" || strings.Contains(fields, "username"):
		return Password
	}
	return "other fields"
}

// metadata is what a template or a rule says about itself under a key.
func metadata(of map[string]any, key string) string {
	for _, m := range objects(of["metadata"]) {
		if strings.EqualFold(text(m, "key"), key) {
			return text(m, "value")
		}
	}
	return ""
}

// put writes secrets and settings of the own application.
func (p *Probe) put(ctx context.Context, pairs ...string) (Answer, error) {
	var entries []map[string]string
	for i := 0; i+1 < len(pairs); i += 2 {
		entries = append(entries, map[string]string{"key": pairs[i], "value": pairs[i+1]})
	}
	return p.Do(ctx, http.MethodPut, p.sync("/secrets"), map[string]any{"value": entries})
}

// stored returns a setting of the own application, once it is what was written or the patience ends.
func (p *Probe) stored(ctx context.Context, key string, satisfies func(value string, found bool) bool) (value string, found bool, err error) {
	_, err = p.Await(ctx, p.sync("/secrets"), func(a Answer) bool {
		value, found = "", false
		for _, e := range a.List() {
			if text(e, "key") == key {
				value, found = text(e, "value"), true
			}
		}
		return satisfies(value, found)
	})
	return value, found, err
}

func settingQuestions() []Question {
	const whole = `{"Enabled":false,"Recipients":"","DeleteThresholdEnabled":true,"DeleteThresholdValue":1,"HumanResourcesLookaheadQueryEnabled":false}`
	return []Question{
		{
			Number: "3", Asks: "With which code are wrong credentials refused?", Expected: refused, Changes: true,
			Assumed: "any code and status; it is shown, and one that says the target could not be asked is told apart",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.own(ctx); err != nil {
					return "", "", err
				}
				if p.template == "" {
					return "", "", Reason("the service offers no synchronization template")
				}
				answer, err := p.Do(ctx, http.MethodPost, p.sync("/jobs/validateCredentials"), map[string]any{
					"useSavedCredentials": false, "templateId": p.template, "credentials": []map[string]string{
						{"key": "UserName", "value": "nobody@example.com"}, {"key": "Password", "value": "not-a-password"},
					},
				})
				if err != nil {
					return "", "", err
				}
				return outcome(answer)
			},
		},
		{
			Number: "3", Asks: "Does the test accept credentials that are right?", Expected: taken, Changes: true,
			Assumed: "either: a test that could not be carried out is told apart from a refusal, and test_connection = false leaves it out",
			Ask:     rightCredentials,
		},
		{
			Number: "4", Asks: "Is a masked value in a write understood as unchanged?", Expected: "stored as such", Changes: true,
			Assumed: "either: a masked value is never written",
			Ask:     maskedWrite,
		},
		{
			Number: "3", Asks: "With which code is a job with an unknown template refused?", Expected: refused, Changes: true,
			Assumed: "any code and status; it is shown",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.own(ctx); err != nil {
					return "", "", err
				}
				answer, err := p.Do(ctx, http.MethodPost, p.sync("/jobs"), map[string]string{"templateId": "no-such-template"})
				if err != nil {
					return "", "", err
				}
				if answer.OK() { // so that it is not in the way of the own one
					if _, err := p.delete(ctx, p.sync("/jobs/"+url.PathEscape(answer.Text("id")))); err != nil {
						return "", "", err
					}
				}
				return outcome(answer)
			},
		},
		{
			Number: "4", Asks: "Does a write of settings keep the keys that it leaves out?", Expected: "keeps them", Changes: true,
			Assumed: "either: every write has all that the provider manages and whatever else can be read",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.own(ctx); err != nil {
					return "", "", err
				}
				if answer, err := p.put(ctx, "SyncAll", "false"); err != nil || !answer.OK() {
					return "", "", errorOr(err, answer)
				}
				if _, found, err := p.stored(ctx, "SyncAll", func(_ string, found bool) bool { return found }); err != nil || !found {
					return "", "", notShown(err)
				}
				if answer, err := p.put(ctx, "SkipOutOfScopeDeletions", "False"); err != nil || !answer.OK() {
					return "", "", errorOr(err, answer)
				}
				if _, found, err := p.stored(ctx, "SkipOutOfScopeDeletions", func(_ string, found bool) bool { return found }); err != nil || !found {
					return "", "", notShown(err)
				}
				if _, found, err := p.stored(ctx, "SyncAll", func(string, bool) bool { return true }); err != nil || found {
					return "keeps them", "", err
				}
				return "drops them", "", nil
			},
		},
		{
			Number: "5", Asks: "What becomes of members of the notification settings that a write leaves out?", Expected: "dropped", Changes: true,
			Assumed: "nothing: all members are always written",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.own(ctx); err != nil {
					return "", "", err
				}
				const key = "SyncNotificationSettings"
				if answer, err := p.put(ctx, "SyncAll", "false", key, whole); err != nil || !answer.OK() {
					return "", "", errorOr(err, answer)
				}
				if answer, err := p.put(ctx, "SyncAll", "false", key, `{"DeleteThresholdEnabled":true,"DeleteThresholdValue":2}`); err != nil || !answer.OK() {
					return refused, answer.Said(), err
				}
				value, _, err := p.stored(ctx, key, func(value string, _ bool) bool { return strings.Contains(value, "2") })
				if err != nil {
					return "", "", err
				}
				var members map[string]any
				_ = json.Unmarshal([]byte(value), &members) // what is not JSON has no members
				if members["DeleteThresholdValue"] != float64(2) {
					return "", "", notShown(nil)
				}
				if _, kept := members["Recipients"]; kept {
					return "kept", "", nil
				}
				return "dropped", "", nil
			},
		},
		{
			Number: "5", Asks: "Are several recipients accepted, and kept as they were written?", Expected: taken, Changes: true,
			Assumed: "one address; more are not offered",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.own(ctx); err != nil {
					return "", "", err
				}
				const several = "a@example.com;b@example.com"
				answer, err := p.put(ctx, "SyncAll", "false", "SyncNotificationSettings", strings.Replace(whole, `"Recipients":""`, `"Recipients":"`+several+`"`, 1))
				if err != nil || !answer.OK() {
					return refused, answer.Said(), err
				}
				value, found, err := p.stored(ctx, "SyncNotificationSettings", func(value string, _ bool) bool { return strings.Contains(value, several) })
				if err != nil || !found {
					return "", "", notShown(err)
				}
				if !strings.Contains(value, several) {
					return "changed", "", err
				}
				return taken, "", err
			},
		},
		{
			Number: "5", Asks: "Are settings limited to 1,024 bytes, as in the clouds of the US government?", Expected: no, Changes: true,
			Assumed: "as the environment says: usgovernmentl4 and l5 have the limit",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.own(ctx); err != nil {
					return "", "", err
				}
				answer, err := p.put(ctx, "SyncAll", "false", "BaseAddress", "https://example.com/"+strings.Repeat("x", 1100))
				if err != nil {
					return "", "", err
				}
				if !answer.OK() {
					return yes, answer.Said(), nil
				}
				value, _, err := p.stored(ctx, "BaseAddress", func(value string, _ bool) bool { return len(value) > 1100 })
				if _, putErr := p.put(ctx, "SyncAll", "false", "BaseAddress", ""); err == nil {
					err = putErr
				}
				if err != nil || len(value) <= 1100 {
					return "", "", notShown(err)
				}
				return no, "", nil
			},
		},
	}
}

// errorOr is an error of the way there, or why a preparing request was refused.
func errorOr(err error, answer Answer) error {
	if err != nil {
		return err
	}
	return Reason("a request that prepares it was refused: " + answer.Said())
}

// notShown is why nothing can be said of what was written.
func notShown(err error) error { return errorOrReason(err, "what was written is not shown") }

func jobQuestions() []Question {
	return []Question{
		{
			Number: "16.1", Asks: "What does a service principal without jobs answer?", Expected: "an empty list", Changes: true,
			Assumed: "an empty list or 404: both mean that there is none, once the service principal itself was found",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.own(ctx); err != nil {
					return "", "", err
				}
				if p.unmade.OK() {
					if _, list := p.unmade.Body["value"].([]any); !list || len(p.unmade.List()) > 0 {
						return "", "", Reason("what is answered is not an empty list, and no job was made: " + p.unmade.Said())
					}
					return "an empty list", p.unmade.Said(), nil
				}
				return "an error", p.unmade.Said(), nil
			},
		},
		{
			Number: "3", Asks: "With which code is a second job of the same template refused?", Expected: refused, Changes: true,
			Assumed: "any: the provider looks for a job before it makes one",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.ownJob(ctx); err != nil {
					return "", "", err
				}
				answer, err := p.Do(ctx, http.MethodPost, p.sync("/jobs"), map[string]string{"templateId": p.template})
				if err != nil {
					return "", "", err
				}
				return outcome(answer)
			},
		},
		{
			Number: "3", Asks: "With which code is a start without credentials refused?", Expected: refused, Changes: true,
			Assumed: "any; it is shown",
			Ask: func(context.Context, *Probe) (string, string, error) {
				return "", "", Reason("without credentials nothing is started, not even to see it refused")
			},
		},
		{
			Number: "7", Asks: "Do the paths of synchronization work inside a batch?", Expected: yes, Changes: true,
			Assumed: "jobs are read in batches, and one by one where that fails",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.ownJob(ctx); err != nil {
					return "", "", err
				}
				answer, err := p.Do(ctx, http.MethodPost, "/$batch", map[string]any{"requests": []map[string]string{{"id": "1", "method": "GET", "url": p.onJob("")}}})
				if err != nil {
					return "", "", err
				}
				for _, r := range objects(answer.Body["responses"]) {
					if status, _ := r["status"].(float64); status == http.StatusOK {
						return yes, "", nil
					}
				}
				return no, answer.Said(), nil
			},
		},
		{
			Number: "7", Asks: "Where are the limits of the synchronization endpoints?", Expected: "unknown",
			Assumed: "429 with or without Retry-After: it waits and goes on",
			Ask: func(context.Context, *Probe) (string, string, error) {
				return "", "", Reason("finding out would take load that nobody wants on a tenant")
			},
		},
		{
			Number: "8", Asks: "Does Application.ReadWrite.OwnedBy suffice for the jobs of an own application?", Expected: yes, Changes: true,
			Assumed: "yes, as documented; where it is refused, the error names Synchronization.ReadWrite.All",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if !p.Has("Application.ReadWrite.OwnedBy") || p.Has("Synchronization.ReadWrite.All") {
					return "", "", Reason("the token has other permissions for synchronization, so that this one shows nothing")
				}
				if err := p.own(ctx); err != nil {
					return "", "", err
				}
				if p.templates.OK() && p.unmade.Status != http.StatusUnauthorized && p.unmade.Status != http.StatusForbidden {
					return yes, "", nil
				}
				return no, p.templates.Said(), nil
			},
		},
		{
			Number: "9", Asks: "Does restart start a job that is off?", Expected: yes, Changes: true,
			Assumed: "yes; a job that is to stay off is not restarted",
			Ask:     restartOfPausedJob,
		},
		{
			Number: "16.1", Asks: "How does the schedule of a job that is off read?", Expected: "other than Active", Changes: true,
			Assumed: "Active is on, and every other word is off",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.ownJob(ctx); err != nil {
					return "", "", err
				}
				job, err := p.Do(ctx, http.MethodGet, p.onJob(""), nil)
				if err != nil {
					return "", "", err
				}
				schedule, _ := job.Body["schedule"].(map[string]any)
				if state := text(schedule, "state"); state != "Active" {
					return "other than Active", state, nil
				}
				return "Active", "", nil
			},
		},
		{
			Number: "10", Asks: "With which code does a missing service principal answer on the paths of synchronization?", Expected: "404",
			Assumed: "any 404: what is missing is found out by asking for the service principal itself",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				return said(p.Do(ctx, http.MethodGet, "/servicePrincipals/ffffffff-ffff-4fff-8fff-ffffffffffff/synchronization/jobs", nil))
			},
		},
		{
			Number: "10", Asks: "With which code does a missing job answer?", Expected: "404", Changes: true,
			Assumed: "any 404, as above",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.own(ctx); err != nil {
					return "", "", err
				}
				return said(p.Do(ctx, http.MethodGet, p.sync("/jobs/no-such-job"), nil))
			},
		},
		{
			Number: "10", Asks: "With which code does a missing synchronization template answer?", Expected: "404", Changes: true,
			Assumed: "any 404: a list of templates decides",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.own(ctx); err != nil {
					return "", "", err
				}
				return said(p.Do(ctx, http.MethodGet, p.sync("/templates/no-such-template/schema"), nil))
			},
		},
	}
}

func said(answer Answer, err error) (string, string, error) {
	return fmt.Sprint(answer.Status), answer.Said(), err
}

// restartOfPausedJob is asked only where provisioning may run.
func restartOfPausedJob(ctx context.Context, p *Probe) (string, string, error) {
	if err := p.ownJob(ctx); err != nil {
		return "", "", err
	}
	if !p.Settings.Allows(MayAssign) || !p.Settings.Allows(MayStart) || !p.Settings.HasCredentials() {
		return "", "", Reason("it starts provisioning, which needs credentials and the leave to assign and to start")
	}
	made, err := p.Do(ctx, http.MethodGet, "/servicePrincipals/"+p.principal, nil)
	if err != nil {
		return "", "", err
	}
	role := assignable(made)
	for _, person := range p.Settings.People {
		if _, err := p.Do(ctx, http.MethodPost, "/servicePrincipals/"+p.principal+"/appRoleAssignedTo",
			map[string]string{"principalId": person, "resourceId": p.principal, "appRoleId": role}); err != nil {
			return "", "", err
		}
	}
	if answer, err := p.put(ctx, "UserName", p.Settings.AdminUser, "Password", p.Settings.AdminPassword, "SyncAll", "false",
		"SyncNotificationSettings", `{"Enabled":false,"Recipients":"","DeleteThresholdEnabled":true,"DeleteThresholdValue":1,"HumanResourcesLookaheadQueryEnabled":false}`); err != nil || !answer.OK() {
		return "", "", errorOr(err, answer)
	}
	if _, _, err := p.stored(ctx, "UserName", func(value string, _ bool) bool { return value == p.Settings.AdminUser }); err != nil {
		return "", "", err
	}
	if refusal := p.Refusal(ctx, p.principal); refusal != nil {
		return "", "", Reason("provisioning is not started: " + refusal.Error())
	}
	restarted, err := p.Do(ctx, http.MethodPost, p.onJob("/restart"), map[string]any{"criteria": map[string]string{"resetScope": "Escrows"}})
	if err != nil || !restarted.OK() {
		return refused, restarted.Said(), err
	}
	job, err := p.Do(ctx, http.MethodGet, p.onJob(""), nil)
	if err != nil {
		return "", "", err
	}
	schedule, _ := job.Body["schedule"].(map[string]any)
	if _, err := p.Do(ctx, http.MethodPost, p.onJob("/pause"), nil); err != nil {
		return "", "", err
	}
	if text(schedule, "state") == "Active" {
		return yes, "", nil
	}
	return no, text(schedule, "state"), nil
}

// assignable is the id of a role for people: one named User, else the first that is enabled.
func assignable(principal Answer) string {
	found := ""
	for _, role := range objects(principal.Body["appRoles"]) {
		kinds, _ := role["allowedMemberTypes"].([]any)
		if enabled, _ := role["isEnabled"].(bool); !enabled || !slices.Contains(kinds, any("User")) {
			continue
		}
		if text(role, "displayName") == "User" {
			return text(role, "id")
		}
		if found == "" {
			found = text(role, "id")
		}
	}
	return found
}

// ownSchema reads the schema of the own job without what only answers carry.
func (p *Probe) ownSchema(ctx context.Context) (map[string]any, error) {
	if err := p.ownJob(ctx); err != nil {
		return nil, err
	}
	answer, err := p.Await(ctx, p.onJob("/schema"), func(a Answer) bool { return a.OK() })
	if err != nil || !answer.OK() {
		return nil, errorOr(err, answer)
	}
	for name := range answer.Body {
		if strings.Contains(name, "@odata.") {
			delete(answer.Body, name)
		}
	}
	return answer.Body, nil
}

// userMapping returns the mapping of people in a schema, the one that has attribute mappings.
func userMapping(schema map[string]any) (map[string]any, []any) {
	mapping, attributes, _ := mappingOfPeople(schema)
	return mapping, attributes
}

// ruleOfPeople is the id of the rule that the mapping of people is in.
func ruleOfPeople(schema map[string]any) string {
	_, _, rule := mappingOfPeople(schema)
	return rule
}

func mappingOfPeople(schema map[string]any) (mapping map[string]any, attributes []any, rule string) {
	for _, r := range objects(schema["synchronizationRules"]) {
		for _, m := range objects(r["objectMappings"]) {
			found, _ := m["attributeMappings"].([]any)
			people := strings.EqualFold(text(m, "sourceObjectName"), "User")
			if len(found) > 0 && (mapping == nil || people) {
				mapping, attributes, rule = m, found, text(r, "id")
			}
			if people && len(found) > 0 {
				return mapping, attributes, rule
			}
		}
	}
	return mapping, attributes, rule
}

// evaluate has the service evaluate an expression for somebody of a department.
func (p *Probe) evaluate(ctx context.Context, expression, department string) (Answer, error) {
	if err := p.ownJob(ctx); err != nil {
		return Answer{}, err
	}
	return p.Do(ctx, http.MethodPost, p.onJob("/schema/parseExpression"), map[string]any{
		"expression": expression, "testInputObject": map[string]any{"properties": []map[string]string{{"key": "department", "value": department}}},
	})
}

// otherBranch says whether a branch was evaluated that is not taken and cannot be evaluated. That it failed tells so only
// where the same without that branch succeeds.
func otherBranch(ctx context.Context, p *Probe, answer Answer) (string, string, error) {
	succeeded := func(a Answer) bool {
		evaluated, _ := a.Body["evaluationSucceeded"].(bool)
		return a.OK() && evaluated && strings.Contains(fmt.Sprint(a.Body["evaluationResult"]), "taken")
	}
	if succeeded(answer) {
		return no, fmt.Sprint(answer.Body["evaluationResult"]), nil
	}
	control, err := p.evaluate(ctx, `IIF([department]="Sales", "taken", "other")`, "Sales")
	if err != nil || !succeeded(control) || !answer.OK() {
		return "", "", errorOrReason(err, "the service does not evaluate expressions: "+answer.Said())
	}
	return yes, answer.Said(), nil
}

func errorOrReason(err error, why string) error {
	if err != nil {
		return err
	}
	return Reason(why)
}

func schemaQuestions() []Question {
	return []Question{
		{
			Number: "1", Asks: "Which attributes does the target have, and which one matches?", Expected: "one matches", Changes: true,
			Assumed: "whatever there is: names come from the schema, and examples are examples",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				schema, err := p.ownSchema(ctx)
				if err != nil {
					return "", "", err
				}
				_, attributes := userMapping(schema)
				var names, matching []string
				for _, a := range objects(any(attributes)) {
					names = append(names, text(a, "targetAttributeName"))
					if priority, _ := a["matchingPriority"].(float64); priority > 0 {
						matching = append(matching, text(a, "targetAttributeName"))
					}
				}
				answer := "one matches"
				if len(matching) != 1 {
					answer = fmt.Sprintf("%d match", len(matching))
				}
				return answer, "matched by " + strings.Join(matching, ", ") + "; mapped by default: " + strings.Join(names, ", "), nil
			},
		},
		{
			Number: "6", Asks: "How are the operators of scoping filters spelled?", Expected: "listed", Changes: true,
			Assumed: "as the service lists them; the documented names are checked against that list",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.ownJob(ctx); err != nil {
					return "", "", err
				}
				answer, err := p.Do(ctx, http.MethodGet, p.onJob("/schema/filterOperators"), nil)
				if err != nil || !answer.OK() {
					return "not listed", answer.Said(), err
				}
				var names []string
				for _, o := range answer.List() {
					names = append(names, cmp.Or(text(o, "name"), text(o, "id")))
				}
				if len(names) == 0 {
					return "not listed", answer.Said(), nil
				}
				return "listed", strings.Join(names, ", "), nil
			},
		},
		{
			Number: "12", Asks: "Does Switch compare without regard to case?", Expected: no, Changes: true,
			Assumed: "with regard to case",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				answer, err := p.evaluate(ctx, `Switch([department], "other", "sales", "matched")`, "SALES")
				if err != nil {
					return "", "", err
				}
				result := fmt.Sprint(answer.Body["evaluationResult"])
				switch {
				case strings.Contains(result, "matched"):
					return yes, result, nil
				case strings.Contains(result, "other"):
					return no, result, nil
				}
				return "", "", Reason("the service does not evaluate expressions: " + answer.Said())
			},
		},
		{
			Number: "12", Asks: "Does Switch evaluate the branches that are not taken?", Expected: yes, Changes: true,
			Assumed: "all branches: an error in one that is not taken is an error",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				answer, err := p.evaluate(ctx, `Switch([department], "other", "Sales", "taken", "Support", FormatDateTime([department], , "yyyy-MM-dd", "yyyy"))`, "Sales")
				if err != nil {
					return "", "", err
				}
				return otherBranch(ctx, p, answer)
			},
		},
		{
			Number: "12", Asks: "Does IIF evaluate the branch that is not taken?", Expected: yes, Changes: true,
			Assumed: "both branches: an error in the one that is not taken is an error",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				answer, err := p.evaluate(ctx, `IIF([department]="Sales", "taken", FormatDateTime([department], , "yyyy-MM-dd", "yyyy"))`, "Sales")
				if err != nil {
					return "", "", err
				}
				return otherBranch(ctx, p, answer)
			},
		},
		{
			Number: "16.1", Asks: "Is a schema refused that is based on an older version?", Expected: no, Changes: true,
			Assumed: "either: the provider writes what it has just read, and again after a conflict",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				schema, err := p.ownSchema(ctx)
				if err != nil {
					return "", "", err
				}
				first, err := p.Do(ctx, http.MethodPut, p.onJob("/schema"), schema)
				if err != nil || !first.OK() {
					return "", "", errorOr(err, first)
				}
				now, err := p.ownSchema(ctx)
				if err != nil {
					return "", "", err
				}
				second, err := p.Do(ctx, http.MethodPut, p.onJob("/schema"), schema)
				switch {
				case err != nil:
					return "", "", err
				case !second.OK():
					return yes, second.Said(), p.reset(ctx)
				case text(now, "version") == text(schema, "version"):
					return "", "", errorOrReason(p.reset(ctx), "a write does not change the version, so none is older")
				}
				return no, "", p.reset(ctx)
			},
		},
		{
			Number: "16.1", Asks: "Are two mappings of one target attribute accepted?", Expected: refused, Changes: true,
			Assumed: "either: the provider never writes two, and reports what it finds",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				schema, err := p.ownSchema(ctx)
				if err != nil {
					return "", "", err
				}
				mapping, attributes := userMapping(schema)
				if mapping == nil {
					return "", "", Reason("the schema has no mapping of people")
				}
				mapping["attributeMappings"] = append(slices.Clone(attributes), attributes[0])
				written, err := p.Do(ctx, http.MethodPut, p.onJob("/schema"), schema)
				if err != nil {
					return "", "", err
				}
				answer, seen, _ := outcome(written)
				if answer == taken {
					read, err := p.ownSchema(ctx)
					if err != nil {
						return "", "", err
					}
					if _, now := userMapping(read); len(now) <= len(attributes) {
						answer, seen = "merged", fmt.Sprintf("%d mappings of %d", len(now), len(attributes)+1)
					}
				}
				return answer, seen, p.reset(ctx)
			},
		},
	}
}

func (p *Probe) reset(ctx context.Context) error {
	_, err := p.Do(ctx, http.MethodDelete, p.onJob("/schema"), nil)
	return err
}

func directoryQuestions() []Question {
	return []Question{
		{
			Number: "16.1", Asks: "How many entries does a page hold at most?", Expected: "999",
			Assumed: "any number: the link to the next page decides",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				answer, err := p.Do(ctx, http.MethodGet, "/users?$top=999&$select=id", nil)
				if err != nil || !answer.OK() {
					return "", "", errorOr(err, answer)
				}
				if _, more := answer.Body["@odata.nextLink"]; more {
					return fmt.Sprint(len(answer.List())), "", nil
				}
				return "", "", Reason("all people fit on one page")
			},
		},
		{
			Number: "16.1", Asks: "Do objects that are looked up by id have only the members that are selected?", Expected: yes,
			Assumed: "either: others are not looked at",
			Ask:     selectedMembers,
		},
		{
			Number: "16.1", Asks: "Can assignments be filtered by principal?", Expected: refused, Changes: true,
			Assumed: "no: they are listed, and looked through",
			Ask:     filterOfAssignments,
		},
		{
			Number: "16.1", Asks: "Is the default access role accepted where the application declares roles?", Expected: refused, Changes: true,
			Assumed: "either; that people with it are not provisioned is said beforehand",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.own(ctx); err != nil {
					return "", "", err
				}
				if !p.Settings.Allows(MayAssign) || len(p.Settings.People) == 0 {
					return "", "", Reason("it needs a test person and the leave to assign")
				}
				made, err := p.Do(ctx, http.MethodPost, "/servicePrincipals/"+p.principal+"/appRoleAssignedTo", map[string]string{
					"principalId": p.Settings.People[0], "resourceId": p.principal, "appRoleId": "00000000-0000-0000-0000-000000000000",
				})
				if err != nil {
					return "", "", err
				}
				if made.OK() && made.Text("appRoleId") != "00000000-0000-0000-0000-000000000000" {
					return "another role", made.Said(), nil
				}
				if made.OK() {
					if _, err := p.Do(ctx, http.MethodDelete, "/servicePrincipals/"+p.principal+"/appRoleAssignedTo/"+made.Text("id"), nil); err != nil {
						return "", "", err
					}
				}
				return outcome(made)
			},
		},
		{
			Number: "16.1", Asks: "May a client that only reads jobs read the stored settings?", Expected: no, Changes: true,
			Assumed: "either: where they cannot be read, a plan says so and goes on",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if p.Has("Synchronization.ReadWrite.All") || !p.Has("Synchronization.Read.All") {
					return "", "", Reason("the token is not one that only reads jobs")
				}
				if err := p.own(ctx); err != nil {
					return "", "", err
				}
				answer, err := p.Do(ctx, http.MethodGet, p.sync("/secrets"), nil)
				if answer.OK() {
					return yes, "", err
				}
				return no, answer.Said(), err
			},
		},
		{
			Number: "11", Asks: "Can an application with SAML be deleted?", Expected: yes, Changes: true,
			Assumed: "either: where it is refused, the service principal is deleted first",
			Ask:     deletionWithSAML,
		},
	}
}

// deletionWithSAML comes last, because it takes the own application away.
func deletionWithSAML(ctx context.Context, p *Probe) (string, string, error) {
	if err := p.own(ctx); err != nil {
		return "", "", err
	}
	set, err := p.Do(ctx, http.MethodPatch, "/servicePrincipals/"+p.principal, map[string]string{"preferredSingleSignOnMode": "saml"})
	if err != nil || !set.OK() {
		return "", "", errorOr(err, set)
	}
	if shown, err := p.Await(ctx, "/servicePrincipals/"+p.principal, func(a Answer) bool { return a.Text("preferredSingleSignOnMode") == "saml" }); err != nil || shown.Text("preferredSingleSignOnMode") != "saml" {
		return "", "", notShown(err)
	}
	if p.job != "" {
		if err := p.stopJobs(ctx, p.principal); err != nil {
			return "", "", err
		}
	}
	deleted, err := p.Do(ctx, http.MethodDelete, "/applications/"+p.application, nil)
	if err != nil {
		return "", "", err
	}
	if !deleted.OK() {
		return no, deleted.Said(), nil
	}
	gone, err := p.Await(ctx, "/applications/"+p.application, func(a Answer) bool { return a.Status == http.StatusNotFound })
	if err != nil || gone.Status != http.StatusNotFound {
		return "", "", errorOrReason(err, "it is still there after its deletion: "+gone.Said())
	}
	return yes, "", nil
}
