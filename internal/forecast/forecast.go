// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package forecast

import (
	"cmp"
	"context"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// Proposal is what one planned change does to the setup of a connection.
type Proposal struct {
	// Key identifies a proposal of a connection: a resource that is planned again replaces its own.
	Key string
	// Subject is what changes, for titles: "attribute mappings". The name of the application is added.
	Subject string
	// Change makes the change in a copy of today's setup, whose slices and maps are shared with the original.
	Change func(*impact.Setup)
	// Later evaluates a change that matters only if the same plan switches provisioning on: what it does, and what is unknown,
	// as Change and Unknown do otherwise. It is nil for a change that is reported immediately.
	Later func(context.Context) (change func(*impact.Setup), unknown string)
	// Principals are the users and groups that the change concerns, by id in lowercase; nil for everybody.
	Principals []string
	// Unknown says why the change is not completely known yet, "" if it is.
	Unknown string
	// Adds says that what is not known creates or updates accounts at most.
	Adds bool
	// Destroys says that the change is a planned delete, which no limit refuses.
	Destroys bool
	// Repairs says that the configuration has not changed since it was applied: the change puts back what was changed outside
	// Terraform. A limit is then a warning, because an error would keep Terraform from planning, and destroying, anything at all, and
	// the apply refuses; see [Forecast.Refused].
	Repairs bool
	// Unless is a condition under which the change does nothing to anybody, "" for none. The sentences about the effect begin
	// with it: deletes are planned in any order, so a change that spares people may be proposed later.
	Unless string
	// At is the attribute to which messages are attached, the empty path for the whole resource.
	At path.Path
	// Job is the connection's job where it was read already, nil otherwise.
	Job *graph.Job
	// Quiet leaves the warning to the resource, which combines its own text with the answer's.
	Quiet bool
}

// UnlessItEnds is the condition of a planned delete whose effect on people depends on whether provisioning stays on.
const UnlessItEnds = "Unless this plan also ends provisioning"

// Answer is the effect of a proposal, as far as it is known.
type Answer struct {
	// Told says that the numbers are known, or bounded, and that provisioning is on, so the warnings are complete.
	Told bool
	// NoCycle says why no cycle follows, as far as it is planned, as the beginning of a sentence; "" if one may.
	NoCycle string
	// Headline says in one line how many accounts change, "" for none; Detail has the details.
	Headline, Detail string
	// Diagnostics are the warning, unless the proposal is quiet, and errors where a limit is exceeded.
	Diagnostics diag.Diagnostics
}

// Forecast is what the proposals of one provider configuration share.
type Forecast struct {
	data   *providerdata.Data
	report *reporter

	mu          sync.Mutex
	fresh       fresh
	connections map[graph.JobRef]*connection
	jobs        map[string][]graph.JobRef // by service principal
	unread      map[string]error          // why jobs could not be read
	settings    map[graph.JobRef]impact.Settings
}

type forecastKey struct{}

// Of returns the forecast of a provider configuration.
func Of(data *providerdata.Data) *Forecast {
	return providerdata.Shared(data, forecastKey{}, func() *Forecast {
		return &Forecast{data: data, report: newReporter(data), connections: map[graph.JobRef]*connection{}, jobs: map[string][]graph.JobRef{}, unread: map[string]error{}, settings: map[graph.JobRef]impact.Settings{}}
	})
}

// Begin writes the report of a run that has planned nothing yet.
func (f *Forecast) Begin() error {
	if f.report.on() {
		if err := f.report.claim(); err != nil {
			return err
		}
		f.report.carry()
	}
	return f.report.write(f.sections)
}

// Applies notes that this process applies the plan whose report it found.
func (f *Forecast) Applies() {
	if f.data.Impact.ReportFile != "" {
		f.report.putBack()
	}
}

// On reports whether effects of changes are reported at all.
func (f *Forecast) On() bool { return f.data.Impact.Enabled }

// Plan records a proposal for a connection, and returns its effect on people.
func (f *Forecast) Plan(ctx context.Context, ref graph.JobRef, p Proposal) Answer {
	if !f.On() {
		return Answer{}
	}
	c := f.on(ref)
	c.put(p)
	return c.answer(ctx, p)
}

// PlanAssignments is Plan for a change of who is assigned, which concerns every connection of an application.
func (f *Forecast) PlanAssignments(ctx context.Context, servicePrincipalID string, p Proposal) (all Answer) {
	if !f.On() {
		return all
	}
	refs, err := f.jobsOf(ctx, servicePrincipalID)
	if err != nil {
		c := f.on(graph.JobRef{ServicePrincipalID: servicePrincipalID, JobID: notListed})
		c.put(p)
		c.working.Lock()
		defer c.working.Unlock()
		c.unknown = err
		all.Diagnostics = append(c.ease(p, c.cannotTell(p, err)), c.reportNow(c.sorted())...)
		return all
	}
	if len(refs) == 0 { // nobody has an account by the application
		all = f.planNewAssignments(ctx, servicePrincipalID, p)
		if err == nil && !all.Told {
			all.NoCycle = "The application has no connection"
		}
		return all
	}
	for _, ref := range refs {
		if p.Destroys {
			p.Unless = UnlessItEnds
			if f.Ends(ref) {
				all.NoCycle = "This plan ends provisioning"
				all.Diagnostics.Append(f.Note(ref, p)...)
				continue
			}
		}
		one := f.Plan(ctx, ref, p)
		all.Told = one.Told || all.Told
		all.Headline, all.Detail = cmp.Or(all.Headline, one.Headline), strings.TrimSpace(all.Detail+"\n\n"+one.Detail)
		all.Diagnostics.Append(one.Diagnostics...)
	}
	return all
}

// PlanUnidentified refuses, if a limit is set, a change of a connection or an application whose id is unknown until the apply: it may be
// any. made says that the same run creates it: nothing changes anybody before it is switched on, which the apply holds against the
// limits first, so the report says that the effect is not known yet, and the plan goes on.
func (f *Forecast) PlanUnidentified(p Proposal, made bool) (diags diag.Diagnostics) {
	if !f.On() {
		return nil
	}
	p.Adds = p.Adds || made
	f.mu.Lock()
	reported := f.fresh.state != nil && f.fresh.state.Key == p.Key
	f.mu.Unlock()
	c := f.on(graph.JobRef{JobID: notListed})
	c.working.Lock()
	defer c.working.Unlock()
	var untold []untoldLimit
	for _, l := range c.limits(0) {
		if !made && !l.isDefault && (l.adds || !p.Adds) { // the default only warns, and the resource does already
			untold = append(untold, untoldLimit{l, []string{p.Unknown}})
		}
	}
	diags = c.refuseUnknown(p, untold)
	if reported {
		return diags
	}
	c.put(p)
	return append(diags, c.reportNow(c.sorted())...)
}

// Creates reports whether the run has planned to create a connection so far. One whose id is unknown is then taken to be that.
func (f *Forecast) Creates() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.fresh.connections) > 0
}

