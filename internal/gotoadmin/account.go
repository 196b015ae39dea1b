// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/wire"
)

const adminPath = "/admin/rest/v1"

// Account is what GoTo calls an account: the container of users and licenses that an administrator looks after.
type Account struct {
	Key  string // a decimal number of 19 digits or more
	Name string // "" when the service does not tell
}

// User is a person's record in an Account. Fields that the service leaves out are empty.
type User struct {
	Key         string
	Email       string // what the person signs in with
	FirstName   string
	LastName    string
	Status      string   // as the service spells it; compare ignoring case, there may be values that nobody has written down
	Locale      string   // such as en_US
	Admin       bool     // whether the service says so; where it does not tell, whether there are AdminRoles or RoleSets
	AdminRoles  []string // such as SUPER_USER; empty for members
	RoleSets    []string // ids of custom roles
	LicenseKeys []string
	Products    []string // such as G2M
	GroupKey    string
	GroupName   string
}

// License is a pool of seats for one or several products.
type License struct {
	Key             string
	Description     string
	Products        []string
	Seats           int64
	UserCount       int64
	Enabled         bool
	UserKeys        []string // who holds a seat
	InvitedUserKeys []string // who was invited and has not accepted yet
}

// wireMe is the administrator who is signed in.
type wireMe struct {
	AccountKey key           `json:"accountKey"` // of the primary account
	Accounts   []wireAccount `json:"accounts"`
}

type wireAccount struct {
	Key  key    `json:"key"`
	Name string `json:"name"`
}

type wireUser struct {
	Key         key      `json:"key"`
	Email       string   `json:"email"`
	FirstName   string   `json:"firstName"`
	LastName    string   `json:"lastName"`
	Status      string   `json:"status"`
	Locale      string   `json:"locale"`
	Admin       *bool    `json:"admin"`
	AdminRoles  []string `json:"adminRoles"`
	RoleSets    []key    `json:"roleSets"`
	LicenseKeys []key    `json:"licenseKeys"`
	Products    []string `json:"products"`
	GroupKey    key      `json:"groupKey"`
	GroupName   string   `json:"groupName"`
}

type wireLicense struct {
	Key             key      `json:"key"`
	Description     string   `json:"description"`
	Products        []string `json:"products"`
	Seats           count    `json:"seats"`
	UserCount       count    `json:"userCount"`
	Enabled         bool     `json:"enabled"`
	UserKeys        []key    `json:"userKeys"`
	InvitedUserKeys []key    `json:"invitedUserKeys"`
}

// Account returns the account that the client works on: the one of Options.AccountKey if the administrator looks after it,
// else the only one there is. Several without a choice are an *AccountChoiceError. The service is asked once.
func (c *Client) Account(ctx context.Context) (Account, error) {
	me, err := c.me.Get(ctx)
	switch {
	case err == nil:
		return choose(me, c.accountKey)
	case err == ctx.Err(): // while another caller asked
		err = newError(c.basePath+adminPath+"/me", wire.Answer{}, err, nil)
	}
	return Account{}, err
}

func (c *Client) readMe(ctx context.Context) (me wireMe, err error) {
	err = c.get(ctx, adminPath+"/me", "", &me)
	return me, err
}

// choose picks the account with the wanted key, or the only one if none is wanted. An administrator of a single account
// may have no list of accounts.
func choose(me wireMe, wanted string) (Account, error) {
	var accounts []Account
	for _, a := range me.Accounts {
		known := slices.ContainsFunc(accounts, func(b Account) bool { return b.Key == string(a.Key) })
		if a.Key != "" && !known {
			accounts = append(accounts, Account{Key: string(a.Key), Name: tidy(a.Name)})
		}
	}
	if len(accounts) == 0 && me.AccountKey != "" {
		accounts = []Account{{Key: string(me.AccountKey)}}
	}
	switch i := slices.IndexFunc(accounts, func(a Account) bool { return a.Key == wanted }); {
	case i >= 0:
		return accounts[i], nil
	case wanted == "" && len(accounts) == 1:
		return accounts[0], nil
	case wanted != "" && wanted == string(me.AccountKey):
		return Account{Key: wanted}, nil
	}
	return Account{}, &AccountChoiceError{Chosen: wanted, Accounts: accounts}
}

// Users returns everybody in the account, sorted by e-mail address ignoring case.
func (c *Client) Users(ctx context.Context) ([]User, error) {
	path, err := c.accountPath(ctx, "users")
	if err != nil {
		return nil, err
	}
	records, err := all(ctx, c, listing[User, wireUser]{path: path, convert: wireUser.user, id: User.id})
	if err != nil {
		return nil, err
	}
	return byEmail(records), nil
}

// byEmail returns the users sorted. Addresses are folded once, which a listing of thousands feels.
func byEmail(users []User) []User {
	type row struct {
		email string
		at    int
	}
	rows := make([]row, len(users))
	for i, u := range users {
		rows[i] = row{strings.ToLower(u.Email), i}
	}
	sort.Slice(rows, func(i, j int) bool {
		a, b := rows[i], rows[j]
		return cmp.Or(cmp.Compare(a.email, b.email), cmp.Compare(users[a.at].Key, users[b.at].Key), a.at-b.at) < 0
	})
	sorted := make([]User, 0, len(users))
	for _, p := range rows {
		sorted = append(sorted, users[p.at])
	}
	return sorted
}

// Licenses returns the account's licenses, sorted by key.
func (c *Client) Licenses(ctx context.Context) ([]License, error) {
	path, err := c.accountPath(ctx, "licenses")
	if err != nil {
		return nil, err
	}
	records, err := all(ctx, c, listing[License, wireLicense]{path: path, convert: wireLicense.license, id: License.id})
	if err != nil {
		return nil, err
	}
	sort.SliceStable(records, func(i, j int) bool { return records[i].Key < records[j].Key })
	return records, nil
}

func (c *Client) accountPath(ctx context.Context, noun string) (string, error) {
	account, err := c.Account(ctx)
	if err != nil {
		return "", err
	}
	return adminPath + "/accounts/" + url.PathEscape(account.Key) + "/" + noun, nil
}

func (w wireUser) user() User {
	u := User{
		Key: string(w.Key), Email: w.Email, FirstName: w.FirstName, LastName: w.LastName, Status: w.Status, Locale: w.Locale,
		AdminRoles: texts(w.AdminRoles), RoleSets: keyTexts(w.RoleSets), LicenseKeys: keyTexts(w.LicenseKeys),
		Products: texts(w.Products), GroupKey: string(w.GroupKey), GroupName: w.GroupName,
	}
	u.Admin = len(u.AdminRoles) > 0 || len(u.RoleSets) > 0
	if w.Admin != nil {
		u.Admin = *w.Admin
	}
	return u
}

func (w wireLicense) license() License {
	return License{
		Key: string(w.Key), Description: w.Description, Products: texts(w.Products), Seats: int64(w.Seats),
		UserCount: int64(w.UserCount), Enabled: w.Enabled, UserKeys: keyTexts(w.UserKeys), InvitedUserKeys: keyTexts(w.InvitedUserKeys),
	}
}

// id tells one record from another, also where the service leaves out the key.
func (u User) id() string {
	if u.Key != "" {
		return u.Key
	}
	return fmt.Sprintf("%+v", u)
}

func (l License) id() string {
	if l.Key != "" {
		return l.Key
	}
	return fmt.Sprintf("%+v", l)
}
