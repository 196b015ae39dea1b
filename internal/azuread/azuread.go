// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package azuread reads the state of the azuread provider, so `moved` blocks can convert its resources to resources
// of this provider. It sends no requests: a mover has no client, and the refresh that follows fills in the rest.
package azuread

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/importblock"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// Source is a resource type of azuread whose state can be taken over.
type Source struct {
	Type string
	// Version is the schema version that azuread 3.9 and 3.10 write.
	Version int64
	// ImportID is the id to import the same object by, "" if the state does not tell.
	ImportID func(State) string
	// Take fills in the target with what follows from the state, given that id. What it leaves null is read by the refresh.
	Take func(ctx context.Context, id string, old State, resp *resource.MoveStateResponse)
}

// State is a state that azuread wrote, by attribute.
type State map[string]any

// Text is an attribute that is a text, "" for any other.
func (s State) Text(name string) string {
	text, _ := s[name].(string)
	return text
}

// Below is the id of an object that Graph addresses below a service principal: `{service principal id}/{id}`. It reads the
// paths that azuread writes as ids, those of version 2 as well.
func (s State) Below() string {
	segments := strings.Split(strings.TrimPrefix(strings.TrimPrefix(s.Text("id"), "/"), "servicePrincipals/"), "/")
	servicePrincipalID := strings.ToLower(segments[0])
	if validate.ObjectIDProblem(servicePrincipalID) != "" || len(segments) < 3 || segments[len(segments)-1] == "" {
		return ""
	}
	return servicePrincipalID + "/" + segments[len(segments)-1]
}

// ObjectID is an attribute that holds the id of a directory object, "" if it does not.
func (s State) ObjectID(name string) string {
	id := strings.ToLower(s.Text(name))
	if validate.ObjectIDProblem(id) != "" {
		return ""
	}
	return id
}

// Movers are those of a resource type that can take over from the sources, and from nothing else.
func Movers(target string, sources ...Source) []resource.StateMover {
	return []resource.StateMover{{StateMover: func(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
		summary := fmt.Sprintf("Cannot move %s to %s", req.SourceTypeName, target)
		source, known := find(sources, req)
		if !known {
			types := make([]string, len(sources))
			for i, s := range sources {
				types[i] = "`" + s.Type + "`"
			}
			resp.Diagnostics.AddError(summary, fmt.Sprintf("A `moved` block can create a `%s` from %s of the provider hashicorp/azuread. This one is from the provider %s. %s",
				target, strings.Join(types, " or "), req.SourceProviderAddress, instead(req.SourceTypeName, target, "")))
			return
		}
		var old State
		if req.SourceRawState.JSON == nil || json.Unmarshal(req.SourceRawState.JSON, &old) != nil {
			resp.Diagnostics.AddError(summary, "This provider cannot read the state of the resource. "+instead(source.Type, target, ""))
			return
		}
		id := source.ImportID(old)
		switch {
		case req.SourceSchemaVersion != source.Version:
			resp.Diagnostics.AddError(summary, fmt.Sprintf("Its state has the schema version %d. Only version %d, which azuread 3.9 and 3.10 write, can be moved. %s",
				req.SourceSchemaVersion, source.Version, instead(source.Type, target, id)))
		case id == "":
			resp.Diagnostics.AddError(summary, fmt.Sprintf("Its id in the state, %q, is not in the form that azuread 3.9 and 3.10 write. %s", old.Text("id"), instead(source.Type, target, "")))
		default:
			source.Take(ctx, id, old, resp)
		}
	}}}
}

// find matches the provider by namespace and type: Terraform and OpenTofu have it at different hosts. This provider, which has
// no type of these names, passes too: once OpenTofu has moved some instances of a resource with `count` or `for_each`, it names
// the new provider as that of the others.
func find(sources []Source, req resource.MoveStateRequest) (Source, bool) {
	address := "/" + strings.ToLower(req.SourceProviderAddress)
	for _, s := range sources {
		if s.Type == req.SourceTypeName && (strings.HasSuffix(address, "/hashicorp/azuread") || strings.HasSuffix(address, "/gotomeeting")) {
			return s, true
		}
	}
	return Source{}, false
}

// instead is the way that is left: to forget the old resource and to import the object.
func instead(source, target, id string) string {
	if id == "" {
		id = "ID"
	}
	return fmt.Sprintf("Use these blocks instead of the `moved` block; the page of `%s` describes the id:\n\n"+
		"removed {\n  from = %s.NAME\n  lifecycle {\n    destroy = false\n  }\n}\n\n%s", target, source, importblock.One(target, id))
}
