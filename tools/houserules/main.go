// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Command houserules checks the rules of this code base that no linter knows: where the methods of a type stand, and that
// a name means one thing in its package. It reads the tree under internal/ and prints each violation with its place.
//
//	go run ./houserules [-lines] ../internal
//
// The rules, with the types that are exempt and why, are in .github/CONTRIBUTING.md.
package main

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The number of files in which the methods of a type may stand.
const (
	filesOfType     = 3
	filesOfResource = 5
)

// faces are types whose methods have a file for each noun they serve, by package folder and name.
var faces = map[string]bool{
	"graph.Client":          true, // one file for each noun of Graph
	"simulator.call":        true, // one file for each noun of the services
	"store.Store":           true, // one file for each noun that it holds
	"expression.invocation": true, // the evaluator of a function: one file for each family of functions
}

// resources are the names of types that implement an interface of the plugin framework.
var resources = map[string]bool{
	"Resource": true, "ExclusiveResource": true,
}

func main() {
	lines := flag.Bool("lines", false, "print the number of lines of Go, tests aside, as well")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: houserules [-lines] FOLDER")
		os.Exit(2)
	}
	packages, total, err := read(flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if *lines {
		fmt.Printf("%d lines of Go, tests aside\n", total)
	}
	var violations []string
	for _, folder := range slices.Sorted(maps.Keys(packages)) {
		violations = append(violations, packages[folder].violations()...)
	}
	for _, violation := range violations {
		fmt.Println(violation)
	}
	if len(violations) > 0 {
		fmt.Printf("%d violations\n", len(violations))
		os.Exit(1)
	}
}

// house is what the rules ask of a package.
type house struct {
	folder  string
	types   map[string]string              // name of a type: file
	methods map[string]map[string][]string // type: file: methods
}

// read parses every package under the folder, tests aside, and counts its lines.
func read(root string) (map[string]*house, int, error) {
	packages := map[string]*house{}
	total := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		total += strings.Count(string(content), "\n")
		file, err := parser.ParseFile(token.NewFileSet(), path, content, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		folder := filepath.Dir(path)
		if packages[folder] == nil {
			packages[folder] = &house{folder: folder, types: map[string]string{}, methods: map[string]map[string][]string{}}
		}
		packages[folder].add(file, filepath.Base(path))
		return nil
	})
	return packages, total, err
}

func (h *house) add(file *ast.File, name string) {
	for _, declaration := range file.Decls {
		switch d := declaration.(type) {
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if t, ok := spec.(*ast.TypeSpec); ok {
					h.types[t.Name.Name] = name
				}
			}
		case *ast.FuncDecl:
			if d.Recv == nil || len(d.Recv.List) == 0 {
				continue
			}
			receiver := typeName(d.Recv.List[0].Type)
			if h.methods[receiver] == nil {
				h.methods[receiver] = map[string][]string{}
			}
			h.methods[receiver][name] = append(h.methods[receiver][name], d.Name.Name)
		}
	}
}

func typeName(expression ast.Expr) string {
	switch e := expression.(type) {
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.IndexExpr:
		return typeName(e.X)
	case *ast.IndexListExpr:
		return typeName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func (h *house) violations() []string {
	var found []string
	for _, receiver := range slices.Sorted(maps.Keys(h.methods)) {
		files := slices.Sorted(maps.Keys(h.methods[receiver]))
		limit := filesOfType
		if resources[receiver] {
			limit = filesOfResource
		}
		if len(files) > limit && !faces[filepath.Base(h.folder)+"."+receiver] {
			found = append(found, fmt.Sprintf("%s: the methods of %s stand in %d files: %s", h.folder, receiver, len(files), strings.Join(files, ", ")))
		}
		for _, file := range files {
			for _, method := range h.methods[receiver][file] {
				if where, ok := h.types[method]; ok && !ast.IsExported(method) {
					found = append(found, fmt.Sprintf("%s: %s is a type (%s) and a method of %s (%s)", h.folder, method, where, receiver, file))
				}
			}
		}
	}
	return found
}
