// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"context"
	"math/big"
	"reflect"
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
	within     func() context.Context // of each call; nil for the test's own
	schemas    *tfprotov6.GetProviderSchemaResponse
	identities map[string]*tfprotov6.ResourceIdentitySchema
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
	p.schemas = ask(p, server.GetProviderSchema, &tfprotov6.GetProviderSchemaRequest{})
	identities := ask(p, server.GetResourceIdentitySchemas, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if found := diagnosticsFrom(slices.Concat(p.schemas.Diagnostics, identities.Diagnostics)); found.HasError() {
		t.Fatal(found)
	}
	p.identities = identities.IdentitySchemas
	return p
}

// ask calls the provider. The test's context will do also at its end, when destroying has to work as well.
func ask[Q, A any](p *Protocol, call func(context.Context, *Q) (*A, error), request *Q) *A {
	p.t.Helper()
	ctx := context.WithoutCancel(p.t.Context())
	if p.within != nil {
		ctx = p.within()
	}
	answer, err := call(ctx, request)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer
}

// schemaOf looks a schema up by its type name.
func schemaOf[S any](p *Protocol, kind string, among map[string]S, typeName string) S {
	p.t.Helper()
	schema, ok := among[typeName]
	if !ok {
		p.t.Fatalf("the provider has no %s %s", kind, typeName)
	}
	return schema
}

func (p *Protocol) configure(block map[string]any) Diagnostics {
	p.t.Helper()
	if block == nil {
		block = map[string]any{} // a block without attributes, which is also what no block at all comes to
	}
	config := p.encode(p.schemas.Provider, block)
	checked := ask(p, p.Server.ValidateProviderConfig, &tfprotov6.ValidateProviderConfigRequest{Config: config})
	found := diagnosticsFrom(checked.Diagnostics)
	if found.HasError() {
		return found
	}
	configured := ask(p, p.Server.ConfigureProvider, &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.14.0", Config: config})
	return append(found, diagnosticsFrom(configured.Diagnostics)...)
}

// Reconfigure configures the provider by another block, as a Terraform that can defer or cannot.
func (p *Protocol) Reconfigure(block map[string]any, deferral bool) Diagnostics {
	p.t.Helper()
	configured := ask(p, p.Server.ConfigureProvider, &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.14.0", Config: p.encode(p.schemas.Provider, block),
		ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: deferral},
	})
	return diagnosticsFrom(configured.Diagnostics)
}

// ReadData checks the configuration of a data source and reads it. The state is nil when there are errors.
func (p *Protocol) ReadData(typeName string, config map[string]any) (state map[string]any, diagnostics Diagnostics) {
	p.t.Helper()
	schema := schemaOf(p, "data source", p.schemas.DataSourceSchemas, typeName)
	value := p.encode(schema, config)
	checked := ask(p, p.Server.ValidateDataResourceConfig, &tfprotov6.ValidateDataResourceConfigRequest{TypeName: typeName, Config: value})
	if found := diagnosticsFrom(checked.Diagnostics); found.HasError() {
		return nil, found
	}
	read := ask(p, p.Server.ReadDataSource, &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: value})
	diagnostics = slices.Concat(diagnosticsFrom(checked.Diagnostics), diagnosticsFrom(read.Diagnostics))
	if diagnostics.HasError() {
		return nil, diagnostics
	}
	return p.decode(schema, read.State), diagnostics
}

func (p *Protocol) resourceSchema(typeName string) *tfprotov6.Schema {
	p.t.Helper()
	return schemaOf(p, "resource", p.schemas.ResourceSchemas, typeName)
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

// Invoke checks the configuration of an action and runs it. It returns the progress messages in order.
func (p *Protocol) Invoke(typeName string, config map[string]any) (progress []string, diagnostics Diagnostics) {
	p.t.Helper()
	checked := ask(p, p.actions().ValidateActionConfig, &tfprotov6.ValidateActionConfigRequest{ActionType: typeName, Config: p.actionConfig(typeName, config)})
	if diagnostics = diagnosticsFrom(checked.Diagnostics); diagnostics.HasError() {
		return nil, diagnostics
	}
	return p.InvokeUnchecked(typeName, config)
}

// InvokeUnchecked is Invoke without the validation, as a CLI does that leaves something out after the validation.
func (p *Protocol) InvokeUnchecked(typeName string, config map[string]any) (progress []string, diagnostics Diagnostics) {
	p.t.Helper()
	stream := ask(p, p.actions().InvokeAction, &tfprotov6.InvokeActionRequest{ActionType: typeName, Config: p.actionConfig(typeName, config)})
	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			progress = append(progress, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			diagnostics = append(diagnostics, diagnosticsFrom(event.Diagnostics)...)
		}
	}
	return progress, diagnostics
}

func (p *Protocol) actions() tfprotov6.ProviderServerWithActions {
	p.t.Helper()
	server, ok := p.Server.(tfprotov6.ProviderServerWithActions)
	if !ok {
		p.t.Fatal("the provider has no actions")
	}
	return server
}

func (p *Protocol) actionConfig(typeName string, config map[string]any) *tfprotov6.DynamicValue {
	p.t.Helper()
	return p.encode(schemaOf(p, "action", p.schemas.ActionSchemas, typeName).Schema, config)
}

