// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package impact determines what provisioning does to accounts. It knows nothing of Terraform.
//
// A [Setup] is a configuration of provisioning: the current one, read with [ReadSetup], or a proposed one, a copy with different
// mappings, assignments, or scope. A [Survey] is the data in the directory and at GoTo; [ReadSurvey] reads it once for any number
// of setups. Both are plain values. [Decide] compares them, without reading anything, and determines what an initial cycle does
// with each user and each account. [Compare] determines for whom a change of the setup makes a difference in the next cycle.
// [Outcomes] returns the results of a mapping for a user in a given [State].
package impact

import (
	"cmp"
	"encoding/json"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
)

// Scopes of a connection.
const (
	ScopeAssigned = "assigned"
	ScopeAll      = "all"
)

// Setup is how provisioning is set up.
type Setup struct {
	Name    string                  // of the application, "" if it was not read
	Mapping graph.ObjectMapping     // of users
	Target  *graph.ObjectDefinition // describes the target's attributes; without it each one is taken to be an optional text
	Scope   string                  // ScopeAssigned or ScopeAll; "", taken to be ScopeAssigned, if it could not be read
	// Roles are declared by the application. They and the assignments may be left out where everybody is in scope and no
	// mapping reads them.
	Roles       []graph.AppRole
	Assignments []graph.Assignment
	// Off says that no cycle runs: provisioning is switched off, or the connection is gone.
	Off bool
	// Restarts says that a cycle is started before provisioning could be switched off: it runs to its end.
	Restarts bool
	// KeepsOutOfScope says that the accounts of users who leave the scope are left alone.
	KeepsOutOfScope bool
	// HeldFrom is the number of disabled accounts from which the service holds back all of a cycle, 0 for never.
	HeldFrom int64
	Problems Problems // with reading it
}

// Settings are what the service reports a connection only to those who may change it.
type Settings struct {
	Scope           string
	KeepsOutOfScope bool
	HeldFrom        int64
}

// ScopeUnread reports whether reading the connection's settings was refused.
func (s *Setup) ScopeUnread() bool {
	return slices.ContainsFunc(s.Problems, func(p Problem) bool { return p.Code == problemScope })
}

// With is the setup with settings that were read at another time, in place of those that could not be read.
func (s *Setup) With(settings Settings) *Setup {
	known := s.Planned(settings)
	known.Problems.about(problemScopeOfState, "")
	return known
}

// Planned is the setup with settings that a plan is going to give it.
func (s *Setup) Planned(settings Settings) *Setup {
	planned := s.withoutProblem(problemScope)
	planned.Scope, planned.KeepsOutOfScope, planned.HeldFrom = settings.Scope, settings.KeepsOutOfScope, settings.HeldFrom
	return planned
}

// Assigned is the setup with the scope in which a change of assignments concerns the most people, in place of the one that could
// not be read. Nothing changes where a mapping reads the roles of people: such a change may concern people in any scope.
func (s *Setup) Assigned() *Setup {
	if slices.ContainsFunc(compile(s, nil).sources, readsRoles) {
		return s
	}
	bound := s.withoutProblem(problemScope)
	bound.Scope = ScopeAssigned
	bound.Problems.about(problemScopeAssumed, "")
	return bound
}

func (s *Setup) withoutProblem(code string) *Setup {
	other := *s
	other.Problems = slices.DeleteFunc(slices.Clone(s.Problems), func(p Problem) bool { return p.Code == code })
	return &other
}

func readsRoles(source string) bool { return strings.EqualFold(source, sourceRoles) }

// Survey is what there is in the directory and at GoTo.
type Survey struct {
	Now       time.Time
	Users     []User
	UsersRead bool
	Members   map[string][]string // group to its direct members that are users, ids in lowercase
	// Missing are source attributes that the directory turned out not to have.
	Missing      []string
	Accounts     []Account
	AccountsRead bool
	RanBefore    bool     // the connection has completed a cycle, and may have linked accounts to users
	NeverLinked  bool     // the service counts no user as synchronized, ever
	Problems     Problems // with reading it

	linking   bool              // the first cycle is running
	stored    stored            // what is known of links
	unread    map[string]string // codes of problems by group whose members are not known
	sources   []string          // attributes that were asked for
	named     bool              // so were names
	everybody bool              // all users were asked for
	asked     map[string]bool   // users who were asked for by id
	only      map[string]bool   // users to look at, nil for all
}

// Ran notes what a job reports its past.
func (s *Survey) Ran(job graph.Job) {
	synchronized, told := job.Status.Synchronized()
	s.RanBefore, s.NeverLinked = job.HasCompletedCycle(), told && synchronized == 0
	s.linking = !s.RanBefore && job.MayHaveLinked(s.Now)
}

