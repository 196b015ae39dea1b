// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Exchange is a recorded request and its answer, without anything that names a person, an object or a secret.
type Exchange struct {
	Method   string `json:"method"`
	Path     string `json:"path"`
	Request  any    `json:"request,omitempty"`
	Status   int    `json:"status"`
	Response any    `json:"response,omitempty"`
}

// Recorder writes the exchanges of a run as files, one each.
type Recorder struct {
	folder string

	mu     sync.Mutex
	count  int
	stands redaction
}

func (r *Recorder) add(method, path string, request []byte, answer Answer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var asked any
	_ = json.Unmarshal(request, &asked) // none is null
	e := Exchange{Method: method, Path: r.stands.text(path), Request: r.stands.value(asked), Status: answer.Status, Response: r.stands.value(any(answer.Body))}
	if answer.Body == nil {
		e.Response = nil
	}
	raw, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(r.folder, 0o700); err != nil {
		return err
	}
	r.count++
	return os.WriteFile(filepath.Join(r.folder, fmt.Sprintf("%04d.json", r.count)), append(raw, '\n'), 0o600)
}

// redaction replaces identifiers, the same one always by the same, and drops every member that is not known to be harmless.
type redaction struct {
	ids map[string]string
}

var (
	guid = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}`)
	host = regexp.MustCompile(`https?://[^/"\s]+`)
	// quotedText is what a query compares with: names of people and objects.
	quotedText = regexp.MustCompile(`(?i)'[^']*'|%27.*?%27`)
	// address is a mail address or user principal name, and opaque the id of an assignment.
	address = regexp.MustCompile(`[^\s"'<>(),;:]+@[^\s"'<>(),;:]+\.[A-Za-z]+`)
	opaque  = regexp.MustCompile(`(/appRoleAssignedTo/)[^/?]+`)
)

// id returns what stands for an identifier: an invented GUID.
func (r *redaction) id(of string) string {
	if r.ids == nil {
		r.ids = map[string]string{}
	}
	key := strings.ToLower(strings.ReplaceAll(of, "-", ""))
	if r.ids[key] == "" {
		r.ids[key] = fmt.Sprintf("00000000-0000-4000-8000-%012d", len(r.ids)+1)
	}
	if !strings.Contains(of, "-") {
		return strings.ReplaceAll(r.ids[key], "-", "")
	}
	return r.ids[key]
}

// text replaces identifiers, hosts and what a query compares with.
func (r *redaction) text(s string) string {
	s = quotedText.ReplaceAllString(s, "'redacted'")
	s = host.ReplaceAllString(s, "https://graph.example.com")
	s = address.ReplaceAllString(s, "redacted@example.com")
	s = opaque.ReplaceAllString(s, "${1}redacted")
	return guid.ReplaceAllStringFunc(s, r.id)
}

// Members whose values say something about the service and nothing about a person. Identifiers among them are replaced.
var (
	harmless = []string{
		"@odata.type", "@odata.context", "@odata.nextLink", "id", "appId", "applicationId", "applicationTemplateId", "appRoleId", "objectId", "principalId", "principalType", "resourceId",
		"templateId", "code", "message", "status", "state", "interval", "expiration", "schedule", "countSuccessiveCompleteFailures", "escrowsPruned",
		"quarantine", "reason", "default", "description", "discoverable", "factoryTag", "metadata", "key", "name", "type", "isEnabled", "allowedMemberTypes",
		"origin", "accountEnabled", "appRoleAssignmentRequired", "preferredSingleSignOnMode", "servicePrincipalType", "supportedProvisioningTypes", "supportedSingleSignOnModes",
		"categories", "publisher", "version", "directories", "objects", "attributes", "anchor", "caseExact", "defaultValue", "flowNullValues",
		"multivalued", "mutability", "required", "synchronizationRules", "editable", "priority", "sourceDirectoryName", "targetDirectoryName", "objectMappings",
		"enabled", "flowTypes", "sourceObjectName", "targetObjectName", "attributeMappings", "targetAttributeName", "source", "expression", "parameters",
		"flowBehavior", "flowType", "matchingPriority", "exportMissingReferences", "scope", "readOnly", "discoverabilities", "supportedApis", "referencedObjects",
		"parsingSucceeded", "evaluationSucceeded", "evaluationResult", "parsedExpression", "arity", "multivaluedComparisonType", "supportedAttributeTypes",
		"error", "details", "target", "application", "servicePrincipal", "appRoles", "responses", "requests", "method", "url", "body", "headers", "value",
		"isActive", "lastState", "lastExecution", "lastSuccessfulExecution", "progress", "synchronizedEntryCountByType", "count",
	}
	// secretsMayShow are the settings whose values are not personal.
	secretsMayShow = []string{"SyncAll", "SkipOutOfScopeDeletions"}
)

// value returns a JSON value, redacted.
func (r *redaction) value(v any) any {
	switch v := v.(type) {
	case map[string]any:
		shown := map[string]any{}
		for name, inner := range v {
			if plain := name[strings.LastIndexByte(name, '@')+1:]; slices.Contains(harmless, name) || strings.HasPrefix(plain, "odata.") {
				shown[name] = r.value(inner)
			}
		}
		r.setting(v, shown)
		return shown
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = r.value(v[i])
		}
		return list
	case string:
		// A document within a text, as the synchronization service likes to send.
		var inner any
		if strings.HasPrefix(strings.TrimSpace(v), "{") && json.Unmarshal([]byte(v), &inner) == nil {
			if raw, err := json.Marshal(r.value(inner)); err == nil {
				return string(raw)
			}
		}
		return r.text(v)
	}
	return v
}

// setting hides the value of a stored secret or setting, which comes as key and value.
func (r *redaction) setting(v, shown map[string]any) {
	key, isKey := v["key"].(string)
	value, isText := v["value"].(string)
	if !isKey || !isText || slices.Contains(secretsMayShow, key) {
		return
	}
	switch {
	case value == "*" || value == "":
	case key == "SyncNotificationSettings":
		var members map[string]any
		if json.Unmarshal([]byte(value), &members) != nil {
			shown["value"] = "redacted"
			return
		}
		if recipients, _ := members["Recipients"].(string); recipients != "" {
			members["Recipients"] = "redacted@example.com"
		}
		raw, err := json.Marshal(members)
		if err != nil {
			raw = []byte("redacted")
		}
		shown["value"] = string(raw)
	case isSecretKey(key):
		shown["value"] = "redacted"
	}
}

// isSecretKey says whether a key is one of credentials and addresses, as opposed to the metadata of a connector.
func isSecretKey(key string) bool {
	return slices.ContainsFunc([]string{"UserName", "Password", "Secret", "Token", "Address", "Url", "Domain", "Company", "Client", "Instance", "Server", "Connection", "Key"}, func(part string) bool {
		return strings.Contains(key, part)
	})
}
