// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Ledger notes what a run has made in the tenant, before it is made, so that it can be taken away even after a crash. What
// it does not hold is never deleted.
type Ledger struct {
	file, tenant string

	mu      sync.Mutex
	entries []entry
}

// entry is an application by its name, which nobody else can have, and by its ids as soon as they are known.
type entry struct {
	TenantID    string `json:"tenantId"`
	DisplayName string `json:"displayName"`
}

// namePrefix tells people in the portal what an application is that a run has left.
const namePrefix = "gotomeeting-provider-test-"

func openLedger(file, tenant string) (*Ledger, error) {
	if file == "" {
		file = filepath.Join(os.TempDir(), "gotomeeting-test-ledger-"+tenant+".json")
	}
	l := &Ledger{file: file, tenant: tenant}
	raw, err := os.ReadFile(file)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return l, nil
	case err != nil:
		return nil, err
	}
	if err := json.Unmarshal(raw, &l.entries); err != nil {
		return nil, fmt.Errorf("the ledger %s: %w", file, err)
	}
	return l, nil
}

// NewName returns a name for an application that this run may make, and notes it.
func (t *Tenant) NewName() (string, error) {
	random := make([]byte, 12)
	_, _ = rand.Read(random) // documented never to fail
	name := namePrefix + hex.EncodeToString(random)
	l := t.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, entry{TenantID: l.tenant, DisplayName: name})
	return name, l.write()
}

// write needs the lock. The file goes with its last entry.
func (l *Ledger) write() error {
	if len(l.entries) == 0 {
		if err := os.Remove(l.file); !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	}
	raw, err := json.MarshalIndent(l.entries, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(l.file, raw, 0o600)
}

// CleanUp deletes the applications that the ledger holds, those of earlier runs included, and returns how many there were.
// Their jobs are stopped first. What the tenant refuses to delete stays in the ledger.
func (t *Tenant) CleanUp(ctx context.Context) (deleted int, err error) {
	l := t.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	var kept []entry
	var problems []error
	for _, e := range l.entries {
		n := 0
		if e.TenantID != l.tenant || !strings.HasPrefix(e.DisplayName, namePrefix) {
			kept = append(kept, e)
			continue
		}
		n, err := t.remove(ctx, e.DisplayName)
		if deleted += n; err != nil {
			kept = append(kept, e)
			problems = append(problems, fmt.Errorf("%s: %w", e.DisplayName, err))
		}
	}
	l.entries = kept
	return deleted, errors.Join(append(problems, l.write())...)
}

// remove deletes what has exactly this name.
func (t *Tenant) remove(ctx context.Context, name string) (deleted int, err error) {
	named := "?$filter=" + url.QueryEscape("displayName eq '"+name+"'")
	principals, err := t.Do(ctx, http.MethodGet, "/servicePrincipals"+named, nil)
	if err != nil {
		return 0, err
	}
	for _, p := range principals.List() {
		if text(p, "displayName") == name {
			if err := t.stopJobs(ctx, text(p, "id")); err != nil {
				return 0, err
			}
		}
	}
	applications, err := t.Do(ctx, http.MethodGet, "/applications"+named, nil)
	if err != nil {
		return 0, err
	}
	for _, list := range []struct {
		path    string
		objects []map[string]any
	}{{"/servicePrincipals/", principals.List()}, {"/applications/", applications.List()}} {
		for _, o := range list.objects {
			if text(o, "displayName") != name {
				continue
			}
			answer, err := t.Do(ctx, http.MethodDelete, list.path+text(o, "id"), nil)
			switch {
			case err != nil:
				return deleted, err
			case !answer.OK() && answer.Status != http.StatusNotFound:
				return deleted, fmt.Errorf("deleting: %s", answer.Said())
			case list.path == "/applications/":
				deleted++
			}
		}
	}
	return deleted, nil
}

// stopJobs pauses and deletes the jobs of an own service principal.
func (t *Tenant) stopJobs(ctx context.Context, principal string) error {
	jobs := "/servicePrincipals/" + principal + "/synchronization/jobs"
	answer, err := t.Do(ctx, http.MethodGet, jobs, nil)
	if err != nil {
		return err
	}
	for _, j := range answer.List() {
		job := jobs + "/" + text(j, "id")
		if _, err := t.Do(ctx, http.MethodPost, job+"/pause", nil); err != nil {
			return err
		}
		if _, err := t.Do(ctx, http.MethodDelete, job, nil); err != nil {
			return err
		}
	}
	return nil
}
