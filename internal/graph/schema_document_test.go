// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPutSchema_changesNothingButAnnotations(t *testing.T) {
	const read = `{
  "@odata.context": "https://graph.example.com/v1.0/$metadata#x", "id": "EXAMPLE", "version": "v1.3", "big": 9007199254740993, "decimal": 1.10, "exponent": 1E5,
  "directories@odata.context": {"deep": [1, {"a": "]}"}]},
  "directories": [ {"name": "b", "@odata.type": "#x"}, {"name": "a"}, {} , [] , [ [1 , 2] ] ],
  "text": "a, b : {\"c\"} [d] \u00e9\ud800 é", "unknown": {"z": 1, "a": null, "list@odata.count": 7, "list": [3, 2, 1, 2], "odata": "stays"}, "empty": {"@odata.id": 1}, "no": false
}`
	const want = `{"id":"EXAMPLE","version":"v1.3","big":9007199254740993,"decimal":1.10,"exponent":1E5,` +
		`"directories":[{"name":"b"},{"name":"a"},{},[],[[1,2]]],` +
		`"text":"a, b : {\"c\"} [d] \u00e9\ud800 é","unknown":{"z":1,"a":null,"list":[3,2,1,2],"odata":"stays"},"empty":{},"no":false}`
	b := newBench(t, answer(200, read), answer(204, ""))
	schema, err := b.GetSchema(t.Context(), testRef)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.PutSchema(t.Context(), testRef, schema); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, b.service.seen[1].body); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"GET " + job + "/schema", "PUT " + job + "/schema"}, b.service.targets()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestGetTemplateSchema_readsTheDefault(t *testing.T) {
	b := newBench(t, answer(200, `{"id":"1"}`))
	schema, err := b.GetTemplateSchema(t.Context(), testSP, "EXAMPLE x")
	if err != nil || string(schema.encode()) != `{"id":"1"}` {
		t.Errorf("got %+v, %v", schema, err)
	}
	if diff := cmp.Diff([]string{"GET " + sp + "/synchronization/templates/EXAMPLE%20x/schema"}, b.service.targets()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}
