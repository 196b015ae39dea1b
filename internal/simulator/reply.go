// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import "net/http"

// reply is what an operation answers.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// jsonReply answers with a JSON document.
func jsonReply(status int, value any) *reply {
	r := &reply{status: status, body: appendJSON(nil, value)}
	return r.with("Content-Type", "application/json")
}

// with sets a header.
func (r *reply) with(name, value string) *reply {
	if r.header == nil {
		r.header = http.Header{}
	}
	r.header.Set(name, value)
	return r
}

func (r *reply) writeTo(w http.ResponseWriter) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body) // a client that went away is no concern of the server
}

func respond(value any) (*reply, error) { return jsonReply(http.StatusOK, value), nil }

func created(value any) (*reply, error) { return jsonReply(http.StatusCreated, value), nil }

// done answers without content, unless there is an error.
func done(err error) (*reply, error) {
	if err != nil {
		return nil, err
	}
	return &reply{status: http.StatusNoContent}, nil
}
