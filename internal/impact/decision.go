// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact

import "strings"

// Decision is what the next cycle does.
type Decision struct {
	Entries   []Entry  // the users whom the cycle comes across by id, then accounts that no user in scope matches by key
	Unmatched int      // how many accounts no user in scope matches, whatever becomes of them
	Problems  Problems // what to know about the decision, the most severe first
}

// Entry is what happens to a user, or to an account that no user in scope matches.
type Entry struct {
	UserID  string // "" for such an account
	User    *User  // nil as well for a user whom the directory does not show
	InScope bool   // by a role that provisions, or because everybody is
	Account *Account
	Action  Action
	Reason  Reason
	Subject string   // the target attribute behind the reason, if one is
	Others  []string // who or what a conflict is with; no more than it takes to know that there are too many to name
	Changes []Change
	leaving bool // the user is not to have the account, or may not be
	// possible are what may happen instead of a conflict, or where it is not known what happens, as far as a change can make a difference to it.
	possible []Entry
}

// Change is a value that is written.
type Change struct {
	Target  string
	Current *string // nil for an account to be created
	Planned string
}

// AccountKey is the key of the account, "" without one.
func (e *Entry) AccountKey() string {
	if e.Account == nil {
		return ""
	}
	return e.Account.Key
}

// maxNamed is how many others a message names.
const maxNamed = 10

// Message says what happens and why. It can name people and repeat values.
func (e *Entry) Message() string {
	text := reasonTexts[e.Reason]
	if e.Subject != "" {
		text += " Target attribute: " + e.Subject + "."
	}
	if len(e.Others) > 0 {
		about, others, more := " This also applies to: ", e.Others, ""
		if e.Reason == reasonSeveral {
			about = " The accounts: "
		}
		if len(others) > maxNamed {
			others, more = others[:maxNamed], " and others"
		}
		text += about + strings.Join(others, ", ") + more + "."
	}
	return text
}

// Action is what the next cycle does with a user or an account.
type Action string

// Actions. They are part of the provider's interface.
const (
	Matched   Action = "matched"
	Create    Action = "create"
	Update    Action = "update"
	Disable   Action = "disable"
	Skip      Action = "skip"
	Conflict  Action = "conflict"
	Unknown   Action = "unknown"
	Unmatched Action = "disable_or_unmanaged" // whether the service has linked the account decides; nobody in scope who can sign in matches it
)

// Reason is why. Reasons are part of the provider's interface; reasonTexts explains them.
type Reason string

const (
	reasonFits       Reason = "account_fits"
	reasonInactive   Reason = "account_already_inactive"
	reasonNoAccount  Reason = "no_account"
	reasonDiffers    Reason = "account_differs"
	reasonBlocked    Reason = "sign_in_blocked"
	reasonDeleted    Reason = "soft_deleted"
	reasonNotLinked  Reason = "sign_in_blocked_not_linked"
	reasonDeletes    Reason = "sign_in_blocked_account_deleted"
	reasonRole       Reason = "not_provisioning_role"
	reasonOff        Reason = "mapping_switched_off"
	reasonFilter     Reason = "not_in_scoping_filter"
	reasonNoValue    Reason = "no_matching_value"
	reasonCreateOff  Reason = "create_switched_off"
	reasonUpdateOff  Reason = "update_switched_off"
	reasonRemoveOff  Reason = "disabling_switched_off"
	reasonLeft       Reason = "left_scope"
	reasonLeftDelete Reason = "left_scope_account_deleted"
	reasonKept       Reason = "left_scope_account_kept"
	reasonLeftOff    Reason = "left_scope_disabling_switched_off"
	reasonLeftMark   Reason = "left_scope_account_changed"
	reasonMark       Reason = "sign_in_blocked_account_changed"
	reasonRequired   Reason = "required_attribute_missing"
	reasonFails      Reason = "expression_fails"
	reasonType       Reason = "value_not_accepted"
	reasonSeveral    Reason = "several_accounts_match"
	reasonShared     Reason = "several_people_match"
	reasonTaken      Reason = "address_taken"
	reasonUnmatched  Reason = "no_person_in_scope"
	reasonNotTied    Reason = "account_not_linked"
	reasonNoAccounts Reason = "accounts_not_read"
	reasonNoUsers    Reason = "people_not_read"
	reasonNotFound   Reason = "not_found_in_directory"
	reasonAttribute  Reason = "source_attribute_not_read"
	reasonExpression Reason = "expression_not_computable"
	reasonReference  Reason = "reference_not_followed"
	reasonUnreported Reason = "matching_attribute_not_reported"
	reasonCondition  Reason = "filter_not_computable"
	reasonStatus     Reason = "account_status_not_understood"
	reasonOwner      Reason = "owner_not_known"
	reasonMembers    Reason = "group_members_not_read"
)

