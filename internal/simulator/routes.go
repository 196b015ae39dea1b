// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"context"
	"net/http"
	"strconv"
	"strings"
)

type callKey struct{}

func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

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
	handle  func(*call)
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

// graphRoutes is the table of all operations, with the permissions that each needs.
func (s *Server) graphRoutes() *http.ServeMux {
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
		{"GET /servicePrincipals/{id}", apps, ofDirectory, (*call).getServicePrincipal},
		{"PATCH /servicePrincipals/{id}", writeApps, ofDirectory, (*call).patchServicePrincipal},
		{"DELETE /servicePrincipals/{id}", writeApps, ofDirectory, (*call).deleteServicePrincipal},
		{"GET /applications", apps, ofDirectory, (*call).listApplications},
		{"GET /applications/{id}", apps, ofDirectory, (*call).getApplication},
		{"PATCH /applications/{id}", writeApps, ofDirectory, (*call).patchApplication},
		{"DELETE /applications/{id}", writeApps, ofDirectory, (*call).deleteApplication},
		{"GET /directory/deletedItems/{id}", apps, ofDirectory, (*call).getDeletedItem},
		{"GET /directory/deletedItems/microsoft.graph.user", allOf(readsUsers), ofDirectory, (*call).listDeletedUsers},
		{"DELETE /directory/deletedItems/{id}", writeApps, ofDirectory, (*call).purgeDeletedItem},
		{"POST /directory/deletedItems/{id}/restore", writeApps, ofDirectory, (*call).restoreDeletedItem},

		{"GET " + assigned, apps, ofDirectory, (*call).listAssignments},
		{"POST " + assigned, allOf(assigns, readsResources), ofDirectory, (*call).postAssignment},
		{"GET " + assigned + "/{assignment}", apps, ofDirectory, (*call).getAssignment},
		{"DELETE " + assigned + "/{assignment}", allOf(assigns, readsResources), ofDirectory, (*call).deleteAssignment},

		{"GET /users", allOf(readsUsers), ofDirectory, (*call).listUsers},
		{"GET /users/{user}", allOf(readsUsers), ofDirectory, (*call).getUser},
		{"GET /groups", allOf(readsGroups), ofDirectory, (*call).listGroups},
		{"GET /groups/{group}", allOf(readsGroups), ofDirectory, (*call).getGroup},
		{"GET /groups/{group}/members", allOf(readsGroups), ofDirectory, (*call).listMembers},
		{"GET /groups/{group}/members/$count", allOf(readsGroups), ofDirectory, (*call).countMembers},
		{"GET /groups/{group}/members/microsoft.graph.user", allOf(readsGroups), ofDirectory, (*call).listUserMembers},
		{"GET /groups/{group}/members/microsoft.graph.user/$count", allOf(readsGroups), ofDirectory, (*call).countUserMembers},
		{"POST /directoryObjects/getByIds", allOf(readsObjects), ofDirectory, (*call).getByIDs},

		{getSecrets, writeJobs, ofSynchronization, (*call).getSecrets},
		{"PUT " + synchronization + "/secrets", writeJobs, ofSynchronization, (*call).putSecrets},
		{"POST " + synchronization + "/acquireAccessToken", writeJobs, ofSynchronization, (*call).acquireAccessToken},
		{"GET " + synchronization + "/templates", readJobs, ofSynchronization, (*call).listSyncTemplates},
		{"GET " + template, readJobs, ofSynchronization, (*call).getSyncTemplate},
		{"GET " + template + "/schema", readJobs, ofSynchronization, (*call).getSyncTemplateSchema},
		{"POST " + template + "/schema/parseExpression", writeJobs, ofSynchronization, (*call).parseTemplateExpression},
		{"GET " + synchronization + "/jobs", readJobs, ofSynchronization, (*call).listJobs},
		{"POST " + synchronization + "/jobs", writeJobs, ofSynchronization, (*call).postJob},
		{"POST " + synchronization + "/jobs/validateCredentials", writeJobs, ofSynchronization, (*call).validateCredentials},
		{"GET " + job, readJobs, ofSynchronization, (*call).getJob},
		{"DELETE " + job, writeJobs, ofSynchronization, (*call).deleteJob},
		{"POST " + job + "/start", writeJobs, ofSynchronization, (*call).startJob},
		{"POST " + job + "/pause", writeJobs, ofSynchronization, (*call).pauseJob},
		{"POST " + job + "/restart", writeJobs, ofSynchronization, (*call).restartJob},
		{"POST " + job + "/validateCredentials", writeJobs, ofSynchronization, (*call).validateJobCredentials},
		{"POST " + job + "/provisionOnDemand", writeJobs, onDemand, (*call).provisionOnDemand},
		{"GET " + job + "/schema", readJobs, ofSynchronization, (*call).getSchema},
		{"PUT " + job + "/schema", writeJobs, ofSynchronization, (*call).putSchema},
		{"DELETE " + job + "/schema", writeJobs, ofSynchronization, (*call).deleteSchema},
		{"POST " + job + "/schema/parseExpression", writeJobs, ofSynchronization, (*call).parseJobExpression},
		{"GET " + job + "/schema/functions", writeJobs, ofSynchronization, (*call).listFunctions},
		{"GET " + job + "/schema/filterOperators", writeJobs, ofSynchronization, (*call).listFilterOperators},
		{"POST " + job + "/schema/directories/{directory}/discover", allOf(discovers), ofSynchronization, (*call).discover},

		{"GET /auditLogs/provisioning", allOf(readsLogs), ofReports, (*call).listProvisioningLog},
		{"POST /$batch", none, ofSynchronization, (*call).batchRequests},
	}
	// A literal last segment after {id} needs its own entries: it must not be taken for an id.
	for _, kind := range []string{"application", "servicePrincipal"} {
		routes = append(routes, route{"GET /directory/deletedItems/microsoft.graph." + kind, apps, ofDirectory, (*call).listDeletedItems})
	}
	mux := http.NewServeMux()
	for _, r := range routes {
		method, path, _ := strings.Cut(r.pattern, " ")
		mux.HandleFunc(method+" /v1.0"+path, r.serve)
	}
	mux.HandleFunc("/v1.0/", func(w http.ResponseWriter, r *http.Request) { callOf(w, r).unknownPath() })
	return mux
}

