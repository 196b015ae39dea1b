// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account

import (
	"slices"
	"strings"
)

// How grave a problem is: an error or a warning leaves the preview incomplete or foretells harm; a note says what to keep
// in mind.
const (
	severityError   = "error"
	severityWarning = "warning"
	severityInfo    = "info"
)

// Codes of problems. They are part of the provider's interface.
const (
	problemNoGoTo          = "GoToNotConfigured"
	problemAccounts        = "AccountsNotRead"
	problemAssignments     = "AssignmentsNotRead"
	problemGroups          = "GroupMembersNotRead"
	problemPeople          = "PeopleNotRead"
	problemNotFound        = "PeopleNotFound"
	problemScope           = "ScopeNotRead"
	problemSourceAttribute = "SourceAttributeNotRead"
	problemExpression      = "ExpressionNotComputable"
	problemReference       = "ReferenceNotFollowed"
	problemOperator        = "FilterOperatorNotUnderstood"
	problemNoMatching      = "NoMatchingAttribute"
	problemUnreported      = "MatchingAttributeNotReported"
	problemNotCompared     = "AttributesNotCompared"
	problemDeletes         = "AccountsMayBeDeleted"
	problemNoDefinition    = "TargetNotDescribed"
	problemLinks           = "LinksNotVisible"
)

// problem is something that the preview's reader should know. It names no person and holds no value of one.
type problem struct {
	code, severity, message string
	incomplete              bool
}

// problems gathers problems, each once.
type problems struct {
	list []problem
}

// aboutMapping are the problems with a mapping, whose messages name an attribute or operator.
var aboutMapping = map[string]struct {
	severity, text string
}{
	problemSourceAttribute: {severityWarning, "The source attribute %q cannot be read from Microsoft Graph by the preview. Whatever depends on it is unknown."},
	problemExpression:      {severityWarning, "The expression of the target attribute %q can only be computed by the service. Whatever depends on it is unknown."},
	problemReference:       {severityInfo, "The target attribute %q refers to another person, whose account the service fills in. The preview leaves it out."},
	problemOperator:        {severityWarning, "The operator %q of the scoping filter, or its operand, is not understood. Whether the filter admits people is unknown."},
	problemNoMatching:      {severityError, "The mapping of users has no matching attribute, so that the service cannot tell who has an account."},
	problemUnreported:      {severityWarning, "People are matched by the target attribute %q, which GoTo's Admin API does not report. Whether they have an account is unknown."},
}

// add adds a problem with the mapping about an attribute or operator.
func (p *problems) add(code, subject string) {
	about := aboutMapping[code]
	p.put(problem{code: code, severity: about.severity, message: strings.ReplaceAll(about.text, "%q", "`"+subject+"`"), incomplete: about.severity != severityInfo})
}

func (p *problems) put(found problem) {
	if !slices.Contains(p.list, found) {
		p.list = append(p.list, found)
	}
}

// complete reports whether everything could be read and evaluated.
func (p *problems) complete() bool {
	return !slices.ContainsFunc(p.list, func(found problem) bool { return found.incomplete })
}

// conclude adds what the mapping and the verdicts tell.
func (p *problems) conclude(s situation, verdicts []verdict) {
	for _, found := range s.rules.problems.list {
		p.put(found)
	}
	for _, v := range verdicts {
		if v.reason == reasonUnreported {
			p.add(problemUnreported, v.subject)
		}
	}
	if s.rules.enabled && s.rules.remove && !slices.ContainsFunc(s.rules.flows, func(f flow) bool { return f.switches() }) {
		p.put(problem{code: problemDeletes, severity: severityWarning,
			message: "No mapping fed by `IsSoftDeleted` disables: accounts of people who may not sign in to the directory, or who leave the scope, may be deleted instead."})
	}
	if s.accountsRead {
		known := reported(s.accounts)
		var silent []string
		for _, f := range s.rules.flows {
			if f.writable(false) && f.kind != flowOnCreate && !known[f.field] {
				silent = append(silent, "`"+f.target+"`")
			}
		}
		if len(silent) > 0 {
			p.put(problem{code: problemNotCompared, severity: severityInfo,
				message: "GoTo's Admin API does not report " + strings.Join(silent, ", ") + ". What provisioning writes there cannot be compared and never makes an update by itself."})
		}
	}
	if s.ranBefore {
		p.put(problem{code: problemLinks, severity: severityInfo,
			message: "The connection has completed a cycle. The service goes by the links between people and accounts that it keeps from then on, which nobody can read, and writes only what changed since; " +
				"the preview shows what a cycle from the beginning would do."})
	}
	slices.SortStableFunc(p.list, func(a, b problem) int { return gravity[a.severity] - gravity[b.severity] })
}

// gravity sorts problems.
var gravity = map[string]int{severityError: 0, severityWarning: 1, severityInfo: 2}
