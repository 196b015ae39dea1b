// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

const (
	refusesNoDisabling = "error mappings: Accounts would no longer be disabled as they should: "
	acceptsNoDisabling = "warning mappings: Accounts will no longer be disabled as they should: "
	doubtsDisabling    = "warning mappings: Cannot determine whether accounts are still disabled: "
	todayDisables      = "Currently, the mapping User disables the accounts of people who leave. With this configuration, the state of a person's account is as follows:\n\n"
	mayDelete          = "No entry reads `IsSoftDeleted`, and `operations` includes `delete`: the service may delete accounts that it cannot disable.\n\n"
	keepsDisabling     = " Keep `active = { expression = \"Not([IsSoftDeleted])\" }` and the operation `update`, or set `allow_no_deprovisioning = true` if this is intended."
)

// becomes lists what becomes of the account of a person: in scope, unassigned, blocked and deleted.
func becomes(inScope, unassigned, blocked, deleted string) string {
	return todayDisables + "- in scope: " + inScope +
		"\n- unassigned (`IsSoftDeleted` is True, `accountEnabled` is True): " + unassigned +
		"\n- sign-in blocked (`IsSoftDeleted` is True, `accountEnabled` is False): " + blocked +
		"\n- soft-deleted (`IsSoftDeleted` is True, `accountEnabled` is True): " + deleted + "\n\n"
}

const (
	isActive          = "`active` = True; the account is active"
	isDisabled        = "`active` = False; the account is disabled"
	isActiveOrDeleted = "`active` = True; the account stays active or is deleted"
	keptOnCreate      = "`apply = \"on_create\"` does not change an existing value of `active`; the account is active"
	mightNotWrite     = ", but the mapping does not read `IsSoftDeleted`, so the service might not write it; the account stays active or is deleted"
)

// always is what becomes of everybody alike.
func always(fate string) string { return becomes(fate, fate, fate, fate) }

// refused is the error for a change that leaves accounts active.
func refused(fates string) []string {
	return []string{refusesNoDisabling + fates + "Only people in scope should keep an active account." + keepsDisabling}
}

func doubtful(fates string) []string {
	return []string{doubtsDisabling + fates + "Provision a test person on demand, or watch the provisioning logs after the next person leaves."}
}

