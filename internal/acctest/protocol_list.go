// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Listed is one result of a list resource.
type Listed struct {
	DisplayName string
	Identity    map[string]any
	Resource    map[string]any // nil unless asked for
	Diagnostics Diagnostics
}

// List checks the configuration of a list block and collects at most limit results, as terraform query does.
func (p *Protocol) List(typeName string, config map[string]any, includeResource bool, limit int64) (results []Listed, diagnostics Diagnostics) {
	p.t.Helper()
	server, ok := p.Server.(tfprotov6.ProviderServerWithListResource)
	if !ok {
		p.t.Fatal("the provider has no list resources")
	}
	schema, ok := p.schemas.ListResourceSchemas[typeName]
	if !ok {
		p.t.Fatalf("the provider has no list resource %s", typeName)
	}
	value := p.encode(schema, config)
	checked, err := server.ValidateListResourceConfig(p.ctx(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: typeName, Config: value})
	p.must(err, nil)
	if diagnostics = diagnosticsFrom(checked.Diagnostics); diagnostics.HasError() {
		return nil, diagnostics
	}
	stream, err := server.ListResource(p.ctx(), &tfprotov6.ListResourceRequest{TypeName: typeName, Config: value, IncludeResource: includeResource, Limit: limit})
	p.must(err, nil)
	for result := range stream.Results {
		listed := Listed{DisplayName: result.DisplayName, Diagnostics: diagnosticsFrom(result.Diagnostics)}
		if result.Identity != nil {
			listed.Identity = p.decodeType(p.identities[typeName].ValueType(), result.Identity.IdentityData)
		}
		if result.Resource != nil {
			listed.Resource = p.decode(p.resourceSchema(typeName), result.Resource)
		}
		results = append(results, listed)
	}
	return results, diagnostics
}
