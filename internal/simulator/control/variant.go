// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package control

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// SetVariant sets a variant by name: its field in words joined by hyphens, those of a group behind a dot, such as
// secrets-replace, not-found.job and goto.no-total.
func SetVariant(v *simulator.Variants, name, value string) error {
	group := reflect.ValueOf(v).Elem()
	rest := name
	for {
		first, more, nested := strings.Cut(rest, ".")
		field := group.FieldByNameFunc(func(field string) bool { return hyphenated(field) == first })
		if !field.IsValid() || nested != (field.Kind() == reflect.Struct) {
			return fmt.Errorf("there is no variant %q; there are %s", name, strings.Join(VariantNames(), ", "))
		}
		if nested {
			group, rest = field, more
			continue
		}
		return setValue(field, name, value)
	}
}

func setValue(field reflect.Value, name, value string) (err error) {
	switch field.Kind() {
	case reflect.Bool:
		var on bool
		if on, err = strconv.ParseBool(value); err == nil {
			field.SetBool(on)
		}
	case reflect.Int:
		var n int64
		if n, err = strconv.ParseInt(value, 10, 0); err == nil {
			field.SetInt(n)
		}
	case reflect.String:
		if _, is := field.Interface().(store.Generation); is && !slices.Contains(store.Generations(), store.Generation(value)) {
			return fmt.Errorf("variant %s: %q is not one of %v", name, value, store.Generations())
		}
		field.SetString(value)
		if choice, ok := field.Interface().(interface{ Known() bool }); ok && !choice.Known() {
			err = fmt.Errorf("%q is not one of its values", value)
		}
	default:
		err = fmt.Errorf("it cannot be set while the simulator runs")
	}
	if err != nil {
		return fmt.Errorf("variant %s: %w", name, err)
	}
	return nil
}

// VariantNames lists the variants.
func VariantNames() []string { return names(reflect.TypeFor[simulator.Variants](), "") }

func names(group reflect.Type, before string) []string {
	var list []string
	for field := range group.Fields() {
		name := before + hyphenated(field.Name)
		if field.Type.Kind() == reflect.Struct {
			list = append(list, names(field.Type, name+".")...)
			continue
		}
		list = append(list, name)
	}
	return list
}

// hyphenated writes LegacyObjectID as legacy-object-id.
func hyphenated(name string) string {
	name = strings.ReplaceAll(name, "GoTo", "Goto")
	letters := []rune(strings.ReplaceAll(name, "OAuth", "Oauth"))
	var out strings.Builder
	for i, letter := range letters {
		begins := unicode.IsUpper(letter) && i > 0 && (!unicode.IsUpper(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1]))
		if begins {
			out.WriteByte('-')
		}
		out.WriteRune(unicode.ToLower(letter))
	}
	return out.String()
}
