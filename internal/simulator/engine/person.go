// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// run is one pass over people: a cycle, or provisioning on demand.
type run struct {
	engine  *Engine
	job     *store.Job
	state   *jobState
	plan    *plan
	targets *targetIndex
	at      time.Time
	cycleID string
	by      string
	// verbose also logs those for whom nothing was to do.
	verbose bool
	syncAll bool
	// skipOutOfScope leaves accounts alone whose people merely left the scope.
	skipOutOfScope bool

	// removals are deletions and disablings, held back until it is known how many there are.
	removals []*removal

	// unresolved are people who refer to somebody without an account.
	unresolved map[string]*subject

	log               []store.LogEntry
	exports, exported int64
	failures          int64
}

// removal is a deletion or disabling that is still to be done.
type removal struct {
	result *outcome
	do     func(*outcome)
}

// outcome is what came of one person.
type outcome struct {
	entry   store.LogEntry
	subject *subject
	done    bool
}

// Results of an outcome.
const (
	statusSuccess = "success"
	statusFailure = "failure"
	statusSkipped = "skipped"
)

// Actions of the provisioning log.
const (
	actionCreate  = "create"
	actionUpdate  = "update"
	actionDisable = "disable"
	actionDelete  = "delete"
	actionStaged  = "stagedDelete"
	actionOther   = "other"
)

// link ties a person to the account that the service manages for them.
type link struct {
	key      string
	exported map[string]string // last written values by target attribute
	disabled bool
	// left says that the person left the scope and that the account was left alone then.
	left bool
}

// scoping is how a person stands to the job.
type scoping struct {
	active, assigned, role, filter, input bool
}

// in says whether the person is to have an account as far as the scope goes.
func (s scoping) in() bool { return s.assigned && s.role && s.filter }

func (r *run) scope(s *subject) scoping {
	attributes := s.attributes()
	return scoping{
		active: s.active(), assigned: s.assigned || r.syncAll, role: s.entitled || r.syncAll,
		filter: s.user != nil && passes(r.plan.filter, attributes), input: s.user != nil && passes(r.plan.input, attributes),
	}
}

// person does what is to be done for one person. Removals are only noted.
func (r *run) person(s *subject) *outcome {
	o := &outcome{subject: s, entry: store.LogEntry{
		ID: uuid.NewString(), At: r.at, Duration: 350 * time.Millisecond, ServicePrincipalID: r.job.ServicePrincipalID, JobID: r.job.ID,
		CycleID: r.cycleID, ChangeID: uuid.NewString(), Action: actionOther, Status: statusSkipped, SourceID: s.id, SourceName: s.name(),
		SourceType: userObject, TargetType: userObject, By: r.by,
	}}
	l := r.state.links[s.id]
	if s.gone(r.at) {
		r.purge(o, l)
		return o
	}
	scope := r.scope(s)
	o.step("EntryImport", "import", statusSuccess, "Received the person from the directory")
	o.scopeStep(scope)
	switch provision := scope.in() && scope.active; {
	case l == nil && provision && scope.input:
		r.join(o)
	case l == nil:
		r.skip(o, scope)
	case provision:
		l.left = false
		r.change(o, l)
	default:
		r.deprovision(o, l, scope)
	}
	return o
}

// skip ends with nothing done for somebody who has no account and is not to get one.
func (r *run) skip(o *outcome, scope scoping) {
	delete(r.state.escrows, o.subject.id)
	code, reason := "NotEffectivelyEntitled", "The person is not assigned with a role that provisions."
	switch {
	case scope.in() && !scope.active:
		code, reason = "EntrySynchronizationSkipped", "The person cannot sign in, and nobody like that gets an account."
	case scope.assigned && scope.role:
		code, reason = "NotInScope", "The person does not pass the scoping filter."
	}
	o.skipped(code, reason)
	r.finish(o, scope.assigned && r.verbose)
}

// join looks for the account of somebody who has none yet, and makes one if there is none.
func (r *run) join(o *outcome) {
	s := o.subject
	attributes := s.attributes()
	searched := false
	for _, f := range r.plan.matching {
		values, err := f.evaluate(attributes, r, s)
		if err != nil {
			r.fail(o, actionOther, "MappingEvaluationFailed", err.Error())
			return
		}
		if len(values) == 0 || values[0] == "" {
			continue
		}
		searched = true
		found := r.targets.find(f, values[0])
		switch {
		case len(found) > 1:
			o.step("EntryImportByMatchingProperty", "matching", statusFailure, "Several accounts have the value of "+f.target.Name)
			r.fail(o, actionOther, "DuplicateTargetEntries", "More than one account in the target matches.")
			return
		case len(found) == 1:
			o.step("EntryImportByMatchingProperty", "matching", statusSuccess, "Found an account by "+f.target.Name)
			if other := r.state.owners[found[0]]; other != "" && other != s.id {
				r.fail(o, actionOther, "DuplicateSourceEntries", "The account that matches belongs to another person already.")
				return
			}
			r.adopt(o, found[0])
			return
		}
	}
	if !searched {
		delete(r.state.escrows, s.id)
		o.step("EntryImportByMatchingProperty", "matching", statusSkipped, "No matching attribute has a value")
		o.skipped("ImportSkipped", "No matching attribute of the person has a value.")
		r.finish(o, true)
		return
	}
	o.step("EntryImportByMatchingProperty", "matching", statusSuccess, "No account matches")
	r.create(o, attributes)
}

