// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// kindOfSchema says which of the provider's schemas a configuration follows.
type kindOfSchema int

const (
	ofProvider kindOfSchema = iota
	ofResource
	ofDataSource
	ofListResource
)

// wholeNumbers explains fractions where a whole number belongs. Every number of this provider's schemas is whole; the
// framework, which has no message of its own for it, calls a fraction an error in the provider.
type wholeNumbers struct {
	schemas func(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error)

	once  sync.Once
	known *tfprotov6.GetProviderSchemaResponse
}

// explain puts an error at each fraction instead of what the framework said about the attributes that hold them. It
// looks only where the framework found an error.
func (w *wholeNumbers) explain(ctx context.Context, found []*tfprotov6.Diagnostic, kind kindOfSchema, typeName string, config *tfprotov6.DynamicValue) []*tfprotov6.Diagnostic {
	if !slices.ContainsFunc(found, func(d *tfprotov6.Diagnostic) bool { return d.Severity == tfprotov6.DiagnosticSeverityError }) {
		return found
	}
	schema := w.schema(ctx, kind, typeName)
	if schema == nil || config == nil {
		return found
	}
	value, err := config.Unmarshal(schema.ValueType())
	if err != nil {
		return found
	}
	var fractions []*tfprotov6.Diagnostic
	roots := map[string]bool{}
	_ = tftypes.Walk(value, func(at *tftypes.AttributePath, v tftypes.Value) (bool, error) {
		var number big.Float
		if v.Type().Is(tftypes.Number) && v.IsKnown() && !v.IsNull() && v.As(&number) == nil && !number.IsInt() {
			roots[rootOf(at)] = true
			fractions = append(fractions, &tfprotov6.Diagnostic{
				Severity: tfprotov6.DiagnosticSeverityError, Attribute: at, Summary: "Not a whole number",
				Detail: fmt.Sprintf("`%s` must be a whole number. Got %s.", lastName(at), number.Text('g', -1)),
			})
		}
		return true, nil
	})
	others := slices.DeleteFunc(slices.Clone(found), func(d *tfprotov6.Diagnostic) bool { return roots[rootOf(d.Attribute)] })
	return append(fractions, others...)
}

func (w *wholeNumbers) schema(ctx context.Context, kind kindOfSchema, typeName string) *tfprotov6.Schema {
	w.once.Do(func() {
		if schemas, err := w.schemas(ctx, &tfprotov6.GetProviderSchemaRequest{}); err == nil {
			w.known = schemas
		}
	})
	switch {
	case w.known == nil:
		return nil
	case kind == ofProvider:
		return w.known.Provider
	case kind == ofDataSource:
		return w.known.DataSourceSchemas[typeName]
	case kind == ofListResource:
		return w.known.ListResourceSchemas[typeName]
	}
	return w.known.ResourceSchemas[typeName]
}

// rootOf is the name of the top-level attribute of a path, "" for none.
func rootOf(at *tftypes.AttributePath) string {
	if at == nil || len(at.Steps()) == 0 {
		return ""
	}
	name, _ := at.Steps()[0].(tftypes.AttributeName)
	return string(name)
}

// lastName is the last attribute name in a path.
func lastName(at *tftypes.AttributePath) string {
	for _, step := range slices.Backward(at.Steps()) {
		if name, ok := step.(tftypes.AttributeName); ok {
			return string(name)
		}
	}
	return ""
}
