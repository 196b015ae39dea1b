// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package wire

import "testing"

func TestSecrets_mayBePartOfOthers(t *testing.T) {
	s := NewSecrets("abcd", "b").And("zabcdz", `say "hi"`)
	if got := s.Blank(`zabcdz, abcd and b; {"text":"say \"hi\""}`); got != `(redacted), (redacted) and b; {"text":"(redacted)"}` {
		t.Error(got)
	}
}
