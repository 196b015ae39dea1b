// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// settleTime is how long to wait for what a write should have made visible. Replication takes seconds, rarely more.
const settleTime = 2 * time.Minute

// written is the outcome of a write that the service accepted.
type written struct {
	// after are the secrets as read afterward, nil if nothing was written or read.
	after stored
	// lost are masked keys of others that the service dropped.
	lost []string
	// unseen describes what was not visible yet when the wait ended.
	unseen error
	// accepted says that the target accepted the credentials that are stored now.
	accepted bool
	// broken is the refusal of credentials that were accepted before the write, with the time of the write.
	broken error
	at     time.Time
}

// warning reports what is not visible yet. The service accepted it, so an error would be wrong and would taint a new connection.
func (w written) warning() diag.Diagnostics {
	if w.unseen == nil {
		return nil
	}
	return diag.Diagnostics{diag.NewWarningDiagnostic("The stored settings are not visible yet",
		"The service accepted the credentials and settings but does not show them yet. The next plan reads them again and shows any differences.\n\n"+
			graphdiag.Detail(w.unseen))}
}

// confirmations is how many responses have to agree whether keys of others were dropped: replicas differ for
// a while, and a rotated password changes nothing visible.
const confirmations = 3

// write sends a PUT that plan determined, and waits until it is visible.
func write(ctx context.Context, client *graph.Client, servicePrincipalID string, before stored, put []graph.KeyValue, atRisk []string) (written, error) {
	if put == nil {
		return written{after: before}, nil
	}
	if err := client.PutSecrets(ctx, servicePrincipalID, put); err != nil && !landed(ctx, client, servicePrincipalID, before, put, err) {
		return written{}, err
	}
	ctx, outlast := graph.Outlast(ctx)
	defer outlast()
	settle, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	result := written{at: client.Clock().Now()}
	agreed := 0
	result.unseen = client.Poll(settle, "the stored settings to be visible", func(ctx context.Context) (bool, string, error) {
		now, err := client.GetSecrets(ctx, servicePrincipalID)
		if err != nil {
			return false, "", err
		}
		if missing := stored(now).missing(put); missing != "" {
			agreed = 0
			return false, strings.TrimSuffix(missing, "."), nil
		}
		lost := stored(now).vanished(atRisk)
		if agreed++; !slices.Equal(lost, result.lost) {
			agreed = 1
		}
		result.after, result.lost = now, lost
		return len(atRisk) == 0 || agreed >= confirmations, "replicas that disagree", nil
	})
	return result, nil
}

// landed reports whether a write whose response was lost has taken effect. This is visible only if it changes something that
// can be read.
func landed(ctx context.Context, client *graph.Client, servicePrincipalID string, before stored, put []graph.KeyValue, err error) bool {
	if !graph.IsAmbiguous(err) || before.missing(put) == "" {
		return false
	}
	seen, _ := graph.Settle(ctx, client, "the stored settings to be visible", func(ctx context.Context) (bool, error) {
		now, err := client.GetSecrets(ctx, servicePrincipalID)
		return err == nil && stored(now).missing(put) == "", err
	})
	return seen
}
