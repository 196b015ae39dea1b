// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import "testing"

func TestLookupEnvironment_knowsNamesAndAliases(t *testing.T) {
	for _, test := range []struct{ name, want, authority, endpoint string }{
		{"global", "global", "https://login.microsoftonline.com", "https://graph.microsoft.com"},
		{"public", "global", "https://login.microsoftonline.com", "https://graph.microsoft.com"},
		{"Public", "global", "https://login.microsoftonline.com", "https://graph.microsoft.com"},
		{"usgovernment", "usgovernmentl4", "https://login.microsoftonline.us", "https://graph.microsoft.us"},
		{"usgovernmentl4", "usgovernmentl4", "https://login.microsoftonline.us", "https://graph.microsoft.us"},
		{"usgovernmentl5", "usgovernmentl5", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us"},
		{"dod", "usgovernmentl5", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us"},
		{"china", "china", "https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn"},
		{"german", "", "", ""},
		{"", "", "", ""},
	} {
		got, ok := LookupEnvironment(test.name)
		if ok != (test.want != "") || got.Name != test.want || got.AuthorityHost != test.authority || got.GraphEndpoint != test.endpoint {
			t.Errorf("%q is %+v, %v", test.name, got, ok)
		}
	}
}
