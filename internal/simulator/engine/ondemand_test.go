// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// provision provisions one person on demand and returns "outcome action code".
func (w *world) provision(id string) string {
	w.t.Helper()
	results, err := w.OnDemand(w.app, w.id, store.RuleGoToMeetingUsers, []string{id}, "client")
	w.ok(err)
	text := results[0].Outcome + " " + results[0].Entry.Action
	if results[0].Code != "" {
		text += " " + results[0].Code
	}
	return text
}

func TestOnDemand_provisionsOnePersonAtOnce(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna, store.UserBen)
	var got []string
	got = append(got, w.provision(store.UserAna), w.provision(store.UserAna))
	w.user(store.UserAna, func(u *store.User) { u.GivenName = "Anna" })
	got = append(got, w.provision(store.UserAna), w.provision(store.UserSam), w.provision(store.UserDavid))
	want := []string{
		"Success create", "Skipped other RedundantExport", "Success update", "Skipped other NotEffectivelyEntitled", "Skipped other NotEffectivelyEntitled",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if w.account(ana)["firstName"] != "Anna" || w.account(ben) != nil {
		t.Errorf("got %v and %v", w.account(ana), w.account(ben))
	}
	if log := w.store.Log(); len(log) == 0 || log[0].By != "client" {
		t.Error("the log does not say who asked for it")
	}
}

func TestOnDemand_reportsFailures(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserGuest)
	if got := w.provision(store.UserGuest); got != "Failure create InvalidDomain" {
		t.Errorf("got %s", got)
	}
}

func TestOnDemand_disablesTheUnassignedButNotTheBlocked(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna, store.UserBen)
	w.start()
	w.unassign(store.UserAna)
	w.user(store.UserBen, func(u *store.User) { u.AccountEnabled = false })
	if diff := cmp.Diff([]string{"Success disable", "Skipped other EntrySynchronizationSkipped"}, []string{w.provision(store.UserAna), w.provision(store.UserBen)}); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"ben"}, w.active(ana, ben)); diff != "" {
		t.Error(diff)
	}
}

func TestOnDemand_linksForTheCyclesThatFollow(t *testing.T) {
	w := newWorld(t)
	w.assign(store.UserAna)
	w.provision(store.UserAna)
	w.unassign(store.UserAna)
	w.start()
	if diff := cmp.Diff([]string(nil), w.active(ana)); diff != "" {
		t.Error(diff)
	}
}

func TestOnDemand_refusesWhatTheServiceRefuses(t *testing.T) {
	w := newWorld(t)
	refusal := func(rule, id string) string {
		t.Helper()
		_, err := w.OnDemand(w.app, w.id, rule, []string{id}, "client")
		var refused *store.RequestError
		if !errors.As(err, &refused) {
			t.Fatalf("got %v", err)
		}
		return refused.Code
	}
	got := []string{refusal("other", store.UserAna), refusal(store.RuleGoToMeetingUsers, store.UserDeleted)}
	w.secret("Password", "wrong")
	got = append(got, refusal(store.RuleGoToMeetingUsers, store.UserAna))
	if diff := cmp.Diff([]string{"InvalidParameters", "InvalidParameters", "GoToMeetingInvalidCredentials"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestOnDemand_needsOAuthJobsToBeStopped(t *testing.T) {
	w := newWorld(t)
	w.ok(w.store.UpdateConnector(store.ConnectorGoToMeeting, func(c *store.Connector) {
		c.Generate(store.ByAuthorization)
	}))
	w.secret("Oauth2AccessToken", "access-for-x")
	w.assign(store.UserAna)
	w.start()
	_, err := w.OnDemand(w.app, w.id, store.RuleGoToMeetingUsers, []string{store.UserAna}, "client")
	var refused *store.RequestError
	if !errors.As(err, &refused) || refused.Code != "JobMustBeStopped" {
		t.Errorf("got %v", err)
	}
	w.ok(w.Pause(w.app, w.id))
	if got := w.provision(store.UserAna); got != "Skipped other RedundantExport" {
		t.Errorf("got %s", got)
	}
}
