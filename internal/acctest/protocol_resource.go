// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"encoding/json"
	"reflect"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Instance is a resource as Terraform keeps it between calls.
type Instance struct {
	TypeName string
	// State and Identity by attribute.
	State    map[string]any
	Identity map[string]any

	state    *tfprotov6.DynamicValue
	identity *tfprotov6.ResourceIdentityData
	private  []byte
}

// Planned is a change that was planned and can be applied.
type Planned struct {
	State    map[string]any // what the plan shows; nil for a destroy
	Replaces []string       // names the attributes whose change replaces the resource, as dotted paths
	Deferred tfprotov6.DeferredReason

	typeName             string
	priorState           map[string]any
	prior, state, config *tfprotov6.DynamicValue
	private              []byte
	identity             *tfprotov6.ResourceIdentityData
}

// ValidateResource checks a configuration by itself.
func (p *Protocol) ValidateResource(typeName string, config map[string]any) Diagnostics {
	p.t.Helper()
	checked := ask(p, p.Server.ValidateResourceConfig, &tfprotov6.ValidateResourceConfigRequest{
		TypeName: typeName, Config: p.encode(p.resourceSchema(typeName), config),
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	return diagnosticsFrom(checked.Diagnostics)
}

// Import imports by id and refreshes, as Terraform does. The instance is nil when there are errors or no such object.
func (p *Protocol) Import(typeName, id string) (*Instance, Diagnostics) {
	p.t.Helper()
	return p.importBy(&tfprotov6.ImportResourceStateRequest{TypeName: typeName, ID: id})
}

// ImportByIdentity is Import by identity.
func (p *Protocol) ImportByIdentity(typeName string, identity map[string]any) (*Instance, Diagnostics) {
	p.t.Helper()
	as := p.identityType(typeName)
	encoded, err := tfprotov6.NewDynamicValue(as, p.value(as, identity))
	if err != nil {
		p.t.Fatal(err)
	}
	return p.importBy(&tfprotov6.ImportResourceStateRequest{TypeName: typeName, Identity: &tfprotov6.ResourceIdentityData{IdentityData: &encoded}})
}

func (p *Protocol) importBy(request *tfprotov6.ImportResourceStateRequest) (*Instance, Diagnostics) {
	p.t.Helper()
	imported := ask(p, p.Server.ImportResourceState, request)
	found := diagnosticsFrom(imported.Diagnostics)
	if found.HasError() {
		return nil, found
	}
	if len(imported.ImportedResources) != 1 {
		p.t.Fatalf("the import gave %d resources", len(imported.ImportedResources))
	}
	one := imported.ImportedResources[0]
	read, more := p.Read(p.instance(request.TypeName, one.State, one.Identity, one.Private))
	return read, append(found, more...)
}

// Move takes over the state of another provider's resource, as a `moved` block does. What follows is a refresh.
func (p *Protocol) Move(typeName, fromProvider, fromType string, version int64, state map[string]any) (*Instance, Diagnostics) {
	p.t.Helper()
	raw, err := json.Marshal(state)
	if err != nil {
		p.t.Fatal(err)
	}
	moved := ask(p, p.Server.MoveResourceState, &tfprotov6.MoveResourceStateRequest{
		SourceProviderAddress: fromProvider, SourceTypeName: fromType, SourceSchemaVersion: version, SourceState: &tfprotov6.RawState{JSON: raw}, TargetTypeName: typeName,
	})
	found := diagnosticsFrom(moved.Diagnostics)
	if found.HasError() {
		return nil, found
	}
	return p.instance(typeName, moved.TargetState, moved.TargetIdentity, moved.TargetPrivate), found
}

// Read refreshes. The instance is nil when the object is gone, and the one from before when there are errors.
func (p *Protocol) Read(before *Instance) (*Instance, Diagnostics) {
	p.t.Helper()
	read := ask(p, p.Server.ReadResource, &tfprotov6.ReadResourceRequest{
		TypeName: before.TypeName, CurrentState: before.state, CurrentIdentity: before.identity, Private: before.private,
	})
	found := diagnosticsFrom(read.Diagnostics)
	if found.HasError() {
		return before, found
	}
	return p.instance(before.TypeName, read.NewState, read.NewIdentity, read.Private), found
}

// Plan plans from what is there (nil for nothing) to the configuration (nil for a destroy). The plan is nil when there
// are errors.
func (p *Protocol) Plan(typeName string, before *Instance, config map[string]any) (*Planned, Diagnostics) {
	p.t.Helper()
	schema := p.resourceSchema(typeName)
	if before == nil {
		before = &Instance{TypeName: typeName, state: p.encodeValue(schema, tftypes.NewValue(schema.ValueType(), nil))}
	}
	wanted, proposed := tftypes.NewValue(schema.ValueType(), nil), tftypes.NewValue(schema.ValueType(), nil)
	if config != nil {
		wanted = p.value(schema.ValueType(), config)
		proposed = p.value(schema.ValueType(), propose(schema.Block.Attributes, before.State, config))
	}
	planned := &Planned{
		typeName: typeName, prior: before.state, config: p.encodeValue(schema, wanted), priorState: before.State,
	}
	answer := ask(p, p.Server.PlanResourceChange, &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, PriorState: before.state, PriorIdentity: before.identity, PriorPrivate: before.private,
		Config: planned.config, ProposedNewState: p.encodeValue(schema, proposed),
	})
	found := diagnosticsFrom(answer.Diagnostics)
	if found.HasError() {
		return nil, found
	}
	planned.state, planned.private, planned.identity = answer.PlannedState, answer.PlannedPrivate, answer.PlannedIdentity
	planned.State = p.decode(schema, answer.PlannedState)
	if answer.Deferred != nil {
		planned.Deferred = answer.Deferred.Reason
	}
	for _, path := range answer.RequiresReplace {
		planned.Replaces = append(planned.Replaces, dotted(path))
	}
	slices.Sort(planned.Replaces)
	return planned, found
}

// planAnew plans the creation that replaces something: with nothing before, but with the private data of the plan so far.
func (p *Protocol) planAnew(so *Planned, config map[string]any) (*Planned, Diagnostics) {
	p.t.Helper()
	schema := p.resourceSchema(so.typeName)
	return p.Plan(so.typeName, &Instance{TypeName: so.typeName, state: p.encodeValue(schema, tftypes.NewValue(schema.ValueType(), nil)), private: so.private}, config)
}

// destroyFor destroys what a plan replaces.
func (p *Protocol) destroyFor(before *Instance, replacement *Planned) (*Instance, Diagnostics) {
	p.t.Helper()
	schema := p.resourceSchema(before.TypeName)
	gone := p.encodeValue(schema, tftypes.NewValue(schema.ValueType(), nil))
	return p.Apply(&Planned{typeName: before.TypeName, prior: before.state, state: gone, config: gone, priorState: before.State, private: replacement.private, identity: before.identity})
}

// propose merges the configuration with what is there, as Terraform does before it asks for a plan: what the
// configuration leaves to the provider keeps its value, and write-only values stay out.
func propose(attributes []*tfprotov6.SchemaAttribute, before, config map[string]any) map[string]any {
	proposed := map[string]any{}
	for _, attribute := range attributes {
		value := config[attribute.Name]
		nested, isObject := value.(map[string]any)
		switch {
		case attribute.WriteOnly:
		case value == nil && attribute.Computed:
			proposed[attribute.Name] = before[attribute.Name]
		case isObject && attribute.NestedType != nil && attribute.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
			inner, _ := before[attribute.Name].(map[string]any)
			proposed[attribute.Name] = propose(attribute.NestedType.Attributes, inner, nested)
		case isObject && attribute.NestedType != nil && attribute.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeMap:
			old, _ := before[attribute.Name].(map[string]any)
			elements := map[string]any{}
			for key, element := range nested {
				inner, _ := old[key].(map[string]any)
				object, _ := element.(map[string]any)
				elements[key] = propose(attribute.NestedType.Attributes, inner, object)
			}
			proposed[attribute.Name] = elements
		default:
			proposed[attribute.Name] = value
		}
	}
	return proposed
}

// Apply carries a plan out. The instance is nil when nothing is left or nothing came to be; like Terraform it may be
// there in spite of errors.
func (p *Protocol) Apply(planned *Planned) (*Instance, Diagnostics) {
	p.t.Helper()
	if len(planned.Replaces) > 0 && planned.priorState != nil {
		p.t.Fatalf("a change of %v replaces: destroy and create instead", planned.Replaces)
	}
	applied := ask(p, p.Server.ApplyResourceChange, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: planned.typeName, PriorState: planned.prior, PlannedState: planned.state, Config: planned.config,
		PlannedPrivate: planned.private, PlannedIdentity: planned.identity,
	})
	return p.instance(planned.typeName, applied.NewState, applied.NewIdentity, applied.Private), diagnosticsFrom(applied.Diagnostics)
}

