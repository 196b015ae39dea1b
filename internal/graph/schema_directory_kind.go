// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import "strings"

// IsEntra tells the tenant's directory from a target's. Names and ids of directories differ between tenants, old and
// new, so what its users have decides.
func (s *Schema) IsEntra(directory string) bool {
	user, err := s.Object(directory, "User")
	return err == nil && user != nil && user.Attribute("objectId") != nil && user.Attribute("userPrincipalName") != nil
}

// RuleFor returns the id of the rule that provisions objects of a kind (User or Group) of the tenant's directory, by the
// first of its mappings in the order of the rules' priorities; "" when the schema has none that is enabled.
func (s *Schema) RuleFor(object string) (ruleID string, err error) {
	mappings, err := s.ObjectMappings()
	if err != nil {
		return "", err
	}
	best := ObjectMapping{}
	for _, m := range mappings {
		if m.Enabled && strings.EqualFold(m.SourceObject, object) && s.IsEntra(m.SourceDirectory) && (best.RuleID == "" || m.RulePriority < best.RulePriority) {
			best = m
		}
	}
	return best.RuleID, nil
}
