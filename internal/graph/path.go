// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"net/url"
	"strings"

	"github.com/google/uuid"
)

// pathOf joins segments into a path, escaping each.
func pathOf(segments ...string) string {
	var b strings.Builder
	for _, segment := range segments {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(segment))
	}
	return b.String()
}

// query encodes name-value pairs. Unlike url.Values it keeps their order and the dollar sign of OData's names, and
// writes a blank as %20, which is a blank to every parser.
func query(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(pairs[i])
		b.WriteByte('=')
		b.WriteString(strings.ReplaceAll(url.QueryEscape(pairs[i+1]), "+", "%20"))
	}
	return b.String()
}

// quoted is an OData string literal.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// redactPath replaces what names a person: /users/{user principal name or mail}. Object ids are kept.
func redactPath(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if strings.HasPrefix(segment, "users(") {
			segments[i] = "users({redacted})"
		}
		if i > 0 && segments[i-1] == "users" && segment != "" && uuid.Validate(segment) != nil {
			segments[i] = "{redacted}"
		}
	}
	return strings.Join(segments, "/")
}