// hasLinked reports whether the service may have linked accounts to users in a cycle that it completed.
func (s *Survey) hasLinked() bool { return s.RanBefore && !s.NeverLinked }

// Only is the survey as far as it concerns some principals, by ids in lowercase: users, and the members of groups.
func (s *Survey) Only(principals map[string]bool) *Survey {
	part := *s
	part.only = map[string]bool{}
	for id := range principals {
		part.only[id] = true
		for _, member := range s.Members[id] {
			part.only[member] = true
		}
	}
	return &part
}

// HasScope reports whether InScope is exact for a setup, as far as the survey was read.
func (s *Survey) HasScope(setup *Setup) bool {
	return setup.Scope == ScopeAll && s.UsersRead || setup.Scope != ScopeAll && !slices.ContainsFunc(setup.groups(), func(id string) bool {
		_, known := s.Members[id]
		return !known
	})
}

// InScope is how many users a setup has in scope.
func (s *Survey) InScope(setup *Setup) int {
	if setup.Scope == ScopeAll {
		n := 0
		for i := range s.Users {
			if !s.Users[i].Deleted {
				n++
			}
		}
		return n
	}
	n := 0
	for _, h := range setup.holders(s.Members) {
		if h.provisions {
			n++
		}
	}
	return n
}

// User is a user of the directory.
type User struct {
	ID         string // in lowercase
	Properties map[string]json.RawMessage
	Deleted    bool // in the recycle bin
	linked     bool // known only by a link of the service
}

// State is what mappings are told of a user by IsSoftDeleted and accountEnabled.
type State int

// States of a user.
const (
	InScope       State = iota // as far as the user's own state goes
	Unassigned                 // left the scope, and can still sign in
	SignInBlocked              // disabled in the directory
	SoftDeleted                // in the recycle bin
)

// State tells a user who cannot sign in. A user of whom nothing is known can.
func (u *User) State() State {
	switch {
	case u.Deleted:
		return SoftDeleted
	case string(u.Properties[propertyEnabled]) == "false":
		return SignInBlocked
	}
	return InScope
}

// Name is the user principal name, "" if it was not read.
func (u *User) Name() string { return valueOf(u.Properties[propertyName]).Text() }

// DisplayName is the display name, "" if it was not read.
func (u *User) DisplayName() string { return valueOf(u.Properties[propertyDisplayName]).Text() }

// holder is a user who is assigned, directly or as a member of a group.
type holder struct {
	provisions bool // by at least one role
	roles      []string
}

// holders are the users who are assigned, by id in lowercase.
func (s *Setup) holders(members map[string][]string) map[string]holder {
	found := map[string]holder{}
	for _, a := range s.Assignments {
		switch id := strings.ToLower(a.PrincipalID); a.PrincipalType {
		case "User":
			found[id] = found[id].with(a.AppRoleID, s.Roles)
		case "Group":
			for _, member := range members[id] {
				found[member] = found[member].with(a.AppRoleID, s.Roles)
			}
		}
	}
	return found
}

// with is the holder with one more role.
func (h holder) with(roleID string, declared []graph.AppRole) holder {
	i := slices.IndexFunc(declared, func(r graph.AppRole) bool { return strings.EqualFold(r.ID, roleID) })
	switch {
	case i >= 0:
		h.provisions = h.provisions || declared[i].CanProvision()
		name := cmp.Or(declared[i].Value, declared[i].DisplayName)
		if !slices.Contains(h.roles, name) {
			h.roles = append(h.roles, name)
		}
	case strings.EqualFold(roleID, graph.DefaultAccessRoleID) && !slices.ContainsFunc(declared, graph.AppRole.CanProvision):
		h.provisions = true
	}
	return h
}

// groups are the assigned groups, ids in lowercase.
func (s *Setup) groups() []string {
	var ids []string
	for _, a := range s.Assignments {
		if a.PrincipalType == "Group" {
			ids = append(ids, strings.ToLower(a.PrincipalID))
		}
	}
	return ids
}

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

// Unbounded reports whether nobody can say whom the problem concerns, so even the number of accounts that change at most
// is not known.
func (p Problem) Unbounded() bool {
	return slices.Contains([]string{problemAssignments, problemGroups, problemHidden, problemUsers, problemScope}, p.Code)
}

// Codes of problems. They are part of the provider's interface.
const (
	problemAssignments     = "AssignmentsNotRead"
	problemGroups          = "GroupMembersNotRead"
	problemHidden          = "GroupMembersHidden"
	problemUsers           = "PeopleNotRead"
	problemNotFound        = "PeopleNotFound"
	problemScope           = "ScopeNotRead"
	problemScopeOfState    = "ScopeFromState"
	problemScopeAssumed    = "ScopeAssumed"
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
	problemLinksUnread     = "LinksNotRead"
	problemManyLinks       = "TooManyLinks"
)

