// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
)

// nearest is the candidate that was probably meant, "" when none is near.
func nearest(name string, candidates []string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 && strings.EqualFold(name[:i], "user") {
		name = name[i+1:] // the notation of dynamic groups
	}
	best, least := "", max(2, len(name)/3)+1
	folded := strings.ToLower(name)
	for _, candidate := range candidates {
		distance := levenshtein.Distance(folded, strings.ToLower(candidate), nil)
		if distance < least || (distance == least && best != "" && candidate < best) {
			best, least = candidate, distance
		}
	}
	return best
}

// didYouMean is the sentence for the nearest candidate, with a blank before it, or "".
func didYouMean(name string, candidates []string) string {
	if near := nearest(name, candidates); near != "" {
		return fmt.Sprintf(" Did you mean %q?", near)
	}
	return ""
}
