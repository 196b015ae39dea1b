// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// sourceKind is how a source reads, whatever notation it was written in.
type sourceKind int

const (
	sourceNone sourceKind = iota // only the default value is written
	sourceAttribute
	sourceConstant
	sourceFunction
)

// source is where a value comes from, whatever notation says so: `source_attribute = "mail"` and `expression = "[mail]"`
// are one source, as are two layouts of an expression.
type source struct {
	sourceID
	text string // attribute name, constant's value, or canonical expression
}

// sourceID is what two notations of the same source share.
type sourceID struct {
	kind sourceKind
	key  string
}

func (s source) same(other source) bool { return s.sourceID == other.sourceID }

func attributeSource(name string) source { return source{sourceID{sourceAttribute, name}, name} }

func constantSource(text string) source { return source{sourceID{sourceConstant, text}, text} }

func functionSource(canonical string) source {
	return source{sourceID{sourceFunction, shape(canonical)}, canonical}
}

// fromExpression reads the text of an expression.
func fromExpression(text string) source {
	parsed, _ := expression.Parse(text)
	if parsed == nil {
		return functionSource(strings.TrimSpace(text))
	}
	if name, ok := parsed.BareAttribute(); ok {
		return attributeSource(name)
	}
	if value, ok := parsed.BareConstant(); ok {
		return constantSource(value)
	}
	return functionSource(parsed.String())
}

// fromTree reads the source of an attribute mapping as the service keeps it.
func fromTree(s *graph.MappingSource) source {
	switch {
	case s == nil:
		return source{}
	case s.Type == graph.SourceAttribute && s.Name != "":
		return attributeSource(s.Name)
	case s.Type == graph.SourceConstant && (s.Name != "" || s.Expression == ""):
		return constantSource(s.Name)
	case s.Expression == "":
		return functionSource(s.Name + "()")
	}
	return fromExpression(s.Expression)
}

// attributes names the source attributes that the value depends on.
func (s source) attributes() []string {
	switch s.kind {
	case sourceAttribute:
		return []string{s.text}
	case sourceFunction:
		if parsed, _ := expression.Parse(s.text); parsed != nil {
			return parsed.Attributes()
		}
	}
	return nil
}

// calls names the functions that the source uses.
func (s source) calls() []string {
	if s.kind != sourceFunction {
		return nil
	}
	if parsed, _ := expression.Parse(s.text); parsed != nil {
		return parsed.Calls()
	}
	return nil
}

// String is the source as a person would write it in an expression.
func (s source) String() string {
	switch s.kind {
	case sourceAttribute:
		return "[" + s.text + "]"
	case sourceConstant:
		return graph.ConstantSource(s.text).Expression
	case sourceFunction:
		return s.text
	}
	return "nothing"
}

// sameExpression reports whether two texts are the same expression.
func sameExpression(a, b string) bool { return a == b || fromExpression(a).same(fromExpression(b)) }

// shape reduces canonical text to what the service keeps of it. In its tree a number is the same as that number in
// quotes, and arguments that are left out at the end leave no trace; its own text of an expression may come back in either
// way.
func shape(canonical string) string {
	var b strings.Builder
	for rest := canonical; rest != ""; {
		part, kind := nextPart(rest)
		rest = rest[len(part):]
		switch {
		case kind == partNumber && isArgument(b.String(), rest):
			b.WriteString(`"` + part + `"`)
		case part == ")":
			args := strings.TrimRight(b.String(), ", ")
			b.Reset()
			b.WriteString(args + part)
		default:
			b.WriteString(part)
		}
	}
	return b.String()
}

type partKind int

const (
	partOther partKind = iota
	partNumber
)

var plainNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?`)

// nextPart cuts the next text in quotes, attribute in brackets, name, number or single character off canonical text.
func nextPart(text string) (string, partKind) {
	switch c := text[0]; {
	case c == '"':
		for i := 1; i < len(text); i++ {
			switch text[i] {
			case '\\':
				i++
			case '"':
				return text[:i+1], partOther
			}
		}
		return text, partOther
	case c == '[':
		depth := 0
		for i := range len(text) {
			switch text[i] {
			case '[':
				depth++
			case ']':
				if depth--; depth == 0 {
					return text[:i+1], partOther
				}
			}
		}
		return text, partOther
	case plainNumber.MatchString(text):
		return plainNumber.FindString(text), partNumber
	case isNameByte(c):
		end := strings.IndexFunc(text, func(r rune) bool { return r < utf8.RuneSelf && !isNameByte(byte(r)) })
		if end < 0 {
			end = len(text)
		}
		return text[:end], partOther
	}
	_, size := utf8.DecodeRuneInString(text)
	return text[:size], partOther
}

func isNameByte(c byte) bool {
	return c == '&' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// isArgument reports whether what stands between two texts is an argument of a function by itself. In comparisons, of
// which no tree is documented, a number stays a number.
func isArgument(before, after string) bool {
	return (strings.HasSuffix(before, "(") || strings.HasSuffix(before, ", ")) && (strings.HasPrefix(after, ",") || strings.HasPrefix(after, ")"))
}
