// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
)

// Managed is one resource in the care of a Terraform that is only imagined. It walks through the phases of plan and
// apply as the CLI does: each with a provider of its own, refreshing first, planning once more right before it acts; and
// it holds the provider to its plans. A round takes milliseconds, which allows one for each fault and each bad input.
type Managed struct {
	Now     *Instance // what the state holds, nil for nothing
	Tainted bool      // a create failed after it had left something behind
	Asked   bool      // the next plan is one with -replace

	t        testing.TB
	connect  func() *Protocol
	typeName string
}

// Get returns one attribute in the state, nil if there is none.
func (m *Managed) Get(name string) any {
	if m.Now == nil {
		return nil
	}
	return m.Now.State[name]
}

// Text is Get for text, "" for none.
func (m *Managed) Text(name string) string {
	text, _ := m.Get(name).(string)
	return text
}

// What a plan would do.
const (
	NoAction = "no-op"
	Create   = "create"
	Update   = "update"
	Replace  = "replace"
)

// Plan refreshes and plans, as `terraform plan` does, and returns what would be done and the planned attributes.
func (m *Managed) Plan(config map[string]any) (action string, planned map[string]any, found Diagnostics) {
	m.t.Helper()
	action, plan, found := m.plan(m.connect(), config)
	if plan == nil {
		return action, nil, found
	}
	return action, plan.State, found
}

func (m *Managed) plan(p *Protocol, config map[string]any) (action string, plan *Planned, found Diagnostics) {
	m.t.Helper()
	if found = p.ValidateResource(m.typeName, config); found.HasError() {
		return "", nil, found
	}
	more := m.refresh(p)
	if found = append(found, more...); found.HasError() {
		return "", nil, found
	}
	action, plan, more = m.planFrom(p, config)
	return action, plan, append(found, more...)
}

// planFrom plans as often as Terraform does: what replaces is planned once more as a creation.
func (m *Managed) planFrom(p *Protocol, config map[string]any) (action string, plan *Planned, found Diagnostics) {
	m.t.Helper()
	prior := m.Now
	if m.Tainted {
		prior = nil
	}
	plan, found = p.Plan(m.typeName, prior, config)
	switch {
	case plan == nil:
		return "", nil, found
	case m.Tainted && m.Now != nil:
		return Replace, plan, found
	case prior == nil:
		return Create, plan, found
	case len(plan.Replaces) > 0 || m.Asked:
		plan, more := p.planAnew(plan, config)
		return Replace, plan, append(found, more.Errors()...)
	case plan.Changes():
		return Update, plan, found
	}
	return NoAction, plan, found
}

// Apply refreshes, plans and applies, as `terraform apply` does.
func (m *Managed) Apply(config map[string]any) Diagnostics {
	m.t.Helper()
	action, plan, found := m.plan(m.connect(), config)
	if found.HasError() || action == NoAction {
		return found
	}
	p := m.connect()
	if action == Replace {
		more := m.replaced(p, plan)
		if found = append(found, more...); found.HasError() {
			return found
		}
	}
	_, acting, more := m.planFrom(p, config)
	if found = append(found, more...); found.HasError() {
		return found
	}
	for _, at := range deviations("", plan.State, acting.State) {
		m.t.Errorf("%s: the plan of the apply is not the plan from before: %s", m.typeName, at)
	}
	before := m.Now
	after, more := p.Apply(acting)
	m.Now, m.Tainted = after, before == nil && after != nil && more.HasError()
	if !more.HasError() {
		for _, at := range deviations("", acting.State, after.State) {
			m.t.Errorf("%s: the result is not as planned: %s", m.typeName, at)
		}
		if at := firstUnknown("", after.State); at != "" {
			m.t.Errorf("%s: the result is unknown at %s", m.typeName, at)
		}
		m.wantIdentity(before, after)
	}
	return append(found, more...)
}

// Refresh reads the resource anew.
func (m *Managed) Refresh() Diagnostics {
	m.t.Helper()
	return m.refresh(m.connect())
}

