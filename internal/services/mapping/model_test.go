// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"pgregory.net/rapid"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// anyMapping draws an object mapping as the service could have it.
func anyMapping() *rapid.Generator[graph.ObjectMapping] {
	text := rapid.StringMatching(`[a-zA-Z0-9 "\\.,()\[\]äß€$%{}-]{1,12}`)
	return rapid.Custom(func(t *rapid.T) graph.ObjectMapping {
		m := graph.ObjectMapping{Enabled: rapid.Bool().Draw(t, "enabled"), FlowTypes: []string{"Add", "Update"}, SourceObject: "User", TargetObject: "User"}
		for i := range rapid.IntRange(0, 4).Draw(t, "attributes") {
			a := graph.AttributeMapping{
				Target:           fmt.Sprintf("%d %s", i, text.Draw(t, "target")),
				MatchingPriority: rapid.IntRange(0, 2).Draw(t, "priority"),
				FlowType:         rapid.SampledFrom([]string{"Always", "ObjectAddOnly", "AttributeAddOnly", "ValueAddOnly", "MultiValueAddOnly", "SomethingNew"}).Draw(t, "flow type"),
				DefaultValue:     rapid.OneOf(rapid.Just(""), text).Draw(t, "default"),
			}
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				a.Source = graph.AttributeSource(rapid.StringMatching(`[a-zA-Z.:]{1,8}`).Draw(t, "attribute"))
			case 1:
				a.Source = graph.ConstantSource(rapid.OneOf(rapid.Just(""), text).Draw(t, "constant"))
			case 2:
				a.Source = &graph.MappingSource{Type: graph.SourceFunction, Name: "Mid", Expression: fmt.Sprintf("Mid( [mail],%d,8 )", rapid.IntRange(1, 9).Draw(t, "start"))}
			}
			m.Attributes = append(m.Attributes, a)
		}
		for i := range rapid.IntRange(0, 2).Draw(t, "groups") {
			g := graph.FilterGroup{Name: rapid.OneOf(rapid.Just(""), text).Draw(t, "group")}
			for range i + 1 {
				g.Clauses = append(g.Clauses, graph.FilterClause{Attribute: "city", Operator: "EQUALS", Values: rapid.SliceOfN(text, 0, 2).Draw(t, "values")})
			}
			m.Filters = append(m.Filters, g)
		}
		return m
	})
}

func TestModel_comesBackAsItWas(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	rapid.Check(t, func(t *rapid.T) {
		live := anyMapping().Draw(t, "mapping")
		var m model
		if diags := m.fromGraph(ctx, &live, nil); diags.HasError() {
			t.Fatalf("%v", diags)
		}
		want, complete, diags := m.desired(ctx)
		if diags.HasError() || !complete {
			t.Fatalf("complete %t: %v", complete, diags)
		}
		is := settingsOf(&live)
		if !is.same(want) {
			t.Fatalf("differences: %q", is.differences(want))
		}
		// What is written is what was read, and reading it again changes nothing.
		trees := treeSet{}
		trees.learn(live.Attributes)
		written, missing := want.attributeMappings(&live, trees)
		if len(missing) > 0 || len(written) != len(live.Attributes) {
			t.Fatalf("missing %q, %d of %d mappings", missing, len(written), len(live.Attributes))
		}
		again := m
		if diags := again.fromGraph(ctx, &live, nil); diags.HasError() || !again.Mappings.Equal(m.Mappings) || !again.ScopingFilters.Equal(m.ScopingFilters) {
			t.Fatalf("second read: %v", diags)
		}
	})
}

func TestModel_keepsTheNotationOfThePrior(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	live := graph.ObjectMapping{Enabled: true, FlowTypes: []string{"Add", "Delete", "Update"}, Attributes: []graph.AttributeMapping{
		{Target: "a", Source: graph.ConstantSource("x"), FlowType: "always"},
		{Target: "b", Source: graph.AttributeSource("mail"), FlowType: "Always"},
		{Target: "c", FlowType: "Always"},
	}}
	prior := map[string]entryModel{
		"a": {types.StringNull(), types.StringNull(), newExpression(`  "x"`), types.StringNull(), types.Int64Null(), types.StringValue("always")},
		"b": {types.StringNull(), types.StringNull(), newExpression("[surname]"), types.StringNull(), types.Int64Null(), types.StringValue("always")},
	}
	var m model
	m.Mappings, _ = types.MapValueFrom(ctx, entryType, prior)
	if diags := m.fromGraph(ctx, &live, nil); diags.HasError() {
		t.Fatal(diags)
	}
	got, _ := m.entries()
	want := map[string]entryModel{
		"a": prior["a"],
		"b": {types.StringValue("mail"), types.StringNull(), nullExpression(), types.StringNull(), types.Int64Null(), types.StringValue("always")},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestModel_leavesOutWhatIsUnknown(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	unknown := modelOf(entry{attributeSource("mail"), "", 0, flowAlways})
	unknown.Constant = types.StringUnknown()
	known := modelOf(entry{attributeSource("mail"), "none", 1, flowAddOnly})
	m := model{Enabled: types.BoolValue(true), Operations: types.SetNull(types.StringType), ScopingFilters: types.ListUnknown(filterGroupType), CustomTargetAttributes: types.MapNull(customAttributeType)}
	m.Mappings, _ = types.MapValueFrom(ctx, entryType, map[string]entryModel{"a": unknown, "b": known})
	want, complete, diags := m.desired(ctx)
	if diags.HasError() || complete {
		t.Errorf("complete %t: %v", complete, diags)
	}
	if len(want.entries) != 1 || want.entries["b"] != (entry{attributeSource("mail"), "none", 1, flowAddOnly}) {
		t.Errorf("entries %v", want.entries)
	}
}