// problemTexts explain the codes. %q stands for an attribute, attributes or an operator.
var problemTexts = map[string]Problem{
	problemAssignments: {Severity: SeverityError, Incomplete: true, Message: "Reading the assignments of the application was refused, so the users in scope are unknown. " +
		"Grant `Application.Read.All` to the identity that signs in."},
	problemGroups: {Severity: SeverityError, Incomplete: true, Message: "Reading the members of assigned groups was refused, so they are omitted. " +
		"Grant `Group.Read.All` (or `GroupMember.Read.All`) to the identity that signs in."},
	problemHidden: {Severity: SeverityError, Incomplete: true, Message: "The members of some assigned groups are hidden, so they are left out. " +
		"Grant `Member.Read.Hidden` to the identity that signs in."},
	problemUsers: {Severity: SeverityError, Incomplete: true, Message: "Reading users from the directory was refused. Grant `User.Read.All` to the identity that signs in."},
	problemNotFound: {Severity: SeverityWarning, Incomplete: true, Message: "Some assigned users are neither among the users of the directory nor in its recycle bin. " +
		"Accounts that match no other user may belong to them."},
	problemScope: {Severity: SeverityWarning, Incomplete: true, Message: "Reading the connection's settings was refused, so its scope is unknown. " +
		"The scope `assigned` is assumed. Only an identity with `Synchronization.ReadWrite.All` can read it."},
	problemScopeOfState: {Severity: SeverityWarning, Incomplete: true, Message: "Reading the connection's settings was refused. " +
		"Its scope and its accidental-deletion prevention are those of the last run that could read them."},
	problemScopeAssumed: {Severity: SeverityWarning, Incomplete: true, Message: "Reading the connection's settings was refused, so its scope is unknown. " +
		"The numbers apply to the scope `assigned`; with the scope `all`, no account depends on assignments."},
	problemSourceAttribute: {Severity: SeverityWarning, Incomplete: true, Message: "The source attribute %q cannot be read from Microsoft Graph. Everything that depends on it is unknown."},
	problemExpression:      {Severity: SeverityWarning, Incomplete: true, Message: "Only the service can compute the expression of the target attribute %q. Everything that depends on it is unknown."},
	problemReference:       {Severity: SeverityInfo, Message: "The target attribute %q refers to another user, whose account the service fills in. It is omitted."},
	problemOperator: {Severity: SeverityWarning, Incomplete: true,
		Message: "The provider does not know the operator %q of the scoping filter, or its operand. Whether users pass the filter is unknown."},
	problemNoMatching: {Severity: SeverityError, Incomplete: true, Message: "The mapping of users has no matching attribute, so the service cannot determine who has an account."},
	problemUnreported: {Severity: SeverityWarning, Incomplete: true,
		Message: "Users are matched by the target attribute %q, which GoTo's Admin API does not report. Whether they have an account is unknown."},
	problemNotCompared: {Severity: SeverityInfo,
		Message: "GoTo's Admin API does not report %q. Values that provisioning writes there cannot be compared, and a change of these alone is never shown as an update."},
	problemDeletes: {Severity: SeverityWarning,
		Message: "No mapping that reads `IsSoftDeleted` disables accounts: those of users who cannot sign in to the directory, or who leave the scope, may be deleted instead."},
	problemNoDefinition: {Severity: SeverityWarning, Incomplete: true,
		Message: "The connection's schema does not describe the target's attributes. Which attributes GoTo requires, and for which of them case matters, is unknown."},
	problemLinksUnread: {Severity: SeverityWarning, Incomplete: true, Message: "The service did not return which accounts it has linked to users, so the outcome for some accounts that match nobody in scope who can sign in is unknown. It " +
		"returns this only in the beta version of the global service, and only to identities with the Microsoft Graph permission `SynchronizationMetadata.Read.All`."},
	problemManyLinks: {Severity: SeverityWarning, Incomplete: true, Message: "The service returns links one by one. The links of 500 accounts that match nobody in scope who can sign in were read, and there are more."},
	problemLinks: {Severity: SeverityInfo, Message: "The connection has completed a cycle. From then on, the service follows its links between users and accounts, which cannot be " +
		"read, and writes only what has changed; the preview shows what an initial cycle would do."},
}

// Problems are problems, each once.
type Problems []Problem

// about adds the problem of a code. Subject is what it is about, or "".
func (p *Problems) about(code, subject string) {
	found := problemTexts[code]
	found.Code, found.Message = code, strings.ReplaceAll(found.Message, "%q", "`"+subject+"`")
	p.put(found)
}

// sort brings the most severe first.
func (p Problems) sort() {
	sort.SliceStable(p, func(i, j int) bool { return p[i].severity() < p[j].severity() })
}

func (p *Problems) put(found Problem) {
	if !slices.Contains(*p, found) {
		*p = append(*p, found)
	}
}
