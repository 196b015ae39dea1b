// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"cmp"
	"encoding/json"
)

// The connectors in this file are invented. What the real ones call their templates, rules, roles and target attributes
// is not public, and nothing may be concluded about them from here.

// Entries of the gallery.
const (
	TemplateGoToMeeting = "5a5a0001-0000-4000-8000-00000000a001" // user name and password
	TemplateGoTo        = "5a5a0001-0000-4000-8000-00000000a002" // OAuth
	TemplateWiki        = "5a5a0001-0000-4000-8000-00000000a003" // cannot provision
	// TemplateCustom is the well-known template of applications that are not in the gallery.
	TemplateCustom = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"
)

// Synchronization templates and the rule that carries the user mapping.
const (
	ConnectorGoToMeeting = "inventedGoToMeeting"
	ConnectorGoTo        = "inventedGoTo"
	RuleGoToMeetingUsers = "5a5a0002-0000-4000-8000-00000000b001"
	RuleGoToUsers        = "5a5a0002-0000-4000-8000-00000000b002"

	// SourceDirectory is the name of the Entra directory in the schemas.
	SourceDirectory   = "Azure Active Directory"
	sourceDirectoryID = "66e4a8cc-1b7b-435e-95f8-f06cea133828"
	targetMeetingsID  = "5a5a0003-0000-4000-8000-00000000c001"
	targetGoToID      = "5a5a0003-0000-4000-8000-00000000c002"
)

// Display names of the roles that the GoToMeeting entry declares.
const (
	RoleUser        = "User"
	RoleMSIAM       = "msiam_access"
	RoleOrganizer   = "Organizer" // has a value, "organizer"
	RoleRetired     = "Retired organizer"
	RoleIntegration = "Integration" // for applications only
)

