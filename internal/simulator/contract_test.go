// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/contract"
)

// openTypes really carry members that their type does not name; the others only may.
var openTypes = []string{
	"ODataError", "microsoft.graph.directoryObject", "microsoft.graph.detailsInfo", "microsoft.graph.stringKeyObjectValuePair",
}

// published is the description of Graph that every test checks its traffic against.
type published struct{ *openapi3.T }

// strict is the description with closed types: a member that the published type does not have is a mistake of the simulator.
var strict = sync.OnceValues(func() (published, error) {
	document, err := contract.Load()
	if err != nil {
		return published{}, err
	}
	schemas := document.Components.Schemas
	for name, ref := range schemas {
		s := ref.Value
		switch name {
		case "microsoft.graph.attributeMappingFunctionSchema", "microsoft.graph.filterOperatorSchema":
			// The documented examples call the id name; the simulator shows both.
			s.Properties["name"] = openapi3.NewSchemaRef("", openapi3.NewStringSchema())
		case "microsoft.graph.applicationServicePrincipal":
			// Its two members are navigation properties, which the document leaves out.
			for member, kind := range map[string]string{"application": "application", "servicePrincipal": "servicePrincipal"} {
				s.Properties[member] = openapi3.NewSchemaRef("", schemas["microsoft.graph."+kind].Value)
			}
		}
		if s.Type.Is("object") && !slices.Contains(openTypes, name) {
			s.AdditionalProperties = openapi3.AdditionalProperties{Has: openapi3.Ptr(false)}
		}
	}
	return published{document}, nil
})

// check says how an exchange breaks the contract. Exchanges that it does not describe pass.
func (p published) check(method, path string, request []byte, status int, response []byte) error {
	operation := contract.Operation(p.T, method, path)
	if operation == nil {
		return nil
	}
	if operation.RequestBody != nil && len(request) > 0 && status < http.StatusBadRequest {
		media := operation.RequestBody.Value.Content.Get("application/json")
		if err := fits(media.Schema.Value, request); err != nil {
			return fmt.Errorf("request: %w", err)
		}
	}
	described := operation.Responses.Status(status)
	if described == nil {
		if status < http.StatusBadRequest {
			return fmt.Errorf("status %d is not described", status)
		}
		described = operation.Responses.Default()
	}
	media := described.Value.Content.Get("application/json")
	if media == nil {
		if len(response) > 0 {
			return fmt.Errorf("status %d has a body", status)
		}
		return nil
	}
	if len(response) == 0 && status >= http.StatusBadRequest {
		return nil // scripted by a fault
	}
	if err := fits(media.Schema.Value, response); err != nil {
		return fmt.Errorf("response: %w", err)
	}
	return nil
}

func fits(schema *openapi3.Schema, raw []byte) error {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return err
	}
	return schema.VisitJSON(withoutAnnotations(value), openapi3.MultiErrors())
}

// withoutAnnotations drops the members that belong to the protocol and not to the type, and those that applications add to
// a type under names of their own, which no published type can have.
func withoutAnnotations(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			if strings.Contains(name, "@odata.") && name != "@odata.type" || strings.HasPrefix(name, "extension_") {
				delete(v, name)
				continue
			}
			v[name] = withoutAnnotations(inner)
		}
	case []any:
		for i := range v {
			v[i] = withoutAnnotations(v[i])
		}
	}
	return value
}

// checkedTransport checks every exchange with Graph against the contract, where there is one.
type checkedTransport struct {
	t    *testing.T
	next http.RoundTripper
}

func (c checkedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	var request []byte
	if r.Body != nil {
		var err error
		if request, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(request))
	}
	response, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	_ = response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(body))
	path, ok := strings.CutPrefix(r.URL.Path, "/v1.0")
	if !ok || !strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") && len(body) > 0 {
		return response, nil
	}
	if described, err := strict(); err == nil && json.Valid(append([]byte("["), append(body, ']')...)) {
		if err := described.check(r.Method, path, request, response.StatusCode, body); err != nil {
			c.t.Errorf("%s %s breaks the contract: %v", r.Method, path, err)
		}
	}
	return response, nil
}

// TestContract_describesEveryAnswer walks through the operations of the contract once. The other tests check their
// traffic too; this one makes sure that no operation of the contract goes unasked.
func TestContract_describesEveryAnswer(t *testing.T) {
	described, err := strict()
	if errors.Is(err, contract.ErrMissing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	c := start(t)
	walkThroughEverything(c)
	asked := map[*openapi3.Operation]bool{}
	for _, r := range c.Log().Sent() {
		if r.Status < http.StatusBadRequest {
			asked[contract.Operation(described.T, r.Method, strings.TrimPrefix(r.Path, "/v1.0"))] = true
		}
	}
	for path, item := range described.Paths.Map() {
		for method, operation := range item.Operations() {
			if method == "POST" && path == "/applications" {
				continue // the provider instantiates templates and registers nothing
			}
			if !asked[operation] {
				t.Errorf("%s %s was not answered", method, path)
			}
		}
	}
}