// NewApplication notes that the run creates an application.
func (f *Forecast) NewApplication() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fresh.application = true
}

// CreatesApplication reports whether the run has planned to create an application so far: one whose id is unknown is then taken to be that.
func (f *Forecast) CreatesApplication() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fresh.application
}

// New notes a connection that the run creates. servicePrincipalID is "" where it, or a setting, is not known yet.
func (f *Forecast) New(servicePrincipalID, templateID string, settings impact.Settings) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fresh.connections == nil {
		f.fresh.connections = map[string]freshConnection{}
	}
	f.fresh.connections[servicePrincipalID] = freshConnection{templateID, settings}
}

// Made notes a connection that this run has created: who is assigned from now on is provisioned by it, as whoever was assigned before.
func (f *Forecast) Made(ref graph.JobRef) {
	f.mu.Lock()
	refs, known := f.jobs[ref.ServicePrincipalID]
	if known {
		f.jobs[ref.ServicePrincipalID] = append(refs, ref)
	}
	assigned := f.fresh.assigned[ref.ServicePrincipalID]
	f.mu.Unlock()
	for _, p := range assigned {
		f.on(ref).put(p)
	}
}

// NewMapping notes attribute mappings of a connection that does not exist yet.
func (f *Forecast) NewMapping() diag.Diagnostics {
	f.mu.Lock()
	f.fresh.mappings = true
	ref, known := f.fresh.ref()
	known = known && f.connections[ref] != nil
	f.mu.Unlock()
	if !known {
		return nil
	}
	return f.on(ref).correctReport()
}

// PlanNew determines the effect of switching on a connection that does not exist yet, with the connector's default mapping. told is false
// if this is unknown until it exists.
func (f *Forecast) PlanNew(ctx context.Context, p Proposal) (found diag.Diagnostics, told bool) {
	f.mu.Lock()
	f.fresh.state = &p
	ref, known := f.fresh.ref()
	assigned := f.fresh.assigned[ref.ServicePrincipalID]
	f.mu.Unlock()
	if !f.On() {
		return nil, true
	}
	if !known {
		return f.writeReport(), false
	}
	c := f.on(ref)
	for _, one := range assigned {
		c.put(one)
	}
	return f.Plan(ctx, ref, p).Diagnostics, true
}

// planNewAssignments records a change of the assignments of an application that has no connection yet. If one is created and
// switched on, the change counts together with it.
func (f *Forecast) planNewAssignments(ctx context.Context, servicePrincipalID string, p Proposal) Answer {
	f.mu.Lock()
	if f.fresh.assigned == nil {
		f.fresh.assigned = map[string][]Proposal{}
	}
	f.fresh.assigned[servicePrincipalID] = append(f.fresh.assigned[servicePrincipalID], p)
	ref, known := f.fresh.ref()
	begun := f.fresh.state != nil && known && ref.ServicePrincipalID == servicePrincipalID
	f.mu.Unlock()
	if !begun {
		return Answer{}
	}
	return f.Plan(ctx, ref, p)
}

// Note records a proposal that needs no answer and reads nothing. It returns an error if the report cannot be written.
func (f *Forecast) Note(ref graph.JobRef, p Proposal) diag.Diagnostics {
	if !f.On() {
		return nil
	}
	c := f.on(ref)
	c.put(p)
	return c.correctReport()
}

