// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"bytes"
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
	w               http.ResponseWriter
	r               *http.Request
	client          Client
	needs           requirement // of the operation, once it is known
	body            []byte
	requestID       string
	clientRequestID string
	// batch is the number of the envelope, 0 for a request of its own.
	batch int
}

// maximumBody is far above what any client here sends.
const maximumBody = 32 << 20

// serve is the way of every request: record, faults, and then sign-in, Graph or GoTo.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maximumBody))
	if err != nil {
		http.Error(w, "cannot read the request", http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.serveBody(w, r, body, 0)
}

// serveBody serves a request of its own or, with the number of its envelope, one from a batch.
func (s *Server) serveBody(w http.ResponseWriter, r *http.Request, body []byte, batch int) {
	began := time.Now()
	conn, _ := r.Context().Value(connectionKey{}).(connection)
	entry := &Request{
		Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header.Clone(), Body: body, At: s.clock.Now(),
		Connection: conn.number, Batch: batch,
	}
	s.gotoAuthority.redact(entry)
	s.log.begin(entry)
	if batch == 0 {
		batch = entry.Number
	}
	c := &call{s: s, r: r, body: body, requestID: uuid.NewString(), clientRequestID: r.Header.Get("client-request-id"), batch: batch}
	if c.clientRequestID == "" {
		c.clientRequestID = c.requestID
	}
	// The answer is held back so that a fault may still replace it.
	held := httptest.NewRecorder()
	c.w = held
	dropped := s.serveWithFaults(c, r.URL.Path)
	if entry.Batch != 0 && dropped {
		// Inside a batch there is no connection to drop; the gateway reports a lost answer.
		held = httptest.NewRecorder()
		c.w = held
		c.graphError(http.StatusGatewayTimeout, "UnknownError", "")
		dropped = false
	}
	if dropped {
		s.log.end(entry, c, 0, nil, time.Since(began))
		cut(conn, r.ProtoMajor)
	}
	s.log.end(entry, c, held.Code, s.gotoAuthority.redactAnswer(entry.Path, held.Body.Bytes()), time.Since(began))
	for name, values := range held.Header() {
		w.Header()[name] = values
	}
	if !isGoTo(entry.Path) {
		w.Header().Set("request-id", c.requestID)
		w.Header().Set("client-request-id", c.clientRequestID)
	}
	w.WriteHeader(held.Code)
	_, _ = w.Write(held.Body.Bytes()) // a client that went away is no concern of the server
}

// cut ends a request without an answer: by closing its connection or, where that carries other requests too, by
// resetting its stream.
func cut(conn connection, protocol int) {
	if conn.socket != nil && protocol < 2 {
		_ = conn.socket.Close() // it is being broken on purpose
	}
	panic(http.ErrAbortHandler)
}

// serveWithFaults serves a request as the script wants it, and says whether the connection is to be dropped.
func (s *Server) serveWithFaults(c *call, requestPath string) (dropped bool) {
	effect, struck := s.faults.strike(c.r.Method, requestPath)
	if !struck {
		s.route(c)
		return false
	}
	if effect.delay > 0 {
		s.clock.Advance(effect.delay)
	}
	if effect.drop && !effect.after {
		return true
	}
	if effect.answer != nil && !effect.after {
		effect.answer(c, nil)
		return false
	}
	if effect.answer == nil {
		s.route(c)
		return effect.drop
	}
	done := httptest.NewRecorder()
	answer := c.w
	c.w = done
	s.route(c)
	c.w = answer
	effect.answer(c, done.Body.Bytes())
	return false
}

// alternate forms of a path: a key in parentheses, and the empty argument list of a function.
var (
	alternateKey = regexp.MustCompile(`\(appId=%27([^/]+)%27\)|\(appId='([^/]+)'\)`)
	quotedKey    = regexp.MustCompile(`\((?:'|%27)([^/]+?)(?:'|%27)\)`)
)

// byAppID marks a path segment that holds a client id instead of an object id.
const byAppID = "appId="

// normalise brings the alternate forms of a path into the one that the routes know.
func normalise(escaped string) string {
	escaped = strings.TrimSuffix(escaped, "()")
	escaped = strings.NewReplacer("%28", "(", "%29", ")", "%3D", "=", "%3d", "=").Replace(escaped)
	escaped = alternateKey.ReplaceAllString(escaped, "/"+byAppID+"$1$2")
	return quotedKey.ReplaceAllString(escaped, "/$1")
}

// route hands a request to sign-in, to Graph or to GoTo.
func (s *Server) route(c *call) {
	s.engine.CatchUp()
	if isGoTo(c.r.URL.Path) {
		if s.opts.Latency > 0 {
			pause(c.r.Context(), s.opts.Latency)
		}
		s.serveGoTo(c)
		return
	}
	if !strings.HasPrefix(c.r.URL.Path, "/v1.0/") {
		if _, pattern := s.signIn.Handler(c.r); pattern == "" {
			c.graphError(http.StatusNotFound, "ResourceNotFound", "There is nothing at this address.")
			return
		}
		s.signIn.ServeHTTP(c.w, c.r)
		return
	}
	if s.opts.Latency > 0 {
		pause(c.r.Context(), s.opts.Latency)
	}
	if !c.authenticate() {
		return
	}
	if normal := normalise(c.r.URL.EscapedPath()); normal != c.r.URL.EscapedPath() {
		u, err := c.r.URL.Parse(normal)
		if err != nil {
			c.graphError(http.StatusBadRequest, "BadRequest", "The path is malformed.")
			return
		}
		u.RawQuery = c.r.URL.RawQuery
		c.r.URL = u
	}
	s.graph.ServeHTTP(c.w, c.r.WithContext(withCall(c.r.Context(), c)))
}

// authenticate checks the bearer token and finds the client.
func (c *call) authenticate() bool {
	token, ok := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		c.graphError(http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token is empty.")
		return false
	}
	claims, err := c.s.authority.verify(token)
	switch {
	case err != nil:
		c.graphError(http.StatusUnauthorized, "InvalidAuthenticationToken", "CompactToken validation failed.")
		return false
	case claims.NotAfter <= c.s.clock.Now().Unix():
		c.graphError(http.StatusUnauthorized, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
		return false
	case claims.Audience != c.s.GraphURL():
		c.graphError(http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.")
		return false
	}
	client, ok := c.s.authority.client(claims.AppID)
	if !ok {
		c.graphError(http.StatusUnauthorized, "InvalidAuthenticationToken", "The client of the token is unknown.")
		return false
	}
	c.client = client
	return true
}

// decode reads the JSON body, or answers that it is none.
func (c *call) decode(into any) bool {
	if err := json.Unmarshal(c.body, into); err != nil {
		if c.isSynchronization() {
			c.syncError(http.StatusBadRequest, "InvalidRequestBody", "The request body is not valid.")
		} else {
			c.badRequest("Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
		}
		return false
	}
	return true
}

func (c *call) noContent() { c.w.WriteHeader(http.StatusNoContent) }

func (c *call) ok(value any) { writeJSON(c.w, http.StatusOK, value) }

// context returns the @odata.context of an answer.
func (c *call) context(fragment string) string { return c.s.GraphURL() + "/v1.0/$metadata#" + fragment }
