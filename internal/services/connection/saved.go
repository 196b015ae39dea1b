// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// private is what Terraform keeps for the provider beside the state.
type private interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// Keys of private.
const (
	keyRefused  = "refused"  // a brokenWrite
	keyScope    = "scope"    // what was applied of who is provisioned, and of what holds back deletions: the state shows what others made of it since
	keyReplaced = "replaced" // tells the second plan of a replacement, which is planned like a new object, that it is one
	keyStarted  = "started"  // when a change of the connection started or restarted its job
)

// brokenWrite is the record of a write that lost stored credentials, until there is a sign that this is over: the
// target refused them since, having accepted them before, or the service does not list them anymore.
type brokenWrite struct {
	At   time.Time `json:"at"`
	Said string    `json:"said"`           // how the target refused them
	Lost []string  `json:"lost,omitempty"` // which of them the service dropped, as far as it shows
	// Stored are the secrets as they were read then; masked ones are masked.
	Stored stored `json:"stored"`
}

// writeAround is write for a change that may not repeat what is stored: one that carries no managed secret is put between
// two tests of the stored credentials. There are no more than these two, and the second only if the first succeeded, since
// failed sign-ins lock the administrator out.
func writeAround(ctx context.Context, client *graph.Client, m model, want desired, before stored, put []graph.KeyValue, atRisk []string) (written, error) {
	test := func() error { return client.ValidateJobCredentials(ctx, m.ref(), nil) }
	watched := put != nil && len(want.secret) == 0 && m.TestConnection.ValueBool() && graph.HoldCredential(before) && test() == nil
	result, err := write(ctx, client, m.ServicePrincipalID.ValueString(), before, put, atRisk)
	if err != nil || !watched {
		return result, err
	}
	result.broken = test()
	if _, refused := refusal(result.broken); refused {
		return result, nil
	}
	result.accepted, result.broken = result.broken == nil, nil
	return result, nil
}

// remember keeps a mark of a write that broke the stored credentials. It removes the mark if the stored credentials
// work, or, with forget, if they are different or the test is switched off.
func (w written) remember(ctx context.Context, forget bool, kept private) diag.Diagnostics {
	switch {
	case w.broken != nil:
		said, _ := refusal(w.broken)
		return brokenWrite{At: w.at, Said: said, Lost: w.lost}.keep(ctx, w.after, kept)
	case w.accepted, forget:
		return kept.SetKey(ctx, keyRefused, nil)
	case len(w.lost) > 0:
		return brokenWrite{At: w.at, Lost: w.lost}.keep(ctx, w.after, kept)
	}
	if mark := recall(ctx, kept); mark != nil && w.after != nil { // this write is no sign that it is over
		return mark.keep(ctx, w.after, kept)
	}
	return nil
}

func (b brokenWrite) keep(ctx context.Context, now stored, kept private) diag.Diagnostics {
	b.Stored = now
	mark, err := json.Marshal(b)
	if err != nil {
		return nil // texts and a time always encode
	}
	return kept.SetKey(ctx, keyRefused, mark)
}

// recall returns the mark of a write that broke the stored credentials, nil for none.
func recall(ctx context.Context, kept private) *brokenWrite {
	raw, _ := kept.GetKey(ctx, keyRefused)
	var mark brokenWrite
	if raw == nil || json.Unmarshal(raw, &mark) != nil {
		return nil
	}
	return &mark
}

// over reports whether the stored credentials are no longer those that were refused, as far as can be seen without trying
// them: what can be read of them differs, or a cycle has succeeded since.
func (b brokenWrite) over(now stored, job graph.Job) bool {
	if job.Status != nil && job.Status.LastSuccessfulExecution != nil {
		if ended := job.Status.LastSuccessfulExecution.TimeEnded; ended != nil && ended.After(b.At) {
			return true
		}
	}
	return !slices.Equal(b.Stored.signIn(), now.signIn())
}

// signIn are the entries that have to do with signing in, in an order of their own.
func (s stored) signIn() stored {
	mine := slices.DeleteFunc(slices.Clone(s), func(pair graph.KeyValue) bool {
		a, owned := owner(pair.Key)
		return owned && a.always() || pair.Value == ""
	})
	sort.Slice(mine, func(i, j int) bool { return mine[i].Key < mine[j].Key })
	return mine
}

// brokenDetail says what happened to credentials that a write broke and what to do next.
func brokenDetail(portal, said string) string {
	return fmt.Sprintf("The target accepted the stored credentials immediately before this write and has refused them since. The service said: "+
		"%s The write could not repeat values that it cannot read, and the service apparently did not keep them. Set the credentials with a new version (`admin_password_wo_version`, `credentials_wo_version`), "+
		"or authorize again: open %s and choose Provisioning. If the test is wrong, `test_connection = false` skips it.", said, portal)
}

// brokenNow is the message of the apply that broke the credentials. If secrets are missing, the message about them is sufficient.
func (w written) brokenNow(portal string) diag.Diagnostics {
	said, refused := refusal(w.broken)
	if !refused || len(w.lost) > 0 {
		return nil
	}
	detail := brokenDetail(portal, said) + "\n\n" + graphdiag.Facts(w.broken)
	return diag.Diagnostics{diag.NewErrorDiagnostic("The stored credentials have been refused since this write", detail)}
}

// told is the message of every plan until it is fixed.
func (b brokenWrite) told(portal string) diag.Diagnostic {
	since := fmt.Sprintf("This has been the case since the apply at %s. ", b.At.UTC().Format(time.RFC3339))
	if len(b.Lost) > 0 {
		return diag.NewAttributeWarningDiagnostic(path.Root("authorized"), "The service dropped secrets", since+lostDetail(b.Lost))
	}
	return diag.NewAttributeWarningDiagnostic(path.Root("authorized"), "The stored credentials are refused", since+brokenDetail(portal, b.Said))
}
