// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package syncstatus

import (
	"fmt"
	"strings"
)

// headlines say what a state means.
var headlines = map[string]string{
	statePending:  "on, and its first cycle has not ended",
	stateHealthy:  "healthy",
	stateDegraded: "working, with warnings",
	stateFailed:   "failing",
	statePaused:   "off",
	stateRetired:  "retired: the service no longer offers the connector",
}

// report is the health of a connection in Markdown. It is made of steady texts: a number or an instant in it would make every
// plan with an output of it show a change.
func (m *model) report(problems []finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "## Provisioning is %s\n\n", headlines[m.State.ValueString()])
	if len(problems) == 0 {
		b.WriteString("No problems.\n\n")
	} else {
		b.WriteString("| | Problem | |\n| --- | --- | --- |\n")
		for _, f := range problems {
			fmt.Fprintf(&b, "| %s | `%s` | %s |\n", f.severity, f.code, m.steady(f))
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "[The application in the Entra admin center](%s)\n", m.PortalURL.ValueString())
	return b.String()
}

// steady is what a problem means, without what changes from cycle to cycle.
func (m *model) steady(f finding) string {
	switch f.code {
	case "Paused", "NotConfigured", "EscrowsPruned", "ConnectorRetired":
		return f.message
	case "EscrowedEntries":
		return "Some objects could not be provisioned in the last cycle; the service tries them again. The provisioning logs show the reasons."
	case "Overdue":
		return fmt.Sprintf("There is no sign of a cycle for more than %d intervals.", overdueIntervals)
	case "Slow":
		return "The last sign of a cycle is older than usual."
	case "RepeatedFailures":
		return "Several cycles in a row failed."
	case "Quarantine":
		return "The service put the job into quarantine."
	}
	if m.Quarantine != nil && m.Quarantine.Reason.ValueString() == f.code {
		return "The service put the job into quarantine: " + reasonText(f.code) + "."
	}
	return "The last cycle failed."
}
