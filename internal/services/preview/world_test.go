// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package preview_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

const previewType = "gotomeeting_provisioning_preview"

// stage is a tenant with a connection that has credentials and was never started, and a provider that may read GoTo.
type stage struct {
	*acctest.Env
	t     testing.TB
	sp    store.ServicePrincipal
	job   store.Job
	off   bool // the mapping is
	links bool // are asked for
}

func newStage(t testing.TB) *stage {
	t.Helper()
	return newStageOf(t, store.TemplateGoToMeeting, store.ConnectorGoToMeeting)
}

// newStageOf is newStage for a gallery entry and its connector.
func newStageOf(t testing.TB, template, connector string) *stage {
	t.Helper()
	env := acctest.New(t)
	env.UseGoTo()
	w := &stage{Env: env, t: t}
	var err error
	_, w.sp, err = w.store().Instantiate(template, "GoTo", "")
	w.ok(err)
	w.secret("UserName", store.AdminUserName, "Password", store.AdminPassword, "Oauth2AccessToken", "access-for-somebody")
	w.job, err = w.store().CreateJob(w.sp.ID, connector)
	w.ok(err)
	return w
}

func (w *stage) store() *store.Store { return w.Sim.Store() }

func (w *stage) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *stage) connectionID() string { return w.sp.ID + "/" + w.job.ID }

func (w *stage) secret(pairs ...string) {
	w.t.Helper()
	var entries []store.KeyValue
	for i := 0; i < len(pairs); i += 2 {
		entries = append(entries, store.KeyValue{Key: pairs[i], Value: pairs[i+1]})
	}
	w.ok(w.store().PutSecrets(w.sp.ID, entries, store.SecretOptions{}))
}

// assign puts principals into a role.
func (w *stage) assign(role string, ids ...string) {
	w.t.Helper()
	roleID := store.DefaultAccess
	for _, r := range w.sp.Roles {
		if r.DisplayName == role {
			roleID = r.ID
		}
	}
	for _, id := range ids {
		_, err := w.store().Assign(w.sp.ID, id, roleID, store.AssignOptions{DefaultAccessTolerant: true})
		w.ok(err)
	}
}

func (w *stage) user(id string, change func(*store.User)) {
	w.t.Helper()
	w.ok(w.store().UpdateUser(id, change))
}

// account adds a record to GoTo.
func (w *stage) account(email string, isActive bool, attributes ...string) string {
	w.t.Helper()
	a := store.Account{Email: email, Active: isActive, Attributes: map[string][]string{}}
	for i := 0; i < len(attributes); i += 2 {
		a.Attributes[attributes[i]] = []string{attributes[i+1]}
	}
	key, err := w.store().AddAccount(a)
	w.ok(err)
	return key
}

// edit rewrites the mapping of users.
func (w *stage) edit(change func(mapping map[string]any)) {
	w.t.Helper()
	job, err := w.store().Job(w.sp.ID, w.job.ID)
	w.ok(err)
	var schema struct {
		ID          any `json:"id"`
		Version     any `json:"version"`
		Directories any `json:"directories"`
		Rules       []struct {
			Rest     map[string]any   `json:"-"`
			Mappings []map[string]any `json:"objectMappings"`
		} `json:"synchronizationRules"`
	}
	w.ok(json.Unmarshal(job.Schema, &schema))
	change(schema.Rules[0].Mappings[0])
	w.off = schema.Rules[0].Mappings[0]["enabled"] == false
	var whole map[string]any
	w.ok(json.Unmarshal(job.Schema, &whole))
	rules, _ := whole["synchronizationRules"].([]any)
	rule, _ := rules[0].(map[string]any)
	rule["objectMappings"] = schema.Rules[0].Mappings
	raw, err := json.Marshal(whole)
	w.ok(err)
	w.ok(w.store().PutSchema(w.sp.ID, w.job.ID, raw, store.SchemaOptions{}))
}

// flowTo is one attribute mapping of a test: an [attribute], a "constant", or a call.
type flowTo struct {
	target, expression, fallback, kind string
	priority                           int
}

func (w *stage) mapTo(flows ...flowTo) {
	w.t.Helper()
	w.edit(func(m map[string]any) {
		list := []any{}
		for _, f := range flows {
			entry := map[string]any{"targetAttributeName": f.target, "matchingPriority": f.priority, "flowType": f.kind, "source": nil}
			if f.kind == "" {
				entry["flowType"] = "Always"
			}
			if f.fallback != "" {
				entry["defaultValue"] = f.fallback
			}
			switch {
			case f.expression == "":
			case strings.HasPrefix(f.expression, "["):
				entry["source"] = map[string]any{"type": "Attribute", "name": strings.Trim(f.expression, "[]"), "expression": f.expression}
			case strings.HasPrefix(f.expression, `"`):
				entry["source"] = map[string]any{"type": "Constant", "name": strings.Trim(f.expression, `"`), "expression": f.expression}
			default:
				entry["source"] = map[string]any{"type": "Function", "name": "f", "expression": f.expression}
			}
			list = append(list, entry)
		}
		m["attributeMappings"] = list
	})
}

