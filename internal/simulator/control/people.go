// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package control

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func peopleVerbs() []verb {
	onPerson := func(run func(w *world, u store.User, args []string) error) func(*world, []string) (string, error) {
		return do(func(w *world, args []string) error {
			u, err := w.person(args[0])
			if err != nil {
				return err
			}
			return run(w, u, args[1:])
		})
	}
	onGroup := func(run func(w *world, g store.Group, args []string) error) func(*world, []string) (string, error) {
		return do(func(w *world, args []string) error {
			g, err := w.group(args[0])
			if err != nil {
				return err
			}
			return run(w, g, args[1:])
		})
	}
	update := func(change func(*store.User)) func(w *world, u store.User, _ []string) error {
		return func(w *world, u store.User, _ []string) error { return w.Store().UpdateUser(u.ID, change) }
	}
	return []verb{
		{"person join", "NAME [GIVEN] [FAMILY]", "add a person with this user principal name; prints the id", joinCompany},
		{"person add", "COUNT", "add that many invented people", func(w *world, args []string) (string, error) {
			count, err := number(args, 0)
			if err != nil {
				return "", err
			}
			ids := w.Store().AddUsers(count)
			if len(ids) == 0 {
				return "", nil
			}
			return ids[0] + " to " + ids[len(ids)-1] + "\n", nil
		}},
		{"person leave", "WHO", "make a person leave: blocks sign-in, and removes the person from all groups", onPerson(func(w *world, u store.User, _ []string) error {
			if err := w.Store().UpdateUser(u.ID, func(u *store.User) { u.AccountEnabled = false }); err != nil {
				return err
			}
			var of []string
			for g := range w.Store().EachGroup() {
				of = append(of, g.ID)
			}
			for _, id := range of {
				if err := w.Store().RemoveMembers(id, u.ID); err != nil {
					return err
				}
			}
			return nil
		})},
		{"person block", "WHO", "block sign-in", onPerson(update(func(u *store.User) { u.AccountEnabled = false }))},
		{"person unblock", "WHO", "allow sign-in again", onPerson(update(func(u *store.User) { u.AccountEnabled = true }))},
		{"person rename", "WHO NAME", "change the user principal name and mail address of a person", onPerson(func(w *world, u store.User, args []string) error {
			return w.Store().UpdateUser(u.ID, func(u *store.User) { u.UserPrincipalName, u.Mail = args[0], args[0] })
		})},
		{"person set", "WHO ATTRIBUTE [VALUE]", "change an attribute, such as department", onPerson(func(w *world, u store.User, args []string) error {
			known := false
			err := w.Store().UpdateUser(u.ID, func(u *store.User) { known = setText(u, args[0], argument(args, 1, "")) })
			if err == nil && !known {
				err = fmt.Errorf("people have no text attribute named %q", args[0])
			}
			return err
		})},
		{"person delete", "WHO", "delete a person, who goes to the recycle bin", onPerson(func(w *world, u store.User, _ []string) error { return w.Store().DeleteUser(u.ID) })},
		{"person restore", "WHO", "restore a person from the recycle bin", onPerson(update(func(u *store.User) { u.DeletedAt = time.Time{} }))},
		{"group create", "NAME", "create a security group; prints the id", func(w *world, args []string) (string, error) {
			nickname := strings.ToLower(strings.ReplaceAll(args[0], " ", ""))
			return w.Store().AddGroup(store.Group{DisplayName: args[0], SecurityEnabled: true, MailNickname: nickname}) + "\n", nil
		}},
		{"group join", "GROUP WHO...", "add people or groups to a group", onGroup(func(w *world, g store.Group, args []string) error {
			ids, err := w.everybody(args)
			if err != nil {
				return err
			}
			return w.Store().AddMembers(g.ID, ids...)
		})},
		{"group leave", "GROUP WHO...", "remove people or groups from a group", onGroup(func(w *world, g store.Group, args []string) error {
			ids, err := w.everybody(args)
			if err != nil {
				return err
			}
			return w.Store().RemoveMembers(g.ID, ids...)
		})},
		{"group fill", "GROUP COUNT", "add that many invented people, and add them to the group", onGroup(func(w *world, g store.Group, args []string) error {
			count, err := number(args, 0)
			if err != nil {
				return err
			}
			return w.Store().AddMembers(g.ID, w.Store().AddUsers(count)...)
		})},
		{"group clear", "GROUP", "remove everybody from a group", onGroup(func(w *world, g store.Group, _ []string) error {
			return w.Store().RemoveMembers(g.ID, g.Members...)
		})},
		{"group delete", "GROUP", "delete a group with its assignments", onGroup(func(w *world, g store.Group, _ []string) error { return w.Store().DeleteGroup(g.ID) })},
	}
}

func joinCompany(w *world, args []string) (string, error) {
	name, given, family := args[0], argument(args, 1, ""), argument(args, 2, "")
	nickname, _, ok := strings.Cut(name, "@")
	if !ok {
		name += "@corp.example"
	}
	if given == "" {
		given = strings.ToUpper(nickname[:1]) + nickname[1:]
	}
	if _, err := w.Store().FindUser(name); err == nil {
		return "", fmt.Errorf("%s already exists", name)
	}
	return w.Store().AddUser(store.User{
		UserPrincipalName: name, Mail: name, MailNickname: nickname, DisplayName: strings.TrimSpace(given + " " + family),
		GivenName: given, Surname: family, PreferredLanguage: "en-US", UsageLocation: "DE", AccountEnabled: true,
	}) + "\n", nil
}

// setText changes a text of a person by its name in Graph, and says whether there is one.
func setText(u *store.User, name, value string) bool {
	field := reflect.ValueOf(u).Elem().FieldByNameFunc(func(field string) bool { return strings.EqualFold(field, name) })
	if !field.IsValid() || field.Kind() != reflect.String {
		return false
	}
	field.SetString(value)
	return true
}

// person finds somebody, also in the recycle bin, by id, user principal name, what stands before its @, or display name.
func (w *world) person(who string) (store.User, error) {
	if u, err := w.Store().FindUser(who); err == nil {
		return u, nil
	}
	for u := range w.Store().EachUser() {
		nickname, _, _ := strings.Cut(u.UserPrincipalName, "@")
		for _, name := range []string{u.ID, u.UserPrincipalName, nickname, u.DisplayName} {
			if strings.EqualFold(name, who) {
				return *u, nil
			}
		}
	}
	return store.User{}, fmt.Errorf("there is nobody named %q; \"people\" lists them", who)
}

func (w *world) group(who string) (store.Group, error) {
	for g := range w.Store().EachGroup() {
		if strings.EqualFold(g.ID, who) || strings.EqualFold(g.DisplayName, who) {
			return *g, nil
		}
	}
	return store.Group{}, fmt.Errorf("there is no group named %q; \"groups\" lists them", who)
}

// anybody returns the id of a group or a person.
func (w *world) anybody(who string) (string, error) {
	if g, err := w.group(who); err == nil {
		return g.ID, nil
	}
	u, err := w.person(who)
	if err != nil {
		return "", fmt.Errorf("there is no group and no person named %q; \"groups\" and \"people\" list them", who)
	}
	return u.ID, nil
}

func (w *world) everybody(names []string) ([]string, error) {
	ids := make([]string, len(names))
	for i, name := range names {
		id, err := w.anybody(name)
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	return ids, nil
}
