// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package validate

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// ImportID is what an import names, in whichever of its spellings it was given.
type ImportID struct {
	ServicePrincipalID string // in lowercase
	Rest               string // what follows it: the id of a job or an assignment, roles; "" for nothing
}

var (
	// inPortal finds the service principal in an address of the portal, which calls it the object of a managed application.
	inPortal = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)(?:objectId|servicePrincipalId|principalId)/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})`)
	})
	version = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^/(v1\.0|beta)/`) })
	jobID   = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[^/]+\.[0-9a-f]{32}\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	})
	byAppID     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)^servicePrincipals\(appId=`) })
	ofPrincipal = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)^(?:users|groups|me|directoryObjects)/.*appRoleAssignments/`)
	})
	// jobSegments and assignmentSegments are what Graph, and the azuread provider, put between the ids of a service principal
	// and of what belongs to it.
	jobSegments        = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:synchronization/jobs/|job/([^/]*\.))`) })
	assignmentSegments = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)^appRoleAssign(?:edTo|ments?)(?:/|$)`) })
)

// ParseImportID reads an id of this provider, a path or address of Microsoft Graph, or an id of the azuread provider. wanted
// names what belongs here. The problem, "" for none, says in full sentences what was given and what is wanted; with one, the id
// has at most the service principal that a page of the portal is about.
func ParseImportID(given, wanted string) (id ImportID, problem string) {
	refuse := func(why string) (ImportID, string) {
		return ImportID{}, fmt.Sprintf("Expected %s. Got %q. %s", wanted, given, why)
	}
	text := strings.TrimSpace(given)
	if text == "" {
		return ImportID{}, fmt.Sprintf("Expected %s. The id is empty.", wanted)
	}
	if address, err := url.Parse(text); err == nil && address.Host != "" {
		if !version().MatchString(address.Path) {
			why := "That is a web address."
			if found := inPortal().FindStringSubmatch(text); found != nil {
				id.ServicePrincipalID = strings.ToLower(found[1])
				why += fmt.Sprintf(" It is the page of the service principal %q: use that id instead.", id.ServicePrincipalID)
			}
			_, problem = refuse(why)
			return id, problem
		}
		text = version().ReplaceAllString(address.Path, "")
	}
	text = strings.TrimRight(strings.TrimLeft(text, "/"), "/")
	switch lower := strings.ToLower(text); {
	case ofPrincipal().MatchString(text):
		return refuse(fmt.Sprintf("That is the path of an assignment under its user or group. Put the object id of the application's service principal before the id of the assignment: %q.",
			"{service principal id}/"+text[strings.LastIndex(text, "/")+1:]))
	case strings.HasPrefix(lower, "applications/"):
		return refuse("That is the app registration. Its service principal, the enterprise application, has a different object id.")
	case byAppID().MatchString(text):
		return refuse("That is the client id of the application. Its service principal has a different object id.")
	case strings.HasPrefix(lower, "serviceprincipals/"):
		text = text[len("servicePrincipals/"):]
	}
	first, rest, _ := strings.Cut(text, "/")
	id.ServicePrincipalID = strings.ToLower(strings.Trim(first, around))
	switch {
	case jobID().MatchString(text):
		return refuse("That is the id of a job alone. Put the object id of its service principal and a slash before it.")
	case !guid().MatchString(id.ServicePrincipalID):
		return refuse(ObjectIDProblem(first))
	}
	rest = strings.TrimSuffix(jobSegments().ReplaceAllString(rest, "$1"), "/schema")
	id.Rest = assignmentSegments().ReplaceAllString(rest, "")
	return id, ""
}