// Change plans and applies.
func (p *Protocol) Change(typeName string, before *Instance, config map[string]any) (*Instance, Diagnostics) {
	p.t.Helper()
	planned, found := p.Plan(typeName, before, config)
	if found.HasError() {
		return before, found
	}
	after, more := p.Apply(planned)
	return after, append(found, more...)
}

// Changes says whether a plan would change anything at all.
func (p *Planned) Changes() bool { return !reflect.DeepEqual(p.priorState, p.State) }

func (p *Protocol) instance(typeName string, state *tfprotov6.DynamicValue, identity *tfprotov6.ResourceIdentityData, private []byte) *Instance {
	p.t.Helper()
	object := p.decode(p.resourceSchema(typeName), state)
	if object == nil {
		return nil
	}
	one := &Instance{TypeName: typeName, State: object, state: state, identity: identity, private: private}
	if identity != nil {
		one.Identity = p.decodeType(p.identityType(typeName), identity.IdentityData)
	}
	return one
}

func (p *Protocol) identityType(typeName string) tftypes.Type {
	p.t.Helper()
	return schemaOf(p, "identity of", p.identities, typeName).ValueType()
}

// WithoutIdentity is the instance as Terraform before 1.12 hands it over, and as a state that such a version wrote.
func (i *Instance) WithoutIdentity() *Instance {
	bare := *i
	bare.identity, bare.Identity = nil, nil
	return &bare
}

