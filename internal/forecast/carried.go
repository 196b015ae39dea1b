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

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// carried is the report as this process found it. Terraform passes no numbers from the plan to the apply, which is another
// process, so the apply takes those of its plan from the report.
type carried struct {
	markdown, json []byte
	sections       []Section
}

// carry reads the report that is there before this process writes its own. A report that it does not understand carries nothing;
// one of another provider configuration in this run is not to be overwritten.
func (r *reporter) carry() error {
	path, mine := r.data.Impact.ReportFile, r.data.Writer
	raw, err := os.ReadFile(besides(path))
	var document struct {
		Version     int       `json:"version"`
		Writer      string    `json:"writer"`
		Connections []Section `json:"connections"`
	}
	if err != nil || json.Unmarshal(raw, &document) != nil || document.Version != reportVersion {
		return nil
	}
	if run, _, known := strings.Cut(document.Writer, "/"); known && document.Writer != mine && strings.HasPrefix(mine, run+"/") {
		return anotherWrites(besides(path))
	}
	if markdown, err := os.ReadFile(path); err == nil {
		r.carried = carried{markdown, raw, document.Connections}
	}
	return nil
}

func anotherWrites(name string) error {
	return fmt.Errorf("another provider configuration, or another run, also writes a report to %s. Use a different name for each, not only a different extension", name)
}

// putBack writes the report of the plan again, over what this process wrote while it could not know that it applies. Whether that
// succeeds makes no difference to what is applied.
func (r *reporter) putBack() {
	r.mu.Lock()
	defer r.mu.Unlock()
	path := r.data.Impact.ReportFile
	if there, err := os.ReadFile(path); r.carried.json == nil || err != nil || !bytes.Equal(there, r.written[path]) {
		return // there was none, or it is somebody else's by now
	}
	if replace(besides(path), r.carried.json) == nil {
		_ = replace(path, r.carried.markdown)
	}
}

// besides is the path of the JSON report next to a Markdown report.
func besides(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) + ".json" }

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
