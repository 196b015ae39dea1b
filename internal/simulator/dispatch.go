// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
)

// call is one request on its way, to Graph unless its path says otherwise.
type call struct {
	s               *Server
	r               *http.Request
	client          Client
	body            []byte
	requestID       string
	clientRequestID string
	batch           int    // the number of the envelope that the request came in, 0 if it came alone
	number          int    // number of the request in the log
	answer          *reply // what the operation of the path has answered, nil if there is none
}

// operation does what a request asks for. Errors of store and engine become an answer like all others; see settle.
type operation func(*call) (*reply, error)

type callKey struct{}

// ServeHTTP lets http.ServeMux find operations. What they answer stays with the call.
func (o operation) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	c, ok := r.Context().Value(callKey{}).(*call)
	if !ok {
		panic("simulator: a request came past the dispatcher")
	}
	c.r = r
	c.answer = c.settle(o(c))
}

// cut ends a request without an answer: by closing its connection or, where that carries other requests too, by
// resetting its stream.
func cut(r *http.Request) {
	if conn, ok := r.Context().Value(connectionKey{}).(connection); ok && r.ProtoMajor < 2 {
		_ = conn.socket.Close() // it is being broken on purpose
	}
	panic(http.ErrAbortHandler)
}

// exchange records a request, of its own or from a batch, and returns its answer, nil if its connection is to be dropped.
func (c *call) exchange() *reply {
	began := time.Now()
	c.r.Body = io.NopCloser(bytes.NewReader(c.body))
	c.requestID, c.clientRequestID = uuid.NewString(), c.r.Header.Get("client-request-id")
	if c.clientRequestID == "" {
		c.clientRequestID = c.requestID
	}
	conn, _ := c.r.Context().Value(connectionKey{}).(connection)
	entry := &Request{
		Method: c.r.Method, Path: c.r.URL.Path, Query: c.r.URL.Query(), Header: c.r.Header.Clone(), Body: c.body, At: c.s.clock.Now(),
		Connection: conn.number, Batch: c.batch,
	}
	c.s.gotoAuthority.redact(entry)
	c.s.log.begin(entry)
	c.number = entry.Number
	answer := c.strike()
	if answer == nil && c.batch != 0 {
		// Inside a batch there is no connection to drop; the gateway reports a lost answer.
		answer = c.settle(nil, refuse(http.StatusGatewayTimeout, "UnknownError", ""))
	}
	if answer == nil {
		c.s.log.end(entry, c, &reply{}, time.Since(began))
		return nil
	}
	c.s.log.end(entry, c, answer, time.Since(began))
	if !isGoTo(entry.Path) {
		answer.with("request-id", c.requestID).with("client-request-id", c.clientRequestID)
	}
	return answer
}

// strike answers as the script of faults wants it, nil if the connection is to be dropped.
func (c *call) strike() *reply {
	effect, struck := c.s.faults.strike(c.r.Method, c.r.URL.Path)
	if !struck {
		return c.dispatch()
	}
	if effect.delay > 0 {
		c.s.clock.Advance(effect.delay)
	}
	var original *reply
	if effect.after || effect.answer == nil && !effect.drop {
		original = c.dispatch()
	}
	if effect.do != nil {
		effect.do()
	}
	switch {
	case effect.drop:
		return nil
	case effect.answer == nil:
		return original
	}
	return c.settle(effect.answer(c, original))
}

// alternate forms of a path: a key in parentheses, and the empty argument list of a function.
var (
	alternateKey = regexp.MustCompile(`\(appId=%27([^/]+)%27\)|\(appId='([^/]+)'\)`)
	quotedKey    = regexp.MustCompile(`\((?:'|%27)([^/]+?)(?:'|%27)\)`)
)

// byAppID marks a path segment that holds a client id instead of an object id.
const byAppID = "appId="

// normalize brings the alternate forms of a path into the one that the routes know.
func normalize(escaped string) string {
	escaped = strings.TrimSuffix(escaped, "()")
	escaped = strings.NewReplacer("%28", "(", "%29", ")", "%3D", "=", "%3d", "=").Replace(escaped)
	escaped = alternateKey.ReplaceAllString(escaped, "/"+byAppID+"$1$2")
	return quotedKey.ReplaceAllString(escaped, "/$1")
}

