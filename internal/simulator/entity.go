// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// entity describes a kind of object: what members it has and which of them an answer shows unless a request selects.
type entity[T any] struct {
	kind       string // as in microsoft.graph.<kind>
	set        string // name of the entity set
	properties []property[T]
	open       func(name string) *property[T] // further properties, whose names nobody can list; nil for none
}

type property[T any] struct {
	name     string
	onDemand bool // shown only when selected
	filter   bool // can be filtered by
	value    func(*T) any
}

func (e *entity[T]) find(name string) *property[T] {
	for i := range e.properties {
		if e.properties[i].name == name {
			return &e.properties[i]
		}
	}
	if e.open != nil {
		return e.open(name)
	}
	return nil
}

// kind says which properties objects of one kind have.
type kind interface{ has(name string) bool }

func (e *entity[T]) has(name string) bool { return e.find(name) != nil }

// selected returns the properties that a request asks for. In a collection that also holds objects of other kinds, what
// only those have is left out.
func (e *entity[T]) selected(c *call, others ...kind) ([]*property[T], error) {
	names := c.r.URL.Query().Get("$select")
	var chosen []*property[T]
	if names == "" || names == "*" {
		for i := range e.properties {
			if !e.properties[i].onDemand {
				chosen = append(chosen, &e.properties[i])
			}
		}
		return chosen, nil
	}
	for name := range strings.SplitSeq(names, ",") {
		p := e.find(strings.TrimSpace(name))
		if p == nil && slices.ContainsFunc(others, func(other kind) bool { return other.has(strings.TrimSpace(name)) }) {
			continue
		}
		if p == nil {
			return nil, noProperty(strings.TrimSpace(name), e.kind)
		}
		chosen = append(chosen, p)
	}
	return chosen, nil
}

func noProperty(name, kind string) error {
	return badRequest("Could not find a property named '%s' on type 'microsoft.graph.%s'.", name, kind)
}

func (e *entity[T]) render(item *T, properties []*property[T]) object {
	o := make(object, 0, len(properties)+2)
	for _, p := range properties {
		o = append(o, member{p.name, p.value(item)})
	}
	return o
}

// one answers with a single object.
func (e *entity[T]) one(c *call, item *T) (*reply, error) {
	properties, err := e.selected(c)
	if err != nil {
		return nil, err
	}
	o := object{{"@odata.context", c.context(e.set + "/$entity")}}
	return respond(append(o, e.render(item, properties)...))
}

// Page sizes of the directory.
const (
	defaultPage = 100
	maximumPage = 999
)

// pageSize returns how many entries a page gets.
func (c *call) pageSize() (int, error) {
	size := defaultPage
	if text := c.r.URL.Query().Get("$top"); text != "" {
		top, err := strconv.Atoi(text)
		if err != nil || top < 1 || top > maximumPage {
			return 0, unsupported("Invalid page size specified: '%s'. Must be between 1 and 999 inclusive.", text)
		}
		size = top
	}
	if limit := c.s.Variants().PageSizeCap; limit > 0 {
		size = min(size, limit)
	}
	return size, nil
}

