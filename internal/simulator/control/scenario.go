// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package control

import (
	"fmt"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

// scenario is a state of the tenant to begin with, as the commands that bring it about.
type scenario struct{ name, does, script string }

const existingTenant = `portal application
portal sso saml
portal credentials
portal notification it@example.com
portal job
group create "Meetings Everybody"
group fill "Meetings Everybody" 30
portal assign "Meetings Everybody"
portal start
cycle
`

func scenarios() []scenario {
	return []scenario{
		{"existing", "single sign-on and provisioning set up in the portal, 30 people with accounts", existingTenant},
		{"quarantined", "the same, after the administrator's password changed at GoTo", existingTenant + "goto password changed-at-goto\ncycle\n"},
		{"retired", "the same, after the connector was retired", existingTenant + "retire\n"},
		{"large", "an application, and 5,000 people to assign", "portal application\nperson add 5000\n"},
	}
}

// RunScenario brings a scenario about.
func RunScenario(server *simulator.Server, name string) error {
	var known []string
	for _, s := range scenarios() {
		if s.name == name {
			return Script(strings.NewReader(s.script), &strings.Builder{}, func(command ...string) (string, error) { return Do(server, command...) })
		}
		known = append(known, s.name)
	}
	return fmt.Errorf("there is no scenario %q; there are %s", name, strings.Join(known, ", "))
}

func scenarioHelp() string {
	var out strings.Builder
	for _, s := range scenarios() {
		fmt.Fprintf(&out, "%-12s %s\n", s.name, s.does)
	}
	return out.String()
}
