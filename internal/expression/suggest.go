// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"strings"

	"github.com/agext/levenshtein"
)

// nearestFunction returns the function name most like the written one, or "".
func nearestFunction(name string) string {
	best, distance := "", 3
	if len(name) <= 3 {
		distance = 2
	}
	folded := strings.ToLower(name)
	for _, f := range functionTable {
		if d := levenshtein.Distance(folded, strings.ToLower(f.Name), nil); d < distance {
			best, distance = f.Name, d
		}
	}
	return best
}
