// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
)

// maximumBatch is how many requests one batch may carry.
const maximumBatch = 20

type batchItem struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	DependsOn []string          `json:"dependsOn"`
}

// batchRequests serves the requests of a batch one by one, each judged as if it had come alone.
func (c *call) batchRequests() (*reply, error) {
	var body struct {
		Requests []batchItem `json:"requests"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if problem := batchProblem(body.Requests); problem != "" {
		return nil, refuse(http.StatusBadRequest, "BadRequest", "%s", problem)
	}
	statuses := map[string]int{}
	responses := []object{}
	for _, item := range body.Requests {
		id := strings.ToLower(item.ID)
		failed := false
		for _, dependency := range item.DependsOn {
			status, ran := statuses[strings.ToLower(dependency)]
			failed = failed || !ran || status >= http.StatusBadRequest
		}
		var response object
		if failed {
			statuses[id] = http.StatusFailedDependency
			response = object{{"id", item.ID}, {"status", http.StatusFailedDependency}, {"headers", object{{"Content-Type", "application/json"}}},
				{"body", c.graphError("FailedDependency", "A request that this one depends on failed.")}}
		} else {
			statuses[id], response = c.serveItem(item)
		}
		// The order of answers is not that of requests, which clients must not rely on.
		responses = append([]object{response}, responses...)
	}
	return respond(object{{"responses", responses}})
}

// batchProblem says why a batch is malformed as a whole, empty if it is not.
func batchProblem(items []batchItem) string {
	if len(items) == 0 {
		return "The batch carries no requests."
	}
	if len(items) > maximumBatch {
		return "The number of batch requests must not exceed 20."
	}
	seen := map[string]bool{}
	for _, item := range items {
		id := strings.ToLower(item.ID)
		switch {
		case item.ID == "" || seen[id]:
			return "The ids of the requests must be unique."
		case item.Method == "" || item.URL == "":
			return "Every request needs a method and an url."
		case strings.Contains(item.URL, "://"):
			return "The urls of the requests must be relative."
		case len(item.Body) > 0 && string(item.Body) != "null" && !hasHeader(item.Headers, "Content-Type"):
			return "A request with a body needs a Content-Type header."
		}
		for _, dependency := range item.DependsOn {
			if !seen[strings.ToLower(dependency)] {
				return "A request can depend only on one before it."
			}
		}
		seen[id] = true
	}
	return ""
}

func hasHeader(headers map[string]string, name string) bool {
	for have := range headers {
		if strings.EqualFold(have, name) {
			return true
		}
	}
	return false
}

func (c *call) serveItem(item batchItem) (int, object) {
	target := "/v1.0/" + strings.TrimPrefix(item.URL, "/")
	r, err := http.NewRequestWithContext(c.r.Context(), strings.ToUpper(item.Method), c.s.GraphURL()+target, bytes.NewReader(item.Body))
	if err != nil {
		return http.StatusBadRequest, object{{"id", item.ID}, {"status", http.StatusBadRequest}, {"body", c.graphError("BadRequest", "The url is malformed.")}}
	}
	r.Header.Set("Authorization", c.r.Header.Get("Authorization"))
	for name, value := range item.Headers {
		if !strings.EqualFold(name, "Authorization") {
			r.Header.Set(name, value)
		}
	}
	inner := &call{s: c.s, r: r, body: item.Body, batch: c.number}
	answer := inner.exchange()
	headers := object{}
	for _, name := range []string{"Content-Type", "Retry-After", "Location", "WWW-Authenticate"} {
		if value := answer.header.Get(name); value != "" {
			headers = append(headers, member{name, value})
		}
	}
	response := object{{"id", item.ID}, {"status", answer.status}, {"headers", headers}}
	if raw := answer.body; len(raw) > 0 {
		if json.Valid(raw) {
			response = append(response, member{"body", json.RawMessage(raw)})
		} else {
			response = append(response, member{"body", string(raw)})
		}
	}
	return answer.status, response
}
