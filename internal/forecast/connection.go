// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package forecast

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotodiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
)

// Default limits for reading the people whom the changes of a connection affect.
const (
	defaultTimeout  = time.Minute
	defaultRequests = 1000
)

// connection is what this run proposes for one connection.
type connection struct {
	forecast *Forecast
	ref      graph.JobRef

	mu        sync.Mutex
	proposals map[string]Proposal
	refused   map[string]diag.Diagnostics // by the key of a proposal that repairs

	waiting atomic.Int32 // proposals that are about to be answered
	working sync.Mutex   // held while one is
	today   *impact.Setup
	survey  *impact.Survey
	unknown error                        // why neither could be read
	own     map[string]impact.Comparison // by the key of the proposal
	seats   *Seats                       // at GoTo, where the proposals create accounts

	took      time.Duration    // by reading
	allowance *graph.Allowance // of requests for it

	section *Section // of the report; like counts, guarded by the forecast's mutex
	counts  []int    // what the proposals amount to, by limit
}

func (c *connection) put(p Proposal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.proposals[p.Key] = p
}

// sorted are the proposals so far, in an order that does not depend on that of planning.
func (c *connection) sorted() []Proposal {
	c.mu.Lock()
	defer c.mu.Unlock()
	proposals := make([]Proposal, 0, len(c.proposals))
	for _, key := range slices.Sorted(maps.Keys(c.proposals)) {
		proposals = append(proposals, c.proposals[key])
	}
	return proposals
}

// settled is sorted, with the proposals that matter only once provisioning is switched on.
func (c *connection) settled(ctx context.Context) []Proposal {
	proposals := c.sorted()
	if !onAfter(proposals, false) {
		return proposals
	}
	for i := range proposals {
		if p := &proposals[i]; p.Later != nil {
			p.Change, p.Unknown = p.Later(ctx)
			p.Later = nil
			c.put(*p)
		}
	}
	return proposals
}

// onAfter reports whether provisioning is on after the proposals, given whether it is on before.
func onAfter(proposals []Proposal, before bool) bool {
	setup := &impact.Setup{Off: !before}
	for _, p := range proposals {
		if p.Change != nil && p.Principals == nil {
			p.Change(setup)
		}
	}
	return !setup.Off
}

// base is today's setup as far as some proposals depend on it. If its settings cannot be read, those of the state are used.
// Resources that refer to the connection know the state; assignments may be planned before it, and get an upper bound.
func (c *connection) base(today *impact.Setup, proposals ...Proposal) *impact.Setup {
	if !today.ScopeUnread() {
		return today
	}
	if !slices.ContainsFunc(proposals, func(p Proposal) bool { return p.Principals == nil }) {
		return today.Assigned()
	}
	return c.forecast.Known(c.ref, today)
}

// changed is today's setup with some changes. What is destroyed as one resource and created as another is there afterward, in whichever
// order the apply does it, so assignments are removed first.
func (c *connection) changed(today *impact.Setup, proposals ...Proposal) *impact.Setup {
	setup := *c.base(today, proposals...)
	for _, first := range []bool{true, false} {
		for _, p := range proposals {
			if p.Change != nil && (p.Destroys && p.Principals != nil) == first {
				p.Change(&setup)
			}
		}
	}
	return &setup
}

func (c *connection) without(proposals ...Proposal) *impact.Setup {
	return c.base(c.today, proposals...)
}

func (c *connection) with(proposals ...Proposal) *impact.Setup {
	return c.changed(c.today, proposals...)
}

// answer determines what a proposal does to people.
func (c *connection) answer(ctx context.Context, p Proposal) (answer Answer) {
	c.waiting.Add(1)
	c.working.Lock()
	c.waiting.Add(-1)
	defer c.working.Unlock()
	if c.today == nil && c.forecast.MayPass() {
		if job, err := c.job(ctx, p); err == nil && !job.MayHaveLinked(c.forecast.data.Graph.Clock().Now()) {
			return answer // it has linked nobody whom it could disable
		}
	}
	proposals := c.settled(ctx)
	if err := c.readInTime(ctx, p, proposals); err != nil {
		c.unknown = err
		answer.Diagnostics = c.ease(p, c.cannotTell(p, err))
		answer.Diagnostics.Append(c.reportNow(proposals)...)
		return answer
	}
	if why, inScope := c.waits(proposals); len(why) > 0 {
		answer.Diagnostics = c.ease(p, c.boundNew(p, proposals, why, inScope))
		answer.Diagnostics.Append(c.reportNow(proposals)...)
		return answer
	}
	said := ""
	if p.Unknown == "" {
		own := impact.Compare(c.part(p), c.without(p), c.with(p))
		if c.own == nil {
			c.own = map[string]impact.Comparison{}
		}
		c.own[p.Key] = own
		off := c.with(p).Off
		answer.Told = !off && !slices.ContainsFunc(own.Problems, impact.Problem.Unbounded)
		answer.Headline = headline(&own)
		if answer.Headline == "" && !off && c.today.Off && own.Kept != 0 {
			answer.Headline = "Accounts may be disabled"
			if own.Kept > 0 {
				answer.Headline = fmt.Sprintf("At most %s may be disabled", graphdiag.Counted(own.Kept, "account"))
			}
		}
		if answer.Headline != "" {
			answer.Detail = c.detail(p, own, c.seatsFor(ctx, &own))
		}
		if !p.Quiet && !c.forecast.data.Graph.HasWritten() {
			answer.Diagnostics.Append(c.warn(p, answer)...)
			said = answer.Detail
		}
	}
	joint, known := c.own[p.Key]
	if len(proposals) > 1 || !known || p.Unknown != "" {
		joint = impact.Compare(c.part(proposals...), c.without(proposals...), c.with(proposals...))
	}
	c.seats = c.seatsFor(ctx, &joint)
	answer.Diagnostics.Append(c.ease(p, c.judge(p, proposals, joint, said))...)
	answer.Diagnostics.Append(c.reportNow(proposals)...)
	return answer
}

