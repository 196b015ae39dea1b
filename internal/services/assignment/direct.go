// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// Direct answers the frequent protocol calls for each single assignment of a configuration as the framework
// would, but without the framework, which spends three quarters of the processor time of a plan on
// converting values that do not change. All decisions are made by the same methods that the framework calls.
//
// It takes the plain calls only: no `timeouts`, nothing unknown in what is validated, a valid configuration, no import, no
// change of an assignment that is there. For any other call, the answer is nil, nothing has been done, and the framework must answer.
type Direct struct {
	configured atomic.Pointer[Resource]
	validators func() map[string][]validator.String
}

// DirectType is the type of resources that Direct is for.
const DirectType = "gotomeeting_user_role_assignment"

// NewDirect returns one that decodes and validates, and does the rest once it is configured.
func NewDirect() *Direct {
	return &Direct{validators: sync.OnceValue(func() map[string][]validator.String {
		var described resource.SchemaResponse
		(&Resource{}).Schema(context.Background(), resource.SchemaRequest{}, &described)
		all := map[string][]validator.String{}
		for name, attribute := range described.Schema.Attributes {
			if text, ok := attribute.(schema.StringAttribute); ok {
				all[name] = text.Validators
			}
		}
		return all
	})}
}

// Configure takes over the provider's data. Without any, the framework answers, as while the provider's configuration is unknown.
func (d *Direct) Configure(data *providerdata.Data) {
	if data == nil {
		d.configured.Store(nil)
		return
	}
	r := &Resource{}
	r.Configure(context.Background(), resource.ConfigureRequest{ProviderData: data}, &resource.ConfigureResponse{})
	d.configured.Store(r)
}

// ValidateResourceConfig accepts a valid configuration. The framework reports errors in an invalid one.
func (d *Direct) ValidateResourceConfig(ctx context.Context, r *tfprotov6.ValidateResourceConfigRequest) *tfprotov6.ValidateResourceConfigResponse {
	var config model
	if r.Config == nil || !config.decode(r.Config.MsgPack) || config.hasUnknown() {
		return nil
	}
	if config.ServicePrincipalID.IsNull() || config.Role.IsNull() || config.PrincipalID.IsNull() == config.UserPrincipalName.IsNull() ||
		!config.ID.IsNull() || !config.AppRoleID.IsNull() || !config.PrincipalType.IsNull() {
		return nil
	}
	for i, text := range config.members() {
		for _, one := range d.validators()[attributes[i]] {
			var found validator.StringResponse
			one.ValidateString(ctx, validator.StringRequest{Path: path.Root(attributes[i]), PathExpression: path.MatchRoot(attributes[i]), ConfigValue: *text}, &found)
			if len(found.Diagnostics) > 0 {
				return nil
			}
		}
	}
	return &tfprotov6.ValidateResourceConfigResponse{}
}

// UpgradeResourceState decodes a state of the present version.
func (*Direct) UpgradeResourceState(_ context.Context, r *tfprotov6.UpgradeResourceStateRequest) *tfprotov6.UpgradeResourceStateResponse {
	var state model
	if r.Version != 0 || r.RawState == nil || !state.decodeJSON(r.RawState.JSON) {
		return nil
	}
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: dynamic(state.encode())}
}

// ReadResource refreshes an assignment that is in the state as this provider left it.
func (d *Direct) ReadResource(ctx context.Context, r *tfprotov6.ReadResourceRequest) *tfprotov6.ReadResourceResponse {
	var state model
	kept, plain := privateFrom(r.Private)
	if d.configured.Load() == nil || !plain || r.CurrentState == nil || !state.decode(r.CurrentState.MsgPack) || state.hasUnknown() ||
		state.Role.IsNull() || state.ID.IsNull() || state.PrincipalID.IsNull() || state.AppRoleID.IsNull() || state.ServicePrincipalID.IsNull() {
		return nil
	}
	known := identityOf(r.CurrentIdentity)
	if known != nil && !isNull(known) && !bytes.Equal(known, state.identity().encode()) {
		return nil
	}
	before := state
	gone, diags := d.configured.Load().refresh(ctx, &state, kept[writtenKey])
	answer := &tfprotov6.ReadResourceResponse{NewState: r.CurrentState, NewIdentity: packedIdentity(known), Private: r.Private, Diagnostics: protocolDiagnostics(diags)}
	if diags.HasError() {
		return answer
	}
	identity := state.identity().encode()
	if known != nil && !isNull(known) && !bytes.Equal(known, identity) {
		return nil // an error that is the framework's; reading again changes nothing
	}
	answer.NewIdentity = packedIdentity(identity)
	switch {
	case gone:
		answer.NewState = dynamic([]byte{packedNil})
	case !state.equals(before):
		answer.NewState = dynamic(state.encode())
	}
	return answer
}

