// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"context"
	"slices"
	"testing"

	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/provider"
)

// Protocol drives a provider by the bare plugin protocol, as Terraform would but without it: a call takes milliseconds,
// and what the CLI at hand is too old for, such as identity, can be tried all the same.
//
// Objects are maps by attribute name. Nil stands for null, Unknown for a value that only an apply will tell, and what a
// map leaves out is null.
type Protocol struct {
	// Server is the provider, for calls that have no method here.
	Server tfprotov6.ProviderServer

	t          testing.TB
	schemas    *tfprotov6.GetProviderSchemaResponse
	identities map[string]*tfprotov6.ResourceIdentitySchema
}

// Protocol returns a driver whose provider is configured for this tenant. Each adjust may change the provider block.
func (e *Env) Protocol(adjust ...func(block map[string]any)) *Protocol {
	e.t.Helper()
	server, err := e.factory()()
	if err != nil {
		e.t.Fatal(err)
	}
	block := e.providerBlock()
	for _, change := range adjust {
		change(block)
	}
	p := newProtocol(e.t, server)
	if diagnostics := p.configure(block); len(diagnostics) > 0 {
		e.t.Fatalf("configuring the provider: %v", diagnostics)
	}
	return p
}

// Configure starts a provider and configures it by a block as Terraform does: first the block alone is checked, and
// what is wrong with it ends the matter. The driver is good for use only when the diagnostics have no error.
func Configure(t testing.TB, construct func() frameworkprovider.Provider, block map[string]any) (*Protocol, Diagnostics) {
	t.Helper()
	p := newProtocol(t, provider.NewServer(construct()))
	return p, p.configure(block)
}

func newProtocol(t testing.TB, server tfprotov6.ProviderServer) *Protocol {
	t.Helper()
	p := &Protocol{Server: server, t: t}
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	p.must(err, schemas.Diagnostics)
	identities, err := server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	p.must(err, identities.Diagnostics)
	p.schemas, p.identities = schemas, identities.IdentitySchemas
	return p
}

func (p *Protocol) must(err error, diagnostics []*tfprotov6.Diagnostic) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
	if found := diagnosticsFrom(diagnostics); found.HasError() {
		p.t.Fatal(found)
	}
}

func (p *Protocol) configure(block map[string]any) Diagnostics {
	p.t.Helper()
	if block == nil {
		block = map[string]any{} // a block without attributes, which is also what no block at all comes to
	}
	config := p.encode(p.schemas.Provider, block)
	checked, err := p.Server.ValidateProviderConfig(p.ctx(), &tfprotov6.ValidateProviderConfigRequest{Config: config})
	p.must(err, nil)
	found := diagnosticsFrom(checked.Diagnostics)
	if found.HasError() {
		return found
	}
	configured, err := p.Server.ConfigureProvider(p.ctx(), &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.14.0", Config: config})
	p.must(err, nil)
	return append(found, diagnosticsFrom(configured.Diagnostics)...)
}

// ctx is the test's context; destroying at the end of a test has to work as well, when that has ended.
func (p *Protocol) ctx() context.Context { return context.WithoutCancel(p.t.Context()) }

// ReadData checks the configuration of a data source and reads it. The state is nil when there are errors.
func (p *Protocol) ReadData(typeName string, config map[string]any) (state map[string]any, diagnostics Diagnostics) {
	p.t.Helper()
	schema := p.dataSchema(typeName)
	value := p.encode(schema, config)
	checked, err := p.Server.ValidateDataResourceConfig(p.ctx(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: typeName, Config: value})
	p.must(err, nil)
	if found := diagnosticsFrom(checked.Diagnostics); found.HasError() {
		return nil, found
	}
	read, err := p.Server.ReadDataSource(p.ctx(), &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: value})
	p.must(err, nil)
	diagnostics = slices.Concat(diagnosticsFrom(checked.Diagnostics), diagnosticsFrom(read.Diagnostics))
	if diagnostics.HasError() {
		return nil, diagnostics
	}
	return p.decode(schema, read.State), diagnostics
}

func (p *Protocol) dataSchema(typeName string) *tfprotov6.Schema {
	p.t.Helper()
	schema, ok := p.schemas.DataSourceSchemas[typeName]
	if !ok {
		p.t.Fatalf("the provider has no data source %s", typeName)
	}
	return schema
}

func (p *Protocol) resourceSchema(typeName string) *tfprotov6.Schema {
	p.t.Helper()
	schema, ok := p.schemas.ResourceSchemas[typeName]
	if !ok {
		p.t.Fatalf("the provider has no resource %s", typeName)
	}
	return schema
}

// encode makes the object that a schema describes.
func (p *Protocol) encode(schema *tfprotov6.Schema, object map[string]any) *tfprotov6.DynamicValue {
	p.t.Helper()
	return p.encodeValue(schema, p.value(schema.ValueType(), object))
}

func (p *Protocol) encodeValue(schema *tfprotov6.Schema, value tftypes.Value) *tfprotov6.DynamicValue {
	p.t.Helper()
	encoded, err := tfprotov6.NewDynamicValue(schema.ValueType(), value)
	if err != nil {
		p.t.Fatal(err)
	}
	return &encoded
}

// decode is the reverse of encode; nil for null.
func (p *Protocol) decode(schema *tfprotov6.Schema, encoded *tfprotov6.DynamicValue) map[string]any {
	p.t.Helper()
	return p.decodeType(schema.ValueType(), encoded)
}

func (p *Protocol) decodeType(as tftypes.Type, encoded *tfprotov6.DynamicValue) map[string]any {
	p.t.Helper()
	if encoded == nil {
		return nil
	}
	value, err := encoded.Unmarshal(as)
	if err != nil {
		p.t.Fatal(err)
	}
	object, _ := p.plain(value).(map[string]any)
	return object
}
