// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// subject is the object that a call is about, as titles name it.
type subject struct {
	text string
	// marks are the ids and names of which a title that names the object has one.
	marks []string
	// addressed says that a CLI shows the address of the object and the line of its configuration with an error.
	addressed bool
}

// entitle has the title name the object, unless it does. An error in a configuration is shown with its place.
func (s subject) entitle(d *tfprotov6.Diagnostic) {
	if s.text == "" || s.addressed && d.Severity == tfprotov6.DiagnosticSeverityError {
		return
	}
	if slices.ContainsFunc(s.marks, func(mark string) bool { return strings.Contains(d.Summary, mark) }) {
		return
	}
	text := s.text
	if d.Attribute != nil && len(d.Attribute.Steps()) > 1 {
		if key, ok := d.Attribute.Steps()[1].(tftypes.ElementKeyString); ok && !strings.Contains(d.Summary, string(key)) {
			text = fmt.Sprintf("%q, %s", string(key), text)
		}
	}
	d.Summary = fmt.Sprintf("%s (%s)", d.Summary, text)
}

// subjectOf names the object of a call, as far as the call tells it.
func (s *server) subjectOf(ctx context.Context, request any) subject {
	switch r := request.(type) {
	case *tfprotov6.ImportResourceStateRequest:
		if r.ID != "" {
			return subject{text: fmt.Sprintf("%q", r.ID), marks: []string{r.ID}}
		}
	case *tfprotov6.ValidateResourceConfigRequest:
		about := s.named(ctx, ofResource, r.TypeName, r.Config)
		about.addressed = true
		return about
	case *tfprotov6.ReadResourceRequest:
		return s.named(ctx, ofResource, r.TypeName, r.CurrentState)
	case *tfprotov6.PlanResourceChangeRequest:
		return s.named(ctx, ofResource, r.TypeName, r.ProposedNewState, r.PriorState)
	case *tfprotov6.ApplyResourceChangeRequest:
		return s.named(ctx, ofResource, r.TypeName, r.PlannedState, r.PriorState)
	case *tfprotov6.ReadDataSourceRequest:
		return s.named(ctx, ofDataSource, r.TypeName, r.Config)
	}
	return subject{}
}

// named names an object by its attributes, in the first of several values in which there are any.
func (s *server) named(ctx context.Context, kind kindOfSchema, typeName string, values ...*tfprotov6.DynamicValue) subject {
	schema := s.numbers.schema(ctx, kind, typeName)
	if schema == nil {
		return subject{}
	}
	for _, encoded := range values {
		if encoded == nil {
			continue
		}
		value, err := encoded.Unmarshal(schema.ValueType())
		var attributes map[string]tftypes.Value
		if err != nil || value.IsNull() || value.As(&attributes) != nil {
			continue
		}
		if about := subjectFrom(attributes); about.text != "" {
			return about
		}
	}
	return subject{}
}

// subjectFrom puts a subject together from what the provider's schemas name things by.
func subjectFrom(attributes map[string]tftypes.Value) subject {
	text := func(name string) string {
		var s string
		if v, ok := attributes[name]; ok && v.IsKnown() && !v.IsNull() && v.Type().Is(tftypes.String) {
			_ = v.As(&s) // a known string is one
		}
		return s
	}
	of := text("service_principal_id")
	if of == "" {
		of, _, _ = strings.Cut(text("connection_id"), "/")
	}
	var about subject
	add := func(part string, marks ...string) {
		about.text = strings.TrimPrefix(about.text+" of "+part, " of ")
		about.marks = append(about.marks, marks...)
	}
	switch {
	case text("user_principal_name") != "":
		add(text("user_principal_name"), text("user_principal_name"))
	case text("principal_id") != "":
		add("principal "+text("principal_id"), text("principal_id"))
	case text("object_mapping") != "":
		add(text("object_mapping") + " mapping") // whose name says little: most are called User
	case text("display_name") != "":
		add(fmt.Sprintf("application %q", text("display_name")), text("display_name"), text("id"))
		return about
	}
	if of != "" {
		single := len(about.marks) == 0
		add("service principal " + of)
		if single {
			about.marks = []string{of}
		}
	}
	about.marks = slices.DeleteFunc(about.marks, func(mark string) bool { return mark == "" })
	return about
}
