// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// facts are what ages: versions and dates. The pages have their names in double brackets, such as [[terraform]].
var facts = map[string]string{
	"terraform":               "1.11", // the oldest Terraform and OpenTofu that are supported
	"opentofu":                "1.11",
	"terraform-identity":      "1.12", // import by identity
	"opentofu-identity":       "1.12",
	"terraform-query":         "1.14", // list resources and actions, which OpenTofu lacks
	"terraform-tested":        "1.11.4",
	"opentofu-tested":         "1.12.6",
	"terraform-provider-line": "1.16", // wants the line provider in generated import blocks
	"terraform-invoke":        "1.16", // leaves ephemeral values out of -invoke
	"azuread":                 "3.9",  // the oldest whose states can be taken over, and the newest that was tried
	"azuread-newest":          "3.10",
	"go":                      "1.26",
	"roles-as-of":             "November 2026", // Microsoft's page of permissions for custom roles
}

var (
	factName    = regexp.MustCompile(`\[\[([a-z-]+)\]\]`)
	tableMarker = "<!-- permissions -->"
	// relativeLink is one to another page of the folder.
	relativeLink = regexp.MustCompile(`\]\(([a-z./-][^):]*)\.md[#)]`)
)

// finish puts facts and permissions into the generated pages of a folder.
func finish(folder string) error {
	met := map[string]bool{}
	links := map[string]string{} // pages that are linked to, and one that does
	err := filepath.WalkDir(folder, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(file) != ".md" {
			return err
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		page, err := filepath.Rel(folder, strings.TrimSuffix(file, ".md"))
		if err != nil {
			return err
		}
		page = filepath.ToSlash(page)
		met[page] = true
		for _, link := range relativeLink.FindAllStringSubmatch(string(raw), -1) {
			links[path.Join(path.Dir(page), link[1])] = page
		}
		finished, err := finishPage(page, string(raw))
		if err != nil || finished == string(raw) {
			return err
		}
		return os.WriteFile(file, []byte(finished), 0o644) //nolint:gosec // a page for everybody to read
	})
	if err != nil {
		return err
	}
	for linked, from := range links {
		if !met[linked] {
			return fmt.Errorf("the page %s links to %s, which is not a page", from, linked)
		}
	}
	for page := range pages {
		if !met[page] {
			return fmt.Errorf("the table of permissions has an entry for %s, which is not a page", page)
		}
	}
	return nil
}

func finishPage(page, text string) (string, error) {
	_, needed := pages[page]
	switch marked := strings.Contains(text, tableMarker); {
	case page == "index" && marked:
		text = strings.Replace(text, tableMarker, overview(), 1)
	case marked:
		table, err := tableOf(page)
		if err != nil {
			return "", err
		}
		text = strings.Replace(text, tableMarker, table, 1)
	case needed:
		return "", fmt.Errorf("the page %s has no place for its permissions (%s)", page, tableMarker)
	}
	var unknown error
	text = factName.ReplaceAllStringFunc(text, func(marker string) string {
		fact, known := facts[strings.Trim(marker, "[]")]
		if !known {
			unknown = fmt.Errorf("the page %s has %s, which is not a fact", page, marker)
		}
		return fact
	})
	return text, unknown
}
