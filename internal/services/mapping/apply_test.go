// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

const parsePath = "/servicePrincipals/*/synchronization/jobs/*/schema/parseExpression"

func TestApply_checksAgainBeforeItWrites(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(c *connected)
		want   string
	}{
		{"customized meanwhile", (*connected).customize, "error The mapping was customized elsewhere: "},
		{"attribute gone meanwhile", func(c *connected) {
			c.setMapping([]map[string]any{target("email", "required", true), target("active")}, map[string]any{"attributeMappings": []any{}})
			// Then the connector's default went with it.
			job, _ := c.Sim.Store().Job(c.job.ServicePrincipalID, c.job.ID)
			c.Sim.Faults().Add(simulator.Fault{Method: http.MethodGet, Path: "/servicePrincipals/*/synchronization/templates/*/schema",
				Effect: simulator.Answers(200, "application/json", string(job.Schema))})
		}, `error mappings[firstName]: Unknown target attribute: The connector has no target attribute "firstName".` + listHint},
		{"connection gone meanwhile", func(c *connected) {
			if err := c.Sim.Store().DeleteJob(c.job.ServicePrincipalID, c.job.ID); err != nil {
				c.t.Fatal(err)
			}
		}, "error connection_id: The connection does not exist: "},
		{"rule protected meanwhile", func(c *connected) {
			c.change(func(schema map[string]any) { item(schema, "synchronizationRules", 0)["editable"] = false })
		}, `error object_mapping: The mapping cannot be edited: The connector marks the rule "USER_OUTBOUND_USER", to which the mapping User to User belongs, as not editable.`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newConnected(t)
			planned, found := c.Protocol().Plan(typeName, nil, c.config(nil))
			if len(found) > 0 {
				t.Fatalf("plan: %s", found)
			}
			test.change(c)
			c.Sim.Log().Reset()
			after, found := c.Protocol().Apply(planned)
			if got := texts(found); len(got) != 1 || !strings.HasPrefix(got[0], test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if after != nil {
				t.Errorf("a state was left behind: %v", after.State)
			}
			if n := len(c.puts()); n != 0 {
				t.Errorf("%d writes, want none", n)
			}
		})
	}
}

func TestApply_convergesWhereverItWasKilled(t *testing.T) {
	t.Parallel()
	config := func(c *connected) map[string]any {
		return c.config(edited(map[string]any{"lastName": expression("Coalesce([surname], [displayName])")}))
	}
	c := newConnected(t)
	planned, _ := c.Protocol().Plan(typeName, nil, config(c))
	c.Sim.Log().Reset()
	if _, found := c.Protocol().Apply(planned); len(found) > 0 {
		t.Fatalf("undisturbed: %s", found)
	}
	requests := len(c.Sim.Log().Sent()) - 1 // the sign-in apart
	for n := range requests {
		t.Run(fmt.Sprintf("request %d", n+1), func(t *testing.T) {
			t.Parallel()
			for _, effect := range []simulator.Effect{simulator.DropsBefore(), simulator.DropsAfter()} {
				c := newConnected(t)
				planned, found := c.Protocol().Plan(typeName, nil, config(c))
				if len(found) > 0 {
					t.Fatalf("plan: %s", found)
				}
				// A killed process sends nothing anymore and leaves no state.
				c.Sim.Faults().Add(simulator.Fault{Path: "/servicePrincipals/**", Skip: n, Effect: effect},
					simulator.Fault{Path: "/servicePrincipals/**", Count: -1, Effect: simulator.DropsBefore()})
				_, _ = c.Protocol().Apply(planned)
				c.Sim.Faults().Clear()
				c.Sim.Log().Reset()
				m := c.Managed(typeName)
				if found := m.Apply(config(c)); len(found) > 0 {
					t.Fatalf("second apply: %s", found)
				}
				if action, _, found := m.Plan(config(c)); action != acctest.NoAction || len(found) > 0 {
					t.Errorf("plan afterward: %s %s", action, found)
				}
				if n := len(c.puts()); n > 1 {
					t.Errorf("the second apply wrote %d times", n)
				}
			}
		})
	}
}

