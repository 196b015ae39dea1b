// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

// aboutSchema asks something that the schema of the own job tells as it is.
func aboutSchema(look func(schema map[string]any) (answer, seen string, err error)) func(context.Context, *Probe) (string, string, error) {
	return func(ctx context.Context, p *Probe) (string, string, error) {
		schema, err := p.ownSchema(ctx)
		if err != nil {
			return "", "", err
		}
		return look(schema)
	}
}

// attributeMappings are all attribute mappings of a schema that have a source.
func attributeMappings(schema map[string]any) (found []map[string]any) {
	for _, rule := range objects(schema["synchronizationRules"]) {
		for _, mapping := range objects(rule["objectMappings"]) {
			for _, m := range objects(mapping["attributeMappings"]) {
				if source(m) != nil {
					found = append(found, m)
				}
			}
		}
	}
	return found
}

func source(mapping map[string]any) map[string]any {
	o, _ := mapping["source"].(map[string]any)
	return o
}

// spellingQuestions are about how schemas and counts are written where several spellings mean the same.
func spellingQuestions() []Question {
	return []Question{
		{
			Number: "16.1", Asks: "How is a mapping without a default value written?", Expected: "null", Changes: true,
			Assumed: "null, an empty text or nothing: all mean that there is none",
			Ask: aboutSchema(func(schema map[string]any) (string, string, error) {
				for _, m := range attributeMappings(schema) {
					value, there := m["defaultValue"]
					switch {
					case !there:
						return "left out", "", nil
					case value == nil:
						return "null", "", nil
					case value == "":
						return "an empty text", "", nil
					}
				}
				return "", "", Reason("every mapping has a default value")
			}),
		},
		{
			Number: "16.1", Asks: "Does a source without parameters have an empty list of them?", Expected: yes, Changes: true,
			Assumed: "either",
			Ask: aboutSchema(func(schema map[string]any) (string, string, error) {
				for _, m := range attributeMappings(schema) {
					if _, there := source(m)["parameters"]; !there {
						return no, "", nil
					}
				}
				return yes, "", nil
			}),
		},
		{
			Number: "16.1", Asks: "Where does a constant have its value?", Expected: "in its name", Changes: true,
			Assumed: "its name or its expression: either is read",
			Ask:     valueOfConstant,
		},
		{
			Number: "16.1", Asks: "What is the directory called in a schema?", Expected: "Azure Active Directory", Changes: true,
			Assumed: "any name: what the schema says is written back",
			Ask: aboutSchema(func(schema map[string]any) (string, string, error) {
				for _, rule := range objects(schema["synchronizationRules"]) {
					return text(rule, "sourceDirectoryName"), "", nil
				}
				return "", "", Reason("the schema has no rule")
			}),
		},
		{
			Number: "16.1", Asks: "Is a schema read back as it was written?", Expected: yes, Changes: true,
			Assumed: "either: spellings that mean the same are no difference to the provider",
			Ask:     spelledAnew,
		},
		{
			Number: "16.1", Asks: "Do the default mappings leave a required attribute of the target unmapped?", Expected: no, Changes: true,
			Assumed: "either: what the template leaves unmapped is not an error",
			Ask: aboutSchema(func(schema map[string]any) (string, string, error) {
				mapping, attributes := userMapping(schema)
				mapped := map[string]bool{}
				for _, m := range objects(any(attributes)) {
					mapped[text(m, "targetAttributeName")] = true
				}
				var unmapped []string
				for _, directory := range objects(schema["directories"]) {
					for _, o := range objects(directory["objects"]) {
						for _, a := range objects(o["attributes"]) {
							required, _ := a["required"].(bool)
							target := text(o, "name") == text(mapping, "targetObjectName") && !strings.Contains(text(directory, "name"), "Directory") && !strings.Contains(text(directory, "name"), "Entra")
							if name := text(a, "name"); required && target && !mapped[name] {
								unmapped = append(unmapped, name)
							}
						}
					}
				}
				if len(unmapped) > 0 {
					return yes, strings.Join(unmapped, ", "), nil
				}
				return no, "", nil
			}),
		},
		{
			Number: "16.1", Asks: "Are all sources attributes, constants or functions?", Expected: yes, Changes: true,
			Assumed: "either: mappings of another kind are kept as they are, and said to be there",
			Ask: aboutSchema(func(schema map[string]any) (string, string, error) {
				kinds := map[string]bool{}
				for _, m := range attributeMappings(schema) {
					kinds[text(source(m), "type")] = true
				}
				for _, known := range []string{"Attribute", "Constant", "Function"} {
					delete(kinds, known)
				}
				if len(kinds) > 0 {
					return no, strings.Join(slices.Sorted(maps.Keys(kinds)), ", "), nil
				}
				return yes, "", nil
			}),
		},
		{
			Number: "16.1", Asks: "Do default mappings have placeholders in their expressions?", Expected: no, Changes: true,
			Assumed: "either: what the service holds can be written in HCL as it is",
			Ask: aboutSchema(func(schema map[string]any) (string, string, error) {
				for _, m := range attributeMappings(schema) {
					if strings.Count(text(source(m), "expression"), "%") > 1 {
						return yes, text(m, "targetAttributeName"), nil
					}
				}
				return no, "", nil
			}),
		},
		{
			Number: "16.1", Asks: "Does the job list the functions that expressions may have?", Expected: "listed", Changes: true,
			Assumed: "either: the documented ones are checked, and others are told apart from misspelled ones by the service",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.ownJob(ctx); err != nil {
					return "", "", err
				}
				functions, answer, err := p.All(ctx, p.onJob("/schema/functions"), mostFunctions)
				if err != nil || !answer.OK() {
					return "not listed", answer.Said(), err
				}
				if len(functions) == 0 {
					return "not listed", answer.Said(), nil
				}
				return "listed", fmt.Sprintf("%d functions", len(functions)), nil
			},
		},
		{
			Number: "16.1", Asks: "How do the keys of the entry counts begin?", Expected: "with a capital",
			Assumed: "either: compared without regard to case",
			Ask:     entryCounts,
		},
		{
			Number: "16.1", Asks: "Does the beta version tell the link between a person and an account?", Expected: yes, Changes: true,
			Assumed: "either: with `read_links` the preview says that links are not visible",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				if err := p.ownJob(ctx); err != nil {
					return "", "", err
				}
				// That the operation is not offered is an answer here.
				answer, err := p.Tenant.Do(ctx, http.MethodGet, beta+p.onJob("/objectConnections/00000000-0000-4000-8000-0000000000ff"), nil)
				switch {
				case err != nil:
					return "", "", err
				case answer.Absent():
					return no, answer.Said(), nil
				case answer.OK():
					return yes, answer.Said(), nil
				case answer.Status == http.StatusNotFound: // nobody is linked yet, or there is no such version or operation
					nothing, err := p.Tenant.Do(ctx, http.MethodGet, beta+p.onJob("/noSuchOperation/00000000-0000-4000-8000-0000000000ff"), nil)
					if err != nil || answer.Said() == nothing.Said() && !nothing.Absent() {
						return no, answer.Said(), err
					}
					return yes, answer.Said(), nil
				case answer.Status == http.StatusForbidden, answer.Status == http.StatusUnauthorized:
					return "", "", Reason("the identity may not read links: " + answer.Said())
				}
				return no, answer.Said(), nil
			},
		},
		{
			Number: "16.1", Asks: "Does deleting a job leave the accounts as they are?", Expected: yes,
			Assumed: "yes, as documented; a plan that deletes a connection says which accounts stay active",
			Ask: func(context.Context, *Probe) (string, string, error) {
				return "", "", Reason("it takes accounts that a job has made, and the test people's may be in use")
			},
		},
	}
}

