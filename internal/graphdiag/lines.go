// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graphdiag

import (
	"fmt"
	"strings"
)

// Incident ends what is said about accounts that will be disabled or deleted: where to read how to stop that, and how to undo it.
const Incident = "\n\nIf this disables people by mistake, the guide \"When something goes wrong\" says how to stop it and undo it: " +
	"https://github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/blob/main/docs/guides/incidents.md"

// LeftActive ends what is said about accounts that nothing disables anymore: where to read how to find them.
const LeftActive = "\n\nThe guide \"When something goes wrong\" says how to find such accounts and disable them: " +
	"https://github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/blob/main/docs/guides/incidents.md#accounts-that-nothing-disables"

// ShownAtMost is how many entries a message lists before it only counts.
const ShownAtMost = 10

// Lines lists the first entries, a line each, and counts the rest.
func Lines(entries []string) string {
	var b strings.Builder
	for i, entry := range entries {
		if i == ShownAtMost {
			fmt.Fprintf(&b, "and %d more", len(entries)-ShownAtMost)
			return b.String()
		}
		b.WriteString("- " + entry + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// List lists the first words in a sentence and counts the rest.
func List(words []string) string {
	if more := len(words) - ShownAtMost; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(words[:ShownAtMost], ", "), more)
	}
	return strings.Join(words, ", ")
}

// Counted is a number with its noun: "1 account", "12 accounts".
func Counted(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case noun == "person":
		return fmt.Sprintf("%d people", n)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
