// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account

import (
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
)

// What the next cycle does with a person or an account.
const (
	actionMatched   = "matched"
	actionCreate    = "create"
	actionUpdate    = "update"
	actionDisable   = "disable"
	actionSkip      = "skip"
	actionConflict  = "conflict"
	actionUnknown   = "unknown"
	actionUnmatched = "disable_or_unmanaged"
)

// Why. These are part of the provider's interface; reasonTexts explains them.
const (
	reasonFits       = "account_fits"
	reasonInactive   = "account_already_inactive"
	reasonNoAccount  = "no_account"
	reasonDiffers    = "account_differs"
	reasonBlocked    = "sign_in_blocked"
	reasonDeleted    = "soft_deleted"
	reasonNotLinked  = "sign_in_blocked_not_linked"
	reasonDeletes    = "sign_in_blocked_account_deleted"
	reasonRole       = "not_provisioning_role"
	reasonOff        = "mapping_switched_off"
	reasonFilter     = "not_in_scoping_filter"
	reasonNoValue    = "no_matching_value"
	reasonCreateOff  = "create_switched_off"
	reasonUpdateOff  = "update_switched_off"
	reasonRemoveOff  = "disabling_switched_off"
	reasonRequired   = "required_attribute_missing"
	reasonFails      = "expression_fails"
	reasonType       = "value_not_accepted"
	reasonSeveral    = "several_accounts_match"
	reasonShared     = "several_people_match"
	reasonTaken      = "address_taken"
	reasonNobody     = "no_person_in_scope"
	reasonNoAccounts = "accounts_not_read"
	reasonNoPeople   = "people_not_read"
	reasonNotFound   = "not_found_in_directory"
	reasonAttribute  = "source_attribute_not_read"
	reasonExpression = "expression_not_computable"
	reasonReference  = "reference_not_followed"
	reasonUnreported = "matching_attribute_not_reported"
	reasonCondition  = "filter_not_computable"
	reasonStatus     = "account_status_not_understood"
	reasonOwner      = "owner_not_known"
)

// reasonTexts explain the reasons to those who see names and values.
var reasonTexts = map[string]string{
	reasonFits:       "An account matches and has what the mapping would write, as far as GoTo reports it.",
	reasonInactive:   "The person may not sign in, and the account is inactive already.",
	reasonNoAccount:  "No account matches: one is created.",
	reasonDiffers:    "An account matches and is brought up to date.",
	reasonBlocked:    "The person may not sign in to the directory: an account is disabled, and none is created.",
	reasonDeleted:    "The person is in the directory's recycle bin: an account is disabled, and none is created.",
	reasonNotLinked:  "The person may not sign in to the directory, and the connection has never run: the account is not linked to anybody and stays as it is.",
	reasonDeletes:    "The person may not sign in to the directory, and no mapping disables: the account may be deleted instead.",
	reasonRole:       "No assignment of the person has a role that provisions.",
	reasonOff:        "The mapping of users is switched off.",
	reasonFilter:     "The scoping filter keeps the person out.",
	reasonNoValue:    "No matching attribute has a value, and without one nobody is provisioned.",
	reasonCreateOff:  "No account matches, and the mapping may not create.",
	reasonUpdateOff:  "An account matches that would change, and the mapping may not update.",
	reasonRemoveOff:  "The person may not sign in to the directory, and no mapping disables or deletes the account.",
	reasonRequired:   "An attribute that GoTo requires has no value.",
	reasonFails:      "An expression of the mapping fails for this person.",
	reasonType:       "The mapping yields a value that is not of the target attribute's type.",
	reasonSeveral:    "Several accounts match. The matching attribute must tell them apart.",
	reasonShared:     "Several people match the same account. An account belongs to one person.",
	reasonTaken:      "Another account has the address, or is to get it.",
	reasonNobody:     "Nobody in scope matches the account. It is disabled if the service linked it to somebody, else left alone.",
	reasonNoAccounts: "The accounts at GoTo were not read.",
	reasonNoPeople:   "The person could not be read from the directory.",
	reasonNotFound:   "The directory does not show the person, who may have been deleted.",
	reasonAttribute:  "It depends on a source attribute that cannot be read.",
	reasonExpression: "It depends on an expression that only the service can compute.",
	reasonReference:  "It depends on a reference to another person.",
	reasonUnreported: "It depends on a matching attribute that GoTo does not report.",
	reasonCondition:  "It depends on a scoping filter that only the service can evaluate.",
	reasonStatus:     "GoTo reports a status of the account of which it is not known whether it is active.",
	reasonOwner:      "Somebody of whom it could not be told which account is theirs may own it.",
}

// person is somebody whom the cycle comes across.
type person struct {
	id                string
	name, displayName string // user principal name; "" when not read
	attributes        map[string]expression.Value
	provisions        bool // by a role, or because everybody is in scope
	found             bool // in the directory
	blocked           bool // may not sign in
	deleted           bool // is in the recycle bin, and therefore blocked
}

// shutOut is why a blocked person is.
func (p *person) shutOut() string {
	if p.deleted {
		return reasonDeleted
	}
	return reasonBlocked
}

// verdict is what happens to a person, or to an account of nobody.
type verdict struct {
	person  *person         // nil for an account of nobody
	account *gotoadmin.User // nil without one
	action  string
	reason  string
	subject string   // the target attribute behind the reason, if one is
	others  []string // who or what a conflict is with
	changes []change
}

// change is a value that is written.
type change struct {
	target           string
	current, planned string
	hasCurrent       bool
}

func (v verdict) principalID() string {
	if v.person == nil {
		return ""
	}
	return v.person.id
}

func (v verdict) accountKey() string {
	if v.account == nil {
		return ""
	}
	return v.account.Key
}