func TestPlan_asksTheServicesParser(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	config := c.config(edited(map[string]any{"lastName": expression("ToUpper([surname])"), "firstName": expression("ToUpper([surname])")}))
	for _, test := range []struct {
		name   string
		effect simulator.Effect
		want   []string
	}{
		{"refused", simulator.Answers(200, "application/json", `{"parsingSucceeded": false, "parsedExpression": null, "error": {"code": "InvalidExpression", "message": "ToUpper is not offered here."}}`), []string{
			"error mappings[firstName].expression: The service cannot parse the expression: The connection's own parser refuses this expression: ToUpper is not offered here. Correct it; the functions that a connection offers can differ from the documented ones.",
			"error mappings[lastName].expression: The service cannot parse the expression: The connection's own parser refuses this expression: ToUpper is not offered here. Correct it; the functions that a connection offers can differ from the documented ones."}},
		{"refused with a code only", simulator.Answers(200, "application/json", `{"parsingSucceeded": false, "error": {"code": "InvalidExpression"}}`), []string{
			"error mappings[firstName].expression: The service cannot parse the expression: The connection's own parser refuses this expression: InvalidExpression. Correct it; the functions that a connection offers can differ from the documented ones.",
			"error mappings[lastName].expression: The service cannot parse the expression: The connection's own parser refuses this expression: InvalidExpression. Correct it; the functions that a connection offers can differ from the documented ones."}},
		{"refused without a word", simulator.Answers(200, "application/json", `{"parsingSucceeded": false}`), []string{
			"error mappings[firstName].expression: The service cannot parse the expression: The connection's own parser refuses this expression: it gave no reason. Correct it; the functions that a connection offers can differ from the documented ones.",
			"error mappings[lastName].expression: The service cannot parse the expression: The connection's own parser refuses this expression: it gave no reason. Correct it; the functions that a connection offers can differ from the documented ones."}},
		{"bad request", simulator.Fails(400, "BadRequest", "The expression is too odd."), []string{
			"error mappings[firstName].expression: The service cannot parse the expression: Microsoft Graph said: The expression is too odd.\n\nHTTP status: 400",
			"error mappings[lastName].expression: The service cannot parse the expression: Microsoft Graph said: The expression is too odd.\n\nHTTP status: 400"}},
		{"unreachable", simulator.DropsBefore(), []string{
			"warning Some checks could not run: Not checked: the expressions by the connection's own parser. Microsoft Graph could not be reached. They run at apply, before anything is written."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c.Sim.Faults().Clear()
			c.Sim.Faults().Add(simulator.Fault{Method: http.MethodPost, Path: parsePath, Count: -1, Effect: test.effect})
			c.Sim.Log().Reset()
			_, found := c.Protocol().Plan(typeName, nil, config)
			if diff := cmp.Diff(test.want, texts(found)); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
			if n := len(c.Sim.Log().Match(http.MethodPost, parsePath)); test.name == "refused" && n != 1 {
				t.Errorf("the same expression was sent %d times", n)
			}
		})
	}
}

func TestApply_writesNothingWhenTheParserRefuses(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	config := c.config(edited(map[string]any{"lastName": expression("ToUpper([surname])")}))
	planned, found := c.Protocol().Plan(typeName, nil, config)
	if len(found) > 0 {
		t.Fatalf("plan: %s", found)
	}
	c.Sim.Faults().Add(simulator.Fault{Method: http.MethodPost, Path: parsePath, Count: -1, Effect: simulator.LacksPermission()})
	_, found = c.Protocol().Apply(planned)
	if !lacks(found, `mappings["lastName"].expression`, "Cannot parse the expression", "Synchronization.ReadWrite.All") {
		t.Errorf("got %s", found)
	}
	if n := len(c.puts()); n != 0 {
		t.Errorf("%d writes, want none", n)
	}
}

func TestPlan_acceptsFunctionsThatTheConnectionOffers(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	c.Sim.Faults().Add(
		simulator.Fault{Method: http.MethodGet, Path: "/servicePrincipals/*/synchronization/jobs/*/schema/functions", Effect: simulator.Answers(200, "application/json", `{"value": [{"id": "Shout", "parameters": []}]}`)},
		simulator.Fault{Method: http.MethodPost, Path: parsePath, Effect: simulator.Answers(200, "application/json",
			`{"parsingSucceeded": true, "parsedExpression": {"type": "Function", "name": "Shout", "expression": "Shout([surname])", "parameters": []}}`)})
	_, found := c.Protocol().Plan(typeName, nil, c.config(edited(map[string]any{"lastName": expression("Shout([surname])")})))
	if found.HasError() {
		t.Errorf("plan: %s", found)
	}
}

func TestPlan_worksOffline(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	p := c.Protocol()
	c.Sim.Faults().Add(simulator.Fault{Method: http.MethodGet, Path: schemaPath, Count: -1, Effect: simulator.DropsBefore()})
	_, found := p.Plan(typeName, nil, c.config(nil))
	want := []string{"warning Some checks could not run: Not checked: whether the target and source attributes exist and can be mapped; whether the mapping was customized elsewhere; " +
		"whether accounts of people who leave are still disabled; the expressions by the connection's own parser; what the change does to people's accounts. Microsoft Graph could not be reached. They run at apply, before anything is written."}
	if diff := cmp.Diff(want, texts(found)); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
}

