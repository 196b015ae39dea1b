// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// presented fits the diagnostics of a run to what a CLI makes of them.
//
// A CLI before Terraform 1.16, and OpenTofu, finds the line of a top-level attribute and of one element of it; for anything
// deeper, such as mappings["email"].apply or timeouts.create, it shows the first line of the resource. So a path ends where such
// a CLI can follow, and the text says the rest.
//
// And a CLI folds warnings of equal titles into the first, and shows no address for what is deleted. So each title names its
// subject; beyond a few of one kind that would be a flood, and the common title takes over.
type presented struct {
	mu     sync.Mutex
	titles map[string]map[string]bool // those shown as they are, by kind
}

// titlesOfAKind is how many warnings of one kind keep titles of their own.
const titlesOfAKind = 10

// fit fits the diagnostics of a call about one object. Without a CLI, which is nil, there is nothing to fit.
func (p *presented) fit(found []*tfprotov6.Diagnostic, about func() subject) {
	if p == nil || len(found) == 0 {
		return
	}
	object := about()
	for _, d := range found {
		object.entitle(d)
		p.place(d)
		p.fold(d)
	}
}

// notOfThisPlan ends the warnings about what is so before a plan, whatever that changes.
const notOfThisPlan = "\n\nThis condition already exists and is not caused by this plan."

// stands tells the warnings of an object that stays as it is from those about changes. Some are about the changes of another
// object, and speak of the plan, or about reading itself.
func (p *presented) stands(found []*tfprotov6.Diagnostic) {
	if p == nil {
		return
	}
	for _, d := range found {
		if d.Severity == tfprotov6.DiagnosticSeverityWarning && !strings.Contains(d.Detail, "his plan") && !strings.Contains(d.Summary, "not refreshed") {
			d.Detail += notOfThisPlan
		}
	}
}

// place ends the path of a diagnostic where a CLI can follow, and has the text name what it stands for.
func (*presented) place(d *tfprotov6.Diagnostic) {
	if d.Attribute == nil || len(d.Attribute.Steps()) < 2 {
		return
	}
	steps := d.Attribute.Steps()
	if !names(d.Summary+"\n"+d.Detail, steps) {
		d.Detail = fmt.Sprintf("`%s`: %s", written(steps), d.Detail)
	}
	visible := 1
	switch steps[1].(type) {
	case tftypes.ElementKeyString, tftypes.ElementKeyInt:
		visible = 2
	}
	d.Attribute = tftypes.NewAttributePathWithSteps(steps[:visible])
}

// names says whether a text says which value a path leads to: the path itself, or both each key on it and its last member.
func names(text string, steps []tftypes.AttributePathStep) bool {
	if strings.Contains(text, written(steps)) {
		return true
	}
	for i, step := range steps {
		switch step := step.(type) {
		case tftypes.ElementKeyString:
			if !strings.Contains(text, fmt.Sprintf("%q", string(step))) && !strings.Contains(text, "`"+string(step)+"`") {
				return false
			}
		case tftypes.ElementKeyInt:
			return false
		case tftypes.AttributeName:
			if i == len(steps)-1 && !strings.Contains(text, "`"+string(step)) {
				return false
			}
		}
	}
	return true
}

// written is a path as one would write it in a configuration.
func written(steps []tftypes.AttributePathStep) string {
	var text strings.Builder
	for i, step := range steps {
		switch step := step.(type) {
		case tftypes.AttributeName:
			if i > 0 {
				text.WriteByte('.')
			}
			text.WriteString(string(step))
		case tftypes.ElementKeyString:
			fmt.Fprintf(&text, "[%q]", string(step))
		case tftypes.ElementKeyInt:
			fmt.Fprintf(&text, "[%d]", int64(step))
		}
	}
	return text.String()
}

// individual matches what titles of one kind differ in: quoted names, ids and numbers.
var individual = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`"(?:[^"\\]|\\.)*"|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\b\d+\b`)
})

// fold gives a warning the common title of its kind when enough of that kind have titles of their own. A title that was shown
// once is shown again, so the refresh and the plan of one object agree.
func (p *presented) fold(d *tfprotov6.Diagnostic) {
	if d.Severity != tfprotov6.DiagnosticSeverityWarning {
		return
	}
	kind := individual().ReplaceAllString(d.Summary, "…")
	if kind == d.Summary {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.titles == nil {
		p.titles = map[string]map[string]bool{}
	}
	shown := p.titles[kind]
	switch {
	case shown[d.Summary]:
	case len(shown) < titlesOfAKind:
		if shown == nil {
			shown = map[string]bool{}
			p.titles[kind] = shown
		}
		shown[d.Summary] = true
	default:
		d.Detail = d.Summary + ".\n\n" + d.Detail
		d.Summary = "More of the same: " + kind
	}
}

// diagnosticsOf returns the diagnostics of an answer, for which the protocol has a field in each but no interface.
func diagnosticsOf(answer any) *[]*tfprotov6.Diagnostic {
	switch a := answer.(type) {
	case *tfprotov6.ValidateProviderConfigResponse:
		return &a.Diagnostics
	case *tfprotov6.ConfigureProviderResponse:
		return &a.Diagnostics
	case *tfprotov6.ValidateResourceConfigResponse:
		return &a.Diagnostics
	case *tfprotov6.ReadResourceResponse:
		return &a.Diagnostics
	case *tfprotov6.PlanResourceChangeResponse:
		return &a.Diagnostics
	case *tfprotov6.ApplyResourceChangeResponse:
		return &a.Diagnostics
	case *tfprotov6.ImportResourceStateResponse:
		return &a.Diagnostics
	case *tfprotov6.ValidateDataResourceConfigResponse:
		return &a.Diagnostics
	case *tfprotov6.ReadDataSourceResponse:
		return &a.Diagnostics
	case *tfprotov6.ValidateListResourceConfigResponse:
		return &a.Diagnostics
	case *tfprotov6.ValidateActionConfigResponse:
		return &a.Diagnostics
	case *tfprotov6.PlanActionResponse:
		return &a.Diagnostics
	}
	return nil
}
