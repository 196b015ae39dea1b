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

func (e *entity[T]) property(name string) *property[T] {
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

// selected returns the properties that a request asks for, or answers that there is no such property.
func (e *entity[T]) selected(c *call) ([]*property[T], bool) { return e.selectedAmong(c) }

// kind says which properties objects of one kind have.
type kind interface{ has(name string) bool }

func (e *entity[T]) has(name string) bool { return e.property(name) != nil }

// selectedAmong is selected for a collection that also holds objects of other kinds: what only those have is left out.
func (e *entity[T]) selectedAmong(c *call, others ...kind) ([]*property[T], bool) {
	names := c.r.URL.Query().Get("$select")
	var chosen []*property[T]
	if names == "" || names == "*" {
		for i := range e.properties {
			if !e.properties[i].onDemand {
				chosen = append(chosen, &e.properties[i])
			}
		}
		return chosen, true
	}
	for name := range strings.SplitSeq(names, ",") {
		p := e.property(strings.TrimSpace(name))
		if p == nil && slices.ContainsFunc(others, func(other kind) bool { return other.has(strings.TrimSpace(name)) }) {
			continue
		}
		if p == nil {
			c.badRequest("Could not find a property named '%s' on type 'microsoft.graph.%s'.", strings.TrimSpace(name), e.kind)
			return nil, false
		}
		chosen = append(chosen, p)
	}
	return chosen, true
}

func (e *entity[T]) render(item *T, properties []*property[T]) object {
	o := make(object, 0, len(properties)+2)
	for _, p := range properties {
		o = append(o, member{p.name, p.value(item)})
	}
	return o
}

// one answers with a single object.
func (e *entity[T]) one(c *call, status int, item *T) {
	properties, ok := e.selected(c)
	if !ok {
		return
	}
	o := object{{"@odata.context", c.context(e.set + "/$entity")}}
	writeJSON(c.w, status, append(o, e.render(item, properties)...))
}

// Page sizes of the directory.
const (
	defaultPage = 100
	maximumPage = 999
)

// pageSize returns how many entries a page gets, or answers that $top is out of range.
func (c *call) pageSize() (int, bool) {
	size := defaultPage
	if text := c.r.URL.Query().Get("$top"); text != "" {
		top, err := strconv.Atoi(text)
		if err != nil || top < 1 || top > maximumPage {
			c.graphError(http.StatusBadRequest, "Request_UnsupportedQuery",
				"Invalid page size specified: '%s'. Must be between 1 and 999 inclusive.", text)
			return 0, false
		}
		size = top
	}
	if limit := c.s.Variants().PageSizeCap; limit > 0 {
		size = min(size, limit)
	}
	return size, true
}

// skipToken returns the position behind which the page starts.
func (c *call) skipToken() (int64, bool) {
	token := c.r.URL.Query().Get("$skiptoken")
	if token == "" {
		return 0, true
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil {
		var position int64
		if position, err = strconv.ParseInt(strings.TrimPrefix(string(raw), "after:"), 10, 64); err == nil {
			return position, true
		}
	}
	c.badRequest("The skip token is malformed.")
	return 0, false
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

// listFilter parses $filter for an entity, or answers what is wrong with it.
func (e *entity[T]) listFilter(c *call) (*filterNode, bool) {
	query := c.r.URL.Query()
	filter, err := parseFilter(query.Get("$filter"))
	if err != nil {
		c.graphError(http.StatusBadRequest, "BadRequest", "Invalid filter clause: %v", err)
		return nil, false
	}
	for _, name := range filter.properties() {
		if p := e.property(name); p == nil || !p.filter {
			c.graphError(http.StatusBadRequest, "Request_UnsupportedQuery",
				"Unsupported or invalid query filter clause specified for property '%s' of resource '%s'.", name, e.kind)
			return nil, false
		}
	}
	if c.needsConsistency(filter) && (!c.eventual() || filter.advanced() && query.Get("$count") != "true") {
		c.graphError(http.StatusBadRequest, "Request_UnsupportedQuery",
			"The query needs the header ConsistencyLevel: eventual and $count=true.")
		return nil, false
	}
	return filter, true
}

// matches says whether an item passes the filter and the search.
func (e *entity[T]) matches(item *T, filter *filterNode, search string) bool {
	value := func(name string) any { return e.property(name).value(item) }
	if search != "" {
		name, text, _ := strings.Cut(strings.Trim(search, `"`), ":")
		p := e.property(name)
		have, _ := "", false
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
func (e *entity[T]) list(c *call, items []T) {
	filter, ok := e.listFilter(c)
	if !ok {
		return
	}
	properties, ok := e.selected(c)
	if !ok {
		return
	}
	query := c.r.URL.Query()
	var found []*T
	for i := range items {
		if e.matches(&items[i], filter, query.Get("$search")) {
			found = append(found, &items[i])
		}
	}
	if !e.order(c, found) {
		return
	}
	rendered := make([]object, len(found))
	for i, item := range found {
		rendered[i] = e.render(item, properties)
	}
	c.page(e.set, rendered)
}

// order sorts by $orderby, or answers that it cannot.
func (e *entity[T]) order(c *call, items []*T) bool {
	by := strings.Fields(c.r.URL.Query().Get("$orderby"))
	if len(by) == 0 {
		return true
	}
	p := e.property(by[0])
	if p == nil {
		c.badRequest("Could not find a property named '%s' on type 'microsoft.graph.%s'.", by[0], e.kind)
		return false
	}
	slices.SortStableFunc(items, func(a, b *T) int {
		x, _ := p.value(a).(string)
		y, _ := p.value(b).(string)
		if len(by) > 1 && strings.EqualFold(by[1], "desc") {
			x, y = y, x
		}
		return strings.Compare(x, y)
	})
	return true
}

// page answers with the part of a list that the query's page asks for.
func (c *call) page(set string, all []object) {
	size, ok := c.pageSize()
	if !ok {
		return
	}
	position, ok := c.skipToken()
	if !ok {
		return
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
	c.ok(append(answer, member{"value", list(all[start:end])}))
}
