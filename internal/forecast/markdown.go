// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package forecast

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
)

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
	fmt.Fprintf(b, "### %s: %s\n\n", strings.ToUpper(s.Name[:1])+s.Name[1:], s.title(compared))
	if s.Off {
		b.WriteString("Provisioning is off: nothing changes until it is switched on.\n\n")
	}
	if s.Headline != "" || !s.unbounded { // otherwise both columns would leave out what is not known
		s.table(b, compared)
	}
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
		fmt.Fprintf(b, "\n%s\n", heldText(s.accountsRead))
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

// title is the headline, or what there is to say without one.
func (s Section) title(compared bool) string {
	unmatched := s.Proposed[string(impact.Unmatched)]
	switch {
	case s.Headline == "" && s.unbounded:
		return "The account changes are not known"
	case s.unbounded:
		return s.Headline + ", and more may change"
	case !compared && unmatched > 0 && s.Headline == "":
		return graphdiag.Counted(unmatched, "account") + " may be disabled"
	case !compared && unmatched > 0:
		return fmt.Sprintf("%s, and %d more may be disabled", s.Headline, unmatched)
	case s.Headline == "":
		return "No account changes"
	}
	return s.Headline
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
	var parts []string
	for _, e := range effects {
		if n := c.Effects[string(e.effect)]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, e.short))
		}
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, ", ")
	case c.untold || c.Unknown != "":
		return "not known, see below"
	}
	return "no account changes by itself"
}
