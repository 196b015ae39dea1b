// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// graphError answers in the error shape of Graph.
func (c *call) graphError(status int, code, format string, args ...any) {
	message := format
	if len(args) > 0 {
		message = fmt.Sprintf(format, args...)
	}
	writeJSON(c.w, status, c.errorBody(code, message))
}

func (c *call) errorBody(code, message string) object {
	return object{{"error", object{
		{"code", code}, {"message", message},
		{"innerError", object{
			{"date", c.s.clock.Now().UTC().Format("2006-01-02T15:04:05")},
			{"request-id", c.requestID}, {"client-request-id", c.clientRequestID},
		}},
	}}}
}

// syncError answers as the synchronization service does: the real error is a JSON document in the message.
func (c *call) syncError(status int, code, message string) {
	var inner any
	if message != "" {
		inner = message
	}
	nested, err := json.MarshalIndent(map[string]any{"error": map[string]any{
		"code": code, "message": inner, "target": nil, "details": []any{}, "innerError": nil,
	}}, "", "  ")
	if err != nil {
		panic(err) // strings always encode
	}
	c.graphError(status, "UnknownError", "%s", string(nested))
}

// noRoute answers for a path that the synchronization service does not know.
func (c *call) noRoute() {
	message, err := json.Marshal(map[string]string{
		"Message": fmt.Sprintf("No HTTP resource was found that matches the request URI '%s%s'.", c.s.GraphURL(), c.r.URL.Path),
	})
	if err != nil {
		panic(err) // strings always encode
	}
	c.graphError(http.StatusNotFound, "UnknownError", "%s", string(message))
}

func (c *call) notFound(id string) {
	c.graphError(http.StatusNotFound, "Request_ResourceNotFound",
		"Resource '%s' does not exist or one of its queried reference-property objects are not present.", id)
}

// NotFoundCode is the code of a 404 of the synchronization endpoints. What stands behind a slash comes as the code of the
// JSON document in the message, in the way of most errors of that service.
type NotFoundCode string

// Codes that a client has to expect, since nobody has written down which ones the service uses. Any other will do too.
const (
	NotFoundInDirectory NotFoundCode = "Request_ResourceNotFound"
	NotFoundPlain       NotFoundCode = "ResourceNotFound"
	NotFoundBare        NotFoundCode = "UnknownError" // without a message
	NotFoundNested      NotFoundCode = "UnknownError/NotFound"
)

// NotFoundCodes are the codes by what is missing.
type NotFoundCodes struct {
	// ServicePrincipal that was deleted, or is not there yet, NotFoundInDirectory if empty. The directory itself always
	// says NotFoundInDirectory.
	ServicePrincipal NotFoundCode
	// Job that was deleted, or is not there yet, NotFoundInDirectory if empty.
	Job NotFoundCode
	// Connector that was retired. If empty, its job is answered like a deleted one, and its template with a nested code.
	Connector NotFoundCode
}

// missing answers 404 for something of the synchronization endpoints, with the first code that is not empty.
func (c *call) missing(id string, codes ...NotFoundCode) {
	code := cmp.Or(cmp.Or(codes...), NotFoundInDirectory)
	outer, inner, nested := strings.Cut(string(code), "/")
	switch {
	case nested:
		c.syncError(http.StatusNotFound, inner, fmt.Sprintf("'%s' does not exist.", id))
	case code == NotFoundInDirectory:
		c.notFound(id)
	case code == NotFoundBare:
		c.graphError(http.StatusNotFound, outer, "")
	default:
		c.graphError(http.StatusNotFound, outer, "'%s' does not exist.", id)
	}
}

// noJob answers for a job that the store does not show.
func (c *call) noJob(id string, err error) {
	codes := c.s.Variants().NotFound
	if errors.Is(err, store.ErrRetired) {
		c.missing(id, codes.Connector, codes.Job)
		return
	}
	c.missing(id, codes.Job)
}

func (c *call) badRequest(format string, args ...any) {
	c.graphError(http.StatusBadRequest, "Request_BadRequest", format, args...)
}

// fail answers with what an error of the store means for a directory object.
func (c *call) fail(err error, id string) {
	switch {
	case errors.Is(err, store.ErrNotFound):
		c.notFound(id)
	case errors.Is(err, store.ErrExists):
		c.badRequest("Permission being assigned already exists on the object")
	case errors.Is(err, store.ErrReference):
		c.badRequest("Not a valid reference update.")
	default:
		c.badRequest("One or more properties are invalid.")
	}
}

// failSync answers with what an error of the store means on a synchronization path.
func (c *call) failSync(err error, id string) {
	var unknownKey *store.UnknownKeyError
	var notification *store.NotificationError
	var size *store.SizeError
	var schema *store.SchemaError
	switch {
	case errors.As(err, &unknownKey):
		c.graphError(http.StatusInternalServerError, "InternalError", "Requested value '%s' was not found.", unknownKey.Key)
	case errors.As(err, &notification):
		c.syncError(http.StatusBadRequest, "InvalidNotificationSettings", "")
	case errors.As(err, &size):
		c.syncError(http.StatusBadRequest, "CredentialSizeLimitExceeded", size.Error())
	case errors.As(err, &schema):
		c.syncError(http.StatusBadRequest, schema.Code, schema.Message)
	case errors.Is(err, store.ErrStale):
		c.syncError(http.StatusConflict, "SchemaVersionConflict", "The schema was changed since it was read.")
	case errors.Is(err, store.ErrExists):
		c.syncError(http.StatusConflict, "JobAlreadyExists", "A job for this template exists already.")
	case errors.Is(err, store.ErrInvalid):
		c.syncError(http.StatusBadRequest, "InvalidTemplate", "The template is not offered to this service principal.")
	default:
		c.notFound(id)
	}
}
