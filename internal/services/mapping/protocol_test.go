// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// protocol drives the provider over the plugin protocol, without a CLI: it shows diagnostics in full, which the CLI
// folds, and takes milliseconds.
type protocol struct {
	t      testing.TB
	server tfprotov6.ProviderServer
	object tftypes.Type
}

const typeName = "gotomeeting_attribute_mappings"

// unknown stands for a value that a plan does not know yet.
type unknown struct{}

func (c *connected) protocol() *protocol {
	c.t.Helper()
	server, err := c.ProviderFactories()["gotomeeting"]()
	if err != nil {
		c.t.Fatal(err)
	}
	p := &protocol{t: c.t, server: server}
	schemas, err := server.GetProviderSchema(c.t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		c.t.Fatal(err)
	}
	p.object = schemas.ResourceSchemas[typeName].ValueType()
	config := schemas.Provider.ValueType()
	configured, err := server.ConfigureProvider(c.t.Context(), &tfprotov6.ConfigureProviderRequest{Config: p.value(config, map[string]any{
		"tenant_id": c.Sim.TenantID(), "client_id": c.Sim.ClientID(), "client_secret": c.Sim.ClientSecret(),
		"graph_endpoint": c.Sim.GraphURL(), "authority_host": c.Sim.AuthorityURL(), "ca_certificate_file": c.CAFile(),
	})})
	if err != nil {
		c.t.Fatal(err)
	}
	p.none(configured.Diagnostics)
	return p
}

// value builds a value of a type from plain Go values; what is left out is null.
func (p *protocol) value(t tftypes.Type, v any) *tfprotov6.DynamicValue {
	p.t.Helper()
	dynamic, err := tfprotov6.NewDynamicValue(t, build(t, v))
	if err != nil {
		p.t.Fatal(err)
	}
	return &dynamic
}

func build(t tftypes.Type, v any) tftypes.Value {
	switch v := v.(type) {
	case nil:
		return tftypes.NewValue(t, nil)
	case unknown:
		return tftypes.NewValue(t, tftypes.UnknownValue)
	case map[string]any:
		values := map[string]tftypes.Value{}
		if o, ok := t.(tftypes.Object); ok {
			for name, member := range o.AttributeTypes {
				values[name] = build(member, v[name])
			}
			for name := range v {
				if _, known := o.AttributeTypes[name]; !known {
					panic("no attribute " + name)
				}
			}
			return tftypes.NewValue(t, values)
		}
		m, _ := t.(tftypes.Map)
		for name, member := range v {
			values[name] = build(m.ElementType, member)
		}
		return tftypes.NewValue(t, values)
	case []any:
		var element tftypes.Type
		switch t := t.(type) {
		case tftypes.List:
			element = t.ElementType
		case tftypes.Set:
			element = t.ElementType
		}
		values := []tftypes.Value{}
		for _, member := range v {
			values = append(values, build(element, member))
		}
		return tftypes.NewValue(t, values)
	default:
		return tftypes.NewValue(t, v)
	}
}

// validate returns what `terraform validate` says.
func (p *protocol) validate(config map[string]any) []string {
	p.t.Helper()
	response, err := p.server.ValidateResourceConfig(p.t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: typeName, Config: p.value(p.object, config)})
	if err != nil {
		p.t.Fatal(err)
	}
	return texts(response.Diagnostics)
}

