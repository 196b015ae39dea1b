// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

// Assignment is one principal in one app role of a service principal.
type Assignment struct {
	ID                   string `json:"id"`
	PrincipalID          string `json:"principalId"`
	PrincipalType        string `json:"principalType"` // User, Group or ServicePrincipal
	PrincipalDisplayName string `json:"principalDisplayName"`
	ResourceID           string `json:"resourceId"`
	AppRoleID            string `json:"appRoleId"`
	CreatedDateTime      string `json:"createdDateTime"`
}

// ListAssignments returns every assignment of a service principal, asking for 999 a page and taking what it gets.
func (c *Client) ListAssignments(ctx context.Context, servicePrincipalID string) ([]Assignment, error) {
	return listWith[Assignment](ctx, c, call{method: http.MethodGet, path: assignmentsPath(servicePrincipalID), needs: readsApplications}, query("$top", "999"))
}

// GetAssignment returns one assignment by its opaque, case-sensitive id.
func (c *Client) GetAssignment(ctx context.Context, servicePrincipalID, id string) (Assignment, error) {
	var assignment Assignment
	err := c.do(ctx, call{method: http.MethodGet, path: assignmentPath(servicePrincipalID, id), needs: readsApplications, names: id}, &assignment)
	return assignment, err
}

// CreateAssignment assigns a principal. An error that IsAmbiguous must be settled by listing.
func (c *Client) CreateAssignment(ctx context.Context, servicePrincipalID, principalID, appRoleID string) (Assignment, error) {
	request := NewAssignmentRequest(servicePrincipalID, principalID, appRoleID)
	in := call{method: request.Method, path: request.URL, needs: request.needs, body: request.Body}
	var assignment Assignment
	if err := c.do(ctx, in, &assignment); err != nil {
		return Assignment{}, err
	}
	if assignment.ID == "" {
		return Assignment{}, in.withoutID()
	}
	return assignment, nil
}

// NewAssignmentRequest is CreateAssignment as an element of a batch; its answer is an Assignment.
func NewAssignmentRequest(servicePrincipalID, principalID, appRoleID string) BatchRequest {
	return BatchRequest{
		Method: http.MethodPost,
		URL:    assignmentsPath(servicePrincipalID),
		needs:  writesAssignments,
		Body:   map[string]string{"principalId": principalID, "resourceId": servicePrincipalID, "appRoleId": appRoleID},
	}
}

// DeleteAssignment removes an assignment. Gone already is success. The service answers 400 for one that is gone, too,
// so that a look decides.
func (c *Client) DeleteAssignment(ctx context.Context, servicePrincipalID, id string) error {
	err := c.delete(ctx, assignmentPath(servicePrincipalID, id), writesAssignments)
	if !IsBadRequest(err) {
		return err
	}
	gone, lookErr := Settle(ctx, c, "the assignment to be gone", func(ctx context.Context) (bool, error) { // others may show it for a while
		_, err := c.GetAssignment(ctx, servicePrincipalID, id)
		if IsNotFound(err) {
			return true, nil
		}
		return false, err
	})
	if gone || IsNotFound(lookErr) {
		return nil
	}
	return err
}

// DeleteAssignmentRequest is DeleteAssignment as an element of a batch: a 404 in its answer means gone already, a 400
// may.
func DeleteAssignmentRequest(servicePrincipalID, id string) BatchRequest {
	return BatchRequest{Method: http.MethodDelete, URL: assignmentPath(servicePrincipalID, id), needs: writesAssignments}
}

func assignmentsPath(servicePrincipalID string) string {
	return pathOf("servicePrincipals", servicePrincipalID, "appRoleAssignedTo")
}

func assignmentPath(servicePrincipalID, id string) string {
	return pathOf("servicePrincipals", servicePrincipalID, "appRoleAssignedTo", id)
}

// MaxBatch is how many requests one $batch call may hold.
const MaxBatch = 20

// BatchRequest is one element of a $batch call.
type BatchRequest struct {
	Method string
	URL    string // relative to the version, such as /users/{id}
	Body   any    // nil for none
	needs  Permission

	// Follows says that the request is carried out only after the one before it, and only if that succeeded.
	Follows bool
}

// BatchResponse is the answer to the element of the same index: Body on success, else Err (a *Error).
type BatchResponse struct {
	StatusCode int
	Body       []byte
	Err        error
}

type wireBatchRequest struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers,omitempty"`
	Body      any               `json:"body,omitempty"`
	DependsOn []string          `json:"dependsOn,omitempty"`
}

type wireBatchResponse struct {
	ID      string                     `json:"id"`
	Status  int                        `json:"status"`
	Headers map[string]json.RawMessage `json:"headers"`
	Body    json.RawMessage            `json:"body"`
}

