// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package importblock_test

import (
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/importblock"
)

func TestFile_givesEachBlockANameOfItsOwn(t *testing.T) {
	t.Parallel()
	var file importblock.File
	if file.String() != "" {
		t.Errorf("an empty file is %q", file.String())
	}
	file.Add("x_a", "1", "Željko Müller-Łącki", "User")
	file.Add("x_a", "2", "Ana", "User")
	file.Add("x_a", "3", "ana user")
	file.Add("x_b", "4", "Ana", "User")
	file.Add("x_a", "5", "Ana", "User", "2")
	file.Add("x_a", "6", "ana", "user")
	file.Add("x_a", "7\"${x}", "株式会社")
	file.Add("x_a", "8", "3M")
	want := ""
	for _, one := range [][3]string{{"x_a", "eljko_m_ller_cki_user", "1"}, {"x_a", "ana_user", "2"}, {"x_a", "ana_user_2", "3"}, {"x_b", "ana_user", "4"},
		{"x_a", "ana_user_2_2", "5"}, {"x_a", "ana_user_3", "6"}, {"x_a", "this", `7\"$${x}`}, {"x_a", "this_3m", "8"}} {
		if want != "" {
			want += "\n"
		}
		want += "import {\n  to = " + one[0] + "." + one[1] + "\n  id = \"" + one[2] + "\"\n}\n"
	}
	if got := file.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
