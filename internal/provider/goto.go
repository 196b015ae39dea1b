// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// goToAttributes are the attributes of `goto`. Each one's environment variable is GOTO_ and its name.
var goToAttributes = []string{"client_id", "client_secret", "personal_access_token", "account_key", "endpoint", "token_endpoint"}

// validateGoTo reports half a set of credentials in the block, unless the environment has the other half. What is not known
// yet is given the benefit of the doubt. Half a set that only the environment gives may be meant for another program, and
// is told when something needs GoTo.
func (m model) validateGoTo(getenv func(string) string) diag.Diagnostics {
	attributes := m.attributes()
	var given, missing, variables []string
	for _, name := range providerdata.GoToCredentials() {
		variable := "GOTO_" + strings.ToUpper(name)
		switch {
		case !attributes["goto."+name].IsNull():
			given = append(given, name)
		case strings.TrimSpace(getenv(variable)) == "":
			missing = append(missing, name)
			variables = append(variables, variable)
		}
	}
	if len(given) == 0 || len(missing) == 0 {
		return nil
	}
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("goto"), "Incomplete GoTo credentials",
		fmt.Sprintf("`goto` has %s but not %s, and signing in to GoTo requires both an OAuth client and a personal access token. Add the missing attributes, or set %s.",
			enumerate(given), enumerate(missing), enumerate(variables)))}
}

// goTo returns what makes the client of GoTo's Admin API when something needs it, nil when no credentials are given.
func (p *Provider) goTo(s settings, httpClient *http.Client, userAgent string) func() (*gotoadmin.Client, error) {
	var none providerdata.NoGoToError
	for _, name := range providerdata.GoToCredentials() {
		if s.has("goto." + name) {
			none.Given = append(none.Given, name)
		} else {
			none.Missing = append(none.Missing, name)
		}
	}
	switch {
	case len(none.Given) == 0:
		return nil
	case len(none.Missing) > 0:
		return func() (*gotoadmin.Client, error) { return nil, &none }
	}
	return sync.OnceValues(func() (*gotoadmin.Client, error) {
		return gotoadmin.New(gotoadmin.Options{
			ClientID:            s.get("goto.client_id"),
			ClientSecret:        s.get("goto.client_secret"),
			PersonalAccessToken: s.get("goto.personal_access_token"),
			AccountKey:          s.get("goto.account_key"),
			Endpoint:            strings.TrimRight(s.get("goto.endpoint"), "/"),
			TokenEndpoint:       s.get("goto.token_endpoint"),
			HTTPClient:          httpClient,
			UserAgent:           userAgent,
			Clock:               p.clock,
			Log:                 logAs("GoTo request"),
		})
	})
}

// enumerate writes names of attributes or variables as a phrase.
func enumerate(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return "`" + names[0] + "`"
	}
	return "`" + strings.Join(names[:last], "`, `") + "` and `" + names[last] + "`"
}