func (s *Store) seedGallery() {
	users := []string{"User"}
	s.gallery = []GalleryTemplate{
		{
			ID: TemplateGoToMeeting, DisplayName: "GoToMeeting", Publisher: "GoTo", GalleryKey: "INVENTEDMEETING",
			Description: "Invented stand-in for an online meeting service.", HomePageURL: "https://meeting.example.com/",
			LogoURL: "https://cdn.example.com/meeting.png", Categories: []string{"collaboration"},
			ProvisioningTypes: []string{"sync"}, SignOnModes: []string{"saml", "password"},
			Roles: []AppRole{
				{DisplayName: RoleUser, Description: RoleUser, AllowedMemberTypes: users, Enabled: true},
				{DisplayName: RoleMSIAM, Description: RoleMSIAM, AllowedMemberTypes: users, Enabled: true},
				{DisplayName: RoleOrganizer, Description: "Holds meetings.", Value: "organizer", AllowedMemberTypes: users, Enabled: true},
				{DisplayName: RoleRetired, Description: "No longer given.", Value: "retired", AllowedMemberTypes: users},
				{DisplayName: RoleIntegration, Description: "For applications.", Value: "integration", AllowedMemberTypes: []string{"Application"}, Enabled: true},
			},
		},
		{
			ID: TemplateGoTo, DisplayName: "GoTo", Publisher: "GoTo", GalleryKey: "INVENTEDGOTO",
			Description: "Invented stand-in for the successor, which signs in by OAuth.", HomePageURL: "https://goto.example.com/",
			LogoURL: "https://cdn.example.com/goto.png", Categories: []string{"collaboration", "telecommunications"},
			ProvisioningTypes: []string{"sync"}, SignOnModes: []string{"saml"},
			Roles: []AppRole{
				{DisplayName: RoleUser, Description: RoleUser, AllowedMemberTypes: users, Enabled: true},
				{DisplayName: RoleMSIAM, Description: RoleMSIAM, AllowedMemberTypes: users, Enabled: true},
			},
		},
		{
			ID: TemplateWiki, DisplayName: "Example Wiki", Publisher: "Example Ltd", GalleryKey: "INVENTEDWIKI",
			Description: "Invented; offers single sign-on and no provisioning.", HomePageURL: "https://wiki.example.com/",
			Categories: []string{"productivity"}, SignOnModes: []string{"saml"},
			Roles: []AppRole{{DisplayName: RoleMSIAM, Description: RoleMSIAM, AllowedMemberTypes: users, Enabled: true}},
		},
		{ID: TemplateCustom, DisplayName: "Custom", Publisher: "Example Ltd", SignOnModes: []string{"oidc", "saml"}},
	}
	settings := []KeyValue{
		{"AzureIngestionAttributeOptimization", "False"},
		{"LookaheadQueryEnabled", "False"},
		{"QuarantineTooManyDeletesThreshold", "500"},
	}
	s.connectors[ConnectorGoToMeeting] = &Connector{
		ID: ConnectorGoToMeeting, GalleryTemplateID: TemplateGoToMeeting, FactoryTag: ConnectorGoToMeeting,
		Default: true, Discoverable: true, Settings: settings, Generation: ByPassword,
		TargetName: "GoToMeeting", AddressAttribute: "email", Schema: meetingSchema(),
		Metadata: []KeyValue{
			{"galleryApplicationIdentifier", TemplateGoToMeeting},
			{"galleryApplicationKey", "INVENTEDMEETING"},
			{"isOAuthEnabled", "false"},
			{"IsSynchronizationAgentRequired", "false"},
			{"isSynchronizationInPreview", "false"},
			{"configurationFields", ByPassword.fields()},
			{"AzureIngestionAttributeOptimization", "False"},
			{"isSynchronizationInPreview", "false"}, // doubled, as seen on the real wire
		},
	}
	s.connectors[ConnectorGoTo] = &Connector{
		ID: ConnectorGoTo, GalleryTemplateID: TemplateGoTo, FactoryTag: ConnectorGoTo, Default: true, Discoverable: true,
		Settings: settings, Generation: ByAuthorization, TargetName: "GoTo", AddressAttribute: "userName",
		Properties: map[string]string{
			"name.givenName": "firstName", "name.familyName": "lastName", enterprise + "department": "department", enterprise + "employeeNumber": "employeeNumber",
		},
		Schema: gotoSchema(),
		Metadata: []KeyValue{
			{"galleryApplicationIdentifier", TemplateGoTo},
			{"galleryApplicationKey", "INVENTEDGOTO"},
			{"isOAuthEnabled", "true"},
			{"oAuthSettings", `{"authorizationUri":"https://goto.example.com/oauth/authorize"}`},
			{"configurationFields", ByAuthorization.fields()},
		},
	}
}

// enterprise is how names of SCIM's enterprise extension begin.
const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:"

// attribute describes a member of an object in a schema.
type attribute struct {
	name       string
	kind       string // empty: String
	mutability string // empty: ReadWrite
	anchor     bool
	required   bool
	caseExact  bool
	many       bool
	refersTo   string
}

func (a attribute) json() map[string]any {
	refers := []any{}
	if a.refersTo != "" {
		refers = append(refers, map[string]any{"referencedObjectName": a.refersTo, "referencedProperty": nil})
	}
	return map[string]any{
		"name": a.name, "type": cmp.Or(a.kind, "String"), "anchor": a.anchor, "caseExact": a.caseExact, "defaultValue": nil,
		"flowNullValues": false, "multivalued": a.many, "mutability": cmp.Or(a.mutability, "ReadWrite"), "required": a.required,
		"apiExpressions": []any{}, "metadata": []any{}, "referencedObjects": refers,
	}
}

func object(name string, metadata []any, attributes []attribute) map[string]any {
	list := make([]any, len(attributes))
	for i, a := range attributes {
		list[i] = a.json()
	}
	return map[string]any{"name": name, "supportedApis": []any{}, "metadata": metadata, "attributes": list}
}

func keyed(key, value string) map[string]any { return map[string]any{"key": key, "value": value} }