func callOf(w http.ResponseWriter, r *http.Request) *call {
	c, ok := r.Context().Value(callKey{}).(*call)
	if !ok {
		panic("simulator: a request came past the dispatcher")
	}
	c.w, c.r = w, r
	return c
}

// serve checks quota and permission and handles the request.
func (t route) serve(w http.ResponseWriter, r *http.Request) {
	c := callOf(w, r)
	c.needs = t.required(c.s.Variants())
	switch t.class {
	case ofDirectory:
		cost, used, wait := c.s.throttle.directory(c.client.ID, r)
		c.w.Header().Set("x-ms-resource-unit", strconv.Itoa(cost))
		if used >= noteworthy {
			c.w.Header().Set("x-ms-throttle-limit-percentage", strconv.FormatFloat(used, 'f', 1, 64))
		}
		if wait > 0 {
			c.tooMany(wait, "Tenant_Application/ReadWrite/"+c.client.ID+"/"+c.s.TenantID())
			return
		}
	case ofReports:
		if wait := c.s.throttle.slow(c.client.ID, "reports"); wait > 0 {
			c.tooMany(wait, "Tenant_Application/Read/"+c.client.ID+"/"+c.s.TenantID())
			return
		}
	case onDemand:
		if wait := c.s.throttle.slow(c.client.ID, "onDemand"); wait > 0 {
			c.tooMany(wait, "Tenant_Application/ReadWrite/"+c.client.ID+"/"+c.s.TenantID())
			return
		}
	case ofSynchronization:
	}
	if r.URL.Query().Has("$expand") {
		c.badRequest("This simulator does not expand.") // rather than leave out silently what a client asks for
		return
	}
	if !c.meets(c.needs) {
		c.forbidden()
		return
	}
	if c.isSynchronization() && c.lagsBehind() {
		return
	}
	t.handle(c)
}

// lagsBehind answers 404 while the synchronization endpoints of a new service principal are not there yet, and also
// for the form by client id, which they do not know.
func (c *call) lagsBehind() bool {
	id := c.r.PathValue("id")
	if strings.HasPrefix(id, byAppID) {
		c.graphError(http.StatusBadRequest, "BadRequest", "Resource not found for the segment 'synchronization'.")
		return true
	}
	if c.s.replica.hides(KindSynchronization, strings.ToLower(id)) {
		c.missing(id, c.s.Variants().NotFound.ServicePrincipal)
		return true
	}
	return false
}

// unknownPath answers for an operation that does not exist.
func (c *call) unknownPath() {
	if c.isSynchronization() {
		c.noRoute()
		return
	}
	segments := strings.Split(strings.TrimPrefix(c.r.URL.Path, "/v1.0/"), "/")
	c.graphError(http.StatusBadRequest, "BadRequest", "Resource not found for the segment '%s'.", segments[len(segments)-1])
}
