// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"encoding/json"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

func TestSource_isTheSameInEveryNotation(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b source
		want bool
	}{
		{attributeSource("mail"), fromExpression("[mail]"), true},
		{attributeSource("mail"), fromExpression(" [mail]\n"), true},
		{attributeSource("mail"), fromExpression("[Mail]"), false},
		{constantSource(`say "hi"`), fromExpression(`"say \"hi\""`), true},
		{constantSource("[mail]"), fromExpression("[mail]"), false},
		{constantSource("1"), fromExpression("1"), true},
		{fromExpression(`Join(" ",[a],[b])`), fromExpression("Join(\" \",\n  [a],\n  [b])"), true},
		{fromExpression(`Join(" ",[a],[b])`), fromExpression(`Join("  ",[a],[b])`), false},
		{fromExpression(`Mid([a], 1, 8)`), fromExpression(`Mid([a], "1", "8")`), true},
		{fromExpression(`Mid([a], 1, 8)`), fromExpression(`Mid([a], 1, 80)`), false},
		{fromExpression(`ToLower([a], )`), fromExpression(`ToLower([a])`), true},
		{fromExpression(`Replace([a], "x", , , "", , )`), fromExpression(`Replace([a], "x", , , "")`), true},
		{fromExpression(`Replace([a], "x", , , "", , )`), fromExpression(`Replace([a], , "x", , "", , )`), false},
		{fromExpression(`Switch([a], , "k", "v")`), fromExpression(`Switch([a], "k", "v")`), false},
		{fromExpression(`IIF([a] = 1, "x", "y")`), fromExpression(`IIF([a]=1,"x","y")`), true},
		{fromExpression(`IIF([a] = 1, "x", "y")`), fromExpression(`IIF([a] = "1", "x", "y")`), false},
		{fromExpression(`InStr([a], "b", 1, vbTextCompare)`), fromExpression(`InStr([a], "b", 1, "vbTextCompare")`), false},
		{fromExpression(`BitAnd(&HF7, 1)`), fromExpression(`BitAnd(&HF7, "1")`), true},
		{fromExpression(`Join(", )", [a])`), fromExpression(`Join("", [a])`), false},
		{fromExpression(`ToLower([a, ])`), fromExpression(`ToLower([a])`), false},
		{fromExpression(`not an expression`), fromExpression(` not an expression `), true},
		{source{}, constantSource(""), false},
	} {
		if got := test.a.same(test.b); got != test.want {
			t.Errorf("%s and %s: %t, want %t (%q, %q)", test.a, test.b, got, test.want, test.a.key, test.b.key)
		}
	}
}

func TestSource_isReadFromEveryTree(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		tree string
		want source
	}{
		{`null`, source{}},
		{`{"type": "Attribute", "name": "mail", "expression": "[mail]"}`, attributeSource("mail")},
		{`{"name": "mail", "expression": "[mail]"}`, attributeSource("mail")},
		{`{"type": "attribute", "expression": "[mail]"}`, attributeSource("mail")},
		{`{"type": "Constant", "name": "x\"y", "expression": "\"x\\\"y\""}`, constantSource(`x"y`)},
		{`{"type": "Constant", "name": null, "expression": "\"x\""}`, constantSource("x")},
		{`{"type": "Constant", "name": "", "expression": "\"\""}`, constantSource("")},
		{`{"type": "Constant"}`, constantSource("")},
		{`{"type": "Function", "name": "Not", "expression": "Not( [a] )"}`, functionSource("Not([a])")},
		{`{"type": "Function", "name": "Guid"}`, functionSource("Guid()")},
		{`{"type": "Function", "name": "Odd", "expression": "Odd([a] ?? [b])"}`, functionSource("Odd([a] ?? [b])")},
	} {
		s, err := graph.SourceFromTree(json.RawMessage(test.tree))
		if err != nil {
			t.Fatal(err)
		}
		if got := fromTree(s); got != test.want {
			t.Errorf("%s: %#v, want %#v", test.tree, got, test.want)
		}
	}
}
