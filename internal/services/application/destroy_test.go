// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func (w *world) assign(servicePrincipalID string, people ...string) {
	w.t.Helper()
	sp, err := w.Sim.Store().ServicePrincipal(servicePrincipalID)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, person := range people {
		if _, err := w.Sim.Store().Assign(sp.ID, person, sp.Roles[0].ID, store.AssignOptions{}); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) addJob(servicePrincipalID string) store.Job {
	w.t.Helper()
	job, err := w.Sim.Store().CreateJob(servicePrincipalID, store.ConnectorGoToMeeting)
	if err != nil {
		w.t.Fatal(err)
	}
	return job
}

func TestResource_destroyIsRefusedWhileInUse(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		use  func(w *world, id string)
		want string
	}{
		"single sign-on": {func(w *world, id string) { w.setSignOn(id, "saml") }, "single sign-on is set up (saml)"},
		"a job":          {func(w *world, id string) { w.addJob(id) }, "1 provisioning job"},
		"an assignment":  {func(w *world, id string) { w.assign(id, store.UserAna) }, "1 assignment of users or groups"},
		"several of each": {func(w *world, id string) {
			w.setSignOn(id, "password")
			w.addJob(id)
			w.assign(id, store.UserAna, store.GroupMeetings)
		}, "single sign-on is set up (password); 1 provisioning job; 2 assignments of users or groups"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := w.managed()
			clean(t, m.Apply(object()))
			tt.use(w, m.Text("id"))
			w.Sim.Log().Reset()
			found := m.Destroy()
			if planned := len(found.Warnings()) == 0; planned != strings.Contains(tt.want, "single sign-on") {
				t.Errorf("refused by the plan: %t", planned)
			}
			wants(t, found.Errors(), acctest.Diagnostic{Error: true, Path: "force_destroy", Summary: "The application is still in use",
				Detail: fmt.Sprintf("Deleting the application \"Meetings\" would affect more than this configuration manages: %s. Remove these first, or set `force_destroy = true`, apply, and destroy again. "+
					"To keep the application and only stop managing it with Terraform, use a `removed` block with `destroy = false`; if it is only marked as tainted, use `terraform untaint`. Nothing was deleted.", tt.want)})
			w.wantWrites()
			w.wantCount(1)
			if m.Now == nil {
				t.Fatal("the application left the state")
			}
			clean(t, m.Apply(object("force_destroy", true)))
			found = m.Destroy()
			clean(t, found.Errors())
			if len(found) != 1 {
				t.Errorf("the forced destroy says\n%s", found)
			}
			w.wantCount(0)
		})
	}
}

func TestASAMLApplicationGoesByItsServicePrincipalFirst(t *testing.T) {
	t.Parallel()
	for name, interrupted := range map[string]bool{"in one go": false, "resumed after the first step": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := w.managed()
			clean(t, m.Apply(object("force_destroy", true)))
			w.setSignOn(m.Text("id"), "saml")
			id, registration := m.Text("id"), m.Text("application_object_id")
			w.assign(id, store.UserLeo, store.UserAna, store.GroupMeetings) // Ana is in the group
			w.fault(simulator.Fault{Method: "DELETE", Path: "/applications/*", Effect: simulator.Fails(403, "DeletingSamlSpNotAllowed", "Delete the service principal.")})
			if interrupted {
				w.fault(simulator.Fault{Method: "DELETE", Path: "/applications/*", Effect: simulator.LacksPermission()})
			}
			w.Sim.Log().Reset()
			before := m.Now
			found := m.Destroy()
			wants(t, found[:1], acctest.Diagnostic{Path: "force_destroy", Summary: "Destroying the application ends sign-in for 6 people",
				Detail: "People use the application \"Meetings\": single sign-on is set up (saml); 3 assignments of users or groups. Destroying it ends sign-in for everybody who uses it; " +
					"if the service requires it, the service principal is deleted first. For 30 days, both can be restored, with `POST /directory/deletedItems/{id}/restore` or in the portal: the application " + registration +
					", and then, if it is still deleted, its service principal " + id + ".\n\nThe assignments that exist now give access to 6 people; nobody else can sign in:\n- " + store.UserAna + "\n- " + store.UserLeo +
					"\n- Meetings Users (" + store.GroupMeetings + "), a group with 5 direct members"})
			w.wantWrites("DELETE /applications/*", "DELETE /servicePrincipals/*", "DELETE /applications/*")
			if interrupted {
				m.Now = before.AfterKill()
				if want := "Its service principal was deleted, so nobody can sign in. Destroy again to delete the application as well."; !strings.Contains(found.Errors().String(), want) {
					t.Errorf("the destroy fails with\n%s", found)
				}
				partly := acctest.Diagnostic{Summary: "The application was deleted in part", Detail: "The service principal " + id + " of the application \"Meetings\" is deleted, so nobody can sign in, but the application itself still exists: a destroy did not finish, or somebody deleted the service principal. " +
					"Destroy again to finish it. To keep the application, restore the service principal with `POST /directory/deletedItems/{id}/restore` or in the portal within 30 days."}
				action, _, found := m.Plan(object("force_destroy", true))
				if wants(t, found, partly); action != acctest.Replace {
					t.Errorf("the plan is %s", action)
				}
				wants(t, m.Destroy(), partly)
			}
			w.wantCount(0)
		})
	}
}

