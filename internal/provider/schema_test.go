// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/provider"
)

// undescribed collects where a description is missing or is no sentence.
type undescribed []string

func (u *undescribed) check(where, description string) {
	switch {
	case description == "":
		*u = append(*u, where+" has no description")
	case !strings.HasSuffix(description, ".") && !strings.Contains(description, ".\n"): // prose may end with a list
		*u = append(*u, where+" is described by no sentence: "+description)
	}
}

func (u *undescribed) block(where string, block *tfprotov6.SchemaBlock) {
	u.check(where, block.Description)
	u.attributes(where, block.Attributes)
	for _, nested := range block.BlockTypes {
		u.block(where+"."+nested.TypeName, nested.Block)
	}
}

func (u *undescribed) attributes(where string, attributes []*tfprotov6.SchemaAttribute) {
	for _, attribute := range attributes {
		at := where + "." + attribute.Name
		u.check(at, attribute.Description)
		if attribute.NestedType != nil {
			u.attributes(at, attribute.NestedType.Attributes)
		}
	}
}

func (u *undescribed) parameter(where string, parameter *tfprotov6.FunctionParameter) {
	if parameter != nil {
		u.check(where+"("+parameter.Name+")", parameter.Description)
	}
}

func TestProvider_describesEverythingItOffers(t *testing.T) {
	t.Parallel()
	server := providerserver.NewProtocol6(provider.New("test")())()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || len(schemas.Diagnostics) > 0 {
		t.Fatal(err, schemas.Diagnostics)
	}
	identities, err := server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil || len(identities.Diagnostics) > 0 {
		t.Fatal(err, identities.Diagnostics)
	}
	var found undescribed
	found.block("provider", schemas.Provider.Block)
	for kind, all := range map[string]map[string]*tfprotov6.Schema{
		"resource ": schemas.ResourceSchemas, "data ": schemas.DataSourceSchemas, "ephemeral ": schemas.EphemeralResourceSchemas, "list ": schemas.ListResourceSchemas,
	} {
		for name, schema := range all {
			found.block(kind+name, schema.Block)
		}
	}
	for name, action := range schemas.ActionSchemas {
		found.block("action "+name, action.Schema.Block)
	}
	for name, identity := range identities.IdentitySchemas {
		for _, attribute := range identity.IdentityAttributes {
			found.check("identity "+name+"."+attribute.Name, attribute.Description)
		}
	}
	for name, function := range schemas.Functions {
		found.check("function "+name, function.Description)
		found.check("summary of function "+name, function.Summary+".") // a heading
		for _, parameter := range function.Parameters {
			found.parameter("function "+name, parameter)
		}
		found.parameter("function "+name, function.VariadicParameter)
	}
	for _, one := range found {
		t.Error(one)
	}
	for name := range schemas.ResourceSchemas {
		if identities.IdentitySchemas[name] == nil {
			t.Errorf("resource %s has no identity", name)
		}
	}
	if len(schemas.ResourceSchemas) < 4 || len(schemas.DataSourceSchemas) < 2 {
		t.Errorf("only %d resources and %d data sources are offered", len(schemas.ResourceSchemas), len(schemas.DataSourceSchemas))
	}
}
