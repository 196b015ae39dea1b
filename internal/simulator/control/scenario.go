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
person add 30
group create "Meetings Everybody"
group join "Meetings Everybody" alba.abel.0 bruno.abel.1 clara.abel.2 dario.abel.3 elena.abel.4 felix.abel.5 greta.abel.6 hugo.abel.7 ines.abel.8 jonas.abel.9
group join "Meetings Everybody" alba.brandt.10 bruno.brandt.11 clara.brandt.12 dario.brandt.13 elena.brandt.14 felix.brandt.15 greta.brandt.16 hugo.brandt.17 ines.brandt.18 jonas.brandt.19
group join "Meetings Everybody" alba.costa.20 bruno.costa.21 clara.costa.22 dario.costa.23 elena.costa.24 felix.costa.25 greta.costa.26 hugo.costa.27 ines.costa.28 jonas.costa.29
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
