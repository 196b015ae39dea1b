// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package importblock writes import blocks: one to paste from a message, or many for a file.
package importblock

import (
	"fmt"
	"strings"
)

// One is a block for a message, apart from the name that only the configuration knows.
func One(resourceType, id string) string { return block(resourceType, "NAME", id) }

func block(resourceType, name, id string) string {
	quoted := strings.NewReplacer("${", "$${", "%{", "%%{").Replace(fmt.Sprintf("%q", id)) // job ids are opaque
	return fmt.Sprintf("import {\n  to = %s.%s\n  id = %s\n}", resourceType, name, quoted)
}

// File is the blocks of a file, each with a name of its own.
type File struct {
	blocks []string
	taken  map[string]bool
}

// Add adds a block. The name is made of the texts, as Terraform allows it; a name that is taken gets a number.
func (f *File) Add(resourceType, id string, texts ...string) {
	if f.taken == nil {
		f.taken = map[string]bool{}
	}
	base := identifier(strings.Join(texts, " "))
	name := base
	for n := 2; f.taken[resourceType+"."+name]; n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	f.taken[resourceType+"."+name] = true
	f.blocks = append(f.blocks, block(resourceType, name, id))
}

// String is the file, "" without any block.
func (f *File) String() string {
	if len(f.blocks) == 0 {
		return ""
	}
	return strings.Join(f.blocks, "\n\n") + "\n"
}

// identifier keeps letters and digits of a text, in lowercase, with an underscore instead of whatever else is between.
func identifier(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	name := strings.Join(words, "_")
	if name == "" || name[0] <= '9' {
		return strings.TrimSuffix("this_"+name, "_")
	}
	return name
}