// would is answer for a change that is not proposed.
func (c *connection) would(ctx context.Context, p Proposal) string {
	c.working.Lock()
	defer c.working.Unlock()
	if c.readInTime(ctx, p, nil) != nil {
		return ""
	}
	own := impact.Compare(c.survey, c.without(p), c.with(p))
	return headline(&own)
}

// overspentError says that the budget for reading was used up.
type overspentError struct{ text string }

func (e *overspentError) Error() string { return e.text }

func (c *connection) timeout() time.Duration {
	return cmp.Or(c.forecast.data.Impact.Timeout, defaultTimeout)
}

func (c *connection) maxRequests() int64 {
	return cmp.Or(c.forecast.data.Impact.MaxRequests, defaultRequests)
}

// budget is a context for reading within the rest of the connection's budget, until done is called.
func (c *connection) budget(ctx context.Context) (bounded context.Context, done func()) {
	if c.allowance == nil {
		c.allowance = graph.NewAllowance(c.maxRequests())
	}
	bounded, cancel := context.WithTimeout(c.allowance.In(ctx), c.timeout()-c.took)
	began := time.Now()
	return bounded, func() {
		cancel()
		c.took += time.Since(began)
	}
}

// seatsFor reads the seats at GoTo if accounts are created, nil if none are or if the seats cannot be read within the rest of the
// budget.
func (c *connection) seatsFor(ctx context.Context, of *impact.Comparison) *Seats {
	if of.Count(impact.Created) == 0 || !accountsRead(of) {
		return nil
	}
	bounded, done := c.budget(ctx)
	defer done()
	return readSeats(bounded, c.forecast.data)
}

// overspent says of an error of reading that the budget is used up, "" if it has another cause.
func (c *connection) overspent(bounded context.Context, err error) string {
	switch {
	case errors.Is(err, graph.ErrSpent):
		return fmt.Sprintf("Determining who is affected takes more than the %s that `impact.max_requests` allows.", graphdiag.Counted(int(c.maxRequests()), "request"))
	case err != nil && bounded.Err() != nil, errors.Is(err, context.DeadlineExceeded): // or the next attempt would be too late
		return fmt.Sprintf("Determining who is affected takes longer than the %s that `impact.timeout` allows.", c.timeout())
	}
	return ""
}

// readInTime is read within the rest of the connection's budget. Beyond it, the error counts the people read so far.
func (c *connection) readInTime(ctx context.Context, p Proposal, proposals []Proposal) error {
	bounded, done := c.budget(ctx)
	today, survey, err := c.read(bounded, p, proposals)
	text := c.overspent(bounded, err)
	done()
	if err == nil {
		c.today, c.survey = today, survey
		return nil
	}
	if text == "" || ctx.Err() != nil {
		return err
	}
	if today != nil && survey != nil {
		is, will := scopeOf(survey, today), scopeOf(survey, c.changed(today, proposals...))
		if text += " Today, " + is + " in scope"; is != will {
			text += "; with what is planned, " + will
		}
		text += "."
	}
	return &overspentError{text}
}

// scopeOf counts the people whom a setup has in scope, as far as they were read.
func scopeOf(survey *impact.Survey, setup *impact.Setup) string {
	switch text := people(survey.InScope(setup)); {
	case survey.HasScope(setup):
		return text
	case setup.Scope == impact.ScopeAll:
		return "everybody in the directory is"
	default:
		return "at least " + text
	}
}

