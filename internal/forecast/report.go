// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package forecast

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

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
	written []byte // the Markdown as it was written last
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
}

// Cause is what one resource contributes.
type Cause struct {
	Subject string         `json:"subject"`
	Effects map[string]int `json:"effects"`
	Unknown string         `json:"not_known,omitempty"`
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
		s.Unknown, s.Causes = []string{unknownNew}, []Cause{{Subject: "provisioning", Effects: map[string]int{}, Unknown: unknownNew}}
		found = append(found, s)
	}
	slices.SortFunc(found, func(a, b Section) int {
		return cmp.Or(cmp.Compare(a.ConnectionID, b.ConnectionID), cmp.Compare(a.Name, b.Name))
	})
	return found
}

// writeReport writes the report of what the run has planned so far.
func (f *Forecast) writeReport() diag.Diagnostics {
	if err := f.report.write(f.sections()); err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Cannot write the impact report", err.Error())}
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
	for _, p := range proposals {
		if s.Off && p.Unless != "" {
			continue // it concerns nobody, and is not even worked out if the end is planned first
		}
		cause := Cause{Subject: p.Subject, Effects: map[string]int{}, Unknown: p.Unknown}
		if own, known := c.own[p.Key]; known {
			cause.Effects = effectCounts(&own)
		}
		s.Causes = append(s.Causes, cause)
		if p.Unknown != "" {
			s.Unknown = append(s.Unknown, p.Subject+": "+p.Unknown)
		}
	}
	if c.unknown != nil && !s.Off {
		s.Unknown = append(s.Unknown, reasonOf(c.unknown))
	}
	if c.today == nil {
		return s
	}
	if why, inScope := c.waits(proposals); why != "" {
		s.Unknown, s.InScope = append(s.Unknown, why), inScope
		s.AtMost = map[string]int{"created": inScope, "updated": inScope, "disabled": 0}
		return s
	}
	proposed := c.with(proposals...)
	whole := impact.Compare(c.survey, c.without(proposals...), proposed)
	if whole.Count(impact.Created) > 0 { // which a later proposal may have taken back
		s.Seats = c.seats
	}
	unknown := s.Unknown
	if s = s.with(&whole, c.forecast.data.Impact.Detail); s.Off {
		s.Unknown = unknown // the rest concerns nobody
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
	s.Headline, s.InScope, s.Managed, s.Held = headline(whole), whole.InScope, whole.Managed, whole.Held
	s.Today, s.Proposed, s.Effects, s.Attributes = actionCounts(whole.Today), actionCounts(whole.Proposed), effectCounts(whole), whole.Targets()
	s.AtMost = map[string]int{"created": created, "updated": updated, "disabled": disabled}
	s.Unknown = append(s.Unknown, notKnown(whole)...)
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

// write writes the report as Markdown, and beside it as JSON.
func (r *reporter) write(sections []Section) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.on() {
		return nil
	}
	path := r.data.Impact.ReportFile
	if there, err := os.ReadFile(path); err == nil && r.written != nil && !bytes.Equal(there, r.written) {
		return fmt.Errorf("another provider configuration, or another run, also writes its report to %s. Set a different `report_file` for each", path)
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
	beside := besides(path)
	if beside == path {
		return errors.New("`report_file` is for the Markdown report; the JSON report is written next to it. Use a name that does not end in .json")
	}
	if err := replace(beside, append(raw, '\n')); err != nil {
		return err
	}
	if err := replace(path, text); err != nil {
		return err
	}
	r.written = text
	return nil
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

// actionWords are the names of a cycle's actions in the report, in its order.
var actionWords = []struct {
	action impact.Action
	word   string
}{
	{impact.Create, "created"}, {impact.Update, "updated"}, {impact.Disable, "disabled or deleted"}, {impact.Matched, "unchanged"},
	{impact.Skip, "passed over"}, {impact.Conflict, "in conflict"}, {impact.Unknown, "unknown"},
	{impact.Unmatched, "accounts that match nobody in scope: disabled if provisioning manages them"},
}

// markdown is the report for people.
func markdown(sections []Section) string {
	var b strings.Builder
	b.WriteString("## Impact on GoTo accounts\n\n")
	if !changes(sections) {
		b.WriteString("No account changes planned so far.\n")
		return b.String()
	}
	for _, s := range sections {
		if len(s.Effects) == 0 && len(s.Unknown) == 0 {
			continue
		}
		s.markdown(&b, true)
		b.WriteString("\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// markdown is the section for people. compared says that there is a cycle of today to compare with.
func (s Section) markdown(b *strings.Builder, compared bool) {
	head := s.Headline
	switch {
	case head == "" && compared && len(s.Today)+len(s.Proposed)+s.InScope == 0 && len(s.Unknown) > 0:
		head = "The account changes are not known"
	case head == "":
		head = "No account changes"
	}
	fmt.Fprintf(b, "### %s: %s\n\n", s.Name, head)
	if s.Off {
		b.WriteString("Provisioning is off: nothing changes until it is switched on.\n\n")
	}
	s.table(b, compared)
	if len(s.Attributes) > 0 {
		b.WriteString("| Changed attribute | People |\n| --- | ---: |\n")
		for _, target := range slices.Sorted(maps.Keys(s.Attributes)) {
			fmt.Fprintf(b, "| `%s` | %d |\n", target, s.Attributes[target])
		}
		b.WriteString("\n")
	}
	if len(s.Causes) > 0 {
		b.WriteString("Changes:\n\n")
	}
	var causes []string
	for _, cause := range s.Causes {
		causes = append(causes, cause.Subject+": "+cause.text())
	}
	list(b, causes)
	if s.Seats != nil {
		fmt.Fprintf(b, "\n%s\n", s.Seats.text(s.Effects[string(impact.Created)]))
	}
	if s.Held {
		b.WriteString("\nAccidental-deletion prevention stops the cycle: it disables nobody, and puts the connection in quarantine.\n")
	}
	if len(s.Unknown) > 0 {
		b.WriteString("\nNot known:\n\n")
		list(b, s.Unknown)
	}
	s.principals(b)
}

// list writes each line once: hundreds of assignments of one person each say the same.
func list(b *strings.Builder, lines []string) {
	times := map[string]int{}
	for _, line := range lines {
		times[line]++
	}
	for _, line := range lines {
		switch n := times[line]; n {
		case 0: // already written
			continue
		case 1:
			fmt.Fprintf(b, "- %s\n", strings.ReplaceAll(line, "\n", " "))
		default:
			fmt.Fprintf(b, "- %s (%d times)\n", strings.ReplaceAll(line, "\n", " "), n)
		}
		times[line] = 0
	}
}

// table says what the next cycle does, beside what it would do without the changes where there are some.
func (s Section) table(b *strings.Builder, compared bool) {
	if len(s.Today)+len(s.Proposed) == 0 {
		return
	}
	if compared {
		b.WriteString("| People in the next cycle | Today | Proposed | Difference |\n| --- | ---: | ---: | ---: |\n")
	} else {
		b.WriteString("| People in the next cycle | |\n| --- | ---: |\n")
	}
	for _, a := range actionWords {
		switch today, proposed := s.Today[string(a.action)], s.Proposed[string(a.action)]; {
		case today+proposed == 0:
		case compared:
			fmt.Fprintf(b, "| %s | %d | %d | %+d |\n", a.word, today, proposed, proposed-today)
		default:
			fmt.Fprintf(b, "| %s | %d |\n", a.word, proposed)
		}
	}
	b.WriteString("\n")
}

// principals lists the first of each kind, where the detail allows it.
func (s Section) principals(b *strings.Builder) {
	shown := map[string]int{}
	for _, p := range s.Principals {
		if shown[p.Effect]++; shown[p.Effect] > graphdiag.ShownAtMost {
			continue
		}
		if len(shown) == 1 && shown[p.Effect] == 1 {
			b.WriteString("\n| Who | What | Why |\n| --- | --- | --- |\n")
		}
		who := "`" + p.ID + "`"
		if p.Name != "" {
			who = p.Name + " (" + who + ")"
		}
		var written []string
		for _, change := range p.Changes {
			written = append(written, change.text())
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", who, strings.TrimSpace(p.Effect+" "+strings.Join(written, ", ")), p.Reason)
	}
	for _, e := range effects {
		if more := shown[string(e.effect)] - graphdiag.ShownAtMost; more > 0 {
			fmt.Fprintf(b, "\n%d more: %s.\n", more, string(e.effect))
		}
	}
}

// text is a change in a cell of a table.
func (c Change) text() string {
	quote := func(text string) string {
		return "`" + strings.NewReplacer("|", "\\|", "`", "'", "\n", " ").Replace(text) + "`"
	}
	if c.Current == nil {
		return c.Target + " = " + quote(c.Planned)
	}
	return c.Target + ": " + quote(*c.Current) + " → " + quote(c.Planned)
}

func (c Cause) text() string {
	if c.Unknown != "" {
		return "not known. " + c.Unknown
	}
	var parts []string
	for _, e := range effects {
		if n := c.Effects[string(e.effect)]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, e.short))
		}
	}
	if len(parts) == 0 {
		return "no account changes by itself"
	}
	return strings.Join(parts, ", ")
}
