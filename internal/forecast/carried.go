// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package forecast

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
)

// carried is the report as this process found it. Terraform passes no numbers from the plan to the apply, which is another
// process, so the apply takes those of its plan from the report.
type carried struct {
	markdown, json []byte
	sections       []Section
}

// carry reads the report that is there before this process writes its own. A report that it does not understand carries nothing.
func (r *reporter) carry() {
	path := r.data.Impact.ReportFile
	markdown, err := os.ReadFile(path)
	if err != nil {
		return
	}
	raw, err := os.ReadFile(besides(path))
	var document struct {
		Version     int       `json:"version"`
		Connections []Section `json:"connections"`
	}
	if err != nil || json.Unmarshal(raw, &document) != nil || document.Version != reportVersion {
		return
	}
	r.carried = carried{markdown, raw, document.Connections}
}

// putBack writes the report of the plan again, over what this process wrote while it could not know that it applies. Whether that
// succeeds makes no difference to what is applied.
func (r *reporter) putBack() {
	r.mu.Lock()
	defer r.mu.Unlock()
	path := r.data.Impact.ReportFile
	if there, err := os.ReadFile(path); r.carried.json == nil || err != nil || !bytes.Equal(there, r.written) {
		return // there was none, or it is somebody else's by now
	}
	if replace(besides(path), r.carried.json) == nil {
		_ = replace(path, r.carried.markdown)
	}
}

// besides is the path of the JSON report next to a Markdown report.
func besides(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) + ".json" }

// Applies notes that this process applies the plan whose report it found.
func (f *Forecast) Applies() {
	if f.data.Impact.ReportFile != "" {
		f.report.putBack()
	}
}

// kinds are what an apply may not do to more accounts than its plan reported. An effect that the plan could not tell may come true
// as any of them.
var kinds = []struct {
	verb    string
	effects []impact.Effect
}{
	{"disabled", []impact.Effect{impact.Disabled, impact.Deleted}},
	{"created", []impact.Effect{impact.Created, impact.CreatedAs}},
	{"updated", []impact.Effect{impact.Updated}},
	{"left active although their users leave", []impact.Effect{impact.LeftActive}},
}

// beyond is the error for a proposal that, at apply, does more to accounts than the report of its plan says; nil otherwise, and
// where the report says nothing about it.
func (c *connection) beyond(key string) diag.Diagnostics {
	c.working.Lock()
	defer c.working.Unlock()
	own, known := c.own[key]
	c.mu.Lock()
	p := c.proposals[key]
	c.mu.Unlock()
	planned, reported := c.forecast.report.carried.effectsOf(c.ref, p.Subject)
	if !known || !reported || p.Destroys {
		return nil
	}
	var more []string
	for _, kind := range kinds {
		now, most := own.Count(kind.effects...), planned[string(impact.Unclear)]+planned[string(impact.Conflicts)]
		for _, effect := range kind.effects {
			most += planned[string(effect)]
		}
		if now > most {
			more = append(more, fmt.Sprintf("- %s: %d planned, %d now", kind.verb, most, now))
		}
	}
	if len(more) == 0 {
		return nil
	}
	return diag.Diagnostics{failure(p.At, fmt.Sprintf("More accounts change than planned: %s of %s", p.Subject, c.name()),
		fmt.Sprintf("People or accounts have changed since the plan, whose report is %s:\n%s\n\nNothing of this resource was changed. Plan again, review the new numbers, and apply that plan.",
			besides(c.forecast.data.Impact.ReportFile), strings.Join(more, "\n")))}
}

// effectsOf are the effects that the report has for the changes of a connection with a subject: several resources may share one.
// reported is false where it has none, or where the effect of one was not known.
func (c carried) effectsOf(ref graph.JobRef, subject string) (effects map[string]int, reported bool) {
	effects = map[string]int{}
	for _, section := range c.sections {
		for _, cause := range section.Causes {
			if section.ConnectionID != ref.String() || cause.Subject != subject {
				continue
			}
			if cause.Unknown != "" || len(cause.Effects) == 0 && len(section.Unknown) > 0 {
				return nil, false
			}
			reported = true
			for effect, n := range cause.Effects {
				effects[effect] += n
			}
		}
	}
	return effects, reported
}
