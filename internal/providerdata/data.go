// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package providerdata holds the one value that the provider passes to its resources, data sources, and actions.
package providerdata

import (
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
)

// Data is what a configured provider shares among its objects. One exists for each Configure call.
type Data struct {
	// Graph is the Microsoft Graph client. It signs in on its first call.
	Graph *graph.Client
	// PortalURL is the Entra admin center of the configured cloud, without a trailing slash.
	PortalURL string
	// USGovernment reports one of the clouds in which stored credentials and addresses share 1,024 bytes.
	USGovernment bool
	// GoTo makes the client of GoTo's Admin API; nil when no credentials for it are given. Objects call GoToClient.
	GoTo func() (*gotoadmin.Client, error)
	// Impact is how changes of accounts are told and limited. The zero value tells and limits nothing.
	Impact Impact
	// Applying reports whether this process has served an apply call; nil for never.
	Applying func() bool
	// Writer is the run of the CLI, "/", and what this provider configuration differs in from others of the run; "" if unknown.
	Writer string

	told memo.Set[string]

	mu    sync.Mutex
	locks map[string]*sync.Mutex
	once  map[any]any
}

// From reads the value that Configure of a resource, data source or action receives. Nil data means that the provider
// is not configured yet, and yields nil without a diagnostic.
func From(providerData any) (*Data, diag.Diagnostics) {
	if providerData == nil {
		return nil, nil
	}
	data, ok := providerData.(*Data)
	if !ok {
		return nil, diag.Diagnostics{diag.NewErrorDiagnostic(
			"Unexpected provider data",
			fmt.Sprintf("Got %T instead of *providerdata.Data. This is a bug in the provider; please report it.", providerData),
		)}
	}
	return data, nil
}

// TellsFirst reports whether nothing has told this yet in this run, for what concerns several objects and is told once.
func (d *Data) TellsFirst(what string) bool { return d.told.Add(what) }

// TellsEndFirst is TellsFirst for what the end of a connection leaves at GoTo, which the connection tells, or else whatever depends on it.
func (d *Data) TellsEndFirst(ref graph.JobRef) bool { return d.TellsFirst("end of " + ref.String()) }

// Lock serializes writers of one service principal's provisioning: the service keeps its secrets, jobs and schema in
// documents that are replaced whole, so parallel resources would lose each other's updates. Call the result to unlock.
func (d *Data) Lock(servicePrincipalID string) (unlock func()) {
	d.mu.Lock()
	if d.locks == nil {
		d.locks = map[string]*sync.Mutex{}
	}
	lock := d.locks[servicePrincipalID]
	if lock == nil {
		lock = &sync.Mutex{}
		d.locks[servicePrincipalID] = lock
	}
	d.mu.Unlock()
	lock.Lock()
	return lock.Unlock
}

// Shared returns the value that build made for key, building it on the first call of this Configure. Packages use a key
// of their own unexported type, so each keeps its shared state (such as a listing cache) to itself.
func Shared[T any](d *Data, key any, build func() T) T {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.once == nil {
		d.once = map[any]any{}
	}
	if value, ok := d.once[key].(T); ok {
		return value
	}
	value := build()
	d.once[key] = value
	return value
}