func TestPlan_judgesAnUpdateOfflineByTheState(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	c.Sim.Faults().Add(simulator.Fault{Method: http.MethodGet, Path: schemaPath, Count: -1, Effect: simulator.DropsBefore()})
	_, found := c.Protocol().Plan(typeName, m.Now, c.config(map[string]any{
		"mappings":   entries(map[string]any{"active": nil, "email": map[string]any{"source_attribute": "mail", "matching_priority": 1}, "lastName": expression("ToUper([surname])")}),
		"operations": []any{"create", "update"},
	}))
	want := []string{
		refused(always("no entry writes `active`; the account is active") + "The connection's settings could not be read: with `skip_out_of_scope_deletions`, the accounts of people who leave the scope stay as they are.\n\n")[0],
		"error mappings[lastName].expression: Invalid expression: There is no function `ToUper`. Did you mean `ToUpper`?\n\nline 1, column 1:\n  ToUper([surname])\n  ^^^^^^",
		"warning Some checks could not run: Not checked: whether the target and source attributes exist and can be mapped; the expressions by the connection's own parser; what the change does to people's accounts. Microsoft Graph could not be reached. They run at apply, before anything is written.",
		"warning mappings: The matching attribute changes: Accounts are currently found by email = [userPrincipalName] and would be found by email = [mail]. All accounts will be matched again: a person whose account is no longer found gets a second account, and an account that matches a different person is linked to that person. First make sure that the new attribute has the same unique value on both sides.",
		"warning operations: Operations are switched off: Provisioning will no longer delete; this affects all accounts.",
	}
	if diff := cmp.Diff(want, texts(found)); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
}

func TestUpdate_leavesTheStateWhenItFails(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	c.Sim.Faults().Add(simulator.Fault{Method: http.MethodPut, Path: schemaPath, Count: -1, Effect: simulator.Fails(400, "InvalidSchema", "The schema is odd.")})
	found := texts(m.Apply(c.config(edited(map[string]any{"locale": map[string]any{"constant": "en_US"}}))))
	want := []string{"error Cannot write the mapping: Microsoft Graph said: The schema is odd. Nothing was changed.\n\nHTTP status: 400"}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
	if mappings, _ := m.Get("mappings").(map[string]any); mappings["locale"] != nil {
		t.Error("the state has what was not written")
	}
	c.Sim.Faults().Clear()
	if found := m.Apply(c.config(edited(map[string]any{"locale": map[string]any{"constant": "en_US"}}))); len(found) > 0 {
		t.Errorf("second try: %s", found)
	}
}

func TestDelete_acceptsAMappingThatIsGone(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	c.addMapping("Synchronize Groups", "Group", "Group")
	groups := c.config(map[string]any{"object_mapping": "Group", "mappings": map[string]any{"displayName": map[string]any{"source_attribute": "displayName", "matching_priority": 1}}})
	m := c.created(groups)
	p := c.Protocol()
	planned, found := p.Plan(typeName, m.Now, nil)
	if len(found) > 0 {
		t.Fatalf("plan: %s", found)
	}
	c.change(func(schema map[string]any) {
		rule := item(schema, "synchronizationRules", 0)
		rule["objectMappings"] = asList(rule["objectMappings"])[:1]
	})
	if left, found := p.Apply(planned); left != nil || len(found) > 0 {
		t.Errorf("left %v: %s", left, found)
	}
	action, _, found := m.Plan(groups)
	want := []string{"warning object_mapping: No such object mapping: The connection's schema has no mapping for \"Group\". It has:\n- User to User (\"Synchronize Azure Active Directory Users to GoToMeeting\", from Azure Active Directory to GoToMeeting)\n\n" +
		"The mapping stays in the state, so the rest of the configuration can still be planned; destroying it succeeds."}
	if diff := cmp.Diff(want, texts(found)); diff != "" || action != acctest.NoAction {
		t.Errorf("%s, diagnostics (-want +got):\n%s", action, diff)
	}
	if found := m.Destroy(); found.HasError() || m.Now != nil {
		t.Errorf("destroy left %v: %s", m.Now, found)
	}
}

func TestCreate_waitsForTheJobOfANewConnection(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	planned, found := c.Protocol().Plan(typeName, nil, c.config(nil))
	if len(found) > 0 {
		t.Fatalf("plan: %s", found)
	}
	for _, path := range []string{"/servicePrincipals/*/synchronization/jobs/*", schemaPath} {
		c.Sim.Faults().Add(simulator.Fault{Method: http.MethodGet, Path: path, Count: 2, Effect: simulator.Fails(404, "NotFound", "")})
	}
	if _, found := c.Protocol().Apply(planned); len(found) > 0 {
		t.Errorf("apply: %s", found)
	}
	if pending := c.Sim.Faults().Pending(); len(pending) > 0 {
		t.Errorf("faults that never struck: %v", pending)
	}
}
