// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"context"
	"errors"
	"net/http"

	"golang.org/x/sync/errgroup"
)

// Link is what the service keeps of an object in the directory and its account at the target.
type Link struct {
	SourceAnchor string `json:"sourceAnchor"`
	TargetAnchor string `json:"targetAnchor"`
	Err          error  `json:"-"` // IsNotFound where there is no link
}

// GetLinks returns the links of a job of objects or accounts, in the order of their ids. Only the beta version of the global service
// knows them, one by one.
// https://learn.microsoft.com/graph/api/synchronization-objectconnection-get?view=graph-rest-beta
func (c *Client) GetLinks(ctx context.Context, ref JobRef, ids []string) []Link {
	found := make([]Link, len(ids))
	var group errgroup.Group
	group.SetLimit(parallelByIDs)
	for i, id := range ids {
		group.Go(func() error {
			found[i].Err = c.do(ctx, call{method: http.MethodGet, path: ref.path("objectConnections", id), needs: readsLinks, beta: true, mayBeNone: true}, &found[i])
			if link := &found[i]; link.Err == nil && (link.SourceAnchor == "" || link.TargetAnchor == "") {
				link.Err = errors.New("the service sent a link without a user or an account")
			}
			return nil // each link's error is its own
		})
	}
	_ = group.Wait() // no call returns an error
	return found
}
