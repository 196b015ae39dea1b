// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

const (
	spelledAttribute = "service_principal_id"
	spelledPrefix    = "/servicePrincipals/"
)

// spelling is how a configuration or a state writes `service_principal_id`, "" for nothing known: as the bare object id, or
// as the path that azuread writes. Resources and data sources see the bare id only. What goes back to Terraform has the
// spelling that it came with, because Terraform holds a provider to what the configuration says, and the other one of two
// spellings is not a change, let alone a replacement.
type spelling string

func (s spelling) id() string { return strings.TrimPrefix(string(s), spelledPrefix) }

// bare returns the object with the bare id, and how the id was written. Most have it bare and are not even decoded.
func (s *server) bare(ctx context.Context, kind kindOfSchema, typeName string, object *tfprotov6.DynamicValue) (spelling, *tfprotov6.DynamicValue) {
	if object == nil || !bytes.Contains(object.MsgPack, []byte(spelledPrefix)) {
		return "", object
	}
	as, members, written := s.spelled(ctx, kind, typeName, object)
	if !strings.HasPrefix(string(written), spelledPrefix) {
		return written, object
	}
	return written, rewritten(as, members, written.id(), object)
}

// respell returns the object with the id written in the first of the spellings that mean it.
func (s *server) respell(ctx context.Context, kind kindOfSchema, typeName string, object *tfprotov6.DynamicValue, spellings ...spelling) *tfprotov6.DynamicValue {
	for _, one := range spellings {
		if one == "" || object == nil || !bytes.Contains(object.MsgPack, []byte(one.id())) {
			continue
		}
		if as, members, written := s.spelled(ctx, kind, typeName, object); string(written) == one.id() {
			return rewritten(as, members, string(one), object)
		}
	}
	return object
}

// spelled decodes an object. The members are nil where it has no such attribute, or nothing in it.
func (s *server) spelled(ctx context.Context, kind kindOfSchema, typeName string, object *tfprotov6.DynamicValue) (tftypes.Type, map[string]tftypes.Value, spelling) {
	schema := s.numbers.schema(ctx, kind, typeName)
	if schema == nil {
		return nil, nil, ""
	}
	as := schema.ValueType()
	value, err := object.Unmarshal(as)
	var members map[string]tftypes.Value
	if err != nil || value.IsNull() || value.As(&members) != nil {
		return nil, nil, ""
	}
	var text string
	member, found := members[spelledAttribute]
	if !found || !member.IsKnown() || member.IsNull() || member.As(&text) != nil {
		return nil, nil, ""
	}
	return as, members, spelling(text)
}

func rewritten(as tftypes.Type, members map[string]tftypes.Value, text string, object *tfprotov6.DynamicValue) *tfprotov6.DynamicValue {
	members[spelledAttribute] = tftypes.NewValue(tftypes.String, text)
	changed, err := tfprotov6.NewDynamicValue(as, tftypes.NewValue(as, members))
	if err != nil {
		return object
	}
	return &changed
}
