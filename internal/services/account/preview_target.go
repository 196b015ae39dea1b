// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package account

import (
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
)

// field is something that GoTo reports of an account. Target attributes have names of the connector's own choice, and
// those of the real ones are not published, so that the field behind one is told from how such attributes are called
// everywhere.
type field int

const (
	fieldNone field = iota // GoTo does not report it
	fieldKey
	fieldEmail
	fieldFirstName
	fieldLastName
	fieldLocale
	fieldStatus // as GoTo spells it
	fieldActive // True or False
)

// fieldNames are the names of target attributes in lower case, without blanks, underscores and hyphens.
var fieldNames = map[string]field{
	"id": fieldKey, "key": fieldKey, "userkey": fieldKey,
	"email": fieldEmail, "emailaddress": fieldEmail, "mail": fieldEmail, "username": fieldEmail, "useremail": fieldEmail,
	"emails.value": fieldEmail, `emails[typeeq"work"].value`: fieldEmail, "emails[primaryeqtrue].value": fieldEmail,
	"firstname": fieldFirstName, "givenname": fieldFirstName, "name.givenname": fieldFirstName,
	"lastname": fieldLastName, "surname": fieldLastName, "familyname": fieldLastName, "name.familyname": fieldLastName,
	"locale": fieldLocale,
	"status": fieldStatus, "userstatus": fieldStatus,
	"active": fieldActive, "isactive": fieldActive, "enabled": fieldActive,
}

// scimUser comes before the names of the attributes that every SCIM user has.
const scimUser = "urn:ietf:params:scim:schemas:core:2.0:user:"

var withoutJoints = strings.NewReplacer(" ", "", "_", "", "-", "")

// fieldOf returns the field behind a target attribute.
func fieldOf(target string) field {
	name := strings.TrimPrefix(strings.ToLower(target), scimUser)
	return fieldNames[withoutJoints.Replace(name)]
}

// What GoTo says of an account's state. The values of its status are not published as a whole; these are the ones of
// which the meaning is beyond doubt.
const (
	statusActive    = "active"
	statusSuspended = "suspended"
)

// active says whether an account can be used; known is false for a status that is not understood.
func active(u gotoadmin.User) (active, known bool) {
	switch strings.ToLower(u.Status) {
	case statusActive:
		return true, true
	case statusSuspended:
		return false, true
	}
	return false, false
}

// read returns what GoTo says of a field; told is false when it says nothing that can be compared.
func (f field) read(u gotoadmin.User) (value string, told bool) {
	switch f {
	case fieldKey:
		return u.Key, true
	case fieldEmail:
		return u.Email, true
	case fieldFirstName:
		return u.FirstName, true
	case fieldLastName:
		return u.LastName, true
	case fieldLocale:
		return u.Locale, true
	case fieldStatus:
		return u.Status, u.Status != ""
	case fieldActive:
		is, known := active(u)
		return boolean(is).Text(), known
	case fieldNone:
	}
	return "", false
}

// reported returns the fields that GoTo fills for anybody. One that is empty for all is not told from one that the
// service leaves out.
func reported(accounts []gotoadmin.User) map[field]bool {
	fields := map[field]bool{fieldKey: true, fieldEmail: true}
	if len(accounts) == 0 {
		for _, f := range fieldNames {
			fields[f] = true
		}
	}
	for _, u := range accounts {
		for _, f := range []field{fieldFirstName, fieldLastName, fieldLocale, fieldStatus, fieldActive} {
			if value, told := f.read(u); told && value != "" {
				fields[f] = true
			}
		}
	}
	return fields
}
