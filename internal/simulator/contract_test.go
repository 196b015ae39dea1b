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
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// errNoContract says that the published contract is not on this machine. It is reference data beside the repository,
// which not everybody has.
var errNoContract = errors.New("the folder shared/contract is not beside the repository; set GOTOMEETING_CONTRACT_DIR to it")

// contract is the published description of Graph.
type contract struct {
	document *openapi3.T
	// flags are the values of enumerations that are joined by commas on the wire, by schema.
	flags map[string][]any
}

// openTypes really carry members that their type does not name; the others only may.
var openTypes = []string{
	"ODataError", "microsoft.graph.directoryObject", "microsoft.graph.detailsInfo", "microsoft.graph.stringKeyObjectValuePair",
}

// theContract is loaded once; every test checks its traffic against it.
var theContract = sync.OnceValues(loadContract)

func contractFolder() (string, error) {
	if folder := os.Getenv("GOTOMEETING_CONTRACT_DIR"); folder != "" {
		return folder, nil
	}
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", errNoContract
		}
		folder = parent
	}
	folder = filepath.Join(folder, "..", "shared", "contract")
	if _, err := os.Stat(folder); err != nil {
		return "", errNoContract
	}
	return folder, nil
}

func loadContract() (*contract, error) {
	folder, err := contractFolder()
	if err != nil {
		return nil, err
	}
	document, err := openapi3.NewLoader().LoadFromFile(filepath.Join(folder, "graph-v1.0-subset.openapi.json"))
	if err != nil {
		return nil, err
	}
	c := &contract{document: document, flags: map[string][]any{}}
	for name, ref := range document.Components.Schemas {
		s := ref.Value
		switch name {
		case "microsoft.graph.objectFlowTypes", "microsoft.graph.directoryDefinitionDiscoverabilities", "microsoft.graph.synchronizationJobRestartScope":
			// Several flags come joined by commas, which an enumeration of single ones does not describe.
			c.flags[name], s.Enum = s.Enum, nil
		case "microsoft.graph.synchronizationMetadata":
			// On the wire the keys are spelt in camel case, and there are keys that the metadata do not name.
			s.Enum = nil
		case "microsoft.graph.attributeMappingFunctionSchema", "microsoft.graph.filterOperatorSchema":
			// The documented examples call the id name; the simulator shows both.
			s.Properties["name"] = openapi3.NewSchemaRef("", openapi3.NewStringSchema())
		case "microsoft.graph.applicationServicePrincipal":
			// Its two members are navigation properties, which the document leaves out.
			for member, kind := range map[string]string{"application": "application", "servicePrincipal": "servicePrincipal"} {
				s.Properties[member] = openapi3.NewSchemaRef("", document.Components.Schemas["microsoft.graph."+kind].Value)
			}
		}
		if s.Type.Is("object") && !slices.Contains(openTypes, name) {
			// A member that the published type does not have is a mistake of the simulator.
			s.AdditionalProperties = openapi3.AdditionalProperties{Has: openapi3.Ptr(false)}
		}
	}
	return c, nil
}

// operation finds the operation of a path below /v1.0. Only path templates of the same number of segments can fit.
func (c *contract) operation(method, path string) *openapi3.Operation {
	have := strings.Split(path, "/")
	var found *openapi3.Operation
	best := -1
	for template, item := range c.document.Paths.Map() {
		want := strings.Split(template, "/")
		if len(want) != len(have) || item.GetOperation(method) == nil {
			continue
		}
		literal := 0
		fits := true
		for i := range want {
			switch {
			case want[i] == have[i] || strings.TrimSuffix(want[i], "()") == have[i]:
				literal++
			case !strings.HasPrefix(want[i], "{"):
				fits = false
			}
		}
		if fits && literal > best {
			found, best = item.GetOperation(method), literal
		}
	}
	return found
}

// check says how an exchange breaks the contract. Exchanges that it does not describe pass.
func (c *contract) check(method, path string, request []byte, status int, response []byte) error {
	operation := c.operation(method, path)
	if operation == nil {
		return nil
	}
	if operation.RequestBody != nil && len(request) > 0 && status < http.StatusBadRequest {
		media := operation.RequestBody.Value.Content.Get("application/json")
		if err := c.fits(media.Schema.Value, request); err != nil {
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
	if err := c.fits(media.Schema.Value, response); err != nil {
		return fmt.Errorf("response: %w", err)
	}
	return nil
}

func (c *contract) fits(schema *openapi3.Schema, raw []byte) error {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return err
	}
	return schema.VisitJSON(withoutAnnotations(value), openapi3.MultiErrors())
}

// withoutAnnotations drops the members that belong to the protocol and not to the type.
func withoutAnnotations(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			if strings.Contains(name, "@odata.") && name != "@odata.type" {
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
	if described, err := theContract(); err == nil && json.Valid(append([]byte("["), append(body, ']')...)) {
		if err := described.check(r.Method, path, request, response.StatusCode, body); err != nil {
			c.t.Errorf("%s %s breaks the contract: %v", r.Method, path, err)
		}
	}
	return response, nil
}

// TestContract_describesEveryAnswer walks through the operations of the contract once. The other tests check their
// traffic too; this one makes sure that no operation of the contract goes unasked.
func TestContract_describesEveryAnswer(t *testing.T) {
	described, err := theContract()
	if errors.Is(err, errNoContract) {
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
			asked[described.operation(r.Method, strings.TrimPrefix(r.Path, "/v1.0"))] = true
		}
	}
	for path, item := range described.document.Paths.Map() {
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
