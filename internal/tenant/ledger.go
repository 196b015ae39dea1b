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
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Ledger notes what a run has made in the tenant, before it is made, so it can be removed even after a crash. What
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
	// Ids, once they are known.
	Application      string `json:"applicationId,omitempty"`
	ServicePrincipal string `json:"servicePrincipalId,omitempty"`
	// Missed says that a clean-up did not find it.
	Missed bool `json:"missed,omitempty"`
}

// How many objects are looked at: of one name, and where a service has no filters.
const (
	most           = 100
	mostUnfiltered = 100_000
)

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

// Note notes the ids of an application that this run has made, by which it is found at once and for certain.
func (t *Tenant) Note(name, application, principal string) error {
	l := t.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.entries {
		if l.entries[i].TenantID == l.tenant && l.entries[i].DisplayName == name {
			l.entries[i].Application, l.entries[i].ServicePrincipal = application, principal
		}
	}
	return l.write()
}

// CleanUp deletes the applications that the ledger holds, those of earlier runs included, and returns how many there were.
// Their jobs are stopped first. What the tenant refuses to delete stays in the ledger, and so does, until the next time, what a
// run may have made right before it was killed and the directory does not show yet.
func (t *Tenant) CleanUp(ctx context.Context) (deleted int, err error) {
	l := t.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	var kept []entry
	var problems []error
	for _, e := range l.entries {
		if e.TenantID != l.tenant || !strings.HasPrefix(e.DisplayName, namePrefix) {
			kept = append(kept, e)
			continue
		}
		n, err := t.remove(ctx, e)
		deleted += n
		switch {
		case err != nil:
			kept = append(kept, e)
			problems = append(problems, fmt.Errorf("%s: %w", e.DisplayName, err))
		case n == 0 && e.Application == "" && !e.Missed:
			e.Missed = true
			kept = append(kept, e)
		}
	}
	l.entries = kept
	return deleted, errors.Join(append(problems, l.write())...)
}

// remove deletes an application and its service principal: those with its ids, and whatever else has exactly its name.
func (t *Tenant) remove(ctx context.Context, e entry) (deleted int, err error) {
	principals, err := t.entries(ctx, "/servicePrincipals", e.DisplayName, e.ServicePrincipal)
	if err != nil {
		return 0, err
	}
	applications, err := t.entries(ctx, "/applications", e.DisplayName, e.Application)
	if err != nil {
		return 0, err
	}
	for _, id := range principals {
		if err := t.stopJobs(ctx, id); err != nil {
			return 0, err
		}
		if _, err := t.delete(ctx, "/servicePrincipals/"+id); err != nil {
			return 0, err
		}
	}
	for _, id := range applications {
		gone, err := t.delete(ctx, "/applications/"+id)
		if err != nil {
			return deleted, err
		}
		if gone {
			deleted++
		}
	}
	return deleted, nil
}

// entries are the ids of what has exactly this name, and the id that is known already.
func (t *Tenant) entries(ctx context.Context, collection, name, known string) (ids []string, err error) {
	if known != "" {
		ids = append(ids, known)
	}
	found, answer, err := t.All(ctx, collection+named(name), most)
	if err == nil && answer.Status == http.StatusBadRequest { // no filters here
		found, answer, err = t.All(ctx, collection, mostUnfiltered)
	}
	if err == nil && !answer.OK() && known == "" {
		err = fmt.Errorf("looking for it: %s", answer.Said())
	}
	for _, o := range found {
		if id := text(o, "id"); text(o, "displayName") == name && !strings.EqualFold(id, known) {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// delete deletes an object and says whether it was there.
func (t *Tenant) delete(ctx context.Context, path string) (gone bool, err error) {
	answer, err := t.Do(ctx, http.MethodDelete, path, nil)
	switch {
	case err != nil:
		return false, err
	case !answer.OK() && answer.Status != http.StatusNotFound && answer.Status != http.StatusGone:
		return false, fmt.Errorf("deleting: %s", answer.Said())
	}
	return answer.OK(), nil
}

// stopJobs pauses and deletes the jobs of an own service principal. That there are none has more than one answer, and what
// cannot be stopped goes with the service principal.
func (t *Tenant) stopJobs(ctx context.Context, principal string) error {
	jobs := "/servicePrincipals/" + principal + "/synchronization/jobs"
	found, _, err := t.All(ctx, jobs, most)
	if err != nil {
		return err
	}
	for _, j := range found {
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
