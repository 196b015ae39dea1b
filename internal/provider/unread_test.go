// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"maps"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Terraform 1.17 plans with -minimal-refresh what it has not read before, and a killed apply leaves neither private data nor
// an identity: every resource plans, changes and goes away from there all the same.
func TestPlan_needsNoReadNoPrivateDataAndNoIdentity(t *testing.T) {
	t.Parallel()
	kinds := map[string]func(s *stack) (config, change map[string]any){
		"gotomeeting_application": func(*stack) (map[string]any, map[string]any) {
			return map[string]any{"display_name": "Meetings"}, map[string]any{"display_name": "Other meetings"}
		},
		"gotomeeting_provisioning_connection": func(s *stack) (map[string]any, map[string]any) {
			return map[string]any{"service_principal_id": s.sp.ID}, map[string]any{"accidental_deletion_threshold": 7}
		},
		"gotomeeting_attribute_mappings": func(s *stack) (map[string]any, map[string]any) {
			mappings := func(source string) map[string]any {
				return map[string]any{
					"email":     map[string]any{"source_attribute": "userPrincipalName", "matching_priority": 1},
					"active":    map[string]any{"expression": "Not([IsSoftDeleted])"},
					"firstName": map[string]any{"source_attribute": source},
				}
			}
			return map[string]any{"connection_id": s.sp.ID + "/" + s.job.ID, "mappings": mappings("givenName")}, map[string]any{"mappings": mappings("displayName")}
		},
		"gotomeeting_user_role_assignment": func(s *stack) (map[string]any, map[string]any) {
			return map[string]any{"service_principal_id": s.sp.ID, "principal_id": store.UserBen, "role": "User"}, nil // a change replaces it
		},
		"gotomeeting_user_role_assignments_exclusive": func(s *stack) (map[string]any, map[string]any) {
			return map[string]any{"service_principal_id": s.sp.ID, "assignments": map[string]any{store.UserAna: "User"}},
				map[string]any{"assignments": map[string]any{store.UserAna: "User", store.UserBen: "User"}}
		},
		"gotomeeting_provisioning_state": func(s *stack) (map[string]any, map[string]any) {
			return map[string]any{"connection_id": s.sp.ID + "/" + s.job.ID, "enabled": false, "allow_default_mappings": true}, map[string]any{"on_outside_pause": "resume"}
		},
	}
	for typeName, describe := range kinds {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			s := newStack(t)
			config, change := describe(s)
			p := s.Protocol()
			var made *acctest.Instance
			if typeName == "gotomeeting_provisioning_connection" {
				imported, found := p.Import(typeName, s.sp.ID+"/"+s.job.ID)
				if len(found) > 0 {
					t.Fatal(found)
				}
				if made, found = p.Change(typeName, imported, config); found.HasError() {
					t.Fatal(found)
				}
			} else {
				created, found := p.Change(typeName, nil, config)
				if found.HasError() {
					t.Fatal(found)
				}
				made = created
			}
			killed := made.AfterKill()

			fresh := s.Protocol() // a process of its own, which has read nothing
			planned, found := fresh.Plan(typeName, killed, config)
			if found.HasError() {
				t.Fatal(found)
			}
			if planned.Changes() {
				t.Errorf("the plan of what is there changes it:\n%v\n%v", killed.State, planned.State)
			}
			if change != nil {
				wanted := maps.Clone(config)
				maps.Copy(wanted, change)
				changed, found := s.Protocol().Change(typeName, killed, wanted)
				if found.HasError() {
					t.Fatalf("changing it: %v", found)
				}
				if changed.Identity == nil {
					t.Error("there is no identity after the change")
				}
				killed = changed.AfterKill()
			}
			if left, found := s.Protocol().Change(typeName, killed, nil); found.HasError() || left != nil {
				t.Errorf("destroying it leaves %v: %v", left, found)
			}
		})
	}
}

// A stack of which one part makes what another signs in with can be planned as a whole where Terraform defers; elsewhere the
// error says what to do.
func TestConfigure_defersWhatSigningInHasToWaitFor(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(block map[string]any){
		"client secret": func(block map[string]any) { block["client_secret"] = acctest.Unknown },
		"tenant":        func(block map[string]any) { block["tenant_id"] = acctest.Unknown },
		"GoTo":          func(block map[string]any) { block["goto"] = acctest.Unknown },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStack(t)
			p := s.Protocol()
			block := s.ProviderBlock()
			change(block)
			want := func(what string, block map[string]any, reason tfprotov6.DeferredReason) {
				t.Helper()
				if found := p.Reconfigure(block, true); len(found) > 0 {
					t.Errorf("%s: %v", what, found)
				}
				planned, found := p.Plan("gotomeeting_provisioning_connection", nil, map[string]any{"service_principal_id": s.sp.ID})
				if reason != 0 && (len(found) > 0 || planned.Deferred != reason) {
					t.Errorf("%s: deferred for %v, %v", what, planned, found)
				}
				if reason == 0 && planned != nil && planned.Deferred != 0 {
					t.Errorf("%s: deferred for %v", what, planned.Deferred)
				}
			}
			want("unknown", block, tfprotov6.DeferredReasonProviderConfigUnknown)
			if sent := s.Sim.Log().Sent(); len(sent) > 0 {
				t.Errorf("contacted %v", acctest.Lines(sent))
			}
			want("known", s.ProviderBlock(), 0)
			if found := p.Reconfigure(block, false); !found.HasError() {
				t.Error("where nothing can be deferred, an unknown setting is not an error")
			}
		})
	}
}