func sourceDirectory() map[string]any {
	names := []string{
		"accountEnabled", "city", "companyName", "country", "department", "displayName", "employeeId", "employeeType",
		"facsimileTelephoneNumber", "givenName", "immutableId", "jobTitle", "mail", "mailNickname", "mobile",
		"originalUserPrincipalName", "physicalDeliveryOfficeName", "postalCode", "preferredLanguage", "state",
		"streetAddress", "surname", "telephoneNumber", "usageLocation", "userPrincipalName", "IsSoftDeleted",
		"extensionAttribute1", "extensionAttribute2", "extension_c0000000000040008000000000000c0c_costCenter",
	}
	attributes := []attribute{{name: "objectId", anchor: true}}
	for _, name := range names {
		a := attribute{name: name}
		if name == "accountEnabled" || name == "IsSoftDeleted" {
			a.kind = "Boolean"
		}
		attributes = append(attributes, a)
	}
	attributes = append(attributes,
		attribute{name: "employeeHireDate", kind: "DateTime"},
		attribute{name: "manager", kind: "Reference", refersTo: "User"},
		attribute{name: "proxyAddresses", many: true},
		attribute{name: "otherMails", many: true},
		attribute{name: "appRoleAssignments", many: true},
	)
	return map[string]any{
		"id": sourceDirectoryID, "name": SourceDirectory, "readOnly": true,
		"discoverabilities": "AttributeNames, AttributeDataTypes", "discoveryDateTime": nil,
		"version": "Date:2030-01-01T00:00:00.0000000Z, ActivityId:5a5a0004-0000-4000-8000-00000000d001",
		"objects": []any{object("User", []any{keyed("PropertyNameAccountEnabled", "accountEnabled"),
			keyed("PropertyNameSoftDeleted", "IsSoftDeleted"), keyed("IsSynchronizeAllSupported", "true")}, attributes)},
	}
}

func targetDirectory(id, name string, attributes ...attribute) map[string]any {
	return map[string]any{
		"id": id, "name": name, "readOnly": false, "discoverabilities": "AttributeNames, AttributeDataTypes",
		"discoveryDateTime": nil, "version": nil,
		"objects": []any{object("User", []any{keyed("IsSoftDeletionSupported", "true")}, attributes)},
	}
}

// Sources of attribute mappings, as the service would have parsed them.

func fromAttribute(name string) map[string]any {
	return map[string]any{"type": "Attribute", "name": name, "expression": "[" + name + "]", "parameters": []any{}}
}

func fromConstant(text string) map[string]any {
	return map[string]any{"type": "Constant", "name": text, "expression": `"` + text + `"`, "parameters": []any{}}
}

func fromFunction(name, expression string, parameters ...map[string]any) map[string]any {
	return map[string]any{"type": "Function", "name": name, "expression": expression, "parameters": parameters}
}

func parameter(key string, value map[string]any) map[string]any {
	return map[string]any{"key": key, "value": value}
}

func mapped(target string, source map[string]any, change ...func(map[string]any)) any {
	m := map[string]any{
		"targetAttributeName": target, "source": nil, "defaultValue": nil, "exportMissingReferences": false,
		"flowBehavior": "FlowWhenChanged", "flowType": "Always", "matchingPriority": 0,
	}
	if source != nil {
		m["source"] = source
	}
	for _, c := range change {
		c(m)
	}
	return m
}

func notSoftDeleted() map[string]any {
	return fromFunction("Not", "Not([IsSoftDeleted])", parameter("source", fromAttribute("IsSoftDeleted")))
}

