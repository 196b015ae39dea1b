// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// What people write who come from another language, or copy from a page, is reported with what to write instead, and read
// as that where it is plain, so one slip gives one error.

// entities are the HTML entities that pasted text has, with what they stand for.
var entities = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^&(?:quot|#34|amp|#38|lt|#60|gt|#62|apos|#39|nbsp|#160|ldquo|rdquo);`)
})

var entityText = map[string]string{"&quot;": `"`, "&#34;": `"`, "&amp;": "&", "&#38;": "&", "&lt;": "<", "&#60;": "<", "&gt;": ">", "&#62;": ">", "&ldquo;": `"`, "&rdquo;": `"`}

// groupOperator finds the operators of the rules of dynamic groups.
var groupOperator = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^-(?i:(eq|ne|startswith|notstartswith|contains|notcontains|match|notmatch|in|notin|and|or|not|any|all))\b`)
})

// foreign reports what begins with a character that the language has too, and reports whether it did.
func (s *scanner) foreign(start int) bool {
	rest := s.text[start:]
	if found := entities().FindString(rest); found != "" {
		suggestion := "Write the character itself."
		if text := entityText[found]; text != "" {
			suggestion = fmt.Sprintf("Write `%s`.", text)
		}
		s.at += len(found)
		kind := tokenBad
		operator := entityText[found]
		for next := entities().FindString(s.text[s.at:]); ; next = entities().FindString(s.text[s.at:]) { // of several characters
			if strings.HasPrefix(s.text[s.at:], "=") {
				next = "="
			}
			if comparisons[operator] == "" || next == "" {
				break
			}
			s.at += len(next)
			operator += cmp.Or(entityText[next], next)
		}
		if comparisons[operator] != "" {
			found, suggestion, kind = s.text[start:s.at], fmt.Sprintf("Write `%s`.", comparisons[operator]), tokenComparison
		}
		if entityText[found] == `"` { // the text up to the next of its kind
			kind = tokenBadOperand
			if i := strings.Index(s.text[s.at:], found); i >= 0 {
				s.at += i + len(found)
			}
		}
		s.problems.errorf(span{start, start + len(found)}, fmt.Sprintf("`%s` is the HTML notation of a character.", found), suggestion)
		s.emit(kind, start)
		return true
	}
	for _, comment := range []struct{ begin, end string }{{"//", "\n"}, {"/*", "*/"}, {"#", "\n"}, {"--", "\n"}} {
		if !strings.HasPrefix(rest, comment.begin) {
			continue
		}
		s.at = len(s.text)
		if i := strings.Index(rest[len(comment.begin):], comment.end); i >= 0 {
			s.at = start + len(comment.begin) + i + len(comment.end)
		}
		s.problems.errorf(span{start, start + len(comment.begin)}, "An expression has no comments.", "Write the comment above the entry, outside the expression.")
		s.emit(tokenBad, start)
		return true
	}
	if found := groupOperator().FindString(rest); found != "" {
		s.at += len(found)
		s.problems.errorf(span{start, s.at}, fmt.Sprintf("`%s` is the notation of dynamic groups.", found), "Compare with `=` or `<>`. "+noLogicalOperators)
		s.emit(tokenLogical, start)
		return true
	}
	return false
}

// slip reports a character that the language does not have, where it is plain what was meant, and reports whether it did.
func (s *scanner) slip(start int, r rune) bool {
	report := func(kind tokenKind, message, suggestion string) bool {
		s.problems.errorf(span{start, s.at}, message, suggestion)
		s.emit(kind, start)
		return true
	}
	written := s.text[start:s.at]
	switch r {
	case ';', '；':
		if strings.TrimSpace(s.text[s.at:]) == "" {
			return report(tokenBad, fmt.Sprintf("An expression does not end with `%s`.", written), "Remove it.")
		}
		return report(tokenComma, fmt.Sprintf("`%s` does not separate arguments.", written), "Write a comma.")
	case '，', '、', '،':
		return report(tokenComma, fmt.Sprintf("`%s` is not a plain comma.", written), "Write `,`.")
	case '（':
		return report(tokenOpen, fmt.Sprintf("`%s` is not a plain parenthesis.", written), "Write `(`.")
	case '）':
		return report(tokenClose, fmt.Sprintf("`%s` is not a plain parenthesis.", written), "Write `)`.")
	case '?':
		if strings.HasPrefix(s.text[s.at:], "?") {
			s.at++
			return report(tokenLogical, "There is no operator `??`.", "Write `Coalesce([first], [second])` for the first value that is not empty.")
		}
		return report(tokenLogical, "There is no operator `?`.", "Write `IIF(condition, value if true, value if false)`.")
	case ':':
		return report(tokenLogical, "There is no operator `:`.", "Write `IIF(condition, value if true, value if false)`.")
	case '{', '}', '［', '］':
		return report(tokenBad, fmt.Sprintf("`%s` has no meaning here.", written), "Write attributes in square brackets, as in `[mail]`.")
	case '.':
		return report(tokenLogical, "An attribute has no parts.", "Write its whole name in brackets, as in `[mail]`.")
	case '$':
		return report(tokenBad, "`$` has no meaning here.", "Write attributes in square brackets, as in `[mail]`; Terraform's own `${…}` does not need a second `$`.")
	case '\\':
		return report(tokenBad, "A backslash has no meaning outside text.", "In a configuration, write `\\\"` for a quote and `\\\\\\\\` for a backslash within text, or use a heredoc.")
	}
	return false
}