// The guard judges what a mapping yields for a person in each state, not what it is made of.
func TestPlan_judgesDeprovisioningByItsEffect(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	active := func(text string, more ...string) map[string]any {
		entry := expression(text)
		if len(more) > 0 {
			entry["apply"] = more[0]
		}
		return edited(map[string]any{"active": entry})
	}
	onCreate := keptOnCreate
	ifEmpty := strings.Replace(onCreate, "on_create", "if_target_empty", 1)
	unheard := "the effect of `apply = \"SomethingNew\"` is unknown; only the service can tell"
	noUpdate := "`operations` does not include `update`; the account is active"
	stays := func(attribute, value string) string {
		return "`active` = True if `" + attribute + "` is \"" + value + "\"; the account is active"
	}
	const unwritten, empty, fails, gone = "no entry writes `active`; ", "`active` gets no value; ", "the expression of `active` fails; ", "the account stays active or is deleted"
	for _, test := range []struct {
		name   string
		config map[string]any
		want   []string
	}{
		{"the same in other words", active(`Switch([IsSoftDeleted], , "False", "True", "True", "False")`), nil},
		{"the same with more", active(`IIF([accountEnabled] = "True", Not([IsSoftDeleted]), "False")`), nil},
		{"names that never match", active(`Switch([IsSoftDeleted], , "false", "true", "true", "false")`), refused(always("`active` gets no value; the account is active"))},
		{"the wrong way round", active(`[IsSoftDeleted]`), refused(becomes(isDisabled, isActive, isActive, isActive))},
		{"only by sign-in", edited(map[string]any{"active": map[string]any{"source_attribute": "accountEnabled"}}), refused(becomes(isActive, isActiveOrDeleted, "`active` = False"+mightNotWrite, isActiveOrDeleted) + mayDelete)},
		{"by sign-in, the wrong way round", active(`Not([accountEnabled])`), refused(becomes(isDisabled, isDisabled, "`active` = True"+mightNotWrite, isDisabled) + mayDelete)},
		{"everybody active", edited(map[string]any{"active": map[string]any{"constant": "True"}}), refused(becomes(isActive, isActiveOrDeleted, isActiveOrDeleted, isActiveOrDeleted) + mayDelete)},
		{"nobody active", edited(map[string]any{"active": map[string]any{"constant": "False"}}), refused(always(isDisabled) + mayDelete)},
		{"on create only", active(`Not([IsSoftDeleted])`, "on_create"), refused(becomes(isActive, onCreate, onCreate, onCreate))},
		{"only where there is nothing", active(`Not([IsSoftDeleted])`, "if_target_empty"), refused(becomes(isActive, ifEmpty, ifEmpty, ifEmpty))},
		{"as a default value", edited(map[string]any{"active": map[string]any{"default_value": "False"}}), refused(becomes("`active` = False by default; new accounts are disabled", empty+gone, empty+gone, empty+gone) + mayDelete)},
		{"a flow type that nobody knows", active(`Not([IsSoftDeleted])`, "SomethingNew"), doubtful(becomes(isActive, unheard, unheard, unheard))},
		{"what fails", active(`CBool("maybe")`), refused(becomes("the expression of `active` fails; the account is active", fails+gone, fails+gone, fails+gone) + mayDelete)},
		{"what only the service can compute", active(`Coalesce(Guid(), Not([IsSoftDeleted]))`), doubtful(always("`active` = Coalesce(Guid(), Not([IsSoftDeleted])); only the service can tell"))},
		{"not for some people", active(`IIF([department] = "Sales", "True", Not([IsSoftDeleted]))`), refused(becomes(isActive, stays("department", "Sales"), stays("department", "Sales"), stays("department", "Sales")))},
		{"not for some people, by a renamed attribute", active(`IIF([physicalDeliveryOfficeName] = "Berlin", "True", Not([IsSoftDeleted]))`), refused(becomes(isActive, stays("physicalDeliveryOfficeName", "Berlin"), stays("physicalDeliveryOfficeName", "Berlin"), stays("physicalDeliveryOfficeName", "Berlin")))},
		{"fewer people in scope", active(`IIF([department] = "Sales", Not([IsSoftDeleted]), "False")`), nil},
		{"no update", map[string]any{"operations": []any{"create"}}, refused(becomes(isActive, noUpdate, noUpdate, noUpdate))},
		{"no delete", map[string]any{"operations": []any{"create", "update"}}, nil},
		{"another change", edited(map[string]any{"lastName": map[string]any{"source_attribute": "surname"}}), nil},
		{"accepted", map[string]any{"mappings": entries(map[string]any{"active": nil}), "allow_no_deprovisioning": true},
			[]string{acceptsNoDisabling + becomes(unwritten+"the account is active", unwritten+gone, unwritten+gone, unwritten+gone) + mayDelete + "`allow_no_deprovisioning` accepts this." + graphdiag.LeftActive}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, found := m.Plan(c.config(test.config))
			if diff := cmp.Diff(test.want, texts(found)); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
		})
	}
}

// A filter by which blocked people leave the scope disables them, unless the connection leaves such accounts alone.
func TestPlan_judgesFiltersTogetherWithTheConnectionsSetting(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(nil))
	filtered := c.config(filter(clause("accountEnabled", "IS TRUE")))
	if _, _, found := m.Plan(filtered); len(found) > 0 {
		t.Errorf("without the setting: %s", found)
	}
	if err := c.Sim.Store().PutSecrets(c.job.ServicePrincipalID, []store.KeyValue{{Key: "SkipOutOfScopeDeletions", Value: "True"}}, store.SecretOptions{}); err != nil {
		t.Fatal(err)
	}
	alone := "`scoping_filters` exclude them from the scope, and the connection has `skip_out_of_scope_deletions`; the account may stay active"
	left := "the connection's `skip_out_of_scope_deletions` leaves such accounts as they are; the account is active"
	_, _, found := m.Plan(filtered)
	if diff := cmp.Diff(refused(becomes(isActive, left, alone, isDisabled)), texts(found)); diff != "" {
		t.Errorf("with the setting (-want +got):\n%s", diff)
	}
	if _, _, found := m.Plan(c.config(filter(clause("department", "EQUALS", "Sales")))); len(found) > 0 {
		t.Errorf("another filter: %s", found)
	}
}

