// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package control

import (
	"fmt"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func gotoVerbs() []verb {
	onAccount := func(run func(w *world, a store.Account) error) func(*world, []string) (string, error) {
		return do(func(w *world, args []string) error {
			a, err := w.Store().AccountByEmail(args[0])
			if err != nil {
				return fmt.Errorf("there is no account of %s; \"accounts\" lists them", args[0])
			}
			return run(w, a)
		})
	}
	activate := func(active bool) func(w *world, a store.Account) error {
		return func(w *world, a store.Account) error {
			return w.Store().UpdateAccount(a.Key, func(a *store.Account) { a.Active = active })
		}
	}
	return []verb{
		{"goto password", "PASSWORD [USER]", "change the administrator's password", do(func(w *world, args []string) error {
			admin := store.Admin{UserName: argument(args, 1, store.AdminUserName), TeamAdmin: true}
			for _, known := range w.Store().Admins() {
				if strings.EqualFold(known.UserName, admin.UserName) {
					admin = known
				}
			}
			admin.Password = args[0]
			w.Store().SetAdmin(admin)
			return nil
		})},
		{"goto secret-token", "TOKEN", "change the token for connectors that sign in with a token", do(func(w *world, args []string) error {
			w.Store().SetSecretToken(args[0])
			return nil
		})},
		{"goto client-secret", "SECRET", "change the secret for connectors that sign in with client credentials", do(func(w *world, args []string) error {
			w.Store().SetTargetClientSecret(args[0])
			return nil
		})},
		{"goto licenses", "COUNT", "set how many active accounts the license allows", do(func(w *world, args []string) error {
			count, err := number(args, 0)
			if err == nil {
				w.Store().SetLicenses(count)
			}
			return err
		})},
		{"goto domains", "[DOMAIN...]", "set the mail domains that are accepted; without a domain, all are", do(func(w *world, args []string) error {
			w.Store().SetDomains(args...)
			return nil
		})},
		{"goto account", "EMAIL [GIVEN] [FAMILY]", "create an account at GoTo, outside provisioning", do(func(w *world, args []string) error {
			a := store.Account{Email: args[0], Active: true, Attributes: map[string][]string{}}
			for i, name := range []string{"firstName", "lastName"} {
				if i+1 < len(args) {
					a.Attributes[name] = []string{args[i+1]}
				}
			}
			_, err := w.Store().AddAccount(a)
			return err
		})},
		{"goto suspend", "EMAIL", "suspend an account", onAccount(activate(false))},
		{"goto activate", "EMAIL", "activate an account", onAccount(activate(true))},
		{"goto delete", "EMAIL", "delete an account", onAccount(func(w *world, a store.Account) error { return w.Store().DeleteAccount(a.Key) })},
	}
}
