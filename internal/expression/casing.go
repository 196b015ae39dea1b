// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"fmt"
	"unicode"

	"golang.org/x/text/language"
)

// parseCulture reads the name of a culture. Empty text is the invariant culture.
func parseCulture(name string) (language.Tag, error) {
	if name == "" {
		return language.Und, nil
	}
	tag, err := language.Raw.Parse(name)
	if _, unknown := err.(language.ValueError); unknown {
		return tag, nil
	}
	if err != nil {
		return tag, fmt.Errorf("culture %q: %w", name, err)
	}
	return tag, nil
}

// casing is what a culture changes about upper and lower case. .NET maps characters one by one; only Turkish and
// Azerbaijani differ, and the invariant culture leaves their two special letters alone.
type casing int

const (
	casingInvariant casing = iota
	casingTurkish
	casingOther
)

func (c *invocation) casing() (casing, *EvalError) {
	if !c.given(1) {
		return casingInvariant, nil
	}
	name, err := c.text(1)
	if err != nil || name == "" {
		return casingInvariant, err
	}
	tag, parseErr := parseCulture(name)
	if parseErr != nil {
		return casingInvariant, c.failArgument(1, "The argument `culture` of `%s` must be the name of a culture, and %s is none.", c.name(), c.shown(1, name))
	}
	if base, _ := tag.Base(); base.String() == "tr" || base.String() == "az" {
		return casingTurkish, nil
	}
	return casingOther, nil
}

func (c *invocation) toLower() (Value, *EvalError) {
	culture, err := c.casing()
	if err != nil {
		return Value{}, err
	}
	return c.pure(0, func(s string) string { return lower(s, culture) })
}

func (c *invocation) toUpper() (Value, *EvalError) {
	culture, err := c.casing()
	if err != nil {
		return Value{}, err
	}
	return c.pure(0, func(s string) string { return upper(s, culture) })
}

const (
	dottedCapitalI = 'İ'
	dotlessSmallI  = 'ı'
)

func lower(s string, culture casing) string {
	return mapCase(s, func(r rune) rune {
		switch {
		case culture == casingTurkish:
			return unicode.TurkishCase.ToLower(r)
		case culture == casingInvariant && r == dottedCapitalI:
			return r
		default:
			return unicode.ToLower(r)
		}
	})
}

func upper(s string, culture casing) string {
	return mapCase(s, func(r rune) rune {
		switch {
		case culture == casingTurkish:
			return unicode.TurkishCase.ToUpper(r)
		case culture == casingInvariant && r == dotlessSmallI:
			return r
		default:
			return unicode.ToUpper(r)
		}
	})
}
