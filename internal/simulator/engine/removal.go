// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"fmt"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// purge handles somebody who is gone permanently: their account is deleted, if the mapping deletes accounts.
func (r *run) purge(o *outcome, l *link) {
	delete(r.state.escrows, o.subject.id)
	if l == nil {
		return
	}
	o.step("EntryImport", "import", statusSuccess, "The person was deleted from the directory")
	o.entry.TargetID = l.key
	if !r.plan.erase {
		r.state.untie(o.subject.id)
		o.skipped("EntrySynchronizationSkipped", "The mapping does not delete accounts.")
		r.finish(o, true)
		return
	}
	r.hold(o, func(o *outcome) { r.erase(o, l) })
}

// deprovision handles somebody who has an account and is not to have one anymore.
func (r *run) deprovision(o *outcome, l *link, scope scoping) {
	o.entry.TargetID = l.key
	left := !scope.in() && scope.active
	switch {
	case l.disabled:
		if !scope.in() {
			r.state.untie(o.subject.id) // disabled before, and out of the service's hands from now on
		}
		o.skipped("RedundantExport", "The account is disabled already.")
		r.finish(o, false)
	case left && r.skipOutOfScope:
		o.skipped("SkipOutOfScopeDeletions", "The person left the scope, and such accounts are left alone.")
		r.finish(o, !l.left || r.verbose)
		l.left = true
	case r.plan.canDisable && r.plan.update:
		r.hold(o, func(o *outcome) { r.disable(o, l, scope) })
	case !r.plan.canDisable && r.plan.erase:
		r.hold(o, func(o *outcome) { r.erase(o, l) })
	default:
		r.leave(o, "EntrySynchronizationSkipped", "The mapping neither disables nor deletes accounts.", r.verbose)
	}
}

func (r *run) hold(o *outcome, do func(*outcome)) {
	r.removals = append(r.removals, &removal{result: o, do: do})
}

// disable writes what the mappings say of somebody who is to have no account. Somebody who left the scope is no longer
// managed afterward; somebody who merely cannot sign in still is.
func (r *run) disable(o *outcome, l *link, scope scoping) {
	values, ok := r.differences(o, l, true)
	if !ok {
		return
	}
	if len(values) > 0 {
		o.step("EntrySynchronizationUpdate", "processing", statusSuccess, "Worked out how to disable the account")
		if !r.write(o, l, values, actionDisable) {
			return
		}
	}
	l.disabled = true
	if !scope.in() {
		r.state.untie(o.subject.id)
	}
	if len(values) == 0 {
		r.leave(o, "RedundantExport", "The account is disabled already.", r.verbose)
		return
	}
	r.succeed(o, actionDisable, "EntryExportUpdate", l.key)
}

func (r *run) erase(o *outcome, l *link) {
	r.exports++
	if err := r.engine.store.DeleteAccount(l.key); err == nil {
		r.targets.wrote(r.plan, l.key, nil)
	} // an account that is gone already is practically deleted
	r.state.untie(o.subject.id)
	r.succeed(o, actionDelete, "EntryExportDelete", l.key)
}

// settle does the removals, or stages them if there are too many, and says whether there were.
func (r *run) settle(limit int64) (tooMany bool) {
	if limit > 0 && int64(len(r.removals)) >= limit {
		for _, held := range r.removals {
			held.result.entry.Action = actionStaged
			held.result.skipped("TooManyDeletes", fmt.Sprintf("The cycle would remove %d accounts, which reaches the limit of %d.", len(r.removals), limit))
			r.finish(held.result, true)
		}
		return true
	}
	for _, held := range r.removals {
		held.do(held.result)
	}
	return false
}

// step adds a step to the outcome's log entry.
func (o *outcome) step(name, kind, status, description string, details ...store.KeyValue) {
	o.entry.Steps = append(o.entry.Steps, store.LogStep{Name: name, Type: kind, Status: status, Description: description, Details: details})
}

func (o *outcome) scopeStep(s scoping) {
	status := statusSuccess
	if !s.in() || !s.active {
		status = statusSkipped
	}
	o.step("EntrySynchronizationScoping", "scoping", status, "Evaluated the scope",
		store.KeyValue{Key: "Active in the source system", Value: boolText(s.active)},
		store.KeyValue{Key: "Assigned to the application", Value: boolText(s.assigned)},
		store.KeyValue{Key: "User has the required role", Value: boolText(s.role)},
		store.KeyValue{Key: "Scoping filter evaluation passed", Value: boolText(s.filter)},
		store.KeyValue{Key: "ScopeEvaluationResult", Value: "{}"},
	)
}

// modified notes a written attribute. Values that are not to be seen are blacked out.
func (o *outcome) modified(f *flow, old *string, values []string) {
	value := strings.Join(values, ";")
	if f.redacted {
		value = "[Redact]"
		if old != nil {
			old = new("[Redact]")
		}
	}
	o.entry.Modified = append(o.entry.Modified, store.ModifiedProperty{Name: f.target.Name, Old: old, New: &value})
}

func (o *outcome) skipped(code, reason string) {
	o.entry.Status = statusSkipped
	o.entry.Error = &store.LogError{Code: code, Reason: reason, Category: "nonServiceFailure"}
}

// leave ends an outcome with nothing to do for the person, who is not tried again.
func (r *run) leave(o *outcome, code, reason string, worthLogging bool) {
	delete(r.state.escrows, o.subject.id)
	o.skipped(code, reason)
	r.finish(o, worthLogging)
}

// succeed ends an outcome that wrote to the target.
func (r *run) succeed(o *outcome, action, stepName, key string) {
	delete(r.state.escrows, o.subject.id)
	o.entry.Action, o.entry.Status, o.entry.TargetID, o.entry.Error = action, statusSuccess, key, nil
	o.step(stepName, "export", statusSuccess, "Wrote the account", store.KeyValue{Key: "ReportableIdentifier", Value: o.subject.name()})
	r.exported++
	r.finish(o, true)
}

// fail ends an outcome with an error. The person is put aside and tried again later.
func (r *run) fail(o *outcome, action, code, reason string) {
	o.entry.Action, o.entry.Status = action, statusFailure
	o.entry.Error = &store.LogError{Code: code, Reason: reason, Category: "nonServiceFailure"}
	o.step("EntryExport", "export", statusFailure, reason, store.KeyValue{Key: "ReportableIdentifier", Value: o.subject.name()})
	r.failures++
	r.state.putAside(o.subject.id, code, r.at, r.job.Interval)
	r.finish(o, true)
}

// finish logs an outcome if it is worth it.
func (r *run) finish(o *outcome, worthLogging bool) {
	if worthLogging {
		r.log = append(r.log, o.entry)
	}
}
