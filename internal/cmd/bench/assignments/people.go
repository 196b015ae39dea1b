// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// expressionConfiguration is a connection whose mapping of last names is a variable.
func expressionConfiguration(servicePrincipalID string) string {
	return fmt.Sprintf(`variable "last" {
  default = "[surname]"
}

terraform {
  required_providers {
    gotomeeting = {
      source = "gotomeeting-provisioning/gotomeeting"
    }
  }
}

resource "gotomeeting_provisioning_connection" "this" {
  service_principal_id      = %q
  admin_username            = %q
  admin_password_wo         = %q
  admin_password_wo_version = "1"
  scope                     = "assigned"
}

resource "gotomeeting_attribute_mappings" "users" {
  connection_id = gotomeeting_provisioning_connection.this.id
  mappings = {
    email     = { source_attribute = "userPrincipalName", matching_priority = 1 }
    firstName = { source_attribute = "givenName" }
    lastName  = { expression = var.last }
    active    = { expression = "Not([IsSoftDeleted])" }
  }
}

resource "gotomeeting_provisioning_state" "this" {
  connection_id = gotomeeting_provisioning_connection.this.id
  enabled       = true
  mapping_ids   = [gotomeeting_attribute_mappings.users.id]
}
`, servicePrincipalID, store.AdminUserName, store.AdminPassword)
}

const accountsConfiguration = `terraform {
  required_providers {
    gotomeeting = {
      source = "gotomeeting-provisioning/gotomeeting"
    }
  }
}

data "gotomeeting_accounts" "all" {}

output "counts" {
  value = data.gotomeeting_accounts.all.counts_by_status
}
`

// expression measures the plan that changes one expression of a connection that has provisioned n people.
func (b *bench) expression(ctx context.Context, n int) error {
	clock := store.NewClock(time.Now())
	sim, err := simulator.New(simulator.Options{Clock: clock, TokenLifetime: 1000 * time.Hour})
	if err != nil {
		return err
	}
	defer sim.Close()
	world := sim.Store()
	world.SetDomains()
	world.SetLicenses(10 * n)
	_, sp, err := world.Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		return err
	}
	group := world.AddGroup(store.Group{DisplayName: "Many", SecurityEnabled: true, Members: world.AddUsers(n)})
	for _, role := range sp.Roles {
		if role.DisplayName == store.RoleUser {
			if _, err := world.Assign(sp.ID, group, role.ID, store.AssignOptions{}); err != nil {
				return err
			}
		}
	}
	at, err := b.prepareHCL(ctx, expressionConfiguration(sp.ID), b.provider, sim)
	if err != nil {
		return err
	}
	if _, err := b.measure(ctx, at, sim, []string{"apply", "-auto-approve"}); err != nil {
		return err
	}
	for range 3 {
		clock.Advance(store.DefaultInterval + time.Hour)
	}
	changed := `-var=last=Join(" ", [givenName], [surname])`
	for _, step := range []struct {
		name string
		args []string
		env  string
	}{
		{"plan without change", []string{"plan"}, ""},
		{"plan of one changed expression", []string{"plan", changed}, ""},
		{"the same without the impact", []string{"plan", changed}, "GOTOMEETING_IMPACT_ENABLED=false"},
	} {
		with := at
		if step.env != "" {
			with.env = append(with.env[:len(with.env):len(with.env)], step.env)
		}
		measured, err := b.measure(ctx, with, sim, step.args)
		if err != nil {
			return err
		}
		peopleRow(n, step.name, measured)
	}
	return nil
}

// accounts measures reading n people at GoTo into the state, or the refusal of too many.
func (b *bench) accounts(ctx context.Context, n int) error {
	sim, err := simulator.New(simulator.Options{Clock: store.NewRunningClock(time.Now()), Empty: true})
	if err != nil {
		return err
	}
	defer sim.Close()
	for i := range n {
		if _, err := sim.Store().AddAccount(store.Account{Email: fmt.Sprintf("person.%d@example.com", i), Active: true,
			Attributes: map[string][]string{"firstName": {"Person"}, "lastName": {"Example " + strconv.Itoa(i)}}}); err != nil {
			return err
		}
	}
	at, err := b.prepareHCL(ctx, accountsConfiguration, b.provider, sim)
	if err != nil {
		return err
	}
	name := "accounts read"
	measured, err := b.measure(ctx, at, sim, []string{"apply", "-auto-approve"})
	if err != nil {
		name = "accounts refused"
		fmt.Println(err)
	}
	peopleRow(n, name, measured)
	return nil
}

func peopleHeader() {
	fmt.Println("| people | step | requests | wall s | provider CPU s | provider MB |")
	fmt.Println("|--:|---|--:|--:|--:|--:|")
}

func peopleRow(n int, step string, c cost) {
	fmt.Printf("| %d | %s | %d | %.2f | %.2f | %.0f |\n", n, step, c.requests, c.wall.Seconds(), c.provider.Seconds(), float64(c.peak)*1024/1e6)
}