// adopt ties a person to the account that was found, and brings it up to date.
func (r *run) adopt(o *outcome, key string) {
	account, err := r.engine.store.Account(key)
	if err != nil {
		r.fail(o, actionOther, "InvalidAnchor", "The account vanished.")
		return
	}
	have := map[string]string{}
	for name, values := range attributesOf(&account, r.plan.connector.AddressAttribute) {
		have[name] = strings.Join(values, "\n")
	}
	l := &link{key: key, exported: have}
	r.state.tie(o.subject.id, l)
	r.change(o, l)
}

func (r *run) create(o *outcome, attributes map[string]expression.Value) {
	if !r.plan.add {
		o.skipped("EntrySynchronizationSkipped", "The mapping does not create accounts.")
		r.finish(o, r.verbose)
		return
	}
	values := map[string][]string{}
	for _, f := range r.plan.flows {
		got, err := f.evaluate(attributes, r, o.subject)
		if err != nil {
			r.fail(o, actionCreate, "MappingEvaluationFailed", err.Error())
			return
		}
		if len(got) == 0 && f.fallback != nil {
			got = []string{*f.fallback}
		}
		if len(got) == 0 || f.target.Mutability == "ReadOnly" {
			continue // null values are not provisioned
		}
		if !f.target.acceptable(got) {
			r.fail(o, actionCreate, "SchemaPropertyCanOnlyAcceptValue", "The value of "+f.target.Name+" is not of its type.")
			return
		}
		values[f.target.Name] = got
	}
	var missing []string
	for _, a := range r.plan.target {
		if a.Required && (len(values[a.Name]) == 0 || values[a.Name][0] == "") {
			missing = append(missing, a.Name)
		}
	}
	if slices.Sort(missing); len(missing) > 0 {
		r.fail(o, actionCreate, "MandatoryFieldsMissing", "Without value: "+strings.Join(missing, ", ")+".")
		return
	}
	account := store.Account{Active: true}
	apply(&account, r.plan.connector.AddressAttribute, values)
	o.step("EntrySynchronizationAdd", "processing", statusSuccess, "Worked out the account to create")
	r.exports++
	if problem := r.refusal(&account); problem != nil {
		r.fail(o, actionCreate, problem.Code, problem.Reason)
		return
	}
	key, err := r.engine.store.AddAccount(account)
	if err != nil {
		r.fail(o, actionCreate, "EntryConflict", "Another account has the address already.")
		return
	}
	l := &link{key: key, exported: map[string]string{}}
	for _, f := range r.plan.flows {
		if value, ok := values[f.target.Name]; ok {
			l.exported[f.target.Name] = strings.Join(value, "\n")
			o.modified(f, nil, value)
		}
	}
	r.state.tie(o.subject.id, l)
	r.targets.wrote(r.plan, key, values)
	r.succeed(o, actionCreate, "EntryExportAdd", l.key)
}

// refusal says why the target would not take an account.
func (r *run) refusal(a *store.Account) *store.LogError {
	switch {
	case !r.engine.store.AcceptsDomain(a.Email):
		return &store.LogError{Code: "InvalidDomain", Reason: "The domain of the address is not one of the organization's."}
	case a.Active && !r.engine.store.HasFreeLicence():
		return &store.LogError{Code: "LicenseLimitExceeded", Reason: "No licence is left."}
	}
	return nil
}

// change writes what differs from what was written last.
func (r *run) change(o *outcome, l *link) {
	values, ok := r.differences(o, l, false)
	if !ok {
		return
	}
	o.entry.TargetID = l.key
	if len(values) > 0 && !r.plan.update {
		o.skipped("EntrySynchronizationSkipped", "The mapping does not update accounts.")
		delete(r.state.escrows, o.subject.id)
		r.finish(o, r.verbose)
		return
	}
	if len(values) == 0 {
		o.skipped("RedundantExport", "The state of the user in both systems already matches.")
		delete(r.state.escrows, o.subject.id)
		r.finish(o, r.verbose)
		return
	}
	o.step("EntrySynchronizationUpdate", "processing", statusSuccess, "Worked out what to change")
	if r.write(o, l, values, actionUpdate) {
		l.disabled = false
		r.succeed(o, actionUpdate, "EntryExportUpdate", l.key)
	}
}

