// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package textfile_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/textfile"
)

func inUTF16(order binary.AppendByteOrder, text string) string {
	var data []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		data = order.AppendUint16(data, unit)
	}
	return string(data)
}

func TestRead_decodesWhatWindowsWrites(t *testing.T) {
	t.Parallel()
	const want = "Grüße, 🙂\r\n"
	for name, content := range map[string]string{
		"UTF-8": want, "UTF-8 with a mark": "\ufeff" + want,
		"UTF-16, little end first": inUTF16(binary.LittleEndian, "\ufeff"+want), "UTF-16, big end first": inUTF16(binary.BigEndian, "\ufeff"+want),
		"UTF-16 without a mark": inUTF16(binary.LittleEndian, want),
	} {
		file := filepath.Join(t.TempDir(), "value")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := textfile.Read(file); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if binary := []byte{0x30, 0x82, 0, 0xff, 0xfe}; string(textfile.Decode(binary)) != string(binary) {
		t.Error("data that are no text changed")
	}
}

func TestRead_doesNotRepeatWhatIsNotAPath(t *testing.T) {
	t.Parallel()
	large := filepath.Join(t.TempDir(), "large.txt")
	if err := os.WriteFile(large, make([]byte, 1<<20+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]string{
		"/nonexistent/value":               `the file "/nonexistent/value" cannot be read: no such file or directory`,
		"secret.txt":                       `the file "secret.txt" cannot be read: no such file or directory`,
		"abc8Q~x.y_z":                      "the value, with 11 characters that are not shown, does not name a readable file: no such file or directory",
		"-----BEGIN PRIVATE KEY-----\nMII": "the value is PEM text, not the path of a file",
		"two\nlines":                       "the value has several lines or control characters, so it is not the path of a file",
		"eyJhbGciOiJub25lIn0.e30.c2ln":     "the value is a token, not the path of a file",
		strings.Repeat("MII", 500):         "the value has 1500 characters, so it is not the path of a file but probably its content",
		large:                              `the file "` + large + `" is larger than 1 MiB`,
	} {
		if _, err := textfile.Read(value); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestStray_saysWhatStandsThere(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"": "", "p": "", "pass word ": "", `a"b"`: "", `"`: "", "line\nbreak": "", "Grüße 🙂": "",
		"pw\n": "`chomp(…)`", "pw\r\n": "ends with a line break", "\npw": "begins with a line break", "\ufeffpw": "byte-order mark", "p\ufeffw": "byte-order mark",
		"p\x00w\x00": "UTF-16", "\xff\xfep\x00": "UTF-16", "p\xe4": "not valid UTF-8", "\ufffd\ufffdp": "not valid UTF-8", `"pw"`: "",
	} {
		if got := textfile.Stray(value); !strings.Contains(got, want) || (got == "") != (want == "") || want != "" && strings.Contains(got, "pw") {
			t.Errorf("%q: %q", value, got)
		}
	}
	for value, want := range map[string]bool{"": false, `"`: false, `"pw"`: true, "'pw'": true, `"pw'`: false, `p"w`: false} {
		if got := textfile.Quoted(value); (got != "") != want || strings.Contains(got, "pw") {
			t.Errorf("%q: %q", value, got)
		}
	}
	if got := textfile.Trimmed(" \ufeff pw\r\n"); got != "pw" {
		t.Errorf("%q", got)
	}
}