// Refused are the errors that keep an apply from a change: those that a limit had for a proposal that repairs, as the plan that
// precedes each apply found them, and that the change does more than its plan reported. A ref without a job is for every
// connection of the application.
func (f *Forecast) Refused(ref graph.JobRef, key string) (all diag.Diagnostics) {
	if f == nil {
		return nil
	}
	for _, c := range f.all() {
		if c.ref == ref || ref.JobID == "" && c.ref.ServicePrincipalID == ref.ServicePrincipalID {
			all.Append(c.refusedOf(key)...)
			all.Append(c.beyond(key)...)
		}
	}
	return all
}

// Settings notes what the state knows of a connection's settings, for those who cannot read them.
func (f *Forecast) Settings(ref graph.JobRef, settings impact.Settings) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.settings[ref] = settings
}

// Known is a setup that was read, with the settings of the state where the service did not show them.
func (f *Forecast) Known(ref graph.JobRef, read *impact.Setup) *impact.Setup {
	if settings, known := f.settingsOf(ref); known && read.ScopeUnread() {
		return read.With(settings)
	}
	return read
}

func (f *Forecast) settingsOf(ref graph.JobRef) (impact.Settings, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	settings, known := f.settings[ref]
	return settings, known
}

// Ends reports whether what the run has planned so far ends provisioning, or leaves it off: nothing else that is proposed
// concerns anybody then.
func (f *Forecast) Ends(ref graph.JobRef) bool {
	return f.On() && !onAfter(f.on(ref).sorted(), true)
}

// Begins reports whether what the run has planned so far switches provisioning on.
func (f *Forecast) Begins(ref graph.JobRef) bool { return f.On() && onAfter(f.on(ref).sorted(), false) }

// Would describes the effect of a change that is not proposed, "" if there is none or it is unknown.
func (f *Forecast) Would(ctx context.Context, ref graph.JobRef, change func(*impact.Setup)) string {
	if !f.On() {
		return ""
	}
	return f.on(ref).would(ctx, Proposal{Change: change})
}

// Standing compares the accounts at GoTo with the people in scope of a connection. During a plan, it shares the data of
// the connection with the proposals. It fails if the comparison is not possible.
func (f *Forecast) Standing(ctx context.Context, ref graph.JobRef, job graph.Job) (impact.Standing, error) {
	if _, err := Accounts(ctx, f.data); err != nil {
		return impact.Standing{}, err
	}
	c := f.on(ref)
	if f.data.Graph.HasWritten() { // today is another one by now
		c = &connection{forecast: f, ref: ref}
	}
	c.working.Lock()
	defer c.working.Unlock()
	if err := c.readInTime(ctx, Proposal{Job: &job}, nil); err != nil {
		return impact.Standing{}, err
	}
	return impact.StandingOf(c.survey, f.Known(ref, c.today)), nil
}

// MayPass reports whether a change that only adds needs no second check at apply: it was reported at plan, and only
// disabling is limited.
func (f *Forecast) MayPass() bool { return f.data.Graph.HasWritten() && f.limitsDisablingOnly() }

func (f *Forecast) limitsDisablingOnly() bool {
	s := f.data.Impact
	return s.MaxCreated == nil && s.MaxUpdated == nil && s.MaxLeftActive == nil
}

// Provisions reports whether an application has a connection, so assignments to it concern accounts.
func (f *Forecast) Provisions(ctx context.Context, servicePrincipalID string) bool {
	if !f.On() {
		return false
	}
	refs, err := f.jobsOf(ctx, servicePrincipalID)
	return err != nil || len(refs) > 0
}

// notListed stands for connections that are not known: those of an application that could not be listed, and one without an id.
const notListed = "unknown"

// jobsOf are the connections of an application. What cannot be read is asked once, too.
func (f *Forecast) jobsOf(ctx context.Context, servicePrincipalID string) ([]graph.JobRef, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if refs, known := f.jobs[servicePrincipalID]; known {
		return refs, f.unread[servicePrincipalID]
	}
	jobs, err := f.data.Graph.ListJobs(ctx, servicePrincipalID)
	if err != nil && ctx.Err() != nil {
		return nil, err // which answers nobody else
	}
	if !graph.IsNotFound(err) { // without the application there is no connection
		f.unread[servicePrincipalID] = err
	}
	var refs []graph.JobRef
	for _, job := range jobs {
		refs = append(refs, graph.JobRef{ServicePrincipalID: servicePrincipalID, JobID: job.ID})
	}
	f.jobs[servicePrincipalID] = refs
	return refs, f.unread[servicePrincipalID]
}

// on is what is proposed for a connection.
func (f *Forecast) on(ref graph.JobRef) *connection {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.connections[ref]
	if c == nil {
		c = &connection{forecast: f, ref: ref, proposals: map[string]Proposal{}}
		f.connections[ref] = c
	}
	return c
}

// all are the connections that have proposals.
func (f *Forecast) all() []*connection {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []*connection
	for _, c := range f.connections {
		all = append(all, c)
	}
	return all
}
