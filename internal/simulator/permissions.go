// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Application permissions by name.
const (
	applicationRead      = "Application.Read.All"
	applicationWrite     = "Application.ReadWrite.All"
	applicationOwned     = "Application.ReadWrite.OwnedBy"
	directoryRead        = "Directory.Read.All"
	directoryWrite       = "Directory.ReadWrite.All"
	assignmentWrite      = "AppRoleAssignment.ReadWrite.All"
	synchronizationRead  = "Synchronization.Read.All"
	synchronizationWrite = "Synchronization.ReadWrite.All"
	userRead             = "User.Read.All"
	userWrite            = "User.ReadWrite.All"
	groupRead            = "Group.Read.All"
	groupWrite           = "Group.ReadWrite.All"
	groupMemberRead      = "GroupMember.Read.All"
	provisioningLogRead  = "ProvisioningLog.Read.All"
	auditLogRead         = "AuditLog.Read.All"
)

// DefaultPermissions are what the provider's documentation asks for.
func DefaultPermissions() []string {
	return []string{
		synchronizationWrite, applicationWrite, applicationRead, assignmentWrite, userRead, groupRead, provisioningLogRead,
	}
}

// ReadOnlyPermissions are what a client that only plans is given.
func ReadOnlyPermissions() []string {
	return []string{synchronizationRead, applicationRead, userRead, groupRead, provisioningLogRead}
}

// requirement is met by a client that has one permission of each set.
type requirement [][]string

func allOf(sets ...[]string) requirement { return sets }

// permissions returns every permission that counts.
func (r requirement) permissions() []string {
	var all []string
	for _, set := range r {
		all = append(all, set...)
	}
	return all
}

// without returns the requirement where a permission does not count.
func (r requirement) without(name string) requirement {
	rest := make(requirement, len(r))
	for i, set := range r {
		rest[i] = slices.DeleteFunc(slices.Clone(set), func(other string) bool { return other == name })
	}
	return rest
}

// metBy says whether a client with these permissions meets the requirement.
func (r requirement) metBy(permissions []string) bool {
	return !slices.ContainsFunc(r, func(set []string) bool {
		return !slices.ContainsFunc(set, func(name string) bool { return slices.Contains(permissions, name) })
	})
}

// Sets of permissions of which one is enough. applicationOwned counts only for what the client owns or makes.
var (
	readsApplications   = []string{applicationRead, applicationWrite, applicationOwned, directoryRead, directoryWrite}
	writesApplications  = []string{applicationOwned, applicationWrite, directoryWrite}
	createsApplications = []string{applicationOwned, applicationWrite, directoryWrite}
	readsJobs           = []string{applicationOwned, synchronizationRead, synchronizationWrite}
	writesJobs          = []string{applicationOwned, synchronizationWrite}
	discovers           = []string{applicationOwned, synchronizationWrite, directoryWrite}
	assigns             = []string{assignmentWrite}
	readsResources      = []string{applicationRead, applicationWrite, directoryRead, directoryWrite}
	readsUsers          = []string{userRead, userWrite, directoryRead, directoryWrite}
	readsGroups         = []string{groupRead, groupWrite, groupMemberRead, directoryRead, directoryWrite}
	readsObjects        = []string{userRead, userWrite, groupRead, groupWrite, groupMemberRead, applicationRead, applicationWrite, directoryRead, directoryWrite}
	readsLogs           = []string{provisioningLogRead, auditLogRead}
)

// may says whether the client has one permission of the set for the object that the path names by id.
func (c *call) may(set []string) bool {
	for _, name := range set {
		if !slices.Contains(c.client.Permissions, name) {
			continue
		}
		if name != applicationOwned {
			return true
		}
		if c.owns(c.r.PathValue("id")) {
			return true
		}
	}
	return false
}

// owns says whether the client owns the application or service principal; without an id there is nothing yet to own.
func (c *call) owns(id string) bool {
	if id == "" || strings.HasSuffix(c.r.URL.Path, "/instantiate") {
		return c.r.Method != http.MethodGet
	}
	var owners []string
	if p, err := c.resolvePrincipal(id); err == nil {
		owners = p.Owners
	} else if a, err := c.s.store.Application(id); err == nil {
		owners = a.Owners
	} else {
		owners = ownersOfDeleted(c.s.store, id)
	}
	return slices.Contains(owners, c.client.ID)
}

func ownersOfDeleted(s *store.Store, id string) []string {
	for _, a := range s.Applications(true) {
		if strings.EqualFold(a.ID, id) {
			return a.Owners
		}
	}
	for _, p := range s.ServicePrincipals(true) {
		if strings.EqualFold(p.ID, id) {
			return p.Owners
		}
	}
	return nil
}

func (c *call) meets(r requirement) bool {
	for _, set := range r {
		if !c.may(set) {
			return false
		}
	}
	return true
}

func (c *call) isSynchronization() bool { return strings.Contains(c.r.URL.Path, "/synchronization/") }
