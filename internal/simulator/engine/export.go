// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// refusal says why the target would not take an account.
func (r *run) refusal(a *store.Account) *store.LogError {
	switch {
	case !r.engine.store.AcceptsDomain(a.Email):
		return &store.LogError{Code: "InvalidDomain", Reason: "The domain of the address is not one of the organization's."}
	case a.Active && !r.engine.store.HasFreeLicense():
		return &store.LogError{Code: "LicenseLimitExceeded", Reason: "No license is left."}
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
		r.leave(o, "EntrySynchronizationSkipped", "The mapping does not update accounts.", r.verbose)
		return
	}
	if len(values) == 0 {
		r.leave(o, "RedundantExport", "The state of the user in both systems already matches.", r.verbose)
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
	values, ok := attributesOf(&account, &r.plan.connector)[f.target.Name]
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
	apply(&draft, &r.plan.connector, values)
	if problem := r.refusal(&draft); problem != nil && (draft.Email != account.Email && problem.Code == "InvalidDomain" || draft.Active && !account.Active && problem.Code == "LicenseLimitExceeded") {
		r.fail(o, action, problem.Code, problem.Reason)
		return false
	}
	err = r.engine.store.UpdateAccount(l.key, func(a *store.Account) { apply(a, &r.plan.connector, values) })
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
	// The seed makes random values differ from object to object.
	value, err := expression.Evaluate(f.source, expression.Options{Attributes: attributes, Now: &r.at, Seed: new(s.id + f.target.Name), DefaultDomain: new(store.DefaultDomain)})
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
