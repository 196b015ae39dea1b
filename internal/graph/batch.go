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

// MaxBatch is how many requests one $batch call may hold.
const MaxBatch = 20

// BatchRequest is one element of a $batch call.
type BatchRequest struct {
	Method string
	URL    string // relative to the version, such as /users/{id}
	Body   any    // nil for none
	needs  Permission
}

// BatchResponse is the answer to the element of the same index: Body on success, else Err (a *Error).
type BatchResponse struct {
	StatusCode int
	Body       []byte
	Err        error
}

type wireBatchRequest struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    any               `json:"body,omitempty"`
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
		return nil, fmt.Errorf("a batch holds at most %d requests, not %d", MaxBatch, len(requests))
	}
	reads := true
	wire := make([]wireBatchRequest, len(requests))
	for i, r := range requests {
		reads = reads && r.Method == http.MethodGet
		wire[i] = wireBatchRequest{ID: strconv.Itoa(i + 1), Method: r.Method, URL: r.URL, Body: r.Body}
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
	if err := c.do(ctx, in, &answer); err != nil {
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

func (c *Client) batchResponse(request BatchRequest, response wireBatchResponse, answered bool) BatchResponse {
	path, _, _ := strings.Cut(request.URL, "?")
	path = redactPath("/v1.0" + path)
	writes := request.Method != http.MethodGet
	if !answered || response.Status == 0 {
		return BatchResponse{Err: &Error{
			Method: request.Method, Path: path, Needs: request.needs, Ambiguous: writes, Err: errors.New("the batch came back without an answer to this request"),
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
