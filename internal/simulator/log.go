// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Request is one recorded request and what was answered.
type Request struct {
	Number     int // counts the requests from 1, in the order of their arrival
	Method     string
	Path       string // decoded and complete, version included
	Query      url.Values
	Header     http.Header
	Body       []byte
	Status     int // Status of the answer, 0 if the connection was dropped instead
	Response   []byte
	At         time.Time     // the simulated time of arrival
	Took       time.Duration // the real time until the answer
	Connection int64         // counts connections from 1
	Batch      int           // the number of the $batch request that carried this one, 0 if it came alone
}

// IsWrite says whether the request meant to change something. Sign-in does not, nor do the calls that use POST only to
// ask something, nor the envelope of a batch, whose content is recorded request by request.
func (r Request) IsWrite() bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	case http.MethodPost:
		name := path.Base(r.Path)
		return !slices.Contains([]string{"token", "$batch", "getByIds", "parseExpression", "validateCredentials", "discover", "azuredevops"}, name)
	}
	return true
}

// Log is the record of all requests.
type Log struct {
	mu          sync.Mutex
	requests    []*Request
	connections atomic.Int64
}

type connectionKey struct{}

type connection struct {
	number int64
	socket net.Conn
}

// connected numbers a new connection and keeps it at hand for the faults that cut it.
func (l *Log) connected(ctx context.Context, socket net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, connection{number: l.connections.Add(1), socket: socket})
}

func (l *Log) begin(r *Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests = append(l.requests, r)
	r.Number = len(l.requests)
}

func (l *Log) end(r *Request, c *call, answer *reply, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.Status, r.Response, r.Took = answer.status, c.s.gotoAuthority.redactAnswer(r.Path, answer.body), took
}

// Connections returns how many connections were opened since the start; Reset does not change that.
func (l *Log) Connections() int { return int(l.connections.Load()) }

// All returns every request, those inside batches right behind their envelope.
func (l *Log) All() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]Request, len(l.requests))
	for i, r := range l.requests {
		all[i] = *r
	}
	return all
}

// Sent returns what came over the wire: every request except those inside batches.
func (l *Log) Sent() []Request {
	return slices.DeleteFunc(l.All(), func(r Request) bool { return r.Batch != 0 })
}

// Writes returns the requests that meant to change something, in order.
func (l *Log) Writes() []Request {
	return slices.DeleteFunc(l.All(), func(r Request) bool { return !r.IsWrite() })
}

// Match returns the requests with the method ("" for any) and a path that fits the pattern; see MatchPath.
func (l *Log) Match(method, pattern string) []Request {
	fits := pathPattern(pattern)
	return slices.DeleteFunc(l.All(), func(r Request) bool {
		return method != "" && method != r.Method || !fits.MatchString(r.Path)
	})
}

// Reset forgets all requests.
func (l *Log) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests = nil
}

// MatchPath says whether a path fits a pattern. In a pattern "*" stands for any text without a slash, "**" for any
// text, and everything else for itself, ignoring case. The pattern may leave out the version "/v1.0".
func MatchPath(pattern, requestPath string) bool {
	return pathPattern(pattern).MatchString(requestPath)
}

func pathPattern(pattern string) *regexp.Regexp {
	return regexp.MustCompile(`(?is)^(/v1\.0)?` + strings.NewReplacer(`\*\*`, `.*`, `\*`, `[^/]*`).Replace(regexp.QuoteMeta(pattern)) + `$`)
}

// redacted takes the place of GoTo's secrets in the log. Access tokens stay: they end by themselves, and tests look for
// them where they must not be.
const redacted = "(redacted)"

// redact takes the secrets out of the record of a request to GoTo: at the token endpoint whatever is not known to be
// harmless, so a mistyped secret is not kept either, and elsewhere the secrets that are known, which a client may
// have sent by mistake. Requests to others are left alone: there a secret of GoTo is a fault that tests want to see.
func (a *gotoAuthority) redact(r *Request) {
	if !isGoTo(r.Path) {
		return
	}
	if r.Path == gotoTokenPath {
		form, _ := url.ParseQuery(string(r.Body)) // what is not a form has no harmless fields
		r.Query, r.Body = redactForm(r.Query), []byte(redactForm(form).Encode())
	}
	known := a.secrets()
	for name, values := range r.Header {
		for i, value := range values {
			switch {
			case name == "Authorization" && strings.HasPrefix(value, "Basic "):
				values[i] = "Basic " + redacted
			case name == "Authorization" && r.Path == gotoTokenPath:
				values[i] = redacted
			default:
				values[i] = redactText(value, known)
			}
		}
	}
	for _, values := range r.Query {
		for i, value := range values {
			values[i] = redactText(value, known)
		}
	}
	r.Path, r.Body = redactText(r.Path, known), []byte(redactText(string(r.Body), known))
}

// redactAnswer takes the secrets out of the record of an answer of GoTo; new refresh tokens are such.
func (a *gotoAuthority) redactAnswer(requestPath string, body []byte) []byte {
	if !isGoTo(requestPath) {
		return body
	}
	return []byte(redactText(string(body), a.secrets()))
}

// redactForm keeps the values of the fields that are not secret, the names of those that are, and nothing of others.
func redactForm(form url.Values) url.Values {
	harmless := url.Values{}
	for name, values := range form {
		switch name {
		case "grant_type", "scope", "client_id":
			harmless[name] = values
		case "pat", "refresh_token", "client_secret", "code", "password":
			harmless.Set(name, redacted)
		default:
			harmless.Set(redacted, redacted)
		}
	}
	return harmless
}

func redactText(text string, secrets []string) string {
	for _, secret := range secrets {
		text = strings.ReplaceAll(text, secret, redacted)
	}
	return text
}

// secrets returns what must not be recorded, as it is and as forms and addresses spell it.
func (a *gotoAuthority) secrets() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var secrets []string
	add := func(secret string) {
		if secret == "" {
			return
		}
		secrets = append(secrets, secret, url.QueryEscape(secret), url.PathEscape(secret))
	}
	for _, c := range a.clients {
		add(c.Secret)
	}
	for token := range a.personal {
		add(token)
	}
	for token := range a.refresh {
		add(token)
	}
	// The longest first, so nothing is left of one that contains another.
	slices.SortFunc(secrets, func(x, y string) int { return len(y) - len(x) })
	return secrets
}
