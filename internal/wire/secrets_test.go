// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
)

func TestSecrets_mayBePartOfOthers(t *testing.T) {
	s := NewSecrets("abcdef", "secret").And("zabcdefz", `say "hi"`)
	if got := s.Blank(`zabcdefz, abcdef and b; {"text":"say \"hi\""}`); got != `(redacted), (redacted) and b; {"text":"(redacted)"}` {
		t.Error(got)
	}
}

func TestSecrets_inEverySpelling(t *testing.T) {
	asJSON := func(s string) string {
		quoted, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(quoted[1 : len(quoted)-1])
	}
	numbered := func(s, format string) string {
		var b strings.Builder
		for _, r := range s {
			fmt.Fprintf(&b, format, r)
		}
		return b.String()
	}
	percent := func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			fmt.Fprintf(&b, "%%%02x", s[i])
		}
		return b.String()
	}
	long := `Ab8Q~x.Y_z-"w<e>&r't/y\u+i=o p%20ä` + strings.Repeat("0123456789", 20)
	for _, secret := range []string{"geheim", `q"w<e>&r't/y\u+i=o p%20ä`, "%%%%%%", `\\\\\\`, "++++++", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl", long} {
		fold := func(s, at string) string { return s[:len(s)/2] + at + s[len(s)/2:] }
		coded := base64.StdEncoding.EncodeToString([]byte(secret))
		forms := map[string]string{
			"as it is": secret, "in a query": url.QueryEscape(secret), "in a path": url.PathEscape(secret), "percent": percent(secret),
			"JSON": asJSON(secret), "JSON in JSON": asJSON(asJSON(secret)), "JSON by number": numbered(secret, `\u%04x`),
			"HTML": html.EscapeString(secret), "HTML by number": numbered(secret, "&#%d;"), "HTML by hexadecimal number": numbered(secret, "&#x%X;"),
			"base64": coded, "base64 for URLs": base64.URLEncoding.EncodeToString([]byte(secret)), "raw base64": base64.RawStdEncoding.EncodeToString([]byte(secret)),
			"base64 after a name": base64.StdEncoding.EncodeToString([]byte("a:" + secret)), "base64 after another": base64.StdEncoding.EncodeToString([]byte("ab:" + secret)),
			"base64 inside": base64.StdEncoding.EncodeToString([]byte("a" + secret + "z")), "base64 in a query": url.QueryEscape(coded),
			"folded": fold(secret, "\r\n "), "base64 folded": fold(coded, "\n"), "folded in JSON": fold(coded, `\r\n`), "folded in a query": fold(coded, "%0A"),
		}
		if len(secret) >= leastBroken {
			forms["folded and made one line"] = fold(secret, " ")
		}
		for name, form := range forms {
			got := NewSecrets(secret).Blank("before=" + form + "; after")
			if !strings.HasPrefix(got, "before=") || !strings.HasSuffix(got, "; after") || !strings.Contains(got, Redacted) || len(got) > len("before=; after"+Redacted)+8 {
				t.Errorf("%.20q, %s: %s", secret, name, got)
			}
		}
	}
}

func TestSecrets_cutOff(t *testing.T) {
	s := NewSecrets("geheimnisvoll")
	for text, want := range map[string]string{
		"is geheimnis": "is (redacted)", "is geheimnis…": "is (redacted)…", "is geheimnis...": "is (redacted)...", "is geheimnis and": "is geheimnis and", "is gehe": "is gehe",
	} {
		if got := s.Blank(text); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestSecrets_leaveWordsAlone(t *testing.T) {
	const text = "AADSTS7000215: Invalid client secret provided at login.microsoftonline.com"
	if got := NewSecrets("", "a", "at", "login", "s3cret", "ab cd ef").Blank(text); got != text {
		t.Error(got)
	}
}
