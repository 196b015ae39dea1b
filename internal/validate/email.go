// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package validate

import (
	"context"
	"fmt"
	"net/mail"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// Email accepts one bare e-mail address: no display name, no list, which the service's single field does not document.
func Email() validator.String { return email{} }

type email struct{}

func (email) Description(context.Context) string { return "must be one e-mail address" }

func (v email) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (email) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	s := req.ConfigValue.ValueString()
	address, err := mail.ParseAddress(s)
	if err == nil && address.Address == s && strings.Contains(s[strings.LastIndex(s, "@")+1:], ".") {
		return
	}
	detail := fmt.Sprintf("%q is not an e-mail address. Give one bare address, such as \"identity-ops@example.com\".", s)
	if s == "" {
		detail = "The value is empty. Give one bare address, such as \"identity-ops@example.com\", or leave the attribute out."
	}
	if strings.ContainsAny(s, ",;") {
		detail = fmt.Sprintf("%q looks like several addresses. The service documents a single address here; use that of a group to reach several people.", s)
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid e-mail address", detail)
}