// AfterKill is the instance as Terraform stores it when the provider died under an apply: without identity and private data.
func (i *Instance) AfterKill() *Instance {
	bare := i.WithoutIdentity()
	bare.private = nil
	return bare
}

// Stored is an instance that a version of the provider with the same schema version wrote, by the attributes that it knew.
func (p *Protocol) Stored(typeName string, state map[string]any) *Instance {
	p.t.Helper()
	raw, err := json.Marshal(state)
	if err != nil {
		p.t.Fatal(err)
	}
	upgraded := ask(p, p.Server.UpgradeResourceState, &tfprotov6.UpgradeResourceStateRequest{TypeName: typeName, RawState: &tfprotov6.RawState{JSON: raw}})
	if found := diagnosticsFrom(upgraded.Diagnostics); found.HasError() {
		p.t.Fatal(found)
	}
	return p.instance(typeName, upgraded.UpgradedState, nil, nil)
}

// WithIdentityOf is the instance with an identity that an earlier version of the provider wrote.
func (p *Protocol) WithIdentityOf(one *Instance, version int64, identity map[string]any) (*Instance, Diagnostics) {
	p.t.Helper()
	raw, err := json.Marshal(identity)
	if err != nil {
		p.t.Fatal(err)
	}
	upgraded := ask(p, p.Server.UpgradeResourceIdentity, &tfprotov6.UpgradeResourceIdentityRequest{
		TypeName: one.TypeName, Version: version, RawIdentity: &tfprotov6.RawState{JSON: raw},
	})
	found := diagnosticsFrom(upgraded.Diagnostics)
	if found.HasError() {
		return nil, found
	}
	return p.instance(one.TypeName, one.state, upgraded.UpgradedIdentity, one.private), found
}
