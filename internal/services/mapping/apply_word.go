// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// applyWord accepts the words for flow types, and flow types that the service may add later in the service's spelling,
// which begins with a capital.
type applyWord struct{}

func (applyWord) Description(context.Context) string { return "must be one of " + applyList() }

func (v applyWord) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (applyWord) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	text := req.ConfigValue.ValueString()
	word := applyOf(text)
	switch {
	case flowTypeOf(text) != text: // one of the words
	case word != text:
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid value of apply", fmt.Sprintf("The service's `%s` is called `%s` here.", text, word))
	case !isApply(text):
		hint := ""
		if near := nearest(text, applyNames()); near != "" {
			hint = fmt.Sprintf(" Did you mean %q?", near)
		}
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid value of apply", fmt.Sprintf("%q is none of %s.%s", text, applyList(), hint))
	}
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
