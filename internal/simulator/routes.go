// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// class says by which quota an operation is limited.
type class int

const (
	ofDirectory class = iota
	ofSynchronization
	ofReports
	onDemand
)

// route is one operation of Graph.
type route struct {
	pattern string // method and path below /v1.0
	needs   requirement
	class   class
	handle  operation
}

const (
	synchronization = "/servicePrincipals/{id}/synchronization"
	getSecrets      = "GET " + synchronization + "/secrets"
)

// required is what the operation needs with the variants.
func (t route) required(v Variants) requirement {
	needs := t.needs
	if v.ReadersSeeSecrets && t.pattern == getSecrets {
		needs = allOf(readsJobs)
	}
	if v.OwnedByInsufficient && strings.Contains(t.pattern, synchronization) {
		needs = needs.without(applicationOwned)
	}
	return needs
}

// inBeta are the operations that the azuread provider asks of the beta version, for members that the stable one lacks. All
// others are not served there, so a client that strays into beta is found out.
var inBeta = map[string]bool{
	"GET /servicePrincipals": true, "GET /servicePrincipals/{id}": true, "PATCH /servicePrincipals/{id}": true,
	"GET /applications": true, "GET /applications/{id}": true, "PATCH /applications/{id}": true,
}

// onlyInBeta is the operation that the stable version does not have.
const onlyInBeta = "GET " + synchronization + "/jobs/{job}/objectConnections/{object}"

