// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

const (
	// maxPuts bounds how often a write is repeated because somebody else wrote in between.
	maxPuts = 5
	// maxRewrites bounds how often a write that did not stay is repeated. Once settles a collision; what still does not
	// stay is something that the service does not accept.
	maxRewrites = 1
	// maxLooks bounds how often a lagging replica is asked again after a write.
	maxLooks = 6
	// replicationPatience is how long a job that was created moments ago may be unknown to parts of the service.
	replicationPatience = 15 * time.Second
)

// writer changes one object mapping in the schema of one job. The schema is replaced whole, so each write edits a
// document that was read directly before, and whatever someone else changed meanwhile is read again, never overwritten
// blindly. The caller holds the service principal's lock.
type writer struct {
	run  *run
	ref  graph.JobRef
	name string // object mapping
	// settled reports whether the schema is as wanted already.
	settled func(located) bool
	// check reports what forbids the write; nil if nothing can. It runs once, before anything is written.
	check func(context.Context, located) diag.Diagnostics
	// edit changes a copy of the schema as wanted. missing are entries whose expression has no tree yet.
	edit func(draft located) (missing []string, err error)
	// parse gets the trees of missing entries from the service.
	parse func(ctx context.Context, missing []string) diag.Diagnostics
	// lost describes the difference between the schema and what is wanted.
	lost func(located) []string
	// waitForJob bounds the wait for a connection that was created a moment ago.
	waitForJob bool
}

// newWriter returns the writer of a reviewed mapping. trees are the trees that are at hand; removed are attribute
// definitions to take away.
func newWriter(v *review, trees treeSet, removed []string) writer {
	return writer{
		run: v.run, ref: v.ref, name: v.name,
		settled: func(at located) bool {
			return settingsOf(at.mapping).same(v.want) && v.customSettled(at.target) && !definesAny(at.target, removed)
		},
		check: v.beforeWrite,
		edit: func(draft located) ([]string, error) {
			if len(v.want.custom) > 0 && draft.target == nil {
				return nil, fmt.Errorf("directories: no object %s in %s", draft.mapping.TargetObject, draft.mapping.Rule.TargetDirectory)
			}
			define(draft.target, v.want.custom, removed)
			known := maps.Clone(trees)
			known.learnAll(draft.schema)
			return v.want.assign(draft.mapping, v.spelled(), known), nil
		},
		parse: func(ctx context.Context, missing []string) diag.Diagnostics {
			return v.parse(ctx, missing, trees, nil)
		},
		lost: func(at located) []string { return settingsOf(at.mapping).differences(v.want) },
	}
}

// bring brings the schema to the wanted state. Once it was replaced, what goes wrong afterward is a warning: the effect is
// there, an error in a create would taint the resource, and the next apply would put the connector's default live.
func (w writer) bring(ctx context.Context) diag.Diagnostics {
	wrote, diags := w.attempt(ctx)
	if !wrote {
		return diags
	}
	out := make(diag.Diagnostics, 0, len(diags))
	for _, d := range diags {
		if d.Severity() == diag.SeverityError {
			d = diag.NewWarningDiagnostic("Cannot confirm the mapping", "The mapping was written, but could not be read afterward. The next plan reads it again.\n\n"+d.Detail())
		}
		out.Append(d)
	}
	return out
}

func (w writer) attempt(ctx context.Context) (wrote bool, diags diag.Diagnostics) {
	checked, open := false, false // open: a write with a lost answer may still take effect
	rewrites := 0
	for puts := 0; puts < maxPuts; {
		at, ds := w.read(ctx)
		if ds.HasError() {
			return wrote, append(diags, ds...)
		}
		if w.settled(at) {
			return wrote, diags
		}
		if w.check != nil && !checked {
			checked = true
			ds := w.check(ctx, at)
			diags.Append(ds...)
			if ds.HasError() {
				return false, diags
			}
		}
		draft, ds := locate(at.schema.Clone(), w.name)
		if ds.HasError() {
			return wrote, append(diags, ds...)
		}
		missing, err := w.edit(draft)
		if err != nil {
			return wrote, append(diags, malformed(err)...)
		}
		if len(missing) > 0 {
			// The parser takes its time: read again afterward.
			if ds := w.parse(ctx, missing); ds.HasError() {
				return wrote, append(diags, ds...)
			}
			continue
		}
		puts++
		w.run.note(w.ref, nil)
		err = w.run.graph.PutSchema(ctx, w.ref, draft.schema)
		if graph.IsAmbiguous(err) {
			open = true
			done, lookErr := w.landed(ctx, at)
			switch {
			case done:
				err = nil
			case lookErr != nil, ctx.Err() != nil, puts == maxPuts:
				return wrote, append(diags, graphdiag.Error("Cannot write the mapping", err))
			default:
				continue
			}
		}
		switch {
		case graph.IsConflict(err) && puts < maxPuts:
			continue // somebody else was faster: the next read says what there is now
		case graph.IsBadRequest(err) && puts < maxPuts && w.moved(ctx, at):
			continue // which status a stale version gets is not documented
		case err != nil && !open && !graph.IsConflict(err):
			return wrote, append(diags, graphdiag.Error("Cannot write the mapping", err, "Nothing was changed."))
		case err != nil:
			return wrote, append(diags, graphdiag.Error("Cannot write the mapping", err))
		}
		wrote = true
		if at.schema.Version != "" { // without versions there is nothing to tell states apart by
			w.run.replaced.Add(version{w.ref, at.schema.Version})
		}
		after, ds := w.verify(ctx, at)
		diags.Append(ds...)
		if ds.HasError() || after == nil || w.settled(*after) {
			if after != nil {
				w.run.note(w.ref, after.schema)
				diags.Append(warnCollision(at.schema.Version, after.schema.Version)...)
			}
			return wrote, diags
		}
		if rewrites++; rewrites > maxRewrites {
			diags.AddWarning("The mapping is not as written",
				"The service accepted the mapping, but the stored mapping differs: either somebody changed it at the same time, or the service does not keep all of "+
					"it. The next plan shows the difference. Currently missing:\n\n"+strings.Join(w.lost(*after), "\n"))
			return wrote, diags
		}
	}
	return wrote, diags
}