// differences returns the values that are to be written to an existing account. It fails the outcome itself.
func (r *run) differences(o *outcome, l *link, deprovision bool) (map[string][]string, bool) {
	attributes := o.subject.attributes()
	if deprovision {
		attributes = o.subject.sourceAttributes(true)
	}
	values := map[string][]string{}
	for _, f := range r.plan.flows {
		if f.kind == flowOnAdd || deprovision && !f.byState {
			continue
		}
		got, err := f.evaluate(attributes, r, o.subject)
		if err != nil {
			r.fail(o, actionUpdate, "MappingEvaluationFailed", err.Error())
			return nil, false
		}
		have, written := l.exported[f.target.Name]
		if f.kind == flowIfEmpty || f.kind == flowAddValue || f.kind == flowAddValues {
			have, written = r.current(l, f) // these depend on what the target holds, whoever wrote it
		}
		switch {
		case len(got) == 0, f.target.Mutability == "ReadOnly", f.target.Mutability == "Immutable":
			continue // null values are not provisioned, and what cannot be changed is not tried
		case f.kind == flowIfEmpty && have != "":
			continue
		case f.kind == flowAddValue || f.kind == flowAddValues:
			got = union(have, got)
		}
		if joined := strings.Join(got, "\n"); written && same(f, have, joined) && (!f.always || deprovision) {
			continue
		}
		if !f.target.acceptable(got) {
			r.fail(o, actionUpdate, "SchemaPropertyCanOnlyAcceptValue", "The value of "+f.target.Name+" is not of its type.")
			return nil, false
		}
		values[f.target.Name] = got
	}
	return values, true
}

// current returns what the account holds for a flow.
func (r *run) current(l *link, f *flow) (string, bool) {
	account, err := r.engine.store.Account(l.key)
	if err != nil {
		return "", false // the write will find out too
	}
	values, ok := attributesOf(&account, r.plan.connector.AddressAttribute)[f.target.Name]
	return strings.Join(values, "\n"), ok
}

func same(f *flow, a, b string) bool {
	if f.target.CaseExact {
		return a == b
	}
	return strings.EqualFold(a, b)
}

// union adds values to those that are there.
func union(have string, add []string) []string {
	var all []string
	if have != "" {
		all = strings.Split(have, "\n")
	}
	for _, value := range add {
		if !slices.Contains(all, value) {
			all = append(all, value)
		}
	}
	return all
}

// write changes the account, or fails the outcome.
func (r *run) write(o *outcome, l *link, values map[string][]string, action string) bool {
	r.exports++
	account, err := r.engine.store.Account(l.key)
	if err != nil {
		r.fail(o, action, "InvalidAnchor", "The account vanished in the target. Restart the job to link the person anew.")
		return false
	}
	draft := account
	draft.Attributes = nil // only the refusal looks at it
	apply(&draft, r.plan.connector.AddressAttribute, values)
	if problem := r.refusal(&draft); problem != nil && (draft.Email != account.Email && problem.Code == "InvalidDomain" || draft.Active && !account.Active && problem.Code == "LicenseLimitExceeded") {
		r.fail(o, action, problem.Code, problem.Reason)
		return false
	}
	err = r.engine.store.UpdateAccount(l.key, func(a *store.Account) { apply(a, r.plan.connector.AddressAttribute, values) })
	if err != nil {
		r.fail(o, action, "EntryConflict", "Another account has the address already.")
		return false
	}
	for _, f := range r.plan.flows {
		value, ok := values[f.target.Name]
		if !ok {
			continue
		}
		var old *string
		if have, written := l.exported[f.target.Name]; written {
			old = &have
		}
		o.modified(f, old, value)
		l.exported[f.target.Name] = strings.Join(value, "\n")
	}
	r.targets.wrote(r.plan, l.key, values)
	return true
}

// evaluate returns the values of a flow; none stand for null, and for a value that is not to flow.
func (f *flow) evaluate(attributes map[string]expression.Value, r *run, s *subject) ([]string, error) {
	if f.constant != nil {
		return []string{*f.constant}, nil
	}
	if f.source == nil {
		return nil, nil
	}
	value, err := Evaluate(f.source, attributes, r.at, s.id+f.target.Name)
	if err != nil {
		return nil, fmt.Errorf("the mapping of %s cannot be evaluated: %w", f.target.Name, err)
	}
	values := value.Values()
	if f.target.Type == "Reference" && len(values) > 0 {
		l := r.state.links[values[0]]
		if l == nil {
			r.unresolved[s.id] = s
			return nil, nil
		}
		return []string{l.key}, nil
	}
	if len(values) > 1 && !f.target.Multivalued {
		values = values[:1]
	}
	return values, nil
}
