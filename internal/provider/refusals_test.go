// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// judged says of each error that the provider can give why it does not bar the way out: no plan gives it (an apply, an import, an
// action or a list does), it follows from the configuration and the environment alone, a request failed, a data source could not tell
// (for both, `-refresh=false` leads out, as the guide on troubleshooting says), or there is a test in which the facts change after the
// apply: a case of TestWayOut_isFreeWhateverChanges or another test, by name. An error that is new to the code has to be added, with
// its reason. Titles that stand in the code several times are listed as often.
var judged = map[string]map[string][]string{
	"nothing that a plan gives": {
		"aftermath": {"Cannot pause provisioning"},
		"application": {"Cannot add an owner of the application", "Cannot remove an owner of the application", "Cannot confirm that the application is gone", "Cannot confirm the new name", "Cannot create the application",
			"Cannot delete the application", "Cannot delete the application", "Cannot delete the application", "Cannot check what depends on the application", "Cannot check what depends on the application",
			"Cannot determine whether the application was created", "Cannot list the applications", "Not a gallery application", "summary", "summary"},
		"assignment": {"Cannot assign the role", "Cannot assign the role", "Cannot assign the role", "Cannot change %d of %s", "Cannot remove the assignment", "Cannot determine whether the assignment was created", "The assignment of %s is managed twice",
			"No such principal", "No such principal", "No such service principal", "No such user", "No such assignment", "Invalid id in the state of azuread", "Invalid identity", "Invalid identity", "Invalid import id", "Invalid import id", "Invalid import id",
			"Unknown values at apply", "Invalid id in the state", "Cannot write the private state", "Cannot read the assignment's attributes"},
		"azuread": {"summary", "summary", "summary", "summary"},
		"connection": {"A cycle is still running", "Cannot confirm that the job is gone", "Cannot create the provisioning job", "Cannot delete the provisioning job", "Cannot lift the quarantine", "Cannot list the group's members",
			"Cannot pause provisioning", "Cannot provision on demand", "Cannot restart the job for the narrower scope", "Cannot store the credentials and settings", "Cannot store the credentials and settings",
			"Cannot determine whether the provisioning job was created", "Cannot test the connection", "Cannot test the connection", "Cannot read the new job", "Invalid id in the state of azuread", "Invalid identity", "Invalid identity", "Invalid import id",
			"No such group", "The connection does not provision people", "The group has no people", "Provisioning on demand failed", "Provisioning was switched off since the plan",
			"The connection test failed", "The connection test failed", "The credentials to test were omitted", "The quarantine is not lifted", "The service dropped secrets", "The stored credentials have been refused since this write",
			"The target could not be contacted", "failure.Summary()", "failure.Summary()", "Cannot read the attribute mappings", "Cannot list the application's jobs"},
		"graphdiag": {"No such service principal", "noJobSummary(presence)"},
		"forecast":  {"More accounts change than planned: %s of %s"},
		"listing":   {`"Cannot list the jobs of the application " + id`},
		"mapping":   {"Cannot write the mapping", "Cannot write the mapping", "Cannot write the mapping", "Invalid identity", "Invalid import id", "Invalid connection id in the state", "summarySchema"},
		"state": {"Cannot count the held deletions", "Cannot pause provisioning", "Cannot pause provisioning", "Cannot restart provisioning", "Cannot start provisioning", `"Provisioning of service principal " + ref.ServicePrincipalID + " is off"`,
			"summary", "summary"},
	},
	"the configuration and the environment": {
		"application": {"Gallery name and template id disagree", "The application is declared twice"},
		"assignment":  {"Further invalid entries", "Principal both listed and ignored", "Role not among `roles`", "summary"},
		"connection": {`"Missing " + a.noun`, "Credentials too long for this cloud", "Invalid connection id", "Key set twice", "Key with a separate attribute", "Missing password", "Missing password", "Missing value",
			"Notification without an address", "Secret among the settings", "Unknown key", "Unknown key"},
		"forecast": {"Cannot write the impact report"},
		"mapping":  {"Several sources for one target attribute", "No source for the target attribute", "Filter group without clauses", "Invalid connection id", "summaryExpression"},
		"provider": {`"Missing " + strings.ReplaceAll(missing.attribute, "_", " ")`, "Cannot prepare the Microsoft Graph client", "Cannot prepare to sign in", "Cannot read file", "Cannot read file", "Cannot use the certificate authorities",
			"Cannot use the client certificate", "Cannot write the impact report", "Empty file", "Empty file", "Incomplete GoTo credentials", "Invalid environment variable", "Invalid file", "Invalid value", "Metadata host that is not used",
			"No sign-in method", "No workload identity token", "Provider setting is not known yet", "Two sources for one value", "Two sign-in methods", "Unused OpenID Connect setting", "Unused OpenID Connect setting", "v.summary"},
		"providerdata": {"Unexpected provider data", "Provisioning would start with the wider scope"},
		"state": {"Held deletions cannot be released along with a narrower scope", "Id of another object", "Invalid connection id", "Invalid connection id", "Invalid connection id", "Invalid connection id", "Invalid date and time", "Invalid restart scope",
			"Provisioning would start before the attribute mappings are in place", "The connection already has another gotomeeting_provisioning_state"},
		"validate": {"Empty value", "Stray characters in the value", "summary"},
	},
	"a request that failed": {
		"application": {"Cannot look up the application", "Cannot read the application", "Cannot read the application gallery", "Cannot read the application gallery", "Cannot read the application gallery",
			"Cannot read the application registration", "Cannot read the application registration", "Cannot read the application registration", "Cannot read the owners of the application", "Cannot read the owners of the application"},
		"assignment": {"Cannot look up the user", "Cannot look up the user", "Cannot look up the user", "Cannot read the assignment", "Cannot read the assignments", "Cannot read the assignments", "Cannot read the assignments",
			"Cannot read the assignments", "Cannot read the assignments", "Cannot read the assignments", "Cannot read the roles of the application", "Cannot read the roles of the application", "Cannot read the roles of the application",
			"Cannot read the roles of the application", "Cannot read the roles of the application", "Cannot read the roles of the application"},
		"connection": {"Cannot examine the existing job", "Cannot read the application's connectors", "Cannot read the connection's settings", "Cannot read the connection's settings", "Cannot read the connection's settings",
			"Cannot read the connection's settings", "Cannot read the provisioning job", "Cannot read the provisioning job", "Cannot read the provisioning job", "Cannot read the provisioning job"},
		"gotodiag":  {"summary"},
		"graphdiag": {"Cannot sign in to Microsoft Entra ID", "summary", "summary", "noJobSummary(missing.Presence)"},
		"mapping": {"Cannot parse the expression", "Cannot read the connection's scope", "Cannot read the connector's default mapping", "Cannot read the filter operators", "Cannot understand the synchronization schema",
			"summarySchema", "summarySchema", "summarySchema"},
		"state":    {"Cannot read the attribute mappings", "Cannot read the provisioning job", "Cannot read the provisioning job", "Cannot read the provisioning job", "Cannot read the provisioning job", "Cannot read the provisioning job"},
		"forecast": {"Cannot determine what the plan does to accounts"},
	},
	"a data source": {
		"account":     {"Cannot compare the accounts with the people in scope", "Cannot read the accounts at GoTo", "Cannot read the licenses at GoTo", "Invalid connection id", "No mapping of users", "Too many accounts"},
		"application": {"Cannot look up the application", "Cannot read the application", "Cannot read the application's jobs", "Name is spelled differently", "No such application", "Several applications match"},
		"assignment":  {"Cannot look up who is to be assigned", "summary"},
		"mapping":     {"summarySchema"},
		"preview":     {"Cannot preview provisioning", "Cannot read links", "Cannot read links", "Cannot read the accounts at GoTo", "Invalid connection id", "No mapping of users", "summary"},
		"syncstatus":  {"Cannot read the provisioning logs", "Cannot read the provisioning logs", "Cannot read the sync status", "Invalid connection id", "Invalid connection id", "Invalid timestamp", "The time span is empty"},
	},
	"passed on from elsewhere": {
		"application": {"summary"},
		"graphdiag":   {"No such service principal", "d.Summary()", "d.Summary()"},
		"forecast":    {"title", "title"},
		"mapping":     {"summary"},
	},
	// A test, or one of its cases.
	"TestWayOut_isFreeWhateverChanges: single sign-on": {"application": {"The application is still in use"}},
	"TestWayOut_isFreeWhateverChanges: application deleted, another of its name made": {
		"application": {"The application already exists", "The application already exists"}},
	"TestWayOut_isFreeWhateverChanges: application deleted, two gallery entries of its name": {
		"application": {"No such gallery application", "No such gallery application", "Gallery name is spelled differently", "Several gallery applications have this name"}},
	"TestWayOut_isFreeWhateverChanges: application deleted, connector retired": {
		"application": {"The gallery application cannot provision accounts", "The gallery application cannot provision accounts"}},
	"TestResource_refusesToRenameWhatAnotherTenantOwns": {"application": {"The application cannot be renamed here", "The reference cannot be changed here"}},
	"TestResource_refusesAnotherTemplate":               {"application": {"The gallery application cannot be changed", "The gallery application cannot be changed"}},
	"TestWayOut_isFreeWhateverChanges: colleague grants roles in a set": {
		"assignment": {"%s that others made would be removed", "Too many people would lose access", "More than half of the people would lose access", "The whole set would be emptied", "Cannot count who would lose access"}},
	"TestApplicationDeletedElsewhere_stopsNoPlan":   {"assignment": {"The application has assignments that are not listed"}},
	"TestPurgedLeaver_nameOfANewcomerKeepsTheOldID": {"assignment": {"The name now refers to a different user", "The user has a different name now"}},
	// The configuration changed, or the resource is tainted; a destroy goes.
	"TestNewcomerWithALeaversName_getsNoAccessByANewAddress": {"assignment": {"The name now refers to a different user"}},
	"TestPurgedLeaver_nameOfNobodyLeaves":                    {"assignment": {"User not found"}},
	"TestRemovedElsewhere_whatSpeaksAgainstItStopsNoPlan": {
		"assignment": {"f.Summary", "r.Summary"},
		"roster":     {"Disabled role", "Unknown role", "Default Access does not provision", "Role not allowed for users", "Role not allowed for applications", "No such principal", "Group cannot be assigned"}},
	"TestWayOut_isFreeWhateverChanges: another role of the name": {"roster": {"Ambiguous role"}},
	"TestWayOut_isFreeWhateverChanges: connector retired":        {"connection": {"The application offers no provisioning connector"}},
	"TestWayOut_isFreeWhateverChanges: job deleted, another one made": {
		"connection": {"A provisioning connection already exists", "Unknown provisioning connector", "Several provisioning connectors", "Missing credential"}},
	"TestHold_isNotEndedByAReplacementWithoutAWord": {"state": {`"Replacing this resource would end the pause of " + subject`}},
	// A replacement that was asked for, or that follows from a change of the configuration.
	"TestReplacement_withRefusedCredentialsDeletesNothing": {"connection": {"The replacement of the connection would fail"}},
	"TestImpact_aLimitRefusesARepairWhileApplyingOnly":     {"forecast": {"title", "title"}},
	"TestWayOut_isFreeWhateverChanges: mapping gone":       {"mapping": {"No such object mapping"}},
	// The configuration changed.
	"TestNewAddress_neverBringsTheDefaultMappingLive": {"mapping": {"The mapping is destroyed and created again"}},
	"TestRead_keepsAMappingWhoseNameBecameAmbiguous":  {"mapping": {"Several object mappings match"}},
	"TestPlan_leavesTheWayOut": {"mapping": {"Unknown target attribute", "Read-only target attribute", "Target attribute is the anchor", "Target attribute has a single value", "Required target attribute is not mapped",
		"Source attribute with several values", "Unknown source attribute", "Unknown source attribute", "Unknown filter operator", "The mapping cannot be edited", "Function needs assigned people",
		"The service cannot parse the expression", "The service cannot parse the expression", "summaryExpression", "Accounts would no longer be disabled as they should",
		// The same easing of whatever was applied: these were not played one by one.
		"The connector already has this attribute", "Matching priority used twice", "No matching attribute", "The user mapping cannot be disabled", "Attribute cannot be used in a scoping filter", "Attribute cannot be used in a scoping filter",
		"Filter operator does not suit the attribute", "Filter operator needs a value", "Filter operator needs a whole number", "Filter operator does not accept a value", "Invalid regular expression"}},
	"TestWayOut_isFreeWhateverChanges: job deleted": {"mapping": {"The mapping was customized elsewhere"}},
	"TestResume_thatOnlyRepairsStopsNoPlan":         {"state": {"title", "More deletions are held than the limit allows", "Cannot determine which deletions are held"}},
	"TestOutsidePause_isRepairedWhereConfigured":    {"state": {`"Provisioning would start with the default mapping of " + graphdiag.List(names)`, "The connection cannot sign in yet"}},
}