// Batch sends at most 20 requests as one $batch call and returns their answers in the order of the requests. An element
// that was throttled or failed is reported in its own response; nothing inside a batch is retried here. An error of the
// call as a whole that IsAmbiguous leaves open which of the writes took effect.
func (c *Client) Batch(ctx context.Context, requests []BatchRequest) ([]BatchResponse, error) {
	if len(requests) == 0 {
		return nil, nil
	}
	if len(requests) > MaxBatch {
		return nil, fmt.Errorf("a batch can contain at most %d requests, not %d", MaxBatch, len(requests))
	}
	if c.noBatches.Load() {
		return c.singly(ctx, requests), nil
	}
	reads := true
	wire := make([]wireBatchRequest, len(requests))
	for i, r := range requests {
		reads = reads && r.Method == http.MethodGet
		wire[i] = wireBatchRequest{ID: strconv.Itoa(i + 1), Method: r.Method, URL: r.URL, Body: r.Body}
		if r.Follows {
			wire[i].DependsOn = []string{strconv.Itoa(i)}
		}
		if r.Body != nil {
			wire[i].Headers = map[string]string{"Content-Type": "application/json"}
		}
	}
	var answer struct {
		Responses []wireBatchResponse `json:"responses"`
	}
	in := call{
		method: http.MethodPost, path: "/$batch", reads: reads,
		body: struct {
			Requests []wireBatchRequest `json:"requests"`
		}{wire},
	}
	switch err := c.do(ctx, in, &answer); {
	case isNotOffered(err):
		c.noBatches.Store(true)
		return c.singly(ctx, requests), nil
	case err != nil:
		return nil, err
	}
	byID := make(map[string]wireBatchResponse, len(answer.Responses))
	for _, r := range answer.Responses {
		byID[r.ID] = r
	}
	responses := make([]BatchResponse, len(requests))
	for i, request := range requests {
		response, ok := byID[wire[i].ID]
		responses[i] = c.batchResponse(request, response, ok)
	}
	return responses, nil
}

// isNotOffered reports whether a service does without an operation, as a gateway in front of Graph or a stand-in may.
func isNotOffered(err error) bool { return IsNotFound(err) || IsUnsupported(err) }

// singly sends the requests of a batch one after the other. Unlike elements of a batch they are repeated where the service
// asks for it.
func (c *Client) singly(ctx context.Context, requests []BatchRequest) []BatchResponse {
	responses := make([]BatchResponse, len(requests))
	for i, r := range requests {
		path, options, _ := strings.Cut(r.URL, "?")
		if r.Follows && responses[i-1].Err != nil {
			responses[i].StatusCode = http.StatusFailedDependency
			responses[i].Err = newError(r.Method, redactPath("/v1.0"+path), http.StatusFailedDependency, nil, nil, c.clock.Now())
			continue
		}
		optional, needed := splitOptions(options)
		in := call{method: r.Method, path: path, query: needed, needs: r.needs, body: r.Body, mayBeNone: true}
		var body json.RawMessage
		out := any(&body)
		if r.Method == http.MethodDelete { // whose answer has no body
			out = nil
		}
		err := withOptions(in, optional, func(in call) error { return c.do(ctx, in, out) })
		responses[i] = BatchResponse{StatusCode: http.StatusOK, Err: err}
		if e, ok := errors.AsType[*Error](responses[i].Err); ok {
			responses[i].StatusCode = e.StatusCode
		}
		responses[i].Body = body
	}
	return responses
}

// splitOptions tells what a query only wishes for, the size of pages and the members of objects, from what it needs.
func splitOptions(query string) (optional, needed string) {
	var wished, rest []string
	for term := range strings.SplitSeq(query, "&") {
		if strings.HasPrefix(term, "$select=") || strings.HasPrefix(term, "$top=") {
			wished = append(wished, term)
		} else {
			rest = append(rest, term)
		}
	}
	return strings.Join(wished, "&"), strings.Join(rest, "&")
}

func (c *Client) batchResponse(request BatchRequest, response wireBatchResponse, answered bool) BatchResponse {
	path, _, _ := strings.Cut(request.URL, "?")
	path = redactPath("/v1.0" + path)
	writes := request.Method != http.MethodGet
	if !answered || response.Status == 0 {
		return BatchResponse{Err: &Error{
			Method: request.Method, Path: path, Needs: request.needs, Ambiguous: writes, Err: errors.New("the response to the batch does not contain a response to this request"),
		}}
	}
	if response.Status >= 200 && response.Status < 300 {
		return BatchResponse{StatusCode: response.Status, Body: response.Body}
	}
	header := http.Header{}
	for name, raw := range response.Headers {
		var value string
		if json.Unmarshal(raw, &value) != nil {
			value = string(raw) // a number where a text belongs
		}
		header.Set(name, value)
	}
	e := newError(request.Method, path, response.Status, header, response.Body, c.clock.Now())
	e.Needs = request.needs
	e.Ambiguous = writes && wire.Judge(response.Status) == wire.Fault
	return BatchResponse{StatusCode: response.Status, Err: e}
}
