// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"encoding/base64"
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Redacted stands where a secret was.
const Redacted = "(redacted)"

// Secrets are texts that must not be shown, should a service repeat them, however it writes them: as they are, escaped as
// in URLs, HTML or JSON, in base64, alone or inside a longer text, folded over several lines, or cut off at the end.
type Secrets []string

const (
	// leastSecret is the length from which a text is blanked. Shorter ones protect nothing, and are in every other word.
	leastSecret = 6
	// leastBroken is the length from which any white space may stand inside: somebody has made one line of a folded text.
	leastBroken = 16
)

// NewSecrets covers the values.
func NewSecrets(values ...string) Secrets { return Secrets(nil).And(values...) }

// And returns the secrets with more of them.
func (s Secrets) And(values ...string) Secrets {
	all := slices.Clone(s)
	for _, value := range values {
		if value = strings.TrimSpace(value); len(value) >= leastSecret {
			all = append(append(all, value), inBase64(value)...)
		}
	}
	return all
}

// inBase64 returns what of a value's base64 is the same whatever surrounds the value: it depends on how many bytes stand
// before it.
func inBase64(value string) []string {
	var forms []string
	for before := range 3 {
		first := (before*8 + 5) / 6
		last := (before + len(value)) * 8 / 6
		data := []byte(strings.Repeat("\x00", before) + value)
		standard := base64.StdEncoding.EncodeToString(data)[first:last]
		forms = append(forms, standard)
		if other := base64.URLEncoding.EncodeToString(data)[first:last]; other != standard {
			forms = append(forms, other)
		}
	}
	return forms
}

// Blank returns a text without the secrets.
func (s Secrets) Blank(text string) string {
	var blanked strings.Builder
	for text != "" {
		longest := 0
		for _, secret := range s {
			longest = max(longest, spelled(text, secret))
		}
		if longest > 0 {
			blanked.WriteString(Redacted)
			text = text[longest:]
			continue
		}
		blanked.WriteByte(text[0])
		text = text[1:]
	}
	return blanked.String()
}

// spelled returns how much of the beginning of a text spells a secret, 0 if it does not.
func spelled(text, secret string) int {
	rest, ok := without(text, secret, 0, len(secret) >= leastBroken)
	if !ok {
		return 0
	}
	return len(text) - len(rest)
}

// without drops what spells a secret, of which done bytes are behind, from the beginning of a text.
func without(text, secret string, done int, broken bool) (rest string, ok bool) {
	for secret != "" {
		if done >= leastSecret && (text == "" || strings.HasPrefix(text, "…") || text == "...") {
			return text, true // cut off
		}
		if text == "" {
			return "", false
		}
		for _, told := range unescaped(text) {
			if strings.HasPrefix(secret, told.text) {
				if rest, ok := without(text[told.width:], secret[len(told.text):], done+len(told.text), broken); ok {
					return rest, true
				}
			}
		}
		if text[0] == secret[0] {
			text, secret, done = text[1:], secret[1:], done+1
			continue
		}
		next := unfolded(text, broken)
		if done == 0 || next == text {
			return "", false
		}
		text = next
	}
	return text, true
}

// unfolded drops a line break, however it is written, and the white space around it.
func unfolded(text string, broken bool) string {
	rest := strings.TrimLeftFunc(text, unicode.IsSpace)
	if gap := text[:len(text)-len(rest)]; gap != "" && !broken && !strings.ContainsAny(gap, "\r\n") {
		return text
	}
	for _, escaped := range []string{`\r\n`, `\n`, "%0D%0A", "%0d%0a", "%0A", "%0a", "&#13;&#10;", "&#10;", "=\r\n", "=\n"} {
		if after, found := strings.CutPrefix(rest, escaped); found {
			return strings.TrimLeftFunc(after, unicode.IsSpace)
		}
	}
	return rest
}

// escaped is what the first bytes of a text may stand for.
type escaped struct {
	text  string
	width int
}

// unescaped returns what an escape sequence at the beginning of a text may stand for.
func unescaped(text string) []escaped {
	switch text[0] {
	case '+':
		return []escaped{{" ", 1}}
	case '%':
		if len(text) >= 3 {
			if b, err := strconv.ParseUint(text[1:3], 16, 8); err == nil {
				return []escaped{{string([]byte{byte(b)}), 3}}
			}
		}
	case '&':
		if end := strings.IndexByte(text[:min(len(text), 12)], ';'); end > 0 {
			if plain := html.UnescapeString(text[:end+1]); plain != text[:end+1] {
				return []escaped{{plain, end + 1}}
			}
		}
	case '\\':
		// A text inside a text inside a text has several.
		rest := strings.TrimLeft(text, `\`)
		slashes := len(text) - len(rest)
		if rest != "" && (rest[0] == '"' || rest[0] == '/') {
			return []escaped{{rest[:1], slashes + 1}, {`\`, max(slashes/2, 1)}}
		}
		if len(rest) >= 5 && rest[0] == 'u' {
			if r, err := strconv.ParseUint(rest[1:5], 16, 16); err == nil {
				return []escaped{{string(rune(r)), slashes + 5}}
			}
		}
		if slashes >= 4 {
			return []escaped{{`\`, 4}, {`\`, 2}}
		}
		if slashes >= 2 {
			return []escaped{{`\`, 2}}
		}
	}
	return nil
}
