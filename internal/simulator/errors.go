// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// failure is an answer that something went wrong. What shape it has on the wire depends on the service that is asked.
type failure struct {
	status        int
	code, message string
	header        http.Header
	// body is the whole answer where it has a shape of its own.
	body object
}

func (f *failure) Error() string { return f.code + ": " + f.message }

// refuse is an error in the way of the service that is asked.
func refuse(status int, code, format string, args ...any) *failure {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	return &failure{status: status, code: code, message: format}
}

// with sets a header of the answer.
func (f *failure) with(name, value string) *failure {
	if f.header == nil {
		f.header = http.Header{}
	}
	f.header.Set(name, value)
	return f
}

func badRequest(format string, args ...any) error {
	return refuse(http.StatusBadRequest, "Request_BadRequest", format, args...)
}

func notFound(id string) error {
	return refuse(http.StatusNotFound, "Request_ResourceNotFound",
		"Resource '%s' does not exist or one of its queried reference-property objects are not present.", id)
}

// refuseSync is an error in the way of the synchronization service: the real one is a JSON document in the message.
func refuseSync(status int, code, message string) error {
	nested, err := json.MarshalIndent(map[string]any{"error": map[string]any{
		"code": code, "message": textOrNil(message), "target": nil, "details": []any{}, "innerError": nil,
	}}, "", "  ")
	if err != nil {
		panic(err) // strings always encode
	}
	return refuse(status, "UnknownError", "%s", nested)
}

// unknownPath is the error for an operation that does not exist. How GoTo answers that is invented.
func (c *call) unknownPath() error {
	switch at := c.r.URL.Path; {
	case isGoTo(at):
		return refuse(http.StatusNotFound, "NotFound", "There is nothing at this address")
	case !isGraph(at):
		return refuse(http.StatusNotFound, "ResourceNotFound", "There is nothing at this address.")
	case c.isSynchronization():
		message, err := json.Marshal(map[string]string{
			"Message": fmt.Sprintf("No HTTP resource was found that matches the request URI '%s%s'.", c.s.GraphURL(), at),
		})
		if err != nil {
			panic(err) // strings always encode
		}
		return refuse(http.StatusNotFound, "UnknownError", "%s", message)
	default:
		return refuse(http.StatusBadRequest, "BadRequest", "Resource not found for the segment '%s'.", path.Base(at))
	}
}

// forbidden is the error for a missing permission. The synchronization service says 401 and nothing else, and GoTo
// speaks of people.
func (c *call) forbidden() error {
	switch {
	case isGoTo(c.r.URL.Path):
		return refuse(http.StatusForbidden, "AccessDenied", "The user has no administrator role")
	case c.isSynchronization():
		return refuse(http.StatusUnauthorized, "UnknownError", "")
	}
	return refuse(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
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

// of returns the code for what is missing.
func (n NotFoundCodes) of(e *store.NotFoundError) NotFoundCode {
	switch e.Kind {
	case store.MissingConnector:
		return cmp.Or(n.Connector, "UnknownError/TemplateNotFound")
	case store.MissingRetired:
		return cmp.Or(n.Connector, n.Job, NotFoundInDirectory)
	case store.MissingJob:
		return cmp.Or(n.Job, NotFoundInDirectory)
	}
	return cmp.Or(n.ServicePrincipal, NotFoundInDirectory)
}

// missing is the error for what the store does not have.
func (c *call) missing(e *store.NotFoundError) error {
	if !c.isSynchronization() {
		return notFound(e.ID)
	}
	code := c.s.Variants().NotFound.of(e)
	outer, inner, nested := strings.Cut(string(code), "/")
	switch {
	case nested:
		return refuseSync(http.StatusNotFound, inner, fmt.Sprintf("'%s' does not exist.", e.ID))
	case code == NotFoundInDirectory:
		return notFound(e.ID)
	case code == NotFoundBare:
		return refuse(http.StatusNotFound, outer, "")
	}
	return refuse(http.StatusNotFound, outer, "'%s' does not exist.", e.ID)
}

// meaning turns an error of store or engine into what it means to the client.
func (c *call) meaning(err error) error {
	if missing, ok := errors.AsType[*store.NotFoundError](err); ok {
		return c.missing(missing)
	}
	if !c.isSynchronization() {
		switch {
		case errors.Is(err, store.ErrExists):
			return badRequest("Permission being assigned already exists on the object")
		case errors.Is(err, store.ErrReference):
			return badRequest("Not a valid reference update.")
		}
		return badRequest("One or more properties are invalid.")
	}
	var refused *store.RequestError
	var unknownKey *store.UnknownKeyError
	switch {
	case errors.As(err, &refused):
		return refuseSync(http.StatusBadRequest, refused.Code, refused.Message)
	case errors.As(err, &unknownKey):
		return refuse(http.StatusInternalServerError, "InternalError", "Requested value '%s' was not found.", unknownKey.Key)
	case errors.Is(err, store.ErrStale):
		return refuseSync(http.StatusConflict, "SchemaVersionConflict", "The schema was changed since it was read.")
	case errors.Is(err, store.ErrExists):
		return refuseSync(http.StatusConflict, "JobAlreadyExists", "A job for this template already exists.")
	}
	return refuseSync(http.StatusBadRequest, "InvalidTemplate", "The template is not offered to this service principal.")
}

// settle returns the answer, which an error becomes in the shape of the service that is asked.
func (c *call) settle(r *reply, err error) *reply {
	if err == nil {
		return r
	}
	f, ok := errors.AsType[*failure](err)
	if !ok {
		f, _ = errors.AsType[*failure](c.meaning(err))
	}
	body := f.body
	switch {
	case body != nil:
	case c.r.URL.Path == gotoTokenPath:
		body = object{{"error", f.code}, {"error_description", f.message}}
	case isGoTo(c.r.URL.Path):
		// The shape that GoTo's product APIs have been seen to use. That the Admin API has it too, all codes but
		// InvalidToken, and what status goes with a missing scope, are invented.
		body = object{{"int_err_code", f.code}, {"msg", f.message}}
	default:
		body = c.graphError(f.code, f.message)
	}
	r = jsonReply(f.status, body)
	for name, values := range f.header {
		r.header[name] = values
	}
	return r
}

// graphError is an error in the shape of Graph.
func (c *call) graphError(code, message string) object {
	return object{{"error", object{
		{"code", code}, {"message", message},
		{"innerError", object{
			{"date", c.s.clock.Now().UTC().Format("2006-01-02T15:04:05")},
			{"request-id", c.requestID}, {"client-request-id", c.clientRequestID},
		}},
	}}}
}
