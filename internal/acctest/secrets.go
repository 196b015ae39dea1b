// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"archive/zip"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/url"
	"strings"
	"testing"
)

// WantNoSecret reports each secret, given by its name, that a text has in one of the spellings in which it could slip out.
func WantNoSecret(t testing.TB, text string, secrets map[string]string) {
	t.Helper()
	for name, secret := range secrets {
		asJSON, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		for form, spelling := range map[string]string{
			"": secret, " in base64": base64.StdEncoding.EncodeToString([]byte(secret)), " in a URL": url.QueryEscape(secret), " in JSON": strings.Trim(string(asJSON), `"`),
		} {
			if at := strings.Index(text, spelling); at >= 0 {
				t.Errorf("the %s%s is in the output: …%s…", name, form, strings.ReplaceAll(text[max(0, at-200):at], secret, "(here)"))
			}
		}
	}
}

// Unzipped returns the content of all files in an archive, such as a saved plan, in the directory.
func (c *CLI) Unzipped(name string) string {
	c.t.Helper()
	archive := c.File(name)
	reader, err := zip.NewReader(strings.NewReader(archive), int64(len(archive)))
	if err != nil {
		c.t.Fatal(err)
	}
	var all strings.Builder
	for _, entry := range reader.File {
		file, err := entry.Open()
		if err != nil {
			c.t.Fatal(err)
		}
		if _, err := io.Copy(&all, file); err != nil {
			c.t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			c.t.Fatal(err)
		}
	}
	return all.String()
}
