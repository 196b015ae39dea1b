// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package forecast

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"syscall"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// reportVersion is that of the JSON report's schema.
const reportVersion = 1

// reporter writes the joint report of a provider configuration.
type reporter struct {
	data *providerdata.Data

	mu      sync.Mutex
	written map[string][]byte // each file as it was written last, by its name
	carried carried
}

func newReporter(data *providerdata.Data) *reporter { return &reporter{data: data} }

// on reports whether there is a report to be written: not once this process has applied anything, since Terraform plans each
// resource again then.
func (r *reporter) on() bool {
	return r.data.Impact.ReportFile != "" && (r.data.Applying == nil || !r.data.Applying())
}

// Section is the part of a report about one connection. Its JSON form is part of the provider's interface.
type Section struct {
	ConnectionID string         `json:"connection_id"`
	Name         string         `json:"name"`
	Headline     string         `json:"headline"`
	Off          bool           `json:"provisioning_off"`
	InScope      int            `json:"people_in_scope"`
	Managed      int            `json:"managed_accounts"`
	Today        map[string]int `json:"today"`
	Proposed     map[string]int `json:"proposed"`
	Effects      map[string]int `json:"effects"`
	AtMost       map[string]int `json:"at_most"`
	Attributes   map[string]int `json:"changed_attributes"`
	Causes       []Cause        `json:"changes"`
	Unknown      []string       `json:"not_known"`
	Held         bool           `json:"held_by_accidental_deletion_prevention"`
	Seats        *Seats         `json:"seats,omitempty"`      // where accounts are created and the licenses at GoTo can be read
	Principals   []Principal    `json:"principals,omitempty"` // with the details ids and people

	unbounded    bool // more accounts may change than can be told
	accountsRead bool // at GoTo
}

// Cause is what one resource contributes.
type Cause struct {
	Subject string         `json:"subject"`
	Effects map[string]int `json:"effects"`
	Unknown string         `json:"not_known,omitempty"`

	untold bool // its effect is not known, for a reason that is not its own
}

// Principal is somebody for whom the changes make a difference.
type Principal struct {
	ID      string   `json:"principal_id"`
	Effect  string   `json:"effect"`
	Reason  string   `json:"reason,omitempty"`
	Name    string   `json:"user_principal_name,omitempty"` // with the detail people, like the values
	Changes []Change `json:"changes,omitempty"`
}

// Change is a value that is written.
type Change struct {
	Target  string  `json:"target_attribute"`
	Current *string `json:"current,omitempty"`
	Planned string  `json:"planned"`
}

func effectCounts(c *impact.Comparison) map[string]int {
	found := map[string]int{}
	for _, e := range effects {
		if n := c.Count(e.effect); n > 0 {
			found[string(e.effect)] = n
		}
	}
	return found
}

func actionCounts(counts map[impact.Action]int) map[string]int {
	found := map[string]int{}
	for action, n := range counts {
		found[string(action)] = n
	}
	return found
}

// unknownNew is what the report says where provisioning of a connection that does not exist yet is switched on, and it is not known whom
// it concerns.
const unknownNew = "The connection does not exist yet, and whom its first cycle provisions is known only at apply. The limits are checked then, before anything is switched on."

// sections are what the run has planned so far, by connection.
func (f *Forecast) sections() []Section {
	if !f.On() {
		s := newSection("", "All connections")
		s.Unknown, s.unbounded = []string{"The effect of changes on accounts is not determined, because `impact.enabled` is false."}, true
		return []Section{s}
	}
	var found []Section
	for _, c := range f.all() {
		f.mu.Lock()
		if c.section != nil && !c.section.isIdle() {
			found = append(found, *c.section)
		}
		f.mu.Unlock()
	}
	f.mu.Lock()
	_, known := f.fresh.ref()
	untold := f.fresh.state != nil && !known
	f.mu.Unlock()
	if untold {
		s := newSection("", "New connection")
		s.Unknown, s.Causes, s.unbounded = []string{unknownNew}, []Cause{{Subject: "provisioning", Effects: map[string]int{}, Unknown: unknownNew}}, true
		found = append(found, s)
	}
	sort.Slice(found, func(i, j int) bool { // a sort of a type of its own takes 16 KB of the provider
		a, b := &found[i], &found[j]
		return cmp.Or(cmp.Compare(a.ConnectionID, b.ConnectionID), cmp.Compare(a.Name, b.Name)) < 0
	})
	return found
}

// writeReport writes the report of what the run has planned so far.
func (f *Forecast) writeReport() diag.Diagnostics {
	if err := f.report.write(f.sections); err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Cannot write the impact report", "`impact.report_file`: "+err.Error()+".")}
	}
	return nil
}

// newSection is a section in which nothing has been compared.
func newSection(connectionID, name string) Section {
	return Section{ConnectionID: connectionID, Name: name, Today: map[string]int{}, Proposed: map[string]int{}, Effects: map[string]int{}, AtMost: map[string]int{},
		Attributes: map[string]int{}, Causes: []Cause{}, Unknown: []string{}}
}

