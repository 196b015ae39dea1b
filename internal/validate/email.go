// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package validate

import (
	"fmt"
	"net/mail"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/textfile"
)

// Email accepts one bare e-mail address: no display name, no list, which the service's single field does not document.
func Email() validator.String { return Text("must be one e-mail address", emailProblem) }

func emailProblem(s string) (summary, detail string) {
	address, err := mail.ParseAddress(s)
	if err == nil && address.Address == s && strings.Contains(s[strings.LastIndex(s, "@")+1:], ".") {
		return "", ""
	}
	detail = fmt.Sprintf("%q is not an e-mail address. Use a single address without a name, such as \"identity-ops@example.com\".", s)
	if s == "" {
		detail = "The value is empty. Use a single address without a name, such as \"identity-ops@example.com\", or omit the attribute."
	}
	if strings.ContainsAny(s, ",;") {
		detail = fmt.Sprintf("%q looks like several addresses. The service accepts a single address; to reach several people, use the address of a group.", s)
	}
	if problem := textfile.Stray(s); problem != "" {
		detail = problem
	}
	return "Invalid e-mail address", detail
}
