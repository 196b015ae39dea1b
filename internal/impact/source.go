// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
)

// Source attributes that the service computes.
const (
	sourceSoftDeleted = "issoftdeleted"
	sourceRoles       = "approleassignments"
	sourceManager     = "manager"
)

// Properties of a user that are needed whatever the mappings read.
const (
	propertyEnabled     = "accountEnabled"
	propertyName        = "userPrincipalName"
	propertyDisplayName = "displayName"
	propertyExtensions  = "onPremisesExtensionAttributes"
)

// renamed are the source attributes, in lowercase, that Graph keeps under another name: the provisioning service goes by
// the names of the older directory API.
var renamed = map[string]string{
	"objectid":                   "id",
	"facsimiletelephonenumber":   "faxNumber",
	"immutableid":                "onPremisesImmutableId",
	"mobile":                     "mobilePhone",
	"originaluserprincipalname":  propertyName,
	"physicaldeliveryofficename": "officeLocation",
	"telephonenumber":            "businessPhones",
	"dirsyncenabled":             "onPremisesSyncEnabled",
	"onpremisesdomainname":       "onPremisesDomainName",
	"sipproxyaddress":            "imAddresses",
}

// alike are the source attributes that Graph knows by the same name.
var alike = []string{
	propertyEnabled, "ageGroup", "city", "companyName", "consentProvidedForMinor", "country", "createdDateTime", "creationType", "department",
	propertyDisplayName, "employeeHireDate", "employeeId", "employeeType", "externalUserState", "faxNumber", "givenName",
	"jobTitle", "legalAgeGroupClassification", "mail", "mailNickname", "mobilePhone", "officeLocation",
	"onPremisesDistinguishedName", "onPremisesImmutableId", "onPremisesSamAccountName", "onPremisesSecurityIdentifier",
	"onPremisesUserPrincipalName", "otherMails", "passwordPolicies", "postalCode", "preferredLanguage", "proxyAddresses", "state",
	"streetAddress", "surname", "usageLocation", propertyName,
}

// propertyOf says in which property of a user Graph keeps a source attribute; readable is false if in none. Attributes that
// the service computes need none.
func propertyOf(attribute string) (property string, readable bool) {
	name := strings.ToLower(attribute)
	switch {
	case name == sourceSoftDeleted:
		return propertyEnabled, true
	case name == sourceRoles:
		return "", true
	case extensionNumber(name) != "":
		return propertyExtensions, true
	case isExtension(attribute):
		return attribute, true // names of directory extensions are case-sensitive
	case renamed[name] != "":
		return renamed[name], true
	}
	for _, same := range alike {
		if strings.EqualFold(same, attribute) {
			return same, true
		}
	}
	return "", false
}

// isExtension reports whether an attribute is a directory extension.
func isExtension(attribute string) bool {
	return strings.HasPrefix(strings.ToLower(attribute), "extension_")
}

// extensionNumber is the name as Graph spells it of one of the fifteen attributes from Active Directory, else "".
func extensionNumber(lower string) string {
	number, ok := strings.CutPrefix(lower, "extensionattribute")
	if n, err := strconv.Atoi(number); !ok || err != nil || n < 1 || n > 15 || strconv.Itoa(n) != number {
		return ""
	}
	return "extensionAttribute" + number
}

// source reads a source attribute as mappings see it for a user in a state who holds roles of the given names.
func (u *User) source(attribute string, state State, roles []string) expression.Value {
	name := strings.ToLower(attribute)
	switch {
	case name == sourceSoftDeleted:
		// To the service a user who cannot sign in, or has left the scope, is practically deleted.
		return boolean(state != InScope)
	case name == strings.ToLower(propertyEnabled) && state == SignInBlocked:
		return boolean(false)
	case name == sourceRoles:
		return expression.List(roles...)
	case extensionNumber(name) != "":
		var members map[string]json.RawMessage
		if json.Unmarshal(u.Properties[propertyExtensions], &members) != nil {
			return expression.Null()
		}
		return valueOf(members[extensionNumber(name)])
	}
	property, _ := propertyOf(attribute)
	value := valueOf(u.Properties[property])
	switch {
	case name == strings.ToLower(propertyName):
		return guestName(value)
	case property == "businessPhones" || property == "imAddresses":
		if values := value.Values(); len(values) > 0 {
			return expression.String(values[0])
		}
		return expression.Null()
	}
	return value
}

// valueOf reads a property: text as it is, Booleans as the service writes them, lists of text.
func valueOf(raw json.RawMessage) expression.Value {
	var decoded any
	if len(raw) == 0 || json.Unmarshal(raw, &decoded) != nil {
		return expression.Null()
	}
	switch v := decoded.(type) {
	case string:
		return expression.String(v)
	case bool:
		return boolean(v)
	case float64:
		return expression.String(string(raw)) // as written, not as a float would print
	case []any:
		texts := make([]string, 0, len(v))
		for _, element := range v {
			if text, ok := element.(string); ok {
				texts = append(texts, text)
			}
		}
		return expression.List(texts...)
	}
	return expression.Null()
}

func boolean(b bool) expression.Value {
	if b {
		return expression.String("True")
	}
	return expression.String("False")
}

// guestName turns a guest's user principal name back into the address that the guest was invited by, as the service does.
func guestName(name expression.Value) expression.Value {
	alias, _, guest := strings.Cut(name.Text(), "#EXT#")
	at := strings.LastIndexByte(alias, '_')
	if !guest || at < 0 {
		return name
	}
	return expression.String(alias[:at] + "@" + alias[at+1:])
}