// reasonTexts explain the reasons to those who see names and values.
var reasonTexts = map[Reason]string{
	reasonFits:       "The matching account already has what the mapping would write, as far as GoTo reports it.",
	reasonInactive:   "The user cannot sign in to the directory, and the account is already inactive.",
	reasonNoAccount:  "No account matches: one is created.",
	reasonDiffers:    "The matching account is updated.",
	reasonBlocked:    "Sign-in to the directory is blocked for the user: an account that the service has linked is disabled, and none is created.",
	reasonDeleted:    "The user is in the directory's recycle bin: an account that the service has linked is disabled, and none is created.",
	reasonNotLinked:  "The user cannot sign in to the directory, and the service has not linked the account: it stays as it is.",
	reasonDeletes:    "The user cannot sign in to the directory, and no mapping disables the account: it may be deleted instead.",
	reasonRole:       "The user is not assigned to any role that provisions.",
	reasonOff:        "The mapping of users is switched off.",
	reasonFilter:     "The scoping filter excludes the user.",
	reasonNoValue:    "No matching attribute has a value. Without one, a user is not provisioned.",
	reasonCreateOff:  "No account matches, and the mapping does not create accounts.",
	reasonUpdateOff:  "The matching account would change, but the mapping does not update accounts.",
	reasonRemoveOff:  "The user cannot sign in to the directory, and no mapping disables or deletes the account.",
	reasonLeft:       "The user leaves the scope: the account is disabled.",
	reasonLeftDelete: "The user leaves the scope, and no mapping disables the account: it may be deleted instead.",
	reasonKept:       "The user leaves the scope, and the connection is configured to keep such accounts as they are.",
	reasonLeftOff:    "The user leaves the scope, and the mapping neither disables nor deletes the account: it stays as it is.",
	reasonLeftMark:   "The user leaves the scope: the mapping changes the account, which stays active.",
	reasonMark:       "The user cannot sign in to the directory: the mapping changes the account, which stays active.",
	reasonRequired:   "An attribute that GoTo requires has no value.",
	reasonFails:      "An expression of the mapping fails for this user.",
	reasonType:       "The mapping results in a value that does not have the type of the target attribute.",
	reasonSeveral:    "Several accounts match. Choose a matching attribute that distinguishes them.",
	reasonShared:     "Several users match the same account. An account belongs to one user.",
	reasonTaken:      "The address belongs to another account, or will be assigned to another user.",
	reasonUnmatched:  "No user in scope matches the account. It is disabled if the service linked it to a user; otherwise it stays as it is.",
	reasonNotTied:    "No user in scope matches the account, and the service has not linked it to anybody: it stays as it is.",
	reasonNoAccounts: "The accounts at GoTo were not read.",
	reasonNoUsers:    "The user could not be read from the directory.",
	reasonNotFound:   "The directory does not show the user, who may have been deleted.",
	reasonAttribute:  "It depends on a source attribute that cannot be read.",
	reasonExpression: "It depends on an expression that only the service can compute.",
	reasonReference:  "It depends on a reference to another user.",
	reasonUnreported: "It depends on a matching attribute that GoTo does not report.",
	reasonCondition:  "It depends on a scoping filter that only the service can evaluate.",
	reasonStatus:     "GoTo reports a status of the account that may or may not mean that it is active.",
	reasonMembers:    "The user may be a member of an assigned group whose members could not be read.",
	reasonOwner:      "Only the service knows whom it has linked to the account, or whether it has disabled the account itself.",
}
