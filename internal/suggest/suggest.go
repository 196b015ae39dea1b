// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package suggest finds the name that a user probably intended.
package suggest

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Nearest returns the candidate that is most like the name, whatever the case, or "" where none is near: a third of the letters
// may differ, or two, of three letters only one. Of several that are equally near it is the first.
func Nearest(name string, candidates []string) string {
	within := max(2, len(name)/3)
	if len(name) <= 3 {
		within = 1
	}
	return NearestWithin(within, name, candidates)
}

// NearestWithin is Nearest where at most so many letters differ.
func NearestWithin(within int, name string, candidates []string) string {
	best, least := "", within+1
	folded := strings.ToLower(name)
	for _, candidate := range candidates {
		if distance := levenshtein.ComputeDistance(folded, strings.ToLower(candidate)); candidate != "" && distance < least {
			best, least = candidate, distance
		}
	}
	return best
}

// DidYouMean is the sentence that proposes the nearest candidate, with a blank before it, or "".
func DidYouMean(name string, candidates []string) string {
	if near := Nearest(name, candidates); near != "" {
		return fmt.Sprintf(" Did you mean %q?", near)
	}
	return ""
}
