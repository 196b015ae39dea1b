// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account

import (
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
)

// admit decides about people who do not even get as far as looking for an account; ok means that they do.
func (r *rules) admit(p *person, peopleRead bool) (verdict, bool) {
	v := verdict{person: p, action: actionSkip}
	admitted := yes
	for _, f := range r.filters {
		switch t := f.admits(p.attributes); {
		case t == no || admitted == no:
			admitted = no
		case t == maybe:
			admitted = maybe
		}
	}
	switch {
	case !p.provisions:
		v.reason = reasonRole
	case !r.enabled:
		v.reason = reasonOff
	case !peopleRead:
		v.action, v.reason = actionUnknown, reasonNoPeople
	case !p.found:
		v.action, v.reason = actionUnknown, reasonNotFound
	case admitted == no:
		v.reason = reasonFilter
	case admitted == maybe:
		v.action, v.reason = actionUnknown, reasonCondition
	default:
		return v, true
	}
	return v, false
}

// creates decides about a person without account.
func (r *rules) creates(p *person) verdict {
	v := verdict{person: p, action: actionSkip}
	switch {
	case p.blocked:
		v.reason = p.shutOut()
		return v
	case !r.create:
		v.reason = reasonCreateOff
		return v
	}
	missing := slices.Clone(r.required)
	unclear := ""
	for i := range r.flows {
		f := &r.flows[i]
		if !f.writable(true) {
			continue
		}
		result := r.evaluate(f, p)
		required := slices.IndexFunc(missing, func(name string) bool { return strings.EqualFold(name, f.target) })
		value := result.value
		if value.IsNull() && result.reason == "" && f.fallback != "" {
			value = expression.String(f.fallback)
		}
		switch {
		case result.fails:
			v.reason, v.subject, v.changes = reasonFails, f.target, nil
			return v
		case result.reason != "":
			if required >= 0 {
				unclear, v.subject = result.reason, f.target
				missing = slices.Delete(missing, required, required+1)
			}
			continue
		case !f.accepts(value):
			v.reason, v.subject, v.changes = reasonType, f.target, nil
			return v
		case len(value.Values()) == 0:
			continue
		}
		if required >= 0 && !isEmpty(value) {
			missing = slices.Delete(missing, required, required+1)
		}
		v.changes = append(v.changes, change{target: f.target, planned: display(value)})
	}
	switch {
	case len(missing) > 0:
		return verdict{person: p, action: actionSkip, reason: reasonRequired, subject: missing[0]}
	case unclear != "":
		return verdict{person: p, action: actionUnknown, reason: unclear, subject: v.subject}
	}
	v.action, v.reason = actionCreate, reasonNoAccount
	return v
}

// keeps decides about a person with an account.
func (s situation) keeps(p *person, account *gotoadmin.User, known map[field]bool) verdict {
	r := s.rules
	v := verdict{person: p, account: account}
	changes, unclear, subject, failure := r.differences(p, account, known)
	if p.blocked {
		return s.disables(v, changes)
	}
	v.changes = changes
	switch {
	case failure != "" && r.update:
		v.action, v.reason, v.subject, v.changes = actionSkip, failure, subject, nil
	case len(changes) > 0 && !r.update:
		v.action, v.reason, v.changes = actionSkip, reasonUpdateOff, nil
	case len(changes) > 0:
		v.action, v.reason = actionUpdate, reasonDiffers
	case unclear != "" && r.update:
		v.action, v.reason, v.subject = actionUnknown, unclear, subject
	default:
		v.action, v.reason = actionMatched, reasonFits
	}
	return v
}

// differences are the values that the mapping would write to an account. Unclear is why a value that GoTo reports cannot
// be compared, failure why the service writes nothing at all; subject is the target attribute behind either.
func (r *rules) differences(p *person, account *gotoadmin.User, known map[field]bool) (changes []change, unclear, subject, failure string) {
	for i := range r.flows {
		f := &r.flows[i]
		if !f.writable(false) || f.kind == flowOnCreate {
			continue
		}
		result := r.evaluate(f, p)
		if result.fails {
			return nil, "", f.target, result.reason
		}
		if result.reason == "" && !f.accepts(result.value) {
			return nil, "", f.target, reasonType
		}
		current, told := f.field.read(*account)
		if !told || !known[f.field] {
			continue
		}
		if result.reason != "" {
			unclear, subject = result.reason, f.target
			continue
		}
		switch {
		case len(result.value.Values()) == 0:
			continue // what has no value is not written
		case current != "" && (f.kind == flowIfEmpty || f.kind == flowAddValue || f.kind == flowAddMultivalued):
			continue
		}
		if planned := display(result.value); !f.same(current, planned) {
			changes = append(changes, change{target: f.target, current: current, planned: planned, hasCurrent: true})
		}
	}
	return changes, unclear, subject, ""
}

// disables decides about the account of a person who may not sign in. Nobody like that is linked to an account: only a
// link from earlier cycles makes the service disable it.
func (s situation) disables(v verdict, changes []change) verdict {
	r := s.rules
	is, known := active(*v.account)
	switches := r.hasSwitch(v.person)
	switch {
	case known && !is:
		v.action, v.reason = actionMatched, reasonInactive
	case !s.ranBefore:
		v.action, v.reason = actionSkip, reasonNotLinked
	case switches && !r.update:
		v.action, v.reason = actionSkip, reasonUpdateOff
	case switches && !known:
		v.action, v.reason = actionUnknown, reasonStatus
	case switches:
		v.action, v.reason, v.changes = actionDisable, v.person.shutOut(), changes
	case r.remove:
		v.action, v.reason = actionDisable, reasonDeletes
	default:
		v.action, v.reason = actionSkip, reasonRemoveOff
	}
	return v
}

// hasSwitch reports whether a mapping fed by IsSoftDeleted disables the account of a person who may not sign in. What an
// attribute of which GoTo says nothing does to the account is left to its mapping.
func (r *rules) hasSwitch(p *person) bool {
	for i := range r.flows {
		f := &r.flows[i]
		if !f.switches() {
			continue
		}
		result := r.evaluate(f, p)
		text := display(result.value)
		switch {
		case result.reason != "" || isEmpty(result.value):
		case f.field == fieldActive && strings.EqualFold(text, "true"), f.field == fieldStatus && strings.EqualFold(text, statusActive):
		default:
			return true
		}
	}
	return false
}

// switches reports whether the flow can disable: IsSoftDeleted feeds it, and it is written to accounts that exist.
func (f *flow) switches() bool {
	return f.reads(sourceSoftDeleted) && f.writable(false) && f.kind != flowOnCreate
}