// valueOfConstant maps a constant in the own job's schema and looks at where its value is then.
func valueOfConstant(ctx context.Context, p *Probe) (string, string, error) {
	schema, err := p.ownSchema(ctx)
	if err != nil {
		return "", "", err
	}
	target := ""
	for _, m := range attributeMappings(schema) {
		if priority, _ := m["matchingPriority"].(float64); priority == 0 && text(source(m), "type") == "Attribute" {
			target = text(m, "targetAttributeName")
			m["source"] = map[string]any{"expression": `"x"`, "name": "x", "type": "Constant", "parameters": []any{}}
			break
		}
	}
	if target == "" {
		return "", "", Reason("the connector maps no attribute that could be a constant")
	}
	written, err := p.Do(ctx, http.MethodPut, p.onJob("/schema"), schema)
	if err != nil || !written.OK() {
		return "", "", errorOr(err, written)
	}
	answer := ""
	_, err = p.Await(ctx, p.onJob("/schema"), func(a Answer) bool {
		for _, m := range attributeMappings(a.Body) {
			if s := source(m); text(m, "targetAttributeName") == target && text(s, "type") == "Constant" {
				answer = "in its expression"
				if text(s, "name") != "" {
					answer = "in its name"
				}
			}
		}
		return answer != ""
	})
	if err := errors.Join(err, p.reset(ctx)); err != nil {
		return "", "", err
	}
	if answer == "" {
		return "", "", Reason("the schema that was written is not shown")
	}
	return answer, "", nil
}

