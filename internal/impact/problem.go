// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact

import (
	"slices"
	"strings"
)

// Problem is something that the reader of a decision should know. It names no user and repeats no value of one.
type Problem struct {
	Code       string
	Severity   string
	Message    string
	Incomplete bool // something could not be read or worked out
}

// Severities of problems: an error or a warning makes the decision incomplete or predicts harm; an info says what to keep in
// mind.
const (
	SeverityError   = "error"
	SeverityWarning = "warning"
	SeverityInfo    = "info"
)

// severity is the place of the problem when problems are sorted.
func (p Problem) severity() int {
	return slices.Index([]string{SeverityError, SeverityWarning, SeverityInfo}, p.Severity)
}

// Codes of problems. They are part of the provider's interface.
const (
	problemAssignments     = "AssignmentsNotRead"
	problemGroups          = "GroupMembersNotRead"
	problemUsers           = "PeopleNotRead"
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

// problemTexts explain the codes. %q stands for an attribute, attributes or an operator.
var problemTexts = map[string]Problem{
	problemAssignments: {Severity: SeverityError, Incomplete: true, Message: "Reading who is assigned to the application was refused, so that the users in scope are not known. " +
		"Grant `Application.Read.All` to the identity that previews."},
	problemGroups: {Severity: SeverityError, Incomplete: true, Message: "Reading the members of assigned groups was refused, so that they are missing from the preview. " +
		"Grant `Group.Read.All` (or `GroupMember.Read.All`) to the identity that previews."},
	problemUsers: {Severity: SeverityError, Incomplete: true, Message: "Reading users from the directory was refused. Grant `User.Read.All` to the identity that previews."},
	problemNotFound: {Severity: SeverityWarning, Incomplete: true, Message: "Some assigned users are neither among the users of the directory nor in its recycle bin. " +
		"Accounts that match no other user may belong to them."},
	problemScope: {Severity: SeverityWarning, Incomplete: true, Message: "Reading the connection's settings was refused, so that its scope is not known. " +
		"The preview takes it to be `assigned`. Grant `Synchronization.ReadWrite.All` to the identity that previews."},
	problemSourceAttribute: {Severity: SeverityWarning, Incomplete: true, Message: "The preview cannot read the source attribute %q from Microsoft Graph. Whatever depends on it is unknown."},
	problemExpression:      {Severity: SeverityWarning, Incomplete: true, Message: "Only the service can compute the expression of the target attribute %q. Whatever depends on it is unknown."},
	problemReference:       {Severity: SeverityInfo, Message: "The target attribute %q refers to another user, whose account the service fills in. The preview leaves it out."},
	problemOperator: {Severity: SeverityWarning, Incomplete: true,
		Message: "The operator %q of the scoping filter, or its operand, is not understood. Whether the filter lets users pass is unknown."},
	problemNoMatching: {Severity: SeverityError, Incomplete: true, Message: "The mapping of users has no matching attribute, so that the service cannot tell who has an account."},
	problemUnreported: {Severity: SeverityWarning, Incomplete: true,
		Message: "Users are matched by the target attribute %q, which GoTo's Admin API does not report. Whether they have an account is unknown."},
	problemNotCompared: {Severity: SeverityInfo,
		Message: "GoTo's Admin API does not report %q. What provisioning writes there cannot be compared and never makes an update by itself."},
	problemDeletes: {Severity: SeverityWarning,
		Message: "No mapping that reads `IsSoftDeleted` disables accounts: those of users who cannot sign in to the directory, or who leave the scope, may be deleted instead."},
	problemNoDefinition: {Severity: SeverityWarning, Incomplete: true,
		Message: "The connection's schema does not describe the target's attributes. Which ones GoTo requires, and where case matters, is not known."},
	problemLinks: {Severity: SeverityInfo, Message: "The connection has completed a cycle. From then on the service follows the links between users and accounts that it keeps, which cannot be read, " +
		"and writes only what changed since; the preview shows what a cycle from the beginning would do."},
}

// Problems are problems, each once.
type Problems []Problem

// about adds the problem of a code. Subject is what it is about, or "".
func (p *Problems) about(code, subject string) {
	found := problemTexts[code]
	found.Code, found.Message = code, strings.ReplaceAll(found.Message, "%q", "`"+subject+"`")
	p.put(found)
}

func (p *Problems) put(found Problem) {
	if !slices.Contains(*p, found) {
		*p = append(*p, found)
	}
}
