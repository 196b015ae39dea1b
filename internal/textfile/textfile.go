// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package textfile knows what editors, shells, and Windows add to texts: byte-order marks, UTF-16, line breaks at the end, and
// surrounding quotation marks. It reads files that settings name, and reports what a value should not contain.
package textfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// maxSize is how much of a file is read. Bundles of certificate authorities have a quarter of that.
const maxSize = 1 << 20

// mark is the byte-order mark in UTF-8.
const mark = "\ufeff"

// Read returns the content of a file, a text in UTF-8 without a byte-order mark; binary content stays as it is. The error
// does not repeat a path that may be something else, such as the secret that belongs in the file.
func Read(path string) ([]byte, error) {
	if problem := PathProblem(path); problem != "" {
		return nil, errors.New(problem)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, harmless(path, err)
	}
	defer func() { _ = file.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	switch {
	case err != nil:
		return nil, harmless(path, err)
	case len(data) > maxSize:
		return nil, fmt.Errorf("the file %q is larger than %d MiB", path, maxSize>>20)
	}
	return Decode(data), nil
}

// likePath is what surely is a path: it starts like one or ends like a file of the kind.
var likePath = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(/|\./|\.\./|~/|[A-Za-z]:\\)|\.(pem|crt|cer|pfx|p12|key|txt|jwt|token|json)$`)
})

// harmless is a failure to read without the path, unless that surely is one.
func harmless(path string, err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	if likePath().MatchString(path) {
		return fmt.Errorf("the file %q cannot be read: %w", path, err)
	}
	return fmt.Errorf("the value, with %d characters that are not shown, does not name a readable file: %w", utf8.RuneCountInString(path), err)
}

// PathProblem says in a phrase why a value is not a path but what belongs in the file, "" when it may be one.
func PathProblem(value string) string {
	switch {
	case strings.Contains(value, "-----BEGIN "):
		return "the value is PEM text, not the path of a file"
	case strings.ContainsAny(value, "\r\n\x00"):
		return "the value has several lines or control characters, so it is not the path of a file"
	case strings.HasPrefix(value, "eyJ") && strings.Count(value, ".") == 2:
		return "the value is a token, not the path of a file"
	case len(value) > 1024:
		return fmt.Sprintf("the value has %d characters, so it is not the path of a file but probably its content", utf8.RuneCountInString(value))
	}
	return ""
}

// Decode returns a text in UTF-8 without a byte-order mark. Windows writes UTF-16, too; data that are no text stay.
func Decode(data []byte) []byte {
	switch {
	case bytes.HasPrefix(data, []byte(mark)):
		return data[len(mark):]
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		return decodeUTF16(data[2:], 0, data)
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return decodeUTF16(data[2:], 1, data)
	case len(data) >= 4 && data[1] == 0 && data[3] == 0 && data[0] != 0 && data[2] != 0:
		return decodeUTF16(data, 0, data)
	}
	return data
}

// decodeUTF16 decodes data, of which the low byte of each pair is at low. What does not decode is as.
func decodeUTF16(data []byte, low int, as []byte) []byte {
	if len(data)%2 != 0 {
		return as
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 0; i < len(data); i += 2 {
		units = append(units, uint16(data[i+low])|uint16(data[i+1-low])<<8)
	}
	text := string(utf16.Decode(units))
	if strings.ContainsRune(text, utf8.RuneError) {
		return as
	}
	return []byte(text)
}

// Trimmed returns a value without what surely does not belong to it: byte-order mark and white space around.
func Trimmed(value string) string {
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(value), mark))
}

// Stray says in a full sentence what a value should not contain, and how to remove it; "" when there
// is nothing. It never repeats the value, which may be a secret.
func Stray(value string) string {
	const asUTF8 = "Save the file as UTF-8 without a byte-order mark, or remove the mark with `trimprefix(…, \"\\ufeff\")`."
	switch {
	case strings.ContainsRune(value, 0), strings.HasPrefix(value, "\xff\xfe"), strings.HasPrefix(value, "\xfe\xff"):
		return "The value has a NUL character, like a UTF-16 file that was read as UTF-8. Save the file as UTF-8."
	case strings.Contains(value, mark):
		return "The value has a byte-order mark, an invisible character that Windows programs add at the start of a file. " + asUTF8
	case !utf8.ValidString(value), strings.ContainsRune(value, utf8.RuneError):
		return "The value has characters that are not valid UTF-8, like a file in UTF-16 or another encoding. Save the file as UTF-8."
	case strings.HasSuffix(value, "\n"), strings.HasSuffix(value, "\r"):
		return "The value ends with a line break, as `file(…)` returns it. Remove it with `chomp(…)`, or remove all surrounding white space with `trimspace(…)`."
	case strings.HasPrefix(value, "\n"), strings.HasPrefix(value, "\r"):
		return "The value begins with a line break. Remove it with `trimspace(…)`."
	}
	return ""
}

// Quoted says in full sentences that a value is in quotation marks of its own, as `set NAME="value"` of Windows' shell and
// .env files leave them; "" when it does not. A password may have them.
func Quoted(value string) string {
	if len(value) < 2 || value[0] != value[len(value)-1] || value[0] != '"' && value[0] != '\'' {
		return ""
	}
	return "The value includes quotation marks at both ends. Remove them where the value is set, or with `trim(…, \"\\\"'\")`."
}