// graphRoutes is the table of all operations, with the permissions that each needs.
func graphRoutes() *http.ServeMux {
	none, apps, writeApps := requirement(nil), allOf(readsApplications), allOf(writesApplications)
	readJobs, writeJobs := allOf(readsJobs), allOf(writesJobs)
	const job = synchronization + "/jobs/{job}"
	const template = synchronization + "/templates/{template}"
	const assigned = "/servicePrincipals/{id}/appRoleAssignedTo"
	routes := []route{
		{"GET /applicationTemplates", none, ofDirectory, (*call).listTemplates},
		{"GET /applicationTemplates/{template}", none, ofDirectory, (*call).getTemplate},
		{"POST /applicationTemplates/{template}/instantiate", allOf(createsApplications), ofDirectory, (*call).instantiate},

		{"GET /servicePrincipals", apps, ofDirectory, (*call).listServicePrincipals},
		{"GET /servicePrincipals/{id}", apps, ofDirectory, ofPrincipal((*call).getServicePrincipal)},
		{"PATCH /servicePrincipals/{id}", writeApps, ofDirectory, ofPrincipal((*call).patchServicePrincipal)},
		{"DELETE /servicePrincipals/{id}", writeApps, ofDirectory, ofPrincipal((*call).deleteServicePrincipal)},
		{"GET /applications", apps, ofDirectory, (*call).listApplications},
		{"GET /applications/{id}", apps, ofDirectory, (*call).getApplication},
		{"PATCH /applications/{id}", writeApps, ofDirectory, (*call).patchApplication},
		{"DELETE /applications/{id}", writeApps, ofDirectory, (*call).deleteApplication},
		{"GET /directory/deletedItems/{id}", allOf(readsObjects), ofDirectory, (*call).getDeletedItem},
		{"GET /directory/deletedItems/microsoft.graph.user", allOf(readsUsers), ofDirectory, (*call).listDeletedUsers},
		{"DELETE /directory/deletedItems/{id}", writeApps, ofDirectory, (*call).purgeDeletedItem},
		{"POST /directory/deletedItems/{id}/restore", writeApps, ofDirectory, (*call).restoreDeletedItem},

		{"GET " + assigned, apps, ofDirectory, ofPrincipal((*call).listAssignments)},
		{"POST " + assigned, allOf(assigns, readsResources), ofDirectory, ofPrincipal((*call).postAssignment)},
		{"GET " + assigned + "/{assignment}", apps, ofDirectory, ofPrincipal((*call).getAssignment)},
		{"DELETE " + assigned + "/{assignment}", allOf(assigns, readsResources), ofDirectory, ofPrincipal((*call).deleteAssignment)},

		{"GET /users", allOf(readsUsers), ofDirectory, (*call).listUsers},
		{"GET /users/{user}", allOf(readsUsers), ofDirectory, (*call).getUser},
		{"GET /groups", allOf(readsGroups), ofDirectory, (*call).listGroups},
		{"GET /groups/{group}", allOf(readsGroups), ofDirectory, (*call).getGroup},
		{"GET /groups/{group}/members", allOf(readsGroups), ofDirectory, (*call).listMembers},
		{"GET /groups/{group}/members/$count", allOf(readsGroups), ofDirectory, (*call).countMembers},
		{"GET /groups/{group}/members/microsoft.graph.user", allOf(readsGroups), ofDirectory, (*call).listUserMembers},
		{"GET /groups/{group}/members/microsoft.graph.user/$count", allOf(readsGroups), ofDirectory, (*call).countUserMembers},
		{"GET /identityGovernance/privilegedAccess/group/eligibilityScheduleInstances", allOf(readsEligibility), ofDirectory, (*call).listEligibleMembers},
		{"POST /directoryObjects/getByIds", allOf(readsObjects), ofDirectory, (*call).getByIDs},

		{getSecrets, writeJobs, ofSynchronization, ofPrincipal((*call).getSecrets)},
		{"PUT " + synchronization + "/secrets", writeJobs, ofSynchronization, ofPrincipal((*call).putSecrets)},
		{"POST " + synchronization + "/acquireAccessToken", writeJobs, ofSynchronization, ofPrincipal((*call).acquireAccessToken)},
		{"GET " + synchronization + "/templates", readJobs, ofSynchronization, ofPrincipal((*call).listSyncTemplates)},
		{"GET " + template, readJobs, ofSynchronization, ofConnector((*call).getSyncTemplate)},
		{"GET " + template + "/schema", readJobs, ofSynchronization, ofConnector((*call).getSyncTemplateSchema)},
		{"POST " + template + "/schema/parseExpression", writeJobs, ofSynchronization, ofConnector((*call).parseTemplateExpression)},
		{"GET " + synchronization + "/jobs", readJobs, ofSynchronization, ofPrincipal((*call).listJobs)},
		{"POST " + synchronization + "/jobs", writeJobs, ofSynchronization, ofPrincipal((*call).postJob)},
		{"POST " + synchronization + "/jobs/validateCredentials", writeJobs, ofSynchronization, ofPrincipal((*call).validateCredentials)},
		{"GET " + job, readJobs, ofSynchronization, ofPrincipal((*call).getJob)},
		{"DELETE " + job, writeJobs, ofSynchronization, ofJob((*call).deleteJob)},
		{"POST " + job + "/start", writeJobs, ofSynchronization, ofJob((*call).startJob)},
		{"POST " + job + "/pause", writeJobs, ofSynchronization, ofJob((*call).pauseJob)},
		{"POST " + job + "/restart", writeJobs, ofSynchronization, ofJob((*call).restartJob)},
		{"POST " + job + "/validateCredentials", writeJobs, ofSynchronization, ofJob((*call).validateJobCredentials)},
		{"POST " + job + "/provisionOnDemand", writeJobs, onDemand, ofJob((*call).provisionOnDemand)},
		{"GET " + job + "/schema", readJobs, ofSynchronization, ofJob((*call).getSchema)},
		{onlyInBeta, allOf(readsLinks), ofSynchronization, ofJob((*call).getLink)},
		{"PUT " + job + "/schema", writeJobs, ofSynchronization, ofJob((*call).putSchema)},
		{"DELETE " + job + "/schema", writeJobs, ofSynchronization, ofJob((*call).deleteSchema)},
		{"POST " + job + "/schema/parseExpression", writeJobs, ofSynchronization, ofJob((*call).parseJobExpression)},
		{"GET " + job + "/schema/functions", writeJobs, ofSynchronization, ofJob((*call).listFunctions)},
		{"GET " + job + "/schema/filterOperators", writeJobs, ofSynchronization, ofJob((*call).listFilterOperators)},
		{"POST " + job + "/schema/directories/{directory}/discover", allOf(discovers), ofSynchronization, ofJob((*call).discover)},

		{"GET /auditLogs/provisioning", allOf(readsLogs), ofReports, (*call).listProvisioningLog},
		{"POST /$batch", none, ofSynchronization, (*call).batchRequests},
	}
	for _, owned := range []string{"/applications/{id}/owners", "/servicePrincipals/{id}/owners"} {
		routes = append(routes,
			route{"GET " + owned, apps, ofDirectory, (*call).listOwners},
			route{"POST " + owned + "/$ref", allOf(writesOwners, readsDirectory), ofDirectory, (*call).addOwner},
			route{"DELETE " + owned + "/{owner}/$ref", allOf(writesOwners, readsDirectory), ofDirectory, (*call).removeOwner})
	}
	// A literal last segment after {id} needs its own entries: it must not be treated as an id.
	for _, kind := range []string{"application", "servicePrincipal"} {
		routes = append(routes, route{"GET /directory/deletedItems/microsoft.graph." + kind, apps, ofDirectory, (*call).listDeletedItems})
	}
	mux := http.NewServeMux()
	for _, r := range routes {
		method, path, _ := strings.Cut(r.pattern, " ")
		if r.pattern != onlyInBeta {
			mux.Handle(method+" "+stable+path, operation(r.serve))
		}
		if inBeta[r.pattern] || r.pattern == onlyInBeta {
			mux.Handle(method+" "+beta+path, operation(r.serve))
		}
	}
	return mux
}

// serve charges the quota and handles the request.
func (t route) serve(c *call) (*reply, error) {
	switch t.class {
	case ofDirectory:
		cost, used, wait := c.s.throttle.directory(c.client.ID, c.r)
		handle := t.permitted
		if wait > 0 {
			handle = func(c *call) (*reply, error) { return nil, c.tooMany(wait, "ReadWrite") }
		}
		answer := c.settle(handle(c)).with("x-ms-resource-unit", strconv.Itoa(cost))
		if used >= noteworthy {
			answer.with("x-ms-throttle-limit-percentage", strconv.FormatFloat(used, 'f', 1, 64))
		}
		return answer, nil
	case ofReports:
		if wait := c.s.throttle.slow(c.client.ID, "reports"); wait > 0 {
			return nil, c.tooMany(wait, "Read")
		}
	case onDemand:
		if wait := c.s.throttle.slow(c.client.ID, "onDemand"); wait > 0 {
			return nil, c.tooMany(wait, "ReadWrite")
		}
	case ofSynchronization:
	}
	return t.permitted(c)
}