// plan plans a configuration over a prior state, nil for a create.
func (p *protocol) plan(config, prior map[string]any) ([]string, *tfprotov6.PlanResourceChangeResponse) {
	p.t.Helper()
	var state any
	if prior != nil {
		state = prior
	}
	// Terraform proposes prior values for computed attributes that the configuration leaves out.
	proposed := maps.Clone(config)
	for name, value := range prior {
		if _, given := proposed[name]; !given && name == "id" {
			proposed[name] = value
		}
	}
	response, err := p.server.PlanResourceChange(p.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, PriorState: p.value(p.object, state), Config: p.value(p.object, config), ProposedNewState: p.value(p.object, proposed),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return texts(response.Diagnostics), response
}

// apply applies what was planned.
func (p *protocol) apply(config, prior map[string]any) []string {
	p.t.Helper()
	diagnostics, response := p.plan(config, prior)
	for _, text := range diagnostics {
		if strings.HasPrefix(text, "error ") {
			p.t.Fatalf("the plan failed: %s", text)
		}
	}
	return p.applyPlanned(config, prior, response)
}

func (p *protocol) applyPlanned(config, prior map[string]any, planned *tfprotov6.PlanResourceChangeResponse) []string {
	p.t.Helper()
	var state any
	if prior != nil {
		state = prior
	}
	response, err := p.server.ApplyResourceChange(p.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typeName, PriorState: p.value(p.object, state), Config: p.value(p.object, config),
		PlannedState: planned.PlannedState, PlannedPrivate: planned.PlannedPrivate,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return texts(response.Diagnostics)
}

// read refreshes a state and returns it as plain Go values, nil when the object is gone.
func (p *protocol) read(state map[string]any) (map[string]any, []string) {
	p.t.Helper()
	response, err := p.server.ReadResource(p.t.Context(), &tfprotov6.ReadResourceRequest{TypeName: typeName, CurrentState: p.value(p.object, state)})
	if err != nil {
		p.t.Fatal(err)
	}
	if response.NewState == nil {
		return nil, texts(response.Diagnostics)
	}
	value, err := response.NewState.Unmarshal(p.object)
	if err != nil {
		p.t.Fatal(err)
	}
	plain, _ := plainOf(p.t, value).(map[string]any)
	return plain, texts(response.Diagnostics)
}

// plainOf is the opposite of build. Nulls in objects are left out.
func plainOf(t testing.TB, v tftypes.Value) any {
	t.Helper()
	if v.IsNull() {
		return nil
	}
	if !v.IsKnown() {
		return unknown{}
	}
	switch v.Type().(type) {
	case tftypes.Object, tftypes.Map:
		members := map[string]tftypes.Value{}
		if err := v.As(&members); err != nil {
			t.Fatal(err)
		}
		plain := map[string]any{}
		for name, member := range members {
			if value := plainOf(t, member); value != nil {
				plain[name] = value
			}
		}
		return plain
	case tftypes.List, tftypes.Set:
		members := []tftypes.Value{}
		if err := v.As(&members); err != nil {
			t.Fatal(err)
		}
		plain := []any{}
		for _, member := range members {
			plain = append(plain, plainOf(t, member))
		}
		return plain
	}
	switch {
	case v.Type().Is(tftypes.Bool):
		var b bool
		_ = v.As(&b)
		return b
	case v.Type().Is(tftypes.Number):
		return fmt.Sprint(v)
	}
	var s string
	_ = v.As(&s)
	return s
}

func (p *protocol) none(diagnostics []*tfprotov6.Diagnostic) {
	p.t.Helper()
	for _, text := range texts(diagnostics) {
		p.t.Fatalf("unexpected: %s", text)
	}
}

// texts shows diagnostics as "severity path: summary: detail", sorted.
func texts(diagnostics []*tfprotov6.Diagnostic) []string {
	var lines []string
	for _, d := range diagnostics {
		severity := "error "
		if d.Severity == tfprotov6.DiagnosticSeverityWarning {
			severity = "warning "
		}
		where := ""
		if d.Attribute != nil {
			for _, step := range d.Attribute.Steps() {
				switch step := step.(type) {
				case tftypes.AttributeName:
					where += "." + string(step)
				case tftypes.ElementKeyString:
					where += "[" + string(step) + "]"
				case tftypes.ElementKeyInt:
					where += fmt.Sprintf("[%d]", int64(step))
				}
			}
			where = strings.TrimPrefix(where, ".") + ": "
		}
		lines = append(lines, severity+where+d.Summary+": "+d.Detail)
	}
	slices.Sort(lines)
	return lines
}