// Versions of Graph, as paths begin with them.
const (
	stable = "/v1.0"
	beta   = "/beta"
)

func isGraph(path string) bool {
	return strings.HasPrefix(path, stable+"/") || strings.HasPrefix(path, beta+"/")
}

// version returns that of Graph which the request goes to.
func (c *call) version() string {
	if strings.HasPrefix(c.r.URL.Path, beta+"/") {
		return beta
	}
	return stable
}

// dispatch hands a request to sign-in, to Graph or to GoTo.
func (c *call) dispatch() *reply {
	c.s.engine.CatchUp()
	operations := c.s.signIn
	isGraph := isGraph(c.r.URL.Path)
	if (isGraph || isGoTo(c.r.URL.Path)) && c.s.opts.Latency > 0 {
		pause(c.r.Context(), c.s.opts.Latency)
	}
	switch {
	case isGoTo(c.r.URL.Path):
		operations = c.s.goTo
	case isGraph:
		operations = c.s.graph
		if err := c.authenticate(); err != nil {
			return c.settle(nil, err)
		}
		if normal := normalize(c.r.URL.EscapedPath()); normal != c.r.URL.EscapedPath() {
			u, err := c.r.URL.Parse(normal)
			if err != nil {
				return c.settle(nil, refuse(http.StatusBadRequest, "BadRequest", "The path is malformed."))
			}
			u.RawQuery = c.r.URL.RawQuery
			c.r.URL = u
		}
	}
	operations.ServeHTTP(httptest.NewRecorder(), c.r.WithContext(context.WithValue(c.r.Context(), callKey{}, c)))
	if c.answer == nil {
		return c.settle(nil, c.unknownPath())
	}
	return c.answer
}

// authenticate checks the bearer token and finds the client.
func (c *call) authenticate() error {
	invalid := func(message string) error {
		return refuse(http.StatusUnauthorized, "InvalidAuthenticationToken", "%s", message)
	}
	token, ok := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return invalid("Access token is empty.")
	}
	claims, err := c.s.authority.verify(token)
	switch {
	case err != nil:
		return invalid("CompactToken validation failed.")
	case claims.NotAfter <= c.s.clock.Now().Unix():
		return invalid("Lifetime validation failed, the token is expired.")
	case claims.Audience != c.s.GraphURL():
		return invalid("Access token validation failure. Invalid audience.")
	}
	if c.client, ok = c.s.authority.client(claims.AppID); !ok {
		return invalid("The client of the token is unknown.")
	}
	return nil
}

// decode reads the JSON body.
func (c *call) decode(into any) error {
	switch err := json.Unmarshal(c.body, into); {
	case err == nil:
		return nil
	case c.isSynchronization():
		return refuseSync(http.StatusBadRequest, "InvalidRequestBody", "The request body is not valid.")
	}
	return badRequest("Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
}

// context returns the @odata.context of an answer.
func (c *call) context(fragment string) string {
	return c.s.GraphURL() + c.version() + "/$metadata#" + fragment
}

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

func (i batchItem) header() http.Header {
	header := http.Header{}
	for name, value := range i.Headers {
		header.Set(name, value)
	}
	return header
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
		case len(item.Body) > 0 && string(item.Body) != "null" && item.header().Values("Content-Type") == nil:
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

func (c *call) serveItem(item batchItem) (int, object) {
	target := c.version() + "/" + strings.TrimPrefix(item.URL, "/")
	r, err := http.NewRequestWithContext(c.r.Context(), strings.ToUpper(item.Method), c.s.GraphURL()+target, bytes.NewReader(item.Body))
	if err != nil {
		return http.StatusBadRequest, object{{"id", item.ID}, {"status", http.StatusBadRequest}, {"body", c.graphError("BadRequest", "The url is malformed.")}}
	}
	r.Header = item.header()
	r.Header.Set("Authorization", c.r.Header.Get("Authorization"))
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
