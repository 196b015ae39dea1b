// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package forecast

import (
	"bytes"
	"crypto/sha256"
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

// claim refuses a report that another provider configuration of this run writes. Who does is noted in a file elsewhere, since the same
// plan gives the same report; without one, nobody is refused.
func (r *reporter) claim() error {
	run, _, known := strings.Cut(r.data.Writer, "/")
	name, err := filepath.Abs(besides(r.data.Impact.ReportFile))
	if err != nil || !known {
		return err
	}
	note := filepath.Join(os.TempDir(), fmt.Sprintf("gotomeeting-report-%x", sha256.Sum256([]byte(name))))
	if there, err := os.ReadFile(note); err == nil && string(there) != r.data.Writer && strings.HasPrefix(string(there), run+"/") {
		return anotherWrites(besides(r.data.Impact.ReportFile))
	}
	_ = replace(note, []byte(r.data.Writer))
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
