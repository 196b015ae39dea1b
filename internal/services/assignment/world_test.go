// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package assignment_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// world is a tenant with one gallery application in it.
type world struct {
	*acctest.Env
	t  testing.TB
	sp store.ServicePrincipal
}

func newWorld(t testing.TB, adjust ...func(*simulator.Options)) *world {
	t.Helper()
	env := acctest.New(t, adjust...)
	_, sp, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		t.Fatal(err)
	}
	return &world{env, t, sp}
}

// roleID is the id of one of the application's roles.
func (w *world) roleID(name string) string {
	w.t.Helper()
	i := slices.IndexFunc(w.sp.Roles, func(r store.AppRole) bool { return r.DisplayName == name })
	if i < 0 {
		w.t.Fatalf("no role %q", name)
	}
	return w.sp.Roles[i].ID
}

// assign gives a role behind the provider's back.
func (w *world) assign(principalID, role string) store.Assignment {
	w.t.Helper()
	a, err := w.Sim.Store().Assign(w.sp.ID, principalID, w.roleID(role), store.AssignOptions{})
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// unassignAll removes every assignment behind the provider's back.
func (w *world) unassignAll() {
	w.t.Helper()
	for _, a := range w.Sim.Store().Assignments(w.sp.ID) {
		if err := w.Sim.Store().Unassign(w.sp.ID, a.ID); err != nil {
			w.t.Fatal(err)
		}
	}
}

// held is what the tenant has: "principal role-name" lines, sorted.
func (w *world) held() []string {
	var lines []string
	for _, a := range w.Sim.Store().Assignments(w.sp.ID) {
		role := a.RoleID
		for _, r := range w.sp.Roles {
			if r.ID == a.RoleID {
				role = r.DisplayName
			}
		}
		lines = append(lines, a.PrincipalID+" "+role)
	}
	slices.Sort(lines)
	return lines
}

// single is a configuration of one assignment; lines are its arguments besides the service principal.
func (w *world) single(lines ...string) string {
	return w.Config(fmt.Sprintf(`
resource "gotomeeting_user_role_assignment" "this" {
  service_principal_id = %q
  %s
}
`, w.sp.ID, strings.Join(lines, "\n  ")))
}

func (w *world) test(steps ...resource.TestStep) {
	w.t.Helper()
	t, ok := w.t.(*testing.T)
	if !ok {
		w.t.Fatal("not a test")
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: w.ProviderFactories(),
		Steps:                    steps,
		CheckDestroy: func(*terraform.State) error {
			if left := w.held(); len(left) > 0 {
				return fmt.Errorf("left behind: %q", left)
			}
			return nil
		},
	})
}

// sent counts the requests of a method and path pattern that came over the wire.
func (w *world) sent(method, pattern string) int {
	n := 0
	for _, r := range w.Sim.Log().Sent() {
		if r.Method == method && simulator.MatchPath(pattern, r.Path) {
			n++
		}
	}
	return n
}

func quotedList(items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = fmt.Sprintf("%q", item)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
