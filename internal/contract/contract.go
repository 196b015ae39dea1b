// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package contract finds the published description of Microsoft Graph for the tests that check traffic against it. Each
// test decides what it requires of an exchange.
package contract

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

// ErrMissing says that the description is not on this machine. It is reference data beside the repository, which not
// everybody has.
var ErrMissing = errors.New("the folder shared/contract is not beside the repository; set GOTOMEETING_CONTRACT_DIR to it")

// flags are the enumerations of which several values are separated by commas, which the description does not know.
var flags = []string{
	"microsoft.graph.objectFlowTypes", "microsoft.graph.directoryDefinitionDiscoverabilities", "microsoft.graph.synchronizationJobRestartScope",
}

// metadataKeys is an enumeration of keys that are spelled in camel case on the wire and are more than it names.
const metadataKeys = "microsoft.graph.synchronizationMetadata"

// Load reads the description once, without the enumerations that the service is known not to keep to. Callers of one test
// binary share it.
var Load = sync.OnceValues(func() (*openapi3.T, error) {
	folder, err := folder()
	if err != nil {
		return nil, err
	}
	document, err := openapi3.NewLoader().LoadFromFile(filepath.Join(folder, "graph-v1.0-subset.openapi.json"))
	if err != nil {
		return nil, err
	}
	for _, name := range append([]string{metadataKeys}, flags...) {
		document.Components.Schemas[name].Value.Enum = nil
	}
	return document, nil
})

func folder() (string, error) {
	if folder := os.Getenv("GOTOMEETING_CONTRACT_DIR"); folder != "" {
		return folder, nil
	}
	root, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			return "", ErrMissing
		}
		root = filepath.Dir(root)
	}
	folder := filepath.Join(root, "..", "shared", "contract")
	if _, err := os.Stat(folder); err != nil {
		return "", ErrMissing
	}
	return folder, nil
}

// Operation finds the operation of a path below /v1.0, nil if there is none; where several templates fit, it is the one
// with more literal segments.
func Operation(document *openapi3.T, method, path string) *openapi3.Operation {
	segments := strings.Split(path, "/")
	var found *openapi3.Operation
	most := -1
	for template, item := range document.Paths.Map() {
		parts := strings.Split(template, "/")
		if len(parts) != len(segments) || item.GetOperation(method) == nil {
			continue
		}
		literal, fits := 0, true
		for i, part := range parts {
			switch {
			case part == segments[i] || strings.TrimSuffix(part, "()") == segments[i]: // parentheses may be left out
				literal++
			case !strings.HasPrefix(part, "{"):
				fits = false
			}
		}
		if fits && literal > most {
			found, most = item.GetOperation(method), literal
		}
	}
	return found
}