// mostFunctions is how many functions are counted.
const mostFunctions = 1000

// spelledAnew writes the schema of the own job in the documented spelling, and looks at what comes back.
func spelledAnew(ctx context.Context, p *Probe) (string, string, error) {
	schema, err := p.ownSchema(ctx)
	if err != nil {
		return "", "", err
	}
	for _, m := range attributeMappings(schema) {
		if m["defaultValue"] == "" {
			m["defaultValue"] = nil
		}
		if s := source(m); s != nil && s["parameters"] == nil {
			s["parameters"] = []any{}
		}
	}
	written, err := p.Do(ctx, http.MethodPut, p.onJob("/schema"), schema)
	if err != nil || !written.OK() {
		return "", "", errorOr(err, written)
	}
	read, err := p.ownSchema(ctx)
	if err != nil {
		return "", "", err
	}
	different := map[string]bool{}
	compare("", schema, read, different)
	delete(different, "version")
	if err := p.reset(ctx); err != nil {
		return "", "", err
	}
	if len(different) == 0 {
		return yes, "", nil
	}
	return no, "other: " + strings.Join(slices.Sorted(maps.Keys(different)), ", "), nil
}

// compare collects the names of members that differ. A list in another order differs as such.
func compare(name string, one, other any, different map[string]bool) {
	switch one := one.(type) {
	case map[string]any:
		if other, ok := other.(map[string]any); ok {
			for member, value := range one {
				compare(member, value, other[member], different)
			}
			return
		}
	case []any:
		if other, ok := other.([]any); ok && len(one) == len(other) {
			for i := range one {
				compare(name, one[i], other[i], different)
			}
			return
		}
	}
	if !reflect.DeepEqual(one, other) {
		different[name] = true
	}
}

// entryCounts looks at the job of an instance that is there already and has run, since the own one never does.
func entryCounts(ctx context.Context, p *Probe) (string, string, error) {
	entry, err := p.gallery(ctx)
	if err != nil {
		return "", "", err
	}
	instances, answer, err := p.All(ctx, "/servicePrincipals?$filter="+url.PathEscape("applicationTemplateId eq '"+text(entry, "id")+"'"), most)
	if err != nil || !answer.OK() {
		return "", "", errorOr(err, answer)
	}
	for _, instance := range instances {
		if !strings.EqualFold(text(instance, "applicationTemplateId"), text(entry, "id")) {
			continue // the filter was ignored
		}
		jobs, _, err := p.All(ctx, "/servicePrincipals/"+text(instance, "id")+"/synchronization/jobs", most)
		if err != nil {
			return "", "", err
		}
		for _, job := range jobs {
			status, _ := job["status"].(map[string]any)
			for _, count := range objects(status["synchronizedEntryCountByType"]) {
				key := text(count, "key")
				switch {
				case key == "":
				case key[:1] == strings.ToLower(key[:1]):
					return "with a small letter", key, nil
				default:
					return "with a capital", key, nil
				}
			}
		}
	}
	return "", "", Reason("no instance of the application has a job that has run")
}

// rightCredentials asks what becomes of credentials that are right.
func rightCredentials(ctx context.Context, p *Probe) (string, string, error) {
	if err := p.storeCredentials(ctx); err != nil {
		return "", "", err
	}
	answer, err := p.savedCredentials(ctx)
	if err != nil {
		return "", "", err
	}
	return outcome(answer)
}

// maskedWrite asks whether a masked value in a write leaves the stored one.
func maskedWrite(ctx context.Context, p *Probe) (string, string, error) {
	if err := p.storeCredentials(ctx); err != nil {
		return "", "", err
	}
	before, err := p.savedCredentials(ctx)
	if err != nil {
		return "", "", err
	}
	if !before.OK() {
		return "", "", Reason("the test refuses the right credentials, so that it tells nothing: " + before.Said())
	}
	shown, _, err := p.stored(ctx, "Password", func(_ string, found bool) bool { return found })
	if err != nil {
		return "", "", err
	}
	if shown != "*" {
		return "not masked", "", nil // and not shown here
	}
	written, err := p.put(ctx, "UserName", p.Settings.AdminUser, "Password", "*", "SyncAll", "false")
	if err != nil {
		return "", "", err
	}
	if !written.OK() {
		return refused, written.Said(), nil
	}
	after, err := p.savedCredentials(ctx)
	if err != nil {
		return "", "", err
	}
	if after.OK() {
		return "unchanged", "", nil
	}
	return "stored as such", after.Said(), nil
}