// Which value means that an account is disabled is the connector's own business.
func TestPlan_learnsTheDirectionFromTheDefault(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	attributes := func(suspended map[string]any) map[string]any {
		return map[string]any{"attributeMappings": []any{
			from("email", map[string]any{"type": "Attribute", "name": "mail", "expression": "[mail]", "parameters": []any{}}, "matchingPriority", 1), from("suspended", suspended)}}
	}
	c.setMapping([]map[string]any{target("email", "required", true), target("suspended", "type", "Boolean")},
		attributes(map[string]any{"type": "Attribute", "name": "IsSoftDeleted", "expression": "[IsSoftDeleted]", "parameters": []any{}}))
	job, err := c.Sim.Store().Job(c.job.ServicePrincipalID, c.job.ID)
	if err != nil {
		t.Fatal(err)
	}
	c.Sim.Faults().Add(simulator.Fault{Method: http.MethodGet, Path: "/servicePrincipals/*/synchronization/templates/*/schema", Count: -1,
		Effect: simulator.Answers(200, "application/json", string(job.Schema))})
	config := func(suspended map[string]any) map[string]any {
		return c.config(map[string]any{"mappings": map[string]any{
			"email": map[string]any{"source_attribute": "mail", "matching_priority": 1}, "suspended": suspended}})
	}
	p := c.Protocol()
	if got := plan(p, config(expression(`IIF([IsSoftDeleted] = "True", "True", "False")`))); len(got) > 0 {
		t.Errorf("another notation: %q", got)
	}
	got := plan(p, config(expression("Not([accountEnabled])")))
	on, off := "`suspended` = False; the account is active", "`suspended` = True; the account is disabled"
	gone := "`suspended` = False; the account stays active or is deleted"
	want := refusesNoDisabling + becomes(on, gone, strings.TrimSuffix(off, "; the account is disabled")+mightNotWrite, gone) + mayDelete + "Only people in scope should keep an active account." +
		" Keep `suspended = { expression = \"[IsSoftDeleted]\" }` and the operation `update`, or set `allow_no_deprovisioning = true` if this is intended."
	if diff := cmp.Diff([]string{want}, got); diff != "" {
		t.Errorf("by sign-in (-want +got):\n%s", diff)
	}
	// A mapping that somebody turned round disables nobody today: a change cannot break it.
	c.setMapping(nil, attributes(map[string]any{"type": "Function", "name": "Not", "expression": "Not([IsSoftDeleted])",
		"parameters": []any{map[string]any{"key": "source", "value": map[string]any{"type": "Attribute", "name": "IsSoftDeleted", "expression": "[IsSoftDeleted]", "parameters": []any{}}}}}))
	m := c.Managed(typeName)
	if found := m.Import(c.connectionID() + "/User"); found.HasError() {
		t.Fatal(found)
	}
	if _, _, found := m.Plan(config(expression("Not([accountEnabled])"))); len(found) > 0 {
		t.Errorf("over one that was broken: %s", found)
	}
}

// A mapping by which only some people have active accounts disables them all the same, and a change that ends this is noticed.
func TestPlan_judgesAMappingForSomePeople(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	m := c.created(c.config(edited(map[string]any{"active": expression(`IIF([department] = "Sales", Not([IsSoftDeleted]), "False")`)})))
	_, _, found := m.Plan(c.config(edited(map[string]any{"active": map[string]any{"constant": "True"}})))
	if len(found) != 1 || !found[0].Error || !strings.HasPrefix(texts(found)[0], refusesNoDisabling) {
		t.Errorf("the plan says\n%s", found)
	}
}

// What else a mapping writes for people who leave disables nobody, however much it looks like a switch.
func TestPlan_aMarkOnLeaversDisablesNobody(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	marked := map[string]any{"lastName": expression(`IIF([IsSoftDeleted] = "True", "Leaver", [surname])`)}
	m := c.created(c.config(edited(marked)))
	marked["active"] = map[string]any{"constant": "True"}
	_, _, found := m.Plan(c.config(edited(marked)))
	if diff := cmp.Diff(refused(always(isActive)), texts(found)); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
}

