// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// read asks the provider for everything it offers.
func read(ctx context.Context, server tfprotov6.ProviderServer) (providerSchema, error) {
	offered, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err == nil {
		err = firstError(offered.Diagnostics)
	}
	if err != nil {
		return providerSchema{}, fmt.Errorf("provider schema: %w", err)
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err == nil {
		err = firstError(identities.Diagnostics)
	}
	if err != nil {
		return providerSchema{}, fmt.Errorf("identity schemas: %w", err)
	}
	configuration := fromSchema(offered.Provider)
	return providerSchema{
		Provider:           &configuration,
		Resources:          convert(offered.ResourceSchemas, fromSchema),
		DataSources:        convert(offered.DataSourceSchemas, fromSchema),
		EphemeralResources: convert(offered.EphemeralResourceSchemas, fromSchema),
		ListResources:      convert(offered.ListResourceSchemas, fromSchema),
		Functions:          convert(offered.Functions, fromFunction),
		Identities:         convert(identities.IdentitySchemas, fromIdentity),
		Actions: convert(offered.ActionSchemas, func(a *tfprotov6.ActionSchema) actionSchema {
			return actionSchema{Block: fromBlock(a.Schema.Block)}
		}),
	}, nil
}

func firstError(diagnostics []*tfprotov6.Diagnostic) error {
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return errors.New(d.Summary + ": " + d.Detail)
		}
	}
	return nil
}

func convert[From, To any](from map[string]From, one func(From) To) map[string]To {
	to := make(map[string]To, len(from))
	for name, value := range from {
		to[name] = one(value)
	}
	return to
}

func fromSchema(s *tfprotov6.Schema) schema {
	return schema{Version: s.Version, Block: fromBlock(s.Block)}
}

func fromBlock(b *tfprotov6.SchemaBlock) *block {
	converted := block{
		Attributes:         fromAttributes(b.Attributes),
		BlockTypes:         make(map[string]nestedBlock, len(b.BlockTypes)),
		Description:        b.Description,
		DescriptionKind:    kind(b.DescriptionKind),
		Deprecated:         b.Deprecated,
		DeprecationMessage: b.DeprecationMessage,
	}
	for _, nested := range b.BlockTypes {
		converted.BlockTypes[nested.TypeName] = nestedBlock{
			NestingMode: strings.ToLower(nested.Nesting.String()),
			Block:       fromBlock(nested.Block),
			MinItems:    nested.MinItems,
			MaxItems:    nested.MaxItems,
		}
	}
	return &converted
}

func fromAttributes(attributes []*tfprotov6.SchemaAttribute) map[string]attribute {
	converted := make(map[string]attribute, len(attributes))
	for _, a := range attributes {
		one := attribute{
			Type:               a.Type,
			Description:        a.Description,
			DescriptionKind:    kind(a.DescriptionKind),
			Deprecated:         a.Deprecated,
			DeprecationMessage: a.DeprecationMessage,
			Required:           a.Required,
			Optional:           a.Optional,
			Computed:           a.Computed,
			Sensitive:          a.Sensitive,
			WriteOnly:          a.WriteOnly,
		}
		if a.NestedType != nil {
			one.NestedType = &nestedType{
				Attributes:  fromAttributes(a.NestedType.Attributes),
				NestingMode: strings.ToLower(a.NestedType.Nesting.String()),
			}
		}
		converted[a.Name] = one
	}
	return converted
}

func fromIdentity(s *tfprotov6.ResourceIdentitySchema) identitySchema {
	converted := identitySchema{Version: s.Version, Attributes: make(map[string]identityAttribute, len(s.IdentityAttributes))}
	for _, a := range s.IdentityAttributes {
		converted.Attributes[a.Name] = identityAttribute{
			Type:              a.Type,
			Description:       a.Description,
			RequiredForImport: a.RequiredForImport,
			OptionalForImport: a.OptionalForImport,
		}
	}
	return converted
}

func fromFunction(f *tfprotov6.Function) function {
	converted := function{
		Description:        f.Description,
		Summary:            f.Summary,
		DeprecationMessage: f.DeprecationMessage,
		ReturnType:         f.Return.Type,
	}
	for _, p := range f.Parameters {
		converted.Parameters = append(converted.Parameters, fromParameter(p))
	}
	if f.VariadicParameter != nil {
		variadic := fromParameter(f.VariadicParameter)
		converted.VariadicParameter = &variadic
	}
	return converted
}

func fromParameter(p *tfprotov6.FunctionParameter) parameter {
	return parameter{Name: p.Name, Description: p.Description, IsNullable: p.AllowNullValue, Type: p.Type}
}

func kind(k tfprotov6.StringKind) string {
	if k == tfprotov6.StringKindMarkdown {
		return "markdown"
	}
	return "plain"
}
