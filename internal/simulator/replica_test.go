// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// statuses sends the same read several times.
func (c *tester) statuses(n int, path string) []int {
	c.t.Helper()
	var got []int
	for range n {
		got = append(got, c.do("GET", path, nil).status)
	}
	return got
}

func TestLag_hidesNewObjectsForSomeReads(t *testing.T) {
	c := start(t)
	c.SetLag(KindServicePrincipal, Lag{Reads: 2})
	c.SetLag(KindSynchronization, Lag{Reads: 1})
	c.SetLag(KindJob, Lag{Reads: 1})
	c.SetLag(KindAssignment, Lag{Reads: 1})
	made := c.instantiate(store.TemplateGoToMeeting)
	if got := c.statuses(3, "/servicePrincipals/"+made.principal); !slices.Equal(got, []int{404, 404, 200}) {
		t.Errorf("service principal: got %v", got)
	}
	if got := c.statuses(2, made.sync+"/templates"); !slices.Equal(got, []int{404, 200}) {
		t.Errorf("synchronization: got %v", got)
	}
	job := c.must(http.StatusCreated, "POST", made.sync+"/jobs", map[string]string{"templateId": store.ConnectorGoToMeeting})
	if got := c.statuses(2, made.sync+"/jobs/"+job.text("id")); !slices.Equal(got, []int{404, 200}) {
		t.Errorf("job: got %v", got)
	}
	c.assign(made, store.UserAna, "User")
	path := "/servicePrincipals/" + made.principal + "/appRoleAssignedTo"
	if got := len(c.must(http.StatusOK, "GET", path, nil).list()); got != 0 {
		t.Errorf("the first list shows %d assignments", got)
	}
	if got := len(c.must(http.StatusOK, "GET", path, nil).list()); got != 1 {
		t.Errorf("the second list shows %d assignments", got)
	}
}

func TestLag_lastsForATime(t *testing.T) {
	c := start(t)
	c.SetLag(KindServicePrincipal, Lag{For: time.Minute})
	made := c.instantiate(store.TemplateGoToMeeting)
	path := "/servicePrincipals/" + made.principal
	if got := c.statuses(3, path); !slices.Equal(got, []int{404, 404, 404}) {
		t.Errorf("at once: got %v", got)
	}
	if got := len(c.must(http.StatusOK, "GET", "/servicePrincipals", nil).list()); got != 0 {
		t.Errorf("the list shows %d service principals", got)
	}
	c.Clock().Advance(time.Minute)
	c.must(http.StatusOK, "GET", path, nil)
}

func TestLag_flickersBetweenReplicas(t *testing.T) {
	c := start(t)
	c.SetLag(KindServicePrincipal, Lag{Reads: 4, Flicker: true})
	made := c.instantiate(store.TemplateGoToMeeting)
	if got := c.statuses(6, "/servicePrincipals/"+made.principal); !slices.Equal(got, []int{404, 200, 404, 200, 200, 200}) {
		t.Errorf("got %v", got)
	}
}

func TestLag_showsWhatIsGone(t *testing.T) {
	c := start(t)
	made, job := c.meeting()
	id := c.assign(made, store.UserAna, "User")
	c.SetLag(KindAssignment, Lag{Reads: 2})
	c.SetLag(KindJob, Lag{Reads: 2})
	path := "/servicePrincipals/" + made.principal + "/appRoleAssignedTo"
	c.must(http.StatusNoContent, "DELETE", path+"/"+id, nil)
	if got := c.must(http.StatusOK, "GET", path, nil).column("id"); !slices.Equal(got, []string{id}) {
		t.Errorf("the first list shows %v", got)
	}
	if got := c.statuses(2, path+"/"+id); !slices.Equal(got, []int{200, 404}) {
		t.Errorf("assignment: got %v", got)
	}
	c.must(http.StatusNoContent, "DELETE", job, nil)
	if got := len(c.must(http.StatusOK, "GET", made.sync+"/jobs", nil).list()); got != 1 {
		t.Errorf("the list shows %d jobs", got)
	}
	if got := c.statuses(2, job); !slices.Equal(got, []int{200, 404}) {
		t.Errorf("job: got %v", got)
	}
}

func TestLag_showsOldValues(t *testing.T) {
	c := start(t)
	made, job := c.meeting()
	c.SetLag(KindSecrets, Lag{Reads: 2})
	c.SetLag(KindSchema, Lag{Reads: 1})
	secret := func(value string) {
		c.must(http.StatusNoContent, "PUT", made.sync+"/secrets", map[string]any{"value": []any{map[string]string{"key": "SyncAll", "value": value}}})
	}
	secret("true")
	secret("false") // while reads are behind already
	var got []int
	for range 3 {
		got = append(got, len(c.secrets(made.sync+"/secrets")))
	}
	if !slices.Equal(got, []int{2, 2, 3}) {
		t.Errorf("reads show %v secrets", got)
	}
	schema := c.must(http.StatusOK, "GET", job+"/schema", nil)
	c.must(http.StatusNoContent, "PUT", job+"/schema", schema.body)
	first, second := c.must(http.StatusOK, "GET", job+"/schema", nil), c.must(http.StatusOK, "GET", job+"/schema", nil)
	if first.text("version") != schema.text("version") || second.text("version") == schema.text("version") {
		t.Errorf("got versions %s and %s after %s", first.text("version"), second.text("version"), schema.text("version"))
	}
}