// permitted checks the permission and handles the request.
func (t route) permitted(c *call) (*reply, error) {
	if c.r.URL.Query().Has("$expand") {
		return nil, badRequest("This simulator does not expand.") // rather than leave out silently what a client asks for
	}
	if !c.meets(t.required(c.s.Variants())) {
		return nil, c.forbidden()
	}
	if c.isSynchronization() {
		if err := c.lagsBehind(); err != nil {
			return nil, err
		}
	}
	return t.handle(c)
}

// lagsBehind is the error while the synchronization endpoints of a new service principal are not there yet, and also for
// the form by client id, which they do not know.
func (c *call) lagsBehind() error {
	id := c.r.PathValue("id")
	if strings.HasPrefix(id, byAppID) {
		return refuse(http.StatusBadRequest, "BadRequest", "Resource not found for the segment 'synchronization'.")
	}
	if c.s.replica.hides(KindSynchronization, strings.ToLower(id)) {
		return &store.NotFoundError{Kind: store.MissingPrincipal, ID: id}
	}
	return nil
}

// Application permissions by name.
const (
	applicationRead             = "Application.Read.All"
	applicationWrite            = "Application.ReadWrite.All"
	applicationOwned            = "Application.ReadWrite.OwnedBy"
	directoryRead               = "Directory.Read.All"
	directoryWrite              = "Directory.ReadWrite.All"
	assignmentWrite             = "AppRoleAssignment.ReadWrite.All"
	synchronizationRead         = "Synchronization.Read.All"
	synchronizationMetadataRead = "SynchronizationMetadata.Read.All"
	synchronizationWrite        = "Synchronization.ReadWrite.All"
	userRead                    = "User.Read.All"
	userWrite                   = "User.ReadWrite.All"
	groupRead                   = "Group.Read.All"
	groupWrite                  = "Group.ReadWrite.All"
	groupMemberRead             = "GroupMember.Read.All"
	provisioningLogRead         = "ProvisioningLog.Read.All"
	auditLogRead                = "AuditLog.Read.All"
	hiddenMemberRead            = "Member.Read.Hidden"
	eligibilityRead             = "PrivilegedEligibilitySchedule.Read.AzureADGroup"
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

// without returns the requirement where a permission does not count.
func (r requirement) without(name string) requirement {
	rest := make(requirement, len(r))
	for i, set := range r {
		rest[i] = slices.DeleteFunc(slices.Clone(set), func(other string) bool { return other == name })
	}
	return rest
}

// Sets of permissions of which one is enough. applicationOwned counts only for what the client owns or makes.
var (
	readsApplications   = []string{applicationRead, applicationWrite, applicationOwned, directoryRead, directoryWrite}
	writesApplications  = []string{applicationOwned, applicationWrite, directoryWrite}
	writesOwners        = []string{applicationWrite, directoryWrite} // owning is not enough to add an owner
	readsDirectory      = []string{directoryRead, directoryWrite}
	createsApplications = []string{applicationOwned, applicationWrite, directoryWrite}
	readsLinks          = []string{synchronizationMetadataRead}
	readsJobs           = []string{applicationOwned, synchronizationRead, synchronizationWrite}
	writesJobs          = []string{applicationOwned, synchronizationWrite}
	discovers           = []string{applicationOwned, synchronizationWrite, directoryWrite}
	assigns             = []string{assignmentWrite}
	readsResources      = []string{applicationRead, applicationWrite, directoryRead, directoryWrite}
	readsUsers          = []string{userRead, userWrite, directoryRead, directoryWrite}
	readsGroups         = []string{groupRead, groupWrite, groupMemberRead, directoryRead, directoryWrite}
	readsObjects        = []string{userRead, userWrite, groupRead, groupWrite, groupMemberRead, applicationRead, applicationWrite, directoryRead, directoryWrite}
	readsHidden         = []string{hiddenMemberRead}
	readsEligibility    = []string{eligibilityRead}
	readsLogs           = []string{provisioningLogRead, auditLogRead}
)

// may says whether the client has one permission of the set for the object that the path names by id.
func (c *call) may(set []string) bool {
	return slices.ContainsFunc(set, func(name string) bool {
		return slices.Contains(c.client.Permissions, name) && (name != applicationOwned || c.owns(c.r.PathValue("id")))
	})
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
		_, owners = c.deletedItem(id)
	}
	return slices.Contains(owners, c.client.ID)
}

func (c *call) meets(r requirement) bool {
	return !slices.ContainsFunc(r, func(set []string) bool { return !c.may(set) })
}

func (c *call) isSynchronization() bool { return strings.Contains(c.r.URL.Path, "/synchronization/") }
