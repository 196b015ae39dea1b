// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"math/big"
	"reflect"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

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

func equal(a, b map[string]any) bool { return reflect.DeepEqual(a, b) }
