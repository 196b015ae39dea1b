// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maxEmptyPages is how many pages without an entry may follow one another before the listing is given up: pages may be
// empty, but a service whose links lead nowhere new must not keep a caller for ever.
const maxEmptyPages = 100

var (
	errForeignLink = errors.New("the link to the next page leads to another host")
	errEndlessList = errors.New("the pages of the listing do not end")
)

// page is one answer of a collection.
type page[T any] struct {
	Value    []T    `json:"value"`
	NextLink string `json:"@odata.nextLink"`
}

// inLowerCase writes the GUIDs by which the directory names its objects in lowercase, which is how Graph answers and how ids
// are kept and compared from here on; they mean the same in any case. Ids of other forms depend on it.
func inLowerCase(body []byte) []byte {
	if !bytes.ContainsAny(body, "ABCDEF") {
		return body
	}
	return guidMember().ReplaceAllFunc(body, func(member []byte) []byte {
		at := bytes.LastIndexByte(member[:len(member)-1], '"')
		return append(bytes.Clone(member[:at]), bytes.ToLower(member[at:])...)
	})
}

var guidMember = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`"(?:id|objectId|appId|principalId|resourceId|appRoleId|applicationId|applicationTemplateId|servicePrincipalId)"\s*:\s*"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"`)
})

// complete reports whether there was a list at all, be it an empty one.
func (p *page[T]) complete() bool { return p.Value != nil }

// entries iterates over the entries of a collection, page by page. It follows links only to the client's own endpoint,
// because the token goes along. After an error it stops.
func entries[T any](ctx context.Context, c *Client, first call) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		seen := map[string]bool{}
		empty := 0
		next := first
		for {
			var answer page[T]
			if err := c.do(ctx, next, &answer); err != nil {
				yield(none, err)
				return
			}
			for _, entry := range answer.Value {
				if !yield(entry, nil) {
					return
				}
			}
			if answer.NextLink == "" {
				return
			}
			if empty++; len(answer.Value) > 0 {
				empty = 0
			}
			link, err := c.nextLink(first.path, answer.NextLink)
			if err == nil && (seen[link] || empty > maxEmptyPages) {
				err = errEndlessList
			}
			if err != nil {
				yield(none, fmt.Errorf("GET %s: %w", redactPath(first.path), err))
				return
			}
			seen[link] = true
			next = call{method: http.MethodGet, path: first.path, needs: first.needs, link: link, pace: first.pace}
		}
	}
}

// list collects all entries of a collection.
func list[T any](ctx context.Context, c *Client, in call) ([]T, error) {
	var all []T
	for entry, err := range entries[T](ctx, c, in) {
		if err != nil {
			return nil, err
		}
		all = append(all, entry)
	}
	return all, nil
}

// listWith is list with query options that the service may refuse: the listing is then repeated without. Callers must not rely
// on what the options say, which a service may also ignore.
func listWith[T any](ctx context.Context, c *Client, in call, optional string) (all []T, err error) {
	err = withOptions(in, optional, func(in call) error {
		all, err = list[T](ctx, c, in)
		return err
	})
	return all, err
}

// withOptions makes a call with query options and, where the service refuses them, without.
func withOptions(in call, optional string, do func(call) error) error {
	with := in
	with.query = strings.Trim(in.query+"&"+optional, "&")
	err := do(with)
	if with.query == in.query || !IsBadRequest(err) && !hasStatus(err, http.StatusNotImplemented) {
		return err
	}
	return do(in)
}

// nextLink checks a link to the next page of a path and returns it as sent, or in full where it was relative.
func (c *Client) nextLink(path, link string) (string, error) {
	u, err := url.Parse(link)
	if err != nil {
		return "", errors.New("the link to the next page is malformed")
	}
	base, err := url.Parse(c.endpoint.String() + "/v1.0" + path)
	if err != nil {
		return "", err
	}
	relative := !u.IsAbs()
	u = base.ResolveReference(u)
	if u.User != nil || !strings.EqualFold(u.Scheme, c.endpoint.Scheme) || !strings.EqualFold(hostPort(u), hostPort(c.endpoint)) {
		return "", errForeignLink
	}
	if relative {
		link = u.String()
	}
	return link, nil
}

// hostPort is the host with its port, also when that is the scheme's default.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[strings.ToLower(u.Scheme)]
	}
	return u.Hostname() + ":" + port
}

// instant is a point in time on the wire. What is not a time after the year 1, such as the empty text and the placeholder
// 0001-01-01T00:00:00Z, is nil: never.
type instant struct{ time *time.Time }

func (i *instant) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() > 1 {
			i.time = &t
			return nil
		}
	}
	return nil
}

// count is a whole number that some answers write as text.
type count int64

func (c *count) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	if text == "null" || text == "" {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fmt.Errorf("%s is not a whole number", data)
	}
	*c = count(n)
	return nil
}

// flag is a truth value that some answers write as text, in varying case.
type flag bool

func (f *flag) UnmarshalJSON(data []byte) error {
	*f = flag(strings.EqualFold(strings.Trim(string(data), `"`), "true"))
	return nil
}

// looseText is a text that may come as another type: null is "", anything else its JSON.
type looseText string

func (t *looseText) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) != nil {
		text = string(data)
	}
	*t = looseText(text)
	return nil
}

// decodeLenient reads an object into a struct, taking its whole numbers, truth values and instants as leniently as count, flag
// and instant do. What the struct held before is replaced.
func decodeLenient(data []byte, out any) error {
	into := reflect.ValueOf(out).Elem()
	fields := reflect.VisibleFields(into.Type())
	for i := range fields {
		switch fields[i].Type {
		case reflect.TypeFor[int64]():
			fields[i].Type = reflect.TypeFor[count]()
		case reflect.TypeFor[bool]():
			fields[i].Type = reflect.TypeFor[flag]()
		case reflect.TypeFor[*time.Time]():
			fields[i].Type = reflect.TypeFor[instant]()
		}
	}
	read := reflect.New(reflect.StructOf(fields))
	if err := json.Unmarshal(data, read.Interface()); err != nil {
		return err
	}
	for i := range fields {
		value := read.Elem().Field(i)
		if at, ok := value.Interface().(instant); ok {
			value = reflect.ValueOf(at.time)
		}
		into.Field(i).Set(value.Convert(into.Field(i).Type()))
	}
	return nil
}