// usual are the mappings of the tutorial.
func usual(more ...flowTo) []flowTo {
	return append([]flowTo{
		{target: "email", expression: "[userPrincipalName]", priority: 1}, {target: "firstName", expression: "[givenName]"},
		{target: "lastName", expression: "Coalesce([surname], [displayName])"}, {target: "active", expression: "Not([IsSoftDeleted])"},
	}, more...)
}

// where adds a scoping filter of one clause.
func (w *stage) where(attribute, operator, value string) {
	w.t.Helper()
	w.edit(func(m map[string]any) {
		m["scope"] = map[string]any{"groups": []any{map[string]any{"name": "g", "clauses": []any{
			map[string]any{"sourceOperandName": attribute, "operatorName": operator, "targetOperand": map[string]any{"values": []string{value}}},
		}}}}
	})
}

// cycle starts the job, or waits for its next turn, and lets a cycle pass.
func (w *stage) cycle() {
	w.t.Helper()
	job, err := w.store().Job(w.sp.ID, w.job.ID)
	w.ok(err)
	if job.Status.LastExecution == nil {
		w.ok(w.Sim.Engine().Start(w.sp.ID, w.job.ID))
	}
	w.Sim.Clock().Advance(store.DefaultInterval + time.Hour)
}

// foretold is what a preview says.
type foretold struct {
	Scope    string
	Complete bool
	Problems []string // "code severity"
	Counts   map[string]int64
	Entries  []string // "who action reason account"
	People   []map[string]any
	Raw      map[string]any
}

// preview reads the data source.
func (w *stage) preview(detail string) foretold {
	w.t.Helper()
	return w.propose(detail, nil)
}

// propose reads the data source with a proposal, nil for none.
func (w *stage) propose(detail string, proposed map[string]any) foretold {
	w.t.Helper()
	config := map[string]any{"connection_id": w.connectionID(), "proposed": proposed, "read_links": w.links}
	if proposed == nil {
		delete(config, "proposed")
	}
	if detail != "" {
		config["detail"] = detail
	}
	state, found := w.Protocol().ReadData(previewType, config)
	if len(found) > 0 {
		w.t.Fatal(found)
	}
	f := foretold{Raw: state, Counts: map[string]int64{}}
	f.Scope, _ = state["scope"].(string)
	f.Complete, _ = state["complete"].(bool)
	for _, p := range objects(state["problems"]) {
		f.Problems = append(f.Problems, text(p["code"])+" "+text(p["severity"]))
	}
	counts, _ := state["counts"].(map[string]any)
	for name, n := range counts {
		if n, ok := n.(int64); ok && n != 0 {
			f.Counts[name] = n
		}
	}
	for _, e := range objects(state["entries"]) {
		who := w.called(text(e["principal_id"]))
		line := strings.Join([]string{who, text(e["action"]), text(e["reason"])}, " ")
		if key := text(e["account_key"]); key != "" {
			a, err := w.store().Account(key)
			w.ok(err)
			line += " " + strings.TrimSuffix(a.Email, "@corp.example")
		}
		f.Entries = append(f.Entries, line)
	}
	f.People = objects(state["people"])
	return f
}

// called is the short name of a person.
func (w *stage) called(id string) string {
	u, err := w.store().User(id)
	if err != nil {
		return "-"
	}
	name, _, _ := strings.Cut(u.UserPrincipalName, "@")
	return strings.ToLower(name)
}

func objects(value any) []map[string]any {
	list, _ := value.([]any)
	found := make([]map[string]any, len(list))
	for i, element := range list {
		found[i], _ = element.(map[string]any)
	}
	return found
}

func text(value any) string {
	s, _ := value.(string)
	return s
}

// reportedAs are the target attributes of either connector behind what GoTo reports.
var reportedAs = map[string]string{
	"email": "email", "userName": "email", "firstName": "firstName", "name.givenName": "firstName", "lastName": "lastName", "name.familyName": "lastName",
	"locale": "locale", "active": "active",
}

// reportedState is what GoTo shows of every account, by key: what a preview can compare.
func (w *stage) reportedState() map[string]map[string]string {
	shown := map[string]map[string]string{}
	for _, a := range w.store().Accounts() {
		values := map[string]string{"email": a.Email, "active": "True"}
		if !a.Active {
			values["active"] = "False"
		}
		for name := range reportedAs {
			if v := a.Attributes[name]; len(v) > 0 && v[0] != "" {
				values[reportedAs[name]] = v[0]
			}
		}
		shown[a.Key] = values
	}
	return shown
}

// keep holds the predictions against what a cycle then does.
func (w *stage) keep() foretold {
	w.t.Helper()
	f, broken := w.compare()
	if shared, lost := w.rivals(f); shared > 0 && lost == 0 {
		w.t.Errorf("%d people were to conflict, and none did", shared)
	}
	for _, complaint := range broken {
		w.t.Error(complaint)
	}
	if w.t.Failed() {
		w.t.Logf("entries:\n%s\n%s", strings.Join(f.Entries, "\n"), w.log())
	}
	return f
}

