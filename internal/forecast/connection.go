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

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
)

// defaultTimeout is how long reading what a change concerns may take where nothing is configured.
const defaultTimeout = time.Minute

// connection is what this run proposes for one connection.
type connection struct {
	forecast *Forecast
	ref      graph.JobRef

	mu        sync.Mutex
	proposals map[string]Proposal

	waiting atomic.Int32 // proposals that are about to be answered
	working sync.Mutex   // held while one is
	today   *impact.Setup
	survey  *impact.Survey
	unknown error                        // why neither could be read
	own     map[string]impact.Comparison // by the key of the proposal

	section *Section // of the report, guarded by the forecast's mutex
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

// with is today's setup with some changes.
func (c *connection) with(proposals ...Proposal) *impact.Setup {
	setup := *c.today
	for _, p := range proposals {
		if p.Change != nil {
			p.Change(&setup)
		}
	}
	return &setup
}

// answer says what a proposal does to people.
func (c *connection) answer(ctx context.Context, p Proposal) (answer Answer) {
	c.waiting.Add(1)
	c.working.Lock()
	c.waiting.Add(-1)
	defer c.working.Unlock()
	if c.today == nil && c.forecast.MayPass() {
		if job, err := c.job(ctx, p); err == nil && !job.HasCompletedCycle() {
			return answer // it has linked nobody whom it could disable
		}
	}
	proposals := c.sorted()
	if err := c.readInTime(ctx, p, proposals); err != nil {
		c.unknown = err
		answer.Diagnostics = c.cannotTell(p, err)
		answer.Diagnostics.Append(c.reportNow(proposals)...)
		return answer
	}
	if p.Unknown == "" {
		own := impact.Compare(c.part(p), c.today, c.with(p))
		if c.own == nil {
			c.own = map[string]impact.Comparison{}
		}
		c.own[p.Key] = own
		answer.Told = !c.with(p).Off && !slices.ContainsFunc(own.Problems, impact.Problem.Unbounded)
		if answer.Headline = headline(&own); answer.Headline != "" {
			answer.Detail = c.detail(p, own)
		}
		if !p.Quiet && !c.forecast.data.Graph.HasWritten() {
			answer.Diagnostics.Append(c.warn(p, answer)...)
		}
	}
	joint, known := c.own[p.Key]
	if len(proposals) > 1 || !known || p.Unknown != "" {
		joint = impact.Compare(c.part(proposals...), c.today, c.with(proposals...))
	}
	answer.Diagnostics.Append(c.judge(p, proposals, joint)...)
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
	own := impact.Compare(c.survey, c.today, c.with(p))
	return headline(&own)
}

// readInTime is read within the configured time.
func (c *connection) readInTime(ctx context.Context, p Proposal, proposals []Proposal) error {
	timeout := cmp.Or(c.forecast.data.Impact.Timeout, defaultTimeout)
	bounded, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := c.read(bounded, p, proposals)
	if err != nil && ctx.Err() == nil && bounded.Err() != nil {
		err = fmt.Errorf("reading who is affected takes longer than %s, which `impact.timeout` allows: %w", timeout, err)
	}
	return err
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

// reportNow writes the report, unless another proposal is about to be answered, which does it then.
func (c *connection) reportNow(proposals []Proposal) diag.Diagnostics {
	f := c.forecast
	if !f.report.on() || c.waiting.Load() > 0 {
		return nil
	}
	section := sectionOf(c, proposals)
	f.mu.Lock()
	c.section = &section
	f.mu.Unlock()
	if err := f.report.write(f.sections()); err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Cannot write the impact report", err.Error())}
	}
	return nil
}

// correctReport writes the report anew where it holds this connection already.
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

// read makes sure that today's setup and everybody whom the proposals concern is known. Today is read once, before the run
// writes anything.
func (c *connection) read(ctx context.Context, p Proposal, proposals []Proposal) error {
	data := c.forecast.data
	if c.today == nil {
		job, err := c.job(ctx, p)
		if err != nil {
			return err
		}
		today, err := impact.ReadSetup(ctx, data.Graph, c.ref, job.TemplateID)
		if err == nil {
			err = today.ReadAssignments(ctx, data.Graph, c.ref.ServicePrincipalID)
		}
		if err != nil {
			return err
		}
		today.Off = !job.Schedule.Active()
		survey, err := impact.ReadSurvey(ctx, data.Graph, data.Impact.Detail == detailPeople, today, alsoIn(*today, p), alsoIn(*today, proposals...))
		if err != nil {
			return err
		}
		synchronized, told := job.Status.Synchronized()
		survey.RanBefore, survey.NeverLinked = job.HasCompletedCycle(), told && synchronized == 0
		if err := ReadAccounts(ctx, data, survey); err != nil {
			survey.Problems = append(survey.Problems, accountsNotRead(err.Error()))
		}
		c.today, c.survey = today, survey
		return nil
	}
	survey, err := c.survey.Extend(ctx, data.Graph, data.Impact.Detail == detailPeople, c.with(p), c.with(proposals...))
	if err == nil {
		c.survey = survey
	}
	return err
}

// job is the connection's job.
func (c *connection) job(ctx context.Context, p Proposal) (graph.Job, error) {
	if p.Job != nil {
		return *p.Job, nil
	}
	return c.forecast.data.Graph.RequireJob(ctx, c.ref)
}

// alsoIn is a setup with some changes.
func alsoIn(setup impact.Setup, proposals ...Proposal) *impact.Setup {
	for _, p := range proposals {
		if p.Change != nil {
			p.Change(&setup)
		}
	}
	return &setup
}

// name is how messages call the connection.
func (c *connection) name() string {
	if c.today != nil && c.today.Name != "" {
		return c.today.Name
	}
	return "the connection"
}

// reasonOf is why something could not be read, in a sentence.
func reasonOf(err error) string {
	var read *impact.ReadError
	switch {
	case errors.Is(err, impact.ErrNoMapping):
		return "The connection's schema has no mapping of the directory's users."
	case errors.As(err, &read):
		return "Cannot read " + read.What + ". " + graphdiag.Detail(read.Err)
	}
	return graphdiag.Detail(err)
}