// part is the survey as far as it concerns some proposals.
func (c *connection) part(proposals ...Proposal) *impact.Survey {
	concerned := map[string]bool{}
	for _, p := range proposals {
		if p.Principals == nil && p.Change != nil {
			return c.survey
		}
		for _, id := range p.Principals {
			concerned[strings.ToLower(id)] = true
		}
	}
	return c.survey.Only(concerned)
}

// reportNow writes the report, unless another proposal is about to be answered, which then writes it.
func (c *connection) reportNow(proposals []Proposal) diag.Diagnostics {
	f := c.forecast
	if !f.report.on() || c.waiting.Load() > 0 {
		return nil
	}
	section := sectionOf(c, proposals)
	f.mu.Lock()
	c.section = &section
	f.mu.Unlock()
	return f.writeReport()
}

// correctReport writes the report again if it already contains this connection.
func (c *connection) correctReport() diag.Diagnostics {
	if !c.forecast.report.on() {
		return nil
	}
	c.working.Lock()
	defer c.working.Unlock()
	if c.section == nil {
		return nil
	}
	return c.reportNow(c.sorted())
}

// read reads today's setup and the people, as far as they were not read yet, for the proposals so far. Today's setup is read once,
// before the run writes anything. With an error, it returns what was read.
func (c *connection) read(ctx context.Context, p Proposal, proposals []Proposal) (*impact.Setup, *impact.Survey, error) {
	data := c.forecast.data
	named := data.Impact.Detail == detailPeople
	if c.today != nil {
		survey, err := c.survey.Extend(ctx, data.Graph, named, c.with(p), c.with(proposals...))
		if err == nil {
			err = c.readLinks(ctx, survey, c.today, proposals)
		}
		return c.today, survey, err
	}
	var job graph.Job
	var today *impact.Setup
	var err error
	if c.isNew() {
		today, err = c.readNew(ctx)
	} else if job, err = c.job(ctx, p); err == nil {
		today, err = impact.ReadSetup(ctx, data.Graph, c.ref, job.TemplateID)
	}
	if err == nil {
		err = today.ReadAssignments(ctx, data.Graph, c.ref.ServicePrincipalID)
	}
	if err != nil {
		return nil, nil, err
	}
	today.Off = !job.Schedule.Active()
	survey, err := impact.ReadSurvey(ctx, data.Graph, named, c.base(today, p), c.changed(today, p), c.changed(today, proposals...))
	if err != nil {
		return today, survey, err
	}
	survey.Ran(job)
	if err := ReadAccounts(ctx, data, survey); err != nil {
		survey.Problems = append(survey.Problems, accountsNotRead(cmp.Or(c.overspent(ctx, err), gotodiag.Cause(err))))
	}
	return today, survey, c.readLinks(ctx, survey, today, proposals)
}

// readLinks reads what the service tells of its links, if that is wanted.
func (c *connection) readLinks(ctx context.Context, survey *impact.Survey, today *impact.Setup, proposals []Proposal) error {
	if !c.forecast.data.Impact.ReadLinks || c.isNew() {
		return nil
	}
	return survey.ReadLinks(ctx, c.forecast.data.Graph, c.ref, c.base(today, proposals...), c.changed(today, proposals...))
}

// readNew is the initial setup of a new connection: the connector's default, and the planned settings.
func (c *connection) readNew(ctx context.Context) (*impact.Setup, error) {
	f := c.forecast
	f.mu.Lock()
	planned := f.fresh.connections[c.ref.ServicePrincipalID]
	f.mu.Unlock()
	today, err := impact.ReadSetup(ctx, f.data.Graph, c.ref, planned.templateID)
	if err == nil {
		today = today.Planned(planned.settings)
	}
	return today, err
}

// isNew reports whether the connection does not exist yet.
func (c *connection) isNew() bool { return c.ref.JobID == "" }

// job is the connection's job.
func (c *connection) job(ctx context.Context, p Proposal) (graph.Job, error) {
	if p.Job != nil {
		return *p.Job, nil
	}
	return c.forecast.data.Graph.RequireJob(ctx, c.ref)
}

const unidentified = "a connection that is known only at apply"

// name is the name of the connection in messages.
func (c *connection) name() string {
	if c.today != nil && c.today.Name != "" {
		return c.today.Name
	}
	if c.ref.JobID == notListed && c.ref.ServicePrincipalID == "" {
		return unidentified
	}
	return "the connection"
}

// reasonOf is why something could not be read, in sentences. explain is for errors of the service.
func reasonOf(err error, explain func(error) string) string {
	var read *impact.ReadError
	var over *overspentError
	switch {
	case errors.Is(err, impact.ErrNoMapping):
		return "The connection's schema has no mapping of the directory's users."
	case errors.As(err, &over):
		return over.text
	case errors.As(err, &read):
		return "Cannot read " + read.What + ". " + explain(read.Err)
	}
	return explain(err)
}