// read reads the schema. A replica may not know a new job yet, or still show a version that was written over a moment
// ago, by another resource perhaps: building on that would undo its write.
func (w writer) read(ctx context.Context) (located, diag.Diagnostics) {
	var schema *graph.Schema
	looks := 0
	err := w.run.graph.Poll(ctx, "the schema of the connection", func(ctx context.Context) (bool, string, error) {
		var err error
		schema, err = w.run.graph.GetSchema(ctx, w.ref)
		looks++
		switch {
		case graph.IsNotFound(err) && w.waitForJob && looks < maxLooks:
			return false, "not found", nil
		case err == nil && w.run.replaced.Has(version{w.ref, schema.Version}) && looks < maxLooks:
			return false, "version " + schema.Version + ", which was replaced", nil
		}
		return err == nil, "", err
	})
	if err != nil {
		return located{}, schemaUnreadable(ctx, w.run.graph, w.ref, err)
	}
	return locate(schema, w.name)
}

// landed reports whether a write whose answer was lost has taken effect, also when the time is over.
func (w writer) landed(ctx context.Context, before located) (seen bool, err error) {
	_, err = graph.Settle(ctx, w.run.graph, "the mapping to be as written", func(ctx context.Context) (bool, error) {
		schema, err := w.run.graph.GetSchema(ctx, w.ref)
		if err != nil {
			return false, err
		}
		at, ds := locate(schema, w.name)
		seen = !ds.HasError() && w.settled(at)
		return seen || schema.Version != before.schema.Version, nil // what somebody else wrote is read anew
	})
	return seen, err
}

// moved reports whether somebody wrote the schema since it was read.
func (w writer) moved(ctx context.Context, at located) bool {
	schema, err := w.run.graph.GetSchema(ctx, w.ref)
	return err == nil && schema.Version != at.schema.Version
}

// verify reads the schema back. A version that has not moved is a lagging replica, which is asked again.
func (w writer) verify(ctx context.Context, before located) (*located, diag.Diagnostics) {
	ctx, cancel := graph.Outlast(ctx)
	defer cancel()
	var after located
	var ds diag.Diagnostics
	looks := 0
	err := w.run.graph.Poll(ctx, "the new mapping to be readable", func(ctx context.Context) (bool, string, error) {
		schema, err := w.run.graph.GetSchema(ctx, w.ref)
		if err != nil {
			return false, "", err
		}
		looks++
		if after, ds = locate(schema, w.name); ds.HasError() {
			return true, "", nil
		}
		stale := schema.Version == before.schema.Version && !w.settled(after)
		return !stale || looks >= maxLooks, "version " + schema.Version, nil
	})
	if err != nil {
		return nil, schemaUnreadable(ctx, w.run.graph, w.ref, err)
	}
	if ds.HasError() {
		return nil, ds
	}
	return &after, nil
}

// schemaUnreadable is the error for a schema that could not be read; a 404 is looked into.
func schemaUnreadable(ctx context.Context, client *graph.Client, ref graph.JobRef, err error) diag.Diagnostics {
	return diag.Diagnostics{graphdiag.Error(summarySchema, whySchemaless(ctx, client, ref, err))}
}

// whySchemaless turns a 404 for a schema into what is the matter with its job, if anything is.
func whySchemaless(ctx context.Context, client *graph.Client, ref graph.JobRef, err error) error {
	if graph.IsNotFound(err) {
		if _, missing := client.RequireJob(ctx, ref); missing != nil {
			return missing
		}
	}
	return err
}

var counting = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(.*?)([0-9]{1,9})$`) })

// warnCollision reports a foreign write in the last instant: between our read and our write, where a service that does
// not compare versions lets ours win. All that shows is that the version moved further than our writes account for.
func warnCollision(before, after string) diag.Diagnostics {
	b, a := counting().FindStringSubmatch(before), counting().FindStringSubmatch(after)
	if b == nil || a == nil || b[1] != a[1] {
		return nil
	}
	from, errFrom := strconv.Atoi(b[2])
	to, errTo := strconv.Atoi(a[2])
	if errFrom != nil || errTo != nil || to-from <= 1 {
		return nil
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic("Somebody else wrote the schema at the same time",
		fmt.Sprintf("This mapping is now as configured, but the version of the schema changed from %s to %s, which is more than this write explains. "+
			"Another program or a person in the portal also wrote the schema, or an interrupted connection caused this write to happen twice. The service replaces the whole schema, so this write may have overwritten changes "+
			"that another writer made at the same time in any mapping of this connection. Check the connection in the portal, or plan the other configuration again.", before, after))}
}