func TestResource_singleSignOnThatIsNoneDoesNotCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.managed()
	clean(t, m.Apply(object()))
	w.setSignOn(m.Text("id"), "notSupported")
	clean(t, m.Destroy())
	w.wantCount(0)
}

// Microsoft Graph deletes both; a service in front of it may not.
func TestResource_destroyTakesTheServicePrincipalThatIsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.managed()
	clean(t, m.Apply(object()))
	w.Sim.Faults().Add(simulator.Fault{Method: "DELETE", Path: "/applications/*", Effect: simulator.Answers(http.StatusNoContent, "", "")})
	w.Sim.Log().Reset()
	clean(t, m.Destroy())
	w.wantWrites("DELETE /applications/*", "DELETE /servicePrincipals/*")
	if _, err := w.Sim.Store().ServicePrincipal(m.Text("id")); err == nil {
		t.Error("the service principal is left")
	}
}

// Terraform removes what depends on the application right before, and listings still show that for a while.
func TestResource_destroyWaitsForListingsToFollow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.managed()
	clean(t, m.Apply(object()))
	job := w.addJob(m.Text("id"))
	w.Sim.SetLag(simulator.KindJob, simulator.Lag{For: 5 * time.Second})
	deleteJob := w.Managed("gotomeeting_provisioning_connection")
	clean(t, deleteJob.Import(m.Text("id")+"/"+job.ID))
	clean(t, deleteJob.Destroy())
	w.Sim.SetLag(simulator.KindJob, simulator.Lag{For: 5 * time.Second})
	clean(t, m.Destroy())
	w.wantCount(0)
}

func TestResource_destroyIsRefusedWithTheCLI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var id string
	w.test(
		resource.TestStep{Config: w.config(`display_name = "Meetings"`)},
		resource.TestStep{
			PreConfig: func() {
				id = w.Sim.Store().ServicePrincipals(false)[0].ID
				w.assign(id, store.UserAna)
			},
			Config: w.ProviderConfig(), ExpectError: regexp.MustCompile(`The application is still in use`),
		},
		resource.TestStep{Config: w.config(`display_name  = "Meetings"`, `force_destroy = true`)},
	)
}

func TestResource_destroySucceedsWhenItIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.managed()
	clean(t, m.Apply(object()))
	p := w.Protocol()
	planned, found := p.Plan(typeName, m.Now, nil)
	clean(t, found)
	w.delete(m.Text("application_object_id")) // after the refresh
	after, found := p.Apply(planned)
	clean(t, found)
	if after != nil {
		t.Error("the application is still in the state")
	}
}

// A replacement deletes everything that depends on the application before the application itself, so its plan has to refuse.
func TestResource_replacingOneWithSingleSignOnIsRefusedByThePlan(t *testing.T) {
	t.Parallel()
	for _, forced := range []bool{false, true} {
		w := newWorld(t)
		m := w.managed()
		config := object("force_destroy", forced)
		clean(t, m.Apply(config))
		w.setSignOn(m.Text("id"), "saml")
		m.Tainted = true
		w.Sim.Log().Reset()
		action, _, found := m.Plan(config)
		if action == acctest.Replace && !forced || found.HasError() == forced || !forced && found.Errors()[0].Summary != "The application is still in use" {
			t.Errorf("forced %t, the plan is %s\n%s", forced, action, found)
		}
		w.wantWrites()
	}
}

// `-replace` and a tainted application: Terraform asks for a plan as if nothing were there.
func TestResource_replacesOneOfItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.managed()
	clean(t, m.Apply(object()))
	before := m.Text("id")
	m.Tainted = true
	found := m.Apply(object())
	for _, d := range found {
		if d.Error {
			t.Fatalf("messages:\n%s", found)
		}
	}
	wants(t, found[:1], acctest.Diagnostic{Path: "display_name", Summary: "An application of this name is in the state",
		Detail: "The state contains an application named \"Meetings\" from the same gallery entry (service principal " + before + "). If this plan replaces it, its single sign-on, assignments, and roles are deleted with it; " +
			"if it is only marked as tainted, `terraform untaint` keeps it. If this plan does not replace it, the apply will refuse to create a second one."})
	w.wantCount(1)
	if m.Text("id") == before {
		t.Error("it was not replaced")
	}
}
