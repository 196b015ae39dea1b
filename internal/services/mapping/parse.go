// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"golang.org/x/sync/errgroup"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// parallelParses bounds the concurrent calls of the service's parser, whose throttle limit is not documented.
const parallelParses = 4

// parseResult is the result of the service's parser for an expression.
type parseResult struct {
	tree *graph.MappingSource
	err  error // the call itself failed
	// code and message are the parser's verdict when it refused.
	code, message string
}

// parseEach has the service parse the expressions of the targets, each different one once.
func parseEach(ctx context.Context, client *graph.Client, ref graph.JobRef, entries map[string]entry, targets []string) map[sourceID]parseResult {
	results, queued := map[sourceID]parseResult{}, map[sourceID]bool{}
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(parallelParses)
	for _, target := range targets {
		s := entries[target].source
		if queued[s.sourceID] {
			continue
		}
		queued[s.sourceID] = true
		group.Go(func() error {
			result := parseOne(ctx, client, ref, s)
			mu.Lock()
			defer mu.Unlock()
			results[s.sourceID] = result
			return nil
		})
	}
	_ = group.Wait() // results carry the errors
	return results
}

func parseOne(ctx context.Context, client *graph.Client, ref graph.JobRef, s source) parseResult {
	parsed, err := client.ParseExpression(ctx, ref, s.text)
	if err != nil {
		return parseResult{err: err}
	}
	tree, err := graph.SourceFromTree(parsed.Expression)
	if err != nil || !parsed.ParsingSucceeded || tree == nil {
		return parseResult{code: parsed.ErrorCode, message: parsed.ErrorMessage}
	}
	return parseResult{tree: tree}
}

// diagnostic is the error for an expression that has no tree, nil if it has one.
func (r parseResult) diagnostic(target, text string) diag.Diagnostic {
	at := path.Root("mappings").AtMapKey(target).AtName("expression")
	switch {
	case r.tree != nil:
		return nil
	case graph.IsBadRequest(r.err):
		return graphdiag.AttributeError(at, "The service cannot parse the expression", r.err)
	case r.err != nil:
		return graphdiag.AttributeError(at, "Cannot parse the expression", r.err)
	}
	said := r.message
	if said == "" {
		said = r.code
	}
	if said == "" {
		said = "it gave no reason"
	}
	said = strings.TrimRight(said, ". ")
	detail := fmt.Sprintf("The connection's own parser refuses this expression: %s. Correct it; the functions that a connection offers can differ from the documented ones.", said)
	if why := unreadable(text); strings.HasPrefix(why, said) {
		detail = "The connection's own parser refuses this expression.\n\n" + why
	} else if why != "" {
		detail = fmt.Sprintf("The connection's own parser refuses this expression: %s.\n\n%s", said, why)
	}
	return diag.NewAttributeErrorDiagnostic(at, "The service cannot parse the expression", detail)
}