// skipToken returns the position behind which the page starts.
func (c *call) skipToken() (int64, error) {
	token := c.r.URL.Query().Get("$skiptoken")
	if token == "" {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil {
		var position int64
		if position, err = strconv.ParseInt(strings.TrimPrefix(string(raw), "after:"), 10, 64); err == nil {
			return position, nil
		}
	}
	return 0, badRequest("The skip token is malformed.")
}

// nextLink returns the absolute address of the page behind the position, with the options of this one.
func (c *call) nextLink(position int64) string {
	query := url.Values{}
	for name, values := range c.r.URL.Query() {
		if name != "$skiptoken" {
			query[name] = values
		}
	}
	query.Set("$skiptoken", base64.RawURLEncoding.EncodeToString([]byte("after:"+strconv.FormatInt(position, 10))))
	return c.s.GraphURL() + c.r.URL.Path + "?" + query.Encode()
}

// needsConsistency says whether a query is an advanced one, which the directory serves only with the header
// ConsistencyLevel and $count.
func (c *call) needsConsistency(filter *filterNode) bool {
	query := c.r.URL.Query()
	return query.Get("$search") != "" || query.Get("$count") == "true" || filter.advanced()
}

func (c *call) eventual() bool {
	return strings.EqualFold(c.r.Header.Get("ConsistencyLevel"), "eventual")
}

// unsupported is the error for a query that the directory does not serve.
func unsupported(format string, args ...any) error {
	return refuse(http.StatusBadRequest, "Request_UnsupportedQuery", format, args...)
}

// listFilter parses $filter for an entity.
func (e *entity[T]) listFilter(c *call) (*filterNode, error) {
	query := c.r.URL.Query()
	filter, err := parseFilter(query.Get("$filter"))
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "BadRequest", "Invalid filter clause: %v", err)
	}
	for _, name := range filter.properties() {
		if p := e.find(name); p == nil || !p.filter {
			return nil, unsupported("Unsupported or invalid query filter clause specified for property '%s' of resource '%s'.", name, e.kind)
		}
	}
	if c.needsConsistency(filter) && (!c.eventual() || filter.advanced() && query.Get("$count") != "true") {
		return nil, unsupported("The query needs the header ConsistencyLevel: eventual and $count=true.")
	}
	return filter, nil
}

// matches says whether an item passes the filter and the search.
func (e *entity[T]) matches(item *T, filter *filterNode, search string) bool {
	value := func(name string) any { return e.find(name).value(item) }
	if search != "" {
		name, text, _ := strings.Cut(strings.Trim(search, `"`), ":")
		p := e.find(name)
		var have string
		if p != nil {
			have, _ = p.value(item).(string)
		}
		if !strings.Contains(strings.ToLower(have), strings.ToLower(text)) {
			return false
		}
	}
	return filter.eval(value)
}

// list answers with a page of the items that a query asks for.
func (e *entity[T]) list(c *call, items []T) (*reply, error) {
	filter, err := e.listFilter(c)
	if err != nil {
		return nil, err
	}
	properties, err := e.selected(c)
	if err != nil {
		return nil, err
	}
	query := c.r.URL.Query()
	var found []*T
	for i := range items {
		if e.matches(&items[i], filter, query.Get("$search")) {
			found = append(found, &items[i])
		}
	}
	if err := e.order(c, found); err != nil {
		return nil, err
	}
	rendered := make([]object, len(found))
	for i, item := range found {
		rendered[i] = e.render(item, properties)
	}
	return c.page(e.set, rendered)
}

// order sorts by $orderby.
func (e *entity[T]) order(c *call, items []*T) error {
	by := strings.Fields(c.r.URL.Query().Get("$orderby"))
	if len(by) == 0 {
		return nil
	}
	p := e.find(by[0])
	if p == nil {
		return noProperty(by[0], e.kind)
	}
	slices.SortStableFunc(items, func(a, b *T) int {
		x, _ := p.value(a).(string)
		y, _ := p.value(b).(string)
		if len(by) > 1 && strings.EqualFold(by[1], "desc") {
			x, y = y, x
		}
		return strings.Compare(x, y)
	})
	return nil
}

// page answers with the part of a list that the query's page asks for.
func (c *call) page(set string, all []object) (*reply, error) {
	size, err := c.pageSize()
	if err != nil {
		return nil, err
	}
	position, err := c.skipToken()
	if err != nil {
		return nil, err
	}
	start := min(int(position), len(all))
	if skip, err := strconv.Atoi(c.r.URL.Query().Get("$skip")); err == nil && position == 0 {
		start = min(max(skip, 0), len(all))
	}
	end := min(start+size, len(all))
	answer := object{{"@odata.context", c.context(set)}}
	if c.r.URL.Query().Get("$count") == "true" {
		answer = append(answer, member{"@odata.count", len(all)})
	}
	if end < len(all) {
		answer = append(answer, member{"@odata.nextLink", c.nextLink(int64(end))})
	}
	return respond(append(answer, member{"value", list(all[start:end])}))
}