// A mapping that disables nobody is told at every plan, whoever wrote it, until it is fixed or accepted.
func TestPlan_warnsAsLongAsNothingDisables(t *testing.T) {
	t.Parallel()
	lower := expression(`Switch([IsSoftDeleted], , "false", "true", "true", "false")`)
	says := func(why string) []string {
		return []string{"warning mappings: Nothing disables the accounts of people who leave: With this configuration, the accounts of people who are unassigned, blocked from signing in, or deleted stay active until an administrator disables them." + why +
			"\n\nMap the attribute that makes an account active by `IsSoftDeleted`, usually with `Not([IsSoftDeleted])`, `apply = \"always\"`, and the operation `update`, or set `allow_no_deprovisioning = true` if this is intended."}
	}
	states := func(why string) string {
		return " The state of a person's account is as follows:\n" + strings.TrimSuffix(strings.TrimPrefix(always(why), strings.TrimSuffix(todayDisables, "\n")), "\n\n")
	}
	onCreate := " The state of a person's account is as follows:\n" + strings.TrimSuffix(strings.TrimPrefix(becomes(isActive, keptOnCreate, keptOnCreate, keptOnCreate), strings.TrimSuffix(todayDisables, "\n")), "\n\n")
	noDelete := []any{"create", "update"}
	for _, test := range []struct {
		name   string
		config map[string]any
		want   []string
	}{
		{"a mapping that is right", edited(nil), nil},
		{"names that never match", edited(map[string]any{"active": lower}), says(states("`active` gets no value; the account is active"))},
		{"on create only", edited(map[string]any{"active": map[string]any{"expression": "Not([IsSoftDeleted])", "apply": "on_create"}}), says(onCreate)},
		{"by sign-in, without delete", map[string]any{"operations": noDelete, "mappings": entries(map[string]any{"active": map[string]any{"source_attribute": "accountEnabled"}})},
			says(" No entry reads `IsSoftDeleted`.")},
		{"deletion instead", edited(map[string]any{"active": nil}), nil},
		{"only the service can tell", edited(map[string]any{"active": expression(`Coalesce(Guid(), Not([IsSoftDeleted]))`)}), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newConnected(t)
			given := c.config(test.config)
			given["allow_no_deprovisioning"] = true
			m := c.created(given)
			if _, _, found := m.Plan(given); len(found) > 0 {
				t.Errorf("accepted: %s", found)
			}
			m = c.Managed(typeName)
			if found := m.Import(c.connectionID() + "/User"); found.HasError() {
				t.Fatal(found)
			}
			delete(given, "allow_no_deprovisioning")
			c.Sim.Log().Reset()
			action, _, found := m.Plan(given)
			if diff := cmp.Diff(test.want, texts(found)); diff != "" || action != acctest.NoAction {
				t.Errorf("imported, the plan is %s (-want +got):\n%s", action, diff)
			}
			if n := len(c.Sim.Log().Sent()); n > 2 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// A matching attribute that leavers lose is how people who return get a second account.
func TestPlan_warnsAboutAMatchingAttributeThatChangesForLeavers(t *testing.T) {
	t.Parallel()
	l := newLeavers(t, false)
	config := edited(map[string]any{"email": map[string]any{"expression": `IIF([IsSoftDeleted] = "True", Join("", "left-", [userPrincipalName]), [userPrincipalName])`, "matching_priority": 1}})
	found := l.m.Apply(l.config(config))
	if found.HasError() {
		t.Fatal(found)
	}
	const want = "warning mappings[email]: The matching attribute changes for people who leave: When a person is unassigned, blocked from signing in, or deleted, the service writes a different value of `email`, by which it finds accounts. " +
		"If the person returns, the account is not found, and a second one is created. Match people by a value that does not depend on `IsSoftDeleted`."
	if !slices.Contains(texts(found), want) {
		t.Errorf("the plan says\n%s", found)
	}
	l.cycles()
	before := len(l.Sim.Store().Accounts())
	who := l.people[1][0]
	for _, act := range []func() error{
		func() error { return l.Sim.Store().RemoveMembers(l.group, who) },
		func() error { return l.Sim.Store().AddMembers(l.group, who) },
	} {
		if err := act(); err != nil {
			t.Fatal(err)
		}
		l.cycles()
	}
	if after := len(l.Sim.Store().Accounts()); after != before+1 {
		t.Errorf("%d accounts, and %d before: the warning is wrong", after, before)
	}
}

// What is configured already is never refused, however little it disables.
func TestPlan_neverRefusesUnchangedDeprovisioning(t *testing.T) {
	t.Parallel()
	c := newConnected(t)
	broken := func(more map[string]any) map[string]any {
		more["active"] = expression(`Switch([IsSoftDeleted], , "false", "true", "true", "false")`)
		return c.config(map[string]any{"mappings": entries(more), "allow_no_deprovisioning": true})
	}
	m := c.created(broken(map[string]any{}))
	changed := broken(map[string]any{"lastName": map[string]any{"source_attribute": "surname"}})
	changed["allow_no_deprovisioning"] = false
	found := m.Apply(changed)
	for _, d := range found {
		if d.Error || d.Summary != "Nothing disables the accounts of people who leave" {
			t.Errorf("another entry: %s", d)
		}
	}
	if len(found) == 0 {
		t.Error("another entry: no warning")
	}
}
