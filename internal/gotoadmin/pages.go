// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

const (
	// pageSize is the most that a page is said to hold. The service may send less.
	pageSize = 1000
	// maxReadings is how often a listing is begun when people leave the account while it is read.
	maxReadings = 3
)

var (
	errRepeats  = errors.New("the service sends the same records again in place of the next ones")
	errUnsteady = errors.New("people kept leaving the account while the listing was read; try again later")
)

// page is one answer of a listing.
type page[W any] struct {
	Results []*W   `json:"results"`
	ToIndex *count `json:"toIndex"` // of the last record returned, from 0
	Total   *count `json:"total"`
}

// listing says what is listed, how a record becomes an entry, and how to tell entries apart.
type listing[T, W any] struct {
	path    string
	convert func(W) T
	id      func(T) string
}

// all returns every entry of a listing, in the service's order.
//
// An empty listing is a total of zero, an answer without results, or a 404.
//
// The end is where total says. Without a total it is a page that is not full; because the service might also fill pages
// less than it is asked to, the next page is looked at, and then decides unless it repeats what is known.
//
// A record that comes again is dropped: the pages are cut anew for each request, so that somebody who joins the account
// meanwhile shifts the rest. Somebody who leaves shifts it the other way, and the record at the cut is missed; as a total
// that shrinks shows it, the listing is then read again.
func all[T, W any](ctx context.Context, c *Client, l listing[T, W]) ([]T, error) {
	for range maxReadings {
		entries, shrunk, err := read(ctx, c, l)
		if err != nil || !shrunk {
			return entries, err
		}
	}
	return nil, l.broken(c, errUnsteady)
}

func read[T, W any](ctx context.Context, c *Client, l listing[T, W]) (entries []T, shrunk bool, err error) {
	seen := map[string]bool{}
	offset, total := 0, -1 // not told
	short := false         // the page before was
	for {
		var p page[W]
		if err := c.get(ctx, l.path, fmt.Sprintf("pageSize=%d&offset=%d", pageSize, offset), &p); err != nil && !IsNotFound(err) {
			return nil, false, err
		}
		if p.Total != nil && *p.Total >= 0 {
			shrunk = shrunk || int(*p.Total) < total
			total = int(*p.Total)
		}
		added := 0
		for _, record := range p.Results {
			if record == nil {
				continue
			}
			entry := l.convert(*record)
			if id := l.id(entry); !seen[id] {
				seen[id] = true
				entries = append(entries, entry)
				added++
			}
		}
		next := offset + len(p.Results)
		if len(p.Results) == 0 && p.ToIndex != nil {
			next = max(next, int(*p.ToIndex)+1)
		}
		switch {
		case total >= 0 && next >= total, total < 0 && (len(p.Results) == 0 || added == 0 && short):
			return entries, shrunk, nil
		case next == offset:
			return nil, false, l.broken(c, fmt.Errorf("the listing ends after %d of %d records", offset, total))
		case added == 0 && len(p.Results) > 0:
			return nil, false, l.broken(c, errRepeats)
		}
		offset, short = next, len(p.Results) < pageSize
	}
}

func (l listing[T, W]) broken(c *Client, why error) error {
	return &Error{Method: http.MethodGet, Path: c.basePath + l.path, StatusCode: http.StatusOK, Err: why}
}