// errorTitles are the titles of all errors that the provider can give, by package: the text where it stands in the code, otherwise
// the expression that makes it.
func errorTitles(t *testing.T) map[string][]string {
	t.Helper()
	// Where the title is among the arguments.
	constructors := map[string]int{"AddError": 0, "NewErrorDiagnostic": 0, "AddAttributeError": 1, "NewAttributeErrorDiagnostic": 1, "Error": 0, "AttributeError": 1, "attributeError": 1, "failure": 1}
	// Functions of those names that make no diagnostics.
	others := map[string]bool{"graph": true, "gotodiag": true}
	found := map[string][]string{}
	files := token.NewFileSet()
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "simulator" || entry.Name() == "acctest" || entry.Name() == "cmd" || entry.Name() == "tenant"):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		name := filepath.Base(filepath.Dir(path))
		ast.Inspect(file, func(node ast.Node) bool {
			var title ast.Expr
			switch n := node.(type) {
			case *ast.CallExpr:
				called, qualified := "", ""
				switch f := n.Fun.(type) {
				case *ast.SelectorExpr:
					called = f.Sel.Name
					if of, ok := f.X.(*ast.Ident); ok {
						qualified = of.Name
					}
				case *ast.Ident:
					called = f.Name
				}
				at, ok := constructors[called]
				if !ok || at >= len(n.Args) || called == "failure" && others[name] || called == "Error" && qualified != "graphdiag" && qualified != "gotodiag" {
					return true
				}
				title = n.Args[at]
			case *ast.CompositeLit: // of package roster, whose refusals the resources report
				kind, _ := n.Type.(*ast.Ident)
				if list, ok := n.Type.(*ast.ArrayType); ok {
					if kind, _ = list.Elt.(*ast.Ident); len(n.Elts) == 1 && kind != nil && kind.Name == "Finding" {
						n, _ = n.Elts[0].(*ast.CompositeLit)
					}
				}
				if kind == nil || kind.Name != "Refusal" && kind.Name != "Finding" {
					return true
				}
				for i, element := range n.Elts {
					field, named := element.(*ast.KeyValueExpr)
					switch {
					case named && field.Key.(*ast.Ident).Name == "Summary": //nolint:forcetypeassert // a field of a struct
						title = field.Value
					case !named && i == map[string]int{"Refusal": 0, "Finding": 1}[kind.Name]:
						title = element
					case !named && i == 3: // whether a finding refuses
						if refuses, ok := element.(*ast.Ident); ok && refuses.Name == "false" {
							return true
						}
					}
				}
			}
			if title != nil {
				found[name] = append(found[name], textOf(files, title))
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func textOf(files *token.FileSet, title ast.Expr) string {
	if call, ok := title.(*ast.CallExpr); ok && len(call.Args) > 0 {
		if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Sprintf" {
			title = call.Args[0]
		}
	}
	if literal, ok := title.(*ast.BasicLit); ok {
		if text, err := strconv.Unquote(literal.Value); err == nil {
			return text
		}
	}
	var source strings.Builder
	if err := printer.Fprint(&source, files, title); err != nil {
		return err.Error()
	}
	return source.String()
}

// Every error is judged: one that is new is either no matter of changed facts, or there is a test that they leave the way out free.
func TestRefusals_areAllJudged(t *testing.T) {
	t.Parallel()
	found, tests := errorTitles(t), testNames(t)
	for reason, packages := range judged {
		if strings.HasPrefix(reason, "Test") && !tests[reason] {
			t.Errorf("there is no %s", reason)
		}
		for name, titles := range packages {
			for _, title := range titles {
				at := slices.Index(found[name], title)
				if at < 0 {
					t.Errorf("%s, %s: the code has no such error (any more): %s", reason, name, title)
					continue
				}
				found[name] = slices.Delete(found[name], at, at+1)
			}
		}
	}
	for name, titles := range found {
		for _, title := range titles {
			t.Errorf("%s: %q is not judged: may it stop a plan although nobody changed the configuration?", name, title)
		}
	}
}

// testNames are the names of all tests, and of the cases of TestWayOut_isFreeWhateverChanges after its name.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, found := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(text, -1) {
			names[string(found[1])] = true
		}
		if filepath.Base(path) == "wayout_test.go" {
			for _, found := range regexp.MustCompile(`(?m)^\t\t\{name: "([^"]+)"`).FindAllSubmatch(text, -1) {
				names["TestWayOut_isFreeWhateverChanges: "+string(found[1])] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