// log is what the service says of everybody.
func (w *stage) log() string {
	var lines []string
	for _, e := range w.store().Log() {
		line := "log: " + e.Action + " " + e.Status + " " + e.SourceName
		if e.Error != nil {
			line += " " + e.Error.Code
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// compare previews, lets a cycle pass, and returns what was not as foretold.
func (w *stage) compare() (f foretold, broken []string) {
	w.t.Helper()
	return w.compareWith(nil, func() {})
}

// compareWith is compare for a proposal, and what brings it about.
func (w *stage) compareWith(proposed map[string]any, apply func()) (f foretold, broken []string) {
	w.t.Helper()
	f = w.propose("people", proposed)
	before := w.reportedState()
	logged := 0
	if proposed != nil { // what was logged before was without it
		logged = len(w.store().Log())
	}
	apply()
	w.cycle()
	after := w.reportedState()
	failed := map[string]string{} // principal to error code
	for _, e := range w.store().Log()[logged:] {
		if e.Error != nil { // cycles in which nothing is new for somebody log nothing
			failed[e.SourceID] = e.Error.Code
		}
	}
	explained := map[string]bool{}
	newByEmail := map[string]string{}
	for key, values := range after {
		if before[key] == nil {
			newByEmail[strings.ToLower(values["email"])] = key
		}
	}
	// It depends on whose turn comes first who gets an account that several match, and whether the others get one of their own.
	open := map[string]bool{}
	for _, e := range objects(f.Raw["entries"]) {
		if contends := text(e["action"]) == "conflict" || text(e["reason"]) == "owner_not_known"; contends {
			for _, logged := range w.store().Log() {
				open[logged.TargetID] = open[logged.TargetID] || logged.SourceID == text(e["principal_id"])
			}
		}
	}
	maps.Copy(explained, open)
	for i, e := range objects(f.Raw["entries"]) {
		id, action, key := text(e["principal_id"]), text(e["action"]), text(e["account_key"])
		planned := map[string]string{}
		for _, c := range objects(f.People[i]["changes"]) {
			if name := reportedAs[text(c["target_attribute"])]; name != "" {
				planned[name] = text(c["planned"])
			}
		}
		fails := func(what string) {
			broken = append(broken, fmt.Sprintf("%s\n%s: before %v, after %v, failed with %q, planned %v", f.Entries[i], what, before[key], after[key], failed[id], planned))
		}
		switch action {
		case "create":
			made := newByEmail[strings.ToLower(planned["email"])]
			if made == "" {
				fails("no account was created")
				continue
			}
			explained[made] = true
			for name, want := range planned {
				if got, shown := after[made][name]; shown && got != want {
					fails("created with " + name + " " + got)
				}
			}
		case "matched":
			explained[key] = true
			switch {
			case !open[key] && !maps.Equal(before[key], after[key]):
				fails("the account did not stay as it was")
			case !slices.Contains([]string{"", "RedundantExport", "EntrySynchronizationSkipped"}, failed[id]):
				fails("the person was passed over")
			}
		case "update", "disable":
			explained[key] = true
			want := maps.Clone(before[key])
			maps.Copy(want, planned)
			if open[key] { // another takes it over
				if !w.did(id, action) {
					fails("nothing was done")
				}
			} else if after[key] == nil {
				fails("the account is gone")
			} else if !maps.Equal(want, after[key]) || maps.Equal(before[key], after[key]) {
				fails("the account is not as foretold")
			}
		case "skip":
			if key != "" {
				explained[key] = true
				if !open[key] && !maps.Equal(before[key], after[key]) {
					fails("the account did not stay as it was")
				}
			}
			if !w.off && failed[id] == "" && id != "" {
				fails("nothing says that the person was passed over")
			}
		case "disable_or_unmanaged", "unknown":
			explained[key] = true
		}
	}
	for key, values := range after {
		if !explained[key] && !maps.Equal(before[key], values) {
			broken = append(broken, fmt.Sprintf("the cycle touched an account of which the preview says nothing: before %v, after %v", before[key], values))
		}
	}
	for key := range before {
		if after[key] == nil && !explained[key] {
			broken = append(broken, fmt.Sprintf("the cycle deleted an account of which the preview says nothing: %v", before[key]))
		}
	}
	return f, broken
}

// did reports whether the service did something about a person.
func (w *stage) did(id, action string) bool {
	return slices.ContainsFunc(w.store().Log(), func(e store.LogEntry) bool {
		return e.SourceID == id && e.Status == "success" && (e.Action == action || e.Action == "delete" && action == "disable")
	})
}

// rivals counts the people who are in the way of others, and those who lost.
func (w *stage) rivals(f foretold) (shared, lost int) {
	failed := map[string]bool{}
	for _, e := range w.store().Log() {
		if e.Error != nil && slices.Contains([]string{"DuplicateSourceEntries", "DuplicateTargetEntries", "EntryConflict"}, e.Error.Code) {
			failed[e.SourceID] = true
		}
	}
	for _, e := range objects(f.Raw["entries"]) {
		if text(e["action"]) == "conflict" {
			if shared++; failed[text(e["principal_id"])] {
				lost++
			}
		}
	}
	return shared, lost
}
