// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func TestNotFound_hasTheCodeOfTheVariant(t *testing.T) {
	c := start(t)
	made, job := c.meeting()
	gone, goneJob := c.meeting()
	template := made.sync + "/templates/" + store.ConnectorGoToMeeting
	c.must(http.StatusNoContent, "DELETE", "/applications/"+gone.application, nil)
	for name, test := range map[string]struct {
		codes                                   NotFoundCodes
		deleted, gone, retired, retiredTemplate string // outer code, and the nested one behind a slash
	}{
		"unless it says": {NotFoundCodes{}, "Request_ResourceNotFound", "Request_ResourceNotFound", "Request_ResourceNotFound", "UnknownError/TemplateNotFound"},
		"of the directory": {NotFoundCodes{NotFoundInDirectory, NotFoundInDirectory, NotFoundInDirectory},
			"Request_ResourceNotFound", "Request_ResourceNotFound", "Request_ResourceNotFound", "Request_ResourceNotFound"},
		"one for each": {NotFoundCodes{ServicePrincipal: NotFoundPlain, Job: NotFoundBare, Connector: NotFoundNested},
			"UnknownError", "ResourceNotFound", "UnknownError/NotFound", "UnknownError/NotFound"},
		"of one's own": {NotFoundCodes{ServicePrincipal: "UnknownError/SpGone", Job: "JobGone"}, "JobGone", "UnknownError/SpGone", "JobGone", "UnknownError/TemplateNotFound"},
	} {
		t.Run(name, func(t *testing.T) {
			c.SetVariants(func(v *Variants) { v.NotFound, v.NoTemplate = test.codes, false })
			want := func(code, method, path string) {
				t.Helper()
				a := c.must(http.StatusNotFound, method, path, nil)
				outer, nested, _ := strings.Cut(code, "/")
				if a.text("error", "code") != outer || nested != "" && a.nested() != nested {
					t.Errorf("%s %s: got %s, want %s", method, path, a.raw, code)
				}
			}
			for _, path := range []string{"", "/schema", "/schema/functions"} {
				want(test.deleted, "GET", made.sync+"/jobs/other"+path)
				want(test.gone, "GET", goneJob+path)
			}
			for _, path := range []string{"/secrets", "/templates", "/templates/" + store.ConnectorGoToMeeting, "/templates/" + store.ConnectorGoToMeeting + "/schema", "/jobs"} {
				want(test.gone, "GET", gone.sync+path)
			}
			want(test.gone, "POST", goneJob+"/pause")
			want(test.gone, "DELETE", goneJob)
			want("Request_ResourceNotFound", "GET", "/servicePrincipals/"+gone.principal)
			want("Request_ResourceNotFound", "GET", "/applications/"+gone.application)
			c.must(http.StatusOK, "GET", job, nil)
			c.SetVariants(func(v *Variants) { v.NoTemplate = true })
			want(test.retired, "GET", job)
			want(test.retired, "GET", job+"/schema")
			want(test.retired, "POST", job+"/start")
			want(test.retiredTemplate, "GET", template)
			want(test.retiredTemplate, "GET", template+"/schema")
			c.must(http.StatusOK, "GET", made.sync+"/secrets", nil)
			c.must(http.StatusOK, "GET", "/servicePrincipals/"+made.principal, nil)
		})
	}
}

func TestNotFound_canStandForAnEmptyListOfJobs(t *testing.T) {
	c := start(t, withVariants(Variants{NoJobsNotFound: true, NotFound: NotFoundCodes{Job: NotFoundNested}}))
	made := c.instantiate(store.TemplateGoToMeeting)
	if got := c.must(http.StatusNotFound, "GET", made.sync+"/jobs", nil).nested(); got != "NotFound" {
		t.Errorf("got nested code %s", got)
	}
	c.must(http.StatusCreated, "POST", made.sync+"/jobs", map[string]string{"templateId": store.ConnectorGoToMeeting})
	c.must(http.StatusOK, "GET", made.sync+"/jobs", nil)
}

func TestFaults_canMissWhatExists(t *testing.T) {
	c := start(t, withVariants(Variants{NotFound: NotFoundCodes{Job: NotFoundPlain}}))
	made, job := c.meeting()
	c.Faults().Add(Fault{Method: "GET", Path: "/**/jobs/*", Effect: Misses()}, Fault{Path: "/servicePrincipals/*", Effect: Misses()})
	if got := c.must(http.StatusNotFound, "GET", job, nil).text("error", "code"); got != "ResourceNotFound" {
		t.Errorf("got code %s", got)
	}
	c.must(http.StatusOK, "GET", job, nil)
	if got := c.must(http.StatusNotFound, "GET", "/servicePrincipals/"+made.principal, nil).text("error", "code"); got != "Request_ResourceNotFound" {
		t.Errorf("got code %s", got)
	}
	c.must(http.StatusOK, "GET", "/servicePrincipals/"+made.principal, nil)
}

func TestJob_canShowACycleThatRunsForSomeLooks(t *testing.T) {
	c := start(t)
	made, job := c.meeting()
	if err := c.Engine().RunCycle(made.principal, job[strings.LastIndex(job, "/")+1:], 40, 5000, 2); err != nil {
		t.Fatal(err)
	}
	c.must(http.StatusNoContent, "POST", job+"/pause", nil)
	for range 2 {
		a := c.must(http.StatusOK, "GET", job, nil)
		if a.at("status", "lastExecution") != nil || a.at("status", "progress", 0, "completedUnits") != 40.0 || a.at("status", "progress", 0, "totalUnits") != 5000.0 {
			t.Errorf("while it runs: %s", a.raw)
		}
	}
	a := c.must(http.StatusOK, "GET", job, nil)
	if a.text("status", "lastExecution", "state") != "Succeeded" || a.text("status", "code") != "Paused" {
		t.Errorf("afterward: %s", a.raw)
	}
}