func (m *Managed) refresh(p *Protocol) Diagnostics {
	m.t.Helper()
	if m.Now == nil {
		return nil
	}
	after, found := p.Read(m.Now)
	if !found.HasError() && after != nil {
		m.wantIdentity(m.Now, after)
	}
	m.Now = after
	return found
}

// Destroy refreshes and removes the resource.
func (m *Managed) Destroy() Diagnostics {
	m.t.Helper()
	p := m.connect()
	found := m.refresh(p)
	if found.HasError() || m.Now == nil {
		return found
	}
	return append(found, m.destroy(m.connect())...)
}

func (m *Managed) destroy(p *Protocol) Diagnostics {
	m.t.Helper()
	plan, found := p.Plan(m.typeName, m.Now, nil)
	if plan == nil {
		return found
	}
	plan.Replaces = nil
	after, more := p.Apply(plan)
	if m.Now = after; after == nil {
		m.Tainted = false
	}
	return append(found, more...)
}

// replaced is the first half of a replacement: Terraform plans no destroy for it, and passes the private data of the plan on.
func (m *Managed) replaced(p *Protocol, plan *Planned) Diagnostics {
	m.t.Helper()
	after, found := p.destroyFor(m.Now, plan)
	if m.Now = after; after == nil {
		m.Tainted, m.Asked = false, false
	}
	return found
}

// Import takes the object with the id into the state.
func (m *Managed) Import(id string) Diagnostics {
	m.t.Helper()
	return m.imported(m.connect().Import(m.typeName, id))
}

// ImportByIdentity is Import by identity.
func (m *Managed) ImportByIdentity(identity map[string]any) Diagnostics {
	m.t.Helper()
	return m.imported(m.connect().ImportByIdentity(m.typeName, identity))
}

func (m *Managed) imported(one *Instance, found Diagnostics) Diagnostics {
	if m.Now = one; found.HasError() {
		m.Now = nil
	}
	return found
}

// wantIdentity checks that an identity is there and stays.
func (m *Managed) wantIdentity(before, after *Instance) {
	m.t.Helper()
	if after.Identity == nil {
		m.t.Errorf("%s: there is no identity", m.typeName)
	}
	if before != nil && before.Identity != nil && !reflect.DeepEqual(before.Identity, after.Identity) {
		m.t.Errorf("%s: the identity changed from %v to %v", m.typeName, before.Identity, after.Identity)
	}
}

// deviations lists where actual is not what was planned; anything may come of an unknown value.
func deviations(at string, planned, actual any) []string {
	if planned == Unknown {
		return nil
	}
	want, wantsMap := planned.(map[string]any)
	got, isMap := actual.(map[string]any)
	if wantsMap && isMap {
		var list []string
		for _, name := range slices.Sorted(maps.Keys(want)) {
			list = append(list, deviations(at+"."+name, want[name], got[name])...)
		}
		if len(got) != len(want) {
			list = append(list, fmt.Sprintf("%s has %d members instead of %d", at, len(got), len(want)))
		}
		return list
	}
	wantList, wantsList := planned.([]any)
	gotList, isList := actual.([]any)
	if wantsList && isList && len(wantList) == len(gotList) {
		var list []string
		for i := range wantList {
			list = append(list, deviations(fmt.Sprintf("%s[%d]", at, i), wantList[i], gotList[i])...)
		}
		return list
	}
	if reflect.DeepEqual(planned, actual) {
		return nil
	}
	return []string{fmt.Sprintf("%s is %v instead of %v", at, actual, planned)}
}

// firstUnknown names a place that is still unknown, "" for none.
func firstUnknown(at string, value any) string {
	switch value := value.(type) {
	case unknown:
		return at
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			if found := firstUnknown(at+"."+name, value[name]); found != "" {
				return found
			}
		}
	case []any:
		for i := range value {
			if found := firstUnknown(fmt.Sprintf("%s[%d]", at, i), value[i]); found != "" {
				return found
			}
		}
	}
	return ""
}
