// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/suggest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// applyWord accepts the words for flow types, and flow types that the service may add later in the service's spelling,
// which begins with a capital.
func applyWord() validator.String {
	return validate.Text("must be one of "+applyList(), func(text string) (summary, detail string) {
		word := applyOf(text)
		switch {
		case word != text:
			return "Invalid value of apply", fmt.Sprintf("For the service's `%s`, use `%s`.", text, word)
		case !isApply(text):
			return "Invalid value of apply", fmt.Sprintf("%q is not one of %s.%s", text, applyList(), suggest.DidYouMean(applyMeant(text), applyNames()))
		}
		return "", ""
	})
}

// applyMeant is the word for what the portal says.
func applyMeant(text string) string {
	if strings.EqualFold(text, "Only during object creation") {
		return "on_create"
	}
	return text
}

// isApply reports whether a text is one of the words, or may be a flow type that the service adds later.
func isApply(text string) bool {
	if flowTypeOf(text) != text {
		return true
	}
	for i, r := range text {
		if (i == 0 && !unicode.IsUpper(r)) || r > unicode.MaxASCII || !unicode.IsLetter(r) {
			return false
		}
	}
	return text != ""
}

func applyNames() []string {
	names := make([]string, len(applyWords))
	for i, w := range applyWords {
		names[i] = w.apply
	}
	return names
}

func applyList() string { return "`" + strings.Join(applyNames(), "`, `") + "`" }
