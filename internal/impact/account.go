// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact

import (
	"slices"
	"strings"
)

// Account is what GoTo reports of a user's account. What it leaves out is empty.
type Account struct {
	Key, Email, FirstName, LastName, Locale, Status string
}

// field is something that GoTo reports of an account. Target attributes have names of the connector's own choice, and those
// of the real connectors are not published: the field behind one is recognized by the names that such attributes usually have.
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

// leavesActive reports whether an account can be used as before, whatever is written to the field.
func (f field) leavesActive() bool { return f != fieldNone && f != fieldStatus && f != fieldActive }

// fieldNames are the names of target attributes in lowercase, without blanks, underscores and hyphens.
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

// What GoTo says of an account's state. The values of its status are not published as a whole; these are the ones whose
// meaning is beyond doubt.
const (
	statusActive    = "active"
	statusSuspended = "suspended"
)

// active says whether an account can be used; told is false for a status that is not understood.
func (a *Account) active() (active, told bool) {
	status := strings.ToLower(a.Status)
	return status == statusActive, status == statusActive || status == statusSuspended
}

// IsActive reports whether an account can be used, or may: its status may not be understood.
func (a *Account) IsActive() bool {
	active, told := a.active()
	return active || !told
}

// read returns what GoTo says of a field; told is false when it says nothing that can be compared.
func (f field) read(a *Account) (value string, told bool) {
	if f == fieldActive {
		active, told := a.active()
		return boolean(active).Text(), told
	}
	value = [...]string{fieldKey: a.Key, fieldEmail: a.Email, fieldFirstName: a.FirstName, fieldLastName: a.LastName, fieldLocale: a.Locale, fieldStatus: a.Status}[f]
	return value, f != fieldNone && (f != fieldStatus || value != "")
}

// accountIndex are the accounts that exist at GoTo, by what they are looked up with.
type accountIndex struct {
	accounts []Account
	// reported are the fields that GoTo fills for any account. One that is empty for all of them cannot be told from one
	// that the service leaves out.
	reported map[field]bool
	by       map[field]map[string][]int // value in lowercase to accounts
}

func newAccountIndex(accounts []Account) *accountIndex {
	x := &accountIndex{accounts: accounts, reported: map[field]bool{fieldKey: true, fieldEmail: true}, by: map[field]map[string][]int{}}
	for _, f := range fieldNames {
		x.reported[f] = x.reported[f] || len(accounts) == 0 || slices.ContainsFunc(accounts, func(a Account) bool {
			value, told := f.read(&a)
			return told && value != ""
		})
	}
	return x
}

// find returns the accounts whose field has a value.
func (x *accountIndex) find(f *flow, value string) []int {
	values := x.by[f.field]
	if values == nil {
		values = map[string][]int{}
		for i := range x.accounts {
			if text, told := f.field.read(&x.accounts[i]); told && text != "" {
				key := strings.ToLower(text)
				values[key] = append(values[key], i)
			}
		}
		x.by[f.field] = values
	}
	var found []int
	for _, i := range values[strings.ToLower(value)] {
		if text, _ := f.field.read(&x.accounts[i]); f.same(text, value) {
			found = append(found, i)
		}
	}
	return found
}

// taken reports whether an account other than the given one has an address.
func (x *accountIndex) taken(address string, but *Account) bool {
	return slices.ContainsFunc(x.find(&flow{field: fieldEmail}, address), func(i int) bool { return but == nil || x.accounts[i].Key != but.Key })
}