// Call runs a provider-defined function whose arguments are texts. The problem is "" if it succeeds.
func (p *Protocol) Call(name string, arguments ...string) (result any, problem string) {
	p.t.Helper()
	request := &tfprotov6.CallFunctionRequest{Name: name}
	for _, argument := range arguments {
		encoded, err := tfprotov6.NewDynamicValue(tftypes.String, tftypes.NewValue(tftypes.String, argument))
		if err != nil {
			p.t.Fatal(err)
		}
		request.Arguments = append(request.Arguments, &encoded)
	}
	answer := ask(p, p.Server.CallFunction, request)
	if answer.Error != nil {
		return nil, answer.Error.Text
	}
	value, err := answer.Result.Unmarshal(schemaOf(p, "function", p.schemas.Functions, name).Return.Type)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.plain(value), ""
}

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
	value := p.encode(schemaOf(p, "list resource", p.schemas.ListResourceSchemas, typeName), config)
	checked := ask(p, server.ValidateListResourceConfig, &tfprotov6.ValidateListResourceConfigRequest{TypeName: typeName, Config: value})
	if diagnostics = diagnosticsFrom(checked.Diagnostics); diagnostics.HasError() {
		return nil, diagnostics
	}
	stream := ask(p, server.ListResource, &tfprotov6.ListResourceRequest{TypeName: typeName, Config: value, IncludeResource: includeResource, Limit: limit})
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

// Generate makes the configuration that Terraform writes for a resource, as `-generate-config-out` does.
func (p *Protocol) Generate(typeName string, resource map[string]any) map[string]any {
	p.t.Helper()
	schema := p.resourceSchema(typeName)
	generated := ask(p, p.Server.GenerateResourceConfig, &tfprotov6.GenerateResourceConfigRequest{TypeName: typeName, State: p.encode(schema, resource)})
	if found := diagnosticsFrom(generated.Diagnostics); len(found) > 0 {
		p.t.Fatal(found)
	}
	return p.decode(schema, generated.Config)
}

// Unknown stands for a value that only an apply will tell.
var Unknown = unknown{}

type unknown struct{}

func (unknown) String() string { return "(known after apply)" }

// value makes a value of the protocol out of plain Go.
func (p *Protocol) value(as tftypes.Type, plain any) tftypes.Value {
	p.t.Helper()
	if plain == nil {
		return tftypes.NewValue(as, nil)
	}
	if plain == Unknown {
		return tftypes.NewValue(as, tftypes.UnknownValue)
	}
	from := reflect.ValueOf(plain)
	if isNil(from) {
		return tftypes.NewValue(as, nil)
	}
	switch as := as.(type) {
	case tftypes.Object:
		elements := map[string]tftypes.Value{}
		for name, attribute := range as.AttributeTypes {
			elements[name] = tftypes.NewValue(attribute, nil)
		}
		for _, key := range from.MapKeys() {
			attribute, ok := as.AttributeTypes[key.String()]
			if !ok {
				p.t.Fatalf("there is no attribute %q", key)
			}
			elements[key.String()] = p.value(attribute, from.MapIndex(key).Interface())
		}
		return tftypes.NewValue(as, elements)
	case tftypes.Map:
		elements := map[string]tftypes.Value{}
		for _, key := range from.MapKeys() {
			elements[key.String()] = p.value(as.ElementType, from.MapIndex(key).Interface())
		}
		return tftypes.NewValue(as, elements)
	case tftypes.List:
		return tftypes.NewValue(as, p.elements(as.ElementType, from))
	case tftypes.Set:
		return tftypes.NewValue(as, p.elements(as.ElementType, from))
	}
	if from.CanInt() {
		plain = from.Int() // the protocol knows no int32 and the like
	}
	return tftypes.NewValue(as, plain)
}

func (p *Protocol) elements(as tftypes.Type, from reflect.Value) []tftypes.Value {
	p.t.Helper()
	elements := make([]tftypes.Value, from.Len())
	for i := range elements {
		elements[i] = p.value(as, from.Index(i).Interface())
	}
	return elements
}

func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Map, reflect.Slice, reflect.Pointer:
		return v.IsNil()
	}
	return false
}

// plain makes plain Go out of a value of the protocol: whole numbers are int64, other numbers float64.
func (p *Protocol) plain(value tftypes.Value) any {
	p.t.Helper()
	switch {
	case value.IsNull():
		return nil
	case !value.IsKnown():
		return Unknown
	}
	switch {
	case value.Type().Is(tftypes.String):
		return decoded[string](p, value)
	case value.Type().Is(tftypes.Bool):
		return decoded[bool](p, value)
	case value.Type().Is(tftypes.Number):
		number := decoded[big.Float](p, value)
		if whole, accuracy := number.Int64(); accuracy == big.Exact {
			return whole
		}
		fraction, _ := number.Float64()
		return fraction
	case value.Type().Is(tftypes.Object{}), value.Type().Is(tftypes.Map{}):
		object := map[string]any{}
		for name, element := range decoded[map[string]tftypes.Value](p, value) {
			object[name] = p.plain(element)
		}
		return object
	}
	list := []any{}
	for _, element := range decoded[[]tftypes.Value](p, value) {
		list = append(list, p.plain(element))
	}
	return list
}

func decoded[T any](p *Protocol, value tftypes.Value) T {
	p.t.Helper()
	var into T
	if err := value.As(&into); err != nil {
		p.t.Fatal(err)
	}
	return into
}