// selectedMembers asks whether objects that are looked up by id have only the members that were asked for.
func selectedMembers(ctx context.Context, p *Probe) (string, string, error) {
	if len(p.Settings.People) == 0 {
		return "", "", Reason("there are no test people (" + VariablePeople + ")")
	}
	answer, err := p.Do(ctx, http.MethodPost, "/directoryObjects/getByIds?$select=id", map[string]any{"ids": p.Settings.People, "types": []string{"user"}})
	if err != nil || !answer.OK() {
		return "", "", errorOr(err, answer)
	}
	if len(answer.List()) == 0 {
		return "", "", Reason("no test person was found by id")
	}
	for _, o := range answer.List() {
		for name := range o {
			if name != "id" && !strings.Contains(name, "@odata") {
				return no, name, nil
			}
		}
	}
	return yes, "", nil
}

// filterOfAssignments asks whether assignments can be looked up by who has them.
func filterOfAssignments(ctx context.Context, p *Probe) (string, string, error) {
	if err := p.own(ctx); err != nil {
		return "", "", err
	}
	path := "/servicePrincipals/" + p.principal + "/appRoleAssignedTo"
	of := func(principal string) (Answer, error) {
		return p.Do(ctx, http.MethodGet, path+"?$filter="+url.PathEscape("principalId eq "+principal), nil)
	}
	answer, err := of("00000000-0000-4000-8000-000000000000")
	if err != nil || !answer.OK() {
		return refused, answer.Said(), err
	}
	// A service can also ignore the filter, which shows where somebody is assigned.
	if !p.Settings.Allows(MayAssign) || len(p.Settings.People) == 0 {
		return "", "", Reason("a filter is not refused, and whether it is heeded shows only with a test person and the leave to assign")
	}
	person, err := p.assigned(ctx)
	if err != nil {
		return "", "", err
	}
	nobody, err := of("00000000-0000-4000-8000-000000000000")
	if err != nil {
		return "", "", err
	}
	somebody, err := of(person)
	switch {
	case err != nil:
		return "", "", err
	case len(nobody.List()) > 0:
		return "ignored", nobody.Said(), nil
	case len(somebody.List()) != 1 || !strings.EqualFold(text(somebody.List()[0], "principalId"), person):
		return "finds nobody", somebody.Said(), nil
	}
	return taken, answer.Said(), nil
}

// assigned assigns a test person to the own application, and returns who it is once a list shows it.
func (p *Probe) assigned(ctx context.Context) (person string, err error) {
	path := "/servicePrincipals/" + p.principal + "/appRoleAssignedTo"
	own, err := p.Do(ctx, http.MethodGet, "/servicePrincipals/"+p.principal, nil)
	if err != nil {
		return "", err
	}
	person = p.Settings.People[0]
	made, err := p.Do(ctx, http.MethodPost, path, map[string]string{"principalId": person, "resourceId": p.principal, "appRoleId": assignable(own)})
	if err != nil {
		return "", err
	}
	shown := func(a Answer) bool {
		return slices.ContainsFunc(a.List(), func(o map[string]any) bool { return strings.EqualFold(text(o, "principalId"), person) })
	}
	if listed, err := p.Await(ctx, path, shown); err != nil || !shown(listed) {
		return "", errorOrReason(err, "the assignment of a test person is not shown: "+made.Said())
	}
	return person, nil
}

// instanceOwner asks whether the client owns what it has made.
func instanceOwner(ctx context.Context, p *Probe) (string, string, error) {
	if err := p.own(ctx); err != nil {
		return "", "", err
	}
	owners, answer, err := p.All(ctx, "/servicePrincipals/"+p.principal+"/owners?$select=id", most)
	if err != nil || !answer.OK() {
		return "", "", errorOr(err, answer)
	}
	if len(owners) > 0 {
		return yes, "", nil
	}
	return no, "", nil
}

// demandsReference asks whether an application can be made without a reference of the service management.
func demandsReference(ctx context.Context, p *Probe) (string, string, error) {
	err := p.own(ctx)
	said, _ := json.Marshal(p.instance.Body)
	switch {
	case p.instance.OK():
		return no, "", nil
	case strings.Contains(strings.ToLower(string(said)), "servicemanagementreference"):
		return yes, p.instance.Said(), nil
	}
	return "", "", err
}