// sectionOf is the part of the report about a connection.
func sectionOf(c *connection, proposals []Proposal) Section {
	s := newSection(c.ref.String(), c.name())
	if c.name() == unidentified {
		s.ConnectionID, s.Name = "", strings.ToUpper(unidentified[:1])+unidentified[1:]
	}
	s.Off = c.today != nil && c.with(proposals...).Off || !onAfter(proposals, true)
	var why []string
	var inScope int
	if c.today != nil {
		why, inScope = c.waits(proposals)
	}
	for _, p := range proposals {
		if s.Off && p.Unless != "" {
			continue // it concerns nobody, and is not even worked out if the end is planned first
		}
		own, known := c.own[p.Key]
		cause := Cause{Subject: p.Subject, Effects: map[string]int{}, Unknown: p.Unknown}
		cause.untold = !s.Off && (len(unboundedOf(&own)) > 0 || !known && (c.unknown != nil || len(why) > 0))
		if known {
			cause.Effects = effectCounts(&own)
		}
		s.Causes = append(s.Causes, cause)
		if p.Unknown != "" {
			s.Unknown = append(s.Unknown, p.Subject+": "+p.Unknown)
		}
	}
	unknown, added := unknownOf(proposals)
	if s.unbounded = !s.Off && (c.unknown != nil || len(unknown) > 0); c.unknown != nil && !s.Off {
		s.Unknown = append(s.Unknown, reasonOf(c.unknown, graphdiag.Cause))
	}
	switch {
	case c.today == nil:
		return s
	case len(why) > 0:
		s.Unknown, s.InScope = append(s.Unknown, why...), max(0, inScope)
		if inScope >= 0 && !s.unbounded {
			s.AtMost = map[string]int{"created": inScope, "updated": inScope, "disabled": 0}
		}
		s.unbounded = true
	default:
		s = s.of(c, proposals)
	}
	if len(added) > 0 && !s.Off {
		delete(s.AtMost, "created")
		delete(s.AtMost, "updated")
		s.unbounded = true
	}
	return s
}

// of is the section with the comparison of the proposals.
func (s Section) of(c *connection, proposals []Proposal) Section {
	whole := impact.Compare(c.survey, c.without(proposals...), c.with(proposals...))
	if whole.Count(impact.Created) > 0 { // which a later proposal may have taken back
		s.Seats = c.seats
	}
	unknown := s.Unknown
	if s = s.with(&whole, c.forecast.data.Impact.Detail); s.Off {
		s.Unknown, s.unbounded = unknown, false // the rest concerns nobody
	}
	return s
}

// isIdle reports whether a section tells nothing but that provisioning is off, which depends on what was planned first.
func (s *Section) isIdle() bool {
	return s.Off && len(s.Unknown) == 0 && !slices.ContainsFunc(s.Causes, func(c Cause) bool { return len(c.Effects) > 0 })
}

// with is the section of a comparison.
func (s Section) with(whole *impact.Comparison, detail string) Section {
	created, updated, disabled := whole.AtMost()
	disabled += max(0, whole.Kept)
	s.Headline, s.InScope, s.Managed, s.Held, s.accountsRead = headline(whole), whole.InScope, whole.Managed, whole.Held, accountsRead(whole)
	s.Today, s.Proposed, s.Effects, s.Attributes = actionCounts(whole.Today), actionCounts(whole.Proposed), effectCounts(whole), whole.Targets()
	s.AtMost = map[string]int{"created": created, "updated": updated, "disabled": disabled}
	s.Unknown = append(s.Unknown, notKnown(whole)...)
	if s.unbounded = s.unbounded || len(unboundedOf(whole)) > 0; s.unbounded {
		clear(s.AtMost)
	}
	if whole.Kept < 0 {
		delete(s.AtMost, "disabled")
	}
	s.unbounded = s.unbounded || whole.Kept != 0 && s.Headline == "" // which says it otherwise
	if detail != detailIDs && detail != detailPeople {
		return s
	}
	for i := range whole.Differences {
		d := &whole.Differences[i]
		one := Principal{ID: d.UserID, Effect: string(d.Effect), Reason: string(d.After.Reason)}
		if detail == detailPeople {
			if d.After.User != nil {
				one.Name = d.After.User.Name()
			}
			for _, change := range d.After.Changes {
				one.Changes = append(one.Changes, Change(change))
			}
		}
		s.Principals = append(s.Principals, one)
	}
	return s
}

// write writes the report as Markdown, and beside it as JSON. What it contains is asked for when nobody else writes, so that nothing
// older is written last.
func (r *reporter) write(planned func() []Section) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.on() {
		return nil
	}
	sections := planned()
	path := r.data.Impact.ReportFile
	beside := besides(path)
	if beside == path {
		return errors.New("this is the name of the Markdown report; the JSON report is written next to it. Use a name that does not end in .json")
	}
	for _, name := range []string{path, beside} {
		if there, err := os.ReadFile(name); err == nil && r.written != nil && !bytes.Equal(there, r.written[name]) {
			return anotherWrites(name)
		}
	}
	detail := r.data.Impact.Detail
	if detail == "" {
		detail = providerdata.DetailCounts
	}
	if sections == nil {
		sections = []Section{}
	}
	raw, err := json.MarshalIndent(map[string]any{"version": reportVersion, "detail": detail, "connections": sections, "account_changes": changes(sections)}, "", "  ")
	if err != nil {
		return err
	}
	text := []byte(markdown(sections))
	raw = append(raw, '\n')
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder. Use the name of a file", path)
	}
	if err = replace(beside, raw); err == nil {
		err = replace(path, text)
	}
	if err != nil {
		return notWritten(path, err)
	}
	r.written = map[string][]byte{path: text, beside: raw}
	return nil
}

// notWritten says why a report cannot be written, without the name of the temporary file.
func notWritten(path string, err error) error {
	if folder := filepath.Dir(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the folder %s does not exist. Create it before the plan, or use another path", folder)
	}
	var refused syscall.Errno
	if errors.As(err, &refused) {
		err = refused
	}
	return fmt.Errorf("cannot write to %s: %w", path, err)
}

// replace writes a file atomically.
func replace(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".report-*")
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name()) // what it says is said by err
	}
	return err
}

// changes reports whether any account changes, or may.
func changes(sections []Section) bool {
	return slices.ContainsFunc(sections, func(s Section) bool { return len(s.Effects) > 0 || len(s.Unknown) > 0 })
}