// PlanResourceChange plans an assignment that does not change, or a new one.
func (d *Direct) PlanResourceChange(ctx context.Context, r *tfprotov6.PlanResourceChangeRequest) *tfprotov6.PlanResourceChangeResponse {
	kept, plain := privateFrom(r.PriorPrivate)
	if d.configured.Load() == nil || !plain || r.PriorState == nil || r.ProposedNewState == nil || r.Config == nil {
		return nil
	}
	p := d.configured.Load().newPlanning()
	if !p.plan.decode(r.ProposedNewState.MsgPack) {
		return nil
	}
	if isNull(r.PriorState.MsgPack) {
		var config model
		if !config.decode(r.Config.MsgPack) {
			return nil
		}
		p.plan.open(config)
	} else {
		if !bytes.Equal(r.PriorState.MsgPack, r.ProposedNewState.MsgPack) || p.plan.hasUnknown() {
			return nil
		}
		prior := p.plan
		p.prior = &prior
	}
	p.run(ctx, kept)
	planned, err := kept.encode(r.PriorPrivate)
	if err != nil {
		p.diags.AddError("Cannot write the private state", err.Error()+". This is a bug in the provider; please report it.")
	}
	answer := &tfprotov6.PlanResourceChangeResponse{
		PlannedState: dynamic(p.plan.encode()), PlannedPrivate: planned, PlannedIdentity: packedIdentity(identityOf(r.PriorIdentity)), Diagnostics: protocolDiagnostics(p.diags),
	}
	for _, name := range attributes { // sorted, and each once
		if p.replace.Contains(path.Root(name)) {
			answer.RequiresReplace = append(answer.RequiresReplace, tftypes.NewAttributePath().WithAttributeName(name))
		}
	}
	return answer
}

// ApplyResourceChange makes an assignment.
func (d *Direct) ApplyResourceChange(ctx context.Context, r *tfprotov6.ApplyResourceChangeRequest) *tfprotov6.ApplyResourceChangeResponse {
	var plan model
	if d.configured.Load() == nil || r.PriorState == nil || r.PlannedState == nil || !isNull(r.PriorState.MsgPack) || !plan.decode(r.PlannedState.MsgPack) {
		return nil
	}
	diags := d.configured.Load().assign(ctx, &plan)
	answer := &tfprotov6.ApplyResourceChangeResponse{Diagnostics: protocolDiagnostics(diags)}
	if diags.HasError() && plan.ID.IsUnknown() {
		answer.NewState, answer.NewIdentity = dynamic([]byte{packedNil}), packedIdentity(identityOf(r.PlannedIdentity))
		return answer
	}
	answer.NewState, answer.NewIdentity = dynamic(plan.encode()), packedIdentity(plan.identity().encode())
	answer.Private, _ = privateState{writtenKey: writtenNow(d.configured.Load().roster.Clock())}.encode(nil) // a text can always be written
	return answer
}

// open has the plan of a new object leave open what the service decides.
func (m *model) open(config model) {
	for _, one := range []struct{ planned, written *types.String }{
		{&m.ID, &config.ID}, {&m.PrincipalID, &config.PrincipalID}, {&m.AppRoleID, &config.AppRoleID}, {&m.PrincipalType, &config.PrincipalType},
	} {
		if one.written.IsNull() {
			*one.planned = types.StringUnknown()
		}
	}
}

func (m *model) hasUnknown() bool {
	for _, text := range m.members() {
		if text != nil && text.IsUnknown() {
			return true
		}
	}
	return false
}

// privateState is a private state as the framework writes it.
type privateState map[string][]byte

// privateFrom reads a private state. That of an import, in which the framework keeps something for itself, is not plain.
func privateFrom(raw []byte) (kept privateState, plain bool) {
	kept = privateState{}
	if len(raw) > 0 && json.Unmarshal(raw, &kept) != nil {
		return nil, false
	}
	for key, value := range kept {
		if strings.HasPrefix(key, ".") || !json.Valid(value) {
			return nil, false
		}
	}
	return kept, true
}

// encode writes the private state, as it was where nothing changed.
func (s privateState) encode(was []byte) ([]byte, error) {
	if before, plain := privateFrom(was); plain && maps.EqualFunc(before, s, bytes.Equal) {
		return was, nil
	}
	return json.Marshal(s)
}

// GetKey is that of the framework.
func (s privateState) GetKey(_ context.Context, key string) ([]byte, diag.Diagnostics) {
	return s[key], nil
}

// SetKey is that of the framework.
func (s privateState) SetKey(_ context.Context, key string, value []byte) diag.Diagnostics {
	s[key] = value
	return nil
}

func dynamic(object []byte) *tfprotov6.DynamicValue { return &tfprotov6.DynamicValue{MsgPack: object} }

func isNull(object []byte) bool { return len(object) == 1 && object[0] == packedNil }

// identityOf is the encoded identity in a request, nil for none.
func identityOf(data *tfprotov6.ResourceIdentityData) []byte {
	if data == nil || data.IdentityData == nil {
		return nil
	}
	return data.IdentityData.MsgPack
}

// packedIdentity is an identity of an answer, a null one where the request had none.
func packedIdentity(object []byte) *tfprotov6.ResourceIdentityData {
	if object == nil {
		object = []byte{packedNil}
	}
	return &tfprotov6.ResourceIdentityData{IdentityData: dynamic(object)}
}

// protocolDiagnostics are diagnostics in the types of the protocol.
func protocolDiagnostics(all diag.Diagnostics) []*tfprotov6.Diagnostic {
	var found []*tfprotov6.Diagnostic
	for _, d := range all {
		one := &tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityError, Summary: d.Summary(), Detail: d.Detail()}
		if d.Severity() == diag.SeverityWarning {
			one.Severity = tfprotov6.DiagnosticSeverityWarning
		}
		if at, ok := d.(diag.DiagnosticWithPath); ok {
			one.Attribute = tftypes.NewAttributePath()
			for _, step := range at.Path().Steps() {
				if name, ok := step.(path.PathStepAttributeName); ok { // these resources have no elements
					one.Attribute = one.Attribute.WithAttributeName(string(name))
				}
			}
		}
		found = append(found, one)
	}
	return found
}
