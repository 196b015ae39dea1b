// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package forecast

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

const (
	detailIDs    = providerdata.DetailIDs
	detailPeople = providerdata.DetailPeople
)

// effects are the possible effects of a change, in the order in which messages list them, with the words that follow "will be", and
// those of the report.
var effects = []struct {
	effect       impact.Effect
	short, label string
}{
	{impact.Disabled, "disabled", "Disabled"},
	{impact.Deleted, "deleted", "Deleted"},
	{impact.Created, "created", "Created"},
	{impact.Updated, "updated", "Updated"},
	{impact.LeftActive, "left active although their users leave", "Left active although their users leave"},
	{impact.Failing, "no longer provisioned, because the mapping fails", "No longer provisioned, because the mapping fails"},
	{impact.Conflicts, "in conflict with others", "In conflict with others"},
	{impact.CreatedAs, "created with other values", "Created with other values than without the change"},
	{impact.Spared, "left as they are, although they would have changed otherwise", "Left as they are, although they would have changed otherwise"},
	{impact.Unclear, "unknown", "Unknown"},
}

// headline says in one line how many accounts change, "" for none.
func headline(c *impact.Comparison) string {
	var parts []string
	for _, e := range effects {
		n := c.Count(e.effect)
		switch {
		case n == 0:
		case e.effect == impact.Unclear && len(parts) == 0:
			parts = append(parts, graphdiag.Counted(n, "account")+" may change")
		case e.effect == impact.Unclear:
			parts = append(parts, fmt.Sprintf("%d unknown", n))
		case len(parts) == 0:
			parts = append(parts, graphdiag.Counted(n, "account")+" will be "+e.short)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", n, e.short))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	text := strings.Join(parts, ", ")
	if c.Kept != 0 {
		return text + ", and more may be disabled"
	}
	if !accountsRead(c) && !strings.HasSuffix(parts[0], "may change") {
		return "At most " + text
	}
	return text
}

// accountsRead reports whether the comparison goes by what there is at GoTo.
func accountsRead(c *impact.Comparison) bool {
	return !slices.ContainsFunc(c.Problems, func(p impact.Problem) bool { return p.Code == "AccountsNotRead" || p.Code == "GoToNotConfigured" })
}

// lines say how many accounts change in which way, and in which attributes.
func lines(c *impact.Comparison, detail string) []string {
	var found []string
	for _, e := range effects {
		n := c.Count(e.effect)
		if n == 0 {
			continue
		}
		line := fmt.Sprintf("- %s: %d", e.label, n)
		if targets := c.Targets(); e.effect == impact.Updated && len(targets) > 0 {
			var names []string
			for _, target := range slices.Sorted(maps.Keys(targets)) {
				names = append(names, fmt.Sprintf("`%s` of %d", target, targets[target]))
			}
			line += " (" + strings.Join(names, ", ") + ")"
		}
		if detail == detailIDs || detail == detailPeople {
			line += ": " + ids(c, e.effect)
		}
		found = append(found, line)
	}
	return found
}

// ids are the object ids of the first users whom an effect concerns.
func ids(c *impact.Comparison, effect impact.Effect) string {
	var found []string
	for i := range c.Differences {
		if d := &c.Differences[i]; d.Effect == effect {
			found = append(found, d.UserID)
		}
	}
	return graphdiag.List(found)
}

// keptText says what may become of the accounts of people who left the scope before.
func keptText(n int) string {
	if n < 0 {
		return "Until now, accounts of people who left the scope stayed as they were. The service disables or deletes those that it has linked to them, and how many these are is unknown, because the accounts at GoTo were not read."
	}
	return fmt.Sprintf("Until now, accounts of people who left the scope stayed as they were. The service disables or deletes those that it has linked to them: at most %s, which no person in scope matches. "+
		"`read_links` reads which.", graphdiag.Counted(n, "more account"))
}

// heldText says what accidental-deletion prevention does. Without the accounts at GoTo, nobody knows how many there are to disable.
func heldText(known bool) string {
	if !known {
		return "If as many accounts exist, accidental-deletion prevention stops that cycle: it disables nobody, and puts the connection in quarantine until the deletions are released."
	}
	return "Accidental-deletion prevention stops that cycle: it disables nobody, and puts the connection in quarantine until the deletions are released."
}

// notKnown are the problems because of which more may change than reported, one sentence each.
func notKnown(c *impact.Comparison) []string {
	var found []string
	if c.Kept != 0 {
		found = append(found, keptText(c.Kept))
	}
	for _, p := range c.Incomplete() {
		if !slices.Contains(found, p.Message) {
			found = append(found, p.Message)
		}
	}
	return found
}

// warn is the one warning about a proposal's own change.
func (c *connection) warn(p Proposal, answer Answer) diag.Diagnostics {
	if answer.Headline == "" {
		return nil
	}
	title := fmt.Sprintf("%s: %s of %s", p.under(answer.Headline), p.Subject, c.name())
	return diag.Diagnostics{warning(p.At, title, answer.Detail)}
}

// under puts a sentence under the proposal's condition.
func (p Proposal) under(sentence string) string {
	if p.Unless == "" {
		return sentence
	}
	return p.Unless + ", " + strings.ToLower(sentence[:1]) + sentence[1:]
}

// detail is the text of the warning below its title.
func (c *connection) detail(p Proposal, own impact.Comparison, seats *Seats) string {
	text := p.under(fmt.Sprintf("Because of this change, the next cycle of %s does the following beyond what it would do without it.", c.name()))
	if p.Principals == nil {
		text += fmt.Sprintf(" With the change, %s in scope; today, provisioning manages %s.", people(own.InScope), graphdiag.Counted(own.Managed, "account"))
	}
	if c.today.Off && !c.isNew() {
		text += " Whatever else this plan changes takes effect at the same time and is not counted here; `impact.report_file` counts everything together."
	}
	if all := lines(&own, c.forecast.data.Impact.Detail); len(all) > 0 {
		text += "\n\n" + strings.Join(all, "\n")
	}
	if seats != nil {
		text += "\n\n" + seats.text(own.Count(impact.Created))
	}
	if own.Held {
		text += "\n\n" + heldText(accountsRead(&own))
	}
	if more := notKnown(&own); len(more) > 0 {
		text += "\n\n" + strings.Join(more, "\n")
	}
	if own.Held || own.Count(impact.Disabled, impact.Deleted) > 0 {
		text += graphdiag.Incident
	}
	if own.Count(impact.LeftActive) > 0 {
		text += graphdiag.LeftActive
	}
	return text
}

func people(n int) string {
	if n == 1 {
		return "1 person is"
	}
	return fmt.Sprintf("%d people are", n)
}

func warning(at path.Path, title, detail string) diag.Diagnostic {
	if len(at.Steps()) == 0 {
		return diag.NewWarningDiagnostic(title, detail)
	}
	return diag.NewAttributeWarningDiagnostic(at, title, detail)
}

func failure(at path.Path, title, detail string) diag.Diagnostic {
	if len(at.Steps()) == 0 {
		return diag.NewErrorDiagnostic(title, detail)
	}
	return diag.NewAttributeErrorDiagnostic(at, title, detail)
}
