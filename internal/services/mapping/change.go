// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// change is a planned mapping and the prior one, as far as the configuration and the state show them.
type change struct {
	plan    model
	entries map[string]entryModel // as planned, for paths and notation
	want    settings
	// complete is false while parts of the plan are unknown; then checks of the whole have to wait.
	complete bool
	prior    *settings // what the state has; nil on create
}

func newChange(ctx context.Context, plan model, state *model) (c change, diags diag.Diagnostics) {
	c.plan = plan
	c.entries, _ = plan.entries()
	c.want, c.complete, diags = plan.desired(ctx)
	if state != nil {
		prior, _, ds := state.desired(ctx)
		diags.Append(ds...)
		c.prior = &prior
	}
	return c, diags
}

// had are the settings of the state, or none.
func (c *change) had() settings {
	if c.prior == nil {
		return settings{}
	}
	return *c.prior
}

// sourcePath is the attribute that an entry's source is written in.
func (c *change) sourcePath(target string) path.Path {
	if e := c.entries[target]; !e.SourceAttribute.IsNull() {
		return at(target).AtName("source_attribute")
	}
	return at(target).AtName("expression")
}

// changes reports whether an entry differs from what the service, or failing that the state, has. Only such entries
// are checked: entries that the service accepted before are not refused.
func (c *change) changes(live *settings) func(target string) bool {
	if live == nil {
		live = c.prior
	}
	return func(target string) bool {
		if live == nil {
			return true
		}
		is, had := live.entries[target]
		return !had || !is.same(c.want.entries[target])
	}
}

// customSettled reports whether the target defines the custom attributes as wanted.
func (c *change) customSettled(target *graph.ObjectDefinition) bool {
	for name, custom := range c.want.custom {
		if target == nil {
			return false
		}
		a := target.Attribute(name)
		if a == nil || a.Type != custom.kind || a.Multivalued != custom.multivalued {
			return false
		}
	}
	return true
}

// roleReaders names the changed entries that read role assignments, each with the function that does.
func (c *change) roleReaders(changed func(string) bool) map[string]string {
	readers := map[string]string{}
	for target, e := range c.want.entries {
		for _, call := range e.source.calls() {
			if slices.ContainsFunc(roleFunctions, func(name string) bool { return strings.EqualFold(name, call) }) && changed(target) {
				readers[target] = call
			}
		}
	}
	return readers
}