func schemaOf(template, ruleID, target string, directory map[string]any, mappings ...any) json.RawMessage {
	return encode(map[string]any{
		"id": template + ".00000000000000000000000000000000", "version": "6.0",
		"directories": []any{sourceDirectory(), directory},
		"synchronizationRules": []any{map[string]any{
			"id": ruleID, "name": "USER_OUTBOUND_USER", "editable": true, "priority": 1,
			"sourceDirectoryName": SourceDirectory, "targetDirectoryName": target, "containerFilter": nil, "groupFilter": nil,
			"metadata": []any{
				keyed("defaultSourceObjectMappings", `[{"AttributeMappings":[]}]`), keyed("supportsProvisionOnDemand", "true"),
			},
			"objectMappings": []any{map[string]any{
				"name": "Synchronize " + SourceDirectory + " Users to " + target, "enabled": true,
				"flowTypes": "Add, Update, Delete", "sourceObjectName": "User", "targetObjectName": "User",
				"scope": nil, "attributeMappings": mappings,
				"metadata": []any{
					keyed("IsCustomerDefined", "false"), keyed("DisableMonitoringForChanges", "false"),
					keyed("Disposition", `"Normal"`), keyed("ExcludeFromReporting", "false"),
					keyed("EscrowBehavior", `"Default"`), keyed("Unsynchronized", "false"),
				},
			}},
		}},
	})
}

func matching(priority int) func(map[string]any) {
	return func(m map[string]any) { m["matchingPriority"] = priority }
}

func onCreate(m map[string]any) { m["flowType"] = "ObjectAddOnly" }

func byDefault(text string) func(map[string]any) {
	return func(m map[string]any) { m["defaultValue"] = text }
}

func meetingSchema() json.RawMessage {
	return schemaOf(ConnectorGoToMeeting, RuleGoToMeetingUsers, "GoToMeeting",
		targetDirectory(targetMeetingsID, "GoToMeeting",
			attribute{name: "id", anchor: true, mutability: "ReadOnly"},
			attribute{name: "email", required: true},
			attribute{name: "firstName", caseExact: true},
			attribute{name: "lastName", caseExact: true},
			attribute{name: "locale"},
			attribute{name: "timeZone"},
			attribute{name: "active", kind: "Boolean"},
			attribute{name: "department"},
			attribute{name: "jobTitle"},
			attribute{name: "employeeNumber", mutability: "Immutable", caseExact: true},
			attribute{name: "maximumAttendees", kind: "Integer"},
			attribute{name: "initialPassword", mutability: "WriteOnly"},
			attribute{name: "createdTime", kind: "DateTime", mutability: "ReadOnly"},
			attribute{name: "manager", kind: "Reference", refersTo: "User"},
			attribute{name: "groups", many: true},
			attribute{name: "signature", kind: "Binary"},
		),
		mapped("active", notSoftDeleted()),
		mapped("department", fromAttribute("department")),
		mapped("email", fromAttribute("userPrincipalName"), matching(1)),
		mapped("employeeNumber", fromAttribute("employeeId"), onCreate),
		mapped("firstName", fromAttribute("givenName")),
		mapped("lastName", fromAttribute("surname")),
		mapped("locale", fromFunction("Replace", `Replace([preferredLanguage], "-", , , "_", , )`,
			parameter("source", fromAttribute("preferredLanguage")),
			parameter("Find", fromConstant("-")), parameter("Replacement", fromConstant("_"))), onCreate),
		mapped("timeZone", nil, byDefault("Europe/Berlin")),
	)
}

func gotoSchema() json.RawMessage {
	return schemaOf(ConnectorGoTo, RuleGoToUsers, "GoTo",
		targetDirectory(targetGoToID, "GoTo",
			attribute{name: "id", anchor: true, mutability: "ReadOnly"},
			attribute{name: "userName", required: true},
			attribute{name: "externalId", caseExact: true},
			attribute{name: "active", kind: "Boolean"},
			attribute{name: "name.givenName", caseExact: true},
			attribute{name: "name.familyName", caseExact: true},
			attribute{name: enterprise + "department"},
			attribute{name: enterprise + "employeeNumber"},
			attribute{name: enterprise + "costCenter"},
			attribute{name: enterprise + "division"},
		),
		mapped("active", notSoftDeleted()),
		mapped("externalId", fromAttribute("objectId")),
		mapped("name.familyName", fromAttribute("surname")),
		mapped("name.givenName", fromAttribute("givenName")),
		mapped(enterprise+"department", fromAttribute("department")),
		mapped("userName", fromAttribute("userPrincipalName"), matching(1)),
	)
}
